"""Attention over the rows that passes of a loop have put, in three operators.

In a pass rows [start, end) count: end = min(pass + 1, rows), and start is 0, or with a
window end - window if that is more. What lies outside is stored as +0.

attention_scores: `s[h, t] = (((+0 + q[h, 0] k[t, g, 0]) + q[h, 1] k[t, g, 1]) + ...) *
scale`, where g is the head of keys that a group of queries shares: h / (heads / kv
heads). Keys lie in panels, (rows / 8, kv heads * width, 8): neighbours are the same
element of eight rows. `put_key` puts them so.

attention_softmax: the softmax of each row of scores, over what counts.

attention_mix: `y[h, i] = ((+0 + p[h, start] v[start, g, i]) + ...)`, in order.
"""

from typing import Final

from ...kernels import Call
from ...memory.tensor import TensorType
from ..cache import PANEL
from ..family import Family, Operator, Space, Types, Words
from ..graph import Graph, Value
from ..numbers import bits_of
from ..shape import check_arity, check_dtype, check_shape, demand
from .passing import check_pass, check_rows, follows_loop, reached_rows

MAX_WIDTH: Final = 1 << 16
"""Elements of a head, and of all heads of a row's keys."""

HEAD: Final = 400
"""Instructions for a head of queries, beside what is counted by elements."""

LISTED: Final = 40
"""To list one number of a sum's left side."""

TERM: Final = 300
"""A product and a sum, if the fast path fails."""

EXPONENTIAL: Final = 2600

CLEARED: Final = 8


def infer_scores(types: Types, attributes: Words) -> TensorType:
    """float32 queries (heads, width), keys in panels, int32 [1], to (heads, rows); the
    attributes are rows, heads of keys, the scale's bits, the window."""
    check_arity(types, attributes, 3, 4)
    rows, kv_heads, _, _ = attributes
    check_rows("scores", rows)
    queries, keys, number = types
    heads, width = _matrix("scores: queries", queries)
    _check_width(width)
    _check_group("scores", heads, kv_heads)
    check_dtype("scores: keys", keys, "float32")
    check_shape("scores: keys", panels_of(rows, kv_heads * width), keys)
    check_pass("scores", number)
    return TensorType("float32", (heads, rows))


def infer_softmax(types: Types, attributes: Words) -> TensorType:
    """float32 (heads, rows) and int32 [1] to as many; the attribute is the window."""
    check_arity(types, attributes, 2, 1)
    _, rows = _matrix("softmax", types[0])
    check_rows("softmax", rows)
    check_pass("softmax", types[1])
    return types[0]


def infer_mix(types: Types, attributes: Words) -> TensorType:
    """float32 (heads, rows), (rows, kv heads, width), int32 [1], to (heads, width); the
    attribute is the window."""
    check_arity(types, attributes, 3, 1)
    shares, values, number = types
    heads, rows = _matrix("mix: shares", shares)
    check_rows("mix", rows)
    check_dtype("mix: values", values, "float32")
    rank = len(values.shape)
    demand("mix: axes of the values", 3, rank, rank == 3)
    _, kv_heads, width = values.shape
    _check_width(width)
    _check_group("mix", heads, kv_heads)
    check_shape("mix: values", (rows, kv_heads, width), values)
    check_pass("mix", number)
    return TensorType("float32", (heads, width))


