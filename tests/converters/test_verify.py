"""A right image passes, a wrong one does not, and the operator that is off is named."""

from pathlib import Path

import numpy as np
import pytest
from support.onnx_nets import floats, node, save_net

import tinynn
from converters import convert
from converters.verify import Tolerance, verify

W, B = floats(3, 4), floats(3, seed=2)
NODES = [
    node("Gemm", "x w b", "h", transB=1),
    node("Relu", "h", "r"),
    node("Gemm", "r v c", "y", transB=1),
]
V, C = floats(3, 3, seed=3), floats(3, seed=4)
SAMPLES = [{"x": floats(4, seed=seed)} for seed in range(8)]


def net(folder: Path, name: str = "net", **unlike: np.ndarray) -> Path:
    weights = {"w": W, "b": B, "v": V, "c": C} | unlike
    return save_net(folder / f"{name}.onnx", NODES, weights=weights)


def test_verify_conversion_of_the_source_passes(tmp_path: Path) -> None:
    path = net(tmp_path)
    found = verify(tinynn.load(convert(path)), path, SAMPLES)
    assert found.passed(max_drop=0.0)
    assert found.agreement == 1.0
    assert found.layers == 3 and found.first_bad is None
    assert found.outputs[0].maximum < 1e-5


def test_verify_other_weights_do_not_pass(tmp_path: Path) -> None:
    image = tinynn.load(convert(net(tmp_path)))
    off = V.copy()
    off[1, 1] += 0.01
    found = verify(image, net(tmp_path, "other", v=off), SAMPLES)
    assert not found.passed(max_drop=1.0)
    assert 0 < found.outputs[0].maximum < 0.1
    assert found.outputs[0].mean < found.outputs[0].maximum
    # The image is not made of that source: no operator can be named.
    assert found.layers == 0


def test_verify_tolerance_decides(tmp_path: Path) -> None:
    image = tinynn.load(convert(net(tmp_path)))
    off = V.copy()
    off[1, 1] += 0.01
    other = net(tmp_path, "other", v=off)
    wide = Tolerance(absolute=1.0, relative=0.0)
    assert verify(image, other, SAMPLES, tolerance=wide).outputs[0].within


def test_verify_broken_kernel_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import converters.verify as subject

    path = net(tmp_path)
    image = tinynn.load(convert(path))
    sound = subject.traced

    def off_by_one(model: tinynn.Model, request: bytes) -> dict[int, np.ndarray]:
        targets = sound(model, request)
        targets[1] = targets[1] + 1
        return targets

    monkeypatch.setattr(subject, "traced", off_by_one)
    found = verify(image, path, SAMPLES)
    assert found.first_bad is not None
    assert (found.first_bad.operator, found.first_bad.node) == ("Relu", "node_r")


def test_verify_labels_give_accuracy(tmp_path: Path) -> None:
    path = net(tmp_path)
    image = tinynn.load(convert(path))
    right = np.array([int(image.run(sample["x"])[0].argmax()) for sample in SAMPLES])
    right[0] = (right[0] + 1) % 3
    found = verify(image, path, SAMPLES, labels=right)
    assert found.accuracy == found.source_accuracy == 7 / 8
    assert found.drop == 0


def test_verify_byte_input_is_scaled_for_the_source(tmp_path: Path) -> None:
    path = net(tmp_path)
    image = tinynn.load(convert(path, input_type="uint8", input_scale=1 / 255))
    samples = [{"x": np.uint8([0, 7, 200, 255])}]
    assert verify(image, path, samples, input_scale=1 / 255).passed(0.0)
    assert not verify(image, path, samples, input_scale=1 / 128).passed(1.0)
