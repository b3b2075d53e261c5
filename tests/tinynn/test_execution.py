"""Native execution against the guest, segment by segment, on whole state roots."""

from typing import Any

import numpy as np
import pytest
from support.images.models import (
    Floats,
    assert_guest_agrees,
    dense_layer,
    digit_reader,
    random_floats,
    single_operator,
)

import tinynn
from mips_vm import Machine, Snapshot, Status, checkpoints
from tinynn.builder import planner
from tinynn.execution.stretches import Stretches

SEED = 4_047

HOSTILE = np.array(
    [
        *(0x0000_0000, 0x8000_0000),
        *(0x0000_0001, 0x8000_0001, 0x007F_FFFF, 0x807F_FFFF),
        *(0x0080_0000, 0x8080_0000, 0x3F80_0000, 0xBF80_0000),
        *(0x3F80_0001, 0x34FF_FFFF, 0x4B80_0000, 0x7F7F_FFFF, 0xFF7F_FFFF),
        *(0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000, 0xFFC0_0000),
    ],
    np.uint32,
).view(np.float32)


def hostile_floats(rng: np.random.Generator, *shape: int) -> Floats:
    """A mix of hostile numbers, any bits at all, and ordinary ones."""
    kind = rng.integers(0, 3, shape)
    any_bits = rng.integers(0, 1 << 32, shape, np.uint32).view(np.float32)
    ordinary = rng.standard_normal(shape).astype(np.float32)
    return np.select(
        [kind == 0, kind == 1], [rng.choice(HOSTILE, shape), any_bits], ordinary
    )


def test_execution_random_images_equal_guest_at_every_boundary() -> None:
    model = tinynn.load(digit_reader())
    rng = np.random.default_rng(SEED)
    for density in (0.0, 0.2, 1.0):
        pixels = rng.integers(1, 256, 36) * (rng.random(36) < density)
        assert_guest_agrees(model, pixels.astype(np.uint8).tobytes())


