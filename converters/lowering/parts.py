"""Operators by their parts, with the same bits, where one can't be cut into segments.

A segment holds whole rows of a softmax or a normalisation. One row of more than so many
elements would take more instructions than tinynn's LONGEST_GRAIN; of its parts only the
sums and the search for the greatest element go over a row as a whole.
"""

from collections.abc import Callable

from converters.registry import Graph
from converters.values import Value, number, whole_numbers

LONGEST_SOFTMAX = 1 << 15
"""Elements of a row, at about 1,700 instructions each."""

LONGEST_NORMALISED = 1 << 17
"""At about 450."""

LONGEST_SCAN = 1 << 19
"""At about 85."""


def along_the_last(
    graph: Graph, x: Value, axis: int, compute: Callable[[Value], Value]
) -> Value:
    """`compute`, which works along the last axis, along another one."""
    last = len(x.shape) - 1
    if axis == last:
        return compute(x)
    order = [*(a for a in range(last + 1) if a != axis), axis]
    back = [order.index(a) for a in range(last + 1)]
    rows = compute(graph.apply("Transpose", x, perm=order))
    return graph.apply("Transpose", rows, perm=back)


def softmax_by_parts(graph: Graph, x: Value) -> Value:
    """Along the last axis: exp(x - m) / s."""
    _, powers, total = exponentials(graph, x)
    return graph.apply("Div", powers, total)


def log_softmax_by_parts(graph: Graph, x: Value) -> Value:
    """Along the last axis: (x - m) - log(s)."""
    shifted, _, total = exponentials(graph, x)
    return graph.apply("Sub", shifted, graph.apply("Log", total))


def exponentials(graph: Graph, x: Value) -> tuple[Value, Value, Value]:
    """x - m, its exponential, and the sum of that, along the last axis."""
    last = whole_numbers([len(x.shape) - 1])
    shifted = graph.apply("Sub", x, graph.apply("ReduceMax", x, last))
    powers = graph.apply("Exp", shifted)
    return shifted, powers, graph.apply("ReduceSum", powers, last)


def normalised_by_parts(
    graph: Graph, x: Value, epsilon: float, centred: bool = True
) -> Value:
    """Along the last axis: d / sqrt(mean of d d + epsilon), d = x - its mean."""
    last = whole_numbers([len(x.shape) - 1])
    if centred:
        x = graph.apply("Sub", x, graph.apply("ReduceMean", x, last))
    variance = graph.apply("ReduceMean", graph.apply("Mul", x, x), last)
    root = graph.apply("Sqrt", graph.apply("Add", variance, number(epsilon)))
    return graph.apply("Mul", x, graph.apply("Reciprocal", root))
