"""Every fault of docs/machine.md, and what must not be one, on all three machines."""

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from support.chains.verifier import Verifier
from support.fuzz import judge
from support.fuzz.case import Case, Start
from support.machine.assembler import assemble

from mips_vm import Status
from mips_vm.constants import (
    ARENA,
    INPUT,
    MODEL,
    OUTPUT,
    PROGRAM,
    REGIONS,
    STACK,
    SYSCALL_HALT,
    SYSCALL_YIELD,
)
from mips_vm.toolchain.assembly import STACK_TRAP

T0, T1, V0, K0, SP = 8, 9, 2, 26, 29
LEAST, MOST = 0x8000_0000, 0x7FFF_FFFF
BREAK = 0x0000_000D
TLTU = 0x0000_0033

Registers = Mapping[int, int]


def start(pc: int, registers: Registers, steps: int) -> Start:
    held = tuple(registers.get(number, 0) for number in range(32))
    return Start(pc, pc + 4, 0, 0, held, steps)


def words(*lines: str) -> tuple[int, ...]:
    code = assemble(*lines)
    return tuple(
        int.from_bytes(code[at : at + 4], "little") for at in range(0, len(code), 4)
    )


def ends(verifier: Verifier, case: Case) -> list[Status]:
    """How each start ends; the three machines agree on the way."""
    assert not judge.translated(case).disagreement
    assert not judge.on_chain(verifier, case).disagreement
    machine, statuses = case.machine(), []
    for entered in case.starts:
        entered.enter(machine)
        machine.run(entered.steps, engine="reference")
        statuses.append(machine.status)
    return statuses


# Line -> values of $t0 and $t1 with which it faults, then some with which it does not.
FAULTS: dict[str, tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]] = {
    "add $t2, $t0, $t1": ([(MOST, 1), (LEAST, LEAST)], [(MOST, LEAST), (LEAST, 1)]),
    "addi $t2, $t0, 1": ([(MOST, 0)], [(MOST - 1, 0), (LEAST, 0)]),
    "addi $t2, $t0, -1": ([(LEAST, 0)], [(LEAST + 1, 0), (MOST, 0)]),
    "sub $t2, $t0, $t1": ([(LEAST, 1), (MOST, LEAST), (0, LEAST)], [(LEAST, LEAST)]),
    "break": ([(0, 0)], []),
    ".word 0xffffffff": ([(0, 0)], []),
    ".word 0x46000000": ([(0, 0)], []),  # add.s: no floating point
    ".word 0x40026000": ([(0, 0)], []),  # mfc0: no privileged mode
    ".word 0xc1090000": ([(ARENA.base, 0)], []),  # ll
    ".word 0x00400002": ([(0, 0)], []),  # srl with bits 25..21 above 1
    ".word 0x00000086": ([(0, 0)], []),  # srlv with bits 10..6 above 1
    "teq $t0, $t1": ([(5, 5)], [(5, 6)]),
    "tne $t0, $t1": ([(5, 6)], [(5, 5)]),
    "tge $t0, $t1": ([(0, LEAST), (3, 3)], [(LEAST, 0)]),
    "tgeu $t0, $t1": ([(LEAST, 0), (3, 3)], [(0, LEAST)]),
    "tlt $t0, $t1": ([(LEAST, 0)], [(0, LEAST), (3, 3)]),
    "tltu $t0, $t1": ([(0, LEAST)], [(LEAST, 0), (3, 3)]),
    "teqi $t0, -1": ([(2**32 - 1, 0)], [(0xFFFF, 0)]),
    "tnei $t0, -1": ([(0xFFFF, 0)], [(2**32 - 1, 0)]),
    "tgei $t0, -1": ([(0, 0)], [(LEAST, 0)]),
    "tgeiu $t0, -1": ([(2**32 - 1, 0)], [(0, 0)]),
    "tlti $t0, -1": ([(LEAST, 0)], [(0, 0)]),
    "tltiu $t0, -1": ([(0, 0)], [(2**32 - 1, 0)]),
}


