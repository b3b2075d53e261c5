"""log_softmax: `y[i] = (x[i] - m) - log(s)`, with softmax's m and s, along one axis."""

import numpy as np

from .family import Family, Operator, Space
from .functions import log
from .graph import Graph, Value
from .numbers import Floats, canonicalise
from .reduce import add_rows
from .shape import around, normal_axis
from .softmax import exponentials, grain, infer


def log_softmax_row(x: Floats, y: Floats) -> None:
    """One row, both contiguous."""
    total = np.empty(1, np.float32)
    exponentials(x, y)
    add_rows(y, len(y), 1, 0, total)
    y[:] = (x - x[np.argmax(x)]) - log(total)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    row = np.empty(n, np.float32)
    blocks = x.reshape(-1, n, inner), y.reshape(-1, n, inner)
    for source, target in zip(*blocks, strict=True):
        for i in range(inner):
            log_softmax_row(np.ascontiguousarray(source[:, i]), row)
            target[:, i] = row
    canonicalise(y)


def log_softmax(graph: Graph, x: Value, *, axis: int = -1) -> Value:
    """Logarithm of the softmax along an axis."""
    return graph.emit(FAMILY, [x], [normal_axis(axis, len(x.shape))])


FAMILY = Family(
    name="log_softmax",
    opcode=6,
    infer=infer,
    run=run,
    instructions=lambda operator, count: 5000 * count,
    usual=lambda operator: 1700,
    grain=grain,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"LogSoftmax": log_softmax}
