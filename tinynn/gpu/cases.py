"""Launches with what they must store, as the host's own floats and integers say.

Random normal numbers alone never find flushing, so products are subnormal in one case,
and all pairs of numbers that are special are in another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .layout import (
    Bytes,
    Common,
    Function,
    Kernel,
    Launch,
    Product,
    Walk,
    Window,
)

Array = NDArray[Any]
Floats = NDArray[np.float32]
Integers = NDArray[np.int32]

NAN: Final = 0x7FC00000
TERMS: Final = 4096
SAMPLES: Final = 1 << 18
TINY: Final = np.float32(2.0**-70)
"""The product of two such is subnormal."""

SPECIAL: Final = np.array(
    [
        *(0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x003FFFFF, 0x00400000),
        *(0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF, 0x01000000, 0x0C800000),
        *(0x1F800000, 0x1FFFFFFF, 0x20000001, 0x33800000, 0x34000000, 0x3EFFFFFF),
        *(0x3F000000, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F800800, 0x3F801000),
        *(0x40000000, 0x40490FDB, 0x4B000001, 0x4B800000, 0x5F000000, 0x5FFFFFFF),
        *(0x7E800000, 0x7F000000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000),
    ],
    np.uint32,
)
"""Of either sign: subnormals, ends of ranges, 1 + 2^-12 and 1 + 2^-11, NaNs."""


@dataclass(frozen=True, slots=True)
class Case:
    """Sources go to A, B, ...; `expected` are the target's bits."""

    what: str
    launch: Launch
    sources: tuple[Array, ...]
    expected: NDArray[np.uint32]


def stored(x: Floats) -> NDArray[np.uint32]:
    """The bits of what is stored: a NaN has one form."""
    bits = np.where(np.isnan(x), np.uint32(NAN), x.view(np.uint32))
    return bits.ravel()


def floats(bits: Array) -> Floats:
    """Bits as numbers, of either sign."""
    return bits.astype(np.uint32).view(np.float32)


def specials() -> Floats:
    """Those of SPECIAL, of both signs."""
    return floats(np.concatenate([SPECIAL, SPECIAL | np.uint32(1 << 31)]))


def any_bits(rng: np.random.Generator, count: int) -> Floats:
    """Numbers of any bits."""
    return floats(rng.integers(0, 1 << 32, count, np.uint32))


def normal(rng: np.random.Generator, *shape: int) -> Floats:
    """Numbers about 1."""
    return rng.standard_normal(shape).astype(np.float32)


def chain(a: Floats, b: Floats) -> Floats:
    """((+0 + a[:, 0] b[0]) + a[:, 1] b[1]) + ..., each operation rounded."""
    total = np.zeros((len(a), b.shape[1]), np.float32)
    for k in range(len(b)):
        total = total + a[:, k : k + 1] * b[k]
    return total


def product_case(what: str, a: Floats, b: Floats) -> Case:
    """A matrix times a matrix."""
    rows, terms = a.shape
    columns = b.shape[1]
    words: dict[int, int] = {
        Common.COUNT: rows * columns,
        Product.ROWS: rows,
        Product.COLUMNS: columns,
        Product.TERMS: terms,
        Product.A_ROW: terms,
        Product.A_STEP: 1,
        Product.B_STEP: columns,
        Product.B_COLUMN: 1,
    }
    return Case(what, Launch.of(Kernel.SUMS, words), (a, b), stored(chain(a, b)))


