"""`plumb model convert` of a bad file: one clear line, status 1, nothing written."""

import pickle
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from support.programs.command import Plumb, in_a_process, plumb_in
from support.sources.onnx_nets import BOOL, FLOAT, STRING, floats, node, save_net

ROOT = Path(__file__).parents[4]
MNIST_ONNX = ROOT / "tests" / "converters" / "data" / "mnist_mlp.onnx"
BFLOAT16 = 16
BOMB_BYTES = 3 << 30


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


class Loud:
    """Would write a file when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.trace = folder / "executed"

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def truncated(folder: Path) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(MNIST_ONNX.read_bytes()[:5000])
    return path


def bomb(suffix: str) -> Callable[[Path], Path]:
    """An archive whose parts unpack to more than any model has."""

    def made(folder: Path) -> Path:
        path = folder / f"net{suffix}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", "{}")
            archive.writestr("model.weights.h5", bytes(1000))
        declare_size(path, BOMB_BYTES)
        return path

    return made


def declare_size(path: Path, size: int) -> None:
    """Say in the directory that the last part is so large, without packing as much."""
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(bytes(data))


def hostile_pickle(folder: Path) -> Path:
    path = folder / "net.pt"
    path.write_bytes(pickle.dumps(Loud(folder)))
    return path


def cyclic(folder: Path) -> Path:
    nodes = [node("Add", "x b", "a"), node("Relu", "a", "b"), node("Neg", "b", "y")]
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, (1, 4)))


def missing_weights(folder: Path) -> Path:
    return save_net(folder / "net.onnx", [node("Gemm", "x w", "y", transB=1)])


def weights_in(location: str) -> Callable[[Path], Path]:
    """A model whose weights are said to be in another file."""

    def made(folder: Path) -> Path:
        nodes = [node("Gemm", "x w", "y", transB=1)]
        path = save_net(folder / "net.onnx", nodes, weights={"w": floats(3, 4)})
        model = onnx.load_model(path)
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)
        path.write_bytes(model.SerializeToString())
        return path

    return made


def dynamic_shape(folder: Path) -> Path:
    shape = (FLOAT, (1, "length"))
    return save_net(folder / "net.onnx", [node("Relu", "x", "y")], shape, shape)


def texts(folder: Path) -> Path:
    shape = (STRING, (1, 4))
    return save_net(folder / "net.onnx", [node("Identity", "x", "y")], shape, shape)


def short_floats(folder: Path) -> Path:
    nodes = [node("Cast", "x", "y", to=FLOAT)]
    shapes: dict[str, Any] = {"x": (BFLOAT16, (1, 4)), "y": (FLOAT, (1, 4))}
    return save_net(folder / "net.onnx", nodes, **shapes)


def control_flow(folder: Path) -> Path:
    """On data, to results of two lengths."""
    branches = [
        helper.make_graph(
            [part], "branch", [], [helper.make_tensor_value_info("z", BOOL, (length,))]
        )
        for length, part in ((1, node("Not", "x", "z")), (2, node("Tile", "x t", "z")))
    ]
    nodes = [node("If", "x", "y", then_branch=branches[0], else_branch=branches[1])]
    kinds = (BOOL, (1,)), (BOOL, ("n",))
    return save_net(folder / "net.onnx", nodes, *kinds, {"t": np.int64([2])})


def loop(folder: Path) -> Path:
    """Whose end depends on data."""
    body = helper.make_graph(
        [
            node("Neg", "v", "w"),
            node("ReduceSum", "w", "s", keepdims=0),
            node("Cast", "s", "on", to=BOOL),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", onnx.TensorProto.INT64, ()),
            helper.make_tensor_value_info("go", BOOL, ()),
            helper.make_tensor_value_info("v", FLOAT, (1, 4)),
        ],
        [
            helper.make_tensor_value_info("on", BOOL, ()),
            helper.make_tensor_value_info("w", FLOAT, (1, 4)),
        ],
    )
    held = {"n": np.asarray(np.int64(3)), "t": np.asarray(True)}
    nodes = [node("Loop", "n t x", "y", body=body)]
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, (1, 4)), weights=held)


def three_gibibytes(folder: Path) -> Path:
    path = folder / "net.onnx"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    return path


def answer_of_a_megabyte(folder: Path) -> Path:
    nodes = [node("Expand", "x s", "y")]
    held = {"s": np.int64([1 << 16, 4])}
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, (1 << 16, 4)), weights=held)


def picture_of_exabytes(folder: Path) -> Path:
    shape = (FLOAT, (1 << 31, 1 << 31))
    return save_net(folder / "net.onnx", [node("Relu", "x", "y")], shape, shape)


def tensor_of_terabytes(folder: Path) -> Path:
    nodes = [node("Expand", "x s", "e"), node("ReduceMax", "e", "y", keepdims=0)]
    held = {"s": np.int64([1 << 40, 4])}
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, ()), weights=held)


# what is bad -> (the file, made in a folder of its own; what the line says)
BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated": (truncated, "net.onnx: expected"),
    "keras bomb": (bomb(".keras"), "at most 2147483648 bytes unpacked, got 3221"),
    "pt2 bomb": (bomb(".pt2"), "at most 2147483648 bytes unpacked, got 3221"),
    "pickle with code": (hostile_pickle, "net.pt: expected data only, got a pickle"),
    "cyclic graph": (cyclic, "net.onnx: expected a sound model, got"),
    "missing weights": (missing_weights, "net.onnx: expected a sound model, got"),
    "missing weights file": (weights_in("w.bin"), "in this folder, got no file w.bin"),
    "weights outside": (weights_in("../w.bin"), "in this folder, got ../w.bin"),
    "weights anywhere": (weights_in("/etc/passwd"), "in this folder, got /etc/passwd"),
    "dynamic shape": (dynamic_shape, "fix it with --input-shape x=..."),
    "strings": (texts, "type: expected uint8 or int32 or float32 or int8 or bool, got"),
    "bfloat16": (short_floats, "got bfloat16"),
    "control flow": (control_flow, "or with branches of equal shapes"),
    "loop": (loop, "unroll it: export for a fixed number of steps"),
    "3 GiB": (three_gibibytes, "at most 2147483648 bytes, got 3221225472"),
    "input too long": (picture_of_exabytes, "node 'x', input: input bytes: expected 1"),
    "tensor too large": (
        tensor_of_terabytes,
        "node 'node_e', Expand: result: expected at most 1073741760 bytes",
    ),
    "answer too long": (answer_of_a_megabyte, "output bytes: expected 1 to 98304"),
}


@pytest.mark.parametrize("name", BAD)
def test_convert_bad_file_is_one_line_and_leaves_nothing(
    name: str, plumb: Plumb, tmp_path: Path
) -> None:
    made, message = BAD[name]
    if name == "pickle with code":
        pytest.importorskip("torch", reason="torch is not installed")
        pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    path = made(tmp_path)
    before = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    ended = plumb("model", "convert", path)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("plumb: ")
    assert ended.err.count("\n") == 1 and ended.err.endswith("\n")
    assert message in ended.err
    after = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert after == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["truncated", "control flow", "3 GiB"])
def test_convert_bad_file_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    made, message = BAD[name]
    path = made(tmp_path)
    command = in_a_process(["model", "convert", path])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and message in done.stderr
    assert list(tmp_path.iterdir()) == [path]
