"""Operators of full-integer TFLite files: bit for bit what TFLite's kernels make."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import erfc, exp, tanh
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.models import assert_guest_agrees
from support.tflite_files import Array, Part, Step, held, write

import tinynn
from converters import Options, conversion
from converters.errors import BadModelFile
from converters.frameworks.tflite import tflite_runner
from converters.tflite import exact_model
from converters.tflite.curves import complement, exponential, tangent
from converters.tflite.fixed import Multiplier, firsts, half_away
from converters.verify.verdict import Verdict
from converters.verify.verify import verify_conversion

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")

SEED = 7
SAMPLES = 4
PICTURE = Part((1, 7, 6, 4), scale=0.021, zero=-9)


def random_bytes(*shape: int, dtype: str = "int8", seed: int = SEED) -> Array:
    ends = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    return rng.integers(ends.min, ends.max + 1, shape).astype(dtype)


def compared(path: Path, samples: int = SAMPLES) -> list[Array]:
    """The image's outputs on random inputs, which are TFLite's."""
    made = conversion(path, Options())
    image = tinynn.load(made.image)
    name, run = tflite_runner(path, {})
    assert name == "LiteRT"
    ours: list[Array] = []
    for seed in range(samples):
        rng = np.random.default_rng(seed)
        feeds = {
            port.name: rng.normal(0, 2, port.shape).astype(np.float32)
            if port.dtype == "float32"
            else random_bytes(*port.shape, dtype=port.dtype, seed=seed)
            for port in made.source.inputs
        }
        order = [port.name for port in made.source.inputs]
        given = [
            feeds[name].reshape(spec.shape)
            for name, spec in zip(order, image.inputs, strict=True)
        ]
        ours = image.run(given)
        for mine, theirs in zip(ours, run(feeds), strict=True):
            assert mine.dtype == theirs.dtype and mine.ravel().tolist() == (
                theirs.ravel().tolist()
            ), f"sample {seed}"
    return ours


def single(
    folder: Path,
    kind: str,
    inputs: Mapping[str, Part],
    output: Part,
    table: str = "",
    **options: Any,
) -> Path:
    """A file of one operator."""
    step = Step(kind, list(inputs), ["y"], options, table)
    given = [name for name, part in inputs.items() if part.data is None]
    parts = {**inputs, "y": output}
    return write(folder / "net.tflite", parts, [step], given, ["y"])


def weights(*shape: int, axis: int = 0) -> Part:
    """A scale for each channel."""
    rng = np.random.default_rng(SEED)
    scales = (0.002 + 0.01 * rng.random(shape[axis])).tolist()
    return held(random_bytes(*shape), "int8", scale=scales, axis=axis)


def bias(count: int) -> Part:
    rng = np.random.default_rng(SEED)
    return held(rng.integers(-3000, 3000, count), scale=[1e-4] * count)


@pytest.mark.parametrize("activation", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("padding", "stride", "dilation", "shape"),
    [
        (0, 1, 1, (1, 7, 6, 5)),
        (1, 2, 1, (1, 3, 2, 5)),
        (0, 2, 1, (1, 4, 3, 5)),
        (1, 1, 2, (1, 3, 2, 5)),
    ],
)
def test_tflite_convolution_is_rounded_as_tflite_does(
    padding: int,
    stride: int,
    dilation: int,
    shape: tuple[int, ...],
    activation: int,
    tmp_path: Path,
) -> None:
    path = single(
        tmp_path,
        "CONV_2D",
        {"x": PICTURE, "w": weights(5, 3, 3, 4), "b": bias(5)},
        Part(shape, scale=0.043, zero=11),
        "Conv2D",
        padding=padding,
        strideH=stride,
        strideW=stride,
        dilationHFactor=dilation,
        dilationWFactor=dilation,
        fusedActivationFunction=activation,
    )
    compared(path)


def test_tflite_depthwise_convolution_multiplies_channels(tmp_path: Path) -> None:
    path = single(
        tmp_path,
        "DEPTHWISE_CONV_2D",
        {"x": PICTURE, "w": weights(1, 3, 3, 8, axis=3), "b": bias(8)},
        Part((1, 7, 6, 8), scale=0.03, zero=3),
        "DepthwiseConv2D",
        padding=0,
        strideH=1,
        strideW=1,
        depthMultiplier=2,
        dilationHFactor=1,
        dilationWFactor=1,
    )
    compared(path)


UNSIGNED = Part((1, 7, 6, 4), "uint8", scale=0.021, zero=119)


def unsigned_weights(*shape: int) -> Part:
    """One scale and a zero point, as TensorFlow's first quantiser wrote them."""
    return held(random_bytes(*shape, dtype="uint8"), "uint8", scale=0.004, zero=131)


