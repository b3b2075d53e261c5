"""Tiny guests that yield, assembled by hand: whole runs of a few dozen steps.

`tally` is a miniature of the real interpreter: each segment reads its index from the
arena, its work from the model and a word of input, adds up in a loop with a delay slot,
stores to arena and stack, bumps the index and yields; the last writes four bytes of
output and halts.
"""

import struct
from collections.abc import Sequence
from random import Random

from challenge.trace import ExecutionTrace, MachineExecution
from mips_vm import Machine, Status

ZERO, V0, T0, T1, T2, T3, T4, T5, T6, T7, S0, S1, SP = (
    0, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 29,
)  # fmt: skip
SEGMENTS_WORD = 0x400  # offset in the model image
HALT, YIELD = 4001, 4162
LIMIT = 100_000


def immediate(opcode: int, rs: int, rt: int, value: int) -> int:
    return opcode << 26 | rs << 21 | rt << 16 | value & 0xFFFF


def lui(rt: int, value: int) -> int:
    return immediate(0x0F, 0, rt, value)


def addiu(rt: int, rs: int, value: int) -> int:
    return immediate(0x09, rs, rt, value)


def lw(rt: int, offset: int, rs: int) -> int:
    return immediate(0x23, rs, rt, offset)


def sw(rt: int, offset: int, rs: int) -> int:
    return immediate(0x2B, rs, rt, offset)


def bne(rs: int, rt: int, words: int) -> int:
    return immediate(0x05, rs, rt, words)


def bgtz(rs: int, words: int) -> int:
    return immediate(0x07, rs, 0, words)


def addu(rd: int, rs: int, rt: int) -> int:
    return rs << 21 | rt << 16 | rd << 11 | 0x21


def sll(rd: int, rt: int, amount: int) -> int:
    return rt << 16 | rd << 11 | amount << 6


NOP, SYSCALL, BREAK = 0, 0x0C, 0x0D

TALLY = (
    lui(T0, 0x4000),
    lw(T1, 0, T0),  # the segment's index
    lui(T2, 0x1000),
    lw(T3, 4, T2),  # the input's first word
    lui(T4, 0x8000),
    lw(T7, SEGMENTS_WORD, T4),
    sll(T5, T1, 2),
    addu(T4, T4, T5),
    lw(T5, 0, T4),  # the segment's work
    lw(T6, 4, T0),  # the tally
    lui(SP, 0x3000),
    sw(T3, 0x100, SP),
    addu(T6, T6, T3),  # loop:
    addiu(T5, T5, -1),
    bgtz(T5, -3),
    addiu(T6, T6, 1),
    sw(T6, 4, T0),
    addiu(T1, T1, 1),
    bne(T1, T7, 7),
    sw(T1, 0, T0),
    lui(S0, 0x2000),
    addiu(S1, ZERO, 4),
    sw(S1, 0, S0),
    sw(T6, 4, S0),
    addiu(V0, ZERO, HALT),
    SYSCALL,
    addiu(V0, ZERO, YIELD),  # yield:
    SYSCALL,
)

HALT_AT_ONCE = (addiu(V0, ZERO, HALT), SYSCALL)
FAULT_AT_ONCE = (BREAK,)


def code(instructions: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(instructions)}I", *instructions)


def tally_model(work: Sequence[int]) -> bytes:
    """A model image: loop counts by segment, and how many segments there are."""
    image = bytearray(SEGMENTS_WORD + 4)
    struct.pack_into(f"<{len(work)}I", image, 0, *work)
    struct.pack_into("<I", image, SEGMENTS_WORD, len(work))
    return bytes(image)


def tally_output(work: Sequence[int], input_: bytes) -> bytes:
    """What the guest must answer."""
    word = int.from_bytes(input_[:4].ljust(4, b"\0"), "little")
    total = sum(max(count, 1) * (word + 1) for count in work)
    return (total % 2**32).to_bytes(4, "little")


def machine(
    instructions: Sequence[int], input_: bytes = b"", model: bytes = b""
) -> Machine:
    """A guest at its first boundary."""
    guest = Machine.from_program(code(instructions))
    guest.load_input(input_)
    guest.load_model(model)
    guest.status = Status.YIELDED
    return guest


def trace(guest: Machine) -> ExecutionTrace:
    """Its true trace, on the reference engine: nothing to compile."""
    execution = MachineExecution(guest, LIMIT, "reference")
    return ExecutionTrace(execution, LIMIT, "reference")


def tally(work: Sequence[int], input_: bytes = b"\5\0\0\0") -> ExecutionTrace:
    return trace(machine(TALLY, input_, tally_model(work)))


def any_work(rng: Random, segments: int) -> tuple[int, ...]:
    return tuple(rng.randint(1, 12) for _ in range(segments))
