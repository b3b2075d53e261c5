"""Images without floats: what is compared are sums, and a contract makes all of it."""

import numpy as np
import pytest
from support.images.models import assert_guest_agrees, random_floats

import tinynn
from converters.errors import BadOption
from converters.evm import compiled
from converters.quantise.quantise import compare, quantise, request_of
from tinynn import GraphBuilder, Model
from tinynn.operators import FAMILIES

RNG = np.random.default_rng(8)


def reader(name: str = "ArgMax") -> Model:
    """Bytes, two layers, softmax, and the index of an extreme."""
    graph = GraphBuilder("reader")
    x = graph.scale_u8(graph.input("x", "uint8", (20,)), 1 / 255)
    x = graph.relu(graph.dense(x, random_floats(RNG, 9, 20), random_floats(RNG, 9)))
    wide = (
        random_floats(RNG, 6, 9) * np.geomspace(0.01, 2, 6, dtype=np.float32)[:, None]
    )
    x = graph.softmax(graph.dense(x, wide, random_floats(RNG, 6)))
    graph.output(x, "shares")
    graph.output(graph.op(name, x, axis=-1), "best")
    return tinynn.load(graph.build())


def samples(model: Model, count: int = 40) -> list[dict[str, np.ndarray]]:
    spec = model.inputs[0]
    arrays = RNG.integers(0, 256, (count, *spec.shape)).astype(np.uint8)
    return [{spec.name: array} for array in arrays]


@pytest.mark.parametrize("name", ["ArgMax", "ArgMin"])
def test_reader_without_floats_compares_its_sums(name: str) -> None:
    model = reader(name)
    given = samples(model)
    made = tinynn.load(quantise(model, given, integers=True).image)
    assert [spec.name for spec in made.outputs] == ["shares_sums", "best"]
    assert [spec.dtype for spec in made.outputs] == ["int32", "int32"]
    names = {FAMILIES[operator.opcode].name for operator in made.tables.operators}
    assert names <= {"matmul_integer", "zip_add", "requantize", "top_indices"}
    of = np.argmax if name == "ArgMax" else np.argmin
    right = 0
    for sample in given:
        sums, best = made.run(sample["x"])
        assert best[0] == of(sums)
        right += best[0] == model.run(sample["x"])[1][0]
    assert right >= 0.9 * len(given)
    assert_guest_agrees(made, request_of(made, given[0]))
    compiled(made, bytes(20))


def test_sums_that_are_compared_have_one_scale() -> None:
    """Channels' own scales differ by two hundred here: their sums tell no order."""
    model = reader()
    made = tinynn.load(quantise(model, samples(model), integers=True).image)
    assert made.tables.operators[-2].attributes == ()  # no requantize behind the sums
    sums = np.array([made.run(s["x"])[0] for s in samples(model)])
    spread = np.abs(sums).max(0)
    assert spread[0] < spread[5] / 10


def test_comparison_of_sums_with_shares_tells_agreement_only() -> None:
    model = reader()
    given = samples(model)
    made = tinynn.load(quantise(model, given, integers=True).image)
    told = compare(model, made, given)
    assert (told.maximum, told.mean) == (None, None)
    assert told.agreement >= 0.9


def test_picture_ends_in_bytes_where_it_is_cut_off() -> None:
    graph = GraphBuilder("picture")
    x = graph.scale_u8(graph.input("seed", "uint8", (8,)), 1 / 255)
    x = graph.dense(x, random_floats(RNG, 16, 8), random_floats(RNG, 16))
    graph.output(graph.relu(x), "pixels")
    model = tinynn.load(graph.build())
    made = tinynn.load(quantise(model, samples(model), integers=True).image)
    (spec,) = made.outputs
    assert (spec.name, spec.dtype) == ("pixels_bytes", "uint8")
    compiled(made, bytes(20))


def test_floats_that_are_left_are_refused() -> None:
    graph = GraphBuilder("curved")
    x = graph.scale_u8(graph.input("x", "uint8", (8,)), 1 / 255)
    x = graph.op(
        "Tanh", graph.dense(x, random_floats(RNG, 4, 8), random_floats(RNG, 4))
    )
    graph.output(x, "y")
    model = tinynn.load(graph.build())
    with pytest.raises(BadOption, match="--integers: expected .* map_tanh #"):
        quantise(model, samples(model), integers=True)
