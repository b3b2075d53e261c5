"""Products of bytes: as near to the floats as bytes allow, and exact in the guest."""

from pathlib import Path

import numpy as np
import pytest
from support.images.models import assert_guest_agrees, random_floats
from support.sources.networks import save_encoder, save_reader
from support.sources.real_models import REAL, t10k

import converters
import tinynn
from converters.errors import BadOption
from converters.quantise.quantise import compare, quantise, request_of
from converters.quantise.ranges import Range
from tinynn import GraphBuilder, Model, models
from tinynn.operators import FAMILIES

RNG = np.random.default_rng(7)
Samples = list[dict[str, np.ndarray]]


def picture_net() -> Model:
    """Convolutions with padding and a residual, of bytes; pooling, a mean, a product.

    Wide channels, narrow ones, and one that is zero throughout.
    """
    graph = GraphBuilder("pictures")
    x = graph.scale_u8(graph.input("x", "uint8", (1, 3, 12, 12)), 1 / 255)
    wide = (
        random_floats(RNG, 8, 3, 3, 3)
        * np.geomspace(0.01, 2, 8, dtype=np.float32)[:, None, None, None]
    )
    wide[5] = 0
    x = graph.relu(graph.op("Conv", x, wide, random_floats(RNG, 8), pads=(1, 1, 1, 1)))
    x = graph.op("MaxPool", x, kernel_shape=(2, 2), strides=(2, 2))
    y = graph.op("Conv", x, random_floats(RNG, 8, 8, 3, 3) / 8, pads=(1, 1, 1, 1))
    x = graph.relu(graph.op("Add", x, y))
    x = graph.op("Concat", x, x, axis=1)
    x = graph.op("GlobalAveragePool", x)
    x = graph.dense(x, random_floats(RNG, 5, 16), random_floats(RNG, 5))
    graph.output(x, "y")
    return tinynn.load(graph.build())


def signed_net() -> Model:
    """Float inputs of either sign; rows of a matrix; what has no rule in between."""
    graph = GraphBuilder("rows")
    x = graph.input("x", "float32", (6, 10))
    w, v = random_floats(RNG, 10, 12), random_floats(RNG, 12, 4)
    x = graph.op("Gemm", x, w, random_floats(RNG, 12))
    x = graph.op("Tanh", x)
    x = graph.op("MatMul", x, v)
    graph.output(x, "y")
    return tinynn.load(graph.build())


def made_up(model: Model, count: int = 24) -> Samples:
    """Bytes, small indices, or numbers up to four, for the only input."""
    spec = model.inputs[0]
    if spec.dtype != "float32":
        most = 256 if spec.dtype == "uint8" else 20
        arrays = RNG.integers(0, most, (count, *spec.shape)).astype(spec.dtype)
    else:
        arrays = RNG.uniform(-4, 4, (count, *spec.shape)).astype(np.float32)
    return [{spec.name: array} for array in arrays]


def families(model: Model) -> list[str]:
    return [FAMILIES[operator.opcode].name for operator in model.tables.operators]


def apart(model: Model, other: Model, samples: Samples) -> float:
    """The greatest difference by the greatest output."""
    left, right = (
        np.array([image.run(list(sample.values()))[0] for sample in samples])
        for image in (model, other)
    )
    return float(np.abs(left - right).max() / np.abs(left).max())


def test_quantise_pictures_stay_bytes_from_end_to_end() -> None:
    model = picture_net()
    samples = made_up(model)
    made = quantise(model, samples)
    after = tinynn.load(made.image)
    assert (made.products, made.left) == (3, ())
    floats = {"quantize", "relu", "scale_u8", "conv", "dense", "average_pool"}
    assert floats.isdisjoint(families(after))
    # Only the output is a float: ReLU is where bytes end, pooling is of bytes.
    assert families(after).count("dequantize") == 1
    assert "max_pool" in families(after)
    assert apart(model, after, samples) < 0.03
    for sample in samples[:2]:
        assert_guest_agrees(after, request_of(after, sample))


def test_quantise_rows_of_signed_numbers_are_near() -> None:
    model = signed_net()
    samples = made_up(model)
    made = quantise(model, samples)
    after = tinynn.load(made.image)
    assert made.products == 2
    assert families(after).count("matmul_integer") == 2
    assert families(after).count("map_tanh") == 1
    assert apart(model, after, samples) < 0.03
    assert_guest_agrees(after, request_of(after, samples[0]))


