"""Builds a model image from a graph of operators, one call an operator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from mips_vm.constants import ARENA, MODEL

from .bounds import foretold_instructions
from .errors import GraphError, listed
from .extent import target_of
from .image import INPUT_DATA, NAME_BYTES, Tables, aligned, encode
from .operators import FAMILIES, Operator, argmax, dense, relu, scale_u8, softmax
from .operators.numbers import bits_of
from .planner import Lifetime, cut, place
from .tensor import DTYPE_CODES, Array, PlacedTensor, TensorSpec, item_bytes
from .validate import validate

FOREVER: Final = 1 << 32
"""The death of a tensor that is an output."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor in a graph under construction: an input, or an operator's result."""

    dtype: str
    shape: tuple[int, ...]
    producer: int
    """The operator's index, or minus one minus the input's."""

    @property
    def count(self) -> int:
        """Elements."""
        return int(np.prod(self.shape))

    @property
    def size(self) -> int:
        """Bytes."""
        return self.count * item_bytes(self.dtype)


@dataclass(frozen=True, slots=True)
class _Node:
    """An operator whose addresses are not decided yet."""

    row: Operator
    source: Value
    result: Value
    constants: tuple[bytes, ...] = ()


@dataclass(slots=True)
class GraphBuilder:
    """A graph that grows by one operator a call; `build` gives the image's bytes.

    Every method that adds an operator returns its result, for later calls. Shapes and
    types are checked at once (GraphError).
    """

    name: str
    _inputs: list[TensorSpec] = field(default_factory=list)
    _nodes: list[_Node] = field(default_factory=list)
    _outputs: list[tuple[str, Value]] = field(default_factory=list)

    def __post_init__(self) -> None:
        _check_name("model name", self.name)

    def input(self, name: str, dtype: str, shape: Sequence[int]) -> Value:
        """A model input; a request's bytes are its inputs, in call order."""
        _check_name("input name", name)
        _check("input type", listed(list(DTYPE_CODES)), dtype, dtype in DTYPE_CODES)
        positive = all(extent > 0 for extent in shape) and len(shape) <= 4
        _check("input shape", "at most 4 positive dimensions", tuple(shape), positive)
        spec = TensorSpec(name, dtype, tuple(shape))
        offset = sum(other.size for other in self._inputs)
        whole = offset % item_bytes(dtype) == 0
        _check(f"offset of {name}", f"whole {dtype} (wide inputs first)", offset, whole)
        self._inputs.append(spec)
        return Value(dtype, spec.shape, -len(self._inputs))

    def scale_u8(self, x: Value, factor: float) -> Value:
        """f32(x) * factor, for bytes x."""
        _check_type("scale_u8", "uint8", x)
        return self._add(scale_u8.FAMILY.opcode, x, x.shape, parameter=bits_of(factor))

    def dense(self, x: Value, weight: Array, bias: Array) -> Value:
        """x @ weight.T + bias; `weight` is f32 (out, in), `bias` f32 (out,).

        x is taken as flat: its elements must be as many as `weight` has columns.
        """
        _check_type("dense", "float32", x)
        _check_array("dense weight", ("out", x.count), weight)
        _check_array("dense bias", (weight.shape[0],), bias)
        flags = dense.FINITE_WEIGHTS if np.isfinite(weight).all() else 0
        return self._add(
            dense.FAMILY.opcode,
            x,
            (weight.shape[0],),
            flags=flags,
            constants=(_raw(weight.T), _raw(bias)),
        )

    def relu(self, x: Value) -> Value:
        """x where it is positive, else +0."""
        _check_type("relu", "float32", x)
        return self._add(relu.FAMILY.opcode, x, x.shape)

    def softmax(self, x: Value) -> Value:
        """Softmax over all elements of x."""
        _check_type("softmax", "float32", x)
        return self._add(softmax.FAMILY.opcode, x, x.shape)

    def argmax(self, x: Value) -> Value:
        """Index of the largest element of x, an int32 of shape (1,)."""
        _check_type("argmax", "float32", x)
        return self._add(argmax.FAMILY.opcode, x, (1,))

    def output(self, x: Value, name: str) -> None:
        """Makes x a model output, after those already named."""
        _check_name("output name", name)
        _check(f"output {name}", "an operator's result", "an input", x.producer >= 0)
        self._outputs.append((name, x))

    def tables(self) -> Tables:
        """The image's tables with all addresses; `arena_bytes` is the peak."""
        _check("outputs", "at least one", len(self._outputs), bool(self._outputs))
        addresses = place([self._lifetime(i) for i in range(len(self._nodes))])
        inputs = tuple(self._placed_inputs())
        rows = [
            replace(
                node.row, source=self._address(node.source, addresses), target=address
            )
            for node, address in zip(self._nodes, addresses, strict=True)
        ]
        end = max(target_of(row).end for row in rows)
        outputs = tuple(
            PlacedTensor(
                TensorSpec(name, value.dtype, value.shape), addresses[value.producer]
            )
            for name, value in self._outputs
        )
        tables = Tables(
            name=self.name,
            inputs=inputs,
            outputs=outputs,
            operators=tuple(rows),
            segments=tuple(cut(rows)),
            input_bytes=sum(spec.size for spec in self._inputs),
            output_bytes=sum(value.size for _, value in self._outputs),
            arena_bytes=aligned(end - ARENA.base),
            image_bytes=0,
        )
        return self._with_constants(tables)

    def build(self) -> bytes:
        """The model image; what the validator refuses is refused here too."""
        tables = self.tables()
        parts = [encode(tables)]
        for node in self._nodes:
            for raw in node.constants:
                parts.append(raw.ljust(aligned(len(raw)), b"\0"))
        image = b"".join(parts)
        validate(np.frombuffer(image, np.uint8))
        return image

    def foretold_instructions(self) -> tuple[int, ...]:
        """Upper bound of the guest's instructions, by segment."""
        return foretold_instructions(self.tables())

    def _add(
        self,
        opcode: int,
        x: Value,
        shape: tuple[int, ...],
        *,
        flags: int = 0,
        parameter: int = 0,
        constants: tuple[bytes, ...] = (),
    ) -> Value:
        result = Value(FAMILIES[opcode].target, shape, len(self._nodes))
        row = Operator(
            opcode=opcode,
            flags=flags,
            source=0,
            source_count=x.count,
            target=0,
            target_count=result.count,
            parameter=parameter,
        )
        self._nodes.append(_Node(row, x, result, constants))
        return result

    def _lifetime(self, index: int) -> Lifetime:
        value = self._nodes[index].result
        uses = [i for i, node in enumerate(self._nodes) if node.source is value]
        if any(output is value for _, output in self._outputs):
            uses.append(FOREVER)
        return Lifetime(value.size, index, max(uses, default=index))

    def _placed_inputs(self) -> Iterator[PlacedTensor]:
        cursor = INPUT_DATA
        for spec in self._inputs:
            yield PlacedTensor(spec, cursor)
            cursor += spec.size

    def _address(self, value: Value, addresses: Sequence[int]) -> int:
        if value.producer >= 0:
            return addresses[value.producer]
        return list(self._placed_inputs())[-1 - value.producer].address

    def _with_constants(self, tables: Tables) -> Tables:
        """The tables with the constants' addresses and the image's size filled in."""
        cursor = tables.offsets.constants
        rows = []
        for row, node in zip(tables.operators, self._nodes, strict=True):
            fields = {}
            for name, raw in zip(("weights", "bias"), node.constants, strict=False):
                fields[name] = MODEL.base + cursor
                cursor += aligned(len(raw))
            rows.append(replace(row, **fields))
        return replace(tables, operators=tuple(rows), image_bytes=cursor)


def _raw(array: Array) -> bytes:
    return np.ascontiguousarray(array, dtype="<f4").tobytes()


def _check(what: str, expected: object, actual: object, good: bool) -> None:
    if not good:
        raise GraphError(what, expected, actual)


def _check_name(what: str, name: str) -> None:
    size = len(name.encode())
    good = 0 < size <= NAME_BYTES and "\0" not in name
    _check(what, f"1 to {NAME_BYTES} bytes of text", repr(name), good)


def _check_type(what: str, dtype: str, x: Value) -> None:
    _check(f"{what}: element type", dtype, x.dtype, x.dtype == dtype)


def _check_array(what: str, shape: tuple[int | str, ...], array: Array) -> None:
    fits = len(array.shape) == len(shape) and all(
        isinstance(expected, str) or expected == actual
        for expected, actual in zip(shape, array.shape, strict=True)
    )
    _check(what, shape, array.shape, fits and array.size > 0)
    _check(f"{what}: element type", "float32", array.dtype, array.dtype == np.float32)
