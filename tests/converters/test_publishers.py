"""What publishers' files say amiss, or in other words, is taken as runtimes take it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.sources.onnx_nets import FLOAT, INT64, Array, floats, node

import tinynn
from converters import convert
from converters.errors import BadModelFile
from converters.tools.old_opsets import OPSETS

runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

Kind = tuple[int, Sequence[int | str] | None]


def saved(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Kind],
    outputs: Mapping[str, Kind],
    weights: Mapping[str, Array],
    opset: int,
    name: str = "net",
) -> Path:
    graph = helper.make_graph(
        list(nodes),
        name,
        [helper.make_tensor_value_info(key, *kind) for key, kind in inputs.items()],
        [helper.make_tensor_value_info(key, *kind) for key, kind in outputs.items()],
        [numpy_helper.from_array(array, key) for key, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", opset)]
    onnx.save_model(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def agree(path: Path, feeds: Mapping[str, Array], **tolerance: float) -> tinynn.Model:
    """The image, whose outputs are onnxruntime's."""
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = runtime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    expected = session.run(None, dict(feeds))
    image = tinynn.load(convert(path))
    given = [
        feeds[spec.name].astype(spec.dtype).reshape(spec.shape) for spec in image.inputs
    ]
    for left, right in zip(expected, image.run(given), strict=True):
        left = np.asarray(left)
        np.testing.assert_allclose(right.reshape(left.shape), left, **tolerance)
    return image


X: dict[str, Kind] = {"x": (FLOAT, (1, 4))}
Y: dict[str, Kind] = {"y": (FLOAT, (1, 4))}
RELU = [node("Relu", "x", "y")]
ONE_ROW = {"x": floats(1, 4)}

