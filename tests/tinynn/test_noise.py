"""Random numbers and noise: hashlib, the guest, native execution, and statistics."""

import hashlib
from math import erf
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.images.operations import apply, model_of

import tinynn
from tinynn import GraphBuilder, GraphError, ImageError
from tinynn.operators.noise import BLOCK, MAX_COUNT, SEED_BYTES

SEED = bytes(range(SEED_BYTES))


def words(number: int) -> Any:
    return np.array([number], np.int32)


def held(seed: bytes) -> Any:
    return np.frombuffer(seed, np.uint8)


def by_hashlib(seed: bytes, stream: int, number: int, count: int) -> Any:
    """SHAKE-256 of somebody else's, 23 bits a word."""
    blocks = []
    for block in range(-(-count // BLOCK)):
        place = np.array([stream, number, block], np.int64).astype("<u4").tobytes()
        blocks.append(hashlib.shake_256(seed + place).digest(4 * BLOCK))
    drawn = np.frombuffer(b"".join(blocks), "<u4")[:count] >> 9
    return ((2 * drawn + 1) / 2**24).astype(np.float32)


def noise_by_numpy(seed: bytes, stream: int, number: int, count: int) -> Any:
    """Box and Muller in float64."""
    half = -(-count // 2)
    u, v = (
        by_hashlib(seed, 2 * stream + i, number, half).astype(np.float64)
        for i in (0, 1)
    )
    sides = [np.sqrt(-2 * np.log(u)) * f(2 * np.pi * v) for f in (np.cos, np.sin)]
    return np.concatenate(sides)[:count]


@pytest.mark.parametrize("count", [1, 33, 34, 35, 150])
@pytest.mark.parametrize("number", [0, 7, -1, 1 << 30])
def test_uniform_numbers_are_those_of_shake_256(count: int, number: int) -> None:
    seed = np.random.default_rng(count).bytes(SEED_BYTES)
    stream = 3 * count
    (found,) = apply("Uniform", held(seed), words(number), count=count, stream=stream)
    assert np.array_equal(found, by_hashlib(seed, stream, number, count))
    assert (found > 0).all() and (found < 1).all()


@pytest.mark.parametrize("count", [1, 2, 67, 784])
def test_noise_is_that_of_box_and_muller(count: int) -> None:
    (found,) = apply("Noise", held(SEED), words(5), count=count, stream=1)
    expected = noise_by_numpy(SEED, 1, 5, count)
    assert np.abs(found - expected).max() < 4e-6
    assert found.shape == (count,)


def test_noise_is_cut_into_segments_that_agree() -> None:
    """More instructions than a segment usually has: each draws its own blocks."""
    graph = GraphBuilder("long")
    seed = graph.input("seed", "uint8", (SEED_BYTES,))
    drawn = graph.op("Uniform", seed, words(1), count=1500)
    graph.output(drawn, "drawn")
    model = tinynn.load(graph.build())
    assert model.segments > 3
    (found,) = model.decode_output(assert_guest_agrees(model, SEED))
    assert np.array_equal(found, by_hashlib(SEED, 0, 1, 1500))


def test_noise_is_normal() -> None:
    """Moments, tails and Kolmogorov's distance of 200,000 numbers, and no two streams,
    passes, seeds or neighbours that go together."""
    passes, each = 10, 20_000
    count = passes * each
    model = model_of("Noise", [held(SEED), words(0)], (), count=each, stream=0)

    def drawn(seed: bytes, first: int) -> Any:
        rows = [model.run([held(seed), words(first + i)])[0] for i in range(passes)]
        return np.concatenate(rows).astype(np.float64)

    draws = drawn(SEED, 0), drawn(SEED, passes), drawn(bytes(SEED_BYTES), 0)
    for x in draws:
        assert abs(x.mean()) < 4 / count**0.5
        assert abs(x.var() - 1) < 4 * (2 / count) ** 0.5
        assert abs((x**3).mean()) < 4 * (15 / count) ** 0.5
        assert abs((x**4).mean() - 3) < 4 * (96 / count) ** 0.5
        assert 3.9 < np.abs(x).max() < 5.78
        ordered = np.sort(x)
        below = np.array([0.5 + 0.5 * erf(y / 2**0.5) for y in ordered[::50]])
        distance = np.abs(below - np.arange(0, count, 50) / count).max()
        assert distance < 1.95 / count**0.5
    one, later, other = draws
    cosines, sines = one.reshape(passes, 2, -1).transpose(1, 0, 2).reshape(2, -1)
    for a, b in ((one, later), (one, other), (cosines, sines), (one[1:], one[:-1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / len(a) ** 0.5


def test_threads_draw_the_same() -> None:
    shapes = [held(SEED), words(0)]
    model = model_of("Noise", shapes, (), count=5001, stream=0)
    data = model.encode_input(shapes)
    assert model.answer(data) == model.answer(data, threads=2)


@pytest.mark.parametrize(
    ("seed", "number", "count"),
    [
        (np.zeros(36, np.uint8), words(0), 3),
        (np.zeros(32, np.int8), words(0), 3),
        (np.zeros(32, np.uint8), np.zeros(2, np.int32), 3),
        (np.zeros(32, np.uint8), np.zeros(1, np.float32), 3),
        (np.zeros(32, np.uint8), words(0), 0),
        (np.zeros(32, np.uint8), words(0), MAX_COUNT + 1),
    ],
)
def test_what_is_no_draw_is_refused(seed: Any, number: Any, count: int) -> None:
    with pytest.raises((GraphError, ImageError), match="uniform"):
        model_of("Uniform", [seed, number], (), count=count)
