"""A right image passes, a wrong one does not, and the operator that is off is named."""

from pathlib import Path

import numpy as np
import pytest
from support.sources.onnx_nets import FLOAT, INT64, UINT8, floats, node, save_net
from support.sources.real_models import REAL

import tinynn
from converters import Options, conversion, convert
from converters.errors import SourceFails
from converters.verify import witness
from converters.verify.rule import Tolerance
from converters.verify.verdict import Verdict
from converters.verify.verify import Origin, verify

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
    assert found.layers == 0 and found.origin is Origin.UNKNOWN


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
    import converters.verify.verify as subject

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


def test_verify_image_of_unknown_origin_does_not_pass(tmp_path: Path) -> None:
    """Though no output is off: other weights may show on other data."""
    image = tinynn.load(convert(net(tmp_path)))
    off = V.copy()
    off[1, 1] = np.nextafter(off[1, 1], np.float32(9))
    found = verify(image, net(tmp_path, "other", v=off), SAMPLES)
    assert found.near and found.origin is Origin.UNKNOWN
    assert not found.passed(max_drop=1.0)
    assert "not what the source is converted to" in found.doubts[0]


def test_verify_answers_that_are_no_numbers_do_not_pass(tmp_path: Path) -> None:
    path = net(tmp_path, c=np.full(3, np.nan, np.float32))
    found = verify(tinynn.load(convert(path)), path, SAMPLES)
    assert found.near and found.doubts == ("y: no finite number",)
    assert not found.passed(max_drop=1.0)


def test_verify_answers_below_the_tolerance_do_not_pass(tmp_path: Path) -> None:
    tiny = {"v": V * np.float32(1e-8), "c": C * np.float32(1e-8)}
    path = net(tmp_path, **tiny)
    image = tinynn.load(convert(path))
    found = verify(image, path, SAMPLES)
    assert not found.passed(0.0) and "--atol too large" in found.doubts[0]
    assert verify(image, path, SAMPLES, tolerance=Tolerance(0.0)).passed(0.0)


def saturating(folder: Path) -> Path:
    """Sums of two products of a byte and a signed byte that 16 bits do not hold."""
    weights = {
        "a": np.float32(0.02),
        "u": np.uint8(10),
        "w": np.random.default_rng(0).integers(60, 128, (2, 4, 3, 3)).astype(np.int8),
        "b": np.float32(0.001),
        "s": np.int8(0),
        "c": np.float32(1),
        "v": np.uint8(0),
    }
    nodes = [node("QLinearConv", "x a u w b s c v", "y")]
    shapes = {"x": (UINT8, (1, 4, 9, 9)), "y": (UINT8, (1, 2, 7, 7))}
    return save_net(folder / "bytes.onnx", nodes, weights=weights, **shapes)


def test_verify_byte_products_of_the_reference_do_not_saturate(tmp_path: Path) -> None:
    path = saturating(tmp_path)
    x = np.random.default_rng(1).integers(180, 256, (4, 9, 9)).astype(np.uint8)
    found = verify(tinynn.load(convert(path)), path, [{"x": x}])
    assert found.outputs[0].maximum == 0 and found.passed(0.0)


def test_verify_source_that_fails_on_the_data_is_one_error(tmp_path: Path) -> None:
    """The data hold an index that is outside of the table."""
    shapes = {"x": (INT64, (2,)), "y": (FLOAT, (2, 4))}
    nodes = [node("Gather", "w x", "y")]
    path = save_net(tmp_path / "table.onnx", nodes, weights={"w": W}, **shapes)
    image = tinynn.load(convert(path))
    with pytest.raises(SourceFails, match="expected a model that .* runs, got"):
        verify(image, path, [{"x": np.array([0, 7])}])
    assert verify(image, path, [{"x": np.array([0, 2])}]).passed(0.0)


