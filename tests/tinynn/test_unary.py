"""Functions of each element: guest against native, bit for bit, and against numpy."""

import re

import numpy as np
import pytest
from support.images.operations import apply

from tinynn import GraphBuilder, GraphError, guest
from tinynn.operators import accuracy, functions, unary

SEED = 11
CANONICAL = 0x7FC0_0000

EDGES = np.array(
    [
        *(0x0000_0000, 0x0000_0001, 0x007F_FFFF, 0x0080_0000, 0x0080_0001),
        *(0x3300_0000, 0x3380_0000, 0x3EB1_7217, 0x3EB1_7218, 0x3EFF_FFFF),
        *(0x3F00_0000, 0x3F00_0001, 0x3F20_0000, 0x3F35_04F3, 0x3F35_04F2),
        *(0x3F49_0FDB, 0x3F49_0FDC, 0x3F6C_CCCD, 0x3F6C_CCCC, 0x3F7F_FFFF),
        *(0x3F80_0000, 0x3F80_0001, 0x3FC0_0000, 0x3FC9_0FDB, 0x4016_CBE4),
        *(0x4020_0000, 0x4049_0FDB, 0x407C_CCCD, 0x407C_CCCE, 0x4180_0000),
        *(0x42AE_AC50, 0x42B1_7218, 0x42B2_0000, 0x42B2_0001, 0x42D0_0000),
        *(0x4AFF_FFFF, 0x4B00_0000, 0x4B00_0001, 0x7F7F_FFFF, 0x7F80_0000),
        *(0x7F80_0001, 0x7FC0_0000, 0x7FFF_FFFF),
    ],
    np.uint32,
)


def edges() -> np.ndarray:
    """Of either sign."""
    return np.concatenate([EDGES, EDGES | 0x8000_0000]).view(np.float32)


def sample(count: int = 300) -> np.ndarray:
    """Edges, floats of all exponents, and floats of the usual sizes."""
    rng = np.random.default_rng(SEED)
    anything = rng.integers(0, 1 << 32, count).astype(np.uint32).view(np.float32)
    usual = (rng.standard_normal(count) * 4).astype(np.float32)
    return np.concatenate([edges(), anything, usual])


@pytest.mark.parametrize("function", unary.FUNCTIONS, ids=lambda row: row.onnx)
def test_function_in_the_guest_equals_native(function: unary.Function) -> None:
    """Also that no element costs more than was foretold."""
    apply(function.onnx, sample())


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Clip", {"min": -1.0, "max": 1.5}),
        ("Clip", {"min": 2.0, "max": -2.0}),
        ("Elu", {"alpha": -0.5}),
        ("LeakyRelu", {"alpha": float("inf")}),
        ("Celu", {"alpha": 0.0}),
        ("HardSigmoid", {"alpha": float("nan"), "beta": 1.0}),
        ("Gelu", {"approximate": "tanh"}),
        ("Gelu", {"approximate": "none"}),
    ],
)
def test_function_with_other_numbers_equals_native(name: str, numbers: dict) -> None:
    apply(name, sample(60), **numbers)


SAME_AS_NUMPY = {
    "Abs": np.abs,
    "Neg": np.negative,
    "Floor": np.floor,
    "Ceil": np.ceil,
    "Round": np.rint,
    "Sqrt": np.sqrt,
    "Reciprocal": lambda x: np.float32(1) / x,
}


@pytest.mark.parametrize("name", SAME_AS_NUMPY)
def test_exact_function_equals_numpy(name: str) -> None:
    x = sample()
    with np.errstate(all="ignore"):
        expected = SAME_AS_NUMPY[name](x).view(np.uint32)
    expected[np.isnan(x) | np.isnan(expected.view(np.float32))] = CANONICAL
    assert apply(name, x)[0].view(np.uint32).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("Exp", -np.inf, 0.0),
        ("Exp", 89.0, np.inf),
        ("Log", 0.0, -np.inf),
        ("Log", -0.0, -np.inf),
        ("Log", -1.0, np.nan),
        ("Log", 1.0, 0.0),
        ("Sin", np.inf, np.nan),
        ("Cos", 0.0, 1.0),
        ("Tanh", -np.inf, -1.0),
        ("Erf", np.inf, 1.0),
        ("Sigmoid", -np.inf, 0.0),
        ("Sigmoid", np.inf, 1.0),
        ("Silu", -np.inf, np.nan),
        ("Softplus", -np.inf, 0.0),
        ("Softplus", np.inf, np.inf),
        ("Elu", -np.inf, -1.0),
        ("Sign", -0.0, -0.0),
        ("Clip", np.nan, np.nan),
        ("ThresholdedRelu", 1.0, 0.0),
        ("HardSwish", -3.0, -0.0),
    ],
)
def test_function_special_case_is_as_documented(name: str, x: float, y: float) -> None:
    result = apply(name, np.array([x], np.float32))[0]
    expected = np.array([y], np.float32)
    expected[np.isnan(expected)] = np.uint32(CANONICAL).view(np.float32)
    assert result.view(np.uint32).tolist() == expected.view(np.uint32).tolist()


ODD = ("Sin", "Tanh", "Erf", "Softsign")


@pytest.mark.parametrize("name", ODD)
def test_odd_function_keeps_the_sign(name: str) -> None:
    x = np.abs(sample())
    x = x[~np.isnan(x)]
    plus, minus = apply(name, x)[0], apply(name, -x)[0]
    same = plus.view(np.uint32) ^ np.uint32(0x8000_0000) == minus.view(np.uint32)
    assert (same | np.isnan(plus)).all()


MEASURED = (*accuracy.TRUTHS, *accuracy.GATES)


@pytest.mark.parametrize("function", MEASURED, ids=lambda f: f.__name__)
def test_function_is_within_its_units_in_the_last_place(function) -> None:
    assert accuracy.worst(function, step=40_009) < 2.3


@pytest.mark.parametrize("name", ["Relu", "Exp", "Gelu"])
def test_function_of_integers_is_refused(name: str) -> None:
    graph = GraphBuilder("integers")
    with pytest.raises(GraphError, match="element type: expected float32, got int32"):
        graph.op(name, graph.input("x", "int32", (3,)))


def test_function_unknown_attribute_is_refused() -> None:
    graph = GraphBuilder("attribute")
    x = graph.input("x", "float32", (3,))
    with pytest.raises(GraphError, match="Elu: attributes: expected alpha, got beta"):
        graph.op("Elu", x, beta=1.0)


@pytest.mark.parametrize("name", ["LOG", "TANH", "ERF", "ERFC", "SIN", "COS"])
def test_guest_coefficients_are_the_native_ones(name: str) -> None:
    text = (guest.elf_path().parent / "functions.c").read_text()
    body = re.search(rf"{name.lower()}_terms\[\] = \{{(.*?)\}}", text, re.DOTALL)
    assert body is not None
    words = [int(word, 16) for word in re.findall(r"0x[0-9a-f]+", body.group(1))]
    assert words == [int(c.view(np.uint32)) for c in getattr(functions, name)]


def test_guest_digits_of_two_by_pi_are_the_native_ones() -> None:
    text = (guest.elf_path().parent / "functions.c").read_text()
    body = re.search(r"two_by_pi\[\] = \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    words = [int(word, 16) for word in re.findall(r"0x[0-9a-f]+", body.group(1))]
    assert words == functions.TWO_BY_PI.tolist()
