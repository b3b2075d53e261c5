"""ONNX files that are oddly made: one clear line, soon, and nothing is written."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import FLOAT, STRING, floats, node, save_net

import tinynn

BFLOAT16 = 16


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def dense(folder: Path) -> Path:
    nodes = [node("Gemm", "x w", "y", transB=1)]
    return save_net(folder / "net.onnx", nodes, weights={"w": floats(3, 4)})


def changed(change: Callable[[onnx.ModelProto], object]) -> Callable[[Path], Path]:
    """A sound model after `change`."""

    def made(folder: Path) -> Path:
        path = dense(folder)
        model = onnx.load_model(path)
        change(model)
        path.write_bytes(model.SerializeToString())
        return path

    return made


def weights(model: onnx.ModelProto) -> onnx.TensorProto:
    return model.graph.initializer[0]


def short(model: onnx.ModelProto) -> None:
    weights(model).raw_data = weights(model).raw_data[4:]


def long(model: onnx.ModelProto) -> None:
    weights(model).raw_data += bytes(8)


def negative(model: onnx.ModelProto) -> None:
    weights(model).dims[0] = -3


def enormous(model: onnx.ModelProto) -> None:
    weights(model).dims[0] = 1 << 62


def empty(model: onnx.ModelProto) -> None:
    weights(model).dims[0] = 0
    weights(model).raw_data = b""


def twice(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(weights(model))


def no_input(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[1] = ""


def unknown_input(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[1] = "nowhere"


def output_twice(model: onnx.ModelProto) -> None:
    model.graph.output.append(model.graph.output[0])


def negative_axis(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = -4


def no_elements(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 0


def weights_of_a_gigabyte(folder: Path) -> Path:
    """Of which the model needs 48 bytes."""
    path = dense(folder)
    model = onnx.load_model(path)
    tensor = weights(model)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="w.bin")
    path.write_bytes(model.SerializeToString())
    with (folder / "w.bin").open("wb") as file:
        file.truncate(1 << 30)
    return path


def other_letters(folder: Path) -> Path:
    """A name that is no UTF-8."""
    path = dense(folder)
    path.write_bytes(path.read_bytes().replace(b"node_y", b"node\xff\xfe"))
    return path


def alike(folder: Path) -> Path:
    """Two outputs whose names differ in what an image does not hold."""
    path = save_net(folder / "net.onnx", [node("Relu", "x", "y")], y=(FLOAT, (1, 4)))
    model = onnx.load_model(path)
    names = ["n" * 40 + end for end in "ab"]
    del model.graph.node[:], model.graph.output[:]
    for name in names:
        model.graph.node.append(node("Relu", "x", name))
        kind = onnx.helper.make_tensor_value_info(name, FLOAT, (1, 4))
        model.graph.output.append(kind)
    path.write_bytes(model.SerializeToString())
    return path


def test_convert_outputs_named_alike_are_numbered(plumb: Plumb, tmp_path: Path) -> None:
    assert plumb("model", "convert", alike(tmp_path), "--no-verify").status == 0
    outputs = tinynn.load(tmp_path / "net.plumb").outputs
    assert [spec.name for spec in outputs] == ["n" * 32, "n" * 30 + "~2"]


def padded(folder: Path) -> Path:
    held = {"p": np.int64([0, 1 << 40, 0, 0])}
    nodes = [node("Pad", "x p", "y", mode="edge")]
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, (1, "n")), weights=held)


def resized(folder: Path) -> Path:
    made = node("Resize", "x none none s", "y", mode="linear")
    made.input[1] = made.input[2] = ""
    held = {"s": np.int64([1, 1 << 40])}
    return save_net(folder / "net.onnx", [made], y=(FLOAT, (1, "n")), weights=held)


def recurrent(folder: Path) -> Path:
    """Of more units than any memory holds, by an attribute alone."""
    nodes = [node("LSTM", "x w r", "a y", hidden_size=1 << 50)]
    held = {"w": floats(1, 8, 4), "r": floats(1, 8, 2)}
    shapes: dict[str, Any] = {"x": (FLOAT, (1, 1, 4)), "y": (FLOAT, ("a", "b", "c"))}
    return save_net(folder / "net.onnx", nodes, weights=held, **shapes)


def pipe(folder: Path) -> Path:
    """Nobody writes to it: whoever opens it waits forever."""
    os.mkfifo(folder / "net.onnx")
    return folder / "net.onnx"


def folder_by_its_name(folder: Path) -> Path:
    (folder / "net.onnx").mkdir()
    return folder / "net.onnx"


def below_a_file(folder: Path) -> Path:
    return dense(folder) / "net.onnx"


def typed(kind: int) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        ports = {"x": (kind, (1, 4)), "y": (kind, (1, 4))}
        return save_net(folder / "net.onnx", [node("Identity", "x", "y")], **ports)

    return made


# what is odd -> (the file, made in a folder of its own; what the line says)
ODD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "weights too short": (changed(short), "raw_data size (44 bytes) is too small"),
    "weights too long": (changed(long), "cannot reshape array of size 14"),
    "weights of negative size": (changed(negative), "Negative dimension value"),
    "weights of no bounds": (changed(enormous), "dimension product overflow"),
    "weights of no size": (changed(empty), "expected at least one element"),
    "weights twice": (changed(twice), "initializer name is not unique"),
    "weights of a gigabyte": (weights_of_a_gigabyte, "'w' to have at most 48 bytes"),
    "input left out": (changed(no_input), "expected a sound model"),
    "input of unknown name": (changed(unknown_input), "however input 'nowhere'"),
    "input of negative size": (changed(negative_axis), "net.onnx: "),
    "input without elements": (changed(no_elements), "net.onnx: "),
    "output twice": (changed(output_twice), "name: expected each once, got 'y'"),
    "name of other letters": (other_letters, "expected names in UTF-8, got b'node"),
    "padded endlessly": (padded, "Pad: length: expected at most 67108864"),
    "resized endlessly": (resized, "Resize: length: expected at most 67108864"),
    "recurrent endlessly": (recurrent, "LSTM: "),
    "pipe": (pipe, "expected a file or a folder, got a device or a pipe"),
    "device": (lambda folder: Path("/dev/zero"), "got a device or a pipe"),
    "folder": (folder_by_its_name, "model.safetensors, got another folder"),
    "below a file": (below_a_file, "Not a directory"),
    "text": (typed(STRING), "got string (do without text: tokenise"),
    "short floats": (typed(BFLOAT16), "got bfloat16 (export the model in float32)"),
}


@pytest.mark.parametrize("name", ODD)
def test_convert_odd_file_is_one_line_and_leaves_nothing(
    name: str, plumb: Plumb, tmp_path: Path
) -> None:
    made, message = ODD[name]
    path, target = made(tmp_path), tmp_path / "out.plumb"
    before = sorted(tmp_path.iterdir())
    ended = plumb("model", "convert", path, "-o", target)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("plumb: ") and ended.err.count("\n") == 1
    assert message in ended.err
    assert sorted(tmp_path.iterdir()) == before


def undecodable(folder: Path) -> Path:
    """An archive of something else than arrays."""
    with zipfile.ZipFile(folder / "data.npz", "w") as archive:
        archive.writestr("x.txt", "hello")
    return folder / "data.npz"


def bomb(folder: Path) -> Path:
    """What the directory says of the size is enough."""
    np.savez_compressed(folder / "data.npz", x=np.zeros(100))
    data = bytearray((folder / "data.npz").read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (3 << 30).to_bytes(4, "little")
    (folder / "data.npz").write_bytes(data)
    return folder / "data.npz"


def endless(folder: Path) -> Path:
    """A header alone, of an array of terabytes."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (1 << 42,)}
    with (folder / "data.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
    return folder / "data.npy"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (undecodable, "expected numpy arrays, got x.txt"),
        (bomb, "expected at most 2147483648 bytes unpacked, got 3221225472"),
        (endless, "expected arrays that the memory holds, got Unable to allocate"),
    ],
)
@pytest.mark.parametrize("command", ["run", "convert"])
def test_odd_data_are_one_line(
    command: str,
    made: Callable[[Path], Path],
    message: str,
    plumb: Plumb,
    tmp_path: Path,
) -> None:
    data, target = made(tmp_path), tmp_path / "out.plumb"
    if command == "run":
        ended = plumb("model", "run", "mnist", data, "-o", target)
    else:
        options = ("--quantize", "int8", "--calibrate", data, "-o", target)
        ended = plumb("model", "convert", dense(tmp_path), *options)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"plumb: {data}: {message}")
    assert ended.err.count("\n") == 1 and not target.exists()


