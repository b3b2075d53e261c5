"""What is converted computes what ONNX's reference computes, up to rounding."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.sources.onnx_nets import (
    FLOAT,
    INT32,
    INT64,
    UINT8,
    floats,
    node,
    reference,
    save_net,
)

import tinynn
from converters import convert
from tinynn import models

W, B = floats(3, 4), floats(3, seed=2)

NETS = {
    "gemm": ([node("Gemm", "x w b", "y", transB=1)], {"w": W, "b": B}),
    "gemm_untransposed": ([node("Gemm", "x w b", "y")], {"w": W.T.copy(), "b": B}),
    "gemm_no_bias": ([node("Gemm", "x w", "y", transB=1)], {"w": W}),
    "gemm_alpha_beta": (
        [node("Gemm", "x w b", "y", transB=1, alpha=0.5, beta=-3.0)],
        {"w": W, "b": B},
    ),
    "gemm_scalar_bias": (
        [node("Gemm", "x w b", "y", transB=1)],
        {"w": W, "b": np.float32([2.5])},
    ),
    "gemm_bias_row": (
        [node("Gemm", "x w b", "y", transB=1)],
        {"w": W, "b": B.reshape(1, 3)},
    ),
    "gemm_transposed_column": (
        [node("Reshape", "x s", "c"), node("Gemm", "c w b", "y", transA=1, transB=1)],
        {"s": np.int64([4, 1]), "w": W, "b": B},
    ),
    "matmul": ([node("MatMul", "x w", "y")], {"w": W.T.copy()}),
    "matmul_add": (
        [node("MatMul", "x w", "p"), node("Add", "p b", "y")],
        {"w": W.T.copy(), "b": B},
    ),
    "add_matmul": (
        [node("MatMul", "x w", "p"), node("Add", "b p", "y")],
        {"w": W.T.copy(), "b": B},
    ),
    "matmul_used_twice": (
        [
            node("MatMul", "x w", "p"),
            node("Relu", "p", "unused"),
            node("Add", "p b", "y"),
        ],
        {"w": W.T.copy(), "b": B},
    ),
    "relu": ([node("Gemm", "x w b", "h", transB=1), node("Relu", "h", "y")], None),
    "softmax": (
        [node("Gemm", "x w b", "h", transB=1), node("Softmax", "h", "y")],
        None,
    ),
    "flatten": (
        [node("Flatten", "x", "f"), node("Gemm", "f w b", "y", transB=1)],
        None,
    ),
    "identity": (
        [node("Identity", "x", "f"), node("Gemm", "f w b", "y", transB=1)],
        None,
    ),
    "reshape_inferred": (
        [node("Reshape", "x s", "f"), node("Gemm", "f w b", "y", transB=1)],
        {"s": np.int64([0, -1]), "w": W, "b": B},
    ),
    "reshape_computed_shape": (
        [
            node("Shape", "x", "n", end=1),
            node("Concat", "n m", "s", axis=0),
            node("Reshape", "x s", "f"),
            node("Gemm", "f w b", "y", transB=1),
        ],
        {"m": np.int64([-1]), "w": W, "b": B},
    ),
    "weight_transposed_in_graph": (
        [node("Transpose", "w", "t", perm=[1, 0]), node("MatMul", "x t", "y")],
        {"w": W},
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_convert_net_agrees_with_reference(name: str, tmp_path: Path) -> None:
    nodes, weights = NETS[name]
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights or {"w": W, "b": B})
    model = tinynn.load(convert(path))
    for seed in range(5):
        x = floats(1, 4, seed=seed)
        (expected,) = reference(path, x)
        (actual,) = model.run(x[0])
        np.testing.assert_allclose(actual, expected[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("opset", [8, 12, 13])
def test_convert_softmax_any_opset_agrees(opset: int, tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "h", transB=1), node("Softmax", "h", "y")]
    weights = {"w": W, "b": B}
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights, opset=opset)
    x = floats(1, 4)
    (actual,) = tinynn.load(convert(path)).run(x[0])
    np.testing.assert_allclose(actual, reference(path, x)[0][0], rtol=1e-5)


@pytest.mark.parametrize("scaling", ["Mul", "Div", "mul_reversed"])
def test_convert_bytes_scaled_in_graph_agrees(scaling: str, tmp_path: Path) -> None:
    factor = np.float32(255 if scaling == "Div" else 1 / 255)
    inputs = "k c" if scaling == "mul_reversed" else "c k"
    operator = "Mul" if scaling == "mul_reversed" else scaling
    nodes = [
        node("Cast", "x", "c", to=FLOAT),
        node(operator, inputs, "s"),
        node("Gemm", "s w b", "y", transB=1),
    ]
    weights = {"k": np.asarray(factor), "w": W, "b": B}
    path = save_net(tmp_path / "net.onnx", nodes, x=(UINT8, (1, 4)), weights=weights)
    model = tinynn.load(convert(path))
    assert model.inputs[0].dtype == "uint8"
    x = np.uint8([[0, 1, 128, 255]])
    np.testing.assert_allclose(
        model.run(x[0])[0], reference(path, x)[0][0], rtol=1e-5, atol=1e-6
    )


def test_convert_uint8_option_equals_scaling_by_hand(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    path = save_net(tmp_path / "net.onnx", nodes, weights={"w": W, "b": B})
    model = tinynn.load(convert(path, input_type="uint8", input_scale=1 / 255))
    pixels = np.uint8([3, 0, 200, 255])
    scaled = pixels.astype(np.float32) * np.float32(1 / 255)
    (by_hand,) = tinynn.load(convert(path)).run(scaled)
    assert model.inputs[0].dtype == "uint8"
    assert np.array_equal(model.run(pixels)[0], by_hand)


def test_convert_argmax_option_appends_index(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    path = save_net(tmp_path / "net.onnx", nodes, weights={"w": W, "b": B})
    model = tinynn.load(convert(path, argmax=True))
    scores, index = model.run(floats(4))
    assert [spec.name for spec in model.outputs] == ["y", "argmax"]
    assert index.tolist() == [scores.argmax()]


@pytest.mark.parametrize("to", [INT32, INT64])
@pytest.mark.parametrize("keepdims", [0, 1])
def test_convert_argmax_node_agrees(to: int, keepdims: int, tmp_path: Path) -> None:
    nodes = [
        node("Gemm", "x w b", "h", transB=1),
        node("ArgMax", "h", "i", axis=1, keepdims=keepdims),
        node("Cast", "i", "y", to=to),
    ]
    shape = (1, 1) if keepdims else (1,)
    weights = {"w": W, "b": B}
    path = save_net(tmp_path / "net.onnx", nodes, y=(to, shape), weights=weights)
    x = floats(1, 4)
    (actual,) = tinynn.load(convert(path)).run(x[0])
    assert actual.tolist() == [int(reference(path, x)[0].item())]


def test_convert_open_batch_becomes_one(tmp_path: Path) -> None:
    nodes = [node("Flatten", "x", "f"), node("Gemm", "f w b", "y", transB=1)]
    path = save_net(
        tmp_path / "net.onnx",
        nodes,
        x=(FLOAT, ("batch", 2, 2)),
        y=(FLOAT, ("batch", 3)),
        weights={"w": W, "b": B},
    )
    model = tinynn.load(convert(path))
    assert model.inputs[0].shape == (2, 2)
    x = floats(1, 2, 2)
    np.testing.assert_allclose(
        model.run(x[0])[0], reference(path, x)[0][0], rtol=1e-5, atol=1e-6
    )


def test_convert_exported_network_agrees_with_numpy(mnist_onnx: Path) -> None:
    model = tinynn.load(convert(mnist_onnx))
    weights = {
        tensor.name: numpy_helper.to_array(tensor).astype(np.float64)
        for tensor in onnx.load_model(mnist_onnx).graph.initializer
    }
    images = np.random.default_rng(3).integers(0, 256, (50, 784), dtype=np.uint8)
    images[:25][images[:25] < 200] = 0
    for image in images:
        hidden = weights["hidden.weight"] @ (image / 255) + weights["hidden.bias"]
        logits = weights["logits.weight"] @ np.maximum(hidden, 0)
        powers = np.exp(logits + weights["logits.bias"])
        probabilities, digit = model.run(image)
        np.testing.assert_allclose(probabilities, powers / powers.sum(), atol=1e-5)
        assert digit.tolist() == [probabilities.argmax()]


def test_convert_exported_network_gives_committed_image(mnist_onnx: Path) -> None:
    assert convert(mnist_onnx, name="mnist") == models.path("mnist").read_bytes()


def test_convert_long_names_are_clipped(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    path = save_net(tmp_path / "net.onnx", nodes, weights={"w": W, "b": B})
    model = tinynn.load(convert(path, name="ü" * 40))
    assert model.name == "ü" * 16
