"""Whole models as programs: the same bits whatever a thread was doing before."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from support.images.models import assert_guest_agrees, random_floats

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.image.image import encode
from tinynn.memory import floatmode
from tinynn.memory.floatmode import read_mode, write_mode
from tinynn.memory.tensor import Array

TINY = np.float32(2e-38)
MODES = {"flushing subnormals": 0x8040, "rounding to zero": 0x6000}


def network() -> Model:
    """Every kernel that has arithmetic, on numbers around the smallest normal one."""
    rng = np.random.default_rng(3)
    graph = GraphBuilder("network")
    x = graph.input("x", "float32", (1, 8, 18, 18))
    w = random_floats(rng, 21, 8, 3, 3)
    (y,) = graph.ops("Conv", x, w, random_floats(rng, 21) * TINY, pads=(1, 1, 1, 1))
    (u,) = graph.ops("Conv", x, w, pads=(1, 1, 1, 1), strides=(2, 2))
    (v,) = graph.ops("Conv", graph.relu(u), random_floats(rng, 14, 21, 1, 1) * TINY)
    v = graph.relu(v)
    (z,) = graph.ops("LeakyRelu", y, alpha=0.3)
    (z,) = graph.ops("Add", z, graph.constant(random_floats(rng, 21, 1, 1) * TINY))
    (z,) = graph.ops("MaxPool", z, kernel_shape=(3, 3), strides=(2, 2))
    (z,) = graph.ops("Relu", z)
    rows = graph.view(z, (84, 16))
    (rows,) = graph.ops("MatMul", rows, random_floats(rng, 16, 31))
    (rows,) = graph.ops("Mul", rows, graph.constant(np.float32([0.7])))
    (last,) = graph.ops("Slice", rows, starts=(7, 0), lengths=(1, 31))
    last = graph.dense(last, random_floats(rng, 5, 31), random_floats(rng, 5) * TINY)
    results = {"y": y, "z": z, "rows": rows, "last": last, "v": v}
    for name, value in results.items():
        graph.output(value, name)
    return tinynn.load(graph.build())


def numbers(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    x: Array = random_floats(rng, 8, 18, 18) * TINY
    x.reshape(-1)[::97] = [np.nan, np.inf, -np.inf, 0, 1e-45, -0.0, 1e38] * 3 + [1] * 6
    return x.tobytes()


def probe() -> list[float]:
    """A subnormal product and a quotient that rounds up, on this thread as it is."""
    tiny, third = np.float32([2**-126, 1]), np.float32([0.5, 1 / 3])
    return (tiny * third).tolist() + (np.float32([1]) / np.float32([3])).tolist()


@pytest.fixture(scope="module")
def model() -> Model:
    return network()


@pytest.fixture
def expected(model: Model) -> bytes:
    """What the segments leave, one at a time."""
    execution = model.execution(numbers(1))
    execution.seek(model.segments)
    return execution.machine.output()


def test_program_gives_what_the_segments_do(model: Model, expected: bytes) -> None:
    floats = np.frombuffer(expected, np.float32)
    sizes = np.abs(floats[np.isfinite(floats)])
    assert np.isnan(floats).any() and ((sizes > 0) & (sizes < 1.1754944e-38)).any()
    assert model.answer(numbers(1)) == expected


@pytest.mark.skipif(
    floatmode.platform.machine() not in ("x86_64", "AMD64"), reason="MXCSR is x86's"
)
@pytest.mark.parametrize(("mode", "threads"), [*product(MODES, (1, 2, 5))])
def test_program_under_another_float_mode_gives_the_same_bits(
    model: Model,
    expected: bytes,
    mode: str,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SHARED_INSTRUCTIONS", "WAKING_INSTRUCTIONS"):
        monkeypatch.setattr(tinynn.execution.program, name, 0)
    fresh, data, exact = network(), numbers(1), probe()
    before = read_mode()
    write_mode(before | MODES[mode])
    try:
        under_mode, actual, kept = probe(), fresh.answer(data, threads), read_mode()
    finally:
        write_mode(before)
    assert under_mode != exact
    assert actual == expected and kept & MODES[mode] == MODES[mode]


def test_program_is_not_shared_by_answers_at_the_same_time(model: Model) -> None:
    expected = [model.answer(numbers(seed)) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        actual = list(pool.map(model.answer, map(numbers, [*range(8)] * 6)))
    assert actual == expected * 6


def test_program_of_an_image_too_large_to_keep_packs_when_it_runs(
    model: Model, expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tinynn.execution.program, "MOST_RESIDENT", 0)
    fresh = network()
    assert fresh.answer(numbers(2)) == model.answer(numbers(2))
    assert fresh.answer(numbers(1)) == expected


def test_program_of_large_pictures_clears_what_they_share(
    model: Model, expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tinynn.operators.sliding, "MOST_KEPT", 0)
    fresh = network()
    assert fresh.answer(numbers(2)) == model.answer(numbers(2))
    assert fresh.answer(numbers(1)) == expected


def test_program_that_reads_what_is_stored_later_finds_zeros_again() -> None:
    """No builder makes such an image; the guest's arena begins as zeros every time."""
    graph = GraphBuilder("backwards")
    x = graph.input("x", "float32", (4,))
    kept, late = graph.relu(x), graph.op("Neg", x)
    early = graph.op("Add", kept, x)
    for name, value in (("early", early), ("kept", kept), ("late", late)):
        graph.output(value, name)
    tables = graph.tables()
    relu, negative, add = tables.operators
    turned = replace(add, sources=(negative.target, add.sources[1]))
    image = encode(replace(tables, operators=(relu, turned, negative)))
    model = tinynn.load(image.ljust(tables.image_bytes, b"\0"))
    data = np.float32([1, 2, 3, 4])
    for _ in range(2):
        assert model.run(data)[0].tolist() == data.tolist()
        assert assert_guest_agrees(model, data.tobytes())[:16] == data.tobytes()
