"""ONNX files, and the weights that they may keep in files beside them."""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from converters.errors import BadModelFile
from converters.frameworks import MAX_BYTES

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto


def onnx_file(path: Path) -> "ModelProto":
    """The model with all its weights; those beside it only from its own folder."""
    import onnx
    from onnx.external_data_helper import load_external_data_for_model

    size = path.stat().st_size
    if size == 0:
        raise BadModelFile(path, "an ONNX model", "an empty file")
    if size > MAX_BYTES:
        raise BadModelFile(path, f"at most {MAX_BYTES} bytes", f"{size}")
    model = onnx.load_model(path, load_external_data=False)
    check_names(path, model.graph)
    check_external(path, model)
    load_external_data_for_model(model, str(path.parent))
    return model


def check_names(path: Path, graph: "GraphProto") -> None:
    """Names are text; protobuf leaves as bytes what is none."""
    named = (*graph.input, *graph.output, *graph.initializer, *graph.node)
    names = [part.name for part in named]
    for node in graph.node:
        names += [node.op_type, node.domain, *node.input, *node.output]
        for attribute in node.attribute:
            names.append(attribute.name)
            check_names(path, attribute.g)
    for name in names:
        if not isinstance(name, str):
            raise BadModelFile(path, "names in UTF-8", repr(name))


def check_external(path: Path, model: "ModelProto") -> None:
    """Weights in other files are in this folder, there, and not too many."""
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data

    folder = path.parent.resolve()
    total = 0
    for tensor in model.graph.initializer:
        if not uses_external_data(tensor):
            continue
        location = ExternalDataInfo(tensor).location
        file = (folder / location).resolve()
        what = f"the weights of {tensor.name!r} in this folder"
        if not file.is_relative_to(folder):
            raise BadModelFile(path, what, location)
        if not file.is_file():
            raise BadModelFile(path, what, f"no file {location}")
        found = ExternalDataInfo(tensor)
        size = found.length or file.stat().st_size - (found.offset or 0)
        needed = tensor_bytes(tensor)
        if size > needed:
            what = f"{tensor.name!r} to have at most {needed} bytes of weights"
            raise BadModelFile(path, what, f"{size}")
        total += size
    if total > MAX_BYTES:
        raise BadModelFile(path, f"at most {MAX_BYTES} bytes of weights", f"{total}")


def tensor_bytes(tensor: "TensorProto") -> int:
    """At most so many: types of less than a byte are packed in files."""
    from onnx import helper

    item = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    return int(prod(tensor.dims) * item)
