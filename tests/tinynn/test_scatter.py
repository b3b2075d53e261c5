"""Scattered writes against the loop that defines them; guest and native bit for bit."""

import numpy as np
import pytest
from support.images.operations import Array, apply, model_of

from tinynn import GraphError
from tinynn.operators.scatter import HOW

WAYS = {
    "none": lambda a, b: b,
    "add": np.add,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
}
CANONICAL, SIGNALLING = 0x7FC0_0000, 0xFF80_0001


def scattered(data: Array, rows: Array, updates: Array, how: str) -> Array:
    """One update after another."""
    y = data.copy()
    for row, update in zip(rows, updates, strict=True):
        y[row] = WAYS[how](y[row], update)
    return y


def example(dtype: str, width: int = 3) -> tuple[Array, Array, Array]:
    """Nine rows, some updated several times, by positive and negative numbers."""
    rng = np.random.default_rng(4)
    data, updates = (
        rng.integers(0, 100, (count, width)).astype(dtype) for count in (9, 14)
    )
    return data, rng.integers(-9, 9, 14).astype(np.int32), updates


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_scatter_is_one_update_after_another(dtype: str, how: str) -> None:
    data, rows, updates = example(dtype)
    (y,) = apply("ScatterRows", data, rows, updates, how=how)
    with np.errstate(over="ignore"):
        assert y.tobytes() == scattered(data, rows, updates, how).tobytes()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_scatter_replaces_rows_of_every_type(dtype: str) -> None:
    data, rows, updates = example(dtype, width=4)
    (y,) = apply("ScatterRows", data, rows, updates)
    np.testing.assert_array_equal(y, scattered(data, rows, updates, "none"))


def test_scatter_number_outside_is_moved_to_the_nearest_end() -> None:
    rows = np.int32([4, 2**31 - 1, -5, -(2**31)])
    updates = np.arange(4, dtype=np.float32)[:, None] + 1
    (y,) = apply("ScatterRows", np.zeros((4, 1), np.float32), rows, updates, how="add")
    assert y[:, 0].tolist() == [7, 0, 0, 3]


def test_scatter_replacing_keeps_the_bits_of_a_nan_and_adding_does_not() -> None:
    data = np.uint32([[SIGNALLING], [SIGNALLING]]).view(np.float32)
    arrays = data, np.int32([1]), data[:1]
    assert apply("ScatterRows", *arrays)[0].tobytes() == data.tobytes()
    (y,) = apply("ScatterRows", *arrays, how="max")
    assert y.view(np.uint32).tolist() == [[CANONICAL], [CANONICAL]]


@pytest.mark.parametrize("how", ["none", "mul"])
def test_scatter_cut_into_segments_is_the_same(how: str) -> None:
    rng = np.random.default_rng(5)
    data = rng.random((1200, 13), np.float32)
    updates = rng.random((700, 13), np.float32)
    rows = rng.integers(0, 1200, 700).astype(np.int32)
    assert model_of("ScatterRows", [data, rows, updates], (2,)).segments > 1
    (y,) = apply("ScatterRows", data, rows, updates, constant=(2,), how=how)
    assert y.tobytes() == scattered(data, rows, updates, how).tobytes()


@pytest.mark.parametrize(
    ("shapes", "dtype", "how", "message"),
    [
        (
            ((4, 3), (2,), (2, 4)),
            "float32",
            "add",
            r"updates: shape: expected \(2, 3",
        ),
        (((4, 3), (3,), (2, 3)), "float32", "add", r"numbers: shape: expected \(2,"),
        (
            ((4, 3, 1), (2,), (2, 3)),
            "float32",
            "add",
            "rank of data: expected 2",
        ),
        (
            ((4, 3), (2,), (2, 3)),
            "uint8",
            "add",
            "expected float32 or int32",
        ),
        (((4, 3), (2,), (2, 3)), "float32", "sub", "reduction: expected none or add"),
    ],
)
def test_scatter_that_does_not_fit_is_refused(
    shapes: tuple, dtype: str, how: str, message: str
) -> None:
    data, rows, updates = (np.zeros(shape) for shape in shapes)
    arrays = [data.astype(dtype), rows.astype(np.int32), updates.astype(dtype)]
    with pytest.raises(GraphError, match=message):
        model_of("ScatterRows", arrays, (), how=how)
