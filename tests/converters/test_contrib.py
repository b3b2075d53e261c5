"""onnxruntime's own operators against onnxruntime: floats, and levels of bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.sources.onnx_nets import FLOAT, UINT8, Array, floats, node

import tinynn
from converters import convert
from converters.errors import Unsupported
from converters.verify.verdict import Verdict
from converters.verify.verify import verify

runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

DOMAIN = "com.microsoft"
SEED = 5


def of_bytes(*shape: int, dtype: Any = np.uint8, seed: int = SEED) -> Array:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def saved(
    path: Path,
    operator: str,
    inputs: dict[str, Array],
    weights: dict[str, Array],
    order: str,
    kind: int = FLOAT,
    outputs: Sequence[str] = ("y",),
    **attributes: Any,
) -> Path:
    """One node between inputs and an output whose shape the file leaves open."""
    names = ["" if name == "-" else name for name in order.split()]
    part = helper.make_node(
        operator, names, outputs, name="it", domain=DOMAIN, **attributes
    )
    graph = helper.make_graph(
        [part],
        "net",
        [
            helper.make_tensor_value_info(
                key, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for key, array in inputs.items()
        ],
        [helper.make_tensor_value_info("y", kind, None)],
        [numpy_helper.from_array(array, key) for key, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save_model(model, path)
    return path


def both(path: Path, inputs: dict[str, Array]) -> tuple[Array, Array]:
    """The only output, of the image and of onnxruntime without its optimiser."""
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 4
    session = runtime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    (expected,) = session.run(None, inputs)
    image = tinynn.load(convert(path))
    given = [inputs[spec.name].reshape(spec.shape) for spec in image.inputs]
    (actual,) = image.run(given)
    assert actual.dtype == expected.dtype
    return actual.reshape(expected.shape), expected


PICTURE = {"x": floats(1, 3, 6, 6)}
KERNEL = {"w": floats(4, 3, 3, 3, seed=2), "b": floats(4, seed=3)}
ROWS = {"x": floats(2, 3, 8)}
LINE = {"g": floats(8, seed=4), "h": floats(8, seed=5), "k": floats(8, seed=6)}
MATRIX = {"x": floats(3, 8)}
HEADS = {"w": floats(8, 24, seed=7), "c": floats(24, seed=8)}
IDS = {"i": np.int32([[3, 0, 5, 1], [2, 2, 4, 0]]), "j": np.int32([[0, 0, 1, 1]] * 2)}
TABLES = {
    "words": floats(6, 8, seed=2), "places": floats(5, 8, seed=3),
    "kinds": floats(2, 8, seed=9), "m": np.int32([[1, 1, 1, 0], [1, 0, 0, 0]]),
    "at": np.int32([[4, 3, 2, 1]] * 2),
} | LINE  # fmt: skip

FLOATS: dict[str, tuple[Any, ...]] = {
    "FusedConv": ("FusedConv", PICTURE, KERNEL, "x w b", {"activation": "Relu"}),
    "FusedConv with alpha": (
        "FusedConv", PICTURE, KERNEL, "x w b",
        {"activation": "LeakyRelu", "activation_params": [0.3], "strides": [2, 2]},
    ),
    "FusedConv with bounds": (
        "FusedConv", PICTURE, KERNEL, "x w",
        {"activation": "Clip", "activation_params": [0.0, 1.5], "pads": [1, 1, 1, 1]},
    ),
    "FusedConv with an addend": (
        "FusedConv", PICTURE | {"z": floats(1, 4, 4, 4, seed=9)}, KERNEL, "x w b z",
        {"activation": "Relu"},
    ),
    "FusedConv HardSigmoid": (
        "FusedConv", PICTURE, KERNEL, "x w b",
        {"activation": "HardSigmoid", "activation_params": [0.1, 0.4]},
    ),
    "FusedGemm": (
        "FusedGemm", MATRIX, {"w": floats(5, 8), "c": floats(5)}, "x w c",
        {"transB": 1, "alpha": 0.5, "activation": "LeakyRelu", "activation_alpha": 0.2},
    ),
    "FusedMatMul": (
        "FusedMatMul", {"a": floats(2, 4, 3), "b": floats(2, 5, 4)}, {}, "a b",
        {"transA": 1, "transB": 1, "alpha": 0.25},
    ),
    "Gelu": ("Gelu", ROWS, {}, "x", {}),
    "BiasGelu": ("BiasGelu", ROWS, LINE, "x g", {}),
    "FastGelu": ("FastGelu", ROWS, LINE, "x g", {}),
    "FastGelu alone": ("FastGelu", ROWS, {}, "x", {}),
    "QuickGelu": ("QuickGelu", ROWS, {}, "x", {"alpha": 1.5}),
    "SkipLayerNormalization": (
        "SkipLayerNormalization", ROWS | {"s": floats(2, 3, 8, seed=7)}, LINE,
        "x s g h k", {"epsilon": 1e-5},
    ),
    "SkipLayerNormalization alone": (
        "SkipLayerNormalization", ROWS | {"s": floats(2, 3, 8, seed=7)}, LINE,
        "x s g", {},
    ),
    "SkipSimplifiedLayerNormalization": (
        "SkipSimplifiedLayerNormalization", ROWS | {"s": floats(2, 3, 8, seed=7)},
        LINE, "x s g k", {"epsilon": 1e-5},
    ),
    "Attention": ("Attention", ROWS, HEADS, "x w c", {"num_heads": 2}),
    "Attention without bias": ("Attention", ROWS, HEADS, "x w", {"num_heads": 4}),
    "Attention to what came before": (
        "Attention", ROWS, HEADS, "x w c", {"num_heads": 2, "unidirectional": 1}
    ),
    "Attention to some": (
        "Attention", ROWS, HEADS | {"m": np.int32([[1, 1, 0], [1, 0, 1]])},
        "x w c m", {"num_heads": 2},
    ),
    "Attention of pairs": (
        "Attention", ROWS, HEADS | {"m": np.int32([np.tri(3), np.eye(3)])},
        "x w c m", {"num_heads": 2, "mask_filter_value": -30.0},
    ),
    "Attention to the first": (
        "Attention", ROWS, HEADS | {"m": np.int32([2, 3])},
        "x w c m", {"num_heads": 2},
    ),
    "Attention of other depths, with an addend": (
        "Attention", ROWS,
        {"w": floats(8, 20, seed=7), "c": floats(20), "a": floats(1, 2, 3, 3, seed=3)},
        "x w c - - a", {"num_heads": 2, "qkv_hidden_sizes": [6, 6, 8], "scale": 0.3},
    ),
    "EmbedLayerNormalization": (
        "EmbedLayerNormalization", IDS, TABLES, "i j words places kinds g h m",
        {"outputs": ["y", "n"]},
    ),
    "EmbedLayerNormalization of words alone": (
        "EmbedLayerNormalization", IDS, TABLES, "i - words places - g h - at",
        {"epsilon": 1e-3, "outputs": ["y", "n", "sum"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOATS)
def test_contrib_function_of_floats_is_onnxruntimes(name: str, tmp_path: Path) -> None:
    operator, inputs, weights, order, how = FLOATS[name]
    kept = {key: array for key, array in weights.items() if key in order.split()}
    given = {key: array for key, array in inputs.items() if key in order.split()}
    path = saved(tmp_path / "net.onnx", operator, given, kept, order, **how)
    actual, expected = both(path, given)
    np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=3e-6)


def test_contrib_embedding_counts_what_is_seen(tmp_path: Path) -> None:
    order = "i j words places kinds g h m"
    kept = {key: array for key, array in TABLES.items() if key in order.split()}
    path = saved(
        tmp_path / "net.onnx",
        "EmbedLayerNormalization",
        IDS,
        kept,
        order,
        onnx.TensorProto.INT32,
        ["n", "y"],
    )
    actual, expected = both(path, IDS)
    assert actual.tolist() == expected.tolist() == [3, 1]


def test_contrib_normalisation_in_onnx_domain_is_known(tmp_path: Path) -> None:
    """onnxruntime's optimiser writes it there, where ONNX has none."""
    path = tmp_path / "net.onnx"
    name = "SimplifiedLayerNormalization"
    saved(path, name, ROWS, {"g": LINE["g"]}, "x g", epsilon=1e-4, axis=-1)
    model = onnx.load_model(path)
    model.graph.node[0].domain = ""
    onnx.save_model(model, path)
    actual, expected = both(path, ROWS)
    np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=3e-6)