@pytest.mark.parametrize("line", FAULTS)
def test_instruction_faults_exactly_when_the_manual_says(verifier, line):
    faulting, fine = FAULTS[line]
    starts = [start(0, {T0: a, T1: b}, 1) for a, b in (*faulting, *fine)]
    case = Case(0, (*words(line), BREAK), tuple(starts), {})
    expected = [Status.FAULTED] * len(faulting) + [Status.RUNNING] * len(fine)
    assert ends(verifier, case) == expected


def test_frame_below_the_stack_s_end_faults(verifier):
    """The check that the toolchain puts after an instruction that lowers $sp."""
    end = STACK.base + (1 << 16)
    trap = TLTU | SP << 21 | K0 << 16 | STACK_TRAP << 6
    code = (*words("addiu $sp, $sp, -24"), trap, BREAK)
    above = (end + 24, end + 25, ARENA.base)
    below = (end, end + 23, STACK.base + 24, STACK.base, OUTPUT.base, 0)
    starts = [start(0, {SP: sp, K0: end}, 2) for sp in (*above, *below)]
    expected = [Status.RUNNING] * len(above) + [Status.FAULTED] * (len(below) - 1)
    # From 0 it is above all regions that can be written.
    expected.append(Status.RUNNING)
    assert ends(verifier, Case(0, code, tuple(starts), {})) == expected


ACCESSES = {
    "lb": 1,
    "lbu": 1,
    "lh": 2,
    "lhu": 2,
    "lw": 4,
    "lwl": 1,
    "lwr": 1,
    "sb": 1,
    "sh": 2,
    "sw": 4,
    "swl": 1,
    "swr": 1,
}
BORDERS = [region.base for region in REGIONS]


def test_accesses_around_every_border_of_a_region_fault_by_rule(verifier):
    lines = [f"{mnemonic} $t1, 0($t0)" for mnemonic in ACCESSES]
    starts, expected = [], []
    for index, (mnemonic, alignment) in enumerate(ACCESSES.items()):
        for border, near in product(BORDERS, range(-4, 5)):
            address = (border + near) % 2**32
            starts.append(start(8 * index, {T0: address, T1: 0x1234_5678}, 1))
            region = next(region for region in REGIONS if region.contains(address))
            refused = mnemonic.startswith("s") and not region.writable
            faults = address % alignment != 0 or refused
            expected.append(Status.FAULTED if faults else Status.RUNNING)
    code = [word for line in lines for word in (*words(line), BREAK)]
    case = Case(0, tuple(code), tuple(starts), {})
    assert ends(verifier, case) == expected
    assert {Status.FAULTED, Status.RUNNING} == set(expected)


NUMBERS = (0, 1, 2, 4000, 4002, 4003, 4045, 4161, 4163, 4246, 5058, 6001, LEAST)
NUMBERS += (MOST, 2**32 - 1, SYSCALL_HALT | LEAST, SYSCALL_YIELD | 1 << 16)


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (SYSCALL_HALT, Status.HALTED),
        (SYSCALL_YIELD, Status.YIELDED),
        *((number, Status.FAULTED) for number in NUMBERS),
    ],
)
def test_syscall_number_ends_as_documented(verifier, number, status):
    memory = {STACK.base: 1, ARENA.base: 2, OUTPUT.base: 3, MODEL.base: 4}
    code = words("syscall", "nop")
    case = Case(0, code, (start(0, {V0: number}, 2),), memory)
    assert ends(verifier, case) == [status]


def test_syscall_every_number_of_linux_but_ours_faults(verifier):
    """All that o32 has had room for, 4000 to 4499, in one program."""
    numbers = range(4000, 4500)
    starts = tuple(start(0, {V0: number}, 1) for number in numbers)
    found = ends(verifier, Case(0, words("syscall", "nop"), starts, {}))
    ours = {SYSCALL_HALT: Status.HALTED, SYSCALL_YIELD: Status.YIELDED}
    assert found == [ours.get(number, Status.FAULTED) for number in numbers]


