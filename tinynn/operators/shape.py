"""Demands on sources and attributes that several families share; all raise Misfit."""

import math
from typing import Final

from ..errors import Misfit
from ..memory.tensor import TensorType
from .family import Operator, Types, Words

SIGN_BIT: Final = 1 << 31


def demand(what: str, expected: object, actual: object, good: bool) -> None:
    """Misfit unless `good`."""
    if not good:
        raise Misfit(what, expected, actual)


def check_arity(types: Types, attributes: Words, sources: int, words: int) -> None:
    """So many sources and so many attribute words, no more and no fewer."""
    demand("sources", sources, len(types), len(types) == sources)
    demand("attributes", words, len(attributes), len(attributes) == words)


def check_dtype(what: str, actual: TensorType, *dtypes: str) -> None:
    """The element type is one of `dtypes`."""
    expected = " or ".join(dtypes)
    demand(f"{what}: element type", expected, actual.dtype, actual.dtype in dtypes)


def check_shape(what: str, expected: tuple[int, ...], actual: TensorType) -> None:
    """The shape is exactly `expected`."""
    demand(f"{what}: shape", expected, actual.shape, actual.shape == expected)


def check_axis(axis: int, shape: tuple[int, ...]) -> None:
    """An attribute names one of the axes, counted from the front."""
    demand("axis", f"below {len(shape)}", axis, axis < len(shape))


def around(shape: tuple[int, ...], axis: int) -> tuple[int, int, int]:
    """Elements before, along and after an axis: row-major `(outer, n, inner)`."""
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])


def signed(word: int) -> int:
    """The two's complement number that a word holds."""
    return word - ((word & SIGN_BIT) << 1)


def word_of(number: int) -> int:
    """A number as a word, two's complement."""
    return number & 0xFFFF_FFFF


def normal_axis(axis: int, rank: int) -> int:
    """An axis that may be counted from the end, counted from the front."""
    demand("axis", f"-{rank} to {rank - 1}", axis, -rank <= axis < rank)
    return axis % rank


def walk_instructions(operator: Operator, count: int) -> int:
    """At most what the guest's walk.c needs for a part, without its elements.

    Three sources; a row is a stretch of the last axis.
    """
    shape = operator.target.shape
    rows = count // (shape[-1] if shape else 1) + 2
    return 500 + 200 * len(shape) + rows * (150 + 50 * len(shape))
