"""A file of a framework is judged by that framework, and a lost bias is noticed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sources.onnx_nets import floats
from support.sources.witnessing import judged

import tinynn
from converters import Options, conversion, convert
from converters.frameworks import is_source, tflite
from converters.frameworks.keras import lost_states
from converters.verify.verdict import Verdict
from converters.verify.verify import verify_conversion

# Frameworks warn about each other while they write the files of these tests.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def keras() -> Any:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    return pytest.importorskip("keras", reason="keras is not installed")


@pytest.fixture
def network(keras: Any) -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Conv2D(3, 3, activation="relu", bias_initializer="random_normal"),
            layers.Flatten(),
            layers.Dense(4, bias_initializer="random_normal"),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_witness_of_keras_files_is_keras(
    suffix: str, network: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"net{suffix}"
    network.save(path)
    found = judged(path)
    assert found.reference == "Keras" and found.passed(1.0)


@pytest.mark.slow
def test_stateful_layer_begins_anew_and_is_told(keras: Any, tmp_path: Path) -> None:
    """Keras, too, is asked as if each request were the first."""
    layers = keras.layers
    net = keras.Sequential(
        [
            layers.Input(batch_shape=(1, 4, 3)),
            layers.SimpleRNN(5, stateful=True, name="memory"),
            layers.Dense(2),
        ]
    )
    path = tmp_path / "net.keras"
    net.save(path)
    assert judged(path).passed(1.0)
    told = "'memory': its state is lost: each request begins anew"
    assert told in conversion(path, Options()).notes


def test_lost_states_are_found_at_any_depth() -> None:
    def layer(name: str, **how: Any) -> dict[str, Any]:
        return {"class_name": "GRU", "config": {"name": name, **how}}

    inner = {"class_name": "Model", "config": {"layers": [layer("b", stateful=True)]}}
    held = {"layer": layer("c", stateful=True)}
    config = {"config": {"layers": [layer("a", stateful=False), inner, held]}}
    assert [name for name, _ in lost_states(config)] == ["b", "c"]


@pytest.mark.slow
def test_witness_of_a_saved_model_is_tensorflow(keras: Any, tmp_path: Path) -> None:
    import tensorflow

    compat, folder = tensorflow.compat.v1, str(tmp_path / "net")
    with tensorflow.Graph().as_default(), compat.Session() as session:
        x = compat.placeholder(tensorflow.float32, (1, 6), "x")
        w = compat.get_variable("w", initializer=floats(6, 3))
        y = tensorflow.nn.relu(tensorflow.matmul(x, w))
        session.run(compat.global_variables_initializer())
        compat.saved_model.simple_save(session, folder, {"x": x}, {"y": y})
    for path in (tmp_path / "net", tmp_path / "net" / "saved_model.pb"):
        found = judged(path)
        assert found.reference == "TensorFlow" and found.passed(1.0)
        assert is_source(path)


@pytest.mark.slow
def test_witness_of_a_tflite_file_is_its_interpreter(
    network: Any, tmp_path: Path
) -> None:
    import tensorflow

    path = tmp_path / "net.tflite"
    converter = tensorflow.lite.TFLiteConverter.from_keras_model(network)
    path.write_bytes(converter.convert())
    found = judged(path)
    assert found.reference in ("LiteRT", "TensorFlow Lite") and found.passed(1.0)


@pytest.mark.slow
def test_lost_bias_of_a_tflite_file_is_mended_and_would_be_noticed(
    keras: Any, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the mending every operator is right, and yet the output is not."""
    path = shared_data / "tflite" / "mpromonet_mnist.tflite"
    assert judged(path).passed(1.0)

    def unmended(ctx: Any, node: Any) -> None:
        pass

    monkeypatch.setattr(tflite, "flatten", unmended)
    found = judged(path)
    assert found.verdict(1.0) is Verdict.BEYOND
    assert found.first_bad is None and found.contested


def test_witness_of_an_onnx_file_reads_the_file_itself(
    mnist_onnx: Path, tmp_path: Path
) -> None:
    """Not what was made of it here: a file that was replaced is noticed."""
    import onnx
    from onnx import numpy_helper

    path = tmp_path / "net.onnx"
    path.write_bytes(mnist_onnx.read_bytes())
    made = conversion(path, Options())
    other = onnx.load_model(path)
    bias = next(t for t in other.graph.initializer if t.name == "logits.bias")
    moved = numpy_helper.to_array(bias) + np.float32([3] + [0] * 9)
    bias.CopyFrom(numpy_helper.from_array(moved, bias.name))
    onnx.save_model(other, path)
    image = tinynn.load(made.image)
    (spec,) = image.inputs
    sample = {spec.name: np.zeros(spec.shape, spec.dtype)}
    found = verify_conversion(made, image, [sample], False)
    assert found.verdict(1.0) is Verdict.BEYOND and found.contested
    assert made.image == convert(mnist_onnx, name="net")
