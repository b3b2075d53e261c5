"""Sinh, Cosh, Asinh, Acosh, Atanh: formulas of tinynn's operations (docs/float.md).

Near zero a polynomial, elsewhere exponentials and logarithms.
"""

from converters.lowering.terms import Term, floats
from converters.registry import Graph, lowers
from converters.values import Value

SINH = floats(0x363C53B4, 0x3950047F, 0x3C08888F, 0x3E2AAAAB)
"""(sinh(x) / x - 1) / z for z = x x up to 1; the others likewise."""

ASINH = floats(
    0xBA08AF21, 0x3B4311F3, 0xBC040A81, 0x3C6EE6A4, 0xBCB07AF0, 0x3CF7B17F,
    0xBD36CD8E, 0x3D99995A, 0xBE2AAAAA,
)  # fmt: skip
ATANH = floats(
    0x3E20B18F, 0x3D25A690, 0x3DC7FDB8, 0x3DE2493F, 0x3E125025, 0x3E4CCCB0, 0x3EAAAAAB
)
"""For z up to 1/4."""

ACOSH = floats(
    0xB86B2504, 0x397B519E, 0xBA34A994, 0x3AF8AB9B, 0xBBB6DA4C, 0x3C999997, 0xBDAAAAAB
)
"""(acosh(1 + t) / sqrt(2 t) - 1) / t for t up to 1/2."""

OVERFLOW = 88.0
"""Beyond it e^a may be infinite where half of it is not."""

STEP, HALF_POWER = 48.15625, floats(0x61B1E1FE)[0]
"""e^STEP / 2, which is nearly a float32 (1e-10 off)."""

(LN2,) = floats(0x3F317218)
LARGE = 4096.0
"""From here on asinh and acosh are log(2 x)."""


def near_zero(x: Term, coefficients: tuple[float, ...]) -> Term:
    """x + x (z P(z))."""
    z = x * x
    return x + x * (z * z.polynomial(coefficients))


def half_power(a: Term) -> Term:
    """e^a / 2 for a >= 0."""
    small = a.of("Exp") * 0.5
    return (a < OVERFLOW).where(small, (a - STEP).of("Exp") * HALF_POWER)


def log_of_one_and(t: Term) -> Term:
    """log(1 + t) for t >= 0: the rounding of 1 + t is made good."""
    u = 1.0 + t
    return u.of("Log") + (t - (u - 1.0)) / u


@lowers("Sinh")
def sinh(graph: Graph, x: Value) -> Value:
    term = Term(graph, x)
    a = term.of("Abs")
    half = half_power(a)
    far = (half - 0.25 / half) * term.of("Sign")
    return (a < 1.0).where(near_zero(term, SINH), far).value


@lowers("Cosh")
def cosh(graph: Graph, x: Value) -> Value:
    half = half_power(Term(graph, x).of("Abs"))
    return (half + 0.25 / half).value


@lowers("Asinh")
def asinh(graph: Graph, x: Value) -> Value:
    term = Term(graph, x)
    a = term.of("Abs")
    b = a.of("Min", LARGE)
    z = b * b
    middle = log_of_one_and(b + z / (1.0 + (z + 1.0).of("Sqrt")))
    far = (a < LARGE).where(middle, a.of("Log") + LN2)
    return ((a < 1.0).where(near_zero(a, ASINH), far) * term.of("Sign")).value


@lowers("Acosh")
def acosh(graph: Graph, x: Value) -> Value:
    term = Term(graph, x)
    t = term - 1.0
    root = (t + t).of("Sqrt")
    near = root + root * (t * t.polynomial(ACOSH))
    b = t.of("Min", LARGE)
    middle = log_of_one_and(b + (b * b + (b + b)).of("Sqrt"))
    far = (t < LARGE).where(middle, term.of("Log") + LN2)
    return (t < 0.5).where(near, far).value


@lowers("Atanh")
def atanh(graph: Graph, x: Value) -> Value:
    term = Term(graph, x)
    a = term.of("Abs")
    far = ((1.0 + a) / (1.0 - a)).of("Log") * 0.5 * term.of("Sign")
    return (a < 0.5).where(near_zero(term, ATANH), far).value
