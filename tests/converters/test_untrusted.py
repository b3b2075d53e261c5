"""No file of a framework is executed unless it is trusted; weights are no inputs.

Each file here would write, or fetch, where code in it can.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sources.onnx_nets import floats

import tinynn
from converters import convert, inspect
from converters.errors import BadModelFile, UntrustedCode
from converters.frameworks import keras as subject

# Frameworks warn about each other while they write the files of these tests.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def tensorflow() -> Any:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    return pytest.importorskip("tensorflow", reason="tensorflow is not installed")


def net(tensorflow: Any, serve: Callable[[Any, Any], Any]) -> Any:
    class Net(tensorflow.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = tensorflow.Variable(floats(4, 3))

        @tensorflow.function(
            input_signature=[tensorflow.TensorSpec((1, 4), tensorflow.float32)]
        )
        def serve(self, x: Any) -> Any:
            return {"y": serve(self, x)}

    return Net()


def saved(tensorflow: Any, module: Any, folder: Path) -> Path:
    signatures = {"serving_default": module.serve}
    tensorflow.saved_model.save(module, str(folder), signatures=signatures)
    return folder


def product(module: Any, x: Any) -> Any:
    return x @ module.w


def writing_when_loaded(tensorflow: Any, trace: Path) -> Any:
    """A resource's initialiser, which the loader runs."""
    from tensorflow.python.trackable.resource import CapturableResource

    module = net(tensorflow, product)

    class Planted(CapturableResource):
        def _create_resource(self) -> Any:
            return tensorflow.raw_ops.VarHandleOp(
                dtype=tensorflow.float32, shape=(), shared_name="planted"
            )

        def _initialize(self) -> Any:
            return tensorflow.io.write_file(str(trace), "x")

    module.planted = Planted()
    return module


def writing_when_served(tensorflow: Any, trace: Path) -> Any:
    def serve(module: Any, x: Any) -> Any:
        with tensorflow.control_dependencies(
            [tensorflow.io.write_file(str(trace), "x")]
        ):
            return x @ module.w

    return net(tensorflow, serve)


def saving_when_served(tensorflow: Any, trace: Path) -> Any:
    """By the operator that every SavedModel has, where it is not the saver's."""

    def serve(module: Any, x: Any) -> Any:
        save = tensorflow.raw_ops.SaveV2(
            prefix=str(trace), tensor_names=["a"], shape_and_slices=[""], tensors=[x]
        )
        with tensorflow.control_dependencies([save]):
            return x @ module.w

    return net(tensorflow, serve)


def reading_when_served(tensorflow: Any, trace: Path) -> Any:
    def serve(module: Any, x: Any) -> Any:
        text = tensorflow.io.read_file("/etc/hostname")
        size = tensorflow.cast(tensorflow.strings.length(text), tensorflow.float32)
        return x @ module.w + size

    return net(tensorflow, serve)


def printing_when_served(tensorflow: Any, trace: Path) -> Any:
    def serve(module: Any, x: Any) -> Any:
        with tensorflow.control_dependencies(
            [tensorflow.print("x", output_stream=f"file://{trace}")]
        ):
            return x @ module.w

    return net(tensorflow, serve)


