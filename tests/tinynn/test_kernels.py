"""Kernels in LLVM IR: how they are compiled, and how calls join to programs."""

import re
from itertools import product

import numpy as np
import pytest

from tinynn.kernels import Batch, Call, boxes, joined, move, offset, row_major
from tinynn.kernels.modules import MODULES
from tinynn.operators.sliding import Axis


@pytest.mark.parametrize("name", MODULES)
def test_kernel_code_has_no_double_and_nothing_fused(name: str) -> None:
    code = MODULES[name]()
    assert re.search(r"define (dso_local )?void", code)
    assert not re.search(r"\bdouble\b|\bfast\b|\bcontract\b|\breassoc\b|llvm\.fm", code)


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("extent", [1, 7, 32, 71])
def test_move_copies_from_grid_to_grid(dtype: str, extent: int) -> None:
    rng = np.random.default_rng(extent)
    source = rng.integers(0, 256, (3, 5, 80)).astype(dtype)
    target = np.zeros((5, 3, 75), dtype)
    to, of = (75, 3 * 75, 1), row_major(source.shape)
    Batch([move(target, source, (3, 5, extent), to, of)])()
    assert (target[:, :, :extent] == source[:, :, :extent].swapaxes(0, 1)).all()
    assert not target[:, :, extent:].any()


def test_move_of_one_element_repeats_it() -> None:
    target = np.zeros((4, 9), np.float32)
    one = np.float32([3])
    Batch([move(target, one, (4, 5), (9, 1), (0, 0))])()
    assert (target[:, :5] == 3).all() and not target[:, 5:].any()


def test_batch_runs_its_calls_in_order_and_again() -> None:
    x, y = np.float32([1, -2, np.nan]), np.zeros(3, np.float32)
    calls = [
        Call("element.relu", (y, x, 3, 0, 0)),
        Call("element.add.vv", (y, y, y, 1, 1, 1, 3, *(0,) * 6)),
    ]
    batch = Batch(calls)
    for first in (1, 5):
        x[0] = first
        batch()
        assert y.view(np.uint32).tolist() == [
            np.float32(2 * first).view(np.uint32),
            0,
            0x7FC0_0000,
        ]


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((2, 3, 4), (12, 4, 1), [(24,), (1,)]),
        ((2, 3, 4), (4, 8, 1), [(2, 3, 4), (4, 8, 1)]),
        ((2, 1, 4), (4, 99, 1), [(8,), (1,)]),
        ((5, 6), (0, 0), [(30,), (0,)]),
        ((1, 1), (3, 3), [(1,), (1,)]),
        ((2,) * 5, (1, 2, 4, 8, 16), [(2,) * 5, (1, 2, 4, 8, 16)]),
    ],
)
def test_joined_grid_has_as_few_axes_as_say_the_same(
    shape: tuple[int, ...], strides: tuple[int, ...], expected: object
) -> None:
    assert joined(shape, strides) == expected


@pytest.mark.parametrize(
    "numbers",
    [*product((1, 5, 8), (1, 2, 3), (1, 2, 3), (1, 2), (1, 3), (-2, 0, 3))],
)
def test_axis_copies_what_windows_look_at(numbers: tuple[int, ...]) -> None:
    """Every tap of every window finds its element, or a zero."""
    length, spread, stride, dilation, taps, before = numbers
    axis = Axis(length, spread, stride, dilation, taps, before, outputs=4)
    room = np.zeros((len(axis.phases), axis.pitch), int)
    for phase, first, step, count, place, by in axis.places():
        for i in range(count):
            room[phase, place + i * by] = 1 + first + i * step
    phases, places = axis.tap()
    for output in range(axis.outputs):
        for tap in range(taps):
            at = output * stride + tap * dilation - before
            index, rest = divmod(at, spread)
            expected = 1 + index if rest == 0 and 0 <= index < length else 0
            assert room[phases[tap], places[tap] + output] == expected


@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4), (2, 1, 3, 2)])
def test_boxes_are_the_stretch_in_order(shape: tuple[int, ...]) -> None:
    numbers = np.arange(np.prod(shape)).reshape(shape)
    for first in range(numbers.size):
        for count in range(1, numbers.size - first + 1):
            made = list(boxes(shape, first, count))
            parts = [
                numbers[tuple(slice(a, a + n) for a, n in zip(*box, strict=True))]
                for box in made
            ]
            found = [int(i) for part in parts for i in part.reshape(-1)]
            assert found == list(range(first, first + count))
            assert len(made) < 2 * len(shape)
            for (starts, _), part in zip(made, parts, strict=True):
                assert offset(starts, row_major(shape)) == part.reshape(-1)[0]


@pytest.mark.parametrize("seed", range(60))
def test_move_of_a_grid_turned_over_copies_the_bits(seed: int) -> None:
    """Any order of axes, a target with gaps; blocks of eight by eight and the rest."""
    rng = np.random.default_rng(seed)
    rank = rng.integers(2, 5)
    shape = tuple(int(n) for n in rng.integers(1, 21, rank))
    perm = rng.permutation(rank)
    x = rng.integers(0, 1 << 32, shape, dtype=np.uint32).view(np.float32)
    expected = x.transpose(perm)
    target = np.zeros((*expected.shape[:-1], expected.shape[-1] + 3), np.float32)
    steps = [row_major(shape)[axis] for axis in perm]
    grid = joined(expected.shape, row_major(target.shape), steps)
    Batch([move(target.reshape(-1), x.reshape(-1), *grid)])()
    assert np.array_equal(target[..., :-3].view(np.uint32), expected.view(np.uint32))
    assert not target[..., -3:].any()
