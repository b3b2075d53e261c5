"""The host's side: registers, running to an exact step, input, output, snapshots."""

from pathlib import Path

import pytest
from support.machine.assembler import assemble

from mips_vm import Machine, State, Status
from mips_vm.constants import INPUT, MODEL, OUTPUT, REGIONS, SYSCALL_HALT, SYSCALL_YIELD
from mips_vm.errors import (
    InputTooLong,
    OutputOverrun,
    UnknownEngine,
    ValueOutOfRange,
    WrongStatus,
)
from mips_vm.hashing.keccak import keccak256
from mips_vm.machine import Engine

# Counts in the arena, yields after each count, halts at the third.
COUNTER = assemble(
    "lui $t0, 0x4000",
    "lw $t1, 0($t0)",
    "addiu $t1, $t1, 1",
    "sw $t1, 0($t0)",
    "slti $t2, $t1, 3",
    "bne $t2, $zero, 0x24",
    f"addiu $v0, $zero, {SYSCALL_YIELD}",
    f"addiu $v0, $zero, {SYSCALL_HALT}",
    "nop",
    "syscall",
)

ENDLESS = assemble("beq $zero, $zero, 0x0", "addiu $t0, $t0, 1")


def test_regions_tile_the_address_space() -> None:
    end = 0
    for region in REGIONS:
        assert region.base == end
        end = region.end
    assert end == 2**32


def test_regions_nodes_are_those_of_the_byte_table() -> None:
    nodes = {region.name: (region.node, region.depth) for region in REGIONS}
    assert nodes == {
        "program": (16, 23),
        "input": (17, 23),
        "output": (18, 23),
        "stack": (19, 23),
        "arena": (5, 25),
        "model": (3, 26),
    }


def test_registers_written_words_read_back() -> None:
    machine = Machine()
    machine.registers[31] = 0xFFFFFFFF
    machine.pc, machine.next_pc, machine.lo, machine.hi = 1, 2, 3, 4
    assert machine.registers[31] == 0xFFFFFFFF
    assert len(machine.registers) == len(list(machine.registers)) == 32
    assert (machine.pc, machine.next_pc, machine.lo, machine.hi) == (1, 2, 3, 4)


def test_registers_write_to_r0_is_dropped() -> None:
    machine = Machine()
    machine.registers[0] = 5
    machine.registers[-32] = 5
    assert machine.registers[0] == 0


@pytest.mark.parametrize("number", [32, 64, -33])
def test_registers_no_register_is_refused(number: int) -> None:
    with pytest.raises(IndexError):
        Machine().registers[number] = 5


@pytest.mark.parametrize("value", [-1, 2**32])
@pytest.mark.parametrize("name", ["pc", "next_pc", "lo", "hi"])
def test_machine_no_word_is_refused(name: str, value: int) -> None:
    machine = Machine()
    with pytest.raises(ValueOutOfRange, match="expected 0 <= value < 0x100000000"):
        setattr(machine, name, value)
    with pytest.raises(ValueOutOfRange):
        machine.registers[1] = value


def test_machine_status_out_of_range_is_refused() -> None:
    with pytest.raises(ValueOutOfRange):
        Machine().status = 4


def test_state_root_is_the_hash_with_the_status_on_top() -> None:
    machine = Machine()
    machine.registers[1] = 0x01020304
    memory_root = machine.memory.root()
    packed = memory_root + bytes(4) + bytes([0, 0, 0, 4]) + bytes(8)
    packed += bytes(4) + bytes([1, 2, 3, 4]) + bytes(30 * 4)
    assert len(packed) == 176
    for status in Status:
        machine.status = status
        expected = bytes([status]) + keccak256(packed)[1:]
        assert machine.state_root() == expected


def test_run_stops_exactly_at_max_steps() -> None:
    machine = Machine.from_program(ENDLESS)
    assert machine.run(7, engine="reference") == 7
    assert machine.registers[8] == 3
    assert machine.run(0, engine="reference") == 0


def test_run_counts_the_steps_up_to_yield_and_halt() -> None:
    machine = Machine.from_program(COUNTER)
    for status in (Status.YIELDED, Status.YIELDED):
        assert machine.run(engine="reference") == 8
        assert machine.status is status
        machine.resume()
    assert machine.run(engine="reference") == 10
    assert machine.status is Status.HALTED