def product_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Long sums of normal and of subnormal products, and short ones of specials."""
    one = np.float32(1)
    near = np.array([[-(one + np.float32(2**-11)), one + np.float32(2**-12)]])
    other = np.array([[one], [one + np.float32(2**-12)]], np.float32)
    yield product_case("a product is rounded", near.astype(np.float32), other)
    a, b = normal(rng, 2, TERMS), normal(rng, TERMS, 16)
    yield product_case("long sums in order", a, b)
    yield product_case("sums of subnormal products", a * TINY, b * TINY)
    held = specials()
    a, b = rng.choice(held, (128, 2)), rng.choice(held, (2, 128))
    yield product_case("sums of special numbers", a, b)
    scales = np.ldexp(one, rng.integers(-60, 60, (65, 37))).astype(np.float32)
    a, b = normal(rng, 33, 65), normal(rng, 65, 37)
    yield product_case("sums of numbers of any size", a, b * scales)


def pair_case(what: str, function: Function, a: Floats, b: Floats) -> Case:
    """A function of two elements; MIN and MAX as docs/float.md has them."""
    if function is Function.MIN:
        y = np.where((a < b) | np.isnan(a), a, b)
    elif function is Function.MAX:
        y = np.where((a > b) | np.isnan(a), a, b)
    else:
        made = {
            Function.ADD: np.add,
            Function.SUB: np.subtract,
            Function.MUL: np.multiply,
            Function.DIV: np.divide,
        }
        y = made[function](a, b)
    return Case(f"{what}: {function.name}", walk(function, a.size), (a, b), stored(y))


def walk(
    function: Function,
    count: int,
    kernel: Kernel = Kernel.ZIP,
    own: dict[int, int] | None = None,
) -> Launch:
    """A function of elements as they lie."""
    words: dict[int, int] = {
        Common.COUNT: count,
        Walk.FUNCTION: function,
        Walk.RANK: 1,
        Walk.SHAPE: count,
        Walk.A_STEPS: 1,
        Walk.B_STEPS: 1,
    }
    return Launch.of(kernel, words | (own or {}))


def pair_cases(rng: np.random.Generator, samples: int = SAMPLES) -> Iterator[Case]:
    """Special numbers with one another, any bits, and numbers of about one size."""
    held = specials()
    a, b = (np.ascontiguousarray(x).ravel() for x in np.meshgrid(held, held))
    x, y = any_bits(rng, samples), any_bits(rng, samples)
    near = rng.integers(0, 4, samples).astype(np.uint32) << 23
    beside = floats((x.view(np.uint32) & 0x7F800000) ^ near ^ (y.view(np.uint32) >> 9))
    for function in list(Function)[: Function.MAX + 1]:
        yield pair_case("special numbers", function, a, b)
        yield pair_case("any bits", function, x, y)
        if function <= Function.SUB:
            yield pair_case("numbers of a size", function, x, beside)


def alone_cases(rng: np.random.Generator, samples: int = SAMPLES) -> Iterator[Case]:
    """Functions of one element, of special numbers and of any bits."""
    x = np.concatenate([specials(), any_bits(rng, samples)])
    found = {
        Function.RELU: np.where((x > 0) | np.isnan(x), x, np.float32(0)),
        Function.ABS: np.abs(x),
        Function.NEG: -x,
        Function.SQRT: np.sqrt(x),
        Function.RECIPROCAL: np.float32(1) / x,
    }
    for function, y in found.items():
        what = f"one number: {function.name}"
        yield Case(what, walk(function, x.size), (x,), stored(y))
    x = np.arange(256, dtype=np.uint8)
    for factor in (0x3B808081, 0x00000001, 0x7F800000, 0xFFC00001, 0x80000000):
        launch = walk(Function.SCALE, 256, own={Walk.FACTOR: factor})
        y = x.astype(np.float32) * floats(np.array([factor]))
        yield Case("bytes as numbers", launch, (x,), stored(y))


@dataclass(frozen=True, slots=True)
class Slide:
    """A convolution: input (channels, height, width), weights (outputs, depth, ..)."""

    x: Array
    w: Array
    group: int
    spread: int
    stride: int
    dilation: int
    pad: int

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the result."""
        found = []
        for axis in (1, 2):
            wide = (self.x.shape[axis] - 1) * self.spread + 1 + 2 * self.pad
            wide -= (self.w.shape[axis + 1] - 1) * self.dilation + 1
            found.append(wide // self.stride + 1)
        return found[0], found[1]

    def patches(self) -> Array:
        """(groups, terms, pixels): the input spread and padded, then cut."""
        channels, height, width = self.x.shape
        spread, pad = self.spread, self.pad
        shape = ((height - 1) * spread + 1, (width - 1) * spread + 1)
        wide = np.zeros((channels, *shape), self.x.dtype)
        wide[:, ::spread, ::spread] = self.x
        wide = np.pad(wide, ((0, 0), (pad, pad), (pad, pad)))
        rows, columns = self.size
        _, depth, down, across = self.w.shape
        cut = []
        for channel in wide:
            for i in range(down):
                for j in range(across):
                    top, left = i * self.dilation, j * self.dilation
                    part = channel[top :: self.stride, left :: self.stride]
                    cut.append(part[:rows, :columns].ravel())
        taps = depth * down * across
        return np.array(cut).reshape(self.group, taps, rows * columns)

    def words(self) -> dict[int, int]:
        """Of its launch."""
        outputs, depth, down, across = self.w.shape
        rows, columns = self.size
        return {
            Common.COUNT: outputs * rows * columns,
            Window.OUT_HEIGHT: rows,
            Window.OUT_WIDTH: columns,
            Window.OUTPUTS: outputs,
            Window.GROUP_OUTPUTS: outputs // self.group,
            Window.CHANNELS: self.x.shape[0],
            Window.DEPTH: depth,
            Window.HEIGHT: self.x.shape[1],
            Window.WIDTH: self.x.shape[2],
            Window.TAP_ROWS: down,
            Window.TAP_COLUMNS: across,
            Window.SPREAD_ROWS: self.spread,
            Window.SPREAD_COLUMNS: self.spread,
            Window.STRIDE_ROWS: self.stride,
            Window.STRIDE_COLUMNS: self.stride,
            Window.DILATION_ROWS: self.dilation,
            Window.DILATION_COLUMNS: self.dilation,
            Window.TOP: self.pad,
            Window.LEFT: self.pad,
        }


SLIDES: Final = ((1, 1, 1, 1, 1), (2, 1, 2, 1, 2), (1, 2, 1, 2, 3))
"""Group, spread, stride, dilation, padding."""


def window_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Of normal, subnormal and special terms."""
    held = specials()
    for group, *rest in SLIDES:
        x, w = normal(rng, 8, 9, 10), normal(rng, 6, 8 // group, 3, 3)
        kinds = {
            "sums in order": (x, w),
            "subnormal products": (x * TINY, w * TINY),
            "special numbers": (rng.choice(held, x.shape), w),
        }
        for kind, (inputs, weights) in kinds.items():
            slide = Slide(inputs, weights, group, *rest)
            outputs = weights.reshape(group, -1, weights[0].size)
            parts = zip(outputs, slide.patches(), strict=True)
            y = np.concatenate([chain(a, b) for a, b in parts])
            launch = Launch.of(Kernel.WINDOW, slide.words())
            yield Case(f"windows: {kind}", launch, (inputs, weights), stored(y))


def float_cases(rng: np.random.Generator, samples: int = SAMPLES) -> Iterator[Case]:
    """All that a device must do to be believed its floats."""
    yield from product_cases(rng)
    yield from window_cases(rng)
    yield from pair_cases(rng, samples)
    yield from alone_cases(rng, samples)


def some_bytes(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    """Bytes of any value, many of them at an end."""
    held = rng.integers(0, 256, shape, np.uint8)
    held[rng.random(shape) < 0.2] = rng.choice([0, 127, 128, 255])
    return held.view(dtype)


def bytes_of(a: Array, b: Array, zeros: Sequence[Array]) -> dict[int, int]:
    """Words of products of bytes."""
    return {
        Bytes.A_SIGNED: int(a.dtype == np.int8),
        Bytes.B_SIGNED: int(b.dtype == np.int8),
        Bytes.B_ZEROS: int(zeros[1].size > 1),
    }


def wrapped(y: Array) -> NDArray[np.uint32]:
    """The low 32 bits."""
    return (y.ravel() & 0xFFFFFFFF).astype(np.uint32)


def byte_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Products of both kinds of bytes, with zero points; functions of int32."""
    for left, right in (("uint8", "int8"), ("int8", "int8"), ("uint8", "uint8")):
        for terms in (63, 64, TERMS):
            a, b = some_bytes(rng, left, 9, terms), some_bytes(rng, right, 17, terms)
            zeros = some_bytes(rng, left, 1), some_bytes(rng, right, 17)
            words = bytes_of(a, b, zeros) | {
                Common.COUNT: 9 * 17,
                Product.ROWS: 9,
                Product.COLUMNS: 17,
                Product.TERMS: terms,
                Product.IN_WORDS: int(terms % 4 == 0),
                Product.BATCHES: 1,
            }
            wide = [x.astype(np.int64) for x in (a, b, *zeros)]
            y = (wide[0] - wide[2]) @ (wide[1] - wide[3][:, None]).T
            for kernel in (Kernel.PRODUCTS, Kernel.TILES)[: 1 + (terms % 4 == 0)]:
                launch = Launch.of(kernel, words)
                yield Case("products of bytes", launch, (a, b, *zeros), wrapped(y))
        group, *rest = SLIDES[1]
        x, w = some_bytes(rng, left, 8, 9, 10), some_bytes(rng, right, 6, 4, 3, 3)
        zeros = some_bytes(rng, left, 1), some_bytes(rng, right, 1)
        wide = [each.astype(np.int64) for each in (x, w, *zeros)]
        slide = Slide(wide[0] - wide[2], wide[1] - wide[3], group, *rest)
        taps = slide.w.reshape(group, -1, slide.w[0].size)
        launch = Launch.of(Kernel.BYTE_WINDOW, slide.words() | bytes_of(x, w, zeros))
        y = taps @ slide.patches()
        yield Case("windows of bytes", launch, (x, w, *zeros), wrapped(y))
    a, b = (rng.integers(-(1 << 31), 1 << 31, SAMPLES, np.int32) for _ in range(2))
    made = {
        Function.ADD: np.add,
        Function.SUB: np.subtract,
        Function.MUL: np.multiply,
        Function.MIN: np.minimum,
        Function.MAX: np.maximum,
        Function.AND: np.bitwise_and,
        Function.OR: np.bitwise_or,
        Function.XOR: np.bitwise_xor,
    }
    for function, make in made.items():
        launch = walk(function, a.size, Kernel.WHOLE)
        yield Case(f"int32: {function.name}", launch, (a, b), make(a, b).view("u4"))
