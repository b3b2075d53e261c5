"""Building images: shapes are checked at once, memory is planned, layers are cut."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from support.images.models import assert_guest_agrees, digit_reader, random_floats

import tinynn
from tinynn import GraphBuilder, GraphError, Value
from tinynn.builder.planner import SEGMENT_INSTRUCTIONS


def bytes_input(graph: GraphBuilder) -> Value:
    return graph.input("x", "uint8", (4,))


def floats_input(graph: GraphBuilder) -> Value:
    return graph.input("x", "float32", (4,))


def odd_then_float(graph: GraphBuilder) -> object:
    graph.input("x", "uint8", (3,))
    return graph.input("y", "float32", (1,))


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


BAD: dict[str, tuple[Callable[[GraphBuilder], object], str]] = {
    "element type": (lambda g: g.input("x", "float64", (1,)), "got float64"),
    "rank": (lambda g: g.input("x", "uint8", (1,) * 9), "at most 8 positive dim"),
    "extent": (lambda g: g.input("x", "uint8", (0,)), "at most 8 positive dim"),
    "name": (lambda g: g.input("é" * 17, "uint8", (1,)), "1 to 32 bytes of text"),
    "no name": (lambda g: g.input("", "uint8", (1,)), "1 to 32 bytes of text"),
    "offset": (odd_then_float, "expected whole float32 (wide inputs first), got 3"),
    "scale of floats": (lambda g: g.scale_u8(floats_input(g), 1.0), "expected uint8"),
    "dense of bytes": (
        lambda g: g.dense(bytes_input(g), zeros(2, 4), zeros(2)),
        "dense: element type: expected float32, got uint8",
    ),
    "dense shape": (
        lambda g: g.dense(floats_input(g), zeros(2, 5), zeros(2)),
        "dense: elements: expected 5, got 4",
    ),
    "dense rank": (
        lambda g: g.dense(floats_input(g), zeros(8), zeros(2)),
        "dense weight: rank: expected 2, got 1",
    ),
    "bias shape": (
        lambda g: g.dense(floats_input(g), zeros(2, 4), zeros(3)),
        "dense bias: shape: expected (2,), got (3,)",
    ),
    "weight type": (
        lambda g: g.dense(floats_input(g), np.zeros((2, 4)), zeros(2)),
        "constant: element type: expected uint8 or int32 or float32 or int8 or bool, "
        "got float64",
    ),
    "relu of bytes": (lambda g: g.relu(bytes_input(g)), "relu: element type"),
    "softmax of bytes": (lambda g: g.softmax(bytes_input(g)), "softmax: element type"),
    "argmax of bytes": (
        lambda g: g.argmax(bytes_input(g)),
        "argmax: element type: expected float32, got uint8",
    ),
    "unknown": (lambda g: g.op("Teleport", floats_input(g)), "got Teleport"),
    "attribute": (
        lambda g: g.op("Relu", floats_input(g), slope=1),
        "Relu: expected (x), got 1 input and slope",
    ),
    "inputs": (lambda g: g.op("Relu"), "Relu: expected (x), got 0 inputs"),
    "result": (
        lambda g: g.op("Expand", floats_input(g), shape=(1 << 40, 4)),
        "result: expected at most 1073741760 bytes, the arena, got 17592186044416",
    ),
    "no output": (lambda g: g.build(), "outputs: expected at least one, got 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_graph_bad_call_is_refused_at_once(name: str) -> None:
    call, message = BAD[name]
    with pytest.raises(GraphError, match=re.escape(message)):
        call(GraphBuilder("bad"))


def test_graph_too_large_an_input_is_refused_by_the_validator() -> None:
    graph = GraphBuilder("large")
    x = graph.input("x", "float32", (25_000,))
    graph.output(graph.argmax(x), "y")
    with pytest.raises(tinynn.ImageError, match="input bytes: expected 1 to 98304"):
        graph.build()


def test_graph_input_beyond_32_bits_is_refused() -> None:
    graph = GraphBuilder("huge")
    graph.input("x", "float32", (1 << 31, 1 << 31))
    graph.output(graph.input("y", "float32", (1,)), "y")
    with pytest.raises(tinynn.ImageError, match="input bytes: expected 1 to 98304"):
        graph.build()


def test_graph_tensors_that_fill_the_arena_together_are_refused() -> None:
    graph = GraphBuilder("wide")
    x = graph.op("Expand", floats_input(graph), shape=(1 << 25, 4))
    parts = [graph.relu(x), graph.op("Neg", x)]
    graph.output(graph.op("ReduceMax", graph.op("Add", *parts)), "y")
    with pytest.raises(tinynn.ImageError, match="arena bytes: expected 64 to 10737"):
        graph.build()


def test_build_is_the_same_bytes_each_time() -> None:
    assert digit_reader() == digit_reader()


def test_build_reuses_memory_of_dead_tensors() -> None:
    graph = GraphBuilder("chain")
    x = graph.input("x", "float32", (16,))
    for _ in range(10):
        x = graph.relu(x)
    graph.output(x, "y")
    assert graph.tables().arena_bytes == 64 + 2 * 64
    assert_guest_agrees(tinynn.load(graph.build()), random_floats_bytes(16))


def random_floats_bytes(count: int) -> bytes:
    return random_floats(np.random.default_rng(0), count).tobytes()


def test_build_keeps_outputs_and_later_sources() -> None:
    graph = GraphBuilder("fork")
    x = graph.input("x", "float32", (16,))
    early = graph.relu(x)
    late = graph.softmax(graph.relu(graph.relu(early)))
    again = graph.argmax(early)
    graph.output(early, "early")
    graph.output(late, "late")
    graph.output(again, "again")
    model = tinynn.load(graph.build())
    data = random_floats(np.random.default_rng(1), 16)
    expected = np.maximum(data, 0)
    results = model.run(data)
    assert results[0].tolist() == expected.tolist()
    assert results[2].tolist() == [expected.argmax()]
    assert_guest_agrees(model, data.tobytes())


def test_build_copies_inputs_and_constants_that_are_outputs() -> None:
    graph = GraphBuilder("copies")
    x = floats_input(graph)
    graph.output(x, "input")
    graph.output(graph.constant(np.arange(3, dtype=np.int8)), "constant")
    data = random_floats(np.random.default_rng(3), 4)
    model = tinynn.load(graph.build())
    assert [y.tolist() for y in model.run(data)] == [data.tolist(), [0, 1, 2]]
    assert_guest_agrees(model, data.tobytes())


def test_build_stores_a_constant_once() -> None:
    graph = GraphBuilder("shared")
    x = floats_input(graph)
    weights = random_floats(np.random.default_rng(4), 4)
    for _ in range(3):
        x = graph.op("Add", x, weights)
    graph.output(graph.op("Add", x, weights.reshape(2, 2).T.reshape(4)), "y")
    model = tinynn.load(graph.build())
    sources = {op.sources[1].address for op in model.tables.operators}
    assert len(sources) == 2
    assert_guest_agrees(model, bytes(16))


def test_build_sees_a_tensor_alive_through_another_shape() -> None:
    graph = GraphBuilder("views")
    x = graph.op("Relu", graph.input("x", "float32", (2, 3)))
    flat = graph.op("Reshape", x, shape=(6,))
    other = graph.op("Neg", graph.op("Neg", flat))
    graph.output(graph.op("Add", other, flat), "y")
    data = random_floats(np.random.default_rng(5), 2, 3)
    model = tinynn.load(graph.build())
    expected = 2 * np.maximum(data, 0).reshape(6)
    assert model.run(data)[0].tolist() == expected.tolist()
    assert_guest_agrees(model, data.tobytes())


def test_build_cuts_dense_layers_into_bounded_tiles() -> None:
    graph = GraphBuilder("tiles")
    x = graph.input("x", "float32", (784,))
    weight = random_floats(np.random.default_rng(2), 130, 784)
    graph.output(graph.dense(x, weight, zeros(130)), "y")
    rows = graph.tables().segments
    assert [row.count for row in rows] == [8] * 16 + [2]
    assert all(row.count * 784 * 49 <= SEGMENT_INSTRUCTIONS for row in rows)


def test_built_operators_never_write_what_they_read() -> None:
    for operator in tinynn.load(digit_reader()).tables.operators:
        for source in operator.sources:
            assert not source.extent.overlaps(operator.target.extent)
