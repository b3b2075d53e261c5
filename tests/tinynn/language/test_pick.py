"""The next token: plain Python, the guest, native execution, and numpy's chances."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.images.operations import apply, model_of
from support.language.picking import Options, picked, random_24

from tinynn import GraphBuilder, GraphError
from tinynn.operators.language.pick import MAX_VOCABULARY, SEED_BYTES
from tinynn.sampling import build

NUMBERS = [0, 3, 11, 12, 40, -1]
HUGE = [0, 1, 255, 256, 257, 1 << 20, -1, -(1 << 31), (1 << 31) - 1]
FLOATS = [0, -0.0, 1, -1, 0.9, 1e-45, 3.4e38, np.inf, -np.inf, np.nan, 1.3]


def words(number: int) -> Any:
    return np.array([number], np.int32)


def check(logits: Any, tokens: Any, number: int, seed: bytes, options: Any) -> int:
    """The same token by all three."""
    held = np.frombuffer(seed, np.uint8)
    (found,) = apply("Pick", logits, tokens, words(number), held, options)
    assert int(found[0]) == picked(logits, tokens, number, seed, options)
    return int(found[0])


def logits_of(rng: np.random.Generator, count: int) -> Any:
    """Ordinary ones; or with many equal; or any bits."""
    x = rng.standard_normal(count).astype(np.float32)
    match rng.integers(0, 4):
        case 0:
            return np.round(x)
        case 1:
            return rng.integers(0, 1 << 32, count, np.uint32).view(np.float32)
        case 2:
            special = rng.choice(np.float32([0, -0.0, np.inf, -np.inf, np.nan]), count)
            return np.where(rng.random(count) < 0.3, special, x).astype(np.float32)
    return 4 * x


@pytest.mark.parametrize("seed", range(24))
def test_token_is_its_definition_on_both_executors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.choice([1, 2, 7, 255, 256, 257, 900]))
    tokens = rng.integers(-2, count + 2, 12).astype(np.int32)
    if seed % 3 == 0:
        tokens = rng.integers(-(1 << 31), 1 << 31, 12).astype(np.int32)
    options = np.array(
        [
            0,
            np.float32(rng.choice([0.7, *FLOATS])).view(np.int32),
            rng.choice([3, 40, *HUGE]),
            np.float32(rng.choice([0.5, *FLOATS])).view(np.int32),
            np.float32(rng.choice([1.5, *FLOATS])).view(np.int32),
            *rng.integers(-(1 << 31), 1 << 31, 3),
        ]
    ).astype(np.int32)
    if seed % 4 == 0:
        options = rng.integers(-(1 << 31), 1 << 31, 8).astype(np.int32)
    logits, data = logits_of(rng, count), rng.bytes(SEED_BYTES)
    for number in NUMBERS[seed % 2 :: 2]:
        check(logits, tokens, number, data, options)


@pytest.mark.parametrize("seed", range(6))
def test_drawn_token_is_its_definition_on_both_executors(seed: int) -> None:
    """Ordinary requests."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.standard_normal(2000).astype(np.float32)
    tokens = rng.integers(0, 2000, (50, 1)).astype(np.int32)
    options = Options(0.8, [1, 40, 256][seed % 3], [0.9, 1][seed % 2], 1.1).words
    for number in (5, 49):
        check(logits, tokens, number, rng.bytes(SEED_BYTES), options)


def test_options_of_zeros_are_greedy() -> None:
    """Whatever the seed: the first of the largest."""
    logits = np.array([1, 5, 5, -2], np.float32)
    tokens, nothing = np.array([1], np.int32), np.zeros(8, np.int32)
    for seed in (bytes(28), b"\xff" * 28):
        assert check(logits, tokens, 0, seed, nothing) == 1


def test_penalty_counts_a_token_once_and_only_what_the_text_has() -> None:
    logits = np.array([3, 2, 1, -1], np.float32)
    tokens = np.array([0, 0, 1, 2], np.int32)
    for number, expected in ((0, 1), (1, 1), (2, 0), (3, 0)):
        token = check(logits, tokens, number, bytes(28), Options(penalty=2).words)
        assert token == expected
    assert check(-logits, tokens, 3, bytes(28), Options(penalty=2).words) == 3


