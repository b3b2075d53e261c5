"""`plumb model`: what it prints is what tinynn and the converters say."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import FLOAT, floats, node, save_net

import tinynn
from oracle.bench.guest import instructions
from tinynn import models

MNIST = models.path("mnist")
MNIST_ONNX = Path(__file__).parents[3] / "converters" / "data" / "mnist_mlp.onnx"


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, 784, dtype=np.uint8)


def test_inspect_image_tells_its_identity(plumb: Plumb) -> None:
    model = tinynn.load(MNIST)
    report = plumb("model", "inspect", "mnist", "--json").json()
    assert report["model_root"] == "0x" + model.model_root.hex()
    assert report["program_root"] == "0x" + model.program_root.hex()
    assert report["bytes"] == MNIST.stat().st_size
    assert report["inputs"] == [{"name": "image", "dtype": "uint8", "shape": [784]}]
    assert [output["name"] for output in report["outputs"]] == [
        "probabilities",
        "digit",
    ]
    table = report["segment_table"]
    assert len(table) == model.segments
    assert (
        sum(row["bounded_instructions"] for row in table)
        == (report["bounded_instructions"])
    )
    dense = [row for row in table if row["operator"] == "dense"]
    assert sum(row["end"] - row["first"] for row in dense) == 128 + 10


def test_inspect_image_prints_tables(plumb: Plumb) -> None:
    ended = plumb("model", "inspect", MNIST)
    assert ended.status == 0
    for word in ("mnist", "uint8 784", "float32 10", "scale_u8", "argmax"):
        assert word in ended.out


def test_inspect_onnx_lists_every_obstacle(plumb: Plumb, tmp_path: Path) -> None:
    nodes = [
        node("RandomUniformLike", "x", "a"),
        node("Relu", "a", "b"),
        node("Bernoulli", "x", "c", seed=2.0),
        node("Add", "b c", "y"),
    ]
    path = save_net(tmp_path / "net.onnx", nodes, y=(FLOAT, (1, 4)))
    ended = plumb("model", "inspect", path, "--json")
    assert ended.status == 1
    problems = json.loads(ended.out)["problems"]
    named = [problem["operator"] for problem in problems]
    assert named == ["RandomUniformLike", "Bernoulli"]
    assert "seed=2.0" in problems[1]["attributes"]
    shown = plumb("model", "inspect", path)
    assert shown.status == 1
    assert "node_a" in shown.out and "node_c" in shown.out


def test_inspect_onnx_foretells_its_image(plumb: Plumb) -> None:
    report = plumb("model", "inspect", MNIST_ONNX, "--json").json()
    assert report["problems"] == []
    assert report["image"]["segments"] == tinynn.load(MNIST).segments
    assert report["inputs"] == [{"name": "image", "dtype": "uint8", "shape": [1, 784]}]
    assert [(port["name"], port["dtype"]) for port in report["outputs"]] == [
        ("probabilities", "float32"),
        ("digit", "int32"),
    ]
    # The same products, counted in the source and in the image.
    products = 784 * 128 + 128 * 10
    assert report["multiply_adds"] == report["image"]["multiply_adds"] == products


def test_inspect_image_foretells_what_it_costs(plumb: Plumb) -> None:
    report = plumb("model", "inspect", "mnist", "--json").json()
    assert report["parameters"] == 784 * 128 + 128 + 128 * 10 + 10
    assert report["multiply_adds"] == 784 * 128 + 128 * 10
    assert 0 < report["usual_instructions"] <= report["bounded_instructions"]
    assert 0 < report["machine_seconds"] <= report["machine_seconds_at_most"]
    assert 0 < report["native_seconds"] < 10
    # A load with both of its proofs; docs/economics.md rests on no step above 95,000.
    assert 55_000 < report["worst_step_gas"] <= 95_000
    shown = plumb("model", "inspect", "mnist")
    assert f"{report['worst_step_gas']:,} gas" in shown.out


def test_inspect_counts_on_random_numbers_or_on_data(
    plumb: Plumb, tmp_path: Path
) -> None:
    """Pictures of which most is black take less: the guest leaves zeros out."""
    model = tinynn.load(MNIST)
    pictures = np.zeros((9, 784), np.uint8)
    pictures[:, ::7] = 200
    np.savez(tmp_path / "data.npz", x=pictures)
    on_data = plumb("model", "inspect", "mnist", "--data", tmp_path / "data.npz")
    assert f"{counted_in_the_machine(model, pictures[0]):,} instr" in on_data.out
    told = plumb(
        "model", "inspect", MNIST_ONNX, "--data", tmp_path / "data.npz", "--json"
    ).json()["image"]
    assert told["samples"] == 8
    assert told["usual_instructions"] == counted_in_the_machine(model, pictures[0])
    told = plumb("model", "inspect", "mnist", "--json").json()
    full = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8)
    assert told["samples"] == 0
    assert told["usual_instructions"] == pytest.approx(
        counted_in_the_machine(model, full), rel=0.02
    )


def counted_in_the_machine(model: tinynn.Model, picture: np.ndarray) -> int:
    return sum(instructions(model, picture.tobytes()))


def test_inspect_data_that_does_not_fit_is_one_line(
    plumb: Plumb, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 783), np.uint8))
    ended = plumb("model", "inspect", "mnist", "--data", tmp_path / "x.npy")
    assert (ended.status, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "expected samples of 784, got shape (2, 783)" in ended.err


def test_inspect_deeper_image_has_a_costlier_worst_step(
    plumb: Plumb, tmp_path: Path
) -> None:
    """Sixteen times the weights: four siblings more."""
    gas = []
    for name, outputs in (("small", 16), ("large", 256)):
        nodes = [node("Gemm", "x w", "y", transB=1)]
        shapes = {"x": (FLOAT, (1, 64)), "y": (FLOAT, (1, outputs))}
        weights = {"w": floats(outputs, 64)}
        save_net(tmp_path / f"{name}.onnx", nodes, weights=weights, **shapes)
        assert plumb("model", "convert", tmp_path / f"{name}.onnx").status == 0
        inspected = plumb("model", "inspect", tmp_path / f"{name}.plumb", "--json")
        gas.append(inspected.json()["worst_step_gas"])
    assert gas[0] < gas[1]


def test_convert_writes_the_committed_image(plumb: Plumb, tmp_path: Path) -> None:
    target = tmp_path / "out.plumb"
    report = plumb(
        "model", "convert", MNIST_ONNX, "-o", target, "--name", "mnist", "--json"
    ).json()
    assert target.read_bytes() == MNIST.read_bytes()
    assert report["file"] == str(target)
    assert report["model_root"] == "0x" + tinynn.load(MNIST).model_root.hex()


def test_convert_options_reach_the_image(plumb: Plumb, tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    weights = {"w": floats(3, 4), "b": floats(3)}
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights)
    ended = plumb(
        "model", "convert", path, "--input-type", "uint8", "--input-scale", "1/255",
        "--argmax",
    )  # fmt: skip
    assert ended.status == 0 and ended.err == ""
    model = tinynn.load(tmp_path / "net.plumb")
    assert model.name == "net"
    assert model.inputs[0].dtype == "uint8"
    scores, index = model.run(np.uint8([255, 0, 0, 51]))
    by_hand = weights["w"] @ np.float32([1, 0, 0, 0.2]) + weights["b"]
    np.testing.assert_allclose(scores, by_hand, rtol=1e-5)
    assert index.tolist() == [by_hand.argmax()]


def test_convert_quantized_tells_drop_and_instructions(
    plumb: Plumb, tmp_path: Path
) -> None:
    target = tmp_path / "bytes.plumb"
    arguments = (
        *("model", "convert", MNIST_ONNX, "-o", target),
        *("--quantize", "int8", "--calibrate", digits(tmp_path)),
    )
    told = plumb(*arguments, "--json").json()["quantized"]
    assert (told["samples"], told["products"], told["left_in_float"]) == (12, 2, [])
    assert told["accuracy_before"] == 1 and 0 <= told["drop"] < 0.2
    after, before = told["after"], told["before"]
    assert after["instructions"] < before["instructions"] / 3
    assert after["instructions"] <= after["bounded_instructions"]
    assert after["bytes"] == target.stat().st_size < before["bytes"] / 2
    shown = plumb(*arguments, "--limit", "2")
    assert shown.status == 0
    assert "top-1 agreement" in shown.out and f"{after['bytes']:,}" in shown.out


@pytest.mark.parametrize("read", ["net.onnx", "digits.npz"])
def test_convert_over_a_file_that_it_reads_refused(
    read: str, plumb: Plumb, tmp_path: Path
) -> None:
    source, samples = tmp_path / "net.onnx", digits(tmp_path)
    source.write_bytes(MNIST_ONNX.read_bytes())
    samples.rename(tmp_path / "digits.npz")
    before = (tmp_path / read).read_bytes()
    (tmp_path / "out").symlink_to(read)
    calibrated = ("--quantize", "int8", "--calibrate", tmp_path / "digits.npz")
    for target in (tmp_path / read, tmp_path / "out"):
        ended = plumb("model", "convert", source, *calibrated, "-o", target)
        assert ended.status == 2 and "expected a file other than" in ended.err
    assert (tmp_path / read).read_bytes() == before


@pytest.mark.parametrize("option", ["--quantize=int8", "--calibrate=x.npz"])
def test_convert_quantize_and_calibrate_need_each_other(
    plumb: Plumb, option: str
) -> None:
    ended = plumb("model", "convert", MNIST_ONNX, option)
    assert ended.status == 2 and "with it" in ended.err


def test_run_any_form_of_input_gives_the_same(
    plumb: Plumb, pixels: np.ndarray, tmp_path: Path
) -> None:
    raw = tmp_path / "x.bin"
    raw.write_bytes(pixels.tobytes())
    np.save(tmp_path / "x.npy", pixels.reshape(28, 28))
    np.savez(tmp_path / "x.npz", image=pixels)
    (tmp_path / "x.json").write_text(json.dumps(pixels.tolist()))
    (tmp_path / "named.json").write_text(json.dumps({"image": pixels.tolist()}))
    answer = tinynn.load(MNIST).answer(pixels.tobytes())
    for name in ("x.bin", "x.npy", "x.npz", "x.json", "named.json"):
        report = plumb("model", "run", "mnist", tmp_path / name, "--json").json()
        assert report["bytes"] == "0x" + answer.hex(), name


def test_run_in_the_machine_gives_the_same(
    plumb: Plumb, pixels: np.ndarray, tmp_path: Path
) -> None:
    raw = tmp_path / "x.bin"
    raw.write_bytes(pixels.tobytes())
    native, machine = (
        plumb("model", "run", MNIST, raw, "--engine", engine, "--json").json()
        for engine in ("native", "translated")
    )
    assert native["outputs"] == machine["outputs"]
    assert native["outputs"]["digit"] == [
        int(np.argmax(native["outputs"]["probabilities"]))
    ]


def test_run_picture_is_read_as_grey(
    plumb: Plumb, pixels: np.ndarray, tmp_path: Path
) -> None:
    images = pytest.importorskip("PIL.Image")
    images.fromarray(255 - pixels.reshape(28, 28)).save(tmp_path / "x.png")
    report = plumb(
        "model", "run", "mnist", tmp_path / "x.png", "--invert", "--json"
    ).json()
    answer = tinynn.load(MNIST).answer(pixels.tobytes())
    assert report["bytes"] == "0x" + answer.hex()


def test_run_not_a_number_is_text_in_json(plumb: Plumb, tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    weights = {"w": floats(3, 4), "b": np.float32([np.nan, np.inf, 1])}
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights)
    assert plumb("model", "convert", path).status == 0
    np.save(tmp_path / "x.npy", np.zeros(4, np.float32))
    report = plumb(
        "model", "run", tmp_path / "net.plumb", tmp_path / "x.npy", "--json"
    ).json()
    assert report["outputs"]["y"] == ["nan", "inf", 1.0]


def digits(folder: Path) -> Path:
    """Twelve made-up pictures, with what the committed model calls them."""
    images = np.random.default_rng(4).integers(0, 256, (12, 28, 28), dtype=np.uint8)
    model = tinynn.load(MNIST)
    labels = [int(model.run(image.reshape(784))[1].item()) for image in images]
    np.savez(folder / "digits.npz", x=images, y=np.array(labels))
    return folder / "digits.npz"
