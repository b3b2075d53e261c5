"""The table of operators that can be lowered: one function for each.

A lowering takes the graph under construction, then the node's inputs in order (`None`
where an optional one is left out), then its attributes as keywords with ONNX's
defaults. It returns the value of the node's output. An attribute that it does not name
is refused, so that nothing is ignored in silence.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from converters.values import Tensor, Value


class Refused(Exception):
    """Raised by a lowering: what about this node can't be expressed."""

    def __init__(self, reason: str, way_out: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.way_out = way_out


class Graph(Protocol):
    """What a lowering may ask of the graph under construction."""

    opset: int

    def emit(self, value: Value) -> Tensor:
        """`value` as a tensor in memory."""

    def relu(self, x: Tensor) -> Tensor: ...

    def softmax(self, x: Tensor) -> Tensor: ...

    def argmax(self, x: Tensor) -> Tensor: ...


Lowering = Callable[..., Value]
LOWERINGS: dict[str, Lowering] = {}

# For an operator that is missing, what usually does in its stead.
WAYS_OUT: Mapping[str, str] = {
    "Conv": "flatten the image and use Linear layers",
    "Dropout": "export the model in evaluation mode",
    "BatchNormalization": "fold it into the Linear layer before it",
    "LogSoftmax": "end in Softmax; the order of the classes is the same",
    "Sigmoid": "use ReLU",
    "Tanh": "use ReLU",
    "QuantizeLinear": "export the float32 model",
    "DequantizeLinear": "export the float32 model",
}


def lowers(operator: str) -> Callable[[Lowering], Lowering]:
    """Enter the decorated function in the table under `operator`."""

    def enter(function: Lowering) -> Lowering:
        LOWERINGS[operator] = function
        return function

    return enter


def lower(
    graph: Graph,
    operator: str,
    inputs: Sequence[Value | None],
    attributes: Mapping[str, Any],
) -> Value:
    """The value of one node; `Refused` if the table or the function says no."""
    function = LOWERINGS.get(operator)
    if function is None:
        raise Refused("expected constant inputs, got a computed tensor")
    known = inspect.signature(function).parameters
    unknown = sorted(
        name
        for name in attributes
        if name not in known or known[name].kind is not inspect.Parameter.KEYWORD_ONLY
    )
    if unknown:
        raise Refused(f"attribute {', '.join(unknown)} has no meaning here")
    return function(graph, *inputs, **attributes)
