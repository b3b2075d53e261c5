"""Reductions, running sums, rows of softmax, the first k: guest against native."""

import itertools

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.images.operations import apply, model_of

import tinynn
from tinynn import GraphBuilder, GraphError
from tinynn.memory.tensor import DTYPE_CODES
from tinynn.operators import cast, reduce

SEED = 14
NAN, INF = np.nan, np.inf
CANONICAL = 0x7FC0_0000
SPECIAL = np.array([0, -0.0, 1, -1, 1e-45, -3e38, 3e38, INF, -INF, NAN], np.float32)


def rows() -> np.ndarray:
    """Every triple of special numbers, as columns of (3, 1000)."""
    return np.array(list(itertools.product(SPECIAL, repeat=3)), np.float32).T.copy()


def mixed(*shape: int) -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)


def integers(*shape: int) -> np.ndarray:
    raw = np.random.default_rng(SEED).integers(-(2**31), 2**31, shape)
    return raw.astype(np.int32)


REDUCTIONS = [row.onnx for row in reduce.REDUCTIONS]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_of_special_numbers_equals_native(name: str) -> None:
    apply(name, rows(), axes=(0,))
    apply(name, np.ascontiguousarray(rows().T), axes=(1,))


@pytest.mark.parametrize("axes", [None, (0,), (1, 2), (-1,), (0, 2), (3, 1)], ids=str)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduction_over_axes_is_near_numpy(name: str, axes: tuple | None) -> None:
    x = mixed(3, 4, 2, 5)
    result = apply(name, x, axes=axes)[0]
    wide = x.astype(np.float64)
    expected = {
        "ReduceSum": np.sum,
        "ReduceMean": np.mean,
        "ReduceMax": np.max,
        "ReduceMin": np.min,
        "ReduceProd": np.prod,
        "ReduceL2": lambda a, axis, keepdims: np.sqrt(
            np.sum(a * a, axis=axis, keepdims=keepdims)
        ),
    }[name](wide, axis=axes, keepdims=True)
    assert result.shape == expected.shape
    assert np.allclose(result, expected, rtol=1e-5, atol=1e-5)


INTEGER_FOLDS = {
    "ReduceSum": np.add,
    "ReduceMax": np.maximum,
    "ReduceMin": np.minimum,
    "ReduceProd": np.multiply,
}


@pytest.mark.parametrize("name", INTEGER_FOLDS)
def test_reduction_of_integers_wraps(name: str) -> None:
    x = integers(4, 7, 3)
    expected = INTEGER_FOLDS[name].reduce(x, axis=1, dtype=np.int32)
    assert apply(name, x, axes=(1,), keepdims=0)[0].tolist() == expected.tolist()


def test_sum_is_sequential() -> None:
    """In any other order the ones would not vanish beside 2^24."""
    x = np.array([2**24, 1, 1, 1, 1], np.float32)
    assert apply("ReduceSum", x)[0].tolist() == [2**24]
    assert apply("ReduceSum", x[::-1].copy())[0].tolist() == [2**24 + 4]


def test_sum_of_minus_zeros_is_plus_zero() -> None:
    x = np.array([-0.0, -0.0], np.float32)
    assert apply("ReduceSum", x)[0].view(np.uint32).tolist() == [0]


@pytest.mark.parametrize("name", ["ReduceSum", "ReduceMax", "ReduceL2"])
def test_reduction_in_tiles_equals_native(name: str) -> None:
    x = mixed(40, 37, 11)
    assert model_of(name, [x], (), axes=(1,)).segments > 1
    apply(name, x, axes=(1,))


@pytest.mark.parametrize(
    ("name", "shape", "attributes"),
    [
        ("ArgMax", (40, 37, 11), {"axis": 1}),
        ("ArgMin", (900, 20), {"axis": -1}),
        ("CumSum", (40, 15, 11), {"axis": 1}),
        ("TopK", (60, 15, 11), {"k": 3, "axis": 1}),
        ("Sigmoid", (700,), {}),
        ("Cast", (20_000,), {"to": "uint8"}),
    ],
)
def test_operation_in_tiles_equals_native(
    name: str, shape: tuple, attributes: dict
) -> None:
    x = mixed(*shape)
    assert model_of(name, [x], (), **attributes).segments > 1
    apply(name, x, **attributes)


