"""A model file read as ONNX, checked, and its shapes fixed.

`onnx` is an optional extra: it is imported when a file is read, not before. Files of
other frameworks are turned into ONNX by converters/frameworks.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from converters.errors import BadModelFile, ConverterError, MissingExtra
from converters.frameworks import MAX_BYTES
from converters.functions import TensorType
from converters.local_functions import written_out
from converters.nodes import all_nodes
from converters.shapes import (
    fill_open_shapes,
    fix_shapes,
    static_types,
    with_shapes,
)
from converters.unregistered import CONTRIB, DEFAULT_DOMAINS, OWN_DOMAIN, set_apart
from converters.values import Shape, type_name

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, ValueInfoProto

# Before opset 7, Add and its kin aligned axes by attributes of their own.
FIRST_OPSET = 7
ML_DOMAIN = "ai.onnx.ml"


@dataclass(frozen=True, slots=True)
class Port:
    """An input of a graph; `dtype` in numpy's words."""

    name: str
    dtype: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Source:
    """A checked ONNX model whose inputs all have static shapes.

    `inferred` holds the types of other tensors, where ONNX could tell.
    """

    path: Path
    model: "ModelProto"
    opset: int
    producer: str
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    constants: dict[str, npt.NDArray[np.generic]]
    inferred: dict[str, TensorType]

    @property
    def versions(self) -> dict[str, int]:
        """Of the domains that the model uses."""
        return {entry.domain: entry.version for entry in self.model.opset_import}

    def needed_nodes(self) -> list["NodeProto"]:
        """The nodes that an output depends on, in order.

        A node with a body may use any name of the graph around it: all before it stay.
        """
        needed = set(self.outputs)
        kept = []
        for node in reversed(self.model.graph.node):
            has_body = any(part.HasField("g") for part in node.attribute)
            if has_body:
                return list(self.model.graph.node)
            if needed.intersection(node.output):
                needed.update(node.input)
                kept.append(node)
        return kept[::-1]

    def multiply_adds(self) -> int:
        """Of all products with a weight, where ONNX could tell the shapes."""
        return sum(self.multiply_adds_of(node) for node in self.model.graph.node)

    def multiply_adds_of(self, node: "NodeProto") -> int:
        weight = self.shape_of(node.input[1]) if len(node.input) > 1 else None
        target = self.shape_of(node.output[0]) if node.output else None
        if weight is None or target is None:
            return 0
        if node.op_type in ("Conv", "ConvInteger"):
            return prod(target) * prod(weight[1:])
        if node.op_type == "ConvTranspose":
            source = self.shape_of(node.input[0])
            return prod(source) * prod(weight[1:]) if source else 0
        if node.op_type in ("MatMul", "MatMulInteger") and len(weight) > 1:
            return prod(target) * weight[-2]
        return prod(weight) * target[0] if node.op_type == "Gemm" else 0

    def shape_of(self, name: str) -> Shape | None:
        if name in self.constants:
            return self.constants[name].shape
        shapes = {port.name: port.shape for port in self.inputs}
        if name in shapes:
            return shapes[name]
        inferred = self.inferred.get(name)
        return inferred.shape if inferred else None


