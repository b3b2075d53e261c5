"""Whole TFLite files: networks, and what is no file of ours."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.images.models import assert_guest_agrees
from support.sources.tflite_files import Part
from support.sources.tflite_nets import ROW, chain, compared, random_bytes, single

import tinynn
from converters import Options, conversion
from converters.errors import BadModelFile
from converters.frameworks.tflite import tflite_runner
from converters.verify.verdict import Verdict
from converters.verify.verify import verify_conversion

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")


def test_tflite_network_passes_and_runs_in_the_guest(tmp_path: Path) -> None:
    path = chain(tmp_path)
    compared(path)
    made = conversion(path, Options())
    image = tinynn.load(made.image)
    sample = {"x": random_bytes(7, 6, 4)}
    assert_guest_agrees(image, image.encode_input(sample["x"]))
    found = verify_conversion(made, image, [sample], False)
    assert found.verdict(0.0) is Verdict.PASSED and found.levels_apart == 0


@pytest.mark.parametrize(
    ("moved_by", "verdict"), [(2, Verdict.PASSED), (3, Verdict.BEYOND)]
)
def test_verify_tells_levels_of_a_tflite_file_that_was_replaced(
    moved_by: int, verdict: Verdict, tmp_path: Path
) -> None:
    """By one whose last zero point is higher: its bytes are that many levels more."""
    inputs, output = {"x": ROW}, Part((1, 256), scale=0.5, zero=7)
    path = single(tmp_path, "QUANTIZE", inputs, output)
    made = conversion(path, Options())
    single(tmp_path, "QUANTIZE", inputs, replace(output, zero=7 + moved_by))
    image = tinynn.load(made.image)
    sample = {"x": random_bytes(256)}
    found = verify_conversion(made, image, [sample], False)
    assert found.verdict(1.0) is verdict
    told = f"at most {moved_by} levels of 256 apart"
    assert found.apart == (told if verdict is Verdict.PASSED else "")


def test_tflite_file_that_is_none_is_told(tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    path = tmp_path / "net.tflite"
    path.write_bytes(b"")
    with pytest.raises(BadModelFile, match="a TFLite model, got another file"):
        conversion(path, Options())


def test_tflite_activations_of_sixteen_bits_are_refused_with_a_hint(
    tmp_path: Path,
) -> None:
    pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
    row = Part((1, 8), "int16", scale=0.01)
    path = single(tmp_path, "LOGISTIC", {"x": row}, replace(row, scale=1 / 32768))
    with pytest.raises(BadModelFile, match=r"got int16 \(quantise its activations"):
        conversion(path, Options())


def test_tflite_input_shape_resizes_all_tensors(tmp_path: Path) -> None:
    path = chain(tmp_path)
    made = conversion(path, Options(), input_shapes={"x": (1, 9, 8, 4)})
    x = random_bytes(1, 9, 8, 4)
    _, run = tflite_runner(path, {"x": (1, 9, 8, 4)})
    (theirs,) = run({"x": x})
    (ours,) = tinynn.load(made.image).run(x[0])
    assert ours.tolist() == theirs.ravel().tolist()