NOWHERE = (1, 2, 3, PROGRAM.end, PROGRAM.end + 4, STACK.base, MODEL.base, 2**32 - 4)
NOWHERE += (PROGRAM.end - 1, INPUT.base + 2, 2**32 - 1)


@pytest.mark.parametrize("line", ["jr $t0", "jalr $ra, $t0"])
def test_jump_to_nowhere_faults_after_its_slot(verifier, line):
    code = words(line, "addiu $t1, $t1, 1", "break")
    starts = tuple(start(0, {T0: target}, 3) for target in NOWHERE)
    case = Case(0, code, starts, {})
    machine = case.machine()
    assert ends(verifier, case) == [Status.FAULTED] * len(NOWHERE)
    for entered, target in zip(starts, NOWHERE, strict=True):
        entered.enter(machine)
        assert machine.run(engine="translated") == 3
        assert (machine.pc, machine.registers[T1]) == (target, 1)


def test_run_off_the_end_of_the_program_faults(verifier):
    last = PROGRAM.end - 8
    case = Case(last, words("nop", "nop"), (start(last, {}, 5),), {})
    assert ends(verifier, case) == [Status.FAULTED]


def test_jump_into_a_delay_slot_executes_it_alone(verifier):
    code = words("j 0x10", "nop", "beq $zero, $zero, 0x20", "addiu $t1, $t1, 1")
    code += words("j 0xc", "addiu $t1, $t1, 16", "break")
    case = Case(0, code, (start(0, {}, 9),), {})
    assert ends(verifier, case) == [Status.RUNNING]
    machine = case.machine()
    machine.run(5, engine="translated")
    assert (machine.pc, machine.registers[T1]) == (0x10, 17)


@pytest.mark.parametrize("target", [0, 4, 8, 0x100000, PROGRAM.end - 4])
@pytest.mark.parametrize(
    "line", ["sw $t1, 0($t0)", "sb $t1, 0($t0)", "swl $t1, 3($t0)"]
)
def test_program_that_would_modify_itself_faults_unchanged(verifier, line, target):
    case = Case(0, (*words(line), BREAK), (start(0, {T0: target, T1: 7}, 2),), {})
    machine = case.machine()
    before = machine.memory.program_root()
    assert ends(verifier, case) == [Status.FAULTED]
    case.starts[0].enter(machine)
    machine.run(engine="translated")
    assert machine.pc == 0
    assert machine.memory.program_root() == before


PUSH = words("addiu $sp, $sp, -4", "sw $t1, 0($sp)", "j 0x0", "nop")


@pytest.mark.parametrize(
    ("top", "status"),
    [
        (STACK.base + 8, Status.RUNNING),  # into the output, which is writable
        (OUTPUT.base + 8, Status.FAULTED),  # into the input, which is not
        (ARENA.base + 8, Status.RUNNING),  # out of the arena, into the stack
        (2**32 - 4, Status.FAULTED),
        (8, Status.FAULTED),
    ],
)
def test_stack_that_overflows_its_region_goes_on_or_faults(verifier, top, status):
    case = Case(0, PUSH, (start(0, {SP: top, T1: 5}, 20),), {})
    assert ends(verifier, case) == [status]


def test_stack_that_grows_upwards_ends_at_the_model(verifier):
    climb = words("sw $t1, 0($sp)", "addiu $sp, $sp, 4", "j 0x0", "nop")
    starts = (
        start(0, {SP: STACK.end - 8, T1: 5}, 20),
        start(0, {SP: ARENA.end - 8, T1: 5}, 20),
    )
    case = Case(0, climb, starts, {})
    assert ends(verifier, case) == [Status.RUNNING, Status.FAULTED]
