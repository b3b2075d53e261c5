"""The table of every instruction that the machine knows.

Everything else walks this table: the interpreter, the translator, the disassembler,
the tests and the table in docs/machine.md. Encodings are those of "MIPS Architecture
for Programmers, Volume II-A: The MIPS32 Instruction Set", release 2. A bit that an
instruction does not use is outside its mask, so it is ignored; a word that no row
matches faults.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """What an instruction does with the value that its operation computes.

    Each kind is one function of `step.py`; the operations are in `operations.py`.
    """

    COMPUTE = "the first register takes operation(second, third or immediate)"
    UNARY = "the first register takes operation(second)"
    SELECT = "rd takes rs if operation(rt, 0) holds"
    FIELD = "rt takes operation(rs, rt, lowest bit, rd field)"
    MULTIPLY = "hi and lo take operation(hi:lo, rs, rt)"
    MOVE_FROM = "rd takes hi or lo"
    MOVE_TO = "hi or lo takes rs"
    BRANCH = "next_pc takes the target if operation(rs, rt or 0) holds"
    BRANCH_LIKELY = "as branch; if not taken the delay slot is skipped"
    BRANCH_LINK = "as branch, and r31 takes the return address"
    BRANCH_LINK_LIKELY = "as branch likely, and r31 takes the return address"
    JUMP = "next_pc takes an address inside the 256 MiB of pc + 4"
    JUMP_LINK = "as jump, and r31 takes the return address"
    JUMP_REGISTER = "next_pc takes rs"
    JUMP_REGISTER_LINK = "as jump register, and rd takes the return address"
    LOAD = "rt takes operation(memory word, byte in the word, rt)"
    STORE = "the memory word takes operation(memory word, byte in the word, rt)"
    TRAP = "faults if operation(rs, rt or immediate) holds"
    SYSCALL = "halts, yields or faults, by the number in r2"
    BREAK = "faults"
    NOTHING = "does nothing"


@dataclass(frozen=True, slots=True)
class Encoding:
    """The words w with w & mask == match."""

    mask: int
    match: int


@dataclass(frozen=True, slots=True)
class Instruction:
    """One row of the table.

    `operands` is assembler syntax. The registers in it, in order, are those that the
    kind calls dest or left, right; its other names say how the immediate is read.
    `alignment` is that of a load's or store's address, in bytes.
    """

    mnemonic: str
    encoding: Encoding
    operands: str
    kind: Kind
    operation: str
    doc: str
    alignment: int = 1


def _opcode(opcode: int, **fixed: int) -> Encoding:
    """Encoding with this primary opcode, and fields that hold one fixed value."""
    mask, match = 0x3F << 26, opcode << 26
    for name, value in fixed.items():
        shift, width = FIELDS[name]
        mask |= ((1 << width) - 1) << shift
        match |= value << shift
    return Encoding(mask, match)


def _special(funct: int, **fixed: int) -> Encoding:
    return _opcode(0b000000, funct=funct, **fixed)


def _regimm(rt: int) -> Encoding:
    return _opcode(0b000001, rt=rt)


def _special2(funct: int) -> Encoding:
    return _opcode(0b011100, funct=funct)


def _special3(funct: int, **fixed: int) -> Encoding:
    return _opcode(0b011111, funct=funct, **fixed)


FIELDS: Final = {
    "rs": (21, 5),
    "rt": (16, 5),
    "rd": (11, 5),
    "sa": (6, 5),
    "funct": (0, 6),
}
"""The manual's names of the parts of a word: lowest bit, width."""


def _rows(
    kind: Kind,
    operands: str,
    *rows: tuple[str, Encoding, str, str],
    alignment: int = 1,
) -> Iterable[Instruction]:
    """Instructions of one kind and syntax: mnemonic, encoding, operation, doc."""
    for mnemonic, encoding, operation, doc in rows:
        yield Instruction(mnemonic, encoding, operands, kind, operation, doc, alignment)