def read(
    path: Path, shapes: Mapping[str, Shape] | None = None, trust_code: bool = False
) -> Source:
    """The model in the file `path`; `BadModelFile` says what is wrong with it.

    `shapes` fixes the shapes of inputs by name. Without `trust_code` nothing in the
    file is executed.
    """
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise MissingExtra("onnx", "convert") from error
    from converters.frameworks import SAVED_MODEL, as_onnx, quietly

    path = path.parent if path.name == SAVED_MODEL else path
    shapes = shapes or {}
    with refusing(path), quietly():
        model = as_onnx(path, shapes, trust_code)
    return checked(path, model, shapes)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """BadModelFile for whatever protobuf, ONNX's checker or a framework raises."""
    try:
        yield
    except (ConverterError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename:  # which the system names
            raise
        told = first_line(error)
        cures = (cure for fault, cure in CURES.items() if fault in told)
        found = "".join(f"{told} ({cure})" for cure in cures) or told
        raise BadModelFile(path, "a sound model", found) from error


BY_CHANNEL = "quantise it at opset 13 or later: scales by channel came with it"
CHANNELS_SINCE = 13
QUANTISERS = ("QuantizeLinear", "DequantizeLinear")
CURES = {
    "attribute: axis for operator QuantizeLinear": BY_CHANNEL,
    "attribute: axis for operator DequantizeLinear": BY_CHANNEL,
}
"""For what exporters are known to write, and no runtime takes."""


def checked(path: Path, model: "ModelProto", shapes: Mapping[str, Shape]) -> Source:
    """`model` as a Source, if ONNX's checker and its shape inference pass it."""
    with refusing(path):
        return inferred(path, model, shapes)


def inferred(path: Path, model: "ModelProto", shapes: Mapping[str, Shape]) -> Source:
    """`model` as a Source, its shapes fixed and inferred throughout."""
    import onnx
    from onnx import numpy_helper

    opset = default_opset(path, model)
    model = written_out(path, model)
    set_apart(model, opset)
    fill_sparse(path, model)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    model.graph.name = model.graph.name or "graph"
    fix_shapes(path, model, set(weights), shapes)
    strict = knows_types(model)
    shaped = with_shapes(model, strict)
    known = static_types((*shaped.graph.value_info, *shaped.graph.output))
    fill_open_shapes(shaped)
    onnx.checker.check_model(shaped, full_check=strict)
    graph = model.graph
    inputs = [value for value in graph.input if value.name not in weights]
    return Source(
        path=path,
        model=model,
        opset=opset,
        producer=f"{model.producer_name} {model.producer_version}".strip(),
        inputs=tuple(port(path, value) for value in inputs),
        outputs=tuple(value.name for value in graph.output),
        constants={name: numpy_helper.to_array(weights[name]) for name in weights},
        inferred=known,
    )


def fill_sparse(path: Path, model: "ModelProto") -> None:
    """Weights that are listed by place become whole ones."""
    from onnx import numpy_helper

    for sparse in model.graph.sparse_initializer:
        values = numpy_helper.to_array(sparse.values)
        size = prod(sparse.dims) * values.itemsize
        if size > MAX_BYTES:
            raise BadModelFile(path, f"weights of at most {MAX_BYTES} bytes", f"{size}")
        places = numpy_helper.to_array(sparse.indices)
        whole = np.zeros(tuple(sparse.dims), values.dtype)
        listed = places.ndim == 1
        at = np.unravel_index(places, whole.shape) if listed else tuple(places.T)
        whole[at] = values
        name = sparse.values.name
        model.graph.initializer.append(numpy_helper.from_array(whole, name))
    del model.graph.sparse_initializer[:]


def knows_types(model: "ModelProto") -> bool:
    """Whether ONNX can infer all types: of ai.onnx.ml it says few, of other domains
    none, and what takes such a result is then no error."""
    others = (ML_DOMAIN, CONTRIB, OWN_DOMAIN)
    return all(node.domain not in others for node in all_nodes(model.graph))


PREAMBLES = (
    "in user code",
    'File "',
    "raise ",
    "return ",
    "lambda ",
    "ValueError: Exception encountered",
    "TypeError: Exception encountered",
    "Exception encountered",
)
"""Of lines before the one that says something: stacks, and calls in them."""


def bare(text: str) -> str:
    """Without a terminal's colours."""
    return re.sub("\x1b\\[[0-9;]*m", "", text).strip()


def first_line(error: Exception) -> str:
    """What the error says; of a word without a sentence, also what kind it is.

    TensorFlow and Keras say first where, and then what.
    """
    lines = [line.strip().rstrip(".:") for line in bare(str(error)).splitlines()]
    said = [line for line in lines if line and not line.startswith(PREAMBLES)]
    told = (said or lines or [""])[0]
    return told if " " in told else f"{type(error).__name__} {told}".strip()


def default_opset(path: Path, model: "ModelProto") -> int:
    """The version of ONNX's own operators; the newest if the model uses none."""
    from onnx import defs

    newest: int = defs.onnx_opset_version()
    versions = [
        opset.version for opset in model.opset_import if opset.domain in DEFAULT_DOMAINS
    ]
    used = any(node.domain in DEFAULT_DOMAINS for node in all_nodes(model.graph))
    opset = max(versions, default=0 if used else newest)
    if FIRST_OPSET <= opset <= newest:
        return opset
    cure = "export it again, or see onnx.version_converter"
    if opset > newest:
        cure = f"export it with opset {newest}, or pip install --upgrade onnx"
    told = f"opset {opset}" if versions else "none"
    raise BadModelFile(path, f"opset {FIRST_OPSET} to {newest}", f"{told} ({cure})")


def port(path: Path, value: "ValueInfoProto") -> Port:
    from onnx import helper

    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        what = (kind or "nothing").removesuffix("_type")
        raise BadModelFile(path, f"input {value.name!r} to be a tensor", what)
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        raise open_length(path, f"all axes of {value.name!r}", value.name, "none")
    shape = []
    for axis, dim in enumerate(tensor.shape.dim):
        if not dim.HasField("dim_value"):
            name = dim.dim_param or "unknown"
            raise open_length(path, f"axis {axis} of {value.name!r}", value.name, name)
        shape.append(dim.dim_value)
    dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return Port(value.name, type_name(dtype), tuple(shape))


def open_length(path: Path, where: str, name: str, actual: str) -> BadModelFile:
    advice = f"(fix it with --input-shape {name}=...)"
    return BadModelFile(path, f"{where} to have a fixed length", f"{actual!r} {advice}")
