"""`plumb model verify`: a wrong conversion can't say that it is a good one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import FLOAT, INT64, floats, node, save_net

import converters
import tinynn
from converters.registry import LOWERINGS
from oracle.cli.models import verifying
from tinynn import Model, models

MNIST = models.path("mnist")
MNIST_ONNX = Path(__file__).parents[3] / "converters" / "data" / "mnist_mlp.onnx"


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def digits(folder: Path) -> Path:
    """Twelve made-up pictures, with what the committed model calls them."""
    images = np.random.default_rng(4).integers(0, 256, (12, 28, 28), dtype=np.uint8)
    model = tinynn.load(MNIST)
    labels = [int(model.run(image.reshape(784))[1].item()) for image in images]
    np.savez(folder / "digits.npz", x=images, y=np.array(labels))
    return folder / "digits.npz"


def test_verify_image_of_its_source_passes(plumb: Plumb, tmp_path: Path) -> None:
    arguments = (MNIST, "--against", MNIST_ONNX, "--data", digits(tmp_path))
    found = plumb("model", "verify", *arguments, "--json").json()
    assert found["passed"] and found["same_bits"]
    assert found["samples"] == 12
    assert found["agreement"] == found["accuracy"] == found["source_accuracy"] == 1
    assert found["layers_compared"] >= 5 and found["first_beyond"] is None
    assert [output["name"] for output in found["outputs"]] == ["probabilities", "digit"]
    shown = plumb("model", "verify", *arguments, "--limit", "2")
    assert shown.status == 0
    assert "the same bits on 2 samples" in shown.out and "passed" in shown.out


def test_verify_image_of_another_source_has_status_1(
    plumb: Plumb, tmp_path: Path
) -> None:
    other = onnx.load_model(MNIST_ONNX)
    bias = next(t for t in other.graph.initializer if t.name == "logits.bias")
    moved = numpy_helper.to_array(bias) + np.float32([3] + [0] * 9)
    bias.CopyFrom(numpy_helper.from_array(moved, bias.name))
    onnx.save_model(other, tmp_path / "other.onnx")
    ended = plumb(
        *("model", "verify", MNIST, "--against", tmp_path / "other.onnx"),
        *("--data", digits(tmp_path)),
    )
    assert ended.status == 1
    assert "beyond tolerance" in ended.out


NODES = [
    node("Conv", "x w b", "c", pads=(1, 1, 1, 1)),
    node("LeakyRelu", "c", "r", alpha=0.25),
    node("MaxPool", "r", "p", kernel_shape=(2, 2), strides=(2, 2)),
    node("Flatten", "p", "f"),
    node("Gemm", "f v", "y"),
]
WEIGHTS = {"w": floats(3, 1, 3, 3), "b": floats(3, seed=2), "v": floats(27, 4, seed=3)}


def net(folder: Path, scale: float = 1.0) -> Path:
    """A small network of pictures, whose outputs are as large as `scale`."""
    weights = WEIGHTS | {"v": WEIGHTS["v"] * np.float32(scale)}
    shapes = {"x": (FLOAT, (1, 1, 6, 6)), "y": (FLOAT, (1, 4))}
    return save_net(folder / "net.onnx", NODES, weights=weights, **shapes)


def samples(folder: Path, count: int = 6) -> Path:
    np.savez(folder / "data.npz", x=floats(count, 1, 6, 6, seed=5))
    return folder / "data.npz"


Wrong = Callable[..., Any]


def without_bias(graph: Any, x: Any, w: Any, b: Any = None, **how: Any) -> Any:
    return LOWERED["Conv"](graph, x, w, None, **how)


def without_padding(graph: Any, x: Any, w: Any, b: Any = None, **how: Any) -> Any:
    padded = LOWERED["Conv"](graph, x, w, b, **{**how, "pads": (2, 2, 0, 0)})
    return padded


def of_other_slope(graph: Any, x: Any, *, alpha: float) -> Any:
    return graph.op("LeakyRelu", x, alpha=alpha * 1.01)


def of_smallest(graph: Any, x: Any, **how: Any) -> Any:
    return graph.op("Neg", graph.op("MaxPool", graph.op("Neg", x), **how))


LOWERED = dict(LOWERINGS)
WRONG: dict[str, tuple[str, Wrong]] = {
    "bias forgotten": ("Conv", without_bias),
    "padding on the wrong side": ("Conv", without_padding),
    "another slope": ("LeakyRelu", of_other_slope),
    "another pool": ("MaxPool", of_smallest),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("scale", [1.0, 1e-4])
def test_verify_wrong_lowering_has_status_1_and_is_named(
    plumb: Plumb,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    scale: float,
) -> None:
    """Also where all outputs are small."""
    operator, wrong = WRONG[name]
    monkeypatch.setitem(LOWERINGS, operator, wrong)
    source = net(tmp_path, scale)
    refused = plumb("model", "convert", source, "--json")
    assert refused.status == 1 and not (tmp_path / "net.plumb").exists()
    told = json.loads(refused.out)
    assert told["file"] is None
    assert told["verification"]["verdict"] == "beyond tolerance"
    assert told["verification"]["first_beyond"]["operator"] == operator
    assert plumb("model", "convert", source, "--no-verify").status == 0
    arguments = ("--against", source, "--data", samples(tmp_path), "--max-drop", 1)
    ended = plumb("model", "verify", tmp_path / "net.plumb", *arguments, "--json")
    assert ended.status == 1
    told = json.loads(ended.out)
    assert not told["passed"]
    assert told["same_bits"] and told["guest_samples"] == 5
    assert told["first_beyond"]["operator"] == operator


def test_verify_without_data_draws_inputs_and_says_so(
    plumb: Plumb, tmp_path: Path
) -> None:
    source = net(tmp_path)
    told = plumb("model", "convert", source, "--json").json()["verification"]
    assert told["verdict"] == "passed" and told["reference"] == "onnxruntime"
    assert told["samples"] == 3 and told["inputs"].startswith("x: normal numbers")
    files = (tmp_path / "net.plumb", "--against", source)
    told = plumb("model", "verify", *files, "--json").json()
    assert told["verdict"] == "passed" and told["samples"] == 8
    assert told["inputs"] == "x: normal numbers, 0 to 1, 0 to 255 in turn"
    shown = plumb("model", "verify", *files, "--limit", 2)
    assert "2, x: normal numbers" in shown.out and "passed" in shown.out


def test_verify_without_a_witness_has_status_3(
    plumb: Plumb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the image is written all the same: nobody says that it is wrong."""
    from converters.verify import witness

    def absent(*_: object) -> None:
        raise ImportError("No module named 'onnxruntime'")

    monkeypatch.setattr(witness, "session_of", absent)
    source = net(tmp_path)
    shown = plumb("model", "convert", source)
    assert shown.status == 0 and "nothing to compare with: No module" in shown.out
    files = (tmp_path / "net.plumb", "--against", source)
    ended = plumb("model", "verify", *files, "--json")
    told = json.loads(ended.out)
    assert ended.status == 3 and not told["passed"] and told["same_bits"]
    assert told["verdict"] == "nothing to compare with"
    assert told["reference"] is None and told["absent"]
    shown = plumb("model", "verify", *files)
    assert shown.status == 3 and "verdict" in shown.out


