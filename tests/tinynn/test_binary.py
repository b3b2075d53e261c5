"""Functions of two elements: guest against native bit for bit, and against numpy."""

import numpy as np
import pytest
from support.images.operations import apply, model_of

from tinynn import GraphBuilder, GraphError
from tinynn.operators import accuracy, binary

SEED = 12
NAN, INF = np.nan, np.inf
CANONICAL = 0x7FC0_0000

EDGES = np.array(
    [0, 1e-45, 1.1754944e-38, 0.5, 1, 1.5, 2, 3, 8, 9, 10.5, 3e38, INF, NAN]
    + [-0.0, -1e-45, -0.5, -1, -1.5, -2, -3, -8, -9, -10.5, -3e38, -INF],
    np.float32,
)
INTEGERS = np.array([0, 1, 2, 7, -1, -2, -7, 2**31 - 1, -(2**31), 12345], np.int32)


def grid(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every value with every other, as a column and a row."""
    return values[:, None], values[None, :]


def words(x: np.ndarray) -> list[int]:
    return x.view(np.uint32).ravel().tolist()


def canonical(x: np.ndarray) -> np.ndarray:
    bits = x.astype(np.float32).view(np.uint32).copy()
    bits[np.isnan(x)] = CANONICAL
    return bits


FLOAT_FUNCTIONS = [f for f in binary.FUNCTIONS if "float32" in f.dtypes]
INTEGER_FUNCTIONS = [f for f in binary.FUNCTIONS if "int32" in f.dtypes]


@pytest.mark.parametrize("function", FLOAT_FUNCTIONS, ids=lambda f: f.onnx)
def test_function_of_floats_in_the_guest_equals_native(function) -> None:
    apply(function.onnx, *grid(EDGES))
    rng = np.random.default_rng(SEED)
    bits = rng.integers(0, 1 << 32, (2, 300)).astype(np.uint32)
    apply(function.onnx, *bits.view(np.float32))
    apply(function.onnx, *(rng.standard_normal((2, 300)) * 3).astype(np.float32))


@pytest.mark.parametrize("function", INTEGER_FUNCTIONS, ids=lambda f: f.onnx)
def test_function_of_integers_in_the_guest_equals_native(function) -> None:
    apply(function.onnx, *grid(INTEGERS))


NUMPY = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": np.divide,
    "Min": np.minimum,
    "Max": np.maximum,
}


@pytest.mark.parametrize("name", NUMPY)
def test_float_arithmetic_equals_numpy(name: str) -> None:
    a, b = grid(EDGES[np.abs(EDGES) > 0])
    with np.errstate(all="ignore"):
        expected = NUMPY[name](a, b)
    assert words(apply(name, a, b)[0]) == canonical(expected).ravel().tolist()


COMPARISONS = {
    "Equal": np.equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
}


@pytest.mark.parametrize("values", [EDGES, INTEGERS], ids=["floats", "integers"])
@pytest.mark.parametrize("name", COMPARISONS)
def test_comparison_equals_numpy(name: str, values: np.ndarray) -> None:
    a, b = grid(values)
    result = apply(name, a, b)[0]
    assert result.dtype == bool
    assert result.tolist() == COMPARISONS[name](a, b).tolist()


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
@pytest.mark.parametrize("name", ["Add", "Sub", "Mul", "Min", "Max", *COMPARISONS])
def test_function_of_bytes_equals_numpy(name: str, dtype: str) -> None:
    rng = np.random.default_rng(SEED)
    a, b = rng.integers(0, 256, (2, 200)).astype(np.uint8).view(dtype)
    result = apply(name, a, b)[0]
    expected = (COMPARISONS | NUMPY)[name](a, b)
    assert result.dtype == expected.dtype and result.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (5, 0, 0), (-(2**31), -1, -(2**31))],
)
def test_integer_quotient_is_as_documented(a: int, b: int, expected: int) -> None:
    arrays = np.array([a], np.int32), np.array([b], np.int32)
    assert apply("Div", *arrays)[0].tolist() == [expected]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (NAN, 0.0, 1.0),
        (1.0, NAN, 1.0),
        (-1.0, INF, 1.0),
        (-2.0, 3.0, -8.0),
        (-2.0, -3.0, -0.125),
        (-2.0, 0.5, NAN),
        (-0.0, 3.0, -0.0),
        (-0.0, -9.0, -INF),
        (0.0, -0.5, INF),
        (-INF, 9.0, -INF),
        (-INF, 0.5, INF),
        (0.5, INF, 0.0),
        (2.0, 11.0, 2048.0),
    ],
)
def test_power_special_case_is_as_documented(
    a: float, b: float, expected: float
) -> None:
    arrays = np.array([a], np.float32), np.array([b], np.float32)
    assert words(apply("Pow", *arrays)[0]) == canonical(np.array([expected])).tolist()


def test_power_is_within_a_few_units_in_the_last_place() -> None:
    assert accuracy.worst_power(8, count=5000) < 2.5


@pytest.mark.parametrize("name", ["And", "Or", "Xor", "Where", "Not"])
def test_logic_takes_any_byte_but_zero_for_true(name: str) -> None:
    """A request may hold any bytes; what is stored is 0 or 1."""
    count = {"Where": 3, "Not": 1}.get(name, 2)
    given = [np.zeros(256, bool)] * count
    model = model_of(name, given, ())
    raw = np.random.default_rng(SEED).integers(0, 256, 256 * count).astype(np.uint8)
    raw[:40] = 0
    output = np.frombuffer(model.answer(raw.tobytes()), np.uint8)
    a, *others = (raw.reshape(count, 256) != 0).astype(int)
    b = others[0] if others else None
    if name == "Where":
        expected = np.where(a, *raw.reshape(count, 256)[1:])
    else:
        expected = {
            "And": lambda: a & b,
            "Or": lambda: a | b,
            "Xor": lambda: a ^ b,
            "Not": lambda: 1 - a,
        }[name]()
    assert output.tolist() == expected.tolist()


SHAPES = [
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((), (2, 3)),
    ((2, 1, 3, 1), (4, 1, 5)),
    ((1, 1, 1, 1, 2, 1, 1, 2), (3, 1, 2, 1, 1, 1, 1, 1)),
    ((5,), (5,)),
    ((), ()),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["Sub", "Less"])
def test_broadcasting_equals_numpy(name: str, shapes: tuple) -> None:
    rng = np.random.default_rng(SEED)
    a, b = (np.asarray(rng.standard_normal(s), np.float32) for s in shapes)
    result = apply(name, a, b, constant=[1])[0]
    expected = a - b if name == "Sub" else a < b
    assert result.shape == expected.shape and result.tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.uint8, np.int8, bool])
def test_where_moves_every_type_as_it_is(dtype: type) -> None:
    rng = np.random.default_rng(SEED)
    condition = rng.integers(0, 2, (4, 1, 6)).astype(bool)
    a = np.frombuffer(rng.bytes(4 * 96), np.uint8).view(np.uint32)[:18]
    a = (a % 2).astype(bool) if dtype is bool else a.astype(np.uint32).astype(dtype)
    a, b = a.reshape(3, 6), np.zeros((), dtype)
    result = apply("Where", condition, a, b, constant=[1, 2])[0]
    assert result.tolist() == np.where(condition, a, b).tolist()


def test_where_keeps_the_bits_of_a_nan() -> None:
    a = np.array([0x7F80_0001, 0xFFFF_FFFF] * 2, np.uint32).view(np.float32)
    result = apply("Where", np.array([True, False, False, True]), a, a)[0]
    assert words(result) == words(a)


def test_large_sum_in_tiles_equals_numpy() -> None:
    """Tiles begin and end inside rows; one source is repeated along each axis."""
    rng = np.random.default_rng(SEED)
    a = rng.standard_normal((7, 1, 450)).astype(np.float32)
    b = rng.standard_normal((5, 1)).astype(np.float32)
    assert model_of("Add", [a, b], [1]).segments > 2
    assert apply("Add", a, b, constant=[1])[0].tolist() == (a + b).tolist()


@pytest.mark.parametrize("name", ["Min", "Max", "Sum"])
def test_function_of_many_is_folded_from_the_left(name: str) -> None:
    rng = np.random.default_rng(SEED)
    arrays = list(rng.standard_normal((4, 9)).astype(np.float32))
    total = arrays[0]
    for array in arrays[1:]:
        total = {"Min": np.minimum, "Max": np.maximum, "Sum": np.add}[name](
            total, array
        )
    assert apply(name, *arrays)[0].tolist() == total.tolist()


@pytest.mark.parametrize(
    ("name", "dtypes", "shapes", "message"),
    [
        ("Add", ("float32", "int32"), ((3,), (3,)), "expected float32, got int32"),
        ("Pow", ("int32", "int32"), ((3,), (3,)), "expected float32, got int32"),
        ("And", ("uint8", "uint8"), ((3,), (3,)), "expected bool, got uint8"),
        ("Add", ("float32", "float32"), ((3,), (4,)), "broadcast: expected equal"),
        ("Where", ("int32", "int32", "int32"), ((3,), (3,), (3,)), "expected bool"),
    ],
)
def test_function_of_other_sources_is_refused(
    name: str, dtypes: tuple, shapes: tuple, message: str
) -> None:
    graph = GraphBuilder("bad")
    pairs = zip(dtypes, shapes, strict=True)
    values = [graph.input(f"x{i}", d, s) for i, (d, s) in enumerate(pairs)]
    with pytest.raises(GraphError, match=message):
        graph.op(name, *values)


def test_square_is_the_product_of_any_bits() -> None:
    """The second power of constants is planned as a product."""
    rng = np.random.default_rng(8)
    x = rng.integers(0, 1 << 32, 500, dtype=np.uint32).view(np.float32)
    (y,) = apply("Pow", x, np.array(2, np.float32), constant=(1,))
    with np.errstate(all="ignore"):
        expected = x * x
    assert np.array_equal(y, expected, equal_nan=True)
    (two,) = apply("Pow", np.float32([3]), np.full(4, 2, np.float32), constant=(1,))
    assert two.tolist() == [9, 9, 9, 9]
