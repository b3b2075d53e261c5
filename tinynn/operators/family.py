"""What an operator is: a row of the image's table, and the family that it belongs to.

A family is one kind of operator. It says which elements it reads and writes, what its
row must satisfy, which constants it owns, what it computes natively and how many guest
instructions that costs at most. docs/float.md defines the arithmetic.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ..tensor import Array


@dataclass(frozen=True, slots=True)
class Operator:
    """One row: sixteen u32 words, of which these are used and the rest are zero.

    Addresses are guest addresses, counts are elements. A family without constants or
    a parameter has zeros there. `parameter` holds the bits of an f32.
    """

    opcode: int
    flags: int
    source: int
    source_count: int
    target: int
    target_count: int
    weights: int = 0
    bias: int = 0
    parameter: int = 0

    def words(self) -> tuple[int, ...]:
        """The row as sixteen words."""
        used = tuple(getattr(self, field) for field in self.__slots__)
        return used + (0,) * (16 - len(used))


class Space(Protocol):
    """Guest memory, as native kernels see it."""

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`; must not be written."""

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`, to be stored into."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A range of the image that belongs to an operator."""

    address: int
    size: int


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of operator.

    `check(operator, space)` raises an ImageError for a row or constants that the family
    does not allow. `run(operator, first, count, space)` stores elements
    [first, first + count) of the target. `instructions(operator, count)` is an upper
    bound for the guest. A family that is not `tiled` computes all its elements in one
    segment.
    """

    name: str
    opcode: int
    source: str
    target: str
    tiled: bool
    check: Callable[[Operator, Space], None]
    constants: Callable[[Operator], Iterator[Constant]]
    run: Callable[[Operator, int, int, Space], None]
    instructions: Callable[[Operator, int], int]


def no_constants(operator: Operator) -> Iterator[Constant]:
    """For families that own nothing of the image."""
    yield from ()
