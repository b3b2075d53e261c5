"""Nets of bytes with made-up weights, for gas: it does not depend on them."""

import numpy as np

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.builder.graph import Value
from tinynn.operators.integer import conv_integer
from tinynn.operators.quantize import REQUANTIZE

Rng = np.random.Generator
Numbers = tuple[int, ...]
Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


def factors(rng: Rng, count: int, most: float = 2e-3) -> Array:
    return (rng.random(count) * most).astype(np.float32)


def weights(rng: Rng, *shape: int, extreme: bool = False) -> Array:
    """Of int8; extreme ones are the ends of the range."""
    if extreme:
        return rng.choice([-128, -127, 127, 0], shape).astype(np.int8)
    return rng.integers(-128, 128, shape).astype(np.int8)


def requantized(
    g: GraphBuilder, y: Value, held: Array, axis: int, zero: int = 0
) -> Value:
    sources = [y, g.constant(held), g.constant(np.array(zero, np.uint8))]
    return g.emit(REQUANTIZE, sources, [axis])


def dense(g: GraphBuilder, x: Value, w: Array, bias: Array | None) -> Value:
    """(m, k) times (k, n), and a bias."""
    zeros = (np.array(0, np.uint8), np.array(0, np.int8))
    y = g.op("MatMulInteger", x, w, *zeros)
    return y if bias is None else g.op("Add", y, bias)


def biases(rng: Rng, count: int, extreme: bool = False) -> Array:
    """Extreme ones make sums wrap."""
    if extreme:
        return rng.choice([-(2**31), 2**31 - 1, 0, 5], count).astype(np.int32)
    return rng.integers(-5000, 5000, count).astype(np.int32)


def mlp(*sizes: int, seed: int = 1) -> Model:
    """Layers of so many; sums, and the greatest one's index."""
    rng, g = np.random.default_rng(seed), GraphBuilder("mlp")
    x = g.view(g.input("x", "uint8", (sizes[0],)), (1, sizes[0]))
    y = x
    for a, b in zip(sizes, sizes[1:], strict=False):
        y = dense(g, x, weights(rng, a, b), biases(rng, b))
        if b != sizes[-1]:
            x = requantized(g, y, factors(rng, b), 1)
    g.output(y, "sums")
    g.output(g.argmax(y), "digit")
    return tinynn.load(g.build())


def conv(
    rng: Rng,
    g: GraphBuilder,
    x: Value,
    outputs: int,
    size: int,
    *,
    zero: int = 0,
    group: int = 1,
    bias: bool = True,
    pads: Numbers | None = None,
    strides: Numbers | None = None,
    dilations: Numbers | None = None,
) -> Value:
    """A convolution to int32."""
    arrays = [weights(rng, outputs, x.shape[1] // group, size, size)]
    arrays += [np.array(zero, np.uint8), np.array(0, np.int8)]
    if bias:
        arrays.append(biases(rng, outputs))
    sources = [g.constant(array) for array in arrays]
    x_zero, w_zero = sources[1:3]
    return conv_integer(
        g,
        x,
        sources[0],
        x_zero,
        w_zero,
        sources[3] if bias else None,
        pads=pads,
        strides=strides,
        dilations=dilations,
        group=group,
    )


def lenet(seed: int = 2) -> Model:
    """LeNet-5 with maxima: 416,520 multiply-adds."""
    rng, g = np.random.default_rng(seed), GraphBuilder("lenet")
    x = g.view(g.input("x", "uint8", (784,)), (1, 1, 28, 28))
    for outputs, pads in ((6, (2, 2, 2, 2)), (16, (0, 0, 0, 0))):
        y = conv(rng, g, x, outputs, 5, pads=pads)
        x = requantized(g, y, factors(rng, outputs), 1)
        x = g.op("MaxPool", x, kernel_shape=(2, 2), strides=(2, 2))
    x = g.view(x, (1, 400))
    for a, b in ((400, 120), (120, 84)):
        y = dense(g, x, weights(rng, a, b), biases(rng, b))
        x = requantized(g, y, factors(rng, b), 1)
    y = dense(g, x, weights(rng, 84, 10), biases(rng, 10))
    g.output(y, "sums")
    g.output(g.argmax(y), "digit")
    return tinynn.load(g.build())


def picture(seed: int = 5) -> Model:
    """A dense generator: 32 bytes to 28 x 28."""
    rng, g = np.random.default_rng(seed), GraphBuilder("picture")
    x = g.view(g.input("seed", "uint8", (32,)), (1, 32))
    for a, b in ((32, 96), (96, 224), (224, 784)):
        y = dense(g, x, weights(rng, a, b), biases(rng, b))
        x = requantized(g, y, factors(rng, 1, 3e-3), 0, 40)
    g.output(x, "pixels")
    return tinynn.load(g.build())
