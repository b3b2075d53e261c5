"""Constants are computed by what computes them at run time, to the bit, anywhere."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.sources.onnx_nets import Array, floats, node

import tinynn
from converters import convert
from tinynn import calculated

OPSET = 21


def saved(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Array],
    weights: Mapping[str, Array],
    opset: int = OPSET,
) -> Path:
    """A net whose inputs look like these arrays; "y" is its output, of any type."""
    graph = helper.make_graph(
        list(nodes),
        "net",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for name, array in inputs.items()
        ],
        [helper.make_empty_tensor_value_info("y")],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    found = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    )
    found.ir_version = 8
    onnx.save_model(found, path)
    return path


def both_ways(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    x: Array,
    opset: int,
    **w: Array,
) -> tuple[Array, Array, tinynn.Model]:
    """What the net makes of x as an input, and of x as a constant; the latter image."""
    run = saved(folder / "run.onnx", nodes, {"x": x}, w, opset)
    idle = {"other": np.zeros((1, 2), np.float32)}
    fold = saved(folder / "fold.onnx", nodes, idle, {"x": x, **w}, opset)
    at_run_time, folded = tinynn.load(convert(run)), tinynn.load(convert(fold))
    spec = at_run_time.inputs[0]
    left = at_run_time.run(x.astype(spec.dtype).reshape(spec.shape))[0]
    return left, folded.run(np.zeros(2, np.float32))[0], folded


X = floats(2, 3, 4)
WIDE = np.float32([[300.7, -5, 255.5, 1e10, -129, 0.99, -0.99, np.inf, np.nan]])
BN = {"s": floats(3), "b": floats(3), "m": floats(3), "v": np.abs(floats(3)) + 0.1}

CASES: dict[str, tuple[list[onnx.NodeProto], Array, int, dict[str, Array]]] = {
    "softmax 11": ([node("Softmax", "x", "y", axis=1)], X, 11, {}),
    "log softmax 11": ([node("LogSoftmax", "x", "y", axis=1)], X, 11, {}),
    "softmax 13": ([node("Softmax", "x", "y", axis=1)], X, 13, {}),
    "hardmax 11": ([node("Hardmax", "x", "y", axis=1)], X, 11, {}),
    "batch 9": ([node("BatchNormalization", "x s b m v", "y")], X, 9, BN),
    "batch 14": ([node("BatchNormalization", "x s b m v", "y")], X, 14, BN),
    "to bytes": ([node("Cast", "x", "y", to=2)], WIDE, 13, {}),
    "to bytes and back": (
        [node("Cast", "x", "h", to=2), node("Cast", "h", "y", to=1)], WIDE, 13, {}
    ),
    "to signed bytes": ([node("Cast", "x", "y", to=3)], WIDE, 13, {}),
    "product": ([node("MatMul", "x w", "y")], X, 13, {"w": floats(4, 5)}),
    "product of one row": (
        [node("MatMul", "x w", "h"), node("Add", "h b", "y")],
        floats(1, 64),
        13,
        {"w": floats(64, 5), "b": floats(5)},
    ),
    "convolution, normalised": (
        [node("Conv", "x w b", "h"), node("BatchNormalization", "h b b b v", "y")],
        floats(1, 2, 6, 6),
        15,
        {"w": floats(3, 2, 3, 3), "b": BN["b"], "v": BN["v"]},
    ),
    "bytes scaled twice": (
        [
            node("Cast", "x", "h", to=1),
            node("Mul", "h s", "i"),
            node("Div", "i t", "y"),
        ],
        np.arange(256, dtype=np.uint8).reshape(1, 256),
        13,
        {"s": np.float32(0.1), "t": np.float32(0.3)},
    ),
    "functions": (
        [node("Exp", "x", "h"), node("Tanh", "h", "i"), node("Erf", "i", "y")],
        X, 13, {},
    ),
    "sums": ([node("ReduceMean", "x", "y", axes=[1, 2])], floats(2, 33, 40), 13, {}),
    "of bytes": (
        [node("DequantizeLinear", "x s z", "y", axis=1)],
        np.uint8([[1, 200], [3, 4]]),
        13,
        {"s": np.float32([0.5, 0.1]), "z": np.uint8([3, 100])},
    ),
    "subnormals": (
        [node("Mul", "x k", "y")], np.float32([[1e-30, 3]]), 13,
        {"k": np.float32(1e-10)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_folding_has_the_bits_of_run_time(name: str, tmp_path: Path) -> None:
    nodes, x, opset, weights = CASES[name]
    left, right, image = both_ways(tmp_path, nodes, x, opset, **weights)
    assert left.dtype == right.dtype and left.tobytes() == right.tobytes()
    assert len(image.tables.operators) == 1, "all is computed but the copy of an output"


@pytest.mark.parametrize("name", CASES)
def test_folding_is_what_onnxruntime_computes(name: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    nodes, x, opset, weights = CASES[name]
    path = saved(tmp_path / "net.onnx", nodes, {"x": x}, weights, opset)
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {"x": x})
    _, right, _ = both_ways(tmp_path, nodes, x, opset, **weights)
    assert right.dtype == expected.dtype
    np.testing.assert_allclose(
        right.reshape(expected.shape), expected, rtol=1e-4, atol=1e-6
    )


ROOTS = """
import sys, ctypes
from converters import convert
import tinynn
mode = int(sys.argv[1])
if mode:
    from tinynn.memory.floatmode import write_mode
    write_mode(mode)
