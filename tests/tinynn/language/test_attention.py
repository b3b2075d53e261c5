"""Attention: numpy in the same order, the guest and native execution, on any bits."""

from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.images.operations import apply
from support.language import attending

import tinynn
from tinynn import GraphBuilder, GraphError
from tinynn.execution.program import shares
from tinynn.operators.language.attention import SCORES

SPECIAL = np.array([0, 1 << 31, 1, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001], np.uint32)


def floats(rng: np.random.Generator, *shape: int, any_bits: bool = False) -> Any:
    ordinary = rng.standard_normal(shape).astype(np.float32)
    if not any_bits:
        return ordinary
    words = rng.integers(0, 1 << 32, shape, np.uint32)
    special = rng.choice(SPECIAL, shape)
    kind = rng.integers(0, 6, shape)
    bits = np.where(kind == 0, words, np.where(kind == 1, special, ordinary.view("u4")))
    return bits.astype(np.uint32).view(np.float32)


def same(actual: Any, expected: Any) -> None:
    assert np.array_equal(actual.view(np.uint32), expected.view(np.uint32))


SHAPES = [
    # rows, heads, heads of keys, width, window
    (1, 1, 1, 1, 0),
    (9, 4, 2, 5, 0),
    (40, 3, 1, 8, 0),
    (40, 9, 3, 24, 11),
    (17, 2, 2, 67, 3),
    (16, 2, 1, 6, 1),
]