def test_execution_of_many_segments_keeps_few_snapshots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every boundary has the same root, in whatever order one comes to it."""
    graph = tinynn.GraphBuilder("long")
    x = graph.scale_u8(graph.input("x", "uint8", (4,)), 1 / 255)
    for _ in range(40):
        x = graph.softmax(x)
    graph.output(x, "y")
    ran: list[int] = []
    plain = Stretches.rows

    def counted(stretches: Any, first: int, end: int, done: int) -> None:
        ran.append(end - first)
        plain(stretches, first, end, done)

    monkeypatch.setattr(Stretches, "rows", counted)
    monkeypatch.setattr(checkpoints, "MAX_KEPT", 8)
    execution = tinynn.load(graph.build()).execution(bytes([1, 2, 3, 255]))
    roots = [execution.machine.state_root()]
    while execution.index < execution.segments:
        execution.advance()
        roots.append(execution.machine.state_root())
    assert sum(ran) == execution.segments > 40, "going on computes nothing twice"
    for index in np.random.default_rng(SEED).permutation(len(roots)).tolist():
        ran.clear()
        execution.seek(index)
        assert execution.machine.state_root() == roots[index]
        assert sum(ran) < 8 and len(execution._checkpoints) <= 10


def test_execution_every_byte_value_equals_guest() -> None:
    graph = tinynn.GraphBuilder("bytes")
    x = graph.input("x", "uint8", (256,))
    for i, factor in enumerate((1 / 255, -3.0, 1e38, 1e-45, 0.0)):
        graph.output(graph.scale_u8(x, factor), f"y{i}")
    model = tinynn.load(graph.build())
    assert_guest_agrees(model, bytes(range(256)))


@pytest.mark.parametrize("factor", [np.nan, np.inf, -np.inf, -0.0])
def test_execution_hostile_factor_equals_guest(factor: float) -> None:
    graph = tinynn.GraphBuilder("factor")
    x = graph.input("x", "uint8", (4,))
    graph.output(graph.scale_u8(x, factor), "y")
    assert_guest_agrees(tinynn.load(graph.build()), bytes([0, 1, 128, 255]))


@pytest.mark.parametrize("seed", range(12))
def test_execution_hostile_dense_equals_guest(seed: int) -> None:
    rng = np.random.default_rng([SEED, seed])
    inputs, outputs = int(rng.integers(1, 40)), int(rng.integers(1, 30))
    model = dense_layer(
        hostile_floats(rng, outputs, inputs), hostile_floats(rng, outputs)
    )
    for _ in range(4):
        assert_guest_agrees(model, hostile_floats(rng, inputs).tobytes())


@pytest.mark.parametrize("spread", [1, 4, 16, 40, 120])
@pytest.mark.parametrize("seed", range(3))
def test_execution_finite_dense_of_any_spread_equals_guest(
    spread: int, seed: int
) -> None:
    """Exponents near one another, where sums cancel and tie, and far apart."""
    rng = np.random.default_rng([SEED, spread, seed])

    def spread_floats(*shape: int) -> Floats:
        words = rng.integers(127 - spread, 127 + spread + 1, shape) << 23
        words |= rng.integers(0, 1 << 23, shape) & rng.choice([0x7F_FFFF, 0x7F_8000])
        words |= rng.integers(0, 2, shape) << 31
        words[rng.random(shape) < 0.1] = 0
        return words.astype(np.uint32).view(np.float32)

    model = dense_layer(spread_floats(24, 200), spread_floats(24))
    assert model.tables.operators[0].attributes == (1,)
    for _ in range(3):
        assert_guest_agrees(model, spread_floats(200).tobytes())


@pytest.mark.parametrize("name", ["relu", "softmax", "argmax"])
@pytest.mark.parametrize("seed", range(8))
def test_execution_hostile_operator_equals_guest(name: str, seed: int) -> None:
    rng = np.random.default_rng([SEED, seed])
    inputs = int(rng.integers(1, 20))
    model = single_operator(name, inputs)
    for data in (hostile_floats(rng, inputs), 30 * random_floats(rng, inputs)):
        assert_guest_agrees(model, data.astype(np.float32).tobytes())


@pytest.mark.parametrize("size", [0, 35, 37, 1000])
def test_execution_wrong_length_halts_with_empty_output(size: int) -> None:
    model = tinynn.load(digit_reader())
    assert assert_guest_agrees(model, bytes(size)) == b""
    assert model.execution(bytes(size)).segments == 1


def test_execution_reference_engine_reaches_the_same_boundaries() -> None:
    model = tinynn.load(digit_reader(inputs=4, hidden=3))
    data = bytes([0, 7, 255, 31])
    native, machine = model.execution(data), model.machine(data)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run(engine="reference")
        native.advance()
        assert machine.state_root() == native.machine.state_root()
    assert machine.status is Status.HALTED


def test_seek_backward_and_forward_gives_the_same_roots() -> None:
    model = tinynn.load(digit_reader())
    execution = model.execution(bytes(range(36)))
    roots = [execution.machine.state_root()]
    while execution.advance() is Status.YIELDED:
        roots.append(execution.machine.state_root())
    roots.append(execution.machine.state_root())
    assert len(roots) == model.segments + 1 == len(set(roots))
    order = np.random.default_rng(SEED).permutation(len(roots))
    for index in order.tolist():
        execution.seek(index)
        assert execution.index == index
        assert execution.machine.state_root() == roots[index]


def test_seek_after_the_machine_ran_on_returns_to_the_boundary() -> None:
    execution = tinynn.load(digit_reader()).execution(bytes(range(36)))
    execution.seek(2)
    root = execution.machine.state_root()
    execution.machine.resume()
    execution.machine.run(100)
    assert execution.machine.state_root() != root
    execution.seek(2)
    assert execution.machine.state_root() == root


@pytest.mark.parametrize("index", [-1, 7])
def test_seek_outside_the_run_is_refused(index: int) -> None:
    execution = tinynn.load(digit_reader()).execution(bytes(36))
    assert execution.segments == 6
    with pytest.raises(IndexError, match="expected 0 to 6"):
        execution.seek(index)


def test_advance_after_the_end_changes_nothing() -> None:
    execution = tinynn.load(digit_reader()).execution(bytes(36))
    execution.seek(execution.segments)
    root = execution.machine.state_root()
    assert execution.advance() is Status.HALTED
    assert execution.machine.state_root() == root


def tiled(monkeypatch: pytest.MonkeyPatch) -> tuple[tinynn.Model, bytes, list[bytes]]:
    """Operators of several segments, a request, and the guest's roots."""
    monkeypatch.setattr(planner, "SEGMENT_INSTRUCTIONS", 3000)
    model = tinynn.load(digit_reader(inputs=20, hidden=30))
    data = bytes(range(5, 25))
    machine = model.machine(data)
    roots = [machine.state_root()]
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
        roots.append(machine.state_root())
    return model, data, roots


@pytest.mark.parametrize("most", [1, 3, 64])
def test_seek_at_random_runs_parts_of_operators_to_the_guests_roots(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, data, roots = tiled(monkeypatch)
    assert len(roots) > 2 * len(model.tables.operators)
    monkeypatch.setattr(checkpoints, "MAX_KEPT", most)
    execution = model.execution(data)
    rng = np.random.default_rng([SEED, most])
    for index in rng.integers(0, len(roots), 40).tolist():
        if rng.random() < 0.5:
            execution.seek(index)
        else:
            index = min(execution.index + 1, execution.segments)
            execution.advance()
        assert execution.machine.state_root() == roots[index], index
        if rng.random() < 0.3:
            execution.machine.memory.write(0x4000_0100, b"spoilt")


def test_seek_to_the_end_takes_few_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run of many segments as many as are kept, not one a segment."""
    monkeypatch.setattr(checkpoints, "MAX_KEPT", 4)
    model, data, roots = tiled(monkeypatch)
    execution, taken = model.execution(data), []
    plain = Machine.snapshot

    def counted(machine: Machine) -> Snapshot:
        taken.append(machine)
        return plain(machine)

    monkeypatch.setattr(Machine, "snapshot", counted)
    execution.seek(execution.segments)
    assert execution.machine.state_root() == roots[-1]
    assert 0 < len(taken) <= 4 < execution.segments
    assert execution.held_bytes > 0
