"""What lowerings ask for: operations emitted into an image, or computed at once.

An operation of constants alone is computed by tinynn's own kernels, with the bits that
it would have at run time. So whatever can be lowered can be folded, and an image
depends on no library's arithmetic.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from math import prod
from typing import Any

import numpy as np

from converters.bounded import Bounds
from converters.lowering.movement import filled_in
from converters.meanings import Meanings
from converters.notes import Notes
from converters.opsets import NEWEST
from converters.registry import Refused, lower, operation
from converters.spans import (
    ABOUT,
    GIVING_INT64,
    INDICES,
    RULES,
    SPAN_32,
    Call,
    fits,
    span_of,
    within,
)
from converters.values import (
    OTHER_FLOATS,
    Affine,
    Array,
    Constant,
    Held,
    Integers,
    Labels,
    Pixels,
    Shape,
    Span,
    Tensor,
    Truncated,
    Value,
    Wide,
    is_int64,
    is_known,
)
from converters.wide import reached, wide_operation
from converters.words import WAY_OUT, halves
from tinynn import calculated
from tinynn.builder.graph import GraphBuilder
from tinynn.memory.tensor import DTYPE_CODES
from tinynn.operators.graph import Value as Handle

EITHER_SIDE = ("Add", "Mul")
"""Operators that complete a half on their right side, too."""


class Emitter:
    """The Graph of converters/registry.py, over an image's builder."""

    def __init__(self, name: str, opset: int, versions: Mapping[str, int]) -> None:
        self.opset = opset
        self.versions = versions
        """Of other domains than ONNX's own."""

        self.depth = 0
        self.builder = GraphBuilder(name)
        self.notes = Notes()
        self.meanings = Meanings()
        self.bounds = Bounds()
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

    def version(self, domain: str) -> int:
        return self.versions.get(domain, 1)

    def name_columns(self, scores: Value, names: tuple[str, ...]) -> None:
        self.meanings.name_columns(scores, names)

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

    def op(self, name: str, *values: Value | None, **attributes: Any) -> Value:
        results = self.ops(name, *values, **attributes)
        if len(results) != 1:
            raise Refused(f"results of {name}: expected 1, got {len(results)}")
        return results[0]

    def ops(
        self, name: str, *values: Value | None, **attributes: Any
    ) -> tuple[Value, ...]:
        operation(name)
        given = [
            self.ready(value, INDICES.get(name) == index)
            for index, value in enumerate(values)
        ]
        call = Call(
            [None if value is None else span_of(value) for value in given],
            [() if value is None else value.shape for value in given],
            attributes,
        )
        if not counts_in_int64(name, given):
            spans = RULES[name](call) if name in GIVING_INT64 else ()
            return self.emitted(name, given, attributes, spans)
        if name not in RULES:
            raise Refused(f"expected other numbers, got int64 for {name}", WAY_OUT)
        spans = RULES[name](call)
        if all(fits(value) for value in given) and all(
            span is None or within(span, SPAN_32) for span in spans
        ):
            return self.emitted(name, given, attributes, spans)
        return (wide_operation(self, name, given, spans[0], attributes),)

    def emitted(
        self,
        name: str,
        values: Sequence[Value | None],
        attributes: Mapping[str, Any],
        spans: Sequence[Span | None],
    ) -> tuple[Held, ...]:
        """The operation's results; those with a span are int64."""
        held = [None if value is None else self.settle(value) for value in values]
        if all(value is None or isinstance(value, Constant) for value in held):
            arrays = [
                storable(value.array) if isinstance(value, Constant) else None
                for value in held
            ]
            results = calculated(name, arrays, **attributes)
            return tuple(
                Constant(array.astype(np.int64) if span else array)
                for array, span in zip_longest(results, spans)
            )
        handles = [None if value is None else self.handle(value) for value in held]
        made = self.builder.ops(name, *handles, **attributes)
        found = [Tensor(handle, span) for handle, span in zip_longest(made, spans)]
        for result in found:
            self.bounds.learn(name, held, result)
        return tuple(found)

    def whole_span(self, x: Held) -> Span | None:
        return self.bounds.of(x)

    def as_int32(self, value: Value) -> Value:
        if isinstance(value, Wide):
            return value.low
        if isinstance(value, Truncated):
            return self.op("Cast", value.tensor, to="int32")
        if isinstance(value, Constant) and is_int64(value):
            return halves(value.array)[0]
        return Tensor(value.handle) if isinstance(value, Tensor) else value

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
        if isinstance(value, Labels):
            return replace(value, index=self.viewed(value.index, whole))
        if isinstance(value, Truncated):
            return Truncated(self.viewed(value.tensor, whole))
        if isinstance(value, Wide):
            low, high = (self.viewed(word, whole) for word in (value.low, value.high))
            return Wide(low, high, value.span)
        # A product's bias belongs to an axis, so the product is settled first.
        return self.viewed(self.settle(value), whole)

    def viewed(self, x: Held, shape: Shape) -> Held:
        if x.shape == shape:
            return x
        if isinstance(x, Constant):
            return Constant(x.array.reshape(shape))
        return Tensor(self.builder.view(x.handle, shape), x.span)

    def handle(self, value: Value) -> Handle:
        """`value` in memory; a constant becomes one of the image."""
        held = self.settle(value)
        if isinstance(held, Tensor):
            return held.handle
        return self.builder.constant(storable(held.array))

    def ready(self, value: Value | None, index: bool) -> Value | None:
        """`value` as an operation takes it, perhaps as an index."""
        if value is None or isinstance(value, Integers) and not index:
            return value
        return self.settle(self.as_int32(value) if index else value)

    def settle(self, value: Value) -> Held:
        """`value` complete; completed once, however often used."""
        if isinstance(value, Tensor | Constant):
            return value
        if isinstance(value, Labels):
            return value.index
        if isinstance(value, Integers):
            found = reached(span_of(value))
            raise Refused(f"int64: expected numbers of 32 bits, got {found}", WAY_OUT)
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
        return self.viewed(self.settle(made), value.shape)

    def product(self, value: Affine) -> Value:
        """One row is a product with a vector, whose zeros may be left out."""
        x, weight, bias = value.tensor, value.weight, value.bias
        inputs = weight.shape[1]
        rows = prod(x.shape) // inputs
        if rows == 1:
            return self.op("Dense", x, Constant(weight), Constant(bias))
        added = [Constant(bias)] if bias.any() else []
        flat = self.viewed(x, (rows, inputs))
        return self.op("Gemm", flat, Constant(weight.T), *added)


def counts_in_int64(name: str, values: Sequence[Value | None]) -> bool:
    """Whether the operation is on int64; constants of lowerings take any type."""
    places = ABOUT.get(name)
    chosen = [
        value
        for index, value in enumerate(values)
        if value is not None and (places is None or index in places)
    ]
    computed = [value for value in chosen if not isinstance(value, Constant)]
    if computed:
        return all(map(is_int64, computed))
    return any(map(is_int64, chosen))


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
