"""Random bits as numbers, random shapes: guest and native agree, bounds hold."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.images.operations import apply

Array = NDArray[Any]

SPECIAL = np.array(
    [
        *(0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007F_FFFF),
        *(0x0080_0000, 0x3F80_0000, 0xBF80_0000, 0x7F7F_FFFF),
        *(0x7F80_0000, 0xFF80_0000, 0x7FC0_0001),
    ],
    np.uint32,
)


class Draw:
    """Shapes and arrays from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def number(self, least: int, most: int) -> int:
        return int(self.rng.integers(least, most + 1))

    def floats(self, *shape: int) -> Array:
        """Half of them ordinary, the others any bits, many of these special."""
        words = self.rng.integers(0, 1 << 32, shape, dtype=np.uint32)
        kind = self.rng.integers(0, 8, shape)
        special = SPECIAL[self.rng.integers(0, len(SPECIAL), shape)]
        ordinary = self.rng.standard_normal(shape).astype(np.float32).view(np.uint32)
        chosen = np.where(kind == 0, special, np.where(kind > 3, ordinary, words))
        return chosen.astype(np.uint32).view(np.float32)

    def whole(self, dtype: str, *shape: int) -> Array:
        limits = np.iinfo(dtype)
        drawn = self.rng.integers(limits.min, limits.max, shape, endpoint=True)
        return np.asarray(drawn).astype(dtype)


@pytest.mark.parametrize("seed", range(6))
def test_products_of_any_bits_agree(seed: int) -> None:
    draw = Draw(seed)
    rows, terms, columns = draw.number(1, 9), draw.number(1, 9), draw.number(1, 9)
    constant = [(), (1,)][seed % 2]
    apply(
        "MatMul",
        draw.floats(rows, terms),
        draw.floats(terms, columns),
        constant=constant,
    )
    a, b = draw.whole("int8", rows, terms), draw.whole("uint8", terms, columns)
    apply("MatMulInteger", a, b, draw.whole("int8"), draw.whole("uint8"), constant=(1,))
    scales = draw.floats(1), draw.floats(columns), draw.floats(1)
    zeros = draw.whole("int8", 1), draw.whole("uint8", 1), draw.whole("int8", 1)
    parts = (a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])
    apply("QLinearMatMul", *parts, constant=range(1, 8))


@pytest.mark.parametrize("seed", range(6))
def test_windows_over_any_bits_agree(seed: int) -> None:
    draw = Draw(seed)
    group, depth, outputs = draw.number(1, 2), draw.number(1, 3), draw.number(1, 5)
    high, wide = draw.number(3, 8), draw.number(3, 17)
    kernel = draw.number(1, 3), draw.number(1, 3)
    strides = draw.number(1, 2), draw.number(1, 2)
    window = {"strides": strides, "pads": [draw.number(0, 2) for _ in range(4)]}
    x, w = (2, group * depth, high, wide), (group * outputs, depth, *kernel)
    constant = [(), (1,)][seed % 2]
    apply(
        "Conv",
        draw.floats(*x),
        draw.floats(*w),
        constant=constant,
        group=group,
        **window,
    )
    turned = draw.floats(group * depth, outputs, *kernel)
    apply(
        "ConvTranspose",
        draw.floats(*x),
        turned,
        constant=(1,),
        group=group,
        strides=strides,
    )
    whole = draw.whole("uint8", *x), draw.whole("int8", *w)
    zeros = draw.whole("uint8", 1), draw.whole("int8", group * outputs)
    apply("ConvInteger", *whole, *zeros, constant=constant, group=group, **window)
    pool = {"kernel_shape": kernel, "strides": strides, "ceil_mode": seed % 2}
    for name in ("MaxPool", "AveragePool"):
        apply(name, draw.floats(*x), **pool)


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_scales_of_any_bits_agree(seed: int) -> None:
    draw = Draw(seed)
    shape = draw.number(1, 5), draw.number(1, 5), draw.number(1, 9)
    apply("LayerNormalization", draw.floats(*shape), axis=draw.number(-3, 2))
    apply("RMSNormalization", draw.floats(*shape))
    apply("DynamicQuantizeLinear", draw.floats(*shape))
    scale, zero = draw.floats(shape[1]), draw.whole("int8", shape[1])
    apply("QuantizeLinear", draw.floats(*shape), scale, zero, constant=(1, 2), axis=1)
    words, zero = draw.whole("int32", *shape), draw.whole("int32", shape[1])
    apply("DequantizeLinear", words, scale, zero, constant=(1, 2), axis=1)