def test_quantise_transposed_convolution_is_near() -> None:
    """Its input is spread; nothing of it is left in float."""
    graph = GraphBuilder("generator")
    x = graph.input("x", "float32", (1, 6, 5, 5))
    w, v = random_floats(RNG, 6, 4, 4, 4), random_floats(RNG, 4, 2, 3, 3)
    x = graph.relu(graph.op("ConvTranspose", x, w, strides=(2, 2), pads=(1, 1, 1, 1)))
    x = graph.op("ConvTranspose", x, v, strides=(3, 2))
    graph.output(x, "y")
    model = tinynn.load(graph.build())
    samples = made_up(model, 8)
    made = quantise(model, samples)
    after = tinynn.load(made.image)
    assert (made.products, made.left) == (2, ())
    assert apart(model, after, samples) < 0.03
    assert_guest_agrees(after, request_of(after, samples[0]))


@pytest.mark.parametrize("kind", ["encoder", "reader"])
def test_quantise_attention_and_recurrence_are_near(tmp_path: Path, kind: str) -> None:
    """Gates and scores come from sums: their elements are moved as floats."""
    path = tmp_path / "net.onnx"
    if kind == "encoder":
        save_encoder(path, length=6, width=8, heads=2)
    else:
        save_reader(path, length=3, width=8, hidden=6, classes=4)
    model = tinynn.load(converters.convert(path))
    samples = made_up(model, 12)
    made = quantise(model, samples)
    after = tinynn.load(made.image)
    # Products of two computed matrices stay in float.
    assert len(made.left) == (2 if kind == "encoder" else 0)
    assert apart(model, after, samples) < 0.05
    assert_guest_agrees(after, request_of(after, samples[0]))


def test_quantise_dense_is_as_exact_as_its_grid() -> None:
    """Of a single product only the weights and the input are rounded."""
    graph = GraphBuilder("dense")
    w, b = random_floats(RNG, 7, 50), random_floats(RNG, 7) * 100
    x = graph.input("x", "float32", (50,))
    graph.output(graph.dense(x, w, b), "y")
    model = tinynn.load(graph.build())
    samples = made_up(model)
    after = tinynn.load(quantise(model, samples).image)
    step = 8 / 255  # of numbers from -4 to 4
    weight_steps = np.abs(w).max(1) / 127
    for sample in samples:
        x = sample["x"].astype(np.float64)
        most = np.abs(w).sum(1) * step / 2 + weight_steps * (np.abs(x) + step).sum() / 2
        gap = np.abs(after.run(sample["x"])[0] - (w @ x + b))
        assert (gap <= most + 1e-3).all()


def test_quantise_twice_gives_the_same_image() -> None:
    model = picture_net()
    samples = made_up(model)
    assert quantise(model, samples).image == quantise(model, samples).image


@pytest.mark.parametrize(
    ("low", "high", "zero"), [(0, 255, 0), (-255, 0, 255), (-1, 2, 85), (0, 0, 0)]
)
def test_range_has_a_byte_for_zero(low: float, high: float, zero: int) -> None:
    grid = Range().over(np.float32([low, high])).grid
    assert grid.zero == zero
    assert grid.scale > 0


def test_range_passes_over_what_is_not_finite() -> None:
    seen = Range().over(np.float32([np.nan, -2, np.inf, 3, -np.inf]))
    assert seen == Range(-2, 3)


def test_quantise_without_products_is_refused() -> None:
    graph = GraphBuilder("none")
    graph.output(graph.op("Tanh", graph.input("x", "float32", (4,))), "y")
    model = tinynn.load(graph.build())
    with pytest.raises(BadOption, match="a product with constant weights, got none"):
        quantise(model, made_up(model))


def two_inputs() -> Model:
    """A product with constant weights of each input, and their sum."""
    graph = GraphBuilder("two inputs")
    parts = [
        graph.dense(
            graph.input(name, "float32", (4,)),
            random_floats(RNG, 3, 4),
            np.zeros(3, np.float32),
        )
        for name in "ab"
    ]
    graph.output(graph.op("Add", *parts), "y")
    return tinynn.load(graph.build())


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_quantise_number_that_is_not_finite_is_refused_by_sample(number: float) -> None:
    samples = [
        {"a": random_floats(RNG, 4), "b": random_floats(RNG, 4)} for _ in range(3)
    ]
    samples[2]["b"][1] = number
    told = f"--calibrate: expected finite numbers, got {number} in 'b' of sample 2"
    with pytest.raises(BadOption, match=told):
        quantise(two_inputs(), samples)


