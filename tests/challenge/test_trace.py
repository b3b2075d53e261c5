"""Traces against a machine that steps through the run, one instruction at a time."""

import pytest
from support.games import guests

from challenge.errors import ExecutorsDisagree, RunTooLong
from challenge.roots import status_of
from challenge.trace import (
    CHECKPOINTS_MAX,
    ExecutionTrace,
    Limits,
    MachineExecution,
)
from mips_vm import Machine, Status

WORK = (3, 1, 4)


@pytest.fixture(scope="module")
def stepped() -> list[list[bytes]]:
    """Roots of every state of every segment, by the reference, from the start on."""
    machine = guests.tally(WORK).machine_at(0, 0)
    segments = []
    while machine.status is not Status.HALTED:
        if machine.status is Status.YIELDED:
            machine.resume()
        roots = [machine.state_root()]
        while machine.status is Status.RUNNING:
            machine.step()
            roots.append(machine.state_root())
        segments.append(roots)
    return segments


class Counting(Machine):
    """A machine that counts the steps it runs."""

    ran = 0

    def run(self, max_steps=None, engine="translated"):
        steps = super().run(max_steps, engine)
        self.ran += steps
        return steps


def counting_trace() -> tuple[Counting, ExecutionTrace]:
    plain = guests.tally((50,)).machine_at(0, 0)
    machine = Counting(plain.memory)
    machine.status = Status.YIELDED
    return machine, guests.trace(machine)


def test_trace_of_a_run_has_the_roots_of_every_state(stepped) -> None:
    trace = guests.tally(WORK)
    assert trace.segments() == len(stepped)
    for segment, roots in enumerate(stepped):
        assert trace.instructions(segment) == len(roots) - 1
        for step, root in enumerate(roots):
            assert trace.state_root(segment, step) == root
        assert trace.boundary_root(segment + 1) == roots[-1]


def test_trace_asked_in_any_order_gives_the_same(stepped) -> None:
    trace = guests.tally(WORK)
    places = [(s, i) for s, roots in enumerate(stepped) for i in range(len(roots))]
    for segment, step in sorted(places, key=lambda p: hash((p[1] * 7919 % 31, p))):
        assert trace.state_root(segment, step) == stepped[segment][step]
        assert trace.boundary_root(segment + 1) == stepped[segment][-1]


def test_trace_beyond_the_run_stays_in_its_last_state(stepped) -> None:
    trace, last = guests.tally(WORK), stepped[-1][-1]
    assert trace.boundary_root(99) == last
    assert trace.state_root(2, 10**6) == last
    assert trace.state_root(99, 0) == trace.state_root(99, 5) == last
    assert status_of(last) == Status.HALTED


def test_trace_of_a_fault_ends_in_it() -> None:
    trace = guests.trace(guests.machine(guests.FAULT_AT_ONCE))
    assert (trace.segments(), trace.instructions(0)) == (1, 1)
    assert status_of(trace.boundary_root(1)) == Status.FAULTED
    assert trace.boundary_root(1)[1:] == trace.boundary_root(0)[1:]


def test_machine_at_a_step_stands_there_with_its_witness(stepped) -> None:
    trace = guests.tally(WORK)
    for step in (20, 5, 21):
        machine = trace.machine_at(1, step)
        assert machine.state_root() == stepped[1][step]
        assert machine.witness().data


def test_machine_at_a_sticky_boundary_has_the_output() -> None:
    machine = guests.tally(WORK).machine_at(3, 0)
    assert machine.output() == guests.tally_output(WORK)


def test_machine_spoilt_by_the_asker_spoils_no_later_answer(stepped) -> None:
    trace = guests.tally(WORK)
    machine = trace.machine_at(1, 5)
    machine.run(3, "reference")
    machine.registers[9] = 77
    machine.memory.write(0x40000000, b"spoilt")
    assert trace.state_root(1, 6) == stepped[1][6]
    assert trace.state_root(2, 6) == stepped[2][6]
    assert trace.instructions(1) == len(stepped[1]) - 1


def test_narrowing_a_segment_never_runs_it_again_from_its_start() -> None:
    machine, trace = counting_trace()
    length = trace.instructions(0)
    low, high = 0, length
    while high - low > 1:
        before = machine.ran
        inner = [low + i * (high - low) // 4 for i in range(1, 4)]
        for step in inner:
            trace.state_root(0, step)
        assert machine.ran - before <= high - low
        low = max(at for at in inner if at < high)
    assert machine.ran <= 2 * length + 4 * length // 3 + 16


def test_checkpoints_of_a_segment_are_bounded() -> None:
    _, trace = counting_trace()
    roots = [trace.state_root(0, step) for step in range(150)]
    inside = trace._enter(0)
    assert len(inside.snapshots) == CHECKPOINTS_MAX
    assert 0 in inside.snapshots
    assert [trace.machine_at(0, s).state_root() for s in (1, 149)] == roots[1::148]


@pytest.mark.parametrize(
    ("limits", "unit"),
    [(Limits(segments=2), "segments"), (Limits(instructions=21), "instructions")],
)
def test_run_beyond_its_limits_is_an_error(limits: Limits, unit: str) -> None:
    machine = guests.tally(WORK).machine_at(0, 0)
    machine.status = Status.YIELDED
    trace = ExecutionTrace(MachineExecution(machine, limits, "reference"), limits)
    with pytest.raises(RunTooLong) as caught:
        trace.segments()
    assert caught.value.unit == unit


def test_roots_are_made_only_of_boundaries_that_are_asked_for(monkeypatch) -> None:
    trace, made = guests.tally((1,) * 20), []
    plain = Machine.state_root

    def counted(machine: Machine) -> bytes:
        made.append(machine)
        return plain(machine)

    monkeypatch.setattr(Machine, "state_root", counted)
    assert trace.segments() == 20 and not made
    roots = [trace.boundary_root(boundary) for boundary in (20, 7, 7, 99)]
    assert roots[0] == roots[3] != roots[1] == roots[2]
    assert len(made) == 2


class Fickle(MachineExecution):
    """An execution whose boundaries are not what the machine computes."""

    def seek(self, index: int, /) -> None:
        super().seek(index)
        if index == 1:
            self.machine.memory.write(0x40000100, b"native was wrong")


def test_boundary_that_the_machine_refutes_is_an_error() -> None:
    machine = guests.tally(WORK).machine_at(0, 0)
    machine.status = Status.YIELDED
    execution = Fickle(machine, guests.LIMITS, "reference")
    trace = ExecutionTrace(execution, guests.LIMITS, "reference")
    with pytest.raises(ExecutorsDisagree) as caught:
        trace.instructions(0)
    assert caught.value.boundary == 1