@pytest.mark.parametrize(
    ("kind", "kernel", "channels"),
    [("CONV_2D", (5, 3, 3, 4), 5), ("DEPTHWISE_CONV_2D", (1, 3, 3, 4), 4)],
)
def test_tflite_convolution_of_unsigned_bytes_has_a_zero_point_of_weights(
    kind: str, kernel: tuple[int, ...], channels: int, tmp_path: Path
) -> None:
    options = {"padding": 0, "strideH": 1, "strideW": 1, "depthMultiplier": 1}
    path = single(
        tmp_path,
        kind,
        {"x": UNSIGNED, "w": unsigned_weights(*kernel), "b": bias(channels)},
        Part((1, 7, 6, channels), "uint8", scale=0.11, zero=120),
        "Conv2D" if kind == "CONV_2D" else "DepthwiseConv2D",
        dilationHFactor=1,
        dilationWFactor=1,
        **options,
    )
    compared(path)


@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
def test_tflite_pair_of_unsigned_bytes_is_computed_likewise(
    kind: str, tmp_path: Path
) -> None:
    other = replace(UNSIGNED, scale=0.0031, zero=100)
    output = replace(UNSIGNED, scale=0.0001 if kind == "MUL" else 0.025, zero=128)
    compared(single(tmp_path, kind, {"a": UNSIGNED, "b": other}, output))


@pytest.mark.parametrize(
    ("padding", "stride", "shape"),
    [(0, 2, (1, 14, 12, 5)), (1, 2, (1, 15, 13, 5)), (0, 1, (1, 7, 6, 5))],
)
def test_tflite_transposed_convolution_is_one_of_a_stretched_picture(
    padding: int, stride: int, shape: tuple[int, ...], tmp_path: Path
) -> None:
    path = single(
        tmp_path,
        "TRANSPOSE_CONV",
        {"s": held(shape), "w": weights(5, 3, 3, 4), "x": PICTURE, "b": bias(5)},
        Part(shape, scale=0.05, zero=-3),
        padding=padding,
        strideH=stride,
        strideW=stride,
    )
    compared(path)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("several", [False, True])
def test_tflite_dense_layer_is_rounded_once_where_tflite_does(
    dtype: str, several: bool, tmp_path: Path
) -> None:
    """Sums that end between two levels tell one rounding from two."""
    count, terms = 40, 60
    zero = 0 if dtype == "int8" else 128
    if several and dtype == "uint8":
        pytest.skip("bytes without sign have one scale")
    w = (
        weights(count, terms)
        if several
        else held(
            random_bytes(count, terms, dtype=dtype), dtype, scale=0.003, zero=zero
        )
    )
    path = single(
        tmp_path,
        "FULLY_CONNECTED",
        {
            "x": Part((3, terms), dtype, 0.017, zero - 11),
            "w": w,
            "b": bias(count),
        },
        Part((3, count), dtype, 0.09, zero + 5),
    )
    compared(path, samples=12)


def test_tflite_batched_product_takes_two_computed_tensors(tmp_path: Path) -> None:
    path = single(
        tmp_path,
        "BATCH_MATMUL",
        {"a": Part((2, 3, 9), scale=0.02, zero=4), "b": Part((2, 5, 9), scale=0.03)},
        Part((2, 3, 5), scale=0.2, zero=-7),
        "BatchMatMul",
        adjY=True,
    )
    compared(path)


OTHER = Part((1, 7, 6, 4), scale=0.0031, zero=40)
LINE = Part((1, 1, 1, 4), scale=0.0071, zero=-40)


