"""Models of float16 and float64: taken in float32, told, and judged by onnxruntime."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper
from support.sources.onnx_nets import floats, node, save_net

import tinynn
from converters import Options, conversion
from converters.errors import Unsupported
from converters.verify.verdict import Verdict
from converters.verify.verify import Verification, verify_conversion

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

KINDS = {
    "float16": (TensorProto.FLOAT16, np.float16),
    "float64": (TensorProto.DOUBLE, np.float64),
}


def network(folder: Path, name: str) -> Path:
    kind, dtype = KINDS[name]
    return save_net(
        folder / "net.onnx",
        [
            node("MatMul", "x w", "h"),
            node("Relu", "h", "r"),
            node("MatMul", "r v", "y"),
        ],
        weights={"w": floats(8, 16).astype(dtype), "v": floats(16, 4).astype(dtype)},
        x=(kind, (1, 8)),
        y=(kind, (1, 4)),
    )


def found(path: Path, change: float = 0.0) -> tuple[Verification, tuple[str, ...]]:
    """Of an image of the file, whose second weights were then changed by a share."""
    made = conversion(path, Options())
    other = onnx.load_model(path)
    tensor = next(t for t in other.graph.initializer if t.name == "v")
    array = numpy_helper.to_array(tensor)
    moved = np.asarray(array * (1 + change)).astype(array.dtype)
    tensor.CopyFrom(numpy_helper.from_array(moved, "v"))
    onnx.save_model(other, path)
    image = tinynn.load(made.image)
    samples = [{"x": floats(8, seed=seed)} for seed in range(3)]
    return verify_conversion(made, image, samples, False), made.notes


@pytest.mark.parametrize("name", KINDS)
def test_input_of_other_floats_is_taken_in_float32_and_told(
    name: str, tmp_path: Path
) -> None:
    judged, notes = found(network(tmp_path, name))
    assert judged.verdict(1.0) is Verdict.PASSED
    assert f"'x': {name} is taken in float32" in notes
    assert tinynn.load(conversion(tmp_path / "net.onnx", Options()).image).inputs[
        0
    ].dtype == ("float32")


def test_verify_of_float16_allows_its_rounding_and_no_wrong_weight(
    tmp_path: Path,
) -> None:
    judged, _ = found(network(tmp_path, "float16"), change=0.03)
    assert judged.verdict(1.0) is Verdict.BEYOND


def test_input_of_bfloat16_is_refused_with_a_hint(tmp_path: Path) -> None:
    path = save_net(
        tmp_path / "net.onnx",
        [node("Cast", "x", "y", to=TensorProto.FLOAT)],
        weights={},
        x=(TensorProto.BFLOAT16, (1, 8)),
        y=(TensorProto.FLOAT, (1, 8)),
    )
    with pytest.raises(Unsupported, match=r"got bfloat16 \(export the model"):
        conversion(path, Options())
