"""matmul: `y[.., i, j] = ((+0 + a[.., i, 0] b[.., 0, j]) + ...) + bias[j]`.

The sum over k is sequential for each output, as in dense, and what is said there of
zeros and FINITE_WEIGHTS holds here. Leading axes are batches, which broadcast. Either
matrix may lie transposed.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Final

import numpy as np

from mips_vm.constants import MODEL

from ..kernels import Call, move
from ..memory.tensor import Array, TensorType
from .dense import BLOCK, row_calls
from .family import Family, Operator, Room, Space, Types, Words
from .graph import Graph, Value
from .numbers import Floats
from .products import Matrix, pack_constant, product
from .shape import check_dtype, check_shape, demand
from .weights import FINITE_WEIGHTS, MAX_INPUTS, check_finite, finite_flag

TRANSPOSED_A: Final = 2
TRANSPOSED_B: Final = 4
ALL_FLAGS: Final = FINITE_WEIGHTS | TRANSPOSED_A | TRANSPOSED_B

FEW_ROWS: Final = 3
"""Up to so many rows are multiplied one by one: packing b would cost more."""

Shape = tuple[int, ...]

Packed = dict[tuple[int, int, int], list[Floats]]
"""Panels of constant matrices: by address, first column and columns."""


def matrix_of(shape: Shape, transposed: int) -> tuple[int, int]:
    """Rows and columns of the matrices in a tensor."""
    rows, columns = shape[-2:]
    return (columns, rows) if transposed else (rows, columns)


def broadcast(left: Shape, right: Shape) -> Shape:
    """The common shape of two, as numpy has it."""
    try:
        return np.broadcast_shapes(left, right)
    except ValueError:
        demand("batches", f"shapes like {left}", right, False)
        raise


def infer(types: Types, attributes: Words) -> TensorType:
    """a (.., m, k) and b (.., k, n), perhaps bias (n,), to (.., m, n); all float32."""
    demand("sources", "2 or 3", len(types), len(types) in (2, 3))
    demand("attributes", 1, len(attributes), len(attributes) == 1)
    flags = attributes[0]
    demand("matmul: flags", f"at most {ALL_FLAGS}", flags, flags <= ALL_FLAGS)
    for tensor in types:
        check_dtype("matmul", tensor, "float32")
    a, b = types[:2]
    least = min(len(a.shape), len(b.shape))
    demand("matmul: rank", "at least 2", least, least >= 2)
    rows, terms = matrix_of(a.shape, flags & TRANSPOSED_A)
    others, columns = matrix_of(b.shape, flags & TRANSPOSED_B)
    demand("matmul: rows of b", terms, others, terms == others)
    demand("matmul: terms", f"at most {MAX_INPUTS}", terms, terms <= MAX_INPUTS)
    if len(types) == 3:
        check_shape("matmul bias", (columns,), types[2])
    batches = broadcast(a.shape[:-2], b.shape[:-2])
    return TensorType("float32", (*batches, rows, columns))


def matrices(operator: Operator, space: Space, index: int) -> Array:
    """A source as (batches, elements of a matrix), broadcast without copying."""
    source = operator.shaped(space, index)
    batches = operator.target.shape[:-2]
    size = source.shape[-2] * source.shape[-1]
    flat = source.reshape(*source.shape[:-2], size)
    return np.broadcast_to(flat, (*batches, size))


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """Few rows one by one, more as a product in blocks."""
    a, b = matrices(operator, space, 0), matrices(operator, space, 1)
    y = operator.tile(space, first, count)
    rows, columns = operator.target.shape[-2:]
    batches = operator.target.shape[:-2]
    planned: list[Call] = []
    packed: Packed = {}

    def room(name: Hashable, size: int) -> Floats:
        """Parts that other threads compute have others."""
        return space.room((first, name), size)

    for start, height, left, width in blocks(first, count, columns, rows):
        batch = np.unravel_index(start // rows, batches)
        place = start * columns + left - first
        block = y[place : place + height * width].reshape(height, width)
        bias = np.zeros(width, np.float32)
        if len(operator.sources) == 3:
            bias = operator.part(space, left, width, 2)
        lasting = space.lasting and operator.sources[1].address >= MODEL.base
        held = packed if lasting else None
        at = (start % rows, left)
        planned += multiply(operator, a[batch], b[batch], at, bias, block, room, held)
    return planned


def blocks(
    first: int, count: int, columns: int, rows: int
) -> Iterator[tuple[int, int, int, int]]:
    """(row, height, column, width) of what a tile of the target covers.

    Rows are counted through all batches; no block crosses from one into the next.
    """
    end = first + count
    while first < end:
        row, left = divmod(first, columns)
        if left or end - first < columns:
            height, width = 1, min(columns - left, end - first)
        else:
            height = min((end - first) // columns, rows - row % rows)
            width = columns
        yield row, height, left, width
        first += height * width


def multiply(
    operator: Operator,
    a: Floats,
    b: Floats,
    at: tuple[int, int],
    bias: Floats,
    y: Floats,
    room: Room,
    packed: Packed | None,
) -> Iterator[Call]:
    """y (height, width): rows of a and columns of b, those of `at` the first."""
    flags = operator.attributes[0]
    row, left = at
    rows, terms = matrix_of(operator.sources[0].shape, flags & TRANSPOSED_A)
    columns = operator.target.shape[-1]
    above = Matrix(a, *((1, rows) if flags & TRANSPOSED_A else (terms, 1)))
    beside = Matrix(b, *((1, terms) if flags & TRANSPOSED_B else (columns, 1)))
    above, beside = above.part(row, 0), beside.part(0, left)
    if len(y) > FEW_ROWS or flags & TRANSPOSED_B:
        panels: Sequence[Floats] = ()
        if packed is not None:
            key = (b.ctypes.data, left, y.shape[1])
            if key not in packed:
                packed[key] = pack_constant(beside, terms, y.shape[1])
            panels = packed[key]
        yield from product(above, beside, panels, terms, bias, y, room)
        return
    skip = bool(flags & FINITE_WEIGHTS)
    for i, target in enumerate(y):
        x = above.held[i * above.down :][: (terms - 1) * above.across + 1]
        if above.across > 1:
            given, x = x, room("row", terms)
            yield move(x, given, (terms,), (1,), (above.across,))
        yield from row_calls(x, beside.held, columns, bias, target, room, skip)


def terms_of(operator: Operator) -> int:
    """Products of one output."""
    return matrix_of(operator.sources[0].shape, operator.attributes[0] & TRANSPOSED_A)[
        1
    ]


def instructions(operator: Operator, count: int) -> int:
    """Listing a row's terms; for each product a failed fast path, then plain sums."""
    terms, columns = terms_of(operator), operator.target.shape[-1]
    rows = min(count // columns + 2, count)
    return rows * (200 + 100 * terms) + (terms + 2) * 300 * count


def usual(operator: Operator) -> int:
    """About 49 instructions a multiply-add if no input is zero."""
    return 49 * terms_of(operator)


def matmul(graph: Graph, a: Value, b: Value) -> Value:
    """numpy's matmul: of vectors, of matrices, of batches."""
    demand("MatMul: rank", "at least 1", 0, bool(a.shape and b.shape))
    left = a if len(a.shape) > 1 else graph.view(a, (1, *a.shape))
    right = b if len(b.shape) > 1 else graph.view(b, (*b.shape, 1))
    result = emit(graph, left, right)
    shape = list(result.shape)
    if len(b.shape) == 1:
        del shape[-1]
    if len(a.shape) == 1:
        del shape[len(result.shape) - 2]
    return graph.view(result, shape)


def emit(
    graph: Graph,
    a: Value,
    b: Value,
    bias: Value | None = None,
    *,
    transposed_a: bool = False,
    transposed_b: bool = False,
) -> Value:
    """One operator; a constant b is stored so that it is not transposed."""
    held = graph.array_of(b)
    if held is not None and transposed_b:
        b, transposed_b = graph.constant(np.swapaxes(held, -1, -2)), False
    flags = finite_flag(graph, b)
    flags |= TRANSPOSED_A if transposed_a else 0
    flags |= TRANSPOSED_B if transposed_b else 0
    sources = [a, b] if bias is None else [a, b, bias]
    return graph.emit(FAMILY, sources, [flags])


def product_and_sum(
    graph: Graph,
    a: Value,
    b: Value,
    c: Value | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Value:
    """Gemm: alpha (a b) + beta c; a plain row c is the bias of one operator."""
    columns = matrix_of(b.shape, transB)[1]
    plain = alpha == 1 and beta == 1 and c is not None and c.count == columns
    row = c is not None and c.shape[-1:] == (columns,)
    bias = graph.view(c, (columns,)) if c is not None and plain and row else None
    y = emit(graph, a, b, bias, transposed_a=bool(transA), transposed_b=bool(transB))
    if alpha != 1:
        y = graph.op("Mul", y, np.array(alpha, np.float32))
    if c is None or bias is not None:
        return y
    if beta != 1:
        c = graph.op("Mul", c, np.array(beta, np.float32))
    return graph.op("Add", y, c)


FAMILY = Family(
    name="matmul",
    opcode=100,
    infer=infer,
    instructions=instructions,
    usual=usual,
    grain=lambda operator: BLOCK,
    check=check_finite,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"MatMul": matmul, "Gemm": product_and_sum}
