"""One conversion under way: values by name, and the graph that they are emitted into.

A node that is refused leaves no value; nodes that lean on it are passed over, so that
`problems` lists causes and not their consequences.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from converters import contrib as _contrib  # noqa: F401  (fills the registry)
from converters import lowering as _families  # noqa: F401  (fills it, too)
from converters import ml as _trained  # noqa: F401  (fills it, too)
from converters import tflite as _tflite  # noqa: F401
from converters.control import CONTROL, controlled
from converters.emitter import Emitter
from converters.errors import Problem
from converters.functions import TensorType, body_of
from converters.message import Message, clipped
from converters.nodes import attributes_of, told_attributes
from converters.opsets import modernised
from converters.registry import NoSuchOperator, Refused, lower
from converters.source import (
    BY_CHANNEL,
    CHANNELS_SINCE,
    QUANTISERS,
    Port,
    Source,
    first_line,
)
from converters.spans import SPAN_32
from converters.unregistered import (
    OF_SHAPES,
    has_word,
    is_foreign,
    no_word,
    operator_name,
)
from converters.values import (
    LEFT_OUT,
    OTHER_FLOATS,
    TYPE_WAYS,
    Constant,
    Pixels,
    Shape,
    Tensor,
    Value,
    is_known,
    source_type,
    stored_as,
)
from tinynn.errors import GraphError, ImageError
from tinynn.memory.floatmode import exact_floats
from tinynn.memory.tensor import DTYPE_CODES, item_bytes
from tinynn.operators.graph import Result

if TYPE_CHECKING:
    from onnx import NodeProto

ATTRIBUTES_TOLD = 160
ARGMAX = "argmax"
"""What an output that was asked for is called."""
UNSOUND = "expected inputs and attributes that make sense together"
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError)
"""What Python makes of a node that ONNX's checker lets pass and that has no meaning."""
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


