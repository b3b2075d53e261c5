"""Why a machine faulted, in words, and what an ordinary program left besides.

Nothing here has a say in what a step does: it looks at the state that a fault left,
which changes nothing but the status.
"""

from typing import Final

from mips_vm.constants import (
    PROGRAM,
    REGIONS,
    STACK,
    SYSCALL_HALT,
    SYSCALL_YIELD,
    WORD_BYTES,
    WORD_MASK,
    Status,
)
from mips_vm.disassemble import absent
from mips_vm.isa.decode import Decoded, Kind, decode
from mips_vm.isa.syscalls import V0
from mips_vm.machine import Machine
from mips_vm.toolchain.assembly import STACK_TRAP

# Twins of plumb.h; a test compares them.
ERRORS_BYTES: Final = 0x1000
EXIT_BREAK: Final = 0x3E1

ABORTED: Final = 134
"""The exit status of abort."""

_A0: Final = 4
_CODE: Final = 0x3FF


def explain(machine: Machine) -> str:
    """Why it faulted, in a few words; empty if it has not."""
    if machine.status is not Status.FAULTED:
        return ""
    pc = machine.pc
    if pc % WORD_BYTES or not PROGRAM.contains(pc):
        return "there is no code at pc"
    word = machine.memory.load_word(pc)
    decoded = decode(word)
    if decoded is None:
        return f"no instruction of this machine: {absent(word) or f'{word:#010x}'}"
    return _explain_instruction(machine, decoded)


def exit_status(machine: Machine) -> int | None:
    """What the program gave to exit, if it failed by that."""
    if machine.status is not Status.FAULTED or machine.pc % WORD_BYTES:
        return None
    decoded = decode(machine.memory.load_word(machine.pc))
    if decoded is None or decoded.instruction.kind is not Kind.BREAK:
        return None
    return machine.registers[_A0] if decoded.word >> 16 & _CODE == EXIT_BREAK else None


def errors_of(machine: Machine) -> bytes:
    """What a program that faulted wrote to stderr; a halt wipes it."""
    base = STACK.end - ERRORS_BYTES
    if machine.status is not Status.FAULTED:
        return b""
    size = machine.memory.load_word(base)
    if size > ERRORS_BYTES - WORD_BYTES:
        return b""
    return machine.memory.read(base + WORD_BYTES, size)


def _explain_instruction(machine: Machine, decoded: Decoded) -> str:
    kind = decoded.instruction.kind
    if kind is Kind.BREAK:
        status = exit_status(machine)
        if status is None:
            return "break"
        return "abort" if status == ABORTED else f"exit status {status}"
    if kind is Kind.TRAP:
        stack = decoded.word >> 6 & _CODE == STACK_TRAP
        return "the stack is full" if stack else "a trap, as division by zero"
    if kind is Kind.SYSCALL:
        number = machine.registers[V0]
        ours = f"{SYSCALL_HALT} or {SYSCALL_YIELD}"
        return f"system call: expected {ours}, got {number}"
    if kind in (Kind.LOAD, Kind.STORE):
        return _explain_access(machine, decoded)
    return "signed overflow"


def _explain_access(machine: Machine, decoded: Decoded) -> str:
    base = machine.registers[decoded.rs]
    address = base + decoded.immediate & WORD_MASK
    alignment = decoded.instruction.alignment
    if address % alignment:
        return f"address: expected a multiple of {alignment}, got {address:#010x}"
    region = next(region for region in REGIONS if region.contains(address))
    return f"store to the {region.name} region, at {address:#010x}"
