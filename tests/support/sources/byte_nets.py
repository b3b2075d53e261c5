"""Nets of bytes for the EVM: named ones, and random ones that try all of the subset."""

from collections.abc import Callable

import numpy as np

import tinynn
from oracle.bench.nets.byte_nets import (
    biases,
    conv,
    dense,
    factors,
    lenet,
    mlp,
    picture,
    requantized,
    weights,
)
from tinynn import GraphBuilder, Model
from tinynn.builder.graph import Value
from tinynn.operators.integer import CONV

Rng = np.random.Generator
EXTREME_BITS = (
    0x7FC00000,  # a NaN
    0xFF800001,  # another
    0x7F800000,  # infinity
    0xFF800000,
    0x4B000000,  # 2^23: n = 0
    0x4A800000,  # n = 1
    0x2D800000,  # 2^-36: n = 59 and 60 below
    0x2D000000,
    0x2C800000,  # n = 61: nothing is left
    0x00000000,
    0x80000000,
    0x00000001,  # subnormal
    0x807FFFFF,
    0xBA83126F,  # about -0.001
    0x3A83126F,
    0x3F000000,  # a half: ties
    0xBE800000,
)


def extreme_factors(rng: Rng, count: int) -> np.ndarray:
    return rng.choice(np.array(EXTREME_BITS, np.uint32), count).view(np.float32)


def extreme() -> Model:
    """The ends of weights and biases, and every odd factor."""
    rng, g, sizes = np.random.default_rng(1), GraphBuilder("extreme"), (100, 37, 61, 5)
    x = g.view(g.input("x", "uint8", (sizes[0],)), (1, sizes[0]))
    y = x
    for a, b in zip(sizes, sizes[1:], strict=False):
        y = dense(g, x, weights(rng, a, b, extreme=True), biases(rng, b, extreme=True))
        if b != sizes[-1]:
            x = requantized(g, y, extreme_factors(rng, b), 1, 7)
    g.output(y, "sums")
    g.output(g.argmax(y), "digit")
    return tinynn.load(g.build())


def odd(seed: int = 3) -> Model:
    """Groups, depthwise, padding with a byte, strides, dilation, a table, a pool."""
    rng, g = np.random.default_rng(seed), GraphBuilder("odd")
    x = g.input("x", "uint8", (1, 4, 9, 11))
    y = conv(rng, g, x, 8, 3, pads=(1, 1, 1, 1), group=4, zero=7)
    x = requantized(g, y, factors(rng, 8), 1, 3)
    y = conv(rng, g, x, 8, 3, pads=(2, 1, 0, 1), group=8, zero=3, strides=(2, 1))
    x = requantized(g, y, factors(rng, 8, 1e-2), 1)
    table = rng.integers(0, 256, 256).astype(np.uint8)
    x = g.op("Gather", table, g.op("Cast", x, to="int32"))
    y = conv(rng, g, x, 6, 2, group=2, dilations=(1, 2), bias=False)
    x = requantized(g, y, factors(rng, 6), 1, 1)
    x = g.op("MaxPool", x, kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1))
    g.output(x, "bytes")
    return tinynn.load(g.build())


def loose(seed: int = 4) -> Model:
    """What is not done with a product: additions, requantize, argmin along axes."""
    rng, g = np.random.default_rng(seed), GraphBuilder("loose")
    x = g.view(g.input("x", "uint8", (60,)), (4, 15))
    y = dense(g, x, weights(rng, 15, 6, extreme=True), None)
    g.output(y, "raw")
    z = g.op("Add", y, rng.integers(-(2**31), 2**31, (4, 6)).astype(np.int32))
    g.output(z, "wrapped")
    g.output(requantized(g, z, extreme_factors(rng, 4), 0, 200), "by_row")
    g.output(requantized(g, z, factors(rng, 6, 1e-7), 1, 128), "by_column")
    g.output(requantized(g, z, factors(rng, 1, 1e-7), 0, 128), "by_one")
    g.output(g.op("ArgMin", z, axis=0), "least")
    g.output(g.op("ArgMax", z, axis=1), "most")
    g.output(g.input("second", "uint8", (3,)), "given")
    return tinynn.load(g.build())


def ends() -> Model:
    """Rows of 784 of nothing but +127, -128, or both: lanes as full as can be."""
    g = GraphBuilder("ends")
    x = g.view(g.input("x", "uint8", (784,)), (1, 784))
    rows = [np.full(784, 127), np.full(784, -128), np.tile([127, -128], 392)]
    w = np.array(rows * 12, np.int8).T
    g.output(dense(g, x, w, None), "sums")
    return tinynn.load(g.build())


NETS: dict[str, Callable[[], Model]] = {
    "small": lambda: mlp(784, 20, 10),
    "middle": lambda: mlp(784, 128, 10),
    "extreme": extreme,
    "lenet": lenet,
    "odd": odd,
    "loose": loose,
    "ends": ends,
    "picture": picture,
}


