"""What an operation may ask of the graph under construction.

A family is what images know; an *operation* is what users ask for, by ONNX's name and
with ONNX's attributes. It emits one operator, or several, or none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..memory.tensor import Array, TensorType
from .family import Family


@dataclass(frozen=True, slots=True)
class Input:
    """A model input, by number."""

    index: int


@dataclass(frozen=True, slots=True)
class Result:
    """An operator's target, by number."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of the image, by number."""

    index: int


@dataclass(frozen=True, slots=True)
class Cache:
    """Memory that a loop keeps from pass to pass, by number."""

    index: int


@dataclass(frozen=True, slots=True)
class RunWord:
    """A word that the guest keeps of a run, by address (tinynn/image/loop.py)."""

    address: int


Home = Input | Result | Constant | Cache | RunWord


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor in a graph under construction: elements, and the shape they are seen in.

    Values with one home share their memory.
    """

    type: TensorType
    home: Home

    @property
    def dtype(self) -> str:
        """The element type."""
        return self.type.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Row-major."""
        return self.type.shape

    @property
    def count(self) -> int:
        """Elements."""
        return self.type.count

    @property
    def size(self) -> int:
        """Bytes."""
        return self.type.size


class Graph(Protocol):
    """The builder, as operations see it."""

    def emit(
        self, family: Family, sources: Sequence[Value], attributes: Sequence[int] = ()
    ) -> Value:
        """Adds one operator; its target. Misfit if the family has none such."""

    def constant(self, array: Array) -> Value:
        """The array in the image; equal bytes are stored once."""

    def array_of(self, value: Value) -> Array | None:
        """What a constant holds; None for what is computed."""

    def view(self, value: Value, shape: Sequence[int], dtype: str = "") -> Value:
        """The same memory in another shape of as many elements; it costs nothing."""

    def op(self, name: str, *values: "Value | Array", **attributes: Any) -> Value:
        """Another operation's only result."""

    def ops(
        self, name: str, *values: "Value | Array", **attributes: Any
    ) -> tuple[Value, ...]:
        """Another operation's results."""


Operation = Callable[..., "Value | tuple[Value, ...]"]
"""`operation(graph, *values, **attributes)`."""
