"""What an operator is: a record of the image, and the family that it belongs to.

A family is one kind of operator. It says which target its sources and attributes make
(`infer`), what it computes natively, in which portions it may be cut, and how many
guest instructions that costs. docs/float.md defines the arithmetic.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..kernels import Batch, Call
from ..memory.extent import Extent
from ..memory.tensor import Array, TensorType, item_bytes


class Space(Protocol):
    """Guest memory, as native kernels see it."""

    @property
    def lasting(self) -> bool:
        """Whether calls on it are made again and again: constants are packed once."""

    def read(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`; must not be written."""

    def write(self, address: int, count: int, dtype: str) -> Array:
        """`count` elements at `address`, to be stored into."""

    def room(self, key: Hashable, count: int) -> NDArray[np.float32]:
        """Memory beside it, zeros at first; perhaps the same for the same key."""

    def packed(
        self, key: Hashable, make: Callable[[], NDArray[np.float32]]
    ) -> NDArray[np.float32] | None:
        """A constant as a kernel wants it, made once and kept as long as the model; or
        None, and it is read where it is."""


@dataclass(frozen=True)
class Operand:
    """A tensor that an operator reads or writes, at a guest address."""

    type: TensorType
    address: int

    @cached_property
    def dtype(self) -> str:
        """The element type."""
        return self.type.dtype

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Row-major."""
        return self.type.shape

    @cached_property
    def count(self) -> int:
        """Elements."""
        return self.type.count

    @cached_property
    def extent(self) -> Extent:
        """The addresses that it covers."""
        return Extent(self.address, self.type.size)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of an image. Attributes are u32 words; the family knows which."""

    opcode: int
    sources: tuple[Operand, ...]
    target: Operand
    attributes: tuple[int, ...] = ()

    def flat(self, space: Space, index: int = 0) -> Array:
        """All elements of a source, as one row; bools as bytes."""
        source = self.sources[index]
        return space.read(source.address, source.count, source.dtype)

    def shaped(self, space: Space, index: int = 0) -> Array:
        """A source in its shape."""
        return self.flat(space, index).reshape(self.sources[index].shape)

    def part(self, space: Space, first: int, count: int, index: int = 0) -> Array:
        """Elements [first, first + count) of a source."""
        source = self.sources[index]
        start = source.address + first * item_bytes(source.dtype)
        return space.read(start, count, source.dtype)

    def tile(self, space: Space, first: int, count: int) -> Array:
        """Elements [first, first + count) of the target, to be stored into."""
        start = self.target.address + first * item_bytes(self.target.dtype)
        return space.write(start, count, self.target.dtype)


Types = Sequence[TensorType]
Words = Sequence[int]


Room = Callable[[Hashable, int], NDArray[np.float32]]
"""`Space.room`, perhaps of one thread's part."""

Planner = Callable[[Operator, int, int, Space], Sequence[Call]]


def one_element(operator: Operator) -> int:
    """The grain of families that may be cut anywhere."""
    return 1


def whole(operator: Operator) -> int:
    """The grain of families that can't be cut."""
    return operator.target.count


def nowhere(operator: Operator) -> bool:
    """Of families that read constants here and there."""
    return False


def everywhere(operator: Operator) -> bool:
    """Of families whose weights lie as they are read."""
    return True


def all_of_it(operator: Operator, passes: int) -> Extent:
    """What families store that store their whole target."""
    return operator.target.extent


def anything(operator: Operator, space: Space) -> None:
    """The check of families that take constants of any content."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of operator.

    `infer(types, attributes)` is the target's type; Misfit if there is no operator
    with such sources and attributes. It must be total: whatever an image says reaches
    it. `calls(operator, first, count, space)` are calls of kernels that store elements
    [first, first + count) of the target, and may be made again when the elements of the
    space have changed, except for the image's; `first` is a multiple of
    `grain(operator)`, and so is `count` unless the tile is the last.
    `instructions(operator, count)` is an upper bound for the guest, `usual(operator)`
    about what one element of the target costs it: segments are cut by it.
    `check(operator, space)` raises Misfit for constants that the family can't take.
    `share(operator)` is the grain of threads' parts, where segments' is coarser, and
    `shared` how many usual instructions of all of an operator make that worth while,
    where fewer do than elsewhere.
    `in_place(operator)` says that constants are read in the image's own order, from one
    end to the other, or once, to be packed, so that nothing is gained by the image's
    being in memory of large pages.
    `stored(operator, passes)` is what all of the operator stores when so many passes of
    a loop are done. `of_passes(operator, count, passes)` are the bounded instructions
    of the first so many passes of its loop together, where one pass has fewer than
    another.
    """

    name: str
    opcode: int
    infer: Callable[[Types, Words], TensorType]
    calls: Planner
    instructions: Callable[[Operator, int], int]
    usual: Callable[[Operator], int]
    grain: Callable[[Operator], int] = one_element
    check: Callable[[Operator, Space], None] = anything
    share: Callable[[Operator], int] | None = None
    shared: int | None = None
    in_place: Callable[[Operator], bool] = nowhere
    stored: Callable[[Operator, int], Extent] = all_of_it
    of_passes: Callable[[Operator, int, int], int] | None = None

    def run(self, operator: Operator, first: int, count: int, space: Space) -> None:
        """Makes the calls at once."""
        Batch(self.calls(operator, first, count, space))()

    def instructions_of(self, operator: Operator, count: int, passes: int) -> int:
        """Of a loop's first passes together, at most."""
        if self.of_passes is None:
            return passes * self.instructions(operator, count)
        return self.of_passes(operator, count, passes)
