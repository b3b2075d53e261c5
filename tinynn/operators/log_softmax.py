"""log_softmax: `y[i] = (x[i] - m) - log(s)`, with softmax's m and s, along one axis."""

import numpy as np

from .family import Family, Operator, Space
from .functions import exp, log
from .graph import Graph, Value
from .shape import around, normal_axis
from .softmax import grain, infer, rows_of, store_rows


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    _, n, inner = around(operator.target.shape, operator.attributes[0])
    rows = rows_of(operator.part(space, first, count), n, inner).reshape(-1, n)
    largest = np.take_along_axis(rows, rows.argmax(1, keepdims=True), 1)
    differences = rows - largest
    # numpy accumulates strictly in order.
    totals = np.add.accumulate(exp(differences), axis=1)[:, -1:]
    result = differences - log(totals)
    store_rows(result, n, inner, operator.tile(space, first, count))


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