def test_verify_against_a_source_of_another_size_is_one_line(
    plumb: Plumb, tmp_path: Path
) -> None:
    nodes = [node("Relu", "x", "y")]
    paths = [
        save_net(tmp_path / f"{n}.onnx", nodes, x=(FLOAT, (1, n)), y=(FLOAT, (1, n)))
        for n in (4, 5)
    ]
    assert plumb("model", "convert", paths[0]).status == 0
    np.save(tmp_path / "x.npy", floats(1, 4))
    files = ("--against", paths[1], "--data", tmp_path / "x.npy")
    ended = plumb("model", "verify", tmp_path / "4.plumb", *files)
    assert ended.status == 1
    told = "plumb: --against: expected input x like (4,), got (1, 5)\n"
    assert ended.err == told


def test_inspect_of_a_pipe_is_one_line(plumb: Plumb, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    ended = plumb("model", "inspect", tmp_path / "pipe")
    assert ended.status == 1
    assert ended.err.endswith("expected a model image, got a device or a pipe\n")


def test_run_on_a_device_without_end_is_one_line(plumb: Plumb) -> None:
    ended = plumb("model", "run", "mnist", "/dev/zero")
    assert ended.status == 1
    assert ended.err == "plumb: /dev/zero: expected 784 bytes, got more\n"
