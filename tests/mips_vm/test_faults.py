"""Why a machine faulted, in words."""

import re

import pytest
from support.machine.assembler import assemble

from mips_vm import Machine, Status
from mips_vm.constants import STACK
from mips_vm.debugging.faults import (
    ERRORS_BYTES,
    EXIT_BREAK,
    errors_of,
    exit_status,
    explain,
)
from mips_vm.toolchain.assembly import STACK_TRAP
from mips_vm.toolchain.build import RUNTIME

A0, T0, T1, V0 = 4, 8, 9, 2


def faulted(line: str, registers: dict[int, int]) -> Machine:
    machine = Machine.from_program(assemble(line))
    for number, value in registers.items():
        machine.registers[number] = value
    machine.step()
    assert machine.status is Status.FAULTED
    return machine


EXIT = f".word {EXIT_BREAK << 16 | 0xD:#x}"
TLTU = 8 << 21 | 9 << 16 | 0x33
REASONS = [
    (".word 0xc1090000", {}, "no instruction of this machine: ll"),
    (".word 0x7c03e83b", {}, "no instruction of this machine: rdhwr"),
    (".word 0x46000000", {}, "no instruction of this machine: one of the"),
    (".word 0xffffffff", {}, "no instruction of this machine: 0xffffffff"),
    ("lw $t0, 4($t1)", {T1: 1}, "address: expected a multiple of 4, got 0x00000005"),
    ("sw $t0, -4($t1)", {T1: 8}, "store to the program region, at 0x00000004"),
    ("sb $t0, 0($t1)", {T1: 0x80000001}, "store to the model region, at 0x80000001"),
    ("syscall", {V0: 7}, "system call: expected 4001 or 4162, got 7"),
    ("add $t0, $t0, $t1", {T0: 0x7FFFFFFF, T1: 1}, "signed overflow"),
    ("teq $t0, $t1", {}, "a trap, as division by zero"),
    (f".word {TLTU | STACK_TRAP << 6:#x}", {T1: 1}, "the stack is full"),
    ("break", {A0: 3}, "break"),
    (EXIT, {A0: 3}, "exit status 3"),
    (EXIT, {A0: 134}, "abort"),
]


@pytest.mark.parametrize(("line", "registers", "reason"), REASONS)
def test_explain_fault_has_its_reason(
    line: str, registers: dict[int, int], reason: str
) -> None:
    assert explain(faulted(line, registers)).startswith(reason)


@pytest.mark.parametrize("pc", [2, 0x10000000])
def test_explain_no_code_at_pc(pc: int) -> None:
    machine = Machine.from_program(b"")
    machine.pc = pc
    machine.step()
    assert explain(machine) == "there is no code at pc"
    assert exit_status(machine) is None


def test_explain_machine_that_runs_has_no_reason() -> None:
    machine = Machine.from_program(assemble(EXIT))
    assert (explain(machine), exit_status(machine), errors_of(machine)) == (
        *("", None),
        b"",
    )


def test_exit_status_is_that_of_an_exit_only() -> None:
    assert exit_status(faulted(EXIT, {A0: 3})) == 3
    assert exit_status(faulted("break", {A0: 3})) is None
    assert exit_status(faulted("teq $t0, $t1", {A0: 3})) is None


@pytest.mark.parametrize("size", [0, 5, ERRORS_BYTES - 4, ERRORS_BYTES - 3, 1 << 31])
def test_errors_of_no_more_than_there_is_room_for(size: int) -> None:
    machine = faulted(EXIT, {})
    base = STACK.end - ERRORS_BYTES
    text = bytes(range(256)) * 16
    machine.memory.write(base, size.to_bytes(4, "little") + text[: ERRORS_BYTES - 4])
    fits = size <= ERRORS_BYTES - 4
    assert errors_of(machine) == (text[:size] if fits else b"")


def test_constants_are_those_of_the_runtime() -> None:
    header = (RUNTIME / "plumb.h").read_text()
    values = dict(re.findall(r"#define (PLUMB_\w+) (0x\w+)$", header, re.MULTILINE))
    assert int(values["PLUMB_ERRORS_BYTES"], 16) == ERRORS_BYTES
    assert int(values["PLUMB_BREAK_EXIT"], 16) == EXIT_BREAK
