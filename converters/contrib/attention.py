"""Attention of one node, and the embedding before it, as onnxruntime fuses them."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from converters.contrib.transformers import total
from converters.registry import Graph, Refused, lowers
from converters.values import LEFT_OUT, Constant, Value, number, whole_numbers

UNSEEN = np.float32(np.finfo(np.float32).min)
"""What onnxruntime adds to what comes later, so that no share is left of it."""

RAW_RANKS = (2, 3)
"""Of masks that say of each position whether it is seen."""


@lowers("com.microsoft.Attention")
def attention(
    graph: Graph,
    x: Value,
    weights: Value,
    bias: Value | None = None,
    mask: Value | None = None,
    past: Value | None = None,
    added: Value | None = None,
    *,
    num_heads: int,
    unidirectional: int = 0,
    qkv_hidden_sizes: Sequence[int] | None = None,
    scale: float = 0.0,
    mask_filter_value: float = -10000.0,
) -> Value:
    """Of x (batch, length, depth) to itself, by heads; weights (depth, q + k + v)."""
    if past is not None:
        raise Refused("past: expected none, got one", "export it without its cache")
    sizes = list(qkv_hidden_sizes or [weights.shape[1] // 3] * 3)
    products = graph.apply("MatMul", x, weights)
    products = total(graph, products, bias)
    q, k, v = (
        by_heads(graph, products, sum(sizes[:i]), sizes[i], num_heads) for i in range(3)
    )
    turned = graph.apply("Transpose", k, perm=[0, 1, 3, 2])
    factor = scale or 1 / sqrt(sizes[0] // num_heads)
    scores = graph.apply("Mul", graph.apply("MatMul", q, turned), number(factor))
    length = x.shape[1]
    if mask is not None:
        scores = graph.apply("Add", scores, hidden(graph, mask, mask_filter_value, x))
    if unidirectional:
        later = np.triu(np.full((length, length), UNSEEN), 1)
        scores = graph.apply("Add", scores, Constant(later))
    scores = total(graph, scores, added)
    seen = graph.apply("MatMul", graph.apply("Softmax", scores, axis=-1), v)
    rows = graph.apply("Transpose", seen, perm=[0, 2, 1, 3])
    return graph.reshape(rows, (x.shape[0], length, sizes[2]))


def by_heads(graph: Graph, x: Value, start: int, size: int, heads: int) -> Value:
    """Columns of (batch, length, all) as (batch, heads, length, size / heads)."""
    bounds = (whole_numbers([n]) for n in (start, start + size, 2))
    part = graph.apply("Slice", x, *bounds)
    rows = graph.reshape(part, (*x.shape[:2], heads, size // heads))
    return graph.apply("Transpose", rows, perm=[0, 2, 1, 3])


def hidden(graph: Graph, mask: Value, filling: float, x: Value) -> Value:
    """What is added to scores (batch, heads, length, length)."""
    batch, length = x.shape[:2]
    if len(mask.shape) == 1 and mask.shape[0] == batch:  # so many are seen
        ends = graph.reshape(mask, (batch, 1))
        places = Constant(np.arange(length, dtype=np.int32)[None])
        seen = graph.apply("Less", places, ends)
    elif len(mask.shape) in RAW_RANKS:
        none = Constant(np.zeros((), np.dtype(mask.dtype)))
        seen = graph.apply("Not", graph.apply("Equal", mask, none))
    else:
        expected = "mask: expected (batch), (batch, length) or (batch, length, length)"
        raise Refused(f"{expected}, got {mask.shape}")
    added = graph.apply("Where", seen, number(0), number(filling))
    rows = length if len(mask.shape) == RAW_RANKS[-1] else 1
    return graph.reshape(added, (batch, 1, rows, length))


@lowers("com.microsoft.EmbedLayerNormalization")
def embedded(
    graph: Graph,
    ids: Value,
    segments: Value | None,
    words: Value,
    places: Value,
    kinds: Value | None,
    scale: Value,
    shift: Value,
    mask: Value | None = None,
    positions: Value | None = None,
    *,
    epsilon: float = 1e-12,
    mask_index_type: int = 0,
) -> tuple[Value, ...]:
    """Of words, places and segments together; how many are seen; and the sum itself."""
    batch, length = ids.shape
    if positions is None:
        positions = Constant(np.arange(length, dtype=np.int64)[None])
    parts = [
        graph.apply("Gather", words, ids, axis=0),
        graph.apply("Gather", places, positions, axis=0),
    ]
    if segments is not None and kinds is not None:
        parts.append(graph.apply("Gather", kinds, segments, axis=0))
    summed = total(graph, *parts)
    y = graph.apply("LayerNormalization", summed, scale, shift, epsilon=epsilon)
    return y, counted(graph, mask, batch), summed


def counted(graph: Graph, mask: Value | None, batch: int) -> Value:
    """Ones of each row; 0 without a mask."""
    if mask is None:
        return Constant(np.zeros(batch, np.int32))
    return graph.apply("ReduceSum", mask, whole_numbers([1]), keepdims=0)


@lowers("com.microsoft.SimplifiedLayerNormalization")
def rms_normalization(
    graph: Graph,
    x: Value,
    scale: Value,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> tuple[Value, ...]:
    """By the root of the mean square."""
    y = graph.apply("RMSNormalization", x, scale, axis=axis, epsilon=epsilon)
    return y, LEFT_OUT
