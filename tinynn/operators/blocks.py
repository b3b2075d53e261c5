"""Weights in blocks: a matrix times a vector of bytes, rows looked up, and what makes
the bytes.

block_scale: one float for each `group` neighbours of x, their greatest magnitude / 127.
block_quantize: bytes, `clamp(near(x / scale), -127, 127)`; 0 where the scale is 0.
block_rest: what is left of each then, in 128ths of a byte's unit, as bytes.
block_matvec: rows of products of such bytes, perhaps with what is left of them, with a
tensor of weights. block_row: rows
of the tensor as floats, by number. docs/float.md has the arithmetic,
docs/model-image.md how a tensor lies in its bytes; tinynn/blocks makes them.

Attributes of the last two: the tensor's kind, rows and columns.
"""

from typing import Final, NamedTuple

from ..blocks.kinds import LONG, PANEL_ROWS, SHORT, BlockKind, tensor_bytes
from ..blocks.tensor import BlockTensor
from ..kernels import Call
from ..memory.tensor import Array, TensorType
from .family import Family, Operator, Space, Types, Words, everywhere
from .graph import Graph, Value
from .shape import check_arity, check_dtype, check_shape, demand

BLOCKS: Final = (SHORT, LONG)
MAX_COLUMNS: Final = 1 << 20
MAX_ROWS: Final = 1 << 24
WORD_BYTES: Final = 4
"""Of the guest, which loads words of a tensor."""

X, SCALE, TAKEN = range(3)
QUANTS, SCALES, WEIGHTS, RESTS = range(4)
IDS, TABLE = range(2)


class Matrix(NamedTuple):
    """What the attributes say of a tensor."""

    kind: BlockKind
    rows: int
    columns: int

    @property
    def blocks(self) -> int:
        return self.columns // self.kind.block


def matrix_of(attributes: Words) -> Matrix:
    """Misfit if there is no such tensor."""
    kind, rows, columns = attributes
    demand("blocks: kind", f"below {len(BlockKind)}", kind, kind < len(BlockKind))
    block = BlockKind(kind).block
    demand("blocks: rows", f"1 to {MAX_ROWS}", rows, 1 <= rows <= MAX_ROWS)
    good = 0 < columns <= MAX_COLUMNS and columns % block == 0
    demand("blocks: columns", f"a multiple of {block}", columns, good)
    return Matrix(BlockKind(kind), rows, columns)


def _check_weights(matrix: Matrix, weights: TensorType) -> None:
    check_dtype("blocks: weights", weights, "uint8")
    check_shape("blocks: weights", (tensor_bytes(*matrix),), weights)


def _last(what: str, x: TensorType) -> int:
    demand(f"{what}: rank", "at least 1", 0, bool(x.shape))
    return x.shape[-1]


