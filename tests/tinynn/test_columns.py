"""Constant matrices in panels of columns: each sum's order stays what it was."""

import numpy as np
import pytest
from support.images.models import Floats, dense_layer, random_floats

from tinynn import Model
from tinynn.execution import program
from tinynn.kernels import sizes
from tinynn.memory.tensor import Array
from tinynn.operators import dense

TERMS = 700
ODD = np.float32([np.nan, np.inf, -np.inf, 0, -0.0, 1e-45, -1e-39, 3e38, 1, -1])
"""Numbers that not every processor, nor every order, treats alike."""


def one_by_one(x: Floats, weight: Floats, bias: Floats) -> Array:
    """The words of what docs/float.md says, by numpy."""
    total = np.zeros(len(bias), np.float32)
    with np.errstate(all="ignore"):
        for k, each in enumerate(x):
            total = total + each * weight[:, k]
        total = total + bias
    total[np.isnan(total)] = np.uint32(0x7FC0_0000).view(np.float32)
    return total.view(np.uint32)


def odd_ones(rng: np.random.Generator, x: Floats, share: float) -> Floats:
    """Some of them replaced."""
    found: Floats = np.where(rng.random(x.shape) < share, rng.choice(ODD, x.shape), x)
    return found


@pytest.mark.parametrize("outputs", [97, 128, 191, 250, 255])
@pytest.mark.parametrize("share", [0.0, 0.0004])
def test_sums_are_those_of_numpy_one_step_at_a_time(outputs: int, share: float) -> None:
    rng = np.random.default_rng(outputs)
    weight = odd_ones(rng, random_floats(rng, outputs, TERMS), share)
    bias = random_floats(rng, outputs)
    model = dense_layer(weight, bias)
    assert dense.is_packed(model.tables.operators[0])
    for zeros in (0.0, 0.6):
        x = random_floats(rng, TERMS) * (rng.random(TERMS) >= zeros)
        x = odd_ones(rng, x.astype(np.float32), share)
        (found,) = model.run(x)
        assert found.view(np.uint32).tolist() == one_by_one(x, weight, bias).tolist()


def test_what_is_packed_is_used_and_shared_by_a_model_s_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    weight, bias = random_floats(rng, 128, TERMS), random_floats(rng, 128)
    model, made = dense_layer(weight, bias), []

    def once(matrix: Floats) -> Floats:
        made.append(packed(matrix) * np.float32(2))
        return made[-1]

    packed = dense.packed
    monkeypatch.setattr(dense, "packed", once)
    x = random_floats(rng, TERMS)
    twice = one_by_one(x, weight * np.float32(2), bias).tobytes()
    assert [model.ready().answer(x.tobytes()) for _ in range(2)] == [twice, twice]
    assert len(made) == 1


def test_huge_images_are_read_as_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    weight, bias = random_floats(rng, 128, TERMS), random_floats(rng, 128)
    model, x = dense_layer(weight, bias), random_floats(rng, TERMS)
    monkeypatch.setattr(program, "MOST_RESIDENT", 0)
    monkeypatch.setattr(dense, "packed", lambda matrix: pytest.fail("it was packed"))
    assert model.answer(x.tobytes()) == one_by_one(x, weight, bias).tobytes()


@pytest.mark.parametrize(("first", "count"), [(4, 64), (64, 60), (0, 24)])
def test_tiles_that_cut_a_panel_are_read_as_they_lie(first: int, count: int) -> None:
    model: Model = dense_layer(*(np.zeros(n, np.float32) for n in ((128, 700), 128)))
    (operator,) = model.tables.operators
    program_ = model.ready()
    assert dense.panels_of(operator, first, count, program_._space) is None


def test_panels_cover_all_whole_eights() -> None:
    assert sizes.widths(255) == [
        (0, 64),
        (64, 64),
        (128, 64),
        (192, 32),
        (224, 16),
        (240, 8),
    ]
    assert sizes.widths(7) == []
