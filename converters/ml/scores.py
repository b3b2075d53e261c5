"""Scores made into probabilities, and labels: what ai.onnx.ml's classifiers share.

Where ONNX's words leave room, onnxruntime's answers are followed.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

from converters.registry import Graph, Refused
from converters.values import Constant, Labels, Value, number, whole_numbers

TRANSFORMS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
"""By the numbers that onnxruntime gives them."""

ALMOST_ZERO = 1e-7
"""What SOFTMAX_ZERO takes for zero."""


def features(graph: Graph, x: Value) -> Value:
    """Rows of float32: integers are rounded, one row alone is a matrix, too."""
    if x.dtype != "float32":
        x = graph.apply("Cast", x, to=1)
    if len(x.shape) == 1:
        return graph.reshape(x, (1, *x.shape))
    if len(x.shape) != 2:
        raise Refused(f"shape: expected rows of features, got {x.shape}")
    return x


def class_names(attributes: Mapping[str, Any], *names: str) -> list[int] | list[str]:
    """The labels, of whichever attribute has them."""
    held = [list(attributes[name]) for name in names if attributes.get(name)]
    if len(held) != 1:
        raise Refused(f"labels: expected one of {' and '.join(names)}, got {len(held)}")
    return held[0]


def labelled(graph: Graph, index: Value, names: Sequence[int] | Sequence[str]) -> Value:
    """The names at the places that a tensor holds; of text the places."""
    if isinstance(names[0], str):
        return Labels(graph.settle(index), tuple(map(str, names)))
    if list(names) == list(range(len(names))):
        return index
    table = Constant(np.array(names, np.int64))
    return graph.apply("Gather", table, index)


def above(graph: Graph, x: Value, bound: float) -> Value:
    """Bools: whether x is greater."""
    return graph.apply("Greater", x, number(bound))


def one_if(graph: Graph, condition: Value) -> Value:
    """An int64 of a bool."""
    return graph.apply("Cast", condition, to=7)


def largest(graph: Graph, scores: Value) -> Value:
    """The place of each row's greatest score, int64 (rows,)."""
    index = graph.apply("ArgMax", scores, axis=1, keepdims=0)
    return graph.reshape(index, scores.shape[:1])


def column(graph: Graph, scores: Value, place: int) -> Value:
    """One column of a matrix, as a matrix."""
    bounds = (whole_numbers([n]) for n in (place, place + 1, 1))
    return graph.apply("Slice", scores, *bounds)


def beside(graph: Graph, *columns: Value) -> Value:
    """Columns as a matrix."""
    return graph.apply("Concat", *columns, axis=1)


def transformed(graph: Graph, scores: Value, transform: str) -> Value:
    """Rows of scores after `post_transform`."""
    if transform == "NONE":
        return scores
    if transform == "LOGISTIC":
        return logistic(graph, scores)
    if transform == "SOFTMAX":
        return graph.apply("Softmax", scores, axis=1)
    if transform == "SOFTMAX_ZERO":
        return softmax_but_zeros(graph, scores)
    if transform == "PROBIT":
        return probit(graph, scores)
    expected = " or ".join(TRANSFORMS)
    raise Refused(f"post_transform: expected {expected}, got {transform}")


def logistic(graph: Graph, x: Value) -> Value:
    """1 / (1 + e^-|x|), or that taken from 1 for a negative x.

    Sigmoid is more exact where it is small; this has onnxruntime's roundings.
    """
    size = graph.apply("Sigmoid", graph.apply("Abs", x))
    rest = graph.apply("Sub", number(1), size)
    return graph.apply("Where", graph.apply("Less", x, number(0)), rest, size)


def logistic_of_two(graph: Graph, score: Value) -> Value:
    """Both classes' chances, of the second one's score."""
    both = beside(graph, graph.apply("Neg", score), score)
    return logistic(graph, both)


def softmax_but_zeros(graph: Graph, scores: Value) -> Value:
    """Softmax among those that are not zero; a zero is multiplied by e^-greatest."""
    last = whole_numbers([1])
    most = graph.apply("ReduceMax", scores, last)
    powers = graph.apply("Exp", graph.apply("Sub", scores, most))
    share = graph.apply("Mul", scores, graph.apply("Exp", graph.apply("Neg", most)))
    there = above(graph, graph.apply("Abs", scores), ALMOST_ZERO)
    counted = graph.apply("Where", there, powers, number(0))
    total = graph.apply("ReduceSum", counted, last)
    return graph.apply("Div", graph.apply("Where", there, powers, share), total)


def probit(graph: Graph, p: Value) -> Value:
    """sqrt(2) erfinv(2 p - 1), by onnxruntime's approximation of erfinv."""

    def op(name: str, *values: Value) -> Value:
        return graph.apply(name, *values)

    x = op("Sub", op("Mul", p, number(2)), number(1))
    one = number(1)
    log = op("Log", op("Mul", op("Sub", one, x), op("Add", one, x)))
    v = op("Add", op("Mul", log, number(0.5)), number(2 / (3.14159 * 0.147)))
    root = op("Sqrt", op("Sub", op("Mul", v, v), op("Mul", log, number(1 / 0.147))))
    size = op("Sqrt", op("Sub", root, v))
    signed = op("Where", op("Less", x, number(0)), op("Neg", size), size)
    return op("Mul", signed, number(sqrt(2)))
