"""Every instruction that can run under qemu gives the same results there.

One assembly program is made from the table: each vector loads operands, executes one
instruction, and writes all that it may have changed to the output. It runs here, in
both engines, and under qemu.
"""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.machine.assembler import encode
from support.machine.scenarios import EDGES

from mips_vm import Machine, Status
from mips_vm.isa.decode import TABLE, Instruction, Kind
from mips_vm.toolchain.build import build_elf

Qemu = Callable[[Path, bytes], bytes]

VECTORS = 16

HEADER = """
#include "plumb.h"
    .set noreorder
    .set noat
    .globl main
    .text
main:
    lui $s0, PLUMB_OUTPUT_BASE >> 16
    addiu $s0, $s0, 4
    lui $s1, PLUMB_ARENA_BASE >> 16
"""

FOOTER = """
    lui $t0, PLUMB_OUTPUT_BASE >> 16
    subu $t1, $s0, $t0
    addiu $t1, $t1, -4
    sw $t1, 0($t0)
    j plumb_halt
    nop
"""

BRANCHES = (
    Kind.BRANCH,
    Kind.BRANCH_LIKELY,
    Kind.BRANCH_LINK,
    Kind.BRANCH_LINK_LIKELY,
)
# Jumps and system calls are in every compiled program; break only faults.
LEFT_OUT = (
    Kind.JUMP,
    Kind.JUMP_LINK,
    Kind.JUMP_REGISTER,
    Kind.JUMP_REGISTER_LINK,
    Kind.SYSCALL,
    Kind.BREAK,
)


def constant(register: str, value: int) -> list[str]:
    return [f"lui {register}, {value >> 16}", f"ori {register}, {value & 0xFFFF}"]


def record(*registers: str) -> list[str]:
    stores = [f"sw {name}, {4 * index}($s0)" for index, name in enumerate(registers)]
    return [*stores, f"addiu $s0, $s0, {4 * len(registers)}"]


def operands(row: Instruction, rng: random.Random) -> str:
    """Assembler operands: rs is $t0, rt is $t1, rd is $t2, immediates are random."""
    pos = rng.randrange(32)
    names = {
        "rs": "$t0",
        "rt": "$t1",
        "rd": "$t2",
        "sa": str(rng.randrange(32)),
        "pos": str(pos),
        "size": str(rng.randrange(1, 33 - pos)),
        "hint": "0",
        "signed": str(rng.choice((0, 1, -1, 32767, -32768, 2020))),
        "offset": "0",
        "branch": "12",
    }
    immediate = str(rng.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x1234)))
    names["unsigned"] = names["upper"] = immediate
    return re.sub(r"[a-z]+", lambda name: names[name.group()], row.operands)


def vector(row: Instruction, rng: random.Random, label: str) -> list[str]:
    values = [
        rng.choice(EDGES) if rng.random() < 0.6 else rng.getrandbits(32)
        for _ in range(5)
    ]
    if rng.random() < 0.2:
        values[1] = values[0]
    word = encode(f"{row.mnemonic} {operands(row, rng)}".rstrip(), 0)
    if row.kind in (Kind.LOAD, Kind.STORE):
        return access(row, word, values, rng)
    if faults(word, values):
        return []
    lines = []
    for register, value in zip(
        ("$t0", "$t1", "$t2", "$t3", "$t4"), values, strict=True
    ):
        lines += constant(register, value)
    lines += ["mthi $t3", "mtlo $t4"]
    if row.kind in BRANCHES:
        # To the label: over the slot and one more instruction, which say so if run.
        lines += [f"la $ra, {label}", "addiu $t3, $zero, 0"]
        lines += [f".word {word & ~0xFFFF | 2:#x}", "addiu $t3, $t3, 1"]
        lines += ["addiu $t3, $t3, 16", f"{label}: la $t4, {label}"]
        return [*lines, "subu $t4, $ra, $t4", *record("$t3", "$t4")]
    lines += [f".word {word:#x}", "mfhi $t3", "mflo $t4"]
    return lines + record("$t0", "$t1", "$t2", "$t3", "$t4")


def access(
    row: Instruction, word: int, values: list[int], rng: random.Random
) -> list[str]:
    """A load or store in a block of three words, of which the middle one is meant."""
    offset = 4 + rng.randrange(4) // row.alignment * row.alignment
    lines = constant("$t1", values[1])
    for index in range(3):
        lines += [*constant("$t2", values[2 + index]), f"sw $t2, {4 * index}($s1)"]
    lines += [f"addiu $t0, $s1, {offset}", f".word {word:#x}"]
    lines += [f"lw $t{2 + index}, {4 * index}($s1)" for index in range(3)]
    return lines + record("$t1", "$t2", "$t3", "$t4")


def faults(word: int, values: list[int]) -> bool:
    """Whether it would overflow or trap, which qemu answers with a signal."""
    machine = Machine.from_program(word.to_bytes(4, "little"))
    for register, value in zip((8, 9, 10), values, strict=False):
        machine.registers[register] = value
    machine.step()
    return machine.status is Status.FAULTED


def program() -> Iterator[str]:
    rng = random.Random(7)
    yield HEADER
    for row in TABLE:
        if row.kind in LEFT_OUT:
            continue
        for index in range(VECTORS):
            yield from vector(row, rng, f"{row.mnemonic}_{index}")
    yield FOOTER


@pytest.mark.toolchain
@pytest.mark.usefixtures("build")
def test_all_instructions_results_are_those_of_qemu(tmp_path: Path, qemu: Qemu) -> None:
    source = tmp_path / "vectors.S"
    source.write_text("\n".join(program()))
    expected = qemu(build_elf([source], tmp_path / "qemu.elf", qemu=True), b"")
    assert len(expected) > 4 * VECTORS * 3 * 50
    elf = build_elf([source], tmp_path / "here.elf")
    for engine in ("reference", "translated"):
        machine = Machine.from_elf(elf)
        machine.run(engine=engine)
        assert machine.status is Status.HALTED
        assert machine.output() == expected
