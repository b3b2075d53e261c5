"""`plumb model` with what does not fit: one line that says what was expected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import floats, node, save_net

from tinynn import GraphBuilder, models

MNIST = models.path("mnist")
MNIST_ONNX = Path(__file__).parents[3] / "converters" / "data" / "mnist_mlp.onnx"

PIXELS = np.zeros((3, 784), np.uint8)


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


# What is in the file of samples -> what the line says of it.
SAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "other_names": ({"a": PIXELS, "b": PIXELS}, "expected input image, got a, b"),
    "nothing": ({}, "expected input image, got none"),
    "labels_only": ({"y": np.zeros(3)}, "expected input image, got none"),
    "other_shape": (
        {"x": PIXELS[:, 1:]},
        "expected samples of 784, got shape (3, 783)",
    ),
    "no_samples": ({"x": PIXELS[:0]}, "expected samples of 784, got shape (0, 784)"),
    "negative_bytes": ({"x": PIXELS - 1.0}, "got numbers that do not fit it"),
    "not_numbers": ({"x": PIXELS * np.nan}, "got numbers that do not fit it"),
    "more_labels": (
        {"x": PIXELS, "y": np.zeros(4)},
        "expected as many samples of each, got 3 and 4",
    ),
    "labels_of_text": (
        {"x": PIXELS, "y": np.array(["a", "b", "c"])},
        "expected labels: a whole number for each sample, got <U1 (3,)",
    ),
    "labels_one_hot": (
        {"x": PIXELS, "y": np.eye(3)},
        "expected labels: a whole number for each sample, got float64 (3, 3)",
    ),
    "labels_of_halves": (
        {"x": PIXELS, "labels": np.full(3, 0.5)},
        "expected labels: whole numbers, got fractions",
    ),
    "labels_of_no_class": (
        {"x": PIXELS, "y": np.array([0, 9, 10])},
        "expected labels from 0 to 9, got 10 of sample 2",
    ),
    "labels_below_zero": (
        {"x": PIXELS, "y": np.array([0, -1, 0])},
        "expected labels from 0 to 9, got -1 of sample 1",
    ),
    "labels_without_end": (
        {"x": PIXELS, "y": np.array([np.inf, 1, 2])},
        "expected labels from 0 to 9, got inf of sample 0",
    ),
    "pickled": (
        {"x": np.array([{}, 1], object)},
        "expected numpy arrays, got Object arrays cannot be loaded",
    ),
}


@pytest.mark.parametrize("command", ["convert", "verify"])
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_that_do_not_fit_are_one_line(
    plumb: Plumb, tmp_path: Path, command: str, name: str
) -> None:
    arrays, message = SAMPLES[name]
    data, target = tmp_path / "data.npz", tmp_path / "out.plumb"
    np.savez(data, **arrays)
    if command == "convert":
        options = ("-o", target, "--quantize", "int8", "--calibrate", data)
        ended = plumb("model", "convert", MNIST_ONNX, *options)
    else:
        ended = plumb("model", "verify", MNIST, "--against", MNIST_ONNX, "--data", data)
    assert ended.status == 1 and ended.out == ""
    assert ended.err.startswith(f"plumb: {data}: expected ")
    assert message in ended.err and ended.err.count("\n") == 1
    assert not target.exists()


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.nan, "expected finite numbers, got nan in 'x' of sample 0"),
        (np.inf, "expected finite numbers, got inf in 'x' of sample 0"),
        (0.0, "expected inputs like those to come, got nothing but zeros"),
    ],
)
def test_calibrating_on_nothing_is_one_line(
    plumb: Plumb, tmp_path: Path, pixels: float, message: str
) -> None:
    data, target = tmp_path / "data.npz", tmp_path / "out.plumb"
    np.savez(data, x=np.full((2, 1, 4), pixels, np.float32))
    product, held = [node("MatMul", "x w", "y")], {"w": floats(4, 3)}
    source = save_net(tmp_path / "net.onnx", product, weights=held)
    options = ("-o", target, "--quantize", "int8", "--calibrate", data)
    ended = plumb("model", "convert", source, *options)
    assert ended.status == 1 and ended.out == "" and not target.exists()
    assert ended.err == f"plumb: --calibrate: {message}\n"


Arguments = Callable[[Path], list[object]]
IMAGE_MESSAGE = "expected a model to be converted, got a model image"

# What is wrong -> (the command line, made in a folder of its own; what the line says).
LINES: dict[str, tuple[Arguments, str]] = {
    "run_of_a_source": (
        lambda folder: ["run", MNIST_ONNX, folder],
        "mnist_mlp.onnx: expected a model image, got one to be converted",
    ),
    "convert_of_an_image": (lambda folder: ["convert", MNIST], IMAGE_MESSAGE),
    "verify_against_an_image": (
        lambda folder: [
            *("verify", MNIST, "--against", MNIST),
            *("--data", samples(folder)),
        ],
        IMAGE_MESSAGE,
    ),
    "verify_of_another_model": (
        lambda folder: [
            *("verify", other(folder), "--against", MNIST_ONNX),
            *("--data", samples(folder)),
        ],
        "--against: expected inputs x, got image",
    ),
    "verify_with_a_scale_for_nothing": (
        lambda folder: [
            *("verify", MNIST, "--against", MNIST_ONNX),
            *("--data", samples(folder), "--input-scale", "1/255"),
        ],
        "--input-scale: expected an input of bytes for float32, got uint8 for uint8",
    ),
    "output_is_a_folder": (
        lambda folder: ["run", MNIST, one(folder), "-o", folder],
        "Is a directory",
    ),
    "output_in_no_folder": (
        lambda folder: ["convert", MNIST_ONNX, "-o", folder / "none" / "out.plumb"],
        "none/out.plumb: No such file or directory",
    ),
    "lists_of_unequal_lengths": (
        lambda folder: ["run", MNIST, written(folder, "x.json", b"[[1, 2], [3]]")],
        "x.json: expected JSON lists of numbers, got lists of unequal lengths",
    ),
}


def written(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def one(folder: Path) -> Path:
    return written(folder, "one.bin", bytes(784))


def samples(folder: Path) -> Path:
    np.savez(folder / "data.npz", x=PIXELS)
    return folder / "data.npz"


def other(folder: Path) -> Path:
    graph = GraphBuilder("other")
    graph.output(graph.op("Identity", graph.input("x", "uint8", (784,))), "y")
    return written(folder, "other.plumb", graph.build())


@pytest.mark.parametrize("name", LINES)
def test_wrong_file_is_one_line(plumb: Plumb, tmp_path: Path, name: str) -> None:
    arguments, message = LINES[name]
    ended = plumb("model", *arguments(tmp_path))
    assert ended.status == 1 and ended.out == ""
    assert message in ended.err and ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--atol", "-1"),
        ("--rtol", "nan"),
        ("--max-drop", "inf"),
        ("--guest-samples", "0"),
    ],
)
def test_verify_tolerance_that_is_none_is_a_wrong_command_line(
    plumb: Plumb, options: tuple[str, str]
) -> None:
    """Status 2: a NaN would otherwise allow nothing, and infinity everything."""
    files = ("--against", MNIST_ONNX, "--data", "x.npz")
    ended = plumb("model", "verify", MNIST, *files, *options)
    assert ended.status == 2 and options[0] in ended.err


def test_convert_limit_without_samples_is_a_wrong_command_line(plumb: Plumb) -> None:
    ended = plumb("model", "convert", MNIST_ONNX, "--limit", 5)
    assert ended.status == 2 and "--calibrate" in ended.err