for path in sys.argv[2:]:
    print(tinynn.load(convert(path)).model_root.hex())
"""
FLUSHING = {"x86_64": 0x9FC0, "AMD64": 0x9FC0, "aarch64": 1 << 24, "arm64": 1 << 24}
"""Subnormals are zero, going in and coming out."""


def made_under(
    paths: Sequence[Path], mode: int = 0, **environment: str
) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ROOTS, str(mode), *map(str, paths)]
    return subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_folding_roots_depend_on_no_library_processor_or_float_mode(
    tmp_path: Path,
) -> None:
    """OpenBLAS is told to take another processor's kernels."""
    import platform

    big = {"a": floats(64, 300), "b": floats(300, 64, seed=2)}
    product = [node("MatMul", "a b", "w"), node("MatMul", "x w", "y")]
    one = {"x": floats(1, 64)}
    paths = [saved(tmp_path / "product.onnx", product, one, big)]
    for name in ("subnormals", "convolution, normalised", "functions"):
        nodes, x, opset, weights = CASES[name]
        idle = {"other": np.zeros((1, 2), np.float32)}
        path = tmp_path / f"{name.split(',')[0]}.onnx"
        paths.append(saved(path, nodes, idle, {"x": x, **weights}, opset))
    runs = [
        made_under(paths),
        made_under(paths, mode=FLUSHING[platform.machine()]),
        *(
            made_under(paths, OPENBLAS_CORETYPE=name)
            for name in ("Haswell", "Prescott", "Nehalem")
        ),
    ]
    told = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs), told
    roots = {out for out, _ in told}
    assert len(roots) == 1, roots
    assert len(next(iter(roots)).split()) == len(paths)


def test_calculated_results_are_named_types_in_shape() -> None:
    (less,) = calculated("Less", [np.float32([1, 3]), np.float32([[2], [4]])])
    assert less.dtype == np.bool_ and less.tolist() == [[True, False], [True, True]]
    values, places = calculated("TopK", [np.float32([3, 1, 2])], k=2)
    assert values.tolist() == [3, 2] and places.tolist() == [0, 2]


def test_calculated_refuses_what_a_graph_refuses() -> None:
    with pytest.raises(tinynn.GraphError, match="Gather"):
        calculated("Gather", [np.float32([1, 3])], axis=7)
    with pytest.raises(tinynn.GraphError, match="the arena"):
        calculated("Expand", [np.float32([1])], shape=(1 << 20, 1 << 10))


def test_foreign_cases_compute_what_onnxruntime_does(shared_data: Path) -> None:
    """The folder's own numbers, of all that is folded."""
    for name in ("fold_bn9", "fold_Softmax11", "fold_cast_u8", "run_cast_u8", "bn9",
                 "Softmax_op9_ax1", "foldmm", "fold_dql"):  # fmt: skip
        held = np.load(shared_data / "cases" / "onnx" / f"{name}.npz")
        image = tinynn.load(convert(shared_data / "cases" / "onnx" / f"{name}.onnx"))
        (spec,) = image.inputs
        y = image.run(held["in:x"].astype(spec.dtype).reshape(spec.shape))[0]
        expected = held["out:y"]
        np.testing.assert_allclose(y.reshape(expected.shape), expected, 1e-4, 1e-5)
