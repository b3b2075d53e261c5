"""Which operators the GPU takes, and as what launch; all others stay native."""

from collections.abc import Callable
from math import prod
from typing import Final

from mips_vm.constants import WORD_BYTES

from ..operators import FAMILIES, Operator
from ..operators.conv import Window as Attributes
from ..operators.matmul import TRANSPOSED_A, TRANSPOSED_B, matrix_of
from .layout import (
    CONSTANT,
    MOST_RANK,
    TILE,
    Bytes,
    Common,
    Function,
    Kernel,
    Launch,
    Product,
    Walk,
    Window,
)
from .places import Places

Words = dict[int, int]
Claim = Callable[[Operator, Words], Kernel | None]

_SOURCES: Final = (Common.A, Common.B, Common.C, Common.D, Common.E)


def launch_of(operator: Operator, places: Places) -> Launch | None:
    """None if the operator is not for the GPU, or there is no room on it."""
    claim = CLAIMS.get(FAMILIES[operator.opcode].name)
    if claim is None:
        return None
    words: Words = {
        Common.COUNT: operator.target.count,
        Common.TARGET: places.offset(operator.target.address) // WORD_BYTES,
    }
    kernel = claim(operator, words)
    if kernel is None:
        return None
    for name, source in zip(_SOURCES, operator.sources, strict=False):
        place = places.of(source)
        if place is None:
            return None
        words[name] = place
    if kernel is Kernel.PRODUCTS:
        words[Product.IN_WORDS] = _in_words(words)
        if words[Product.IN_WORDS] and words[Product.ROWS] >= TILE:
            kernel = Kernel.TILES
    return Launch.of(kernel, words)


def _in_words(words: Words) -> int:
    """Whether rows of bytes are whole words."""
    sizes = (words[Product.TERMS], *(words[s] & ~CONSTANT for s in _SOURCES[:2]))
    return int(all(size % WORD_BYTES == 0 for size in sizes))


def dense(operator: Operator, words: Words) -> Kernel:
    """A product with one row."""
    terms, columns = operator.sources[1].shape
    words |= {
        Common.HAS_BIAS: 1,
        Product.ROWS: 1,
        Product.COLUMNS: columns,
        Product.TERMS: terms,
        Product.A_STEP: 1,
        Product.B_STEP: columns,
        Product.B_COLUMN: 1,
    }
    return Kernel.SUMS


def matmul(operator: Operator, words: Words) -> Kernel | None:
    """Batches that one source repeats as a whole, not along some axes."""
    flags = operator.attributes[0]
    a, b = (source.shape for source in operator.sources[:2])
    batches = prod(operator.target.shape[:-2])
    turned_a, turned_b = flags & TRANSPOSED_A, flags & TRANSPOSED_B
    rows, terms = matrix_of(a, turned_a)
    columns = operator.target.shape[-1]
    sizes = []
    for shape in (a, b):
        if prod(shape[:-2]) not in (1, batches):
            return None
        sizes.append(shape[-2] * shape[-1] if prod(shape[:-2]) == batches else 0)
    words |= {
        Common.HAS_BIAS: int(len(operator.sources) == 3),
        Product.ROWS: rows,
        Product.COLUMNS: columns,
        Product.TERMS: terms,
        Product.A_BATCH: sizes[0],
        Product.A_ROW: 1 if turned_a else terms,
        Product.A_STEP: rows if turned_a else 1,
        Product.B_BATCH: sizes[1],
        Product.B_STEP: 1 if turned_b else columns,
        Product.B_COLUMN: terms if turned_b else 1,
    }
    return Kernel.SUMS


def matmul_integer(operator: Operator, words: Words) -> Kernel:
    a, b = operator.sources[:2]
    columns, terms = b.shape[-2:]
    words |= {
        Product.ROWS: a.shape[-2],
        Product.COLUMNS: columns,
        Product.TERMS: terms,
        Product.BATCHES: prod(a.shape[:-2]),
        Product.B_BATCH: columns * terms if len(b.shape) > 2 else 0,
        **_of_bytes(operator),
    }
    return Kernel.PRODUCTS


def _of_bytes(operator: Operator) -> Words:
    a, b = operator.sources[:2]
    return {
        Bytes.A_SIGNED: int(a.dtype == "int8"),
        Bytes.B_SIGNED: int(b.dtype == "int8"),
        Bytes.B_ZEROS: int(operator.sources[3].count > 1),
    }