@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"])
@pytest.mark.parametrize("other", [OTHER, LINE])
def test_tflite_pair_has_one_scale_for_a_moment(
    kind: str, other: Part, tmp_path: Path
) -> None:
    scale = {"MUL": 0.0001, "SQUARED_DIFFERENCE": 0.03}.get(kind, 0.025)
    inputs = {"a": PICTURE, "b": other}
    output = replace(PICTURE, scale=scale, zero=6)
    compared(single(tmp_path, kind, inputs, output))


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize(
    ("kind", "extent", "padding", "stride", "shape"),
    [
        ("AVERAGE_POOL_2D", 2, 1, 2, (1, 3, 3, 4)),
        ("AVERAGE_POOL_2D", 3, 1, 1, (1, 5, 4, 4)),
        ("AVERAGE_POOL_2D", 3, 0, 2, (1, 4, 3, 4)),
        ("MAX_POOL_2D", 3, 0, 2, (1, 4, 3, 4)),
    ],
)
def test_tflite_pool_counts_what_is_inside(
    kind: str,
    extent: int,
    padding: int,
    stride: int,
    shape: tuple[int, ...],
    dtype: str,
    tmp_path: Path,
) -> None:
    picture = replace(PICTURE, dtype=dtype, zero=5)
    options = {"padding": padding, "strideH": stride, "strideW": stride}
    options |= {"filterHeight": extent, "filterWidth": extent}
    output = replace(picture, shape=shape)
    compared(single(tmp_path, kind, {"x": picture}, output, "Pool2D", **options))


@pytest.mark.parametrize(
    ("axes", "shape"),
    [([1, 2], (1, 1, 1, 4)), ([3], (1, 7, 6, 1)), ([-2], (1, 7, 1, 4))],
)
def test_tflite_mean_divides_in_its_multiplier(
    axes: list[int], shape: tuple[int, ...], tmp_path: Path
) -> None:
    output = Part(shape, scale=0.011, zero=3)
    inputs = {"x": PICTURE, "axes": held(axes)}
    compared(single(tmp_path, "MEAN", inputs, output, "Reducer", keepDims=True))


ROW = Part((1, 256), scale=0.037, zero=-12)


@pytest.mark.parametrize(
    ("kind", "output", "options"),
    [
        ("RELU", Part((1, 256), scale=0.021, zero=-30), {}),
        ("RELU6", Part((1, 256), scale=0.021, zero=-128), {}),
        ("RELU_N1_TO_1", Part((1, 256), scale=0.021, zero=2), {}),
        ("LEAKY_RELU", Part((1, 256), scale=0.03, zero=2), {"alpha": 0.3}),
        ("HARD_SWISH", Part((1, 256), scale=0.02, zero=-90), {}),
        ("LOGISTIC", Part((1, 256), scale=1 / 256, zero=-128), {}),
        ("TANH", Part((1, 256), scale=1 / 128, zero=0), {}),
        ("GELU", Part((1, 256), scale=0.02, zero=-100), {"approximate": False}),
        ("GELU", Part((1, 256), scale=0.02, zero=-100), {"approximate": True}),
        ("EXP", Part((1, 256), scale=0.3, zero=-128), {}),
        ("ABS", Part((1, 256), scale=0.02, zero=-128), {}),
        ("QUANTIZE", Part((1, 256), scale=0.0123, zero=7), {}),
        ("QUANTIZE", Part((1, 256), "uint8", scale=0.037, zero=116), {}),
    ],
)
def test_tflite_function_of_a_byte_is_a_table(
    kind: str, output: Part, options: dict[str, Any], tmp_path: Path
) -> None:
    """All bytes are tried."""
    path = single(tmp_path, kind, {"x": ROW}, output, **options)
    made = conversion(path, Options())
    x = np.arange(-128, 128).astype(np.int8).reshape(1, 256)
    _, run = tflite_runner(path, {})
    (theirs,) = run({made.source.inputs[0].name: x})
    (ours,) = tinynn.load(made.image).run(x.reshape(256))
    assert ours.ravel().tolist() == theirs.ravel().tolist()


