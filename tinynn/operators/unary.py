"""Functions of each element by itself, float32 to float32.

A row of the table is a family: its formula over arrays, the ONNX operation with its
attributes' defaults, and what an element costs the guest at most and usually. An
attribute is the bits of a float32. docs/float.md says in words what the formulas say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from ..kernels import Call
from ..kernels import coefficients as c
from ..memory.tensor import TensorType
from . import functions as f
from .family import Family, Operator, Space, Types, Words
from .functions import HALF
from .graph import Graph, Operation, Value
from .numbers import Floats, bits_of, float_of
from .shape import check_arity, check_dtype, demand
from .softmax import ONE, ZERO

ROUNDER: Final = float_of(c.TWO_TO_23)
"""From there on every float is whole."""

SQRT_2_BY_PI: Final = float_of(c.SQRT_2_BY_PI)
CUBIC: Final = float_of(c.CUBIC)
ROOT_HALF: Final = float_of(c.ROOT_HALF)
SIXTH: Final = float_of(c.SIXTH)

Formula = Callable[..., Floats]


def absolute(x: Floats) -> Floats:
    """Without the sign."""
    return f.magnitude(x)


def negative(x: Floats) -> Floats:
    """With the other sign."""
    return (f.bits(x) ^ f.SIGN).view(np.float32)


def rounded(x: Floats) -> Floats:
    """To the nearest whole number, ties to even."""
    a = f.magnitude(x)
    return f.signed_as(np.where(a < ROUNDER, (a + ROUNDER) - ROUNDER, a), x)


def floor(x: Floats) -> Floats:
    """To the whole number below."""
    t = rounded(x)
    return f.signed_as(np.where(t > x, t - ONE, t), x)


def ceil(x: Floats) -> Floats:
    """To the whole number above."""
    t = rounded(x)
    return f.signed_as(np.where(t < x, t + ONE, t), x)


def sign(x: Floats) -> Floats:
    """1, -1, or the zero or NaN itself."""
    return np.where(x > ZERO, ONE, np.where(x < ZERO, -ONE, x))


def reciprocal(x: Floats) -> Floats:
    """1 / x."""
    return ONE / x


def clip(x: Floats, low: np.float32, high: np.float32) -> Floats:
    """At least `low`, then at most `high`; NaN stays."""
    y = np.where(x < low, low, x)
    return np.where(y > high, high, y)


def leaky_relu(x: Floats, alpha: np.float32) -> Floats:
    """alpha x where x is negative."""
    return np.where(x < ZERO, alpha * x, x)


def elu(x: Floats, alpha: np.float32) -> Floats:
    """alpha (e^x - 1) where x is negative."""
    return np.where(x < ZERO, alpha * f.expm1(x), x)


def selu(x: Floats, alpha: np.float32, gamma: np.float32) -> Floats:
    """gamma times the elu."""
    return gamma * elu(x, alpha)


def celu(x: Floats, alpha: np.float32) -> Floats:
    """alpha (e^(x / alpha) - 1) where x is negative."""
    return np.where(x < ZERO, alpha * f.expm1(x / alpha), x)


def thresholded_relu(x: Floats, alpha: np.float32) -> Floats:
    """x where it is above alpha, else +0; NaN stays."""
    return np.where((x > alpha) | (x != x), x, ZERO)


def hard_sigmoid(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
    """alpha x + beta, clipped to [0, 1]."""
    return clip(alpha * x + beta, ZERO, ONE)


def hard_swish(x: Floats) -> Floats:
    """x times the hard sigmoid with 1/6 and 1/2."""
    return x * hard_sigmoid(x, SIXTH, HALF)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), by e^-|x|, which can't overflow."""
    e = f.exp(-f.magnitude(x))
    y: Floats = np.where(x < ZERO, e, ONE) / (ONE + e)
    return y


def silu(x: Floats) -> Floats:
    """x sigmoid(x)."""
    return x * sigmoid(x)


def softplus(x: Floats) -> Floats:
    """log(1 + e^x), as max(x, 0) + log(1 + e^-|x|)."""
    return np.where(x < ZERO, ZERO, x) + f.log1p_of_fraction(f.exp(-f.magnitude(x)))


def softsign(x: Floats) -> Floats:
    """x / (1 + |x|)."""
    return x / (ONE + f.magnitude(x))


def mish(x: Floats) -> Floats:
    """x tanh(softplus(x))."""
    return x * f.tanh(softplus(x))


def gelu_erf(x: Floats) -> Floats:
    """(x / 2) (1 + erf(x / sqrt 2))."""
    return (HALF * x) * (ONE + f.erf(x * ROOT_HALF))