@pytest.mark.parametrize("operator", ["", "Simplified"])
def test_contrib_sum_before_a_normalisation_is_an_output(
    operator: str, tmp_path: Path
) -> None:
    inputs = ROWS | {"s": floats(2, 3, 8, seed=7)}
    name = f"Skip{operator}LayerNormalization"
    path = tmp_path / "net.onnx"
    saved(path, name, inputs, {"g": LINE["g"]}, "x s g")
    model = onnx.load_model(path)
    model.graph.node[0].output[:] = ["n", "", "", "y"]
    onnx.save_model(model, path)
    actual, expected = both(path, inputs)
    assert actual.tobytes() == expected.tobytes()
    model.graph.node[0].output[:] = ["n", "y"]
    onnx.save_model(model, path)
    with pytest.raises(Unsupported, match="expected no use of output 'y'"):
        convert(path)


SCALES = {
    "s": np.float32(0.02), "t": np.float32(0.03), "u": np.float32(0.05),
    "p": np.uint8(120), "q": np.uint8(131), "r": np.uint8(99),
}  # fmt: skip
A, B = of_bytes(2, 3, 8), of_bytes(2, 3, 8, seed=8)
COLUMNS = np.float32([0.01, 0.02, 0.005, 0.03])

LEVELS: dict[str, tuple[Any, ...]] = {
    "QLinearAdd": (
        "QLinearAdd", {"a": A, "b": B}, {}, "a s p b t q u r", {}
    ),
    "QLinearAdd of a row": (
        "QLinearAdd", {"a": A}, {"b": B[0, 0]}, "a s p b t q u r", {}
    ),
    "QLinearMul": (
        "QLinearMul", {"a": A, "b": B}, {}, "a s p b t q u r", {}
    ),
    "QLinearSigmoid": ("QLinearSigmoid", {"a": A}, {}, "a u p s r", {}),
    "QLinearLeakyRelu": (
        "QLinearLeakyRelu", {"a": A}, {}, "a s p t r", {"alpha": 0.2}
    ),
    "QLinearSoftmax": (
        "QLinearSoftmax", {"a": A}, {}, "a s p s r", {"axis": -1, "opset": 13}
    ),
    "QLinearConcat": (
        "QLinearConcat", {"a": A, "b": B}, {}, "u r a s p b t q", {"axis": 1}
    ),
    "QLinearAveragePool": (
        "QLinearAveragePool", {"a": of_bytes(1, 3, 8, 8)}, {}, "a s p t r",
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    ),
    "QLinearGlobalAveragePool": (
        "QLinearGlobalAveragePool", {"a": of_bytes(1, 3, 8, 8)}, {}, "a s p t r", {}
    ),
    "QLinearGlobalAveragePool, channels last": (
        "QLinearGlobalAveragePool", {"a": of_bytes(1, 8, 8, 3)}, {}, "a s p t r",
        {"channels_last": 1},
    ),
    "QGemm": (
        "QGemm", {"a": A[0]},
        {"w": of_bytes(8, 4, dtype=np.int8), "z": np.int8(0),
         "c": np.int32([5, -900, 40, 7000])},
        "a s p w t z c u r", {},
    ),
    "QGemm by column": (
        "QGemm", {"a": A[0]},
        {"w": of_bytes(4, 8, dtype=np.int8), "z": np.zeros(4, np.int8), "v": COLUMNS},
        "a s p w v z - u r", {"transB": 1, "alpha": 0.5},
    ),
    "QuantizeLinear": ("QuantizeLinear", {"x": floats(2, 8)}, {}, "x s p", {}),
}  # fmt: skip


