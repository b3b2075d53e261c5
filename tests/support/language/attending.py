"""Attention as numpy has it, in the order of docs/float.md, and models of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.operators import functions

Array = NDArray[Any]
ZERO = np.float32(0)


def canonical(x: Array) -> Array:
    """With the one NaN."""
    return np.where(np.isnan(x), np.uint32(0x7FC0_0000).view(np.float32), x)


def reach(number: int, rows: int, window: int) -> tuple[int, int]:
    """The rows that count."""
    end = min(number + 1, rows)
    return max(end - window, 0) if window else 0, end


def in_panels(keys: Array) -> Array:
    """(rows, kv heads, width) as a cache of keys has it."""
    rows = keys.shape[0]
    flat = np.zeros((-(-rows // 8) * 8, keys[0].size), np.float32)
    flat.view(np.uint32)[:rows] = keys.reshape(rows, -1).view(np.uint32)
    return np.ascontiguousarray(flat.reshape(-1, 8, flat.shape[1]).transpose(0, 2, 1))


@np.errstate(all="ignore")
def scores(
    queries: Array, keys: Array, number: int, scale: float, window: int = 0
) -> Array:
    """(heads, rows), of keys (rows, kv heads, width)."""
    heads, (rows, kv_heads, width) = len(queries), keys.shape
    y = np.zeros((heads, rows), np.float32)
    for row in range(*reach(number, rows, window)):
        shared = np.repeat(keys[row], heads // kv_heads, axis=0)
        total = np.zeros(heads, np.float32)
        for i in range(width):
            total = total + queries[:, i] * shared[:, i]
        y[:, row] = total * np.float32(scale)
    return canonical(y)


@np.errstate(all="ignore")
def shares(x: Array, number: int, window: int = 0) -> Array:
    """Softmax of each row's reached part."""
    y = np.zeros_like(x)
    start, end = reach(number, x.shape[1], window)
    for line, target in zip(x[:, start:end], y[:, start:end], strict=True):
        target[:] = softmax(line)
    return canonical(y)


@np.errstate(all="ignore")
def softmax(line: Array) -> Array:
    """As docs/float.md has it, before NaNs are made canonical."""
    most, total = line[0], ZERO
    for value in line:
        most = value if value > most else most
    powers = functions.exp(line - most)
    for power in powers:
        total = total + power
    return powers / total


@np.errstate(all="ignore")
def mixed(p: Array, values: Array, number: int, window: int = 0) -> Array:
    """(heads, width), of values (rows, kv heads, width)."""
    heads, (rows, kv_heads, width) = len(p), values.shape
    y = np.zeros((heads, width), np.float32)
    for row in range(*reach(number, rows, window)):
        y = y + p[:, row, None] * np.repeat(values[row], heads // kv_heads, axis=0)
    return canonical(y)


def looped(
    rows: int,
    heads: int,
    kv_heads: int,
    width: int,
    passes: int,
    window: int = 0,
    softcap: float | None = None,
) -> Model:
    """The inputs' row of each pass attends to those before; all results are kept."""
    graph = GraphBuilder("attention")
    queries = graph.input("queries", "float32", (passes, heads, width))
    given = [
        graph.input(name, "float32", (passes, kv_heads, width))
        for name in ("keys", "values")
    ]
    keys = graph.key_cache(rows, kv_heads, width)
    values = graph.cache("float32", (rows, kv_heads, width))
    results = graph.cache("float32", (passes, heads, width))
    with graph.loop(passes):
        done = graph.passes_done
        query, key, value = (
            graph.view(graph.op("Gather", x, done), x.shape[1:])
            for x in (queries, *given)
        )
        graph.put_key(keys, key)
        graph.put_row(values, value)
        options: dict[str, Any] = {"window": window, "softcap": softcap}
        y = graph.attention(query, keys, values, scale=0.25, **options)
        graph.put_row(results, y)
    graph.output(results, "y")
    return tinynn.load(graph.build())