PLANTED = {
    "an initialiser": (writing_when_loaded, "WriteFile"),
    "the signature": (writing_when_served, "WriteFile"),
    "a checkpoint": (saving_when_served, "SaveV2"),
    "a file that is read": (reading_when_served, "ReadFile"),
    "a print": (printing_when_served, "PrintV2"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_saved_model_that_would_do_more_than_compute_is_not_touched(
    name: str, tensorflow: Any, tmp_path: Path
) -> None:
    plant, operator = PLANTED[name]
    trace = tmp_path / "trace"
    folder = saved(tensorflow, plant(tensorflow, trace), tmp_path / "net")
    for part in tmp_path.glob("trace*"):  # what saving it may have left
        part.unlink()
    for look in (convert, inspect):
        with pytest.raises(UntrustedCode, match=f"would run {operator} "):
            look(folder)
    assert not list(tmp_path.glob("trace*"))


def test_foreign_saved_model_with_an_initialiser_is_not_touched(
    tensorflow: Any, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would write a file where the process is."""
    monkeypatch.chdir(tmp_path)
    file = shared_data / "cases" / "frameworks" / "savedmodel_init_writes.zip"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UntrustedCode, match="WriteFile"):
        inspect(tmp_path / "model")
    assert sorted(tmp_path.rglob("*")) == before


def test_saved_model_that_only_computes_needs_no_trust(
    tensorflow: Any, tmp_path: Path
) -> None:
    """As tf.saved_model.save and Keras's export write them: calls within calls."""
    module = net(tensorflow, product)
    folder = saved(tensorflow, module, tmp_path / "net")
    (y,) = tinynn.load(convert(folder)).run(floats(4, seed=3))
    expected = floats(4, seed=3) @ module.w.numpy()
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    layers = tensorflow.keras.layers
    network = tensorflow.keras.Sequential(
        [layers.Input((4,)), layers.Dense(3, activation="relu")]
    )
    network.export(tmp_path / "exported", verbose=False)
    (y,) = tinynn.load(convert(tmp_path / "exported")).run(floats(4, seed=3))
    expected = network(floats(1, 4, seed=3)).numpy()[0]
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def with_config(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The Keras file, its architecture changed."""
    target = path.with_name("planted.keras")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "config.json":
                config = json.loads(data)
                change(config)
                data = json.dumps(config).encode()
            archive.writestr(name, data)
    return target


def activation(**named: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["config"]["activation"] = named

    return change


def layer(**named: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1] |= named

    return change


CHANGED = {
    "a function that fetches": (
        activation(module="keras.utils", class_name="function", config="get_file"),
        "a function of keras.utils",
    ),
    "a function of the system": (
        activation(module="os", class_name="function", config="system"),
        "a function of os",
    ),
    "a class of the system": (
        layer(module="subprocess", class_name="Popen", config={"args": "true"}),
        "a class of subprocess",
    ),
    "a lambda": (
        activation(class_name="__lambda__", config={"value": "4wEAAAA="}),
        "a Lambda layer",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_keras_file_that_names_code_is_not_loaded(
    name: str, tensorflow: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, what = CHANGED[name]
    layers = tensorflow.keras.layers
    network = tensorflow.keras.Sequential([layers.Input((4,)), layers.Dense(3)])
    network.save(tmp_path / "net.keras")

    def touched(*_: Any, **__: Any) -> None:
        pytest.fail("Keras has touched it")

    monkeypatch.setattr(tensorflow.keras.models, "load_model", touched)
    with pytest.raises(UntrustedCode, match=what):
        convert(with_config(tmp_path / "net.keras", change))


def normalising(tensorflow: Any, folder: Path) -> Path:
    layers = tensorflow.keras.layers
    how = {"mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 4.0, 0.25, 9.0]}
    network = tensorflow.keras.Sequential(
        [layers.Input((4,), name="x"), layers.Normalization(**how)]
    )
    network.save(folder / "net.keras")
    return folder / "net.keras"


def test_keras_constants_are_weights_and_no_inputs(
    tensorflow: Any, tmp_path: Path
) -> None:
    """Else each requester would choose them."""
    image = tinynn.load(convert(normalising(tensorflow, tmp_path)))
    assert [spec.name for spec in image.inputs] == ["x"]
    (y,) = image.run(np.float32([2, 2, 2, 2]))
    np.testing.assert_allclose(y, [1, 0, -2, -2 / 3], rtol=1e-6)


def test_keras_input_that_the_model_has_not_is_refused(
    tensorflow: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "hold", lambda model, captured: None)
    with pytest.raises(BadModelFile, match="expected the inputs x, got x, "):
        convert(normalising(tensorflow, tmp_path))


def test_foreign_keras_normalization_has_one_input(
    tensorflow: Any, shared_data: Path
) -> None:
    folder = shared_data / "cases" / "frameworks"
    image = tinynn.load(convert(folder / "keras_normalization.keras"))
    (spec,) = image.inputs
    held = dict(np.load(folder / "keras_normalization.npz"))
    x = next(array for name, array in held.items() if name.startswith("in"))
    expected = next(array for name, array in held.items() if name.startswith("out"))
    (y,) = image.run(x.astype(spec.dtype).reshape(spec.shape))
    np.testing.assert_allclose(y.ravel(), expected.ravel(), rtol=1e-5, atol=1e-6)