def test_convert_no_verify_compares_nothing(plumb: Plumb, tmp_path: Path) -> None:
    told = plumb("model", "convert", net(tmp_path), "--no-verify", "--json").json()
    assert told["verification"] is None and told["notes"] == []


def test_convert_notes_what_is_lost(plumb: Plumb, tmp_path: Path) -> None:
    """float64 weights, and sums in float64, are float32 in the image."""
    nodes = [
        node("Cast", "x", "wide", to=11),
        node("MatMul", "wide w", "h"),
        node("Cast", "h", "y", to=1),
    ]
    shapes = {"x": (FLOAT, (1, 4)), "y": (FLOAT, (1, 3))}
    weights = {"w": np.random.default_rng(1).normal(size=(4, 3))}
    source = save_net(tmp_path / "wide.onnx", nodes, weights=weights, **shapes)
    told = plumb("model", "convert", source, "--json").json()
    assert told["notes"] == [
        "'w': float64 rounded to float32",
        "'node_wide', 'node_h': float64 is computed in float32",
    ]
    assert told["verification"]["verdict"] == "passed"
    shown = plumb("model", "convert", source)
    assert "note: 'w': float64 rounded to float32" in shown.err
    found = plumb("model", "inspect", source, "--json").json()
    assert found["notes"] == told["notes"]


def test_verify_right_lowering_passes(plumb: Plumb, tmp_path: Path) -> None:
    source = net(tmp_path)
    assert plumb("model", "convert", source).status == 0
    arguments = ("--against", source, "--data", samples(tmp_path))
    told = plumb(
        *("model", "verify", tmp_path / "net.plumb", *arguments),
        *("--guest-samples", 2, "--json"),
    ).json()
    assert told["passed"] and told["guest_samples"] == 2
    assert told["outputs"][0]["mean"] <= told["outputs"][0]["maximum"] < 1e-4


