"""What lowerings ask for: operations emitted into an image, or computed at once.

An operation of constants alone is computed by tinynn's own kernels, with the bits that
it would have at run time. So whatever can be lowered can be folded, and an image
depends on no library's arithmetic.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from converters.lowering.movement import filled_in
from converters.notes import Notes
from converters.opsets import NEWEST
from converters.registry import Refused, lower, operation
from converters.values import (
    OTHER_FLOATS,
    Affine,
    Array,
    Constant,
    Held,
    Pixels,
    Shape,
    Tensor,
    Value,
    is_known,
)
from tinynn import calculated
from tinynn.graph import GraphBuilder
from tinynn.operators.graph import Value as Handle
from tinynn.tensor import DTYPE_CODES

EITHER_SIDE = ("Add", "Mul")
"""Operators that complete a half on their right side, too."""


class Emitter:
    """The Graph of converters/registry.py, over an image's builder."""

    def __init__(self, name: str, opset: int) -> None:
        self.opset = opset
        self.depth = 0
        self.builder = GraphBuilder(name)
        self.notes = Notes()
        self.place = name
        """The node that is being lowered, for notes."""
        self.settled: dict[int, tuple[Value, Held]] = {}

    @contextmanager
    def speaking(self, opset: int, deeper: int = 0) -> Iterator[None]:
        """The words of `opset` hold, perhaps in a definition within the one at hand."""
        outer = self.opset, self.depth
        self.opset, self.depth = opset, self.depth + deeper
        try:
            yield
        finally:
            self.opset, self.depth = outer

    def note(self, text: str) -> None:
        self.notes.add(text, self.place)

    def known(self, array: Array) -> Constant:
        """A constant of the file, in float32 if it is of other floats."""
        if str(array.dtype) not in OTHER_FLOATS:
            return Constant(array)
        held = array.astype(np.float32)
        wide = array.astype(np.float64)
        if (np.isinf(held) & np.isfinite(wide)).any():
            self.note(f"{array.dtype} beyond float32 is infinite here")
        elif not np.array_equal(held.astype(np.float64), wide, equal_nan=True):
            self.note(f"{array.dtype} rounded to float32")
        return Constant(held)

    def op(self, name: str, *values: Value | None, **attributes: Any) -> Held:
        results = self.ops(name, *values, **attributes)
        if len(results) != 1:
            raise Refused(f"results of {name}: expected 1, got {len(results)}")
        return results[0]

    def ops(
        self, name: str, *values: Value | None, **attributes: Any
    ) -> tuple[Held, ...]:
        operation(name)
        held = [None if value is None else self.settle(value) for value in values]
        if all(value is None or isinstance(value, Constant) for value in held):
            arrays = [
                storable(value.array) if isinstance(value, Constant) else None
                for value in held
            ]
            return tuple(map(Constant, calculated(name, arrays, **attributes)))
        handles = [None if value is None else self.handle(value) for value in held]
        results = self.builder.ops(name, *handles, **attributes)
        return tuple(Tensor(handle) for handle in results)

    def apply(self, operator: str, *values: Value | None, **attributes: Any) -> Value:
        with self.speaking(NEWEST):
            return lower(self, operator, self.prepared(operator, values), attributes)[0]

    def prepared(
        self, operator: str, values: Sequence[Value | None]
    ) -> list[Value | None]:
        """A constant's halves complete, but for those that this operator may complete.

        That is where it would find the half if it were not a constant.
        """
        known = all(value is None or is_known(value) for value in values)
        sides = (0, 1) if operator in EITHER_SIDE else (0,)
        return [
            value
            if value is None or not is_known(value) or (known and side in sides)
            else self.settle(value)
            for side, value in enumerate(values)
        ]

    def reshape(self, value: Value, shape: Shape) -> Value:
        whole = filled_in(value.shape, shape)
        if isinstance(value, Pixels):
            return replace(value, shape=whole)
        # A product's bias belongs to an axis, so the product is settled first.
        return self.viewed(self.settle(value), whole)

    def viewed(self, x: Held, shape: Shape) -> Held:
        if x.shape == shape:
            return x
        if isinstance(x, Constant):
            return Constant(x.array.reshape(shape))
        return Tensor(self.builder.view(x.handle, shape))

    def handle(self, value: Value) -> Handle:
        """`value` in memory; a constant becomes one of the image."""
        held = self.settle(value)
        if isinstance(held, Tensor):
            return held.handle
        return self.builder.constant(storable(held.array))

    def settle(self, value: Value) -> Held:
        """`value` complete; completed once, however often used."""
        if isinstance(value, Tensor | Constant):
            return value
        known = self.settled.get(id(value))
        if known is None:
            known = self.settled[id(value)] = (value, self.completed(value))
        return known[1]

    def completed(self, value: Pixels | Affine) -> Held:
        if isinstance(value, Pixels):
            made = self.op("ScaleU8", value.tensor, factor=float(value.factor))
        elif value.operator == "Dense":
            made = self.product(value)
        else:
            bias = value.bias if value.bias.any() else None
            made = self.op(
                value.operator,
                value.tensor,
                Constant(value.weight),
                None if bias is None else Constant(bias),
                **value.attributes,
            )
        return self.viewed(made, value.shape)

    def product(self, value: Affine) -> Held:
        """One row is a product with a vector, whose zeros may be left out."""
        x, weight, bias = value.tensor, value.weight, value.bias
        inputs = weight.shape[1]
        rows = prod(x.shape) // inputs
        if rows == 1:
            return self.op("Dense", x, Constant(weight), Constant(bias))
        added = [Constant(bias)] if bias.any() else []
        flat = self.viewed(x, (rows, inputs))
        return self.op("Gemm", flat, Constant(weight.T), *added)


def storable(array: Array) -> Array:
    """`array` in an element type of tinynn's; int64 only if 32 bits hold it."""
    if array.dtype == np.int64:
        limits = np.iinfo(np.int32)
        if array.size and not limits.min <= array.min() <= array.max() <= limits.max:
            raise Refused("constant: expected numbers of 32 bits, got wider ones")
        return array.astype(np.int32)
    if str(array.dtype) not in DTYPE_CODES:
        raise Refused(
            f"type: expected {' or '.join(DTYPE_CODES)}, got {array.dtype}",
            "export the model in float32",
        )
    if not array.size:
        raise Refused("constant: expected at least one element, got none")
    return array
