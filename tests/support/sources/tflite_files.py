"""TFLite files of one operator, written by the schema that LiteRT comes with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A tensor: its shape or what it holds, and what its bytes stand for."""

    shape: tuple[int, ...]
    dtype: str = "int8"
    scale: float | Sequence[float] = ()
    zero: int = 0
    axis: int = 0
    data: Array | None = None


def held(array: Any, dtype: str = "int32", **grid: Any) -> Part:
    """A constant."""
    data = np.asarray(array, dtype)
    return Part(data.shape, dtype, data=data, **grid)


@dataclass(frozen=True, slots=True)
class Step:
    """An operator; its parts by name."""

    kind: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    table: str = ""
    """The schema's name of its options, where it is not the operator's."""
    version: int = 1


def write(
    path: Path,
    parts: Mapping[str, Part],
    steps: Sequence[Step],
    inputs: Sequence[str],
    outputs: Sequence[str],
) -> Path:
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    places = {name: index for index, name in enumerate(parts)}
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.subgraphs = 3, [graph]
    model.buffers = [schema.BufferT()]
    graph.tensors = [tensor(schema, model, *pair) for pair in parts.items()]
    graph.inputs = [places[name] for name in inputs]
    graph.outputs = [places[name] for name in outputs]
    kinds = list(dict.fromkeys(step.kind for step in steps))
    versions = {step.kind: step.version for step in steps}
    model.operatorCodes = [code(schema, kind, versions[kind]) for kind in kinds]
    graph.operators = []
    for step in steps:
        operator = schema.OperatorT()
        operator.opcodeIndex = kinds.index(step.kind)
        operator.inputs = [places[name] for name in step.inputs]
        operator.outputs = [places[name] for name in step.outputs]
        add_options(schema, operator, step)
        graph.operators.append(operator)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def code(schema: Any, kind: str, version: int) -> Any:
    made = schema.OperatorCodeT()
    made.builtinCode = getattr(schema.BuiltinOperator, kind)
    made.deprecatedBuiltinCode = min(made.builtinCode, 127)
    made.version = version
    return made


def add_options(schema: Any, operator: Any, step: Step) -> None:
    words = "".join(word.capitalize() for word in step.kind.split("_"))
    name = f"{step.table or words}Options"
    if not hasattr(schema, f"{name}T"):
        return
    options = getattr(schema, f"{name}T")()
    for key, value in step.options.items():
        setattr(options, key, value)
    operator.builtinOptions = options
    operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)


def tensor(schema: Any, model: Any, name: str, part: Part) -> Any:
    made = schema.TensorT()
    made.name, made.shape = name, list(part.shape)
    made.type = getattr(schema.TensorType, part.dtype.upper())
    made.buffer = 0
    if part.data is not None:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(part.data.tobytes(), np.uint8)
        made.buffer = len(model.buffers)
        model.buffers.append(buffer)
    scales = np.atleast_1d(np.asarray(part.scale, np.float32))
    if scales.size:
        grid = schema.QuantizationParametersT()
        grid.scale, grid.quantizedDimension = scales, part.axis
        grid.zeroPoint = np.full(scales.size, part.zero, np.int64)
        made.quantization = grid
    return made
