"""trees: scores of rows of features, summed up over a forest of decision trees.

A feature becomes a *key*, an integer in the order of the floats: its magnitude's bits,
negative below zero, so that -0 is +0. A NaN has the greatest key there is, or the least
where its column says so. A node that is no leaf goes on to its first child if its
column's key is at most its threshold, else to its second. A leaf holds `width` weights,
each for one target; those of the first tree come first.

Sources: the rows (.., features); the columns (count,), each twice a feature's number,
plus 1 if a NaN has the least key; the nodes (count, 4); the trees (count, 2), of root
and width; the targets and the weights of all leaves (count,). A node's words are its
column, its threshold and how far it is to each child, in bytes, since that saves the
guest a shift: columns are 4 apart, nodes 16. A leaf is 0 from its children, and its
threshold is the place of its first weight. Children lie behind their parents, so that
every walk ends.

Attributes: how weights are combined (added from +0 on, or the least or the greatest of
them from an infinity on), the number of targets, and the longest walk and the width of
each tree, summed up.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import MODEL

from ..kernels import Batch, Call
from ..memory.tensor import Array, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import check_arity, check_dtype, check_shape, demand

HOW: Final = ("sum", "min", "max")
MAX_COLUMNS: Final = 1 << 16
MAX_NODES: Final = 1 << 24
MAX_TARGETS: Final = 1 << 16
COLUMN_BYTES: Final = 4
NODE_BYTES: Final = 16

ROWS, COLUMNS, NODES, TREES, TARGETS, WEIGHTS = range(6)
TABLES: Final = (COLUMNS, NODES, TREES, TARGETS)
"""Sources that must be constants, so that no walk can leave them."""

COLUMN, THRESHOLD, FIRST_CHILD = range(3)
"""Words of a node; the children are the last two."""


def walk_heights(nodes: Array) -> NDArray[np.int64]:
    """Steps of the longest walk from each node, of sound ones."""
    held = np.ascontiguousarray(nodes, np.int32)
    heights = np.zeros(len(held), np.int64)
    Batch([Call("trees.heights", (held, heights, len(held)))])()
    return heights


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 rows (.., features) to float32 (.., targets)."""
    check_arity(types, attributes, 6, 4)
    rows, columns, nodes, trees, targets, weights = types
    how, count = attributes[:2]
    demand("trees: how", f"below {len(HOW)}", how, how < len(HOW))
    demand("trees: targets", f"1 to {MAX_TARGETS}", count, 0 < count <= MAX_TARGETS)
    check_dtype("trees: rows", rows, "float32")
    check_dtype("trees: weights", weights, "float32")
    for what, tensor in (
        ("columns", columns),
        ("nodes", nodes),
        ("trees", trees),
        ("targets", targets),
    ):
        check_dtype(f"trees: {what}", tensor, "int32")
    demand("trees: rank of rows", "at least 1", 0, bool(rows.shape))
    _check_table("columns", columns, MAX_COLUMNS)
    _check_table("nodes", nodes, MAX_NODES, 4)
    _check_table("trees", trees, MAX_NODES, 2)
    _check_table("targets", targets, MAX_NODES)
    check_shape("trees: weights", targets.shape, weights)
    return TensorType("float32", (*rows.shape[:-1], count))


def _check_table(what: str, table: TensorType, most: int, *width: int) -> None:
    good = table.shape[1:] == width and len(table.shape) == 1 + len(width)
    expected = f"at most {most} rows of {width}"
    good = good and table.shape[0] <= most
    demand(f"trees: shape of {what}", expected, table.shape, good)


def check(operator: Operator, space: Space) -> None:
    """Every walk stays in the tables and ends; the attributes sum up the trees."""
    for i in TABLES:
        address = operator.sources[i].address
        demand("trees: tables", "constants", f"{address:#x}", address >= MODEL.base)
    features, (_, count, *actual) = (
        operator.sources[ROWS].shape[-1],
        operator.attributes,
    )
    expected = sums_of([operator.shaped(space, i) for i in TABLES], features, count)
    demand("trees: longest walks, widths", expected, actual, expected == actual)


