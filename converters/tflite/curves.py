"""Functions of one float that are the nearest floats, on every machine.

C's libraries differ in the last bit. An image's tables are made of these, with numbers
of many digits, so that they are the same wherever it is converted.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from converters.values import Floats

DIGITS: Final = 40
SERIES_DIGITS: Final = 150
"""Terms of the series for erf grow to e^(x x) before they shrink."""

FAR: Final = 12
"""Beyond it erfc is less than any float."""

PI: Final = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
ONE: Final = np.float32(1)
HALF: Final = np.float32(0.5)


def nearest(function: Callable[[Decimal], Decimal], x: Floats) -> Floats:
    """Each exact result as the nearest float."""
    with localcontext() as context:
        context.prec = DIGITS
        found = [float(function(Decimal(float(number)))) for number in x.ravel()]
    with np.errstate(over="ignore"):
        return np.array(found, np.float32).reshape(x.shape)


def exponential(x: Floats) -> Floats:
    return nearest(lambda number: number.exp(), x)


def sigmoid(x: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return ONE / (ONE + exponential(-x))


def tangent(x: Floats) -> Floats:
    """The hyperbolic one."""

    def exact(number: Decimal) -> Decimal:
        power = (2 * number).exp()
        return (power - 1) / (power + 1)

    return nearest(exact, x)


def elu(x: Floats) -> Floats:
    below = nearest(lambda number: min(number, Decimal(0)).exp() - 1, x)
    return np.where(x < 0, below, x)


def logarithm(x: Floats) -> Floats:
    """Of positive numbers."""
    return nearest(lambda number: number.ln(), x)


def complement(x: Floats) -> Floats:
    """erfc, by its series."""

    def exact(number: Decimal) -> Decimal:
        if abs(number) > FAR:
            return Decimal(0 if number > 0 else 2)
        with localcontext() as context:
            context.prec = SERIES_DIGITS
            term = total = number
            index = 0
            while abs(term) > Decimal(10) ** -DIGITS:
                index += 1
                term = -term * number * number / index
                total += term / (2 * index + 1)
            return 1 - 2 * total / PI.sqrt()

    return nearest(exact, x)


def gelu(x: Floats) -> Floats:
    return HALF * x * complement(x * np.float32(-(0.5**0.5)))


def gelu_by_tangent(x: Floats) -> Floats:
    """The approximation of it."""
    factor = np.float32(2 / float(PI) ** 0.5 * 0.5**0.5)
    inner = factor * (x + np.float32(0.044715) * x * x * x)
    return HALF * x * (ONE + tangent(inner))