def test_verify_without_a_witness_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX's own implementation, which folds alike, is none."""

    def absent(*_: object) -> None:
        raise ImportError("No module named 'onnxruntime'")

    path = net(tmp_path)
    image = tinynn.load(convert(path))
    assert verify(image, path, SAMPLES).reference == "onnxruntime"
    monkeypatch.setattr(witness, "session_of", absent)
    found = verify(image, path, SAMPLES)
    assert found.verdict(1.0) is Verdict.NO_WITNESS and not found.passed(1.0)
    assert (found.reference, found.outputs) == ("", ())
    assert found.absent == "No module named 'onnxruntime'"


def test_verify_operator_that_onnxruntime_computes_otherwise_is_named(
    tmp_path: Path,
) -> None:
    """A length that is rounded: onnxruntime stretches by it, ONNX by the scale."""
    stretch = {
        "mode": "linear",
        "coordinate_transformation_mode": "align_corners",
    }
    nodes = [node("Resize", "x none k", "y", **stretch)]
    nodes[0].input[1] = ""
    shapes = {"x": (FLOAT, (1, 1, 5)), "y": (FLOAT, (1, 1, 6))}
    weights = {"k": np.float32([1, 1, 1.3])}
    path = save_net(tmp_path / "wide.onnx", nodes, weights=weights, **shapes)
    made = conversion(path, Options())
    assert [note.partition(": ")[2][:22] for note in made.notes] == [
        "stretched by the scale"
    ]
    found = verify(tinynn.load(made.image), path, [{"x": floats(5)}])
    assert found.verdict(1.0) is Verdict.BEYOND
    assert found.first_bad is not None and found.first_bad.operator == "Resize"


def cancelling(folder: Path) -> Path:
    """Sums that are nearly the same, their difference, and that once more."""
    weights = {
        "w": floats(64, 8),
        "v": floats(64, 8)[::-1].copy(),
        "k": np.float32(1000),
    }
    nodes = [
        node("MatMul", "x w", "a"),
        node("Slice", "x b e n s", "t"),
        node("MatMul", "t v", "c"),
        node("Sub", "a c", "d"),
        node("Mul", "d k", "m"),
        node("Add", "a a", "g"),
        node("Add", "g d", "y"),
    ]
    reversal = {"b": [-1], "e": [-(2**31)], "n": [1], "s": [-1]}
    weights |= {name: np.int64(row) for name, row in reversal.items()}
    shapes = {"x": (FLOAT, (1, 64)), "y": (FLOAT, (1, 8))}
    return save_net(folder / "cancelling.onnx", nodes, weights=weights, **shapes)


def test_verify_difference_that_cancels_is_no_alarm(tmp_path: Path) -> None:
    """onnxruntime adds the terms in another order: of zero nothing is left."""
    path = cancelling(tmp_path)
    samples = [{"x": floats(64, seed=seed)} for seed in range(4)]
    found = verify(tinynn.load(convert(path)), path, samples)
    assert found.passed(0.0) and found.layers >= 5


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param("mnist-8", 20),
        pytest.param("lenet", 20),
        pytest.param("resnet-20", 2),
        pytest.param("resnet-8", 5, marks=pytest.mark.slow),
        pytest.param("kws", 1, marks=pytest.mark.slow),
        pytest.param("dcgan", 1, marks=pytest.mark.slow),
    ],
)
def test_verify_honest_real_model_passes(
    name: str, count: int, shared_data: Path, tmp_path: Path
) -> None:
    """By a wide margin: rounding is a tenth of what is allowed, or less."""
    real = REAL[name]
    path = real.source(shared_data, tmp_path)
    image = tinynn.load(convert(path, input_shapes=real.shapes))
    shape, inputs = image.inputs[0].shape, real.data(shared_data)[0][:count]
    samples = [
        {image.inputs[0].name: x.reshape(shape)} for x in inputs.astype(np.float32)
    ]
    found = verify(image, path, samples, input_shapes=real.shapes)
    assert found.passed(0.0) and found.layers > 5
    assert found.outputs[0].excess < 0.1
