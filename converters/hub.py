"""From a file of another framework to a model image.

`convert` reads an ONNX file, lowers its nodes one by one through the registry and has
`tinynn.GraphBuilder` lay out the image. `inspect` does the same and reports; neither
stops at the first node that can't be lowered, so that all of them are told at once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from converters import lowering as _families  # noqa: F401  (fills the registry)
from converters.errors import BadOption, Problem, Unsupported
from converters.fold import can_fold, fold
from converters.registry import LOWERINGS, WAYS_OUT, Refused, lower
from converters.source import DEFAULT_DOMAINS, Port, Source, read
from converters.values import Affine, Constant, Pixels, Shape, Tensor, Value
from tinynn.errors import GraphError
from tinynn.graph import GraphBuilder

if TYPE_CHECKING:
    from onnx import NodeProto

DTYPES = ("uint8", "int32", "float32")
NAME_BYTES = 32

Progress = Callable[[str], None]


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


@dataclass(frozen=True, slots=True)
class Report:
    """What an ONNX file holds, and what stands against its conversion."""

    path: Path
    producer: str
    opset: int
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    operators: dict[str, int]
    parameters: int
    problems: tuple[Problem, ...]
    image: bytes | None


def convert(
    path: str | Path,
    *,
    name: str | None = None,
    input_type: str | None = None,
    input_scale: float | None = None,
    argmax: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """The model image of the ONNX file `path`.

    Raises `Unsupported` with every node that can't be lowered, `BadModelFile` if the
    file is no sound ONNX model, `BadOption` if an option does not fit it.
    """
    tell = progress or (lambda message: None)
    tell(f"reading {path}")
    source = read(Path(path))
    options = Options(name, input_type, input_scale, argmax)
    tell(f"lowering {len(source.model.graph.node)} nodes")
    work = GraphLowering(source, options)
    work.lower_all()
    if work.problems:
        raise Unsupported(source.path, work.problems)
    tell("laying out the image")
    return work.builder.build()


def inspect(path: str | Path) -> Report:
    """What the file holds; its problems are listed, not raised."""
    source = read(Path(path))
    work = GraphLowering(source, Options())
    work.lower_all()
    return Report(
        path=source.path,
        producer=source.producer,
        opset=source.opset,
        inputs=source.inputs,
        outputs=source.outputs,
        operators=dict(Counter(node.op_type for node in source.model.graph.node)),
        parameters=sum(array.size for array in source.constants.values()),
        problems=tuple(work.problems),
        image=None if work.problems else work.builder.build(),
    )


class GraphLowering:
    """One conversion: values by name, and the graph that they are emitted into.

    A node that is refused leaves no value; nodes that lean on it are passed over, so
    that `problems` lists causes and not their consequences.
    """

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.options = options
        self.opset = source.opset
        self.problems: list[Problem] = []
        self.builder = GraphBuilder(clipped(options.name or source.path.stem))
        self.values: dict[str, Value] = {
            name: Constant(array) for name, array in source.constants.items()
        }
        self.emitted: dict[int, tuple[Value, Tensor]] = {}

    def lower_all(self) -> None:
        check_options(self.source, self.options)
        for port in self.source.inputs:
            self.attempt(port.name, "input", partial(self.enter, port))
        for index, node in enumerate(self.source.model.graph.node):
            label = node.name or f"#{index}"
            self.attempt(label, operator_name(node), partial(self.node, node))
        for name in self.source.outputs:
            self.attempt(name, "output", partial(self.leave, name))

    def attempt(self, label: str, operator: str, action: Callable[[], None]) -> None:
        try:
            action()
        except Refused as refusal:
            self.problems.append(
                Problem(label, operator, refusal.reason, refusal.way_out)
            )
        except GraphError as error:
            self.problems.append(Problem(label, operator, str(error)))

    def enter(self, port: Port) -> None:
        """Declare an input; its batch axis of 1 is left out."""
        as_bytes = self.options.input_type == "uint8"
        dtype = "uint8" if as_bytes else port.dtype
        if dtype not in DTYPES:
            raise Refused(f"type: expected {' or '.join(DTYPES)}, got {dtype}")
        handle = self.builder.input(clipped(port.name), dtype, unbatched(port.shape))
        tensor = Tensor(handle, dtype, port.shape)
        if as_bytes and port.dtype != "uint8":
            factor = np.float32(self.options.input_scale or 1)
            self.values[port.name] = Pixels(tensor, factor, port.shape)
        else:
            self.values[port.name] = tensor

    def node(self, node: "NodeProto") -> None:
        known = node.op_type in LOWERINGS or can_fold(node.op_type)
        if node.domain not in DEFAULT_DOMAINS or not known:
            way_out = WAYS_OUT.get(node.op_type, "")
            raise Refused("no such operator in tinynn", way_out)
        if any(name and name not in self.values for name in node.input):
            return
        inputs = [self.values[name] if name else None for name in node.input]
        value = self.value_of(node, inputs)
        result = node.output[0]
        inferred = self.source.inferred.get(result, value.shape)
        if value.shape != inferred:
            raise Refused(f"shape: expected {inferred}, got {value.shape}")
        self.values[result] = value

    def value_of(self, node: "NodeProto", inputs: list[Value | None]) -> Value:
        if len([name for name in node.output if name]) != 1:
            raise Refused(f"outputs: expected 1, got {len(node.output)}")
        constants = [value for value in inputs if isinstance(value, Constant)]
        present = [value for value in inputs if value is not None]
        if can_fold(node.op_type) and len(constants) == len(present):
            arrays = [constant.array for constant in constants]
            return Constant(fold(node, arrays, self.opset))
        return lower(self, node.op_type, inputs, attributes_of(node))

    def leave(self, name: str) -> None:
        value = self.values.get(name)
        if value is None:
            return
        tensor = value if isinstance(value, Tensor) else self.emit(value)
        self.builder.output(tensor.handle, clipped(name))
        if self.options.argmax:
            self.builder.output(self.argmax(tensor).handle, "argmax")

    # What lowerings ask for: the Graph of converters/registry.py.

    def emit(self, value: Value) -> Tensor:
        """`value` as a float32 tensor in memory; emitted once, however often used."""
        if isinstance(value, Constant):
            raise Refused("expected a computed tensor, got a constant")
        if isinstance(value, Tensor):
            if value.dtype != "float32":
                raise Refused(
                    f"expected float32, got {value.dtype}",
                    "cast the input to float32, or convert with an input type",
                )
            return value
        held = self.emitted.get(id(value))
        if held is None:
            held = self.emitted[id(value)] = (value, self.emit_pending(value))
        return held[1]

    def emit_pending(self, value: Pixels | Affine) -> Tensor:
        if isinstance(value, Pixels):
            handle = self.builder.scale_u8(value.tensor.handle, float(value.factor))
        else:
            handle = self.builder.dense(value.tensor.handle, value.weight, value.bias)
        return Tensor(handle, "float32", value.shape)

    def relu(self, x: Tensor) -> Tensor:
        return replace(x, handle=self.builder.relu(x.handle))

    def softmax(self, x: Tensor) -> Tensor:
        return replace(x, handle=self.builder.softmax(x.handle))

    def argmax(self, x: Tensor) -> Tensor:
        return Tensor(self.builder.argmax(x.handle), "int32", ())


def check_options(source: Source, options: Options) -> None:
    """`BadOption` unless the options fit each other and the model."""
    if options.input_type not in (None, "uint8", "float32"):
        raise BadOption("--input-type", "uint8 or float32", str(options.input_type))
    if options.input_scale is not None and options.input_type != "uint8":
        raise BadOption("--input-scale", "--input-type uint8 with it", "none")
    types = [port.dtype for port in source.inputs]
    if options.input_type == "float32" and types != ["float32"]:
        raise BadOption("--input-type", " and ".join(types), "float32")
    if options.input_scale is not None and types != ["float32"]:
        raise BadOption("--input-scale", "one float32 input", " and ".join(types))
    if options.argmax and len(source.outputs) != 1:
        raise BadOption("--argmax", "one output", f"{len(source.outputs)}")


def operator_name(node: "NodeProto") -> str:
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


def attributes_of(node: "NodeProto") -> dict[str, Any]:
    from onnx import helper

    return {
        attribute.name: helper.get_attribute_value(attribute)
        for attribute in node.attribute
    }


def unbatched(shape: Shape) -> Shape:
    """`shape` without a leading axis of 1, if another axis is left."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


def clipped(name: str) -> str:
    """`name` in at most NAME_BYTES bytes of UTF-8."""
    return name.encode()[:NAME_BYTES].decode(errors="ignore")