def sums_of(tables: Sequence[Array], features: int, outputs: int) -> list[int]:
    """Longest walks and widths, of all trees summed up; Misfit of unsound tables."""
    columns, nodes, trees, targets = (table.astype(np.int64) for table in tables)
    _check_within("column", columns, 2 * features)
    _check_within("target", targets, outputs)
    roots, widths = trees.T
    _check_within("root", roots, NODE_BYTES * len(nodes), NODE_BYTES)
    _check_within("width", widths, len(targets) + 1)
    _check_nodes(nodes, len(columns), len(targets) - int(widths.max()))
    heights = walk_heights(tables[1])
    return [int(heights[roots // NODE_BYTES].sum()), int(widths.sum())]


def _check_nodes(nodes: Array, columns: int, last: int) -> None:
    """`last` is where the first weight of a leaf may be, at most."""
    _check_within("column", nodes[:, COLUMN], COLUMN_BYTES * columns, COLUMN_BYTES)
    children = nodes[:, FIRST_CHILD:]
    leaf = ~children.any(axis=1)
    _check_within("first weight", nodes[leaf, THRESHOLD], last + 1)
    behind = children[~leaf]
    demand("trees: children", "behind their parent", "others", bool((behind > 0).all()))
    at = NODE_BYTES * np.arange(len(nodes))[:, None] + children
    _check_within("child", at, NODE_BYTES * len(nodes), NODE_BYTES)


def _check_within(what: str, numbers: Array, end: int, step: int = 1) -> None:
    wrong = (numbers < 0) | (numbers >= end) | (numbers % step != 0)
    expected = f"0 to {end - step}" + (f", a multiple of {step}" if step > 1 else "")
    found = np.asarray(numbers)[wrong]
    demand(f"trees: {what}", expected, found[:1], not found.size)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    features, targets = operator.sources[ROWS].shape[-1], operator.attributes[1]
    row, rows = first // targets, count // targets
    columns, trees = operator.sources[COLUMNS].count, operator.sources[TREES].shape[0]
    keys = space.room((first, "keys"), columns)
    held = [
        operator.tile(space, first, count),
        operator.part(space, row * features, rows * features),
        *(operator.flat(space, i) for i in range(COLUMNS, WEIGHTS + 1)),
        keys,
    ]
    counts = rows, features, columns, trees, targets
    return [Call(f"trees.{HOW[operator.attributes[0]]}", (*held, *counts))]


def per_row(operator: Operator, column: int, step: int, tree: int, weight: int) -> int:
    """The guest's instructions for a row, from those for each of its parts."""
    _, targets, steps, parts = operator.attributes
    columns, trees = operator.sources[COLUMNS].count, operator.sources[TREES].shape[0]
    return columns * column + trees * tree + steps * step + parts * weight + targets * 8


def instructions(operator: Operator, count: int) -> int:
    rows = count // operator.attributes[1]
    return 400 + rows * (100 + per_row(operator, 24, 14, 50, 200))


def usual(operator: Operator) -> int:
    """Of an element: a row's, shared by its targets."""
    return 1 + per_row(operator, 17, 11, 35, 95) // operator.attributes[1]


def trees(
    graph: Graph,
    rows: Value,
    columns: Value,
    nodes: Value,
    trees: Value,
    targets: Value,
    weights: Value,
    *,
    outputs: int,
    how: str = "sum",
) -> Value:
    """Scores (.., outputs) of rows (.., features), by tables as an image holds them."""
    demand("trees: how", " or ".join(HOW), how, how in HOW)
    sources = [rows, columns, nodes, trees, targets, weights]
    words = [HOW.index(how), outputs]
    infer([source.type for source in sources], [*words, 0, 0])
    held = [graph.array_of(sources[i]) for i in TABLES]
    tables = [table for table in held if table is not None]
    demand("trees: tables", "constants", "computed ones", len(tables) == len(held))
    words += sums_of(tables, rows.shape[-1], outputs)
    demand("trees: longest walks, widths", "of 32 bits", words, max(words) < 1 << 32)
    return graph.emit(FAMILY, sources, words)


FAMILY: Final = Family(
    name="trees",
    opcode=120,
    infer=infer,
    calls=calls,
    instructions=instructions,
    usual=usual,
    grain=lambda operator: operator.attributes[1],
    check=check,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Trees": trees}
