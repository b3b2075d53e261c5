"""Nodes whose inputs are all constants, computed now by ONNX's own reference.

Exporters leave such nodes around shapes and transposed weights. ONNX's shape inference
says first how much a node will make: a hostile file could otherwise ask for any amount
of memory.
"""

import warnings
from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from converters.registry import Refused

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

Arrays = Mapping[str, npt.NDArray[Any]]

# Not the same twice, or with a body of their own.
NEVER = frozenset(
    (
        "Bernoulli",
        "If",
        "ImageDecoder",
        "Loop",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
        "Scan",
        "SequenceMap",
    )
)
# At most as many rows of indices as there are elements.
FOUND_BY_DATA = frozenset(("Compress", "NonMaxSuppression", "NonZero", "Unique"))
MAX_BYTES = 1 << 30
WIDEST_ELEMENT = 8
# Inference needs the numbers of small inputs (shapes, axes), not those of weights.
SHOWN_TO_INFERENCE = 1024


def can_fold(node: "NodeProto") -> bool:
    """Whether constants would make the node's outputs constants."""
    dropped_out = node.op_type == "Dropout" and len(node.input) > 2
    return node.op_type not in NEVER and not dropped_out


def fold(node: "NodeProto", inputs: Arrays, opset: int) -> tuple[npt.NDArray[Any], ...]:
    """The values of the node's named outputs, in order."""
    try:
        model = alone(node, inputs, opset)
        needed = needed_bytes(node.op_type, model, inputs)
        if needed is not None and needed <= MAX_BYTES:
            return evaluated(model, inputs)
    except Exception as error:  # whatever numpy makes of a node that makes no sense
        raise Refused("expected a node that can be computed, got one that can't") from (
            error
        )
    actual = "an unknown size" if needed is None else str(needed)
    raise Refused(f"constant: expected at most {MAX_BYTES} bytes, got {actual}")


def alone(node: "NodeProto", inputs: Arrays, opset: int) -> "ModelProto":
    """A model of this one node; numbers that decide shapes are in it."""
    from onnx import helper, numpy_helper

    ports = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
        )
        for name, array in inputs.items()
    ]
    shown = [
        numpy_helper.from_array(array, name)
        for name, array in inputs.items()
        if array.size <= SHOWN_TO_INFERENCE and array.dtype.kind in "biuf"
    ]
    outputs = [helper.make_empty_tensor_value_info(name) for name in node.output]
    graph = helper.make_graph(
        [node], "constant", ports, [out for out in outputs if out.name], shown
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def evaluated(model: "ModelProto", inputs: Arrays) -> tuple[npt.NDArray[Any], ...]:
    """What ONNX's reference implementation says."""
    from onnx.reference import ReferenceEvaluator

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        results = ReferenceEvaluator(model).run(None, dict(inputs))
    return tuple(np.asarray(array) for array in results)


def needed_bytes(operator: str, model: "ModelProto", inputs: Arrays) -> int | None:
    """At most so many bytes come out, or None if that can't be foretold."""
    from onnx import shape_inference

    if operator in FOUND_BY_DATA:
        elements = sum(array.size * max(1, array.ndim) for array in inputs.values())
        return WIDEST_ELEMENT * elements
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    total = 0
    for value in graph.output:
        tensor = value.type.tensor_type
        dims = [dim.dim_value for dim in tensor.shape.dim if dim.HasField("dim_value")]
        if not tensor.HasField("shape") or len(dims) != len(tensor.shape.dim):
            return None
        total += WIDEST_ELEMENT * prod(dims)
    return total
