"""The translated engine against the reference: whole states, at every stop."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.machine.assembler import assemble
from support.machine.scenarios import random_word, scenario
from support.machine.twins import (
    BREAK,
    TRANSFERS,
    Twins,
    random_program,
    random_registers,
    to_bytes,
)

from mips_vm import Machine, Status
from mips_vm.constants import PROGRAM, STACK, SYSCALL_HALT
from mips_vm.hashing.tree import BLOCK_BYTES
from mips_vm.isa.decode import TABLE, Instruction, Kind
from mips_vm.storage.flags import CHANGED
from mips_vm.translate import engine

SEED = 20260102
STATES = 6
GALLERY = 240
SLOTS = [
    row
    for row in TABLE
    if row.kind in (Kind.COMPUTE, Kind.LOAD, Kind.STORE, Kind.MULTIPLY, Kind.TRAP)
]


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Random programs stay out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLUMB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def reference_steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Addresses of the steps that the translated engine leaves to the reference."""
    taken: list[int] = []
    plain = engine.step

    def counted(state: Any, memory: Any) -> None:
        taken.append(state.pc)
        plain(state, memory)

    monkeypatch.setattr(engine, "step", counted)
    return taken


def gallery(rows: list[Instruction], rng: random.Random) -> tuple[bytes, list[int]]:
    """A program of exhibits, each some instructions and a break, and their addresses.

    It begins with a call to each, so that one unit of translation holds them all.
    """
    calls, exhibits, places = [], [], []
    for row in rows:
        place = 8 * len(rows) + 4 * len(exhibits)
        calls += [0x0C00_0000 | place // 4, 0]
        places.append(place)
        exhibits.append(random_word(row, rng))
        if row.kind in TRANSFERS:
            exhibits.append(random_word(rng.choice(SLOTS), rng))
        exhibits.append(BREAK)
    return to_bytes(calls + exhibits), places


@pytest.mark.parametrize("part", range(6))
def test_instructions_random_states_agree(
    part: int, reference_steps: list[int]
) -> None:
    rng = random.Random(f"{SEED} {part}")
    rows = [rng.choice(TABLE) for _ in range(GALLERY)] if part else list(TABLE) * 2
    code, places = gallery(rows, rng)
    twins = Twins(code)
    twins.enter(0, [0] * 32)
    twins.run(1)  # translates them: no exhibit is where code would be translated from
    native = 0
    for row, place in zip(rows, places, strict=True):
        steps = 2 if row.kind in TRANSFERS else 1
        for index in range(STATES):
            state = scenario(row, rng, f"{row.mnemonic} {SEED} {part} {index}")
            registers = list(state.registers)
            if row.kind in (Kind.LOAD, Kind.STORE):
                word = int.from_bytes(code[place : place + 4], "little")
                _point(registers, word, state.word, state.registers)
            twins.enter(place, registers, state.lo, state.hi)
            reference_steps.clear()
            twins.run(steps)
            native += not reference_steps
    twins.check_memory()
    # Only what faults or calls the system may be left to the reference.
    assert native > len(rows) * STATES // 2


def _point(
    registers: list[int], word: int, aimed: int, values: tuple[int, ...]
) -> None:
    """Makes `word` access the address that the scenario's own word accesses."""
    base, target = word >> 21 & 31, aimed >> 21 & 31
    address = values[target] + _offset(aimed)
    if base:
        registers[base] = address - _offset(word) & 0xFFFF_FFFF


def _offset(word: int) -> int:
    return (word & 0xFFFF ^ 0x8000) - 0x8000


@pytest.mark.parametrize("seed", range(16))
def test_program_random_agrees_at_every_stop(seed: int) -> None:
    rng = random.Random(f"{SEED} {seed}")
    length = rng.choice((12, 40, 160))
    code = random_program(rng, length)
    registers = random_registers(rng, length)
    twins = Twins(code)
    twins.enter(0, registers)
    start = twins.translated.snapshot()
    # In one go, then in pieces, then to every stop from the start.
    total = twins.run(600)
    twins.check_memory()
    reference = Machine.from_program(code)
    reference.restore(start)
    for stop in range(total + 1):
        if stop <= 100 or stop % 13 == 0 or stop == total:
            twins.translated.restore(start)
            assert twins.translated.run(stop) == stop
            assert twins.translated.state == reference.state, stop
            if stop % 40 == 0:
                root = reference.memory.root()
                assert twins.translated.memory.root() == root
        reference.step()
    assert _in_pieces(twins.translated, start, total, rng) == twins.reference.state
    twins.check_memory()


def _in_pieces(machine: Machine, start: Any, total: int, rng: random.Random) -> Any:
    machine.restore(start)
    while total:
        total -= machine.run(min(total, rng.choice((1, 2, 5, 30))))
    return machine.state


def test_program_enough_random_ones_run_long() -> None:
    """Guards the tests above: their programs don't all fault at once."""
    lengths = []
    for seed in range(16):
        rng = random.Random(f"{SEED} {seed}")
        length = rng.choice((12, 40, 160))
        machine = Machine.from_program(random_program(rng, length))
        for number, value in enumerate(random_registers(rng, length)):
            machine.registers[number] = value
        lengths.append(machine.run(600, engine="reference"))
    assert sum(length > 50 for length in lengths) >= 5


FIBONACCI = assemble(
    "addiu $a0, $zero, 15",
    "lui $sp, 0x4000",
    "jal 0x20",
    "nop",
    "addu $s0, $v0, $zero",
    f"addiu $v0, $zero, {SYSCALL_HALT}",
    "break",
    "nop",
    "slti $t0, $a0, 2",  # 0x20
    "bne $t0, $zero, 0x60",
    "addu $v0, $a0, $zero",
    "addiu $sp, $sp, -12",
    "sw $ra, 0($sp)",
    "sw $a0, 4($sp)",
    "jal 0x20",
    "addiu $a0, $a0, -1",
    "sw $v0, 8($sp)",
    "lw $a0, 4($sp)",
    "jal 0x20",
    "addiu $a0, $a0, -2",
    "lw $t0, 8($sp)",
    "lw $ra, 0($sp)",
    "addiu $sp, $sp, 12",
    "addu $v0, $v0, $t0",
    "jr $ra",  # 0x60
    "nop",
)


def test_recursion_agrees() -> None:
    twins = Twins(FIBONACCI)
    twins.run(None)
    assert twins.translated.registers[16] == 610
    twins.check_memory()


ENDLESS_RECURSION = assemble("addiu $t0, $t0, 1", "jal 0x0", "nop")


def test_recursion_endless_stays_on_a_small_host_stack() -> None:
    twins = Twins(ENDLESS_RECURSION)
    twins.run(100_000)
    assert twins.translated.run(30_000_000) == 30_000_000
    assert twins.translated.status is Status.RUNNING


def test_zeros_are_passed_over_at_once(reference_steps: list[int]) -> None:
    machine = Machine.from_program(assemble("j 0x100000", "nop"))
    steps = (PROGRAM.size - 0x100000) // 4
    assert machine.run() == 2 + steps + 1
    assert machine.status is Status.FAULTED
    assert machine.pc == PROGRAM.end
    assert len(reference_steps) < 10


@pytest.mark.parametrize("stop", [1, 2, 3, 100, 4097, 1 << 20])
def test_zeros_stop_is_exact(stop: int) -> None:
    machine = Machine.from_program(assemble("j 0x100000", "nop"))
    assert machine.run(stop) == stop
    assert machine.pc == (4 if stop == 1 else 0x100000 + 4 * (stop - 2))


HOSTILE = {
    "jump to an odd address": ("addiu $t0, $zero, 2", "jr $t0", "nop"),
    "jump out of the program": ("lui $t0, 0x4000", "jr $t0", "nop"),
    "call out of the program": ("lui $t0, 0x4000", "jalr $ra, $t0", "nop"),
    "branch in a delay slot": (
        "beq $zero, $zero, 0x10",
        "beq $zero, $zero, 0x18",
        "nop",
        "break",
        "addiu $t0, $t0, 1",
        "break",
        "addiu $t1, $t1, 1",
        "break",
    ),
    "jump to a delay slot": (
        "j 0xc",
        "nop",
        "beq $zero, $zero, 0x18",
        "addiu $t0, $t0, 1",
        "addiu $t1, $t1, 1",
        "break",
        "j 0x8",
        "addiu $t2, $t2, 1",
    ),
    "fault in a delay slot": ("beq $zero, $zero, 0x0", "lw $t0, 1($zero)"),
    "fault in a slot after a link": ("jal 0x8", "sw $ra, 0($zero)", "nop"),
    "fault in a slot of a jump register": ("jr $ra", "lh $t0, 1($zero)"),
    "store to the program": ("sw $zero, 0($zero)",),
    "store to the model": ("lui $t0, 0x8000", "sb $zero, 0($t0)"),
    "store before the output": ("lui $t0, 0x2000", "swl $zero, -1($t0)"),
    "store across two regions": (
        "lui $t0, 0x8000",
        "sw $t0, -4($t0)",
        "sw $t0, 0($t0)",
    ),
    # What is known of one address must not be believed of another.
    "misaligned after aligned": (
        "lui $t0, 0x4000",
        "lw $t1, 0($t0)",
        "lh $t1, 2($t0)",
        "lw $t1, 2($t0)",
    ),
    "base moved by an odd number": (
        "lui $t0, 0x4000",
        "sw $t1, 8($t0)",
        "addiu $t0, $t0, 2",
        "sh $t1, 8($t0)",
        "sw $t1, 8($t0)",
    ),
    "base replaced": (
        "lui $t0, 0x4000",
        "ori $t2, $zero, 0x1234",
        "sw $t2, 4($t0)",
        "lw $t0, 4($t0)",
        "lw $t0, 4($t0)",
        "sw $t0, 4($t0)",
    ),
    "base replaced by a misaligned one": (
        "lui $t0, 0x4000",
        "ori $t2, $zero, 0x1235",
        "sw $t2, 4($t0)",
        "lw $t0, 4($t0)",
        "lw $t0, 4($t0)",
    ),
    "base replaced in a register that was copied": (
        "lui $t0, 0x4000",
        "addu $t1, $t0, $zero",
        "sw $t1, 0($t0)",
        "addiu $t1, $t1, -1",
        "sb $t1, 0($t1)",
        "srl $t1, $t1, 1",
        "sb $t1, 0($t1)",
        "sw $t1, 0($t1)",
    ),
    "store through another base": (
        "lui $t0, 0x4000",
        "addu $t2, $t0, $t3",
        "sw $t0, 0($t2)",
        "sw $t0, 0($t1)",
    ),
    "run of stores over the end": (
        "lui $t0, 0x8000",
        "sw $t0, -16($t0)",
        "sw $t0, -12($t0)",
        "sh $t0, -8($t0)",
        "sb $t0, -1($t0)",
        "sb $t0, 0($t0)",
    ),
    "unknown instruction": (".word 0xffffffff",),
    "trap in a loop": (
        "addiu $t0, $t0, 1",
        "teqi $t0, 50",
        "beq $zero, $zero, 0x0",
        "nop",
    ),
    "least by minus one": (
        "lui $t0, 0x8000",
        "addiu $t1, $zero, -1",
        "div $t0, $t1",
        "div $t0, $zero",
        "divu $t0, $zero",
        "break",
    ),
    "call of what follows": ("bgezal $zero, 0x8", "nop", "jr $ra", "nop"),
}


@pytest.mark.parametrize("lines", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_program_agrees_at_every_stop(lines: tuple[str, ...]) -> None:
    code = assemble(*lines)
    for stop in range(200):
        twins = Twins(code)
        if twins.run(stop) < stop:
            break
    twins.check_memory()


def test_program_end_last_word_agrees() -> None:
    twins = Twins(b"")
    last = PROGRAM.end - 4
    for machine in (twins.translated, twins.reference):
        machine.memory.write(last - 8, assemble("addiu $t0, $t0, 1", "nop", "j 0x0"))
    twins.enter(last - 8, [0] * 32)
    twins.run(10)
    assert twins.translated.status is Status.FAULTED


def test_program_changed_by_host_runs_changed() -> None:
    machine = Machine.from_program(assemble("addiu $t0, $zero, 1", "break"))
    machine.run()
    machine.memory.write(0, assemble("addiu $t0, $zero, 2"))
    machine.pc, machine.next_pc, machine.status = 0, 4, Status.RUNNING
    machine.run()
    assert machine.registers[8] == 2


@pytest.mark.parametrize("address", [STACK.base, STACK.base + 0x1FFC])
def test_store_flags_exactly_its_block(address: int) -> None:
    machine = Machine.from_program(assemble("sw $t1, 0($t0)", "sw $t1, -8($t0)", "nop"))
    machine.registers[8] = address + 8
    machine.memory.root()
    machine.memory.snapshot()
    machine.run(3)
    blocks = (machine.memory.flags.blocks & CHANGED).nonzero()[0].tolist()
    assert blocks == sorted({address // BLOCK_BYTES, (address + 8) // BLOCK_BYTES})


def test_slice_shorter_than_a_run_stops_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "SLICE", 1000)
    twins = Twins(assemble("addiu $t0, $t0, 1", "sltu $t1, $t0, $t2", "j 0x0", "nop"))
    for steps in (1, 999, 1000, 1001, 12_345):
        twins.run(steps)


def test_run_without_instruments_ends_in_the_same_state() -> None:
    counted, bare = (Machine.from_program(FIBONACCI) for _ in range(2))
    counted.run()
    engine.run_bare(bare.state, bare.memory)
    assert bare.state == counted.state
    stack = STACK.end - 4096, 4096
    assert bare.memory.read(*stack) == counted.memory.read(*stack)


def test_threads_share_a_translation() -> None:
    def fibonacci() -> int:
        machine = Machine.from_program(FIBONACCI)
        machine.run()
        return machine.registers[16]

    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(fibonacci) for _ in range(20)]
        assert {result.result() for result in results} == {610}