class GraphLowering(Emitter):
    """Lowers a checked ONNX model node by node through the registry."""

    def __init__(self, source: Source, options: Options) -> None:
        name = clipped(options.name or source.path.stem)
        super().__init__(name, source.opset, source.versions)
        self.source = source
        self.options = options
        given = [port.name for port in source.inputs]
        self.request = Message("input", "take bytes, or fewer of them", given)
        made = [*source.outputs, *[ARGMAX] * options.argmax]
        self.answer = Message("output", "let the model reduce it", made)
        self.problems: list[Problem] = []
        self.values: dict[str, Value] = {}
        self.lost: set[str] = set()
        """What depends on data and has no value, since it or its cause was refused."""

    def lower_all(self) -> None:
        """In the arithmetic of the guest, whatever mode the host's is in."""
        with exact_floats(), np.errstate(all="ignore"):
            self.lower_each()

    def lower_each(self) -> None:
        for name, array in self.source.constants.items():
            self.place = name
            self.values[name] = self.known(array)
        for port in sorted(self.source.inputs, key=narrowness):
            self.attempt(port.name, "input", partial(self.enter, port), [port.name])
        for index, node in enumerate(self.source.needed_nodes()):
            label = node.name or f"#{index}"
            told = told_attributes(node, ATTRIBUTES_TOLD)
            kind, action = operator_name(node), partial(self.node, node)
            self.attempt(label, kind, action, node.output, told)
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
        self.place = label
        try:
            action()
        except (Refused, GraphError) as error:
            hint = error.hint if isinstance(error, Refused) else self.cure(operator)
            self.problems.append(Problem(label, operator, str(error), hint, told))
            self.lost.update(outputs)
        except MemoryError:
            reason = "expected tensors that the memory holds, got larger ones"
            self.problems.append(Problem(label, operator, reason, attributes=told))
            self.lost.update(outputs)
        except FAULTS as error:
            reason = f"{UNSOUND}, got {type(error).__name__}: {first_line(error)}"
            self.problems.append(Problem(label, operator, reason, attributes=told))
            self.lost.update(outputs)

    def cure(self, operator: str) -> str:
        """What the author can do where an operator's words don't say it."""
        early = self.source.opset < CHANNELS_SINCE
        return BY_CHANNEL if early and operator in QUANTISERS else ""

    def enter(self, port: Port) -> None:
        """Declare an input; its batch axis of 1 is left out."""
        as_bytes = self.options.input_type == "uint8"
        dtype = "uint8" if as_bytes else stored_as(port.dtype)
        if port.dtype == "bfloat16" or dtype not in DTYPE_CODES:
            expected = f"type: expected {' or '.join(DTYPE_CODES)}"
            raise Refused(
                f"{expected}, got {port.dtype}", TYPE_WAYS.get(port.dtype, "")
            )
        if port.dtype in OTHER_FLOATS and not as_bytes:
            self.note(f"{port.dtype} is taken in float32")
        name = self.request.add(port.name, prod(port.shape) * item_bytes(dtype))
        handle = self.builder.input(name, dtype, unbatched(port.shape))
        span = SPAN_32 if port.dtype == "int64" else None
        tensor = Tensor(self.builder.view(handle, port.shape), span)
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
        known = all(value is None or is_known(value) for value in inputs)
        outputs = known and self.empty_outputs(node) or self.outputs_of(node, inputs)
        for name, value in zip(node.output, outputs, strict=False):
            if name and value is LEFT_OUT:
                raise Refused(f"expected no use of output {name!r}, got one")
            if name:
                self.check_type(name, value)
                self.values[name] = value

    def empty_outputs(self, node: "NodeProto") -> list[Value]:
        """Nothing is computed of nothing: what ONNX knows to have no elements."""
        found = [self.source.inferred.get(name) for name in node.output]
        if self.depth or not all(kind and 0 in kind.shape for kind in found):
            return []
        kinds = [kind for kind in found if kind]
        return [Constant(np.zeros(k.shape, stored_as(k.dtype))) for k in kinds]

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
        if inferred.dtype in OTHER_FLOATS and not isinstance(value, Constant):
            self.note(f"{inferred.dtype} is computed in float32")
        if value.shape != inferred.shape:
            raise Refused(f"shape: expected {inferred.shape}, got {value.shape}")
        if value.dtype != stored_as(inferred.dtype):
            raise Refused(f"type: expected {inferred.dtype}, got {value.dtype}")

    def outputs_of(
        self, node: "NodeProto", inputs: list[Value | None]
    ) -> Sequence[Value]:
        if node.op_type in CONTROL and operator_name(node) == node.op_type:
            return controlled(self, node.op_type, inputs, attributes_of(node))
        return self.lowered(node, self.prepared(node.op_type, inputs))

    def lowered(self, node: "NodeProto", inputs: list[Value | None]) -> Sequence[Value]:
        """By the table; else by the definition that ONNX gives of the operator."""
        operator = operator_name(node)
        given, attributes = modernised(operator, inputs, attributes_of(node))
        try:
            results = lower(self, operator, given, attributes, len(node.output))
            if any(node.output[len(results) :]):
                wanted = len(node.output)
                raise NoSuchOperator(f"outputs: expected {len(results)}, got {wanted}")
            return results
        except NoSuchOperator as missing:
            types = [
                None if value is None else TensorType(source_type(value), value.shape)
                for value in inputs
            ]
            prefix = f"{node.output[0]}/{node.op_type}"
            body = body_of(node, self.opset, types, prefix)
            if body is None or self.depth == MAX_DEPTH:
                raise missing
            with self.speaking(body.opset, deeper=1):
                for part in body.nodes:
                    self.node(part)
                return [self.result(name) if name else LEFT_OUT for name in node.output]

    def result(self, name: str) -> Value:
        value = self.values.get(name)
        if value is None:
            raise Refused("expected a result, got none: an input of it is missing")
        return value

    def leave(self, name: str) -> None:
        value = self.values.get(name)
        if value is None:
            return
        for line in self.meanings.leave(name, value):
            self.note(line)
        handle = self.handle(value)
        if not isinstance(handle.home, Result):
            handle = self.builder.op("Identity", handle)  # an operator's target
        view = self.builder.view(handle, unbatched(handle.shape))
        self.builder.output(view, self.answer.add(name, view.size))
        if self.options.argmax:
            best = self.builder.argmax(view)
            self.builder.output(best, self.answer.add(ARGMAX, best.size))


def narrowness(port: Port) -> int:
    """Wide elements come first in a request: then each input is aligned."""
    dtype = stored_as(port.dtype)
    return -item_bytes(dtype) if dtype in DTYPE_CODES else 0


def unbatched(shape: Shape) -> Shape:
    """`shape` without a leading axis of 1, if another axis is left."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