def used(order: str, *tables: dict[str, Array]) -> dict[str, Array]:
    return {
        key: np.asarray(array)
        for table in tables
        for key, array in table.items()
        if key in order.split()
    }


@pytest.mark.parametrize("name", LEVELS)
def test_contrib_function_of_bytes_is_onnxruntimes(name: str, tmp_path: Path) -> None:
    """Equal levels, but for a few that the other rounds to the next."""
    operator, inputs, weights, order, how = LEVELS[name]
    constants = used(order, SCALES, weights)
    path = saved(
        tmp_path / "net.onnx", operator, inputs, constants, order, UINT8, **how
    )
    actual, expected = both(path, inputs)
    apart = np.abs(actual.astype(int) - expected.astype(int))
    assert apart.max() <= 1
    assert np.mean(apart > 0) <= 0.05
    assert len(np.unique(expected)) > 2


TO_FLOATS: dict[str, tuple[Any, ...]] = {
    "QGemm": (
        "QGemm", {"a": A[0]},
        {"w": of_bytes(8, 4, dtype=np.int8), "z": np.int8(3)}, "a s p w t z", {},
    ),
    "MatMulIntegerToFloat": (
        "MatMulIntegerToFloat", {"a": A},
        {"w": of_bytes(8, 4), "v": COLUMNS, "z": of_bytes(4, seed=9),
         "c": floats(4)},
        "a w s v p z c", {},
    ),
    "DynamicQuantizeMatMul": (
        "DynamicQuantizeMatMul", {"x": floats(3, 8)},
        {"w": of_bytes(8, 4, dtype=np.int8), "z": np.int8(0), "c": floats(4)},
        "x w t z c", {},
    ),
    "DequantizeLinear": ("DequantizeLinear", {"a": A}, {}, "a s p", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", TO_FLOATS)
def test_contrib_product_of_bytes_is_onnxruntimes(name: str, tmp_path: Path) -> None:
    operator, inputs, weights, order, how = TO_FLOATS[name]
    constants = used(order, SCALES, weights)
    path = saved(tmp_path / "net.onnx", operator, inputs, constants, order, **how)
    actual, expected = both(path, inputs)
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("bits", "zeros"),
    [(4, "none"), (8, "none"), (4, "packed"), (8, "packed"), (4, "floats")],
)
@pytest.mark.parametrize("inputs", [64, 80])
def test_contrib_product_by_packed_weights_is_onnxruntimes(
    bits: int, zeros: str, inputs: int, tmp_path: Path
) -> None:
    """80 inputs: the last block of a row is not full, an odd number of blocks."""
    outputs, block = 6, 32
    blocks = -(-inputs // block)
    weights: dict[str, Array] = {
        "w": of_bytes(outputs, blocks, block * bits // 8),
        "v": np.abs(floats(outputs * blocks)) / 100,
    }
    if zeros == "packed":
        weights["z"] = of_bytes(outputs * -(-blocks * bits // 8), seed=6)
    if zeros == "floats":
        weights["z"] = of_bytes(outputs * blocks, seed=6).astype(np.float32) % 2**bits
    x = {"x": floats(3, inputs)}
    path = saved(
        tmp_path / "net.onnx", "MatMulNBits", x, weights,
        "x w v" + " z" * (zeros != "none"),
        K=inputs, N=outputs, bits=bits, block_size=block,
    )  # fmt: skip
    actual, expected = both(path, x)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("operator", "order", "how", "message"),
    [
        ("FusedConv", "x w", {"activation": "Selu"}, "activation: expected Relu"),
        ("FusedMatMul", "x w", {"transBatchA": 1}, "transBatch: expected 0"),
        ("Attention", "x w - - x", {"num_heads": 2}, "past: expected none"),
        ("Inverse", "x", {}, "no com.microsoft.Inverse"),
    ],
)
def test_contrib_form_that_is_not_known_is_refused(
    operator: str, order: str, how: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.onnx"
    saved(path, operator, PICTURE, {"w": KERNEL["w"]}, order, **how)
    with pytest.raises(Unsupported, match=message):
        convert(path)


def test_contrib_operators_are_verified_one_by_one(tmp_path: Path) -> None:
    """onnxruntime is asked for each of them, too; the file need not name its domain."""
    nodes = [
        node("FusedConv", "x w b", "c", domain=DOMAIN, activation="Relu"),
        node("Gelu", "c", "y", domain=DOMAIN),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", FLOAT, (1, 3, 6, 6))],
        [helper.make_tensor_value_info("y", FLOAT, (1, 4, 4, 4))],
        [numpy_helper.from_array(array, key) for key, array in KERNEL.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    path = tmp_path / "net.onnx"
    onnx.save_model(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    image = tinynn.load(convert(path))
    found = verify(image, path, [PICTURE])
    assert found.verdict(0.0) is Verdict.PASSED
    assert found.layers >= 1
