"""Quotients of whole numbers of 64 bits: by a constant, sixteen bits at a time.

As on paper, the rest of a digit is carried to the next one; 32 bits hold it if the
divisor has 15. A greater one is a product of such, and divides by them in turn.
"""

from typing import Final

from converters.registry import Graph, Refused
from converters.values import Array, Held
from converters.words import (
    LIMB,
    WAY_OUT,
    Pair,
    choose,
    is_negative,
    limbs,
    op,
    size_of,
    subtract,
    word,
)

MOST: Final = (1 << 15) - 1
"""Of a divisor: its rests, and sixteen bits behind them, fit 31."""


def divided(graph: Graph, x: Pair, divisors: Array) -> Pair:
    """Towards zero, all by one number; Refused of several, and of great primes."""
    several = sorted({int(n) for n in divisors.ravel()})
    if len(several) != 1:
        found = f"{len(several)} of them"
        raise Refused(f"int64: expected one divisor for all, got {found}", WAY_OUT)
    (divisor,) = several
    quotient = size_of(graph, x)
    for factor in factors_of(abs(divisor)):
        quotient = by_small(graph, quotient, factor)
    minus = subtract(graph, (word(0), word(0)), quotient)
    sides = (minus, quotient) if divisor > 0 else (quotient, minus)
    return choose(graph, is_negative(graph, x), *sides)


def factors_of(number: int) -> list[int]:
    """Few, none greater than MOST, of which the number is the product."""
    found, rest = [1], number
    for prime in range(2, MOST + 1):
        while rest and rest % prime == 0:
            rest //= prime
            if found[-1] * prime > MOST:
                found.append(1)
            found[-1] *= prime
    if rest != 1:
        expected = f"int64: expected a divisor with prime factors of at most {MOST}"
        raise Refused(f"{expected}, got {number}", WAY_OUT)
    return found


def by_small(graph: Graph, x: Pair, divisor: int) -> Pair:
    """A size by a number of 15 bits."""
    if divisor == 1:
        return x
    digits: list[Held] = []
    rest: Held | None = None
    for half in reversed(x):
        for limb in reversed(limbs(graph, half)):
            if rest is not None:
                limb = op(graph, "Add", op(graph, "Mul", rest, word(LIMB)), limb)
            digits.append(op(graph, "Div", limb, word(divisor)))
            whole = op(graph, "Mul", digits[-1], word(divisor))
            rest = op(graph, "Sub", limb, whole)
    high, low = (
        op(graph, "BitwiseOr", op(graph, "Mul", upper, word(LIMB)), lower)
        for upper, lower in (digits[:2], digits[2:])
    )
    return low, high
