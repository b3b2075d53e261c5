"""Nodes whose inputs are all constants, computed now by ONNX's own reference.

Exporters leave such nodes around shapes and transposed weights. Only operators that
move elements, and plain arithmetic, are worth it, and only up to a size: a hostile file
could otherwise ask for any amount of memory.
"""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from converters.registry import Refused

if TYPE_CHECKING:
    from onnx import NodeProto

MOVES = frozenset(
    ("Cast", "Concat", "Gather", "Slice", "Squeeze", "Transpose", "Unsqueeze")
)
ARITHMETIC = frozenset(("Add", "Div", "Mul", "Neg", "Sqrt", "Sub"))
MAX_BYTES = 1 << 30


def can_fold(operator: str) -> bool:
    return operator == "Constant" or operator in MOVES | ARITHMETIC


def fold(
    node: "NodeProto", inputs: Sequence[npt.NDArray[np.generic]], opset: int
) -> npt.NDArray[np.generic]:
    """The value of `node`, which has one output, for constant `inputs`."""
    try:
        needed = needed_bytes(node.op_type, inputs)
        if needed <= MAX_BYTES:
            return evaluate(node, inputs, opset)
    except Exception as error:  # whatever numpy makes of a node that makes no sense
        raise Refused("expected a node that can be computed, got one that can't") from (
            error
        )
    raise Refused(f"constant: expected at most {MAX_BYTES} bytes, got {needed}")


def evaluate(
    node: "NodeProto", inputs: Sequence[npt.NDArray[np.generic]], opset: int
) -> npt.NDArray[np.generic]:
    """What ONNX's reference implementation says."""
    from onnx import helper
    from onnx.reference import ReferenceEvaluator

    names = [name for name in node.input if name]
    graph = helper.make_graph(
        [node],
        "constant",
        [helper.make_empty_tensor_value_info(name) for name in names],
        [helper.make_empty_tensor_value_info(node.output[0])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    feeds = dict(zip(names, inputs, strict=True))
    return np.asarray(next(iter(ReferenceEvaluator(model).run(None, feeds))))


def needed_bytes(operator: str, inputs: Sequence[npt.NDArray[np.generic]]) -> int:
    """At most so many bytes come out, eight for an element."""
    if operator == "Gather":
        data, indices = inputs
        return 8 * data.size * max(1, indices.size)
    if operator in ARITHMETIC:
        return 8 * prod(np.broadcast_shapes(*(array.shape for array in inputs)))
    return 8 * sum(array.size for array in inputs)
