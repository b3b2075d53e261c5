"""The table and the decoder: LLVM's words, no overlap, nothing unknown let in."""

import re

import pytest
from support.machine.assembler import encode

from mips_vm.disassemble import disassemble, listing
from mips_vm.isa import operations
from mips_vm.isa.decode import TABLE, Instruction, Kind, decode

PC = 0x1000

# One word of each instruction, as LLVM's assembler makes it from the text. Targets are
# those of an instruction at PC.
EXAMPLES = [
    (0x0138A020, "add $s4, $t1, $t8"),
    (0x03576021, "addu $t4, $k0, $s7"),
    (0x0378F822, "sub $ra, $k1, $t8"),
    (0x03D1A823, "subu $s5, $fp, $s1"),
    (0x036F0824, "and $at, $k1, $t7"),
    (0x03E8C825, "or $t9, $ra, $t0"),
    (0x005DA826, "xor $s5, $v0, $sp"),
    (0x008C3027, "nor $a2, $a0, $t4"),
    (0x0388802A, "slt $s0, $gp, $t0"),
    (0x0244682B, "sltu $t5, $s2, $a0"),
    (0x71019802, "mul $s3, $t0, $at"),
    (0x01C7C004, "sllv $t8, $a3, $t6"),
    (0x03C64806, "srlv $t1, $a2, $fp"),
    (0x01B9E046, "rotrv $gp, $t9, $t5"),
    (0x03593007, "srav $a2, $t9, $k0"),
    (0x00051D00, "sll $v1, $a1, 20"),
    (0x000FA142, "srl $s4, $t7, 5"),
    (0x00212F02, "rotr $a1, $at, 28"),
    (0x00070E43, "sra $at, $a3, 25"),
    (0x23E7DF56, "addi $a3, $ra, -8362"),
    (0x2546F623, "addiu $a2, $t2, -2525"),
    (0x2A47AD86, "slti $a3, $s2, -21114"),
    (0x2CF5F0E3, "sltiu $s5, $a3, -3869"),
    (0x32FFF770, "andi $ra, $s7, 0xf770"),
    (0x37BF4C7D, "ori $ra, $sp, 0x4c7d"),
    (0x39812A7C, "xori $at, $t4, 0x2a7c"),
    (0x3C1E4389, "lui $fp, 0x4389"),
    (0x71631820, "clz $v1, $t3"),
    (0x736A5021, "clo $t2, $k1"),
    (0x7C13A0A0, "wsbh $s4, $s3"),
    (0x7C140C20, "seb $at, $s4"),
    (0x7C17B620, "seh $s6, $s7"),
    (0x006A580A, "movz $t3, $v1, $t2"),
    (0x036A600B, "movn $t4, $k1, $t2"),
    (0x7EF06140, "ext $s0, $s7, 5, 13"),
    (0x7E106144, "ins $s0, $s0, 5, 8"),
    (0x00490018, "mult $v0, $t1"),
    (0x03E10019, "multu $ra, $at"),
    (0x03F8001A, "div $ra, $t8"),
    (0x019C001B, "divu $t4, $gp"),
    (0x71A10000, "madd $t5, $at"),
    (0x725A0001, "maddu $s2, $k0"),
    (0x71CC0004, "msub $t6, $t4"),
    (0x71B30005, "msubu $t5, $s3"),
    (0x0000D810, "mfhi $k1"),
    (0x00000812, "mflo $at"),
    (0x01E00011, "mthi $t7"),
    (0x00400013, "mtlo $v0"),
    (0x12E6F486, "beq $s7, $a2, 0xffffe21c"),
    (0x17E7C177, "bne $ra, $a3, 0xffff15e0"),
    (0x1900D1CA, "blez $t0, 0xffff572c"),
    (0x1FE05829, "bgtz $ra, 0x170a8"),
    (0x0620E488, "bltz $s1, 0xffffa224"),
    (0x0621C68D, "bgez $s1, 0xffff2a38"),
    (0x51E4BF97, "beql $t7, $a0, 0xffff0e60"),
    (0x573ADC14, "bnel $t9, $k0, 0xffff8054"),
    (0x59406ED7, "blezl $t2, 0x1cb60"),
    (0x5FE0355F, "bgtzl $ra, 0xe580"),
    (0x05629C5F, "bltzl $t3, 0xfffe8180"),
    (0x058325F0, "bgezl $t4, 0xa7c4"),
    (0x0570EC98, "bltzal $t3, 0xffffc264"),
    (0x06F11792, "bgezal $s7, 0x6e4c"),
    (0x05525119, "bltzall $t2, 0x15468"),
    (0x0553CC7C, "bgezall $t2, 0xffff41f4"),
    (0x8303261C, "lb $v1, 9756($t8)"),
    (0x9217FF29, "lbu $s7, -215($s0)"),
    (0x88660C6D, "lwl $a2, 3181($v1)"),
    (0x99B4EC71, "lwr $s4, -5007($t5)"),
    (0x8682BD95, "lh $v0, -17003($s4)"),
    (0x95EC400D, "lhu $t4, 16397($t7)"),
    (0x8C552547, "lw $s5, 9543($v0)"),
    (0xA35E0860, "sb $fp, 2144($k0)"),
    (0xA8F0D6A3, "swl $s0, -10589($a3)"),
    (0xBBE59065, "swr $a1, -28571($ra)"),
    (0xA745E580, "sh $a1, -6784($k0)"),
    (0xADCE2B37, "sw $t6, 11063($t6)"),
    (0x0898D3C5, "j 0x2634f14"),
    (0x0F6101EC, "jal 0xd8407b0"),
    (0x01C00008, "jr $t6"),
    (0x00A05009, "jalr $t2, $a1"),
    (0x01FE0030, "tge $t7, $fp"),
    (0x029C0031, "tgeu $s4, $gp"),
    (0x00D10032, "tlt $a2, $s1"),
    (0x01FF0033, "tltu $t7, $ra"),
    (0x02170034, "teq $s0, $s7"),
    (0x030B0036, "tne $t8, $t3"),
    (0x06084A80, "tgei $s0, 19072"),
    (0x0609E6E0, "tgeiu $s0, -6432"),
    (0x04AA6083, "tlti $a1, 24707"),
    (0x076BF5B6, "tltiu $k1, -2634"),
    (0x04CCEFE8, "teqi $a2, -4120"),
    (0x060E56A6, "tnei $s0, 22182"),
    (0x0000000C, "syscall"),
    (0x0000000D, "break"),
    (0x0000000F, "sync"),
    (0x061F16D1, "synci 5841($s0)"),
    (0xCE49C832, "pref 9, -14286($s2)"),
]

