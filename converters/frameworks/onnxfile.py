"""ONNX files, and the weights that they may keep in files beside them."""

from pathlib import Path
from typing import TYPE_CHECKING

from converters.errors import BadModelFile
from converters.frameworks import MAX_BYTES

if TYPE_CHECKING:
    from onnx import ModelProto


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
    check_external(path, model)
    load_external_data_for_model(model, str(path.parent))
    return model


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
        total += ExternalDataInfo(tensor).length or file.stat().st_size
    if total > MAX_BYTES:
        raise BadModelFile(path, f"at most {MAX_BYTES} bytes of weights", f"{total}")
