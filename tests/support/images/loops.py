"""Small images with a loop, and images that are nearly ones."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import tinynn
from tinynn import GraphBuilder, Model, Value
from tinynn.builder.attending import KeyCache
from tinynn.image.image import Segment, Tables, encode
from tinynn.operators import Operator


def counting(passes: int = 5, rows: int = 4) -> GraphBuilder:
    """A cache is filled with x; each pass but the first puts the row of the pass, by x,
    plus the pass, one row further. The text's bytes are added to all, and the input's
    length is the answer's. It stops when a row has an element of 101 or more."""
    graph = GraphBuilder("counting")
    x = graph.input("x", "float32", (4,))
    text = graph.input("text", "uint8", (8,))
    graph.let_input_vary()
    cache = graph.cache("float32", (rows, 4))
    graph.fill(cache, graph.op("Add", np.zeros((rows, 4), np.float32), x))
    length = graph.op("Identity", graph.input_length)
    with graph.loop(passes):
        done = graph.op("Cast", graph.passes_done, to="float32")
        row = graph.op("Gather", cache, graph.passes_done, axis=0)
        product = graph.op("Mul", graph.view(row, (4,)), x)
        product = graph.op("Add", product, done)
        with graph.unless_zero(graph.passes_done):
            graph.put_row(cache, product, offset=1)
        whole = graph.op("Cast", graph.op("ReduceMax", product), to="int32")
        large = graph.op("Less", np.array([100], np.int32), graph.view(whole, (1,)))
        graph.stop_unless_zero(graph.op("Cast", large, to="int32"))
    seen = graph.op("ReduceSum", graph.scale_u8(text, 1.0))
    graph.output(graph.op("Add", cache, seen), "y")
    graph.answer_length(length)
    return graph


def model_of(graph: GraphBuilder) -> Model:
    return tinynn.load(graph.build())


def changed(image: bytes, tables: Tables) -> bytes:
    """The image under other tables, of as many bytes."""
    data = encode(tables)
    assert len(data) <= len(image)
    return data + image[len(data) :]


def with_operator(tables: Tables, index: int, operator: Operator) -> Tables:
    operators = list(tables.operators)
    operators[index] = operator
    return replace(tables, operators=tuple(operators))


def with_segment(tables: Tables, index: int, **fields: Any) -> Tables:
    rows: list[Segment] = list(tables.segments)
    rows[index] = replace(rows[index], **fields)
    return replace(tables, segments=tuple(rows))


def numbers(*values: float, text: bytes = b"") -> bytes:
    return np.array(values, np.float32).tobytes() + text


def random_graph(rng: np.random.Generator) -> GraphBuilder:
    """Random operators around and in a loop; caches, skips, a stop, a length."""
    graph = GraphBuilder("random loop")
    width = int(rng.integers(1, 6))
    x = graph.input("x", "float32", (width,))
    text = graph.input("text", "uint8", (width,))
    if rng.random() < 0.7:
        graph.let_input_vary()
    floats: list[Value] = [x, graph.scale_u8(text, float(rng.normal()))]
    words: list[Value] = [graph.input_length, graph.passes_done]
    caches = [
        graph.cache("float32", (int(rng.integers(1, 5)), width))
        for _ in range(rng.integers(1, 3))
    ]
    for cache in caches:
        if rng.random() < 0.5:
            filled = graph.op("Add", np.zeros(cache.shape, np.float32), floats[-1])
            graph.fill(cache, filled)
    keys = graph.key_cache(int(rng.integers(1, 12)), 1, width)
    _grow(graph, rng, floats, words, caches)
    with graph.loop(int(rng.integers(1, 8))):
        before = len(words)
        _grow(graph, rng, floats, words, caches)
        for cache in caches:
            graph.put_row(cache, pick(rng, floats), offset=int(rng.integers(0, 2)))
        graph.put_key(keys, pick(rng, floats))
        floats.append(_attention(graph, rng, floats, words, caches, keys))
        if rng.random() < 0.5 and len(words) > before:
            graph.stop_unless_zero(words[-1])
    _grow(graph, rng, floats, words, caches)
    graph.output(pick(rng, [*floats, *caches]), "y")
    if rng.random() < 0.5:
        graph.answer_length(graph.op("Identity", pick(rng, words)))
    return graph


def _grow(
    graph: GraphBuilder,
    rng: np.random.Generator,
    floats: list[Value],
    words: list[Value],
    caches: Sequence[Value],
) -> None:
    for _ in range(rng.integers(1, 5)):
        kind = rng.integers(0, 6)
        skip = graph.unless_zero(pick(rng, words)) if rng.random() < 0.3 else None
        if skip:
            skip.__enter__()
        if kind == 0:
            floats.append(graph.op("Mul", pick(rng, floats), pick(rng, floats)))
        elif kind == 1:
            row = graph.op("Gather", pick(rng, caches), pick(rng, words), axis=0)
            floats.append(graph.view(row, floats[0].shape))
        elif kind == 2:
            number = graph.op("Cast", pick(rng, words), to="float32")
            floats.append(graph.op("Sub", pick(rng, floats), number))
        elif kind == 3:
            largest = graph.op("ReduceMax", pick(rng, floats), keepdims=0)
            words.append(graph.op("Cast", graph.view(largest, (1,)), to="int32"))
        elif kind == 4:
            floats.append(graph.softmax(pick(rng, floats)))
        else:
            sum_ = graph.op("ReduceSum", pick(rng, caches), axes=(0,), keepdims=0)
            floats.append(sum_)
        if skip:
            skip.__exit__(None, None, None)


def _attention(
    graph: GraphBuilder,
    rng: np.random.Generator,
    floats: Sequence[Value],
    words: Sequence[Value],
    caches: Sequence[Value],
    keys: KeyCache,
) -> Value:
    """Scores of a query, their softmax as far as there are values, the mix: each by any
    int32, the pass among them."""
    window = int(rng.integers(0, 4))
    query = graph.view(pick(rng, floats), (1, keys.width))
    scores = graph.op(
        "AttentionScores",
        query,
        keys.value,
        pick(rng, words),
        rows=keys.rows,
        kv_heads=1,
        scale=0.5,
        window=window,
    )
    values = pick(rng, caches)
    rows = values.shape[0]
    numbers = np.arange(rows, dtype=np.int32)
    some = graph.op("Gather", scores, numbers, axis=1)
    shares = graph.op("AttentionSoftmax", some, pick(rng, words), window=window)
    values = graph.view(values, (rows, 1, keys.width))
    mixed = graph.op("AttentionMix", shares, values, pick(rng, words), window=window)
    return graph.view(mixed, (keys.width,))


def pick(rng: np.random.Generator, values: Sequence[Value]) -> Value:
    return values[int(rng.integers(0, len(values)))]