def panels_of(rows: int, count: int) -> tuple[int, int, int]:
    """The shape of a cache of keys, `count` elements a row."""
    return -(-rows // PANEL), count, PANEL


def _matrix(what: str, kind: TensorType) -> tuple[int, int]:
    check_dtype(what, kind, "float32")
    demand(f"{what}: axes", 2, len(kind.shape), len(kind.shape) == 2)
    return kind.shape[0], kind.shape[1]


def _check_width(width: int) -> None:
    demand("width of a head", f"at most {MAX_WIDTH}", width, width <= MAX_WIDTH)


def _check_group(what: str, heads: int, kv_heads: int) -> None:
    good = 0 < kv_heads <= MAX_WIDTH and heads % kv_heads == 0
    demand(f"{what}: heads of keys", f"a divisor of {heads}", kv_heads, good)


def row(operator: Operator) -> int:
    """The grain: what belongs to a head of queries."""
    return operator.target.shape[1]


def score_calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    rows, kv_heads, scale, window = operator.attributes
    heads, width = operator.sources[0].shape
    head = first // rows
    queries = operator.part(space, head * width, count // rows * width)
    keys, number = operator.flat(space, 1), operator.flat(space, 2)
    y = operator.tile(space, first, count)
    shape = (head, count // rows, heads // kv_heads, width, kv_heads * width)
    return [
        Call(
            "attention.scores", (y, queries, keys, number, *shape, rows, window, scale)
        )
    ]


def softmax_calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    rows, (window,) = operator.target.shape[1], operator.attributes
    x, number = operator.part(space, first, count), operator.flat(space, 1)
    y = operator.tile(space, first, count)
    return [Call("attention.softmax", (y, x, number, count // rows, rows, window))]


def mix_calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    heads, rows = operator.sources[0].shape
    _, kv_heads, width = operator.sources[1].shape
    head = first // width
    shares = operator.part(space, head * rows, count // width * rows)
    values, number = operator.flat(space, 1), operator.flat(space, 2)
    y = operator.tile(space, first, count)
    shape = (head, count // width, heads // kv_heads, width, kv_heads * width)
    words = (y, shares, values, number, *shape, rows, operator.attributes[0])
    return [Call("attention.mix", words)]


def _score_cost(operator: Operator, count: int, passes: int, reached: int) -> int:
    """Of `reached` rows in so many passes."""
    rows, width = operator.attributes[0], operator.sources[0].shape[1]
    once = HEAD + LISTED * width + CLEARED * rows
    return count // rows * (passes * once + reached * (TERM * (width + 1) + 100))


def _softmax_cost(operator: Operator, count: int, passes: int, reached: int) -> int:
    rows = row(operator)
    return count // rows * (passes * (HEAD + CLEARED * rows) + reached * EXPONENTIAL)


def _mix_cost(operator: Operator, count: int, passes: int, reached: int) -> int:
    width = row(operator)
    once = HEAD + TERM * width
    return count // width * (passes * once + reached * (LISTED + TERM * width))


def _rows(operator: Operator) -> tuple[int, int]:
    """Rows that there are, and the window."""
    if operator.opcode == SCORES.opcode:
        return operator.attributes[0], operator.attributes[3]
    return operator.sources[0].shape[1], operator.attributes[0]


_COSTS: Final = {161: _score_cost, 162: _softmax_cost, 163: _mix_cost}
"""By opcode: instructions of a part, by passes and the rows that they reach."""


def cost(operator: Operator, count: int) -> int:
    """Of any pass."""
    rows, window = _rows(operator)
    most = min(rows, window) if window else rows
    return _COSTS[operator.opcode](operator, count, 1, most)


def cost_of_passes(operator: Operator, count: int, passes: int) -> int:
    """Of a loop's first passes, added up."""
    if not follows_loop(operator, len(operator.sources) - 1):
        return passes * cost(operator, count)
    reached = reached_rows(*_rows(operator), passes)
    return _COSTS[operator.opcode](operator, count, passes, reached)


def scores(
    graph: Graph,
    queries: Value,
    keys: Value,
    number: Value,
    *,
    rows: int,
    kv_heads: int,
    scale: float,
    window: int = 0,
) -> Value:
    """(heads, rows), of queries (heads, width) and a cache of keys."""
    attributes = [rows, kv_heads, bits_of(scale), window]
    return graph.emit(SCORES, [queries, keys, number], attributes)


def softmax(graph: Graph, x: Value, number: Value, *, window: int = 0) -> Value:
    """Shares of the rows that count."""
    return graph.emit(SOFTMAX, [x, number], [window])


def mix(
    graph: Graph, shares: Value, values: Value, number: Value, *, window: int = 0
) -> Value:
    """(heads, width), of shares (heads, rows) and a cache of values."""
    return graph.emit(MIX, [shares, values, number], [window])


SCORES: Final = Family(
    name="attention_scores",
    opcode=161,
    infer=infer_scores,
    calls=score_calls,
    instructions=cost,
    usual=lambda operator: 10 + 35 * operator.sources[0].shape[1],
    grain=row,
    of_passes=cost_of_passes,
)
SOFTMAX: Final = Family(
    name="attention_softmax",
    opcode=162,
    infer=infer_softmax,
    calls=softmax_calls,
    instructions=cost,
    usual=lambda operator: 570,
    grain=row,
    of_passes=cost_of_passes,
)
MIX: Final = Family(
    name="attention_mix",
    opcode=163,
    infer=infer_mix,
    calls=mix_calls,
    instructions=cost,
    usual=lambda operator: 10 + 30 * operator.sources[0].shape[1],
    grain=row,
    of_passes=cost_of_passes,
)
FAMILIES = (SCORES, SOFTMAX, MIX)
OPERATIONS = {
    "AttentionScores": scores,
    "AttentionSoftmax": softmax,
    "AttentionMix": mix,
}
