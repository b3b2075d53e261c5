"""Keras models, `.keras` and `.h5`, through tf2onnx.

A Lambda layer is Python code inside of the file: such a file is read only if it is
trusted.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.errors import BadModelFile, UntrustedCode
from converters.frameworks import Runner
from converters.frameworks.tensorflow import OPSET, tensorflow_of, written_out
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

COUNTED = "keras_tensor"
MAX_CONFIG_BYTES = 64 << 20


def keras_file(
    path: Path, shapes: Mapping[str, Shape], trust_code: bool
) -> "ModelProto":
    """The model in a `.keras` archive or a legacy `.h5` file."""
    tensorflow, tf2onnx = tensorflow_of()
    model = loaded(path, trust_code)
    unroll(model)
    signature = []
    for index, tensor in enumerate(model.inputs):
        name = name_of(tensor.name, index, len(model.inputs))
        shape = shapes.get(name) or (1, *tensor.shape[1:])
        signature.append(tensorflow.TensorSpec(shape, tensor.dtype, name))
    function = tensorflow.function(lambda *inputs: model(list(inputs), training=False))
    converted, _ = tf2onnx.convert.from_function(function, signature, opset=OPSET)
    return written_out(converted)


def loaded(path: Path, trust_code: bool) -> Any:
    """Keras's model; UntrustedCode if there is code in it."""
    tensorflow, _ = tensorflow_of()
    if not trust_code and has_lambda(config_of(path)):
        raise UntrustedCode(path, "a Lambda layer")
    return tensorflow.keras.models.load_model(
        path, compile=False, safe_mode=not trust_code
    )


def keras_runner(path: Path, trust_code: bool) -> Runner:
    """Keras's own layers."""
    tensorflow, _ = tensorflow_of()
    model = loaded(path, trust_code)
    count = len(model.inputs)
    names = [name_of(x.name, index, count) for index, x in enumerate(model.inputs)]

    def run(feeds: Mapping[str, Array]) -> list[Array]:
        outputs = model([feeds[name] for name in names], training=False)
        return [np.asarray(output) for output in tensorflow.nest.flatten(outputs)]

    return run


def unroll(model: Any) -> None:
    """Recurrent layers go step by step, not in a loop: lengths are static here."""
    for layer in model._flatten_layers():
        if hasattr(layer, "unroll"):
            layer.unroll = True


def name_of(given: str, index: int, count: int) -> str:
    """The input's name; one that Keras only counted has no meaning, and changes."""
    if not given.startswith(COUNTED):
        return given
    return "input" if count == 1 else f"input_{index}"


def config_of(path: Path) -> Any:
    """The architecture, as JSON, from either kind of file."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("config.json").file_size
            if size > MAX_CONFIG_BYTES:
                limit = f"a config of at most {MAX_CONFIG_BYTES} bytes"
                raise BadModelFile(path, limit, f"{size}")
            return json.loads(archive.read("config.json"))
    import h5py  # type: ignore[import-untyped, import-not-found, unused-ignore]

    with h5py.File(path) as file:
        config = file.attrs.get("model_config")
    if config is None:
        raise BadModelFile(path, "a model with its architecture", "weights without one")
    return json.loads(config)


def has_lambda(config: Any) -> bool:
    """Whether a layer at any depth is Python code."""
    if isinstance(config, dict):
        named = "Lambda" in (config.get("class_name"), config.get("type"))
        return named or any(map(has_lambda, config.values()))
    return isinstance(config, list) and any(map(has_lambda, config))
