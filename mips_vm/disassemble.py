"""Machine code as a person reads it: assembler syntax, and operands with their values.

The syntax is the table's own (`instructions.py`), so nothing here knows one instruction
from another, but for the size of a bit field.
"""

import re
from collections.abc import Iterator
from typing import Final

from mips_vm.constants import PROGRAM, WORD_BYTES, WORD_MASK
from mips_vm.isa.decode import Decoded, Kind, decode
from mips_vm.isa.operations import signed
from mips_vm.isa.syscalls import EFFECTS, V0
from mips_vm.state import State
from mips_vm.step import JUMP_REGION
from mips_vm.storage.memory import Memory

REGISTER_NAMES: Final = (
    "zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 "
    "s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp fp ra"
).split()

_NOP: Final = 0

# Kinds whose first register only receives; what it held before is no operand.
_WRITES_FIRST: Final = (
    Kind.COMPUTE,
    Kind.UNARY,
    Kind.MOVE_FROM,
    Kind.JUMP_REGISTER_LINK,
    Kind.LOAD,
)

# Loads that keep some bytes of what the register held.
_MERGES: Final = ("lwl", "lwr")


# Instructions of MIPS32 that the machine does not have, by the six highest bits.
_ABSENT: Final = {
    0x10: "one of the system coprocessor",
    0x11: "one of the floating-point unit",
    0x13: "one of the floating-point unit",
    0x2F: "cache",
    0x30: "ll",
    0x31: "one of the floating-point unit",
    0x35: "one of the floating-point unit",
    0x38: "sc",
    0x39: "one of the floating-point unit",
    0x3D: "one of the floating-point unit",
}
_RDHWR: Final = (0x1F, 0x3B)


def absent(word: int) -> str | None:
    """The name or kind of a MIPS32 instruction that the machine does not have."""
    opcode = word >> 26
    if (opcode, word & 0x3F) == _RDHWR:
        return "rdhwr"
    return _ABSENT.get(opcode)


def disassemble(word: int, pc: int = 0) -> str:
    """`word` in assembler syntax; branch targets are absolute, counted from `pc`."""
    decoded = decode(word)
    if decoded is None:
        return f".word {word:#010x}"
    if word == _NOP:
        return "nop"
    syntax = re.sub(
        r"[a-z]+",
        lambda name: _operand(name.group(), decoded, pc),
        decoded.instruction.operands,
    )
    return f"{decoded.instruction.mnemonic} {syntax}".rstrip()


def listing(code: bytes, base: int = 0) -> Iterator[str]:
    """One line for each little-endian word of `code`, which lies at `base`."""
    for offset in range(0, len(code), WORD_BYTES):
        word = int.from_bytes(code[offset : offset + WORD_BYTES], "little")
        pc = base + offset
        yield f"{pc:#010x}:  {word:08x}  {disassemble(word, pc)}"


def describe(state: State, memory: Memory) -> str:
    """The instruction that the next step executes, with the values of its operands.

    For example `0x00000124: lw $t0, -4($sp); $t0 = 0x00000000, $sp = 0x3ffffff0,
    memory[0x3fffffec] = 0x00000007`.
    """
    if state.pc % WORD_BYTES or not PROGRAM.contains(state.pc):
        return f"{state.pc:#010x}: no instruction can be fetched from here"
    word = memory.load_word(state.pc)
    text = f"{state.pc:#010x}: {disassemble(word, state.pc)}"
    decoded = decode(word)
    values = [] if decoded is None else list(_values(decoded, state, memory))
    return f"{text}; {', '.join(values)}" if values else text


def _values(decoded: Decoded, state: State, memory: Memory) -> Iterator[str]:
    """The operands that the instruction reads, as `name = value`."""
    instruction = decoded.instruction
    kind = instruction.kind
    names = re.findall(r"\br[std]\b", instruction.operands)
    read = decoded.registers[: len(names)]
    if kind in _WRITES_FIRST and instruction.operation not in _MERGES:
        read = read[1:]
    for number in filter(None, dict.fromkeys(read)):
        yield _value(f"${REGISTER_NAMES[number]}", state.registers[number])
    if kind in (Kind.MULTIPLY, Kind.MOVE_FROM):
        yield _value("hi", state.hi)
        yield _value("lo", state.lo)
    if kind in (Kind.LOAD, Kind.STORE):
        address = state.registers[decoded.rs] + decoded.immediate & WORD_MASK
        aligned = address - address % WORD_BYTES
        yield _value(f"memory[{aligned:#010x}]", memory.load_word(aligned))
    if kind is Kind.SYSCALL:
        number = state.registers[V0]
        status, _ = EFFECTS.get(number, (None, ()))
        yield f"$v0 = {number} ({'unknown' if status is None else status.name.lower()})"


def _value(name: str, value: int) -> str:
    return f"{name} = {value:#010x}"


def _operand(name: str, decoded: Decoded, pc: int) -> str:
    """What stands for `name` of the table's syntax."""
    immediate = decoded.immediate
    match name:
        case "rs" | "rt" | "rd":
            return f"${REGISTER_NAMES[getattr(decoded, name)]}"
        case "signed" | "offset":
            return str(signed(immediate))
        case "upper":
            return f"{immediate >> 16:#x}"
        case "branch":
            return f"{pc + WORD_BYTES + immediate & WORD_MASK:#x}"
        case "target":
            return f"{pc + WORD_BYTES & JUMP_REGION | immediate:#x}"
        case "unsigned":
            return f"{immediate:#x}"
        case "hint":
            return str(decoded.rt)
        case "size":
            return str(_field_size(decoded))
        case _:
            return str(decoded.sa)


def _field_size(decoded: Decoded) -> int:
    """ext encodes the size less one, ins the highest bit."""
    if decoded.instruction.operation == "ext":
        return decoded.rd + 1
    return decoded.rd - decoded.sa + 1