@pytest.mark.parametrize("any_bits", [False, True])
@pytest.mark.parametrize(("rows", "heads", "kv_heads", "width", "window"), SHAPES)
def test_attention_is_its_definition_on_both_executors(
    rows: int, heads: int, kv_heads: int, width: int, window: int, any_bits: bool
) -> None:
    rng = np.random.default_rng([rows, width, any_bits])
    queries = floats(rng, heads, width, any_bits=any_bits)
    keys, values = (
        floats(rng, rows, kv_heads, width, any_bits=any_bits) for _ in range(2)
    )
    scores = floats(rng, heads, rows, any_bits=any_bits)
    numbers = [0, rows // 2, rows - 1, rows, -1, -(1 << 31)]
    for number in numbers[:: 2 if any_bits else 1]:
        word = np.array([number], np.int32)
        unsigned = number & 0xFFFF_FFFF
        attributes = {"rows": rows, "kv_heads": kv_heads, "scale": 0.3}
        (found,) = apply(
            "AttentionScores",
            queries,
            attending.in_panels(keys),
            word,
            window=window,
            **attributes,
        )
        same(found, attending.scores(queries, keys, unsigned, 0.3, window))
        (found,) = apply("AttentionSoftmax", scores, word, window=window)
        same(found, attending.shares(scores, unsigned, window))
        (found,) = apply("AttentionMix", scores, values, word, window=window)
        same(found, attending.mixed(scores, values, unsigned, window))


@pytest.mark.parametrize("window", [0, 3])
def test_attention_in_a_loop_is_the_textbooks(window: int) -> None:
    """More passes than rows: the last row is then written over."""
    rows, heads, kv_heads, width, passes = 11, 4, 2, 6, 14
    model = attending.looped(rows, heads, kv_heads, width, passes, window)
    rng = np.random.default_rng(window)
    data = [floats(rng, *spec.shape) for spec in model.inputs]
    output = assert_guest_agrees(model, model.encode_input(data))
    (found,) = model.decode_output(output)
    queries, keys, values = (np.repeat(x, 1, axis=1).astype(np.float64) for x in data)
    for number in range(passes):
        last = min(number, rows - 1)
        seen = [*range(last), number][max(0, last + 1 - window) if window else 0 :]
        k, v = (np.repeat(x[seen], heads // kv_heads, axis=1) for x in (keys, values))
        logits = np.einsum("hw,thw->ht", queries[number], k) * 0.25
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        expected = np.einsum("ht,thw->hw", p, v)
        assert np.allclose(found[number], expected, rtol=1e-5, atol=1e-6)


def test_softcap_bounds_the_scores() -> None:
    model = attending.looped(5, 2, 1, 4, 5, softcap=0.5)
    rng = np.random.default_rng(3)
    data = [100 * floats(rng, *spec.shape) for spec in model.inputs]
    output = assert_guest_agrees(model, model.encode_input(data))
    (found,) = model.decode_output(output)
    queries, keys, values = data
    logits = np.einsum("hw,tgw->ht", queries[4], keys) * 0.25
    capped = np.exp(0.5 * np.tanh(logits / 0.5))
    p = capped / capped.sum(axis=1, keepdims=True)
    assert np.allclose(found[4], np.einsum("ht,tgw->hw", p, values), rtol=1e-4)


def test_attention_by_several_threads_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SHARED_INSTRUCTIONS", "WAKING_INSTRUCTIONS"):
        monkeypatch.setattr(tinynn.execution.program, name, 0)
    rng = np.random.default_rng(9)
    model = attending.looped(50, 6, 2, 10, 40)
    (scores,) = (row for row in model.tables.operators if row.opcode == SCORES.opcode)
    assert [count for _, count in shares(scores, 3)] == [100, 100, 100]
    data = model.encode_input([floats(rng, *spec.shape) for spec in model.inputs])
    expected = model.answer(data)
    assert [model.answer(data, threads) for threads in (2, 3)] == [expected] * 2


def test_segments_of_one_head_are_parts_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tinynn.builder.planner, "SEGMENT_INSTRUCTIONS", 400)
    model = attending.looped(9, 6, 3, 5, 4)
    rng = np.random.default_rng(4)
    named = [row.operator for row in model.tables.segments]
    assert max(named.count(index) for index in named) == 6
    data = [floats(rng, *spec.shape) for spec in model.inputs]
    assert_guest_agrees(model, model.encode_input(data))


REFUSED = [
    ("AttentionScores", [(4, 3), (1, 6, 8)], {"rows": 9, "kv_heads": 2, "scale": 1}),
    ("AttentionScores", [(4, 3), (1, 9, 8)], {"rows": 8, "kv_heads": 3, "scale": 1}),
    ("AttentionScores", [(4, 3), (1, 0, 8)], {"rows": 8, "kv_heads": 0, "scale": 1}),
    ("AttentionScores", [(12,), (1, 6, 8)], {"rows": 8, "kv_heads": 2, "scale": 1}),
    ("AttentionSoftmax", [(4,)], {}),
    ("AttentionMix", [(4, 7), (6, 2, 3)], {}),
    ("AttentionMix", [(5, 6), (6, 2, 3)], {}),
    ("AttentionMix", [(4, 6), (36,)], {}),
]


@pytest.mark.parametrize(("name", "shapes", "attributes"), REFUSED)
def test_attention_of_shapes_that_do_not_fit_is_refused(
    name: str, shapes: list[tuple[int, ...]], attributes: Any
) -> None:
    graph = GraphBuilder("refused")
    with pytest.raises(GraphError):
        values = [
            graph.input(f"x{i}", "float32", shape) for i, shape in enumerate(shapes)
        ]
        graph.op(name, *values, graph.passes_done, **attributes)


def test_keys_that_do_not_fit_their_cache_are_refused() -> None:
    graph = GraphBuilder("refused")
    key = graph.input("key", "float32", (3, 4))
    cache = graph.key_cache(9, 2, 4)
    with pytest.raises(GraphError, match="put_key: expected as many as"):
        graph.put_key(cache, key)


@pytest.mark.parametrize("rows", [0, (1 << 30) + 1])
def test_cache_of_no_or_too_many_keys_is_refused(rows: int) -> None:
    with pytest.raises(GraphError, match="put_key: rows"):
        GraphBuilder("refused").key_cache(rows, 2, 4)