def infer_scale(types: Types, attributes: Words) -> TensorType:
    """float32 (.., n) to (.., n / group)."""
    check_arity(types, attributes, 1, 1)
    (group,) = attributes
    demand("block_scale: group", BLOCKS, group, group in BLOCKS)
    check_dtype("block_scale", types[X], "float32")
    n = _last("block_scale", types[X])
    demand("block_scale: elements", f"a multiple of {group}", n, n % group == 0)
    return TensorType("float32", (*types[X].shape[:-1], n // group))


def infer_quantize(types: Types, attributes: Words) -> TensorType:
    """float32 (.., n) and its scales to int8 (.., n)."""
    check_arity(types, attributes, 2, 1)
    (group,) = attributes
    expected = infer_scale([types[X]], attributes)
    check_dtype("block_quantize: scales", types[SCALE], "float32")
    check_shape("block_quantize: scales", expected.shape, types[SCALE])
    return TensorType("int8", types[X].shape)


def infer_rest(types: Types, attributes: Words) -> TensorType:
    """float32 (.., n), its scales and its bytes to int8 (.., n)."""
    check_arity(types, attributes, 3, 1)
    bytes_ = infer_quantize(types[:2], attributes)
    check_dtype("block_rest: quants", types[TAKEN], "int8")
    check_shape("block_rest: quants", bytes_.shape, types[TAKEN])
    return bytes_


def infer_matvec(types: Types, attributes: Words) -> TensorType:
    """int8 (.., columns), float32 (.., columns / block), the tensor, and perhaps int8
    (.., columns), what is left of the first; to float32 (.., rows)."""
    demand("sources", "3 or 4", len(types), len(types) in (3, 4))
    check_arity(types[:3], attributes, 3, 3)
    matrix = matrix_of(attributes)
    quants, scales, weights = types[:3]
    check_dtype("block_matvec: quants", quants, "int8")
    n, columns = _last("block_matvec", quants), matrix.columns
    demand("block_matvec: quants", f"{columns} a row", n, n == columns)
    check_dtype("block_matvec: scales", scales, "float32")
    expected = (*quants.shape[:-1], matrix.blocks)
    check_shape("block_matvec: scales", expected, scales)
    _check_weights(matrix, weights)
    if len(types) == 4:
        kind, long = matrix.kind.name, matrix.kind.is_long
        demand("block_matvec: rests", "of a kind with one level", kind, not long)
        check_dtype("block_matvec: rests", types[RESTS], "int8")
        check_shape("block_matvec: rests", quants.shape, types[RESTS])
    return TensorType("float32", (*quants.shape[:-1], matrix.rows))


def infer_row(types: Types, attributes: Words) -> TensorType:
    """int32 (n,) and the tensor to float32 (n, columns)."""
    check_arity(types, attributes, 2, 3)
    matrix = matrix_of(attributes)
    check_dtype("block_row: ids", types[IDS], "int32")
    demand(
        "block_row: axes of ids", 1, len(types[IDS].shape), len(types[IDS].shape) == 1
    )
    _check_weights(matrix, types[TABLE])
    return TensorType("float32", (*types[IDS].shape, matrix.columns))


def check_matvec(operator: Operator, space: Space) -> None:
    """Words of the tensor can be loaded."""
    _check_aligned(operator, WEIGHTS)


def check_row(operator: Operator, space: Space) -> None:
    """Words of the tensor can be loaded."""
    _check_aligned(operator, TABLE)


def _check_aligned(operator: Operator, index: int) -> None:
    address = operator.sources[index].address
    good = address % WORD_BYTES == 0
    demand("blocks: weights", f"at a multiple of {WORD_BYTES}", f"{address:#x}", good)


# Natively.


def calls_scale(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    (group,) = operator.attributes
    x = operator.part(space, first * group, count * group)
    y = operator.tile(space, first, count)
    return [Call("block.scale", (y, x, count, group))]


def calls_quantize(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    (group,) = operator.attributes
    x = operator.part(space, first, count)
    scales = operator.part(space, first // group, count // group, SCALE)
    y = operator.tile(space, first, count)
    return [Call("block.quantize", (y, x, scales, count // group, group))]


def calls_rest(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    (group,) = operator.attributes
    x = operator.part(space, first, count)
    scales = operator.part(space, first // group, count // group, SCALE)
    taken = operator.part(space, first, count, TAKEN)
    y = operator.tile(space, first, count)
    return [Call("block.rest", (y, x, scales, taken, count // group, group))]


def calls_matvec(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    """Sums of x by group, then panels; a vector at a time."""
    matrix = matrix_of(operator.attributes)
    kind, rows, columns = matrix
    y, weights = operator.tile(space, first, count), operator.flat(space, WEIGHTS)
    panel_bytes = matrix.blocks * kind.block_bytes
    planned: list[Call] = []
    for start in range(first - first % rows, first + count, rows):
        vector = start // rows
        low, high = max(start, first), min(start + rows, first + count)
        scales = operator.part(space, vector * matrix.blocks, matrix.blocks, SCALES)
        panels = weights[(low - start) // PANEL_ROWS * panel_bytes :]
        (q, pairs, sums), *rests = [
            _prepared(operator, vector, plane, first, space, planned)
            for plane in (QUANTS, RESTS)[: len(operator.sources) - 2]
        ]
        held = (y[low - first :], q, pairs, scales, sums, panels)
        sizes = (high - low, matrix.blocks)
        if not rests:
            planned.append(Call(f"panel.{kind.name.lower()}", (*held, *sizes)))
            continue
        ((left, pairs_left, sums_left),) = rests
        joining = (sums, sums, sums_left, columns // kind.group)
        planned.append(Call("block.join", joining))
        words = (*held, *sizes, left, pairs_left)
        planned.append(Call(f"fine.{kind.name.lower()}", words))
    return planned


def _prepared(
    operator: Operator,
    vector: int,
    plane: int,
    first: int,
    space: Space,
    planned: list[Call],
) -> tuple[Array, Array, Array]:
    """A vector's bytes, or what is left of them; as pairs, if these are read; sums of
    groups. `first` tells threads' rooms apart."""
    kind, _, columns = matrix_of(operator.attributes)
    q = operator.part(space, vector * columns, columns, plane)
    sums = space.room((first, plane, "sums"), columns // kind.group)
    planned.append(Call("block.sums", (sums, q, columns // kind.group, kind.group)))
    # Here, not at the top: it depends on the processor, which LLVM knows.
    from ..kernels.blocks.panels import uses_pairs

    if not uses_pairs(kind):
        return q, q, sums
    pairs = space.room((first, plane, "pairs"), columns // 2)
    planned.append(Call("block.pairs", (pairs, q, columns)))
    return q, pairs, sums


def calls_row(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """Whole rows."""
    kind, rows, columns = matrix_of(operator.attributes)
    ids = operator.part(space, first // columns, count // columns)
    y, table = operator.tile(space, first, count), operator.flat(space, TABLE)
    kernel = f"block_row.{kind.name.lower()}"
    sizes = (count // columns, rows, columns // kind.block)
    return [Call(kernel, (y, ids, table, *sizes))]


# In portions, and what they cost the guest.


def grain_matvec(operator: Operator) -> int:
    """Panels, unless the last one of a vector is followed by another vector's first."""
    rows = operator.attributes[1]
    alone = operator.target.count == rows or rows % PANEL_ROWS == 0
    return PANEL_ROWS if alone else rows


def cost_scale(operator: Operator, count: int) -> int:
    return 200 + count * (250 + 20 * operator.attributes[0])


def cost_quantize(operator: Operator, count: int) -> int:
    return 300 + 400 * count


def cost_rest(operator: Operator, count: int) -> int:
    return 300 + 1000 * count


SHARED: Final = 1 << 20
"""From here on threads share a matrix: it is read from memory at their pace, and a
token has hundreds of them."""

ROWS_TOGETHER: Final = 1024
"""Of the guest, which lists a block of the vector once for so many rows."""


def cost_matvec(operator: Operator, count: int) -> int:
    """Sums of both halves of the bytes; every row's floats unusual. Whole panels."""
    matrix = matrix_of(operator.attributes)
    listing, row = (26_000, 2800) if matrix.kind.is_long else (2500, 1000)
    if len(operator.sources) > RESTS:
        listing, row = 2 * listing, row + 300
    lists = count // min(matrix.rows, ROWS_TOGETHER) + 2
    rows = count + (count // matrix.rows + 1) * (PANEL_ROWS - 1)
    return 1000 + 60 * rows + matrix.blocks * (lists * listing + rows * row)


def usual_matvec(operator: Operator) -> int:
    """Of an element: some instructions a weight."""
    kind, _, columns = matrix_of(operator.attributes)
    if len(operator.sources) > RESTS:
        return 7 * columns
    return columns * (3 if kind.is_long else 5)


def cost_row(operator: Operator, count: int) -> int:
    return 500 + 350 * count


# Operations.


def block_scale(graph: Graph, x: Value, *, group: int = SHORT) -> Value:
    """The scales of neighbours that are quantised together."""
    return graph.emit(SCALE_FAMILY, [x], [group])


def block_quantize(
    graph: Graph, x: Value, scale: Value, *, group: int = SHORT
) -> Value:
    """x in bytes, by its scales."""
    return graph.emit(QUANTIZE, [x, scale], [group])


def block_rest(
    graph: Graph, x: Value, scale: Value, quants: Value, *, group: int = SHORT
) -> Value:
    """What is left of x beside its bytes, in 128ths of their unit."""
    return graph.emit(REST, [x, scale, quants], [group])


def block_matvec(
    graph: Graph,
    quants: Value,
    scales: Value,
    weights: Value,
    rests: Value | None = None,
    *,
    kind: int,
    rows: int,
    columns: int,
) -> Value:
    """float32 (.., rows), of quantised vectors (.., columns)."""
    sources = [quants, scales, weights]
    if rests is not None:
        sources.append(rests)
    return graph.emit(MATVEC, sources, [kind, rows, columns])


def block_row(
    graph: Graph, ids: Value, weights: Value, *, kind: int, rows: int, columns: int
) -> Value:
    """Rows as floats; a number outside is moved to the nearest end."""
    return graph.emit(ROW, [ids, weights], [kind, rows, columns])


def words_of(tensor: BlockTensor) -> dict[str, int]:
    """The attributes of an operation on a tensor."""
    return {"kind": tensor.kind, "rows": tensor.rows, "columns": tensor.columns}


SCALE_FAMILY: Final = Family(
    name="block_scale",
    opcode=150,
    infer=infer_scale,
    calls=calls_scale,
    instructions=cost_scale,
    usual=lambda operator: 100 + 11 * operator.attributes[0],
)
QUANTIZE: Final = Family(
    name="block_quantize",
    opcode=151,
    infer=infer_quantize,
    calls=calls_quantize,
    instructions=cost_quantize,
    usual=lambda operator: 45,
    grain=lambda operator: operator.attributes[0],
)
MATVEC: Final = Family(
    name="block_matvec",
    opcode=152,
    infer=infer_matvec,
    calls=calls_matvec,
    instructions=cost_matvec,
    usual=usual_matvec,
    grain=grain_matvec,
    check=check_matvec,
    shared=SHARED,
    in_place=everywhere,
)
ROW: Final = Family(
    name="block_row",
    opcode=153,
    infer=infer_row,
    calls=calls_row,
    instructions=cost_row,
    usual=lambda operator: 100,
    grain=lambda operator: operator.attributes[2],
    check=check_row,
    in_place=everywhere,
)
REST: Final = Family(
    name="block_rest",
    opcode=154,
    infer=infer_rest,
    calls=calls_rest,
    instructions=cost_rest,
    usual=lambda operator: 300,
    grain=lambda operator: operator.attributes[0],
)
FAMILIES = (SCALE_FAMILY, QUANTIZE, MATVEC, ROW, REST)
OPERATIONS = {
    "BlockScale": block_scale,
    "BlockQuantize": block_quantize,
    "BlockRest": block_rest,
    "BlockMatVec": block_matvec,
    "BlockRow": block_row,
}
