"""What a user can do wrong ends in one clear line and an honest exit status."""

import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, in_a_process, plumb_in
from support.sources.onnx_nets import FLOAT, node, save_net

from tinynn import guest, models

ROOT = Path(__file__).parents[3]
GUEST, MNIST = guest.elf_path(), models.path("mnist")
MNIST_ONNX = ROOT / "tests" / "converters" / "data" / "mnist_mlp.onnx"
LITTLE, BIG = 1, 2


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def elf_header(word_class: int, byte_order: int) -> bytes:
    return bytes([0x7F, *b"ELF", word_class, byte_order, 1]).ljust(64, b"\0")


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def saved(folder: Path, array: np.ndarray) -> Path:
    path = folder / "x.npy"
    np.save(path, array)
    return path


def two_unsupported(folder: Path) -> Path:
    nodes = [
        node("RandomNormalLike", "x", "s"),
        node("RandomUniformLike", "x", "t"),
        node("Add", "s t", "y"),
    ]
    return save_net(folder / "net.onnx", nodes, y=(FLOAT, (1, 4)))


Arguments = Callable[[Path], list[object]]

# what is wrong -> (the command line, made in a folder of its own; what the line says)
CASES: dict[str, tuple[Arguments, str]] = {
    "elf_missing": (
        lambda folder: ["vm", "run", folder / "none.elf"],
        "none.elf: No such file or directory",
    ),
    "elf_is_a_folder": (lambda folder: ["vm", "run", folder], "Is a directory"),
    "not_an_elf": (
        lambda folder: ["vm", "run", written(folder, "a.elf", b"#!/bin/sh\n")],
        "a.elf: expected an ELF file",
    ),
    "empty_elf": (
        lambda folder: ["vm", "root", written(folder, "a.elf", b"")],
        "a.elf: expected",
    ),
    "truncated_elf": (
        lambda folder: [
            "vm",
            "trace",
            written(folder, "a.elf", GUEST.read_bytes()[:100]),
        ],
        "a.elf: expected",
    ),
    "big_endian_elf": (
        lambda folder: ["vm", "run", written(folder, "a.elf", elf_header(1, BIG))],
        "a.elf: expected little-endian, got big-endian",
    ),
    "elf_of_64_bits": (
        lambda folder: ["vm", "step", written(folder, "a.elf", elf_header(2, LITTLE))],
        "a.elf: expected 32-bit, got 64-bit",
    ),
    "vm_model_missing": (
        lambda folder: ["vm", "run", GUEST, "--model", folder / "none.plumb"],
        "none.plumb: No such file or directory",
    ),
    "vm_input_missing": (
        lambda folder: ["vm", "run", GUEST, "--input", folder / "none.bin"],
        "none.bin: No such file or directory",
    ),
    "model_missing": (
        lambda folder: ["model", "inspect", folder / "none.plumb"],
        "none.plumb: No such file or directory",
    ),
    "model_unknown": (
        lambda folder: ["model", "run", "nonesuch", folder / "x.bin"],
        "nonesuch: No such file or directory",
    ),
    "model_truncated": (
        lambda folder: [
            "model",
            "inspect",
            written(folder, "m.plumb", MNIST.read_bytes()[:-1]),
        ],
        "expected 408704 bytes, got 408703",
    ),
    "model_cut_in_header": (
        lambda folder: [
            "model",
            "inspect",
            written(folder, "m.plumb", MNIST.read_bytes()[:20]),
        ],
        "m.plumb: ",
    ),
    "model_empty": (
        lambda folder: ["model", "inspect", written(folder, "m.plumb", b"")],
        "m.plumb: ",
    ),
    "model_wrong_magic": (
        lambda folder: [
            "model",
            "run",
            written(folder, "m.plumb", b"GGUF" + MNIST.read_bytes()[4:]),
            written(folder, "x.bin", bytes(784)),
        ],
        "magic: expected",
    ),
    "onnx_missing": (
        lambda folder: ["model", "convert", folder / "none.onnx"],
        "none.onnx: No such file or directory",
    ),
    "onnx_truncated": (
        lambda folder: ["model", "inspect", written(folder, "n.onnx", b"\x08\x0a\x12")],
        "n.onnx: expected a sound model",
    ),
    "unsupported_operators": (
        lambda folder: ["model", "convert", two_unsupported(folder)],
        "net.onnx: can't be converted: node 'node_s', RandomNormalLike: tinynn has no "
        "RandomNormalLike (make the noise an input); node 'node_t', RandomUniformLike",
    ),
    "input_too_short": (
        lambda folder: ["model", "run", MNIST, written(folder, "x.bin", bytes(783))],
        "x.bin: expected 784 bytes, got 783",
    ),
    "input_too_long": (
        lambda folder: ["model", "run", "mnist", written(folder, "x", bytes(785))],
        "x: expected 784 bytes, got 785",
    ),
    "array_of_wrong_size": (
        lambda folder: ["model", "run", MNIST, saved(folder, np.zeros((28, 27)))],
        "x.npy: expected image: 784 numbers of type uint8, got shape (28, 27)",
    ),
    "array_out_of_range": (
        lambda folder: ["model", "run", MNIST, saved(folder, np.full(784, 256))],
        "expected image: 784 numbers of type uint8, got numbers that do not fit it",
    ),
    "array_of_text": (
        lambda folder: ["model", "run", MNIST, saved(folder, np.array(["x"] * 784))],
        "expected image: 784 numbers of type uint8, got elements of type",
    ),
    "array_cut": (
        lambda folder: ["model", "run", MNIST, written(folder, "x.npz", b"PK\3\4")],
        "x.npz: expected numpy arrays, got",
    ),
    "shape_of_no_input": (
        lambda folder: [
            *("model", "convert", MNIST_ONNX, "-o", folder / "m.plumb"),
            *("--input-shape", "picture=1,784"),
        ],
        "--input-shape: expected one of image, got picture",
    ),
    "shape_that_does_not_fit": (
        lambda folder: [
            *("model", "convert", MNIST_ONNX, "-o", folder / "m.plumb"),
            *("--input-shape", "image=1,28,28"),
        ],
        "--input-shape image: expected 1,784, got 1,28,28",
    ),
    "verify_against_another_model": (
        lambda folder: [
            *("model", "verify", MNIST, "--against", two_unsupported(folder)),
            *("--data", written(folder, "x.bin", bytes(784))),
        ],
        "--against: expected inputs image, got x",
    ),
    "verify_samples_of_other_shape": (
        lambda folder: [
            *("model", "verify", MNIST, "--against", MNIST_ONNX),
            *("--data", saved(folder, np.zeros((3, 28)))),
        ],
        "x.npy: expected samples of 784, got shape (3, 28)",
    ),
    "json_malformed": (
        lambda folder: ["model", "run", MNIST, written(folder, "x.json", b"[1, 2")],
        "x.json: expected JSON lists of numbers, got",
    ),
    "json_of_other_inputs": (
        lambda folder: [
            "model",
            "run",
            MNIST,
            written(folder, "x.json", b'{"a": [1], "b": [2]}'),
        ],
        "x.json: expected inputs image, got a, b",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_plumb_user_error_is_one_line_with_status_1(
    case: str, plumb: Plumb, tmp_path: Path
) -> None:
    arguments, message = CASES[case]
    ended = plumb(*arguments(tmp_path))
    assert ended.status == 1
    assert ended.out == ""
    assert ended.err.startswith("plumb: ")
    assert ended.err.count("\n") == 1 and ended.err.endswith("\n")
    assert message in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["vn"], "No such command 'vn'"),
        (["vm", "walk"], "No such command 'walk'"),
        (["vm", "run"], "Missing argument"),
        (["vm", "run", GUEST, "--input-hex", "0"], "expected pairs of hex digits"),
        (["vm", "run", GUEST, "--steps", "-1"], "Invalid value"),
        (["vm", "run", GUEST, "--engine", "fast"], "Invalid value"),
        (["model", "convert", "n.onnx", "--input-scale", "1/0"], "Invalid value"),
        (["model", "convert", "n.onnx", "--input-shape", "x"], "Invalid value"),
        (["model", "inspect", "n.onnx", "--input-shape", "x=1,y"], "Invalid value"),
        (["model", "verify", "mnist", "--data", "n.npz"], "Missing option"),
        (["bench", "speed"], "No such command 'speed'"),
    ],
)
def test_plumb_usage_error_has_status_2(
    arguments: list[object], message: str, plumb: Plumb
) -> None:
    ended = plumb(*arguments)
    assert ended.status == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("case", ["big_endian_elf", "model_truncated"])
