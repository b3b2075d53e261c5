"""One conversion under way: values by name, and the graph that they are emitted into.

A node that is refused leaves no value; nodes that lean on it are passed over, so that
`problems` lists causes and not their consequences.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from converters import lowering as _families  # noqa: F401  (fills the registry)
from converters.errors import Problem
from converters.fold import can_fold, fold
from converters.functions import TensorType, body_of
from converters.lowering.movement import filled_in
from converters.message import Message, clipped
from converters.nodes import attributes_of
from converters.opsets import NEWEST, modernised
from converters.registry import NoSuchOperator, Refused, lower, operation
from converters.source import Port, Source
from converters.unregistered import (
    OF_SHAPES,
    has_word,
    is_foreign,
    no_word,
    operator_name,
)
from converters.values import (
    TYPE_WAYS,
    Affine,
    Array,
    Constant,
    Pixels,
    Shape,
    Tensor,
    Value,
    stored_as,
)
from tinynn.errors import GraphError, ImageError
from tinynn.graph import GraphBuilder
from tinynn.operators.graph import Result
from tinynn.tensor import DTYPE_CODES, item_bytes

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

ATTRIBUTES_TOLD = 160
MAX_DEPTH = 8
"""Of definitions within definitions: ONNX's own need four."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the publisher decides and the file does not say.

    `input_type` "uint8" declares a float32 input as bytes, each times `input_scale`;
    `argmax` appends the index of the only output's greatest element.
    """

    name: str | None = None
    input_type: str | None = None
    input_scale: float | None = None
    argmax: bool = False


class GraphLowering:
    """Lowers a checked ONNX model node by node through the registry."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.options = options
        self.opset = source.opset
        self.depth = 0
        self.request = Message("input", "take bytes, or fewer of them")
        self.answer = Message("output", "let the model reduce it")
        self.problems: list[Problem] = []
        self.builder = GraphBuilder(clipped(options.name or source.path.stem))
        self.values: dict[str, Value] = {
            name: Constant(array) for name, array in source.constants.items()
        }
        self.emitted: dict[int, tuple[Value, Tensor]] = {}
        self.lost: set[str] = set()
        """What depends on data and has no value, since it or its cause was refused."""

    def lower_all(self) -> None:
        for port in sorted(self.source.inputs, key=narrowness):
            self.attempt(port.name, "input", partial(self.enter, port), [port.name])
        for index, node in enumerate(self.source.needed_nodes()):
            label = node.name or f"#{index}"
            told = ", ".join(f"{k}={v}" for k, v in attributes_of(node).items())
            kind, action = operator_name(node), partial(self.node, node)
            self.attempt(label, kind, action, node.output, told[:ATTRIBUTES_TOLD])
        for name in self.source.outputs:
            self.attempt(name, "output", partial(self.leave, name))

    def build(self) -> bytes | None:
        """The image, or one more problem."""
        if self.problems:
            return None
        try:
            return self.builder.build()
        except (GraphError, ImageError) as error:
            self.problems.append(Problem(self.builder.name, "image", str(error)))
            return None

    def attempt(
        self,
        label: str,
        operator: str,
        action: Callable[[], None],
        outputs: Iterable[str] = (),
        told: str = "",
    ) -> None:
        """`outputs` have no value if the action is refused."""
        try:
            action()
        except (Refused, GraphError) as error:
            way_out = error.way_out if isinstance(error, Refused) else ""
            self.problems.append(Problem(label, operator, str(error), way_out, told))
            self.lost.update(outputs)
        except MemoryError:
            reason = "expected tensors that the memory holds, got larger ones"
            self.problems.append(Problem(label, operator, reason, attributes=told))
            self.lost.update(outputs)

    def enter(self, port: Port) -> None:
        """Declare an input; its batch axis of 1 is left out."""
        as_bytes = self.options.input_type == "uint8"
        dtype = "uint8" if as_bytes else stored_as(port.dtype)
        if dtype not in DTYPE_CODES:
            expected = f"type: expected {' or '.join(DTYPE_CODES)}"
            raise Refused(f"{expected}, got {dtype}", TYPE_WAYS.get(dtype, ""))
        name = self.request.add(port.name, prod(port.shape) * item_bytes(dtype))
        handle = self.builder.input(name, dtype, unbatched(port.shape))
        tensor = Tensor(self.builder.view(handle, port.shape))
        if as_bytes and port.dtype != "uint8":
            factor = np.float32(self.options.input_scale or 1)
            self.values[port.name] = Pixels(tensor, factor, port.shape)
        else:
            self.values[port.name] = tensor

    def node(self, node: "NodeProto") -> None:
        """The node's outputs among the values, or nothing if an input is missing."""
        if is_foreign(node):
            raise no_word(node, self.opset)
        if any(name and name not in self.values for name in node.input):
            return self.passed_over(node)
        inputs = [self.values[name] if name else None for name in node.input]
        outputs = self.outputs_of(node, inputs)
        for name, value in zip(node.output, outputs, strict=False):
            if name:
                self.check_type(name, value)
                self.values[name] = value

    def passed_over(self, node: "NodeProto") -> None:
        """Refused all the same, if it depends on data and nobody has a word for it."""
        on_data = not self.lost.isdisjoint(node.input)
        if not on_data or node.op_type in OF_SHAPES:
            return
        self.lost.update(node.output)
        if not has_word(node, self.opset):
            raise no_word(node, self.opset)

    def check_type(self, name: str, value: Value) -> None:
        """What ONNX's inference says of a value holds; a lowering might err."""
        inferred = self.source.inferred.get(name)
        if inferred is None or self.depth:
            return
        if value.shape != inferred.shape:
            raise Refused(f"shape: expected {inferred.shape}, got {value.shape}")
        if value.dtype != stored_as(inferred.dtype):
            raise Refused(f"type: expected {inferred.dtype}, got {value.dtype}")

    def outputs_of(
        self, node: "NodeProto", inputs: list[Value | None]
    ) -> Sequence[Value]:
        constants = {
            name: value.array
            for name, value in zip(node.input, inputs, strict=True)
            if isinstance(value, Constant)
        }
        if can_fold(node) and all(name in constants for name in node.input if name):
            results = fold(node, constants, self.opset)
            named = iter(Constant(array) for array in results)
            return [
                next(named) if name else Constant(np.zeros(0)) for name in node.output
            ]
        if node.op_type == "If" and isinstance(inputs[0], Constant):
            return self.branch(node, bool(inputs[0].array))
        return self.lowered(node, inputs)

    def branch(self, node: "NodeProto", condition: bool) -> list[Value]:
        """What the branch that is known to be taken computes."""
        from onnx import numpy_helper

        chosen = "then_branch" if condition else "else_branch"
        graph: GraphProto = attributes_of(node)[chosen]
        for tensor in graph.initializer:
            self.values[tensor.name] = Constant(numpy_helper.to_array(tensor))
        for part in graph.node:
            self.node(part)
        return [self.result(value.name) for value in graph.output]

    def lowered(self, node: "NodeProto", inputs: list[Value | None]) -> Sequence[Value]:
        """By the table; else by the definition that ONNX gives of the operator."""
        given, attributes = modernised(node.op_type, inputs, attributes_of(node))
        try:
            results = lower(self, node.op_type, given, attributes, len(node.output))
            if any(node.output[len(results) :]):
                wanted = len(node.output)
                raise NoSuchOperator(f"outputs: expected {len(results)}, got {wanted}")
            return results
        except NoSuchOperator as missing:
            types = [
                None if value is None else TensorType(value.dtype, value.shape)
                for value in inputs
            ]
            prefix = f"{node.output[0]}/{node.op_type}"
            body = body_of(node, self.opset, types, prefix)
            if body is None or self.depth == MAX_DEPTH:
                raise missing
            with self.speaking(body.opset, deeper=1):
                for part in body.nodes:
                    self.node(part)
                return [
                    self.result(name) if name else Constant(np.zeros(0))
                    for name in node.output
                ]

    @contextmanager
    def speaking(self, opset: int, deeper: int = 0) -> Iterator[None]:
        """The words of `opset` hold, perhaps in a definition within the one at hand."""
        outer = self.opset, self.depth
        self.opset, self.depth = opset, self.depth + deeper
        try:
            yield
        finally:
            self.opset, self.depth = outer

    def result(self, name: str) -> Value:
        value = self.values.get(name)
        if value is None:
            raise Refused("expected a result, got none: an input of it is missing")
        return value

    def leave(self, name: str) -> None:
        value = self.values.get(name)
        if value is None:
            return
        tensor = self.emit(value)
        if not isinstance(tensor.handle.home, Result):
            tensor = self.op("Identity", tensor)  # an output is an operator's target
        view = self.builder.view(tensor.handle, unbatched(tensor.shape))
        self.builder.output(view, self.answer.add(name, view.size))
        if self.options.argmax:
            best = self.op("ArgMax", Tensor(view), axis=-1)
            name = self.answer.add("argmax", best.handle.size)
            self.builder.output(best.handle, name)

    # What lowerings ask for: the Graph of converters/registry.py.

    def emit(self, value: Value) -> Tensor:
        """`value` in memory; emitted once, however often used."""
        if isinstance(value, Tensor):
            return value
        held = self.emitted.get(id(value))
        if held is None:
            held = self.emitted[id(value)] = (value, self.emit_pending(value))
        return held[1]

    def emit_pending(self, value: Constant | Pixels | Affine) -> Tensor:
        if isinstance(value, Constant):
            return Tensor(self.builder.constant(storable(value.array)))
        if isinstance(value, Pixels):
            pixels = value.tensor.handle
            made = Tensor(self.builder.scale_u8(pixels, float(value.factor)))
        elif value.operator == "Dense":
            made = self.emit_product(value)
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

    def emit_product(self, value: Affine) -> Tensor:
        """One row is a product with a vector, whose zeros may be left out."""
        x, weight, bias = value.tensor, value.weight, value.bias
        inputs = weight.shape[1]
        if x.handle.count == inputs:
            return Tensor(self.builder.dense(x.handle, weight, bias))
        rows = self.viewed(x, (x.handle.count // inputs, inputs))
        added = [Constant(bias)] if bias.any() else []
        return self.op("Gemm", rows, Constant(weight.T), *added)

    def viewed(self, x: Tensor, shape: Shape) -> Tensor:
        return x if x.shape == shape else Tensor(self.builder.view(x.handle, shape))

    def op(self, name: str, *values: Value | None, **attributes: Any) -> Tensor:
        results = self.ops(name, *values, **attributes)
        if len(results) != 1:
            raise Refused(f"results of {name}: expected 1, got {len(results)}")
        return results[0]

    def ops(
        self, name: str, *values: Value | None, **attributes: Any
    ) -> tuple[Tensor, ...]:
        operation(name)
        given = [
            value if value is None else self.emit(value).handle for value in values
        ]
        results = self.builder.ops(name, *given, **attributes)
        return tuple(Tensor(handle) for handle in results)

    def apply(self, operator: str, *values: Value | None, **attributes: Any) -> Value:
        known = [value for value in values if value is not None]
        if all(isinstance(value, Constant) for value in known):
            return self.folded(operator, values, attributes)
        with self.speaking(NEWEST):
            return lower(self, operator, values, attributes)[0]

    def folded(
        self,
        operator: str,
        values: Sequence[Value | None],
        attributes: Mapping[str, Any],
    ) -> Constant:
        from onnx import helper

        arrays = {
            f"x{index}": value.array
            for index, value in enumerate(values)
            if isinstance(value, Constant)
        }
        names = [f"x{i}" if f"x{i}" in arrays else "" for i in range(len(values))]
        node = helper.make_node(operator, names, ["y"], **attributes)
        return Constant(fold(node, arrays, NEWEST)[0])

    def reshape(self, value: Value, shape: Shape) -> Value:
        whole = filled_in(value.shape, shape)
        if isinstance(value, Constant):
            return Constant(value.array.reshape(whole))
        if isinstance(value, Pixels):
            return replace(value, shape=whole)
        # A product's bias belongs to an axis, so the product is settled first.
        return self.viewed(self.emit(value), whole)


def narrowness(port: Port) -> int:
    """Wide elements come first in a request: then each input is aligned."""
    dtype = stored_as(port.dtype)
    return -item_bytes(dtype) if dtype in DTYPE_CODES else 0


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


def unbatched(shape: Shape) -> Shape:
    """`shape` without a leading axis of 1, if another axis is left."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