# Words next to known encodings that are not in the integer subset of release 2.
UNKNOWN = {
    "movf": 0x00A23801,
    "srl with bit 22": 0x00472042,
    "srlv with bit 7": 0x00A62086,
    "SPECIAL 0x05": 0x00000005,
    "dsllv": 0x00A62014,
    "teq's neighbour 0x35": 0x00A60035,
    "REGIMM 4": 0x04A40000,
    "tnei's neighbour 0x0f": 0x04AF0000,
    "mfc0": 0x40046000,
    "eret": 0x42000018,
    "add.s": 0x46020840,
    "bc1t": 0x45010004,
    "mul's neighbour 3": 0x70A62003,
    "sdbbp": 0x7000003F,
    "bitswap": 0x7C052020,
    "rdhwr": 0x7C03E83B,
    "daddi": 0x60A40001,
    "ld": 0xDCA40000,
    "ll": 0xC0A40000,
    "sc": 0xE0A40000,
    "lwc1": 0xC4A40000,
    "cache": 0xBCA00000,
    "all ones": 0xFFFFFFFF,
}


@pytest.mark.parametrize(("word", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_decode_llvm_word_reads_as_llvm_text(word: int, text: str) -> None:
    assert disassemble(word, PC) == text
    assert encode(text, PC) == word


def test_examples_all_rows_covered() -> None:
    mnemonics = [text.split()[0] for _, text in EXAMPLES]
    assert mnemonics == [row.mnemonic for row in TABLE]


@pytest.mark.parametrize("name", UNKNOWN)
def test_decode_unknown_word_is_none(name: str) -> None:
    assert decode(UNKNOWN[name]) is None
    assert disassemble(UNKNOWN[name]) == f".word {UNKNOWN[name]:#010x}"


def test_table_two_rows_never_match_one_word() -> None:
    for index, row in enumerate(TABLE):
        for other in TABLE[:index]:
            common = row.encoding.mask & other.encoding.mask
            differ = row.encoding.match ^ other.encoding.match
            assert common & differ, f"{row.mnemonic} and {other.mnemonic} overlap"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.mnemonic)
def test_row_is_documented_and_has_its_operation(row: Instruction) -> None:
    assert row.doc.endswith(".") and "\n" not in row.doc
    assert row.encoding.match & ~row.encoding.mask == 0
    special = row.kind in (Kind.MOVE_FROM, Kind.MOVE_TO)
    assert not row.operation or special or hasattr(operations, row.operation)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.mnemonic)
def test_decode_ignored_bits_same_instruction(row: Instruction) -> None:
    for bit in range(32):
        if not row.encoding.mask >> bit & 1:
            decoded = decode(row.encoding.match | 1 << bit)
            assert decoded is not None and decoded.instruction is row


def test_decode_fields_of_one_word() -> None:
    decoded = decode(encode("lw $t0, -4($sp)"))
    assert decoded is not None
    assert (decoded.rt, decoded.rs) == (8, 29)
    assert decoded.registers == (8, 29, 0)
    assert decoded.immediate == 0xFFFF_FFFC


def test_listing_program_one_line_a_word() -> None:
    code = b"".join(word.to_bytes(4, "little") for word in (0, 0xC, 0xFFFFFFFF))
    lines = list(listing(code, base=0x100))
    assert [re.split(r"  ", line)[-1] for line in lines] == [
        "nop",
        "syscall",
        ".word 0xffffffff",
    ]
    assert lines[1].startswith("0x00000104:  0000000c")
