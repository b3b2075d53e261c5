"""The demo's drawings: MNIST's form, one hand's variety, and legible."""

from random import Random

import numpy as np
import pytest

import tinynn
from oracle.demo.drawing import SIDE, draw, half_blocks
from tinynn import models

SEEDS = range(20)


@pytest.mark.parametrize("digit", range(10))
def test_draw_digit_has_mnists_form(digit: int) -> None:
    for seed in SEEDS:
        image = draw(digit, Random(seed))
        assert (image.shape, image.dtype) == ((SIDE, SIDE), np.uint8)
        assert image.max() == 255
        rows, columns = np.nonzero(image)
        assert (np.ptp(rows) < 22, np.ptp(columns) < 22) == (True, True)
        ink = image / image.sum()
        middle = np.arange(SIDE) + 0.5
        assert abs((ink.sum(axis=1) * middle).sum() - SIDE / 2) < 1.5
        assert abs((ink.sum(axis=0) * middle).sum() - SIDE / 2) < 1.5


def test_draw_same_seed_same_image() -> None:
    assert (draw(3, Random(1)) == draw(3, Random(1))).all()
    assert (draw(3, Random(1)) != draw(3, Random(2))).any()


@pytest.mark.parametrize("digit", range(10))
def test_draw_digit_is_read_as_what_it_is(digit: int) -> None:
    model = tinynn.load(models.path("mnist"))
    for seed in SEEDS:
        image = draw(digit, Random(seed)).reshape(-1)
        _, (read,) = model.run(image)
        assert read == digit, seed


def test_half_blocks_show_two_rows_a_line() -> None:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[0, 0] = image[1, 1] = image[0, 2] = image[1, 2] = 255
    lines = half_blocks(image)
    assert len(lines) == SIDE // 2
    assert lines[0] == "▀▄█" + " " * (SIDE - 3)
