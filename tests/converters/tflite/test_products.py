"""Products of full-integer TFLite files: bit for bit what TFLite's kernels make."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.sources.tflite_files import Part, held
from support.sources.tflite_nets import (
    PICTURE,
    bias,
    compared,
    random_bytes,
    single,
    weights,
)

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")


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