@pytest.mark.parametrize("kind", ["RSQRT", "LOG"])
def test_tflite_function_of_positive_bytes_is_a_table(
    kind: str, tmp_path: Path
) -> None:
    output = Part((1, 256), scale=0.03, zero=-20)
    row = replace(ROW, zero=-128)
    path = single(tmp_path, kind, {"x": row}, output)
    compared(path)


@pytest.mark.parametrize("beta", [1.0, 0.25])
def test_tflite_softmax_adds_exponentials_of_a_table(
    beta: float, tmp_path: Path
) -> None:
    output = Part((3, 11), scale=1 / 256, zero=-128)
    inputs = {"x": Part((3, 11), scale=0.11, zero=8)}
    compared(single(tmp_path, "SOFTMAX", inputs, output, beta=beta), samples=8)


def test_tflite_prelu_has_a_slope_a_channel(tmp_path: Path) -> None:
    slopes = held(random_bytes(1, 1, 4), "int8", scale=0.004, zero=3)
    output = replace(PICTURE, scale=0.03, zero=-20)
    compared(single(tmp_path, "PRELU", {"x": PICTURE, "slope": slopes}, output))


@pytest.mark.parametrize("half_pixel", [False, True])
@pytest.mark.parametrize("kind", ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"])
@pytest.mark.parametrize("size", [(14, 12), (5, 9), (3, 2)])
def test_tflite_resize_has_weights_of_ten_bits(
    kind: str, size: tuple[int, int], half_pixel: bool, tmp_path: Path
) -> None:
    output = replace(PICTURE, shape=(1, *size, 4))
    inputs = {"x": PICTURE, "size": held(size)}
    path = single(tmp_path, kind, inputs, output, halfPixelCenters=half_pixel)
    compared(path)


def moved(shape: Sequence[int]) -> Part:
    return replace(PICTURE, shape=tuple(shape))


MOVES: dict[str, tuple[dict[str, Part], Part, dict[str, Any]]] = {
    "PAD": ({"p": held([[0, 0], [1, 2], [0, 3], [0, 0]])}, moved((1, 10, 9, 4)), {}),
    "TRANSPOSE": ({"p": held([0, 3, 1, 2])}, moved((1, 4, 7, 6)), {}),
    "SLICE": (
        {"b": held([0, 1, 2, 0]), "s": held([1, 3, -1, 2])},
        moved((1, 3, 4, 2)),
        {},
    ),
    "STRIDED_SLICE": (
        {"b": held([0, -1, 1, 0]), "e": held([1, 0, 5, 0]), "s": held([1, -2, 2, 1])},
        moved((4, 2, 4)),
        {"shrinkAxisMask": 1, "endMask": 10},
    ),
    "EXPAND_DIMS": ({"a": held(1)}, moved((1, 1, 7, 6, 4)), {}),
    "SPACE_TO_DEPTH": ({}, moved((1, 6, 3, 16)), {"blockSize": 2}),
    "DEPTH_TO_SPACE": ({}, moved((1, 14, 12, 1)), {"blockSize": 2}),
    "GATHER": ({"i": held([2, 0, 2])}, moved((1, 7, 3, 4)), {"axis": 2}),
    "REDUCE_MAX": ({"a": held([1, 2])}, moved((1, 4)), {}),
}


@pytest.mark.parametrize("kind", MOVES)
def test_tflite_move_changes_no_byte(kind: str, tmp_path: Path) -> None:
    others, output, options = MOVES[kind]
    table = "Reducer" if kind == "REDUCE_MAX" else ""
    picture = moved((1, 6, 6, 4)) if kind == "SPACE_TO_DEPTH" else PICTURE
    path = single(tmp_path, kind, {"x": picture, **others}, output, table, **options)
    compared(path)


def test_tflite_batches_of_a_dilated_convolution_come_back(tmp_path: Path) -> None:
    block, pads = held([2, 3]), held([[0, 1], [2, 1]])
    parts = {
        "x": PICTURE,
        "block": block,
        "pads": pads,
        "mid": moved((6, 4, 3, 4)),
        "crops": held([[1, 0], [0, 2]]),
        "y": moved((1, 7, 7, 4)),
    }
    steps = [
        Step("SPACE_TO_BATCH_ND", ["x", "block", "pads"], ["mid"]),
        Step("BATCH_TO_SPACE_ND", ["mid", "block", "crops"], ["y"]),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_parts_are_split_and_put_together(tmp_path: Path) -> None:
    half = moved((1, 7, 6, 2))
    parts = {
        "x": PICTURE,
        "axis": held(3),
        "a": half,
        "b": half,
        "most": half,
        "y": moved((1, 7, 6, 4)),
    }
    steps = [
        Step("SPLIT", ["axis", "x"], ["a", "b"], {"numSplits": 2}),
        Step("MAXIMUM", ["a", "b"], ["most"], {}, "MaximumMinimum"),
        Step("CONCATENATION", ["most", "b"], ["y"], {"axis": -1}),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_version_that_reference_kernels_are_not_listed_by_is_judged(
    tmp_path: Path,
) -> None:
    """TensorFlow's converter writes this one for what is repeated in bytes."""
    parts = {"x": PICTURE, "n": held([1, 2, 1, 1]), "y": moved((1, 14, 6, 4))}
    steps = [Step("TILE", ["x", "n"], ["y"], version=3)]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_places_in_a_table_are_counted_from_its_end(tmp_path: Path) -> None:
    """As TensorFlow's converter writes an embedding whose input is in floats."""
    line = Part((1, 5), "int32")
    parts = {
        "x": Part((1, 5), "float32"),
        "i": line,
        "zero": held([0]),
        "less": Part((1, 5), "bool"),
        "rows": held([9]),
        "more": line,
        "at": line,
        "table": held(random_bytes(9, 4), "int8", scale=0.02, zero=3),
        "y": Part((1, 5, 4), scale=0.02, zero=3),
    }
    casting = {"inDataType": 0, "outDataType": 2}
    steps = [
        Step("CAST", ["x"], ["i"], casting),
        Step("LESS", ["i", "zero"], ["less"]),
        Step("ADD", ["i", "rows"], ["more"]),
        Step("SELECT", ["less", "more", "i"], ["at"]),
        Step("GATHER", ["table", "at"], ["y"]),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def floats_between(folder: Path, kind: str) -> Path:
    """A function of floats, of bytes and to bytes, as TensorFlow's converter leaves
    some; the file's input and output are floats, too."""
    shape = (1, 256)
    parts = {
        "x": Part(shape, "float32"),
        "q": Part(shape, scale=0.03, zero=-4),
        "f": Part(shape, "float32"),
        "g": Part(shape, "float32"),
        "r": Part(shape, scale=0.05, zero=-100),
        "y": Part(shape, "float32"),
    }
    steps = [
        Step("QUANTIZE", ["x"], ["q"]),
        Step("DEQUANTIZE", ["q"], ["f"]),
        Step(kind, ["f"], ["g"]),
        Step("QUANTIZE", ["g"], ["r"]),
        Step("DEQUANTIZE", ["r"], ["y"]),
    ]
    return write(folder / "net.tflite", parts, steps, ["x"], ["y"])


@pytest.mark.parametrize("kind", ["NEG", "SQUARE", "ABS"])
def test_tflite_function_of_floats_between_bytes_is_a_table(
    kind: str, tmp_path: Path
) -> None:
    path = floats_between(tmp_path, kind)
    (y,) = compared(path)
    model = exact_model(path, {})
    assert y.dtype == np.float32 and model is not None
    assert {"Neg", "Mul", "Abs"}.isdisjoint(n.op_type for n in model.graph.node[9:])


def chain(folder: Path) -> Path:
    """A convolution, a mean, a dense layer, a softmax."""
    parts = {
        "x": PICTURE,
        "w": weights(5, 3, 3, 4),
        "b": bias(5),
        "c": Part((1, 7, 6, 5), scale=0.043, zero=11),
        "axes": held([1, 2]),
        "m": Part((1, 5), scale=0.02, zero=2),
        "v": weights(3, 5),
        "d": Part((1, 3), scale=0.01, zero=1),
        "y": Part((1, 3), scale=1 / 256, zero=-128),
    }
    conv = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    steps = [
        Step("CONV_2D", ["x", "w", "b"], ["c"], conv, "Conv2D"),
        Step("MEAN", ["c", "axes"], ["m"], {}, "Reducer"),
        Step("FULLY_CONNECTED", ["m", "v"], ["d"]),
        Step("SOFTMAX", ["d"], ["y"], {"beta": 1.0}),
    ]
    return write(folder / "net.tflite", parts, steps, ["x"], ["y"])


def test_tflite_network_passes_and_runs_in_the_guest(tmp_path: Path) -> None:
    path = chain(tmp_path)
    compared(path)
    made = conversion(path, Options())
    image = tinynn.load(made.image)
    sample = {"x": random_bytes(7, 6, 4)}
    assert_guest_agrees(image, image.encode_input(sample["x"]))
    found = verify_conversion(made, image, [sample], False)
    assert found.verdict(0.0) is Verdict.PASSED and found.levels_apart == 0


@pytest.mark.parametrize(
    ("moved_by", "verdict"), [(2, Verdict.PASSED), (3, Verdict.BEYOND)]
)
def test_verify_tells_levels_of_a_tflite_file_that_was_replaced(
    moved_by: int, verdict: Verdict, tmp_path: Path
) -> None:
    """By one whose last zero point is higher: its bytes are that many levels more."""
    inputs, output = {"x": ROW}, Part((1, 256), scale=0.5, zero=7)
    path = single(tmp_path, "QUANTIZE", inputs, output)
    made = conversion(path, Options())
    single(tmp_path, "QUANTIZE", inputs, replace(output, zero=7 + moved_by))
    image = tinynn.load(made.image)
    sample = {"x": random_bytes(256)}
    found = verify_conversion(made, image, [sample], False)
    assert found.verdict(1.0) is verdict
    told = f"at most {moved_by} levels of 256 apart"
    assert found.apart == (told if verdict is Verdict.PASSED else "")


def test_tflite_file_that_is_none_is_told(tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    path = tmp_path / "net.tflite"
    path.write_bytes(b"")
    with pytest.raises(BadModelFile, match="a TFLite model, got another file"):
        conversion(path, Options())


def test_tflite_activations_of_sixteen_bits_are_refused_with_a_hint(
    tmp_path: Path,
) -> None:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    row = Part((1, 8), "int16", scale=0.01)
    path = single(tmp_path, "LOGISTIC", {"x": row}, replace(row, scale=1 / 32768))
    with pytest.raises(BadModelFile, match=r"got int16 \(quantise its activations"):
        conversion(path, Options())


def test_tflite_input_shape_resizes_all_tensors(tmp_path: Path) -> None:
    path = chain(tmp_path)
    made = conversion(path, Options(), input_shapes={"x": (1, 9, 8, 4)})
    x = random_bytes(1, 9, 8, 4)
    _, run = tflite_runner(path, {"x": (1, 9, 8, 4)})
    (theirs,) = run({"x": x})
    (ours,) = tinynn.load(made.image).run(x[0])
    assert ours.tolist() == theirs.ravel().tolist()


@pytest.mark.parametrize("number", [1e-6, 0.003, 0.25, 0.4, 0.999, 1.0, 3.7, 2**-9])
def test_multiplier_of_one_rounding_agrees_with_doubles(number: float) -> None:
    factor, x = Multiplier.once(number), firsts(number)
    total = 31 - factor.shift
    for n in [*x.tolist(), *(x - 1).tolist()]:
        whole = (n * factor.factor + (1 << (total - 1))) >> total
        assert min(whole, 255) == min(int(half_away(np.float64(n * number))), 255)


def test_curves_are_the_nearest_floats() -> None:
    """Doubles of C's library are within a billionth of an exact number."""
    x = np.linspace(-6, 6, 101).astype(np.float32)
    for ours, theirs in ((exponential, exp), (tangent, tanh), (complement, erfc)):
        expected = np.array([theirs(n) for n in x.tolist()]).astype(np.float32)
        assert ours(x).tobytes() == expected.tobytes()
