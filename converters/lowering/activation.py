"""Elementwise and row-wise functions: Relu, Softmax, ArgMax."""

from math import prod

from converters.registry import Graph, Refused, lowers
from converters.values import Shape, Tensor, Value

# From this opset on Softmax works along one axis; before, on all axes from it on.
SOFTMAX_ALONG_ONE_AXIS = 13


def only_axis(shape: Shape, axis: int) -> int:
    """`axis` counted from the front, if it alone has more than one element."""
    if not -len(shape) <= axis < len(shape):
        raise Refused(f"axis: expected one of {len(shape)}, got {axis}")
    axis %= len(shape)
    if prod(shape) != shape[axis]:
        raise Refused(
            f"shape: expected a single row along axis {axis}, got {shape}",
            "export with a batch of 1",
        )
    return axis


@lowers("Relu")
def relu(graph: Graph, x: Value) -> Value:
    return graph.relu(graph.emit(x))


@lowers("Softmax")
def softmax(graph: Graph, x: Value, *, axis: int | None = None) -> Value:
    tensor = graph.emit(x)
    if graph.opset >= SOFTMAX_ALONG_ONE_AXIS:
        only_axis(tensor.shape, -1 if axis is None else axis)
    else:
        first = 1 if axis is None else axis % max(1, len(tensor.shape))
        if prod(tensor.shape[:first]) != 1:
            raise Refused(f"shape: expected a single row, got {tensor.shape}")
    return graph.softmax(tensor)


@lowers("ArgMax")
def argmax(
    graph: Graph,
    x: Value,
    *,
    axis: int = 0,
    keepdims: int = 1,
    select_last_index: int = 0,
) -> Value:
    """The first index of the greatest element, int32 where ONNX has int64."""
    tensor = graph.emit(x)
    if select_last_index:
        raise Refused("select_last_index: expected 0, got 1")
    axis = only_axis(tensor.shape, axis)
    kept = (1,) if keepdims else ()
    shape = tensor.shape[:axis] + kept + tensor.shape[axis + 1 :]
    index = graph.argmax(tensor)
    return Tensor(index.handle, index.dtype, shape)
