"""Keras models, `.keras` and `.h5`, through tf2onnx.

A Lambda layer is Python code inside of the file: such a file is read only if it is
trusted.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.errors import BadModelFile, UntrustedCode
from converters.frameworks import Runner
from converters.frameworks.tensorflow import OPSET, tensorflow_of, written_out
from converters.values import Array, Shape
from mips_vm.json_text import parse

if TYPE_CHECKING:
    from onnx import ModelProto

COUNTED = "keras_tensor"
LOST_STATE = "its state is lost: each request begins anew"
MAX_CONFIG_BYTES = 64 << 20
MODULES = ("", "builtins", "keras")
"""Whose classes a layer's config may name; a class of builtins is no layer."""

FUNCTIONS = ("keras.activations", "keras.initializers", "keras.regularizers")
"""Whose functions: those of keras.utils, say, fetch files."""


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
    captured = function.get_concrete_function(*signature).graph.captures
    converted, _ = tf2onnx.convert.from_function(function, signature, opset=OPSET)
    hold(converted, {inner.name: outer for outer, inner in captured})
    check_inputs(path, converted, [spec.name for spec in signature])
    return written_out(converted)


def hold(model: "ModelProto", captured: Mapping[str, Any]) -> None:
    """Constants that a layer holds are weights: tf2onnx makes inputs of them."""
    from onnx import numpy_helper

    inputs = list(model.graph.input)
    del model.graph.input[:]
    for value in inputs:
        if value.name in captured:
            array = np.asarray(captured[value.name])
            model.graph.initializer.append(numpy_helper.from_array(array, value.name))
        else:
            model.graph.input.append(value)


def check_inputs(path: Path, model: "ModelProto", names: Sequence[str]) -> None:
    """BadModelFile for an input that the model itself does not have."""
    actual = [value.name for value in model.graph.input]
    if set(actual) - set(names):
        expected = f"the inputs {', '.join(names)}"
        raise BadModelFile(path, expected, ", ".join(actual))


def loaded(path: Path, trust_code: bool) -> Any:
    """Keras's model; UntrustedCode if there is code in it."""
    tensorflow, _ = tensorflow_of()
    code = None if trust_code else next(code_in(config_of(path)), None)
    if code is not None:
        raise UntrustedCode(path, code)
    model = tensorflow.keras.models.load_model(
        path, compile=False, safe_mode=not trust_code
    )
    shape = legacy_shape(config_of(path))
    return model if shape is None else begun(tensorflow.keras, model, shape)


def legacy_shape(config: Any) -> list[int | None] | None:
    """Of a row of layers without an input, as Keras 2 wrote it: with the batch.

    Keras 3 takes it for a shape without one, and adds an axis.
    """
    if config.get("class_name") != "Sequential":
        return None
    first: dict[str, Any] = config["config"]["layers"][0]
    named = first["class_name"] == "InputLayer"
    return None if named else first["config"].get("batch_input_shape")


def begun(keras: Any, model: Any, shape: Sequence[int | None]) -> Any:
    """The same layers, from an input of this shape on."""
    first = last = keras.Input(batch_shape=shape)
    for layer in model.layers:
        last = layer(last)
    return keras.Model(first, last)


def keras_runner(path: Path, trust_code: bool) -> Runner:
    """Keras's own layers, which remember nothing between requests."""
    tensorflow, _ = tensorflow_of()
    model = loaded(path, trust_code)
    count = len(model.inputs)
    names = [name_of(x.name, index, count) for index, x in enumerate(model.inputs)]

    def run(feeds: Mapping[str, Array]) -> list[Array]:
        forget(model)
        outputs = model([feeds[name] for name in names], training=False)
        return [np.asarray(output) for output in tensorflow.nest.flatten(outputs)]

    return run


def forget(model: Any) -> None:
    """Each request is the first one."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


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
            return parse(archive.read("config.json"))
    import h5py  # type: ignore[import-untyped, import-not-found, unused-ignore]

    with h5py.File(path) as file:
        config = file.attrs.get("model_config")
    if config is None:
        raise BadModelFile(path, "a model with its architecture", "weights without one")
    return parse(config.encode() if isinstance(config, str) else config)


def lost_states(config: Any) -> Iterator[tuple[str, str]]:
    """Recurrent layers, at any depth, that go on from where the last request ended."""
    if isinstance(config, list):
        for part in config:
            yield from lost_states(part)
    if not isinstance(config, dict):
        return
    held = config.get("config")
    if isinstance(held, dict) and held.get("stateful") is True:
        yield str(held.get("name")), LOST_STATE
    for part in config.values():
        yield from lost_states(part)


def code_in(config: Any) -> Iterator[str]:
    """What at any depth is Python code, or names some outside of Keras's layers."""
    if isinstance(config, list):
        for part in config:
            yield from code_in(part)
    if not isinstance(config, dict):
        return
    kinds = (config.get("class_name"), config.get("type"))
    module = config.get("module")
    if "Lambda" in kinds or "__lambda__" in kinds:
        yield "a Lambda layer"
    if "function" in kinds and not str(module).startswith(FUNCTIONS):
        yield f"a function of {module}"
    if isinstance(module, str) and module.partition(".")[0] not in MODULES:
        yield f"a class of {module}"
    for part in config.values():
        yield from code_in(part)