@pytest.mark.parametrize("flags", list(itertools.product([0, 1], repeat=2)), ids=str)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_cumsum_equals_numpy(axis: int, flags: tuple[int, int]) -> None:
    exclusive, reverse = flags
    for x in (mixed(3, 5, 4), integers(3, 5, 4)):
        result = apply("CumSum", x, axis=axis, exclusive=exclusive, reverse=reverse)[0]
        turned = np.flip(x, axis) if reverse else x
        if exclusive:
            turned = np.roll(turned, 1, axis)
            first = [slice(None)] * 3
            first[axis] = slice(0, 1)
            turned[tuple(first)] = 0
        expected = np.add.accumulate(turned, axis=axis, dtype=x.dtype)
        expected = np.flip(expected, axis) if reverse else expected
        assert result.tolist() == expected.tolist()


def test_cumsum_of_special_numbers_equals_native() -> None:
    apply("CumSum", rows(), axis=0)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax_along_any_axis_is_near_the_truth(name: str, axis: int) -> None:
    x = mixed(3, 5, 4) * 3
    wide = x.astype(np.float64)
    powers = np.exp(wide - wide.max(axis, keepdims=True))
    truth = powers / powers.sum(axis, keepdims=True)
    expected = np.log(truth) if name == "LogSoftmax" else truth
    assert np.allclose(apply(name, x, axis=axis)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
def test_softmax_of_special_numbers_equals_native(name: str) -> None:
    apply(name, np.ascontiguousarray(rows().T[::3]), axis=1)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
def test_softmax_in_tiles_of_whole_rows_equals_native(name: str) -> None:
    x = mixed(30, 7, 3)
    model = model_of(name, [x], (), axis=1)
    assert model.segments > 1
    assert all(row.first % 21 == 0 for row in model.tables.segments)
    apply(name, x, axis=1)


@pytest.mark.parametrize("name", ["ArgMax", "ArgMin"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_argmax_along_any_axis_equals_numpy(name: str, axis: int) -> None:
    x = np.round(mixed(3, 5, 4))
    of = np.argmax if name == "ArgMax" else np.argmin
    result = apply(name, x, axis=axis, keepdims=0)[0]
    assert result.tolist() == of(x, axis=axis).tolist()


@pytest.mark.parametrize("name", ["ArgMax", "ArgMin"])
def test_argmax_of_special_numbers_equals_native(name: str) -> None:
    apply(name, rows(), axis=0)


@pytest.mark.parametrize("name", ["ArgMax", "ArgMin"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_argmax_of_integers_compares_all_their_bits(name: str, axis: int) -> None:
    """Neighbours that one float32 stands for are not equal; true equals are."""
    near = np.array([2**30, 2**30 + 1, -(2**31), 2**31 - 1, 2**31 - 2], np.int32)
    x = np.random.default_rng(SEED).choice(near, (3, 5, 4)).astype(np.int32)
    of = np.argmax if name == "ArgMax" else np.argmin
    result = apply(name, x, axis=axis, keepdims=0)[0]
    assert result.tolist() == of(x, axis=axis).tolist()


@pytest.mark.parametrize("largest", [0, 1])
@pytest.mark.parametrize(("axis", "k"), [(0, 1), (1, 3), (2, 4), (-1, 2)])
def test_top_k_equals_a_stable_sort(axis: int, k: int, largest: int) -> None:
    for x in (np.round(mixed(3, 5, 4)), integers(3, 5, 4)):
        values, indices = apply("TopK", x, k=k, axis=axis, largest=largest)
        wide = x.astype(np.float64)
        order = np.argsort(-wide if largest else wide, axis=axis, kind="stable")
        expected = np.take(order, range(k), axis=axis)
        assert indices.tolist() == expected.tolist()
        assert values.tolist() == np.take_along_axis(x, expected, axis).tolist()


@pytest.mark.parametrize("largest", [0, 1])
def test_top_k_of_special_numbers_equals_native(largest: int) -> None:
    apply("TopK", rows()[:, ::2].copy(), k=2, axis=0, largest=largest)


def test_top_k_counts_nan_as_the_largest() -> None:
    x = np.array([1, NAN, INF, -INF, NAN], np.float32)
    assert apply("TopK", x, k=3)[1].tolist() == [1, 4, 2]
    assert apply("TopK", x, k=5, largest=0)[1].tolist() == [3, 0, 2, 1, 4]


@pytest.mark.parametrize("ascending", [True, False])
def test_top_k_of_sorted_rows_stays_within_its_bound(ascending: bool) -> None:
    """In ascending order every element goes to the front of the list."""
    x = np.arange(400, dtype=np.float32)
    apply("TopK", x if ascending else x[::-1].copy(), k=50)


FLOATS = np.array(
    [0, -0.0, 0.9, -0.9, 1.5, -1.5, 127.9, 128, -128.5, -129, 255.9, 256, 300, 1e-45]
    + [2147483520, 2147483648, -2147483648, -3e9, 3e38, INF, -INF, NAN],
    np.float32,
)


@pytest.mark.parametrize("to", ["float32", "int32", "uint8", "int8", "bool"])
@pytest.mark.parametrize("given", ["float32", "int32", "uint8", "int8", "bool"])
def test_cast_in_the_guest_equals_native(given: str, to: str) -> None:
    if given == to:
        return
    x = FLOATS if given == "float32" else integers(40).astype(given)
    result = apply("Cast", x, to=to)[0]
    if given != "float32":
        assert result.tolist() == x.astype(to).tolist()


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("uint8", [0, 0, 0, 0, 1, 0, 127, 128, 0, 0, 255, 255, 255, 0]),
        ("int8", [0, 0, 0, 0, 1, -1, 127, 127, -128, -128, 127, 127, 127, 0]),
    ],
)
def test_cast_of_floats_saturates(to: str, expected: list[int]) -> None:
    result = apply("Cast", FLOATS, to=to)[0].tolist()
    top, bottom = (255, 0) if to == "uint8" else (127, -128)
    assert result[:14] == expected
    assert result[14:] == [top, top, bottom, bottom, top, top, bottom, 0]


def test_cast_of_floats_to_int32_saturates() -> None:
    top, bottom = 2**31 - 1, -(2**31)
    result = apply("Cast", FLOATS, to="int32")[0].tolist()
    assert result[14:] == [2147483520, top, bottom, bottom, top, top, bottom, 0]


def test_cast_of_a_foreign_image_from_floats_to_floats_has_the_one_nan() -> None:
    """Our builder makes none; an image may have one all the same."""
    graph = GraphBuilder("floats to floats")
    x = graph.input("x", "float32", (5,))
    graph.output(graph.emit(cast.FAMILY, [x], [DTYPE_CODES["float32"]]), "y")
    model = tinynn.load(graph.build())
    words = [0x7FC0_0001, 0xFFC0_0000, 0x7F80_0001, 0x7F80_0000, 0x8000_0001]
    given = np.array(words, np.uint32).view(np.float32)
    found = assert_guest_agrees(model, model.encode_input([given]))
    assert np.frombuffer(found, "<u4").tolist() == [0x7FC0_0000] * 3 + words[3:]


def test_cast_to_the_same_type_is_nothing() -> None:
    graph = GraphBuilder("same")
    x = graph.input("x", "int32", (3,))
    assert graph.op("Cast", x, to="int32") is x


@pytest.mark.parametrize(
    ("name", "attributes", "message"),
    [
        ("ReduceSum", {"axes": (2,)}, "axis: expected -2 to 1, got 2"),
        ("CumSum", {"axis": -3}, "axis: expected -2 to 1, got -3"),
        ("TopK", {"k": 3}, "TopK: k: expected 1 to 2, got 3"),
        ("Cast", {"to": "float64"}, "Cast: type"),
        ("ReduceMean", {}, "ReduceMean: element type: expected float32, got int32"),
    ],
)
def test_reduction_that_does_not_fit_is_refused(
    name: str, attributes: dict, message: str
) -> None:
    graph = GraphBuilder("bad")
    with pytest.raises(GraphError, match=message):
        graph.ops(name, graph.input("x", "int32", (3, 2)), **attributes)


@pytest.mark.parametrize("shape", [(3, 37), (10, 8), (2, 21, 11)])
@pytest.mark.parametrize("name", ["ArgMax", "ArgMin", "Softmax", "LogSoftmax"])
def test_rows_with_ties_and_special_numbers_equal_native(
    name: str, shape: tuple[int, ...]
) -> None:
    """Eight lanes of a row, eight rows or columns at once, and what is left of each."""
    rng = np.random.default_rng(31)
    x = rng.integers(-2, 3, shape).astype(np.float32)
    x[(x == 0) & (rng.random(shape) < 0.5)] = -0.0
    special = rng.random(shape) < 0.02
    x[special] = rng.choice([np.nan, np.inf, -np.inf], special.sum())
    for axis in range(1, len(shape)):
        apply(name, x, axis=axis)