def test_native_and_guest_hash_as_ethereum_does() -> None:
    """A uniform choice of 256 shows the upper eight bits of the random number."""
    logits = np.zeros(256, np.float32)
    options = Options(1, 256).words
    for number in range(4):
        seed = bytes(range(number, number + 28))
        token = check(logits, np.zeros(1, np.int32), number, seed, options)
        assert token == random_24(seed, number) >> 16


def nucleus_of(logits: Any, temperature: float, k: int, p: float) -> Any:
    """Chances as the literature has them, in float64."""
    x = logits.astype(np.float64) / temperature
    chances = np.exp(x - x.max())
    order = np.argsort(-chances, kind="stable")
    chances[order[k:]] = 0
    chances /= chances.sum()
    running = np.cumsum(chances[order])
    chances[order[int(np.searchsorted(running, p)) + 1 :]] = 0
    return chances / chances.sum()


@pytest.mark.parametrize(
    ("temperature", "k", "p"), [(1, 256, 1), (0.7, 12, 1), (1.3, 40, 0.8), (1, 5, 0.01)]
)
def test_tokens_are_drawn_as_often_as_numpy_says(
    temperature: float, k: int, p: float
) -> None:
    """Pearson's chi squared over 4,000 seeds; what has no chance is never drawn."""
    rng = np.random.default_rng(7)
    logits = 2 * rng.standard_normal(60).astype(np.float32)
    draws, expected = 4000, nucleus_of(logits, temperature, k, p)
    options = Options(temperature, k, p).words
    shapes = [logits, np.zeros(1, np.int32), words(0), np.zeros(28, np.uint8), options]
    model = model_of("Pick", shapes, ())
    found: Counter[int] = Counter()
    for number in range(draws):
        seed = np.frombuffer(rng.bytes(28), np.uint8)
        given = [logits, shapes[1], words(number), seed, options]
        found[int(model.run(given)[0][0])] += 1
    assert all(expected[token] for token in found)
    likely = expected * draws > 5
    counts = np.array([found[token] for token in range(60)])
    parts = (counts - expected * draws)[likely] ** 2 / (expected * draws)[likely]
    freedom = int(likely.sum()) - 1
    assert parts.sum() <= freedom + 4 * np.sqrt(2 * freedom) + 1e-9


@pytest.mark.parametrize("scale", [1, 1e-40])
def test_bound_holds_where_every_logit_is_better_than_those_before(
    scale: float,
) -> None:
    """And penalised, with divisions of subnormal numbers that take longest."""
    count = 3000
    logits = (np.linspace(-5, 5, count) * scale).astype(np.float32)
    tokens = np.arange(count, dtype=np.int32)
    options = Options(1e30, 256, np.nan, 1.5 if scale == 1 else 1e-39).words
    arrays = [logits, tokens, words(-1), np.zeros(28, np.uint8), options]
    model = model_of("Pick", arrays, ())
    assert_guest_agrees(model, model.encode_input(arrays))


def test_sampling_build_gives_the_committed_code() -> None:
    assert build.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("index", "array"),
    [
        (0, np.zeros(MAX_VOCABULARY + 1, np.float32)),
        (0, np.zeros(4, np.int32)),
        (3, np.zeros(27, np.uint8)),
        (4, np.zeros(7, np.int32)),
        (4, np.zeros(8, np.float32)),
    ],
)
def test_pick_of_other_inputs_is_refused(index: int, array: Any) -> None:
    arrays = [np.zeros(4, np.float32), np.zeros(1, np.int32), words(0)]
    arrays += [np.zeros(28, np.uint8), np.zeros(8, np.int32)]
    arrays[index] = array
    graph = GraphBuilder("refused")
    with pytest.raises(GraphError, match="pick"):
        graph.op("Pick", *arrays)
