"""Layers of floats as layers of bytes, and their image.

A byte q stands for (q - zero) * scale. Weights are int8 with a scale a row, sums are
exact, and one requantize makes bytes of them: what is below its 0 or above its 255 is
cut off, which is a relu if the zero is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters.tools.art.seeds import Bytes, Floats
from tinynn import GraphBuilder
from tinynn.builder.graph import Value
from tinynn.memory.tensor import Array
from tinynn.operators.integer import CONV
from tinynn.operators.quantize import REQUANTIZE

MOST_WEIGHT: Final = 127
MOST_BYTE: Final = 255
DOUBLING: Final = 2
"""An upsampling layer's stride."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What bytes stand for: a step each from `zero` on."""

    step: float
    zero: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights int8 (outputs, ..), bias int32 and factors float32 (outputs,)."""

    weights: npt.NDArray[np.int8]
    bias: npt.NDArray[np.int32]
    factors: Floats
    x_zero: int
    y_zero: int

    def stacked(self, other: "Layer") -> "Layer":
        """The outputs of both, on the same input."""
        assert (self.x_zero, self.y_zero) == (other.x_zero, other.y_zero)
        return Layer(
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.bias, other.bias]),
            np.concatenate([self.factors, other.factors]),
            self.x_zero,
            self.y_zero,
        )


def layer(weights: Floats, bias: Floats, x: Scale, y: Scale) -> Layer:
    """The layer that floats (outputs, ..) and (outputs,) are nearest to."""
    rows = np.abs(weights.reshape(len(weights), -1)).max(1)
    unit = np.maximum(rows, 1e-12) / MOST_WEIGHT
    along = unit.reshape(-1, *[1] * (weights.ndim - 1))
    sums = np.round(bias / (x.step * unit))
    return Layer(
        np.round(weights / along).astype(np.int8),
        sums.astype(np.int32),
        (x.step * unit / y.step).astype(np.float32),
        x.zero,
        y.zero,
    )


def scale_of(activations: Floats, share: float = 0.9998) -> Scale:
    """So that all but a few of what is not negative fits a byte."""
    return Scale(float(np.quantile(activations, share)) / MOST_BYTE)


# The image.


def looked_up(g: GraphBuilder, x: Value, table: Bytes) -> Value:
    return g.op("Gather", table, g.op("Cast", x, to="int32"))


def requantized(g: GraphBuilder, sums: Value, made: Layer) -> Value:
    held = made.factors
    if len(set(held.tolist())) == 1:
        held = held[:1]
    zero = np.array(made.y_zero, np.uint8)
    sources = [sums, g.constant(held), g.constant(zero)]
    return g.emit(REQUANTIZE, sources, [1])


def dense(g: GraphBuilder, x: Value, made: Layer) -> Value:
    """(1, terms) to (1, outputs)."""
    zeros = np.array(made.x_zero, np.uint8), np.array(0, np.int8)
    sums = g.op("MatMulInteger", x, np.ascontiguousarray(made.weights.T), *zeros)
    return requantized(g, g.op("Add", sums, made.bias), made)


def conv(
    g: GraphBuilder, x: Value, made: Layer, pads: Sequence[int], spread: int = 1
) -> Value:
    """A convolution of stride 1; with `spread`, a transposed one of that stride.

    Weights (outputs, channels, rows, columns), as the convolution has them; pads are
    those of the spread input: top, left, bottom, right.
    """
    zeros = np.array(made.x_zero, np.uint8), np.array(0, np.int8)
    words = (0, 1, spread, spread, 1, 1, 1, 1, *pads)
    arrays: list[Array] = [made.weights, *zeros, made.bias]
    sources = [x, *(g.constant(array) for array in arrays)]
    return requantized(g, g.emit(CONV, sources, words), made)


def upsampled(g: GraphBuilder, x: Value, made: Layer) -> Value:
    """PyTorch's ConvTranspose2d(kernel_size=4, stride=2, padding=1): twice the size.

    Weights as `turned` makes them.
    """
    return conv(g, x, made, (2, 2, 2, 2), DOUBLING)


def turned(weights: Floats) -> Floats:
    """ConvTranspose2d's weights (channels, outputs, ..) as the convolution has them."""
    return np.ascontiguousarray(weights.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
