"""A TFLite file as tensors and operators: what its flatbuffer says, and no more.

The classes of the schema come with TFLite's interpreters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from converters.errors import MissingExtra
from converters.values import Array, Floats, Shape

IDENTIFIER: Final = b"TFL3"
TYPES: Final = {
    "FLOAT32": "float32",
    "INT32": "int32",
    "UINT8": "uint8",
    "INT64": "int64",
    "BOOL": "bool",
    "INT8": "int8",
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """`scales` and `zeros` say what its bytes stand for: one, or one a place along
    `axis`; none where it holds plain numbers. `data` is None of what is computed, and
    `dtype` is TFLite's own word where an image has no such type."""

    name: str
    dtype: str
    shape: Shape
    scales: Floats
    zeros: Array
    axis: int
    data: Array | None

    @property
    def quantised(self) -> bool:
        return self.dtype in ("int8", "uint8") and len(self.scales) > 0

    @property
    def scale(self) -> np.float32:
        """Of a tensor that has one."""
        return np.float32(self.scales[0])

    @property
    def zero(self) -> int:
        return int(self.zeros[0]) if len(self.zeros) else 0


@dataclass(frozen=True, slots=True)
class Node:
    """An operator: tensors by number, -1 for one that is left out."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any


@dataclass(frozen=True, slots=True)
class Network:
    """The only subgraph of a file."""

    path: Path
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def schema_of() -> Any:
    """LiteRT's module of the schema, or TensorFlow's."""
    try:
        from ai_edge_litert import schema_py_generated  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return schema_py_generated
    except ImportError:
        pass
    try:
        from tensorflow.lite.python import schema_py_generated  # type: ignore[import-not-found, import-untyped, unused-ignore, no-redef]

        return schema_py_generated
    except ImportError as error:
        raise MissingExtra("ai-edge-litert", "tensorflow") from error


def read_network(path: Path) -> Network | None:
    """None of another kind of file, or of one with more subgraphs than one."""
    schema, data = schema_of(), path.read_bytes()
    if data[4:8] != IDENTIFIER:
        return None
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    if len(model.subgraphs) != 1:
        return None
    graph = model.subgraphs[0]
    names = named(schema.TensorType)
    kinds = named(schema.BuiltinOperator)
    codes = [
        kinds[max(code.builtinCode, code.deprecatedBuiltinCode)]
        for code in model.operatorCodes
    ]
    tensors = tuple(tensor_of(part, names, model.buffers) for part in graph.tensors)
    nodes = tuple(
        Node(
            index,
            codes[part.opcodeIndex],
            numbers(part.inputs),
            numbers(part.outputs),
            part.builtinOptions,
        )
        for index, part in enumerate(graph.operators)
    )
    inputs, outputs = numbers(graph.inputs), numbers(graph.outputs)
    return Network(path, tensors, nodes, inputs, outputs)


def named(enumeration: type) -> dict[int, str]:
    return {
        value: name for name, value in vars(enumeration).items() if name[0].isupper()
    }


def numbers(row: Sequence[int] | None) -> tuple[int, ...]:
    return () if row is None else tuple(int(n) for n in row)


def tensor_of(part: Any, names: dict[int, str], buffers: Sequence[Any]) -> Tensor:
    name = part.name.decode() if isinstance(part.name, bytes) else str(part.name or "")
    dtype = TYPES.get(names[part.type], names[part.type])
    shape = numbers(part.shape)
    grid = part.quantization
    scales = None if grid is None else grid.scale
    zeros = None if grid is None else grid.zeroPoint
    held = buffers[part.buffer].data
    data = None
    if held is not None and len(held) and dtype in TYPES.values():
        raw = np.asarray(held, np.uint8).tobytes()
        data = np.frombuffer(raw, dtype).reshape(shape)
    return Tensor(
        name=name,
        dtype=dtype,
        shape=shape,
        scales=np.asarray([] if scales is None else scales, np.float32),
        zeros=np.asarray([] if zeros is None else zeros, np.int64),
        axis=0 if grid is None else int(grid.quantizedDimension),
        data=data,
    )
