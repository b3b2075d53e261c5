"""Functions of bytes, each alone or in a window: the bits of TFLite's kernels."""

from dataclasses import replace
from math import erfc, exp, tanh
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sources.tflite_files import Part, Step, held, write
from support.sources.tflite_nets import PICTURE, ROW, compared, random_bytes, single

import tinynn
from converters import Options, conversion
from converters.frameworks.tflite import tflite_runner
from converters.tflite import exact_model
from converters.tflite.curves import complement, exponential, tangent
from converters.tflite.fixed import Multiplier, firsts, half_away

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")
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
