"""log_softmax: `y[i] = (x[i] - m) - log(s)`, with softmax's m and s, along one axis."""

from functools import partial

from .family import Family
from .graph import Graph, Value
from .shape import normal_axis
from .softmax import calls, grain, infer

CALLS = partial(calls, "fold.log_softmax")


def log_softmax(graph: Graph, x: Value, *, axis: int = -1) -> Value:
    """Logarithm of the softmax along an axis."""
    return graph.emit(FAMILY, [x], [normal_axis(axis, len(x.shape))])


FAMILY = Family(
    name="log_softmax",
    opcode=6,
    infer=infer,
    instructions=lambda operator, count: 5000 * count,
    usual=lambda operator: 1700,
    grain=grain,
    calls=CALLS,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"LogSoftmax": log_softmax}