TABLE: Final[tuple[Instruction, ...]] = (
    *_rows(
        Kind.COMPUTE,
        "rd, rs, rt",
        ("add", _special(0b100000), "add", "Sum; faults on signed overflow."),
        ("addu", _special(0b100001), "addu", "Sum, wrapping."),
        ("sub", _special(0b100010), "sub", "Difference; faults on overflow."),
        ("subu", _special(0b100011), "subu", "Difference, wrapping."),
        ("and", _special(0b100100), "bit_and", "Bitwise and."),
        ("or", _special(0b100101), "bit_or", "Bitwise or."),
        ("xor", _special(0b100110), "bit_xor", "Bitwise exclusive or."),
        ("nor", _special(0b100111), "bit_nor", "Bitwise not of or."),
        ("slt", _special(0b101010), "less", "1 if less, signed."),
        ("sltu", _special(0b101011), "below", "1 if less, unsigned."),
        ("mul", _special2(0b000010), "mul", "Low word of the product."),
    ),
    *_rows(
        Kind.COMPUTE,
        "rd, rt, rs",
        ("sllv", _special(0b000100), "sll", "Shift left by rs mod 32."),
        ("srlv", _special(0b000110, sa=0), "srl", "Shift right, zeros in."),
        ("rotrv", _special(0b000110, sa=1), "rotr", "Rotate right."),
        ("srav", _special(0b000111), "sra", "Shift right, sign in."),
    ),
    *_rows(
        Kind.COMPUTE,
        "rd, rt, sa",
        ("sll", _special(0b000000), "sll", "Shift left; word 0 is nop."),
        ("srl", _special(0b000010, rs=0), "srl", "Shift right, zeros in."),
        ("rotr", _special(0b000010, rs=1), "rotr", "Rotate right."),
        ("sra", _special(0b000011), "sra", "Shift right, sign in."),
    ),
    *_rows(
        Kind.COMPUTE,
        "rt, rs, signed",
        ("addi", _opcode(0b001000), "add", "Sum; faults on overflow."),
        ("addiu", _opcode(0b001001), "addu", "Sum, wrapping."),
        ("slti", _opcode(0b001010), "less", "1 if less, signed."),
        ("sltiu", _opcode(0b001011), "below", "1 if less, unsigned."),
    ),
    *_rows(
        Kind.COMPUTE,
        "rt, rs, unsigned",
        ("andi", _opcode(0b001100), "bit_and", "Bitwise and."),
        ("ori", _opcode(0b001101), "bit_or", "Bitwise or."),
        ("xori", _opcode(0b001110), "bit_xor", "Bitwise xor."),
    ),
    *_rows(
        Kind.COMPUTE,
        "rt, upper",
        ("lui", _opcode(0b001111), "addu", "Immediate to the upper half."),
    ),
    *_rows(
        Kind.UNARY,
        "rd, rs",
        ("clz", _special2(0b100000), "clz", "Leading zeros; 32 for 0."),
        ("clo", _special2(0b100001), "clo", "Leading ones."),
    ),
    *_rows(
        Kind.UNARY,
        "rd, rt",
        ("wsbh", _special3(0b100000, sa=0b00010), "wsbh", "Swap in halves."),
        ("seb", _special3(0b100000, sa=0b10000), "seb", "Sign-extend a byte."),
        ("seh", _special3(0b100000, sa=0b11000), "seh", "Sign-extend a half."),
    ),
    *_rows(
        Kind.SELECT,
        "rd, rs, rt",
        ("movz", _special(0b001010), "equal", "Move if rt is zero."),
        ("movn", _special(0b001011), "unequal", "Move if rt is not zero."),
    ),
    *_rows(
        Kind.FIELD,
        "rt, rs, pos, size",
        ("ext", _special3(0b000000), "ext", "Extract a bit field."),
        ("ins", _special3(0b000100), "ins", "Insert a bit field."),
    ),
    *_rows(
        Kind.MULTIPLY,
        "rs, rt",
        ("mult", _special(0b011000), "mult", "Product, signed."),
        ("multu", _special(0b011001), "multu", "Product, unsigned."),
        ("div", _special(0b011010), "div", "lo quotient, hi rest; signed."),
        ("divu", _special(0b011011), "divu", "lo quotient, hi rest; unsigned."),
        ("madd", _special2(0b000000), "madd", "hi:lo plus product, signed."),
        ("maddu", _special2(0b000001), "maddu", "hi:lo plus product, unsigned."),
        ("msub", _special2(0b000100), "msub", "hi:lo minus product, signed."),
        ("msubu", _special2(0b000101), "msubu", "hi:lo minus product, unsigned."),
    ),
    *_rows(
        Kind.MOVE_FROM,
        "rd",
        ("mfhi", _special(0b010000), "hi", "Read hi."),
        ("mflo", _special(0b010010), "lo", "Read lo."),
    ),
    *_rows(
        Kind.MOVE_TO,
        "rs",
        ("mthi", _special(0b010001), "hi", "Write hi."),
        ("mtlo", _special(0b010011), "lo", "Write lo."),
    ),
    *_rows(
        Kind.BRANCH,
        "rs, rt, branch",
        ("beq", _opcode(0b000100), "equal", "If rs = rt."),
        ("bne", _opcode(0b000101), "unequal", "If rs != rt."),
    ),
    *_rows(
        Kind.BRANCH,
        "rs, branch",
        ("blez", _opcode(0b000110), "not_greater", "If rs <= 0."),
        ("bgtz", _opcode(0b000111), "greater", "If rs > 0."),
        ("bltz", _regimm(0b00000), "less", "If rs < 0."),
        ("bgez", _regimm(0b00001), "not_less", "If rs >= 0."),
    ),
    *_rows(
        Kind.BRANCH_LIKELY,
        "rs, rt, branch",
        ("beql", _opcode(0b010100), "equal", "beq, likely."),
        ("bnel", _opcode(0b010101), "unequal", "bne, likely."),
    ),
    *_rows(
        Kind.BRANCH_LIKELY,
        "rs, branch",
        ("blezl", _opcode(0b010110), "not_greater", "blez, likely."),
        ("bgtzl", _opcode(0b010111), "greater", "bgtz, likely."),
        ("bltzl", _regimm(0b00010), "less", "bltz, likely."),
        ("bgezl", _regimm(0b00011), "not_less", "bgez, likely."),
    ),
    *_rows(
        Kind.BRANCH_LINK,
        "rs, branch",
        ("bltzal", _regimm(0b10000), "less", "bltz, linking."),
        ("bgezal", _regimm(0b10001), "not_less", "bgez, linking."),
    ),
    *_rows(
        Kind.BRANCH_LINK_LIKELY,
        "rs, branch",
        ("bltzall", _regimm(0b10010), "less", "bltzal, likely."),
        ("bgezall", _regimm(0b10011), "not_less", "bgezal, likely."),
    ),
    *_rows(
        Kind.LOAD,
        "rt, offset(rs)",
        ("lb", _opcode(0b100000), "lb", "Byte, sign-extended."),
        ("lbu", _opcode(0b100100), "lbu", "Byte, zero-extended."),
        ("lwl", _opcode(0b100010), "lwl", "Bytes up to the address."),
        ("lwr", _opcode(0b100110), "lwr", "Bytes from the address on."),
    ),
    *_rows(
        Kind.LOAD,
        "rt, offset(rs)",
        ("lh", _opcode(0b100001), "lh", "Half, sign-extended."),
        ("lhu", _opcode(0b100101), "lhu", "Half, zero-extended."),
        alignment=2,
    ),
    *_rows(
        Kind.LOAD,
        "rt, offset(rs)",
        ("lw", _opcode(0b100011), "lw", "Word."),
        alignment=4,
    ),
    *_rows(
        Kind.STORE,
        "rt, offset(rs)",
        ("sb", _opcode(0b101000), "sb", "Byte."),
        ("swl", _opcode(0b101010), "swl", "Bytes up to the address."),
        ("swr", _opcode(0b101110), "swr", "Bytes from the address on."),
    ),
    *_rows(
        Kind.STORE,
        "rt, offset(rs)",
        ("sh", _opcode(0b101001), "sh", "Half."),
        alignment=2,
    ),
    *_rows(
        Kind.STORE,
        "rt, offset(rs)",
        ("sw", _opcode(0b101011), "sw", "Word."),
        alignment=4,
    ),
    *_rows(
        Kind.JUMP,
        "target",
        ("j", _opcode(0b000010), "", "Jump."),
    ),
    *_rows(
        Kind.JUMP_LINK,
        "target",
        ("jal", _opcode(0b000011), "", "Call."),
    ),
    *_rows(
        Kind.JUMP_REGISTER,
        "rs",
        ("jr", _special(0b001000), "", "Jump to rs."),
    ),
    *_rows(
        Kind.JUMP_REGISTER_LINK,
        "rd, rs",
        ("jalr", _special(0b001001), "", "Call rs."),
    ),
    *_rows(
        Kind.TRAP,
        "rs, rt",
        ("tge", _special(0b110000), "not_less", "If rs >= rt, signed."),
        ("tgeu", _special(0b110001), "not_below", "If rs >= rt, unsigned."),
        ("tlt", _special(0b110010), "less", "If rs < rt, signed."),
        ("tltu", _special(0b110011), "below", "If rs < rt, unsigned."),
        ("teq", _special(0b110100), "equal", "If rs = rt."),
        ("tne", _special(0b110110), "unequal", "If rs != rt."),
    ),
    *_rows(
        Kind.TRAP,
        "rs, signed",
        ("tgei", _regimm(0b01000), "not_less", "tge, immediate."),
        ("tgeiu", _regimm(0b01001), "not_below", "tgeu, immediate."),
        ("tlti", _regimm(0b01010), "less", "tlt, immediate."),
        ("tltiu", _regimm(0b01011), "below", "tltu, immediate."),
        ("teqi", _regimm(0b01100), "equal", "teq, immediate."),
        ("tnei", _regimm(0b01110), "unequal", "tne, immediate."),
    ),
    *_rows(
        Kind.SYSCALL,
        "",
        ("syscall", _special(0b001100), "", "Call the system."),
    ),
    *_rows(
        Kind.BREAK,
        "",
        ("break", _special(0b001101), "", "Faults."),
    ),
    *_rows(
        Kind.NOTHING,
        "",
        ("sync", _special(0b001111), "", "No effect: one processor."),
    ),
    *_rows(
        Kind.NOTHING,
        "offset(rs)",
        ("synci", _regimm(0b11111), "", "No effect, no access."),
    ),
    *_rows(
        Kind.NOTHING,
        "hint, offset(rs)",
        ("pref", _opcode(0b110011), "", "No effect, no access."),
    ),
)