@pytest.mark.parametrize("size", [0, 1e-42, -1e-42])
def test_quantise_samples_of_zeros_are_refused(size: float) -> None:
    samples = [dict.fromkeys("ab", np.full(4, size, np.float32))] * 2
    with pytest.raises(BadOption, match="like those to come, got nothing but zeros"):
        quantise(two_inputs(), samples)


def test_quantise_bytes_of_zeros_are_refused() -> None:
    graph = GraphBuilder("bytes")
    pixels = graph.scale_u8(graph.input("x", "uint8", (4,)), 0.5)
    graph.output(graph.dense(pixels, random_floats(RNG, 3, 4), np.ones(3, "f4")), "y")
    model = tinynn.load(graph.build())
    with pytest.raises(BadOption, match="got nothing but zeros"):
        quantise(model, [{"x": np.zeros(4, np.uint8)}])


def test_quantise_one_input_that_is_always_zero_is_told() -> None:
    samples = [
        {"a": random_floats(RNG, 4), "b": np.zeros(4, np.float32)} for _ in range(3)
    ]
    assert quantise(two_inputs(), samples).silent == ("b",)


def test_quantise_infinite_weights_stay_in_float() -> None:
    graph = GraphBuilder("two")
    x = graph.input("x", "float32", (4,))
    infinite = np.full((3, 4), np.inf, np.float32)
    graph.output(graph.dense(x, infinite, np.zeros(3, np.float32)), "y")
    finite = graph.dense(x, random_floats(RNG, 3, 4), np.zeros(3, np.float32))
    graph.output(finite, "z")
    model = tinynn.load(graph.build())
    made = quantise(model, made_up(model))
    assert (made.products, made.left) == (1, ("dense #0",))


def test_compare_counts_what_moved() -> None:
    graph = GraphBuilder("first")
    graph.output(graph.op("Identity", graph.input("x", "float32", (2,))), "y")
    first = tinynn.load(graph.build())
    graph = GraphBuilder("swapped")
    x = graph.input("x", "float32", (2,))
    graph.output(graph.op("Concat", graph.op("Neg", x), axis=0), "y")
    turned = tinynn.load(graph.build())
    samples = [{"x": np.float32([1, 0])}, {"x": np.float32([0, 0])}]
    found = compare(first, turned, samples, np.array([0, 0]))
    assert found.agreement == 0.5
    assert (found.maximum, found.mean) == (2, 0.5)
    assert (found.accuracy_before, found.accuracy_after, found.drop) == (1, 0.5, 0.5)
    assert compare(first, turned, samples).drop == 0.5


# Trained networks: ranges from other pictures than those that are read.


@pytest.mark.parametrize(
    ("name", "count", "calibrating"),
    [
        ("mnist-8", 500, 100),
        ("lenet", 300, 100),
        pytest.param("resnet-20", 200, 64, marks=pytest.mark.slow),
    ],
)
def test_quantise_real_model_loses_less_than_a_point(
    shared_data: Path, name: str, count: int, calibrating: int
) -> None:
    model = tinynn.load(REAL[name].image(shared_data))
    arrays, labels = REAL[name].data(shared_data)
    spec = model.inputs[0]
    samples = [
        {spec.name: array.reshape(spec.shape).astype(spec.dtype)}
        for array in arrays[: count + calibrating]
    ]
    made = quantise(model, samples[count:])
    after = tinynn.load(made.image)
    found = compare(model, after, samples[:count], labels[:count])
    assert made.left == ()
    assert found.drop <= 0.01
    assert found.agreement > 0.95
    assert len(after.image) < len(model.image) / 2
    assert_guest_agrees(after, request_of(after, samples[0]))


def test_quantise_committed_reader_of_digits_reads_on(shared_data: Path) -> None:
    model = tinynn.load(models.path("mnist"))
    images, labels = t10k(shared_data)
    samples = [{"image": image.reshape(784)} for image in images[:1200]]
    after = tinynn.load(quantise(model, samples[1000:]).image)
    found = compare(model, after, samples[:1000], labels[:1000])
    assert found.drop < 0.01
    assert found.agreement > 0.99
