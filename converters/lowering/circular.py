"""Asin, Acos, Atan, Tan: formulas of tinynn's exact operations, as docs/float.md tells.

Every operation is an operator of its own, so that the guest needs no code for them.
"""

from converters.lowering.terms import Term, floats
from converters.registry import Graph, lowers
from converters.values import Value

(HALF_PI,) = floats(0x3FC90FDB)
(REST,) = floats(0xB33BBD2E)
"""pi / 2 - HALF_PI."""

ASIN = floats(0x3D0A77E5, 0x3C8BE6DE, 0x3CFEE74F, 0x3D36AC6D, 0x3D999A1E, 0x3E2AAAAA)
"""(asin(s) / s - 1) / z for z = s s up to 1/4."""

ATAN = floats(
    0xBCA9DD3C, 0x3D64D7DC, 0xBDAF0130, 0x3DE1FBA2, 0xBE123B46, 0x3E4CCC70, 0xBEAAAAAA
)
"""(atan(s) / s - 1) / z for s up to 0.66."""

MIDDLE, FAR = floats(0x3F28F5C3, 0x3FCCCCCD)
"""0.66 and 1.6, between which atan's formula starts at an eighth of a turn."""

SPLITTER = 4097.0
LEAST = 2.0**-126
"""The smallest normal number: a divisor in place of zero."""


@lowers("Tan")
def tan(graph: Graph, x: Value) -> Value:
    """Sine by cosine."""
    return graph.apply("Div", graph.apply("Sin", x), graph.apply("Cos", x))


@lowers("Atan")
def atan(graph: Graph, x: Value) -> Value:
    """atan r plus an eighth of a turn or two, r = (a - 1) / (a + 1) or -1 / a."""
    term = Term(graph, x)
    a = term.of("Abs")
    middle, large = a > MIDDLE, a > FAR
    above = large.where(-1.0, middle.where(a - 1.0, a))
    below = large.where(a, middle.where(a + 1.0, 1.0))
    turn = large.where(HALF_PI, middle.where(HALF_PI / 2, 0.0))
    rest = large.where(REST, middle.where(REST / 2, 0.0))
    r = above / below
    z = r * r
    angle = turn + ((r + r * (z * z.polynomial(ATAN))) + rest)
    return (angle * term.of("Sign")).value


def halves(a: Term) -> tuple[Term, Term, Term, Term]:
    """Of a >= 1/2: s = sqrt((1 - a) / 2), asin(s) / s - 1, and s in two parts.

    The upper part has twelve bits, so its square is exact.
    """
    z = (1.0 - a) * 0.5
    s = z.of("Sqrt")
    c = s * SPLITTER
    high = c - (c - s)
    low = (z - high * high) / (s + high).of("Max", LEAST)
    return s, z * z.polynomial(ASIN), high, low


@lowers("Asin")
def asin(graph: Graph, x: Value) -> Value:
    """Up to 1/2 a polynomial; beyond, pi / 2 - 2 asin s."""
    term = Term(graph, x)
    a, z = term.of("Abs"), term * term
    near = term + term * (z * z.polynomial(ASIN))
    s, r, high, low = halves(a)
    most = HALF_PI / 2 - high * 2.0
    far = HALF_PI / 2 - (((s * 2.0) * r - (REST - low * 2.0)) - most)
    return (a < 0.5).where(near, far * term.of("Sign")).value


@lowers("Acos")
def acos(graph: Graph, x: Value) -> Value:
    """pi / 2 - asin x; from 1/2 on 2 asin s; up to -1/2 pi - 2 asin s."""
    term = Term(graph, x)
    a, z = term.of("Abs"), term * term
    middle = HALF_PI - (term - (REST - term * (z * z.polynomial(ASIN))))
    s, r, high, low = halves(a)
    right = (high + (r * s + low)) * 2.0
    left = 2 * HALF_PI - (s + (r * s - REST)) * 2.0
    far = (term < 0.0).where(left, right)
    return (a < 0.5).where(middle, far).value