def gelu_tanh(x: Floats) -> Floats:
    """(x / 2) (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))."""
    inner = x + ((x * x) * x) * CUBIC
    return (HALF * x) * (ONE + f.tanh(SQRT_2_BY_PI * inner))


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table: `most` and `usual` are guest instructions an element."""

    opcode: int
    onnx: str
    formula: Formula
    most: int
    usual: int
    defaults: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the family, and of the guest's function."""
        return f"map_{self.formula.__name__}"


FUNCTIONS: Final = (
    Function(10, "Abs", absolute, 40, 14),
    Function(11, "Neg", negative, 40, 14),
    Function(12, "Floor", floor, 500, 270),
    Function(13, "Ceil", ceil, 500, 270),
    Function(14, "Round", rounded, 300, 200),
    Function(15, "Sign", sign, 120, 40),
    Function(16, "Sqrt", np.sqrt, 500, 210),
    Function(17, "Reciprocal", reciprocal, 400, 160),
    Function(18, "Exp", f.exp, 2600, 1900),
    Function(19, "Log", f.log, 2600, 740),
    Function(20, "Sin", f.sin, 2600, 1160),
    Function(21, "Cos", f.cos, 2600, 1160),
    Function(22, "Tanh", f.tanh, 3600, 1900),
    Function(23, "Erf", f.erf, 4600, 2300),
    Function(24, "Sigmoid", sigmoid, 3600, 1800),
    Function(25, "HardSigmoid", hard_sigmoid, 500, 220, {"alpha": 0.2, "beta": 0.5}),
    Function(26, "HardSwish", hard_swish, 700, 300),
    Function(27, "Silu", silu, 3800, 1900),
    Function(28, "Softplus", softplus, 6600, 3400),
    Function(29, "Softsign", softsign, 500, 270),
    Function(30, "Mish", mish, 10500, 5500),
    Function(31, "GeluErf", gelu_erf, 5200, 2600),
    Function(32, "GeluTanh", gelu_tanh, 5200, 2500),
    Function(33, "LeakyRelu", leaky_relu, 250, 60, {"alpha": 0.01}),
    Function(34, "Elu", elu, 3600, 1000, {"alpha": 1.0}),
    Function(35, "Selu", selu, 3800, 1100, {"alpha": 1.6732632, "gamma": 1.050701}),
    Function(36, "Celu", celu, 4000, 1200, {"alpha": 1.0}),
    Function(37, "ThresholdedRelu", thresholded_relu, 100, 30, {"alpha": 1.0}),
    Function(38, "Clip", clip, 200, 50, {"min": float("-inf"), "max": float("inf")}),
)


def infer(function: Function, types: Types, attributes: Words) -> TensorType:
    """float32 to as many; the attributes are the formula's other numbers."""
    check_arity(types, attributes, 1, len(function.defaults))
    check_dtype(function.onnx, types[0], "float32")
    return types[0]


def calls(
    kernel: str, operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    numbers = (*operator.attributes, 0, 0)[:2]
    return [Call(kernel, (y, x, count, *numbers))]


def emit(
    function: Function, family: Family, graph: Graph, x: Value, **given: float
) -> Value:
    """The operation; attributes that are not given have ONNX's defaults."""
    unknown = ", ".join(given.keys() - function.defaults.keys())
    known = ", ".join(function.defaults) or "none"
    demand(f"{function.onnx}: attributes", known, unknown, not unknown)
    numbers = {**function.defaults, **given}
    return graph.emit(family, [x], [bits_of(number) for number in numbers.values()])


def family_of(function: Function) -> Family:
    """The row as a family."""
    planner = partial(calls, f"element.{function.formula.__name__}")
    return Family(
        name=function.name,
        opcode=function.opcode,
        infer=partial(infer, function),
        instructions=lambda operator, count: function.most * count,
        usual=lambda operator: function.usual,
        calls=planner,
    )


def gelu(graph: Graph, x: Value, *, approximate: str = "none") -> Value:
    """The exact one, or the one by tanh."""
    good = approximate in ("none", "tanh")
    demand("Gelu: approximate", "none or tanh", approximate, good)
    return graph.op("GeluTanh" if approximate == "tanh" else "GeluErf", x)


FAMILIES = tuple(family_of(function) for function in FUNCTIONS)
OPERATIONS: dict[str, Operation] = {
    function.onnx: partial(emit, function, family)
    for function, family in zip(FUNCTIONS, FAMILIES, strict=True)
} | {"Gelu": gelu}
