"""LinearClassifier and LinearRegressor: a product with constant weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from converters.ml.scores import (
    above,
    beside,
    class_names,
    features,
    labelled,
    largest,
    logistic_of_two,
    one_if,
    transformed,
)
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Floats, Value, number

Numbers = Sequence[float] | Floats


def product(
    graph: Graph, x: Value, weights: Numbers, rows: int, bias: Numbers
) -> Value:
    """x times weights (rows, features), transposed, and a bias for each row."""
    count = x.shape[1]
    if len(weights) != rows * count:
        raise Refused(
            f"coefficients: expected {rows} times {count}, got {len(weights)}"
        )
    matrix = np.array(weights, np.float32).reshape(rows, count)
    y = graph.apply("MatMul", x, Constant(matrix.T.copy()))
    if len(bias):
        y = graph.apply("Add", y, Constant(np.array(bias, np.float32)))
    return y


@lowers("ai.onnx.ml.LinearRegressor")
def regressor(
    graph: Graph,
    x: Value,
    *,
    coefficients: Sequence[float] = (),
    intercepts: Sequence[float] = (),
    targets: int = 1,
    post_transform: str = "NONE",
) -> Value:
    """Intercepts that are not one a target are none, as in onnxruntime."""
    bias = intercepts if len(intercepts) == targets else ()
    scores = product(graph, features(graph, x), coefficients, targets, bias)
    if targets == 1 and post_transform != "PROBIT":
        return scores
    return transformed(graph, scores, post_transform)


@lowers("ai.onnx.ml.LinearClassifier")
def classifier(
    graph: Graph,
    x: Value,
    *,
    coefficients: Sequence[float] = (),
    intercepts: Sequence[float] = (),
    post_transform: str = "NONE",
    **attributes: Any,
) -> tuple[Value, Value]:
    """A score for each intercept; a single one is the second of two classes'."""
    names = class_names(attributes, "classlabels_strings", "classlabels_ints")
    x, count = features(graph, x), len(intercepts)
    scores = product(graph, x, coefficients, count, intercepts)
    if count == 1:
        return of_one(graph, scores, names, post_transform)
    if len(names) != count:
        raise Refused(f"labels: expected {count}, got {len(names)}")
    label = labelled(graph, largest(graph, scores), names)
    return label, transformed(graph, scores, post_transform)


def of_one(
    graph: Graph, score: Value, names: Sequence[Any], transform: str
) -> tuple[Value, Value]:
    if len(names) != 2 or transform == "PROBIT":
        expected = "expected two labels and no PROBIT"
        raise Refused(f"{expected}, got {len(names)} and {transform}")
    positive = graph.reshape(above(graph, score, 0), score.shape[:1])
    label = labelled(graph, one_if(graph, positive), names)
    if transform == "LOGISTIC":
        return label, logistic_of_two(graph, score)
    return label, beside(graph, graph.apply("Sub", number(1), score), score)
