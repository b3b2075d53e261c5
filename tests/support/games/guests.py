"""Tiny guests that yield: whole runs of a few dozen steps, for whole disputes.

`TALLY` is a miniature of the real interpreter: each segment reads its index from the
arena, its work from the model and a word of input, adds up in a loop with a delay slot,
stores to stack and arena, bumps the index and yields; the last one writes four bytes of
output and halts.
"""

import struct
from collections.abc import Sequence

from support.machine.assembler import assemble

from challenge.trace import ExecutionTrace, Limits, MachineExecution
from mips_vm import Machine, Status

COUNT_OFFSET = 0x400  # in the model image: how many segments there are
LIMITS = Limits(segments=64, instructions=100_000)

TALLY = assemble(
    "lui $t0, 0x4000",
    "lw $t1, 0($t0)",  # the segment's index
    "lui $t2, 0x1000",
    "lw $t3, 4($t2)",  # the input's first word
    "lui $t4, 0x8000",
    "lw $t7, 0x400($t4)",
    "sll $t5, $t1, 2",
    "addu $t4, $t4, $t5",
    "lw $t5, 0($t4)",  # the segment's work
    "lw $t6, 4($t0)",  # the tally
    "lui $sp, 0x3000",
    "sw $t3, 0x100($sp)",
    "addu $t6, $t6, $t3",  # 0x30: the loop
    "addiu $t5, $t5, -1",
    "bgtz $t5, 0x30",
    "addiu $t6, $t6, 1",
    "sw $t6, 4($t0)",
    "addiu $t1, $t1, 1",
    "bne $t1, $t7, 0x68",
    "sw $t1, 0($t0)",
    "lui $s0, 0x2000",
    "addiu $s1, $zero, 4",
    "sw $s1, 0($s0)",
    "sw $t6, 4($s0)",
    "addiu $v0, $zero, 4001",
    "syscall",
    "addiu $v0, $zero, 4162",  # 0x68: the end of all segments but the last
    "syscall",
)
FIXED_STEPS = 22  # of a segment that yields; its loop adds four a round

HALT_AT_ONCE = assemble("addiu $v0, $zero, 4001", "syscall")
FAULT_AT_ONCE = assemble("break")


def machine(code: bytes, input_: bytes = b"", model: bytes = b"") -> Machine:
    """A guest at its first boundary."""
    guest = Machine.from_program(code)
    guest.load_input(input_)
    guest.load_model(model)
    guest.status = Status.YIELDED
    return guest


def trace(guest: Machine) -> ExecutionTrace:
    """Its true trace, on the reference engine: nothing to compile."""
    execution = MachineExecution(guest, LIMITS, "reference")
    return ExecutionTrace(execution, LIMITS, "reference")


def tally(work: Sequence[int], word: int = 5) -> ExecutionTrace:
    """The run over as many segments as there are loop counts in `work`, all from 1."""
    image = bytearray(COUNT_OFFSET + 4)
    struct.pack_into(f"<{len(work)}I", image, 0, *work)
    struct.pack_into("<I", image, COUNT_OFFSET, len(work))
    return trace(machine(TALLY, word.to_bytes(4, "little"), bytes(image)))


def tally_output(work: Sequence[int], word: int = 5) -> bytes:
    """What the guest must answer."""
    return (sum(work) * (word + 1) % 2**32).to_bytes(4, "little")
