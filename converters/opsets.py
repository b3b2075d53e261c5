"""Nodes of any opset said as the newest one says them.

Many operators once had attributes where they now have inputs: the axes of a reduction,
the bounds of Clip. Here such an attribute becomes a constant input, so that a lowering
knows one form only. What an operator *means* in an older opset (Softmax, Resize,
BatchNormalization) is its lowering's affair.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters.values import Constant, Value

# From this opset on Softmax and its kin work along one axis; before, on all axes from
# it on, as on one.
SOFTMAX_ALONG_ONE_AXIS = 13
NEWEST = 22
"""The opset that lowerings speak to one another: every form here is in it."""

REDUCTIONS = (
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
)

# operator -> (attribute, position of the input that took its place)
BECAME_INPUTS: Mapping[str, tuple[tuple[str, int], ...]] = {
    **{name: (("axes", 1),) for name in REDUCTIONS},
    "Clip": (("min", 1), ("max", 2)),
    "Dropout": (("ratio", 1),),
    "Pad": (("pads", 1), ("value", 2)),
    "Resize": (("scales", 2),),
    "Slice": (("starts", 1), ("ends", 2), ("axes", 3)),
    "Split": (("split", 1),),
    "Squeeze": (("axes", 1),),
    "TopK": (("k", 1),),
    "Unsqueeze": (("axes", 1),),
    "Upsample": (("scales", 1),),
}


def modernised(
    operator: str, inputs: list[Value | None], attributes: Mapping[str, Any]
) -> tuple[list[Value | None], dict[str, Any]]:
    """Inputs and attributes as the newest opset has them."""
    inputs, attributes = list(inputs), dict(attributes)
    for name, position in BECAME_INPUTS.get(operator, ()):
        if name in attributes:
            inputs.extend([None] * (position + 1 - len(inputs)))
            inputs[position] = Constant(as_input(name, attributes.pop(name)))
    return inputs, attributes


def as_input(name: str, value: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """An attribute's value as the tensor that replaced it; TopK's k became a row."""
    array = np.asarray([value] if name == "k" else value)
    return array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
