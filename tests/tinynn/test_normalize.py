"""Normalisation against its steps in numpy; guest and native bit for bit."""

import numpy as np
import pytest
from support.images.models import Floats, random_floats
from support.images.operations import apply, model_of

from tinynn import GraphError

CANONICAL = 0x7FC0_0000


def running_sum(rows: Floats) -> Floats:
    """Of each row, from +0, one element at a time."""
    total = np.zeros(len(rows), np.float32)
    for column in rows.T:
        total += column
    return total[:, None]


def normalized(rows: Floats, epsilon: float, centred: bool = True) -> Floats:
    n = np.float32(rows.shape[1])
    d = rows - running_sum(rows) / n if centred else rows
    variance = running_sum(d * d) / n
    return d * (np.float32(1) / np.sqrt(variance + np.float32(epsilon)))


@pytest.mark.parametrize("axis", [-1, 1, 2])
def test_layer_norm_is_its_steps(axis: int) -> None:
    x = random_floats(np.random.default_rng(1), 2, 3, 8, 9)
    (y,) = apply("LayerNormalization", x, axis=axis, epsilon=1e-3)
    rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
    assert y.tobytes() == normalized(rows, 1e-3).tobytes()


def test_rms_norm_subtracts_nothing() -> None:
    x = random_floats(np.random.default_rng(2), 5, 33)
    (y,) = apply("RMSNormalization", x)
    assert y.tobytes() == normalized(x, 1e-5, centred=False).tobytes()


def test_layer_norm_cut_into_segments_is_the_same() -> None:
    x = random_floats(np.random.default_rng(3), 40, 100)
    assert model_of("LayerNormalization", [x], ()).segments > 1
    (y,) = apply("LayerNormalization", x)
    assert y.tobytes() == normalized(x, 1e-5).tobytes()


def test_layer_norm_special_rows_are_as_documented() -> None:
    x = np.zeros((4, 3), np.float32)
    x[0], x[1, 1], x[2, 0], x[3] = 5, np.nan, np.inf, (-1, 0, 1)
    (y,) = apply("LayerNormalization", x, epsilon=0.0)
    words = y.view(np.uint32)
    assert (words[:3] == CANONICAL).all()
    assert y[3, 1] == 0 and y[3, 0] == -y[3, 2]


def test_normalize_axis_out_of_range_is_refused() -> None:
    with pytest.raises(GraphError, match="axis: expected -2 to 1, got 2"):
        model_of("LayerNormalization", [np.ones((2, 3), np.float32)], (), axis=2)