def test_run_counts_the_step_that_faults() -> None:
    machine = Machine.from_program(assemble("nop", "break"))
    assert machine.run(engine="reference") == 2
    assert (machine.status, machine.pc) == (Status.FAULTED, 4)


@pytest.mark.parametrize("engine", ["translated", "reference"])
def test_run_no_count_of_steps_is_refused(engine: Engine) -> None:
    machine = Machine.from_program(ENDLESS)
    with pytest.raises(TypeError):
        machine.run(2.5, engine)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected at least 0, got -1"):
        machine.run(-1, engine)
    assert machine.pc == 0


def test_run_unknown_engine_is_refused() -> None:
    with pytest.raises(UnknownEngine, match="translated or reference, got 'fast'"):
        Machine().run(1, engine="fast")  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [Status.RUNNING, Status.HALTED, Status.FAULTED])
def test_resume_not_yielded_is_refused(status: Status) -> None:
    machine = Machine()
    machine.status = status
    with pytest.raises(WrongStatus, match="expected a yielded machine"):
        machine.resume()


def test_resume_changes_only_the_top_byte_of_the_root() -> None:
    machine = Machine()
    machine.status = Status.YIELDED
    yielded = machine.state_root()
    machine.resume()
    assert machine.state_root() == bytes(1) + yielded[1:]


def test_from_program_entry_is_where_it_starts() -> None:
    machine = Machine.from_program(ENDLESS, entry=4)
    assert (machine.pc, machine.next_pc, machine.status) == (4, 8, Status.RUNNING)


def test_load_input_replaces_what_was_there() -> None:
    machine = Machine()
    machine.load_input(b"a long input")
    machine.load_input(b"short")
    assert machine.memory.read(INPUT.base, 20) == b"\5\0\0\0short" + bytes(11)


def test_load_input_too_long_is_refused() -> None:
    too_long = memoryview(bytearray(INPUT.size - 3))
    with pytest.raises(InputTooLong, match="at most 268435452 bytes, got 268435453"):
        Machine().load_input(too_long)  # type: ignore[arg-type]


def test_output_length_and_bytes() -> None:
    machine = Machine()
    assert machine.output() == b""
    machine.memory.write(OUTPUT.base, b"\3\0\0\0abcdef")
    assert machine.output() == b"abc"


def test_output_length_beyond_its_region_is_refused() -> None:
    machine = Machine()
    machine.memory.write(OUTPUT.base, (OUTPUT.size - 3).to_bytes(4, "little"))
    with pytest.raises(OutputOverrun, match="up to 268435452, got 268435453"):
        machine.output()


def test_load_model_bytes_and_file_give_one_root(tmp_path: Path) -> None:
    image = bytes(range(256)) * 40
    path = tmp_path / "model"
    path.write_bytes(image)
    copied, mapped = Machine(), Machine()
    copied.load_model(image)
    mapped.load_model(path)
    assert mapped.memory.read(MODEL.base, len(image)) == image
    assert mapped.state_root() == copied.state_root()


def test_load_model_shorter_second_one_leaves_nothing_of_the_first() -> None:
    machine, fresh = Machine(), Machine()
    machine.load_model(b"x" * 10_000)
    machine.load_model(b"y")
    fresh.load_model(b"y")
    assert machine.state_root() == fresh.state_root()


def test_restore_returns_to_the_snapshot_and_runs_the_same() -> None:
    machine = Machine.from_program(COUNTER)
    machine.run(3, engine="reference")
    snapshot, root = machine.snapshot(), machine.state_root()
    machine.run(engine="reference")
    later = machine.state_root()
    machine.restore(snapshot)
    assert machine.state_root() == root
    machine.run(engine="reference")
    assert machine.state_root() == later
    machine.restore(snapshot)
    assert machine.state_root() == root


def test_state_copy_is_independent() -> None:
    state = State()
    copy = state.copy()
    copy.registers[1] = copy.pc = 8
    assert (state.registers[1], state.pc) == (0, 0)