def test_plumb_process_prints_no_traceback(case: str, tmp_path: Path) -> None:
    arguments, message = CASES[case]
    done = subprocess.run(
        in_a_process(arguments(tmp_path)), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and message in done.stderr


def test_plumb_json_nested_too_deep_is_one_line(tmp_path: Path) -> None:
    source = written(tmp_path, "x.json", b"[" * 10**5)
    command = in_a_process(["model", "run", MNIST, source])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "x.json: expected JSON lists of numbers, got" in done.stderr


def test_plumb_closed_output_is_no_traceback() -> None:
    command = [*in_a_process(["vm", "root", GUEST])]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(find_spec("PIL") is not None, reason="Pillow is installed")
def test_plumb_picture_without_pillow_says_how_to_get_it(
    plumb: Plumb, tmp_path: Path
) -> None:
    ended = plumb("model", "run", "mnist", written(tmp_path, "x.png", b""))
    assert ended.status == 1
    assert ended.err.endswith("pip install Pillow\n")


def test_convert_failure_leaves_target_as_it_was(plumb: Plumb, tmp_path: Path) -> None:
    target = written(tmp_path, "m.plumb", b"before")
    ended = plumb("model", "convert", two_unsupported(tmp_path), "-o", target)
    assert ended.status == 1
    assert target.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.plumb", "net.onnx"]


def test_convert_onto_its_source_is_refused(plumb: Plumb, tmp_path: Path) -> None:
    source = two_unsupported(tmp_path)
    before = source.read_bytes()
    ended = plumb("model", "convert", source, "-o", source)
    assert ended.status == 2
    assert "expected a file other than" in ended.err
    assert source.read_bytes() == before


def test_plumb_bug_of_ours_is_not_hidden(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mips_vm import Machine

    def broken(path: Path) -> Machine:
        raise ZeroDivisionError

    monkeypatch.setattr(Machine, "from_elf", broken)
    with pytest.raises(ZeroDivisionError):
        plumb("vm", "run", GUEST)
