"""A loop's run as the game asks about it: natively what the machine says itself."""

import numpy as np
import pytest
from support.images.loops import counting, model_of, numbers, random_graph

from challenge.trace import ExecutionTrace, MachineExecution
from tinynn.builder import planner

DATA = numbers(1.5, -2.0, 3.0, 0.5, text=b"text")


def traces(seed: int) -> tuple[ExecutionTrace, ExecutionTrace]:
    """Native, and of the machine alone."""
    rng = np.random.default_rng([seed, 8])
    model = model_of(random_graph(rng) if seed else counting(6))
    width = model.inputs[0].count
    data = DATA if not seed else rng.bytes(5 * width)
    machine = MachineExecution(model.machine(data))
    return ExecutionTrace(model.execution(data)), ExecutionTrace(machine)


@pytest.mark.parametrize("seed", range(2))
def test_loop_trace_is_the_machines(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "SEGMENT_INSTRUCTIONS", 400)
    native, machine = traces(seed)
    count = native.segments()
    assert count == machine.segments()
    order = np.random.default_rng(seed).permutation(count + 2).tolist()
    for boundary in order[:10]:
        assert native.boundary_root(boundary) == machine.boundary_root(boundary)
    for segment in order[-3:]:
        length = native.instructions(segment)
        assert length == machine.instructions(segment)
        for step in {0, length // 3, length - 1, length, length + 5}:
            root = native.state_root(segment, max(step, 0))
            assert root == machine.state_root(segment, max(step, 0))


def test_loop_trace_finds_a_root_in_the_middle_after_the_inside_of_a_segment() -> None:
    """The machine is one: what went into a segment must not move a boundary."""
    native, machine = traces(0)
    middle = native.segments() // 2
    native.machine_at(middle, 30).memory.write(0x4000_0004, b"spoilt")
    assert native.boundary_root(middle + 1) == machine.boundary_root(middle + 1)
