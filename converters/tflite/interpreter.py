"""TFLite's own interpreter: who judges an image, and who knows all shapes."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from converters.errors import MissingExtra
from converters.tflite.reading import IDENTIFIER, schema_of
from converters.values import Shape


def interpreters() -> tuple[str, Any]:
    """LiteRT's module, or TensorFlow's older one."""
    try:
        from ai_edge_litert import interpreter  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return "LiteRT", interpreter
    except ImportError:
        pass
    try:
        from tensorflow.lite.python import interpreter  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return "TensorFlow Lite", interpreter
    except ImportError as error:
        raise MissingExtra("ai-edge-litert", "tensorflow") from error


def interpreter_of(path: Path, shapes: Mapping[str, Shape]) -> tuple[str, Any]:
    """Its name, and the file in it, its inputs so shaped: by reference kernels, or by
    the usual ones where an operator has no other."""
    name, module = interpreters()
    kinds, data = module.OpResolverType, path.read_bytes()
    for first in (False, True):
        try:
            held = unversioned(data) if first else data
            return name, ready(module, held, kinds.BUILTIN_REF, shapes)
        except (RuntimeError, ValueError):
            continue
    usual = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return f"{name}, not its reference kernels", ready(module, data, usual, shapes)


def unversioned(data: bytes) -> bytes:
    """The file with each operator's first version: reference kernels are listed by few
    versions, and take what they know in any case."""
    schema, flatbuffers = schema_of(), import_module("flatbuffers")
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    for code in model.operatorCodes:
        code.version = 1
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def ready(module: Any, data: bytes, kernels: Any, shapes: Mapping[str, Shape]) -> Any:
    interpreter = module.Interpreter(
        model_content=data, experimental_op_resolver_type=kernels
    )
    for detail in interpreter.get_input_details():
        if detail["name"] in shapes:
            interpreter.resize_tensor_input(detail["index"], shapes[detail["name"]])
    interpreter.allocate_tensors()
    return interpreter


def shapes_of(path: Path, shapes: Mapping[str, Shape]) -> dict[int, Shape]:
    """Of every tensor, as they are after a run on zeros: some are computed."""
    _, interpreter = interpreter_of(path, shapes)
    for detail in interpreter.get_input_details():
        zeros = np.zeros(detail["shape"], detail["dtype"])
        interpreter.set_tensor(detail["index"], zeros)
    interpreter.invoke()
    details = interpreter.get_tensor_details()
    return {d["index"]: tuple(int(n) for n in d["shape"]) for d in details}