def random_net(seed: int) -> Model:
    """Convolutions, pools, tables and products, each of random size or left out."""
    rng, g = np.random.default_rng(seed), GraphBuilder(f"random {seed}")
    channels, high, wide = (int(rng.integers(1, n)) for n in (4, 9, 9))
    x = g.input("x", "uint8", (1, channels, high, wide))
    for _ in range(int(rng.integers(0, 3))):
        x = random_conv(rng, g, x)
        if rng.random() < 0.4 and min(x.shape[2:]) > 1:
            x = random_pool(rng, g, x)
        if rng.random() < 0.3:
            table = rng.integers(0, 256, int(rng.integers(1, 257))).astype(np.uint8)
            x = g.op("Gather", table, g.op("Cast", x, to="int32"))
    rows = int(rng.choice([d for d in range(1, 5) if x.count % d == 0]))
    x = g.view(x, (rows, x.count // rows))
    for _ in range(int(rng.integers(0, 3))):
        x = random_dense(rng, g, x)
    y = dense(g, x, weights(rng, x.shape[1], int(rng.integers(1, 40))), None)
    g.output(y, "sums")
    g.output(g.op("ArgMax", y, axis=int(rng.integers(0, 2))), "most")
    return tinynn.load(g.build())


def random_conv(rng: Rng, g: GraphBuilder, x: Value) -> Value:
    channels, high, wide = x.shape[1:]
    size = int(rng.integers(1, min(3, high, wide) + 1))
    group = channels if rng.random() < 0.3 else 1
    outputs = group * int(rng.integers(1, 4))
    pads = tuple(int(p) for p in rng.integers(0, 2, 4))
    strides = tuple(int(s) for s in rng.integers(1, 3, 2))
    zero = int(rng.integers(0, 256))
    y = conv(
        rng, g, x, outputs, size, zero=zero, group=group, pads=pads, strides=strides
    )
    make = extreme_factors if rng.random() < 0.3 else factors
    return requantized(g, y, make(rng, outputs), 1, int(rng.integers(0, 256)))


def random_transposed(seed: int) -> Model:
    """Transposed convolutions with whatever strides, pads, groups and zero points; the
    last one's sums, and one more tensor that a pool makes of bytes."""
    rng, g = np.random.default_rng(seed), GraphBuilder(f"transposed {seed}")
    group = int(rng.integers(1, 3))
    channels, high, wide = group * int(rng.integers(1, 3)), *rng.integers(1, 6, 2)
    x = g.input("x", "uint8", (1, channels, int(high), int(wide)))
    for last in (False, True):
        spread = [int(n) for n in rng.integers(1, 4, 2)]
        kernel = [int(n + rng.integers(0, 3)) for n in spread]
        # At least one window fits: the kernel less 1 on either side.
        pads = [int(k - 1 - rng.integers(0, 2) * (k > 1)) for k in kernel * 2]
        group = group if x.shape[1] % group == 0 else 1
        outputs = group * int(rng.integers(1, 4))
        arrays = [
            weights(rng, outputs, x.shape[1] // group, *kernel, extreme=seed % 3 == 0),
            np.array(int(rng.integers(0, 256)), np.uint8),
            np.array(0, np.int8),
        ]
        if rng.random() < 0.5:
            arrays.append(biases(rng, outputs, extreme=seed % 5 == 0))
        words = (0, group, *spread, 1, 1, 1, 1, *pads)
        y = g.emit(CONV, [x, *map(g.constant, arrays)], words)
        if last and rng.random() < 0.5:
            g.output(y, "sums")
        make = extreme_factors if rng.random() < 0.3 else factors
        x = requantized(g, y, make(rng, outputs), 1, int(rng.integers(0, 256)))
    g.output(random_pool(rng, g, x), "pooled")
    return tinynn.load(g.build())


def random_pool(rng: Rng, g: GraphBuilder, x: Value) -> Value:
    high, wide = x.shape[2:]
    shape = [int(rng.integers(1, min(3, n) + 1)) for n in (high, wide)]
    pads = [int(rng.integers(0, n)) for n in shape] * 2
    return g.op(
        "MaxPool",
        x,
        kernel_shape=tuple(shape),
        strides=tuple(int(s) for s in rng.integers(1, 3, 2)),
        pads=tuple(pads if rng.random() < 0.5 else [0] * 4),
        ceil_mode=int(rng.integers(0, 2)),
    )


def random_dense(rng: Rng, g: GraphBuilder, x: Value) -> Value:
    columns = int(rng.integers(1, 70))
    signed = rng.random() < 0.7
    if signed:
        w = weights(rng, x.shape[1], columns, extreme=rng.random() < 0.3)
        zero = np.array(0, np.int8)
    else:
        w = rng.integers(0, 256, (x.shape[1], columns)).astype(np.uint8)
        zero = np.array(int(rng.integers(0, 256)), np.uint8)
    of_x = np.array(int(rng.integers(0, 256)), np.uint8)
    y = g.op("MatMulInteger", x, w, of_x, zero)
    if rng.random() < 0.7:
        y = g.op("Add", y, biases(rng, columns, extreme=rng.random() < 0.2))
    many = columns if rng.random() < 0.6 else 1
    make = extreme_factors if rng.random() < 0.3 else factors
    return requantized(g, y, make(rng, many), 1, int(rng.integers(0, 256)))


def inputs_of(model: Model, count: int, seed: int = 0) -> list[bytes]:
    """The least, the greatest, and random ones of which some are mostly zeros."""
    rng, size = np.random.default_rng(seed), model.tables.input_bytes
    found = [bytes(size), b"\xff" * size]
    while len(found) < count:
        data = rng.integers(0, 256, size).astype(np.uint8)
        if len(found) % 3 == 0:
            data[rng.random(size) < 0.8] = 0
        elif len(found) % 3 == 1:
            data = rng.choice([0, 255], size).astype(np.uint8)
        found.append(data.tobytes())
    return found[:count]
