"""An ONNX file read, checked, and its batch fixed to one.

`onnx` is an optional extra: it is imported when a file is read, not before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from converters.errors import BadModelFile, MissingExtra
from converters.values import Shape

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

# Before opset 7, Add and its kin aligned axes by attributes of their own.
FIRST_OPSET = 7
DEFAULT_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True, slots=True)
class Port:
    """An input of a graph; `dtype` in numpy's words."""

    name: str
    dtype: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Source:
    """A checked ONNX model whose inputs all have static shapes.

    `inferred` holds the shapes of other tensors, where ONNX could tell.
    """

    path: Path
    model: "ModelProto"
    opset: int
    producer: str
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    constants: dict[str, npt.NDArray[np.generic]]
    inferred: dict[str, Shape]


def read(path: Path) -> Source:
    """The model in the file `path`; `BadModelFile` says what is wrong with it."""
    try:
        import onnx
        from onnx import numpy_helper, shape_inference
    except ImportError as error:
        raise MissingExtra("onnx", "convert") from error
    if path.stat().st_size == 0:
        raise BadModelFile(path, "an ONNX model", "an empty file")
    try:
        model = onnx.load_model(path)
        weights = {tensor.name: tensor for tensor in model.graph.initializer}
        fix_batch(model, set(weights))
        onnx.checker.check_model(model, full_check=True)
        model = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        constants = {name: numpy_helper.to_array(weights[name]) for name in weights}
    except OSError:
        raise
    except Exception as error:  # protobuf, checker and numpy each have their own
        raise BadModelFile(path, "an ONNX model", first_line(error)) from error
    graph = model.graph
    inputs = [value for value in graph.input if value.name not in weights]
    return Source(
        path=path,
        model=model,
        opset=default_opset(path, model),
        producer=f"{model.producer_name} {model.producer_version}".strip(),
        inputs=tuple(port(path, value) for value in inputs),
        outputs=tuple(value.name for value in graph.output),
        constants=constants,
        inferred=static_shapes((*graph.value_info, *graph.output)),
    )


def first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".:") if lines else type(error).__name__


def fix_batch(model: "ModelProto", weights: set[str]) -> None:
    """Give each input's first axis the length 1 where the file leaves it open.

    The name that the file gives to that axis stands for 1 elsewhere too. Shapes in the
    middle of the graph are dropped: they are inferred again.
    """
    graph = model.graph
    names = set()
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and value.name not in weights and not dims[0].HasField("dim_value"):
            names.add(dims[0].dim_param)
            dims[0].dim_value = 1
    for value in (*graph.input, *graph.output):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param and dim.dim_param in names:
                dim.dim_value = 1
    del graph.value_info[:]


def default_opset(path: Path, model: "ModelProto") -> int:
    versions = [
        opset.version for opset in model.opset_import if opset.domain in DEFAULT_DOMAINS
    ]
    opset = max(versions, default=0)
    if opset < FIRST_OPSET:
        raise BadModelFile(path, f"opset {FIRST_OPSET} or later", f"opset {opset}")
    return opset


def port(path: Path, value: "ValueInfoProto") -> Port:
    from onnx import helper

    tensor = value.type.tensor_type
    shape = []
    for axis, dim in enumerate(tensor.shape.dim):
        if not dim.HasField("dim_value"):
            name = dim.dim_param or "unknown"
            where = f"axis {axis} of {value.name!r}"
            raise BadModelFile(path, f"{where} to have a fixed length", f"{name!r}")
        shape.append(dim.dim_value)
    dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return Port(value.name, dtype.name, tuple(shape))


def static_shapes(values: Iterable["ValueInfoProto"]) -> dict[str, Shape]:
    shapes = {}
    for value in values:
        tensor = value.type.tensor_type
        dims = tensor.shape.dim
        if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in dims):
            shapes[value.name] = tuple(dim.dim_value for dim in dims)
    return shapes
