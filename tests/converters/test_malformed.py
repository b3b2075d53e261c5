"""Files that are not whole ONNX models end in one error with the file's name."""

import sys
from pathlib import Path

import numpy as np
import pytest
from support.onnx_nets import FLOAT, floats, node, save_net

from converters import ConverterError, convert
from converters.errors import BadModelFile, MissingExtra


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
    with pytest.raises(BadModelFile, match="expected opset 7 or later, got opset 6"):
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
    with pytest.raises(MissingExtra, match=r"pip install 'plumbline\[convert\]'"):
        convert(mnist_onnx)
