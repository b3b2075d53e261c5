"""Files that are not whole ONNX models end in one error with the file's name."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from support.sources.onnx_nets import FLOAT, INT64, floats, node, save_net

import tinynn
from converters import ConverterError, convert
from converters.errors import BadModelFile, MissingExtra
from converters.frameworks.keras import legacy_shape
from converters.source import first_line


def test_convert_missing_file_raises_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        convert(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"PLMB", b"\x00" * 64, b"\x7fELF\x01\x01"])
def test_convert_other_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match=r"net\.onnx: expected"):
        convert(path)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.6, 0.9, 0.99, 0.999])
def test_convert_truncated_file_is_refused(
    share: float, mnist_onnx: Path, tmp_path: Path
) -> None:
    data = mnist_onnx.read_bytes()
    path = tmp_path / "net.onnx"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadModelFile, match=r"net\.onnx: expected"):
        convert(path)


def test_convert_corrupted_file_raises_our_errors_only(
    mnist_onnx: Path, tmp_path: Path
) -> None:
    """Structure is at the file's end; the weights before it may hold any bytes."""
    random = np.random.default_rng(5)
    original = np.frombuffer(mnist_onnx.read_bytes(), np.uint8)
    path = tmp_path / "net.onnx"
    for _ in range(60):
        data = original.copy()
        data[random.integers(len(data) - 3000, len(data), 3)] = random.integers(256)
        path.write_bytes(data.tobytes())
        try:
            convert(path)
        except ConverterError as error:
            assert "\n" not in str(error)


def test_convert_old_opset_is_refused(tmp_path: Path) -> None:
    nodes = [node("Relu", "x", "y")]
    path = save_net(tmp_path / "net.onnx", nodes, y=(FLOAT, (1, 4)), opset=6)
    with pytest.raises(BadModelFile, match="expected opset 7 to .*, got opset 6"):
        convert(path)


def test_convert_inconsistent_shapes_are_refused(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "y")]
    path = save_net(tmp_path / "net.onnx", nodes, weights={"w": floats(5, 3)})
    with pytest.raises(BadModelFile, match="expected a sound model"):
        convert(path)


def test_convert_without_onnx_says_how_to_get_it(
    mnist_onnx: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtra, match=r"pip install -e '\.\[convert\]'"):
        convert(mnist_onnx)


def external(folder: Path, location: str, length: int = 48) -> Path:
    """A model whose weights are said to be in another file."""
    nodes = [node("Gemm", "x w", "y", transB=1)]
    path = save_net(folder / "net.onnx", nodes, weights={"w": floats(3, 4)})
    model = onnx.load_model(path)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", location), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    return path


def test_convert_weights_beside_the_file_are_read(tmp_path: Path) -> None:
    path = external(tmp_path, "weights.bin")
    (tmp_path / "weights.bin").write_bytes(floats(3, 4).tobytes())
    x = floats(4)
    (y,) = tinynn.load(convert(path)).run(x)
    np.testing.assert_allclose(y, floats(3, 4) @ x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("location", "length", "actual"),
    [
        ("none.bin", 48, "got no file none.bin"),
        ("../secret.bin", 48, "got ../secret.bin"),
        ("/etc/hostname", 48, "got /etc/hostname"),
        ("link.bin", 48, "got link.bin"),
        ("huge.bin", 3 << 30, "bytes of weights, got 3221225472"),
    ],
)
def test_convert_weights_elsewhere_are_refused(
    location: str, length: int, actual: str, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(bytes(48))
    (folder / "huge.bin").write_bytes(b"")
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(BadModelFile) as refusal:
        convert(external(folder, location, length))
    assert actual in str(refusal.value)


def test_convert_cyclic_graph_is_refused(tmp_path: Path) -> None:
    nodes = [node("Add", "x b", "a"), node("Relu", "a", "b"), node("Neg", "b", "y")]
    path = save_net(tmp_path / "net.onnx", nodes, y=(FLOAT, (1, 4)))
    with pytest.raises(BadModelFile, match="expected a sound model"):
        convert(path)


def test_convert_missing_weight_is_refused(tmp_path: Path) -> None:
    path = save_net(tmp_path / "net.onnx", [node("Gemm", "x w", "y", transB=1)])
    with pytest.raises(BadModelFile, match="expected a sound model"):
        convert(path)


def test_convert_file_beyond_two_gibibytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(BadModelFile, match="at most 2147483648 bytes"):
        convert(path)


def test_convert_sequence_input_is_refused(tmp_path: Path) -> None:
    kind = helper.make_tensor_sequence_value_info("x", FLOAT, None)
    graph = helper.make_graph(
        [node("SequenceLength", "x", "y")],
        "net",
        [kind],
        [helper.make_tensor_value_info("y", INT64, ())],
    )
    path = tmp_path / "net.onnx"
    onnx.save_model(helper.make_model(graph), path)
    with pytest.raises(BadModelFile, match="expected input 'x' to be a tensor"):
        convert(path)


def test_convert_other_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="model.safetensors, got another folder"):
        convert(tmp_path)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("net.pt2", "torch", "train"),
        ("net.pt", "torch", "train"),
        ("net.keras", "tensorflow", "tensorflow"),
        ("net.h5", "tensorflow", "tensorflow"),
        ("net.tflite", "tensorflow", "tensorflow"),
    ],
)
def test_convert_without_framework_says_how_to_get_it(
    name: str,
    package: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for missing in ("torch", "onnxscript", "tensorflow", "tf2onnx"):
        monkeypatch.setitem(sys.modules, missing, None)
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(MissingExtra) as refusal:
        convert(path)
    assert package in str(refusal.value)
    assert f"pip install -e '.[{extra}]'" in str(refusal.value)


USER_CODE = """in user code:

    File "/somewhere/keras.py", line 44, in None  *
        lambda *inputs: model(list(inputs), training=False)
    File "/elsewhere/traceback_utils.py", line 122, in error_handler  **
        raise e.with_traceback(filtered_tb) from None

    ValueError: Exception encountered when calling Sequential.call().

    \x1b[1mInvalid input shape: expected (None, 100), got (1, 7)\x1b[0m

    Arguments received by Sequential.call():
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (USER_CODE, "Invalid input shape: expected (None, 100), got (1, 7)"),
        ("two words.\nand more", "two words"),
        ("word", "ValueError word"),
        ("", "ValueError"),
        ("in user code:", "in user code"),
    ],
)
def test_first_line_is_the_one_that_says_something(said: str, line: str) -> None:
    assert first_line(ValueError(said)) == line


@pytest.mark.parametrize(
    ("kind", "layer", "shape"),
    [
        ("Sequential", {"batch_input_shape": [None, 100]}, [None, 100]),
        ("Sequential", {"units": 3}, None),
        ("Functional", {"batch_input_shape": [None, 100]}, None),
    ],
)
def test_shape_of_a_row_of_layers_by_keras_2(
    kind: str, layer: dict[str, Any], shape: list[int | None] | None
) -> None:
    layers = [{"class_name": "Dense", "config": layer}]
    config = {"class_name": kind, "config": {"layers": layers}}
    assert legacy_shape(config) == shape
    layers.insert(0, {"class_name": "InputLayer", "config": layer})
    assert legacy_shape(config) is None
