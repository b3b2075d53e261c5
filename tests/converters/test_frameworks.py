"""Files of PyTorch and Keras: read as data, executed only if they are trusted."""

import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinynn
from converters import convert, convert_module, inspect
from converters.errors import BadModelFile, BadOption, UntrustedCode
from converters.frameworks import is_pytorch, is_script, is_source

# Frameworks warn about each other while they write the files of these tests.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RAN: list[str] = []


class Loud:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return RAN.append, ("code",)


@pytest.fixture
def torch() -> Any:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    return pytest.importorskip("torch", reason="torch is not installed")


@pytest.fixture
def keras() -> Any:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    return pytest.importorskip("keras", reason="keras is not installed")


@pytest.fixture
def net(torch: Any) -> Any:
    torch.manual_seed(1)
    nn = torch.nn
    layers = (nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(4 * 36, 3)).eval()


def agree(image: bytes, torch: Any, net: Any) -> None:
    x = torch.rand(1, 1, 8, 8)
    (y,) = tinynn.load(image).run(x.numpy()[0])
    np.testing.assert_allclose(y, net(x).detach().numpy()[0], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_convert_module_agrees_with_torch(torch: Any, net: Any) -> None:
    image = convert_module(net, [torch.zeros(1, 1, 8, 8)], name="small")
    agree(image, torch, net)
    assert tinynn.load(image).name == "small"


@pytest.mark.slow
def test_convert_exported_program_agrees_with_torch(
    torch: Any, net: Any, tmp_path: Path
) -> None:
    path = tmp_path / "net.pt2"
    program = torch.export.export(net, (torch.zeros(1, 1, 8, 8),))
    torch.export.save(program, path)
    agree(convert(path), torch, net)
    hostile = tmp_path / "hostile.pt2"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            code = name.endswith("sample_inputs/model.pt")
            data = pickle.dumps(Loud()) if code else source.read(name)
            target.writestr(name, data)
    with pytest.raises(UntrustedCode, match="--trust-code"):
        convert(hostile)
    assert not RAN


@pytest.mark.slow
def test_convert_torch_script_needs_trust(torch: Any, net: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.jit.save(torch.jit.trace(net, torch.zeros(1, 1, 8, 8)), path)
    with pytest.raises(UntrustedCode, match="got TorchScript"):
        convert(path)
    with pytest.raises(BadOption, match="--input-shape"):
        convert(path, trust_code=True)
    shapes = {"x": (1, 1, 8, 8)}
    agree(convert(path, trust_code=True, input_shapes=shapes), torch, net)


@pytest.mark.parametrize("name", ["net.pt", "net.pt2", "net.onnx", "net.bin", "net"])
def test_torch_script_is_known_by_what_is_in_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    assert not is_script(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"")
    assert not is_script(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("net/code/__torch__.py", b"")
    assert is_script(path) and is_pytorch(path) and is_source(path)


@pytest.mark.slow
def test_convert_pickled_module_needs_trust(
    torch: Any, net: Any, tmp_path: Path
) -> None:
    path = tmp_path / "net.pth"
    torch.save(net, path)
    with pytest.raises(UntrustedCode, match="a pickle with code"):
        convert(path)
    shapes = {"x": (1, 1, 8, 8)}
    agree(convert(path, trust_code=True, input_shapes=shapes), torch, net)


@pytest.mark.slow
def test_convert_module_that_torch_can_t_export_says_why(torch: Any) -> None:
    class Distances(torch.nn.Module):  # type: ignore[name-defined, misc]
        def forward(self, x: Any) -> Any:
            return torch.cdist(x, x)

    with pytest.raises(BadModelFile, match="No ONNX function found.*cdist"):
        convert_module(Distances(), [torch.zeros(1, 3, 4)], name="distances")


def test_convert_hostile_pickle_is_not_executed(torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(pickle.dumps(Loud()))
    with pytest.raises(UntrustedCode, match="a pickle with code"):
        convert(path)
    assert not RAN


def test_convert_weights_alone_are_refused(
    torch: Any, net: Any, tmp_path: Path
) -> None:
    path = tmp_path / "net.pt"
    torch.save(net.state_dict(), path)
    with pytest.raises(BadModelFile, match="a model with its architecture"):
        convert(path)


@pytest.mark.parametrize("suffix", [".pt2", ".pt"])
def test_convert_cut_torch_file_is_one_line(
    suffix: str, torch: Any, net: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"net{suffix}"
    torch.save(net.state_dict(), path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(BadModelFile) as refusal:
        convert(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_convert_keras_model_agrees(suffix: str, keras: Any, tmp_path: Path) -> None:
    layers = keras.layers
    net = keras.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    path = tmp_path / f"net{suffix}"
    net.save(path)
    x = np.random.default_rng(2).random((1, 8, 8, 2), np.float32)
    (y,) = tinynn.load(convert(path)).run(x[0])
    expected = net(x, training=False).numpy()[0]
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_convert_keras_recurrent_model_agrees(
    name: str, keras: Any, tmp_path: Path
) -> None:
    layers = keras.layers
    every, last = (
        getattr(layers, name)(4, return_sequences=more) for more in (True, False)
    )
    net = keras.Sequential([layers.Input((5, 3)), every, layers.Bidirectional(last)])
    path = tmp_path / "net.keras"
    net.save(path)
    x = np.random.default_rng(2).random((1, 5, 3), np.float32)
    (y,) = tinynn.load(convert(path)).run(x[0])
    expected = net(x, training=False).numpy()[0]
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_convert_keras_gelu_agrees(keras: Any, tmp_path: Path) -> None:
    """tf2onnx writes an operator for it that ONNX does not have."""
    layers = keras.layers
    net = keras.Sequential([layers.Input((8,)), layers.Dense(6, activation="gelu")])
    path = tmp_path / "net.keras"
    net.save(path)
    x = np.random.default_rng(2).normal(size=(1, 8)).astype(np.float32)
    (y,) = tinynn.load(convert(path)).run(x[0])
    expected = net(x, training=False).numpy()[0]
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_convert_keras_lambda_needs_trust(
    suffix: str, keras: Any, tmp_path: Path
) -> None:
    layers = keras.layers
    net = keras.Sequential([layers.Input((4,)), layers.Lambda(lambda x: x * 2)])
    path = tmp_path / f"net{suffix}"
    net.save(path)
    with pytest.raises(UntrustedCode, match="a Lambda layer"):
        convert(path)
    assert not inspect(path, trust_code=True).problems


@pytest.mark.slow
def test_convert_tflite_file_agrees(keras: Any, tmp_path: Path) -> None:
    import tensorflow

    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
    path = tmp_path / "net.tflite"
    path.write_bytes(tensorflow.lite.TFLiteConverter.from_keras_model(net).convert())
    x = np.random.default_rng(2).random((1, 4), np.float32)
    (y,) = tinynn.load(convert(path)).run(x[0])
    np.testing.assert_allclose(y, net(x).numpy()[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".keras", ".h5", ".tflite"])
def test_convert_cut_keras_file_is_one_line(
    suffix: str, share: float, keras: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"net{suffix}"
    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
    if suffix == ".tflite":
        path.write_bytes(b"TFL3" * 300)
    else:
        net.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadModelFile, match=f"{path.name}: expected") as refusal:
        convert(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("missing", ["variables", "saved_model.pb"])
def test_convert_saved_model_without_a_part_is_one_line(
    missing: str, keras: Any, tmp_path: Path
) -> None:
    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
    folder = tmp_path / "net"
    net.export(folder, verbose=False)
    if missing == "variables":
        shutil.rmtree(folder / missing)
    else:
        (folder / missing).write_bytes((folder / missing).read_bytes()[:500])
    with pytest.raises(BadModelFile, match="net: expected") as refusal:
        convert(folder)
    assert "\n" not in str(refusal.value)