def conv(operator: Operator, words: Words) -> Kernel:
    words |= _window(operator) | {Common.HAS_BIAS: int(len(operator.sources) == 3)}
    return Kernel.WINDOW


def conv_integer(operator: Operator, words: Words) -> Kernel:
    words |= _window(operator) | _of_bytes(operator)
    words[Common.HAS_BIAS] = int(len(operator.sources) == 5)
    return Kernel.BYTE_WINDOW


def _window(operator: Operator) -> Words:
    given = Attributes(*operator.attributes)
    _, channels, height, width = operator.sources[0].shape
    outputs, depth, rows, columns = operator.sources[1].shape
    return {
        Window.OUT_HEIGHT: operator.target.shape[2],
        Window.OUT_WIDTH: operator.target.shape[3],
        Window.OUTPUTS: outputs,
        Window.GROUP_OUTPUTS: outputs // given.group,
        Window.CHANNELS: channels,
        Window.DEPTH: depth,
        Window.HEIGHT: height,
        Window.WIDTH: width,
        Window.TAP_ROWS: rows,
        Window.TAP_COLUMNS: columns,
        Window.SPREAD_ROWS: given.spread_rows,
        Window.SPREAD_COLUMNS: given.spread_columns,
        Window.STRIDE_ROWS: given.stride_rows,
        Window.STRIDE_COLUMNS: given.stride_columns,
        Window.DILATION_ROWS: given.dilation_rows,
        Window.DILATION_COLUMNS: given.dilation_columns,
        Window.TOP: given.top,
        Window.LEFT: given.left,
    }


def scale_u8(operator: Operator, words: Words) -> Kernel:
    words |= _row(operator, Function.SCALE) | {Walk.FACTOR: operator.attributes[0]}
    return Kernel.ZIP


def alone(function: Function) -> Claim:
    """A function of one element."""

    def claim(operator: Operator, words: Words) -> Kernel:
        words |= _row(operator, function)
        return Kernel.ZIP

    return claim


def _row(operator: Operator, function: Function) -> Words:
    """Elements as they lie."""
    sizes: Words = {Walk.SHAPE: operator.target.count, Walk.A_STEPS: 1}
    return sizes | {Walk.FUNCTION: function, Walk.RANK: 1}


def pair(function: Function, dtypes: tuple[str, ...]) -> Claim:
    """A function of two elements, of those types."""

    def claim(operator: Operator, words: Words) -> Kernel | None:
        shape, dtype = operator.target.shape, operator.target.dtype
        if len(shape) > MOST_RANK or dtype not in dtypes:
            return None
        words |= {Walk.FUNCTION: function, Walk.RANK: len(shape)}
        _set(words, Walk.SHAPE, shape)
        for first, source in zip(
            (Walk.A_STEPS, Walk.B_STEPS), operator.sources, strict=True
        ):
            _set(words, first, _steps(source.shape, len(shape)))
        return Kernel.ZIP if dtype == "float32" else Kernel.WHOLE

    return claim


def _set(words: Words, first: Walk, values: tuple[int, ...]) -> None:
    for i, value in enumerate(values):
        words[first + i] = value


def _steps(shape: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """Of each axis of the target; 0 where the source has one element."""
    wide = (1,) * (rank - len(shape)) + shape
    return tuple(0 if n == 1 else prod(wide[i + 1 :]) for i, n in enumerate(wide))


FLOAT: Final = ("float32",)
INT: Final = ("int32",)

CLAIMS: Final[dict[str, Claim]] = {
    "dense": dense,
    "matmul": matmul,
    "conv": conv,
    "matmul_integer": matmul_integer,
    "conv_integer": conv_integer,
    "scale_u8": scale_u8,
    "relu": alone(Function.RELU),
    "map_absolute": alone(Function.ABS),
    "map_negative": alone(Function.NEG),
    "map_sqrt": alone(Function.SQRT),
    "map_reciprocal": alone(Function.RECIPROCAL),
    "zip_add": pair(Function.ADD, FLOAT + INT),
    "zip_sub": pair(Function.SUB, FLOAT + INT),
    "zip_mul": pair(Function.MUL, FLOAT + INT),
    "zip_div": pair(Function.DIV, FLOAT),
    "zip_min": pair(Function.MIN, FLOAT + INT),
    "zip_max": pair(Function.MAX, FLOAT + INT),
    "zip_bit_and": pair(Function.AND, INT),
    "zip_bit_or": pair(Function.OR, INT),
    "zip_bit_xor": pair(Function.XOR, INT),
}
"""By the family's name."""