def test_verify_quantized_image_passes_only_with_room(
    plumb: Plumb, tmp_path: Path
) -> None:
    source, data = net(tmp_path), samples(tmp_path)
    target = tmp_path / "bytes.plumb"
    quantized = ("--quantize", "int8", "--calibrate", data, "-o", target)
    assert plumb("model", "convert", source, *quantized).status == 0
    arguments = ("model", "verify", target, "--against", source, "--data", data)
    assert plumb(*arguments).status == 1
    assert plumb(*arguments, "--rtol", 0.05, "--max-drop", 0.2).status == 0


def test_verify_other_bits_in_the_guest_have_status_1(
    plumb: Plumb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the third sample only: one was not enough."""
    honest, asked = verifying.computed, []

    def lying(model: Model, request: bytes, engine: str) -> bytes:
        asked.append(request)
        answer = honest(model, request, engine)
        return answer if len(asked) < 3 else bytes([answer[0] ^ 1]) + answer[1:]

    monkeypatch.setattr(verifying, "computed", lying)
    ended = plumb(
        *("model", "verify", MNIST, "--against", MNIST_ONNX),
        *("--data", digits(tmp_path), "--json"),
    )
    assert ended.status == 1
    told = json.loads(ended.out)
    assert all(output["within"] for output in told["outputs"])
    assert not told["same_bits"] and told["first_wrong"]["sample"] == 2


def test_verify_of_no_numbers_proves_nothing(plumb: Plumb, tmp_path: Path) -> None:
    source = net(tmp_path, float("nan"))
    assert plumb("model", "convert", source).status == 0
    files = (tmp_path / "net.plumb", "--against", source, "--data", samples(tmp_path))
    ended = plumb("model", "verify", *files)
    assert ended.status == 1
    assert "PROVES NOTHING: y: no finite number" in ended.out
    told = json.loads(plumb("model", "verify", *files, "--json").out)
    assert told["doubts"] == ["y: no finite number"] and not told["passed"]


def test_verify_infinite_difference_is_null_in_json(
    plumb: Plumb, tmp_path: Path
) -> None:
    (tmp_path / "net.plumb").write_bytes(converters.convert(net(tmp_path)))
    source = net(tmp_path, float("inf"))
    files = (tmp_path / "net.plumb", "--against", source, "--data", samples(tmp_path))
    ended = plumb("model", "verify", *files, "--json")
    assert ended.status == 1 and "Infinity" not in ended.out
    told = json.loads(ended.out)["outputs"][0]
    assert told["maximum"] is None and not told["within"]


def test_verify_source_that_can_not_be_run_is_one_line(
    plumb: Plumb, tmp_path: Path
) -> None:
    shapes = {"x": (INT64, (2,)), "y": (FLOAT, (2, 4))}
    table = {"w": floats(3, 4)}
    nodes = [node("Gather", "w x", "y")]
    source = save_net(tmp_path / "net.onnx", nodes, weights=table, **shapes)
    assert plumb("model", "convert", source).status == 0
    np.save(tmp_path / "x.npy", np.array([0, 7]))
    files = ("--against", source, "--data", tmp_path / "x.npy")
    ended = plumb("model", "verify", tmp_path / "net.plumb", *files)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"plumb: {source}: expected a model that ")
    assert ended.err.count("\n") == 1


def test_first_wrong_segment_is_found() -> None:
    """Of guest and native that agree, the last: it writes the output."""
    model = tinynn.load(MNIST)
    assert verifying.first_wrong(model, bytes(784)) == model.segments - 1


def test_verify_output_of_another_size_is_refused(plumb: Plumb, tmp_path: Path) -> None:
    nodes = [*NODES[:-1], node("Gemm", "f u", "y")]
    shapes = {"x": (FLOAT, (1, 1, 6, 6)), "y": (FLOAT, (1, 1))}
    weights = WEIGHTS | {"u": floats(27, 1)}
    other = save_net(tmp_path / "other.onnx", nodes, weights=weights, **shapes)
    (tmp_path / "net.plumb").write_bytes(converters.convert(net(tmp_path)))
    arguments = ("--against", other, "--data", samples(tmp_path))
    ended = plumb("model", "verify", tmp_path / "net.plumb", *arguments)
    assert ended.status == 1
    assert ended.err.startswith("plumb: --against: expected output y like (4,), got")
