"""Small ONNX networks made by hand, and what ONNX's own reference says they compute."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

Array = NDArray[Any]
Shape = Sequence[int | str]

FLOAT, UINT8, INT32, INT64, STRING, BOOL = (
    TensorProto.FLOAT,
    TensorProto.UINT8,
    TensorProto.INT32,
    TensorProto.INT64,
    TensorProto.STRING,
    TensorProto.BOOL,
)
OPSET = 20


def node(operator: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    """A node named after its first output; inputs and outputs parted by spaces."""
    into, out = inputs.split(), outputs.split()
    return helper.make_node(operator, into, out, name=f"node_{out[0]}", **attributes)


def save_net(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    x: tuple[int, Shape] = (FLOAT, (1, 4)),
    y: tuple[int, Shape] = (FLOAT, (1, 3)),
    weights: Mapping[str, Array] | None = None,
    opset: int = OPSET,
) -> Path:
    """Write a net from input "x" to output "y", each (element type, shape)."""
    graph = helper.make_graph(
        list(nodes),
        "net",
        [helper.make_tensor_value_info("x", *x)],
        [helper.make_tensor_value_info("y", *y)],
        [numpy_helper.from_array(a, name) for name, a in (weights or {}).items()],
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("ours", 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=10)
    onnx.save_model(model, path)
    return path


def reference(path: Path, x: Array) -> list[Array]:
    """The outputs that ONNX's reference implementation computes for `x`."""
    return list(ReferenceEvaluator(onnx.load_model(path)).run(None, {"x": x}))


def floats(*shape: int, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