SAID_AMISS: dict[str, tuple[Any, ...]] = {
    "a length of -1": (
        RELU, {"x": (FLOAT, (-1, 4))}, {"y": (FLOAT, (-1, 4))}, {}, ONE_ROW
    ),
    "no name": (RELU, X, Y, {}, ONE_ROW),
    "an output of another shape": (
        [node("Tile", "x r", "y")],
        {"x": (FLOAT, ("batch", 4))},
        {"y": (FLOAT, ("batch", 4))},
        {"r": np.int64([3, 1])},
        ONE_ROW,
    ),
    "an output of no shape": (RELU, X, {"y": (FLOAT, None)}, {}, ONE_ROW),
    "fewer indices off the axis": (
        [node("GatherElements", "x i", "y", axis=1)],
        {"x": (FLOAT, (1, 3, 4)), "i": (INT64, (1, 3, 2))},
        {"y": (FLOAT, (1, 3, 2))},
        {},
        {"x": floats(1, 3, 4), "i": np.int64([[[0, 1], [2, 0], [1, 1]]])},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID_AMISS)
def test_convert_what_runtimes_take_is_taken(name: str, tmp_path: Path) -> None:
    nodes, inputs, outputs, weights, feeds = SAID_AMISS[name]
    called = "" if name == "no name" else "net"
    path = saved(
        tmp_path / "net.onnx", nodes, inputs, outputs, weights, 17, name=called
    )
    agree(path, feeds)


@pytest.mark.parametrize("opset", [11, 13, 19, 22])
@pytest.mark.parametrize("operator", ["AveragePool", "MaxPool"])
def test_convert_pools_whose_last_window_begins_in_the_padding(
    operator: str, opset: int, tmp_path: Path
) -> None:
    """Two in a row: the second one's length is right only if the first one's is."""
    how = {"ceil_mode": 1, "kernel_shape": [2, 2], "strides": [3, 3]}
    nodes = [
        node(operator, "x", "a", pads=[0, 0, 1, 1], **how),
        node(operator, "a", "b", pads=[1, 1, 1, 1], **how),
        node("Mul", "b w", "y"),
    ]
    path = saved(
        tmp_path / "net.onnx",
        nodes,
        {"x": (FLOAT, (1, 2, 8, 14))},
        {"y": (FLOAT, None)},
        {"w": floats(2, 1, 1)},
        opset,
    )
    agree(path, {"x": floats(1, 2, 8, 14)}, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("opset", [11, 13, 17])
@pytest.mark.parametrize("operator", ["ReduceL1", "ReduceLogSum", "ReduceSumSquare"])
def test_convert_reductions_that_were_no_functions_yet(
    operator: str, opset: int, tmp_path: Path
) -> None:
    path = saved(
        tmp_path / "net.onnx",
        [node(operator, "x", "y", axes=[1], keepdims=0)],
        {"x": (FLOAT, (2, 3, 4))},
        {"y": (FLOAT, (2, 4))},
        {},
        opset,
    )
    agree(path, {"x": np.abs(floats(2, 3, 4))}, rtol=1e-5, atol=1e-6)


def quantised(weights: dict[str, Array], name: str, array: Array) -> list[Any]:
    """`name` as int8 with a scale, dequantised."""
    scale = np.float32(np.abs(array).max() / 127)
    weights |= {
        f"{name}_q": np.rint(array / scale).astype(np.int8),
        f"{name}_s": scale,
        f"{name}_z": np.int8(0),
    }
    return [node("DequantizeLinear", f"{name}_q {name}_s {name}_z", name)]


def between(x: str, y: str) -> list[Any]:
    return [
        node("QuantizeLinear", f"{x} t z", f"{y}_q"),
        node("DequantizeLinear", f"{y}_q t z", y),
    ]


@pytest.mark.parametrize("opset", [o for o in (*OPSETS, 10, 14, 22) if o >= 10])
def test_convert_quantised_files_of_every_opset(opset: int, tmp_path: Path) -> None:
    """As quantize_static writes them: floats between pairs of Q and DQ."""
    weights: dict[str, Array] = {"t": np.float32(0.05), "z": np.int8(3)}
    weights["b_q"] = np.int32([40, -90, 5])
    weights |= {"b_s": np.float32(0.001), "b_z": np.int32(0)}
    nodes = [
        *quantised(weights, "w", floats(3, 2, 3, 3)),
        *quantised(weights, "g", floats(3, 5, seed=3)),
        node("DequantizeLinear", "b_q b_s b_z", "b"),
        *between("x", "a"),
        node("Conv", "a w b", "c", pads=[1, 1, 1, 1]),
        *between("c", "d"),
        node("GlobalAveragePool", "d", "e"),
        *between("e", "f"),
        node("Flatten", "f", "h"),
        node("MatMul", "h g", "i"),
        *between("i", "y"),
    ]
    path = saved(
        tmp_path / "net.onnx",
        nodes,
        {"x": (FLOAT, (1, 2, 6, 6))},
        {"y": (FLOAT, (1, 5))},
        weights,
        opset,
    )
    agree(path, {"x": floats(1, 2, 6, 6)}, rtol=0, atol=1e-6)


@pytest.mark.parametrize("opset", [13, 17, 21])
def test_convert_weights_dequantised_by_channel(opset: int, tmp_path: Path) -> None:
    weights = {
        "q": np.int8([[1, -2], [3, 4], [-5, 6], [7, 8]]),
        "s": np.float32([0.5, 0.25]),
        "z": np.int8([0, 3]),
    }
    nodes = [node("DequantizeLinear", "q s z", "w", axis=1), node("MatMul", "x w", "y")]
    path = saved(
        tmp_path / "net.onnx", nodes, X, {"y": (FLOAT, (1, 2))}, weights, opset
    )
    image = agree(path, ONE_ROW, rtol=1e-6)
    assert len(image.tables.operators) == 1, "the weights are floats in the image"


@pytest.mark.parametrize("places", [[0, 5, 7], [[0, 0], [2, 1], [3, 1]]])
def test_convert_weights_listed_by_place(places: list[Any], tmp_path: Path) -> None:
    path = saved(
        tmp_path / "net.onnx", [node("MatMul", "x w", "y")], X,
        {"y": (FLOAT, (1, 2))}, {}, 17,
    )  # fmt: skip
    model = onnx.load_model(path)
    values = numpy_helper.from_array(np.float32([1.5, -2, 3]), "w")
    indices = numpy_helper.from_array(np.int64(places), "places")
    sparse = helper.make_sparse_tensor(values, indices, [4, 2])
    model.graph.sparse_initializer.append(sparse)
    onnx.save_model(model, path)
    agree(path, ONE_ROW, rtol=1e-6)
    sparse.dims[:] = [1 << 20, 1 << 20]
    del model.graph.sparse_initializer[:]
    model.graph.sparse_initializer.append(sparse)
    onnx.save_model(model, path)
    with pytest.raises(BadModelFile, match="weights of at most 2147483648 bytes"):
        convert(path)


@pytest.mark.parametrize("repeats", [[1, 1, 2, 1, 1], [1, 3, 1, 1, 2], [1] * 5])
def test_convert_tile_of_five_axes(repeats: list[int], tmp_path: Path) -> None:
    """As TensorFlow repeats rows of a picture; axes of length 1 need no room."""
    path = saved(
        tmp_path / "net.onnx",
        [node("Tile", "x r", "y")],
        {"x": (FLOAT, (1, 3, 1, 2, 2))},
        {"y": (FLOAT, None)},
        {"r": np.int64(repeats)},
        17,
    )
    agree(path, {"x": floats(1, 3, 1, 2, 2)})


EXPECTED = (
    "dequantize_weight_opset17",
    "empty_graph_name",
    "gather_elements_smaller",
    "output_symbol_wrong",
    "paddle_minus_one",
    "reduce_l1_opset17",
)


def test_foreign_cases_give_what_is_expected(shared_data: Path) -> None:
    import json

    told = json.loads((shared_data / "cases" / "expected.json").read_text())
    for name in EXPECTED:
        image = tinynn.load(convert(shared_data / "cases" / "onnx" / f"{name}.onnx"))
        given = [
            np.asarray(told[name]["input"][spec.name], spec.dtype).reshape(spec.shape)
            for spec in image.inputs
        ]
        y, expected = image.run(given)[0], np.asarray(told[name]["output"])
        np.testing.assert_allclose(y.ravel(), expected.ravel(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["pool_2", "q_QDQ_pt_13", "dequantize_weight_opset17"])
def test_foreign_cases_agree_with_onnxruntime(name: str, shared_data: Path) -> None:
    path = shared_data / "cases" / "onnx" / f"{name}.onnx"
    image = tinynn.load(convert(path))
    (spec,) = image.inputs
    x = floats(1, *spec.shape, seed=9)
    agree(path, {"x": x}, rtol=1e-5, atol=1e-6)
