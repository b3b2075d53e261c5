"""SVMClassifier and SVMRegressor: kernels of support vectors, as libsvm has them."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from converters.ml.coupling import coupled, pair_chances
from converters.ml.linear import product
from converters.ml.scores import (
    above,
    beside,
    class_names,
    features,
    labelled,
    largest,
    logistic_of_two,
    transformed,
)
from converters.registry import Graph, Refused, lowers
from converters.values import Array, Constant, Value, number, whole_numbers


def kernel(
    graph: Graph, x: Value, vectors: Array, kind: str, parameters: Sequence[float]
) -> Value:
    """How alike rows and support vectors are: (rows, vectors)."""
    gamma, shift, degree = (*parameters, 0.0, 0.0, 0.0)[:3]
    if x.shape[1] != vectors.shape[1]:
        raise Refused(f"features: expected {vectors.shape[1]}, got {x.shape[1]}")
    if kind == "RBF":
        rows = graph.reshape(x, (x.shape[0], 1, x.shape[1]))
        apart = graph.apply("Sub", rows, Constant(vectors))
        squares = graph.apply("Mul", apart, apart)
        sums = graph.apply("ReduceSum", squares, whole_numbers([2]), keepdims=0)
        return graph.apply("Exp", graph.apply("Mul", sums, number(-gamma)))
    y = graph.apply("MatMul", x, Constant(vectors.T.copy()))
    if kind == "LINEAR":
        return y
    y = graph.apply("Mul", y, number(gamma))
    y = graph.apply("Add", y, number(shift))
    if kind == "SIGMOID":
        return graph.apply("Tanh", y)
    if kind == "POLY":
        return graph.apply("Pow", y, number(degree))
    raise Refused(f"kernel_type: expected LINEAR, POLY, RBF or SIGMOID, got {kind}")


def support(attributes: dict[str, Any], count: int) -> Array:
    """The vectors, `count` of them."""
    held = np.array(attributes.get("support_vectors", ()), np.float32)
    if count < 1 or held.size % count or not held.size:
        raise Refused(f"support_vectors: expected {count} of them, got {held.size}")
    return held.reshape(count, -1)


@lowers("ai.onnx.ml.SVMRegressor")
def regressor(graph: Graph, x: Value, **attributes: Any) -> Value:
    x = features(graph, x)
    coefficients, rho = listed(attributes, "coefficients"), listed(attributes, "rho")
    count = attributes.get("n_supports", 0)
    if count:
        kind, parameters = kernel_of(attributes)
        x = kernel(graph, x, support(attributes, count), kind, parameters)
    y = product(graph, x, coefficients, 1, rho[:1])
    if attributes.get("one_class", 0):
        inside = above(graph, y, 0)
        y = graph.apply("Where", inside, number(1), number(-1))
    return y


def listed(attributes: dict[str, Any], name: str) -> list[float]:
    """An attribute's numbers, at least one."""
    held = list(attributes.get(name, ()))
    if not held:
        raise Refused(f"{name}: expected one or more, got none")
    return held


def kernel_of(attributes: dict[str, Any]) -> tuple[str, Sequence[float]]:
    """The kind, and gamma, shift and degree."""
    return attributes.get("kernel_type", "LINEAR"), attributes.get("kernel_params", ())


@lowers("ai.onnx.ml.SVMClassifier")
def classifier(graph: Graph, x: Value, **attributes: Any) -> tuple[Value, Value]:
    """Without support vectors a linear classifier; else votes of pairs of classes."""
    names = class_names(attributes, "classlabels_strings", "classlabels_ints")
    transform = attributes.get("post_transform", "NONE")
    x = features(graph, x)
    per_class = attributes.get("vectors_per_class", ())
    if not sum(per_class):
        return linear(graph, x, names, transform, attributes)
    if len(per_class) != len(names) or len(names) < 2:
        raise Refused(f"vectors_per_class: expected {len(names)}, got {len(per_class)}")
    kind, parameters = kernel_of(attributes)
    alike = kernel(graph, x, support(attributes, sum(per_class)), kind, parameters)
    weights = pair_weights(listed(attributes, "coefficients"), per_class)
    rho = listed(attributes, "rho")
    if len(rho) != len(weights):
        raise Refused(f"rho: expected {len(weights)}, got {len(rho)}")
    scores = product(graph, alike, weights.reshape(-1), len(weights), rho)
    voted = votes(graph, scores, len(names))
    chances = attributes.get("prob_a", ()), attributes.get("prob_b", ())
    if chances[0]:
        index = largest(graph, voted)
        pairs = pair_chances(graph, scores, *chances)
        shown = coupled(graph, pairs, len(names))
        return labelled(graph, index, names), transformed(graph, shown, transform)
    if len(names) == 2:
        return of_two(graph, scores, voted, names, transform, attributes)
    label = labelled(graph, largest(graph, voted), names)
    return label, transformed(graph, scores, transform)


def linear(
    graph: Graph,
    x: Value,
    names: Sequence[Any],
    transform: str,
    attributes: dict[str, Any],
) -> tuple[Value, Value]:
    """A score for each class, all with the first rho."""
    bias = listed(attributes, "rho")[:1] * len(names)
    coefficients = listed(attributes, "coefficients")
    scores = product(graph, x, coefficients, len(names), bias)
    index: Value = largest(graph, scores)
    if len(names) == 2:  # onnxruntime: the second class, if any score is high
        most = graph.apply("ReduceMax", scores, whole_numbers([1]), keepdims=0)
        if min(coefficients) >= 0:
            high = graph.apply("GreaterOrEqual", most, number(0.5))
        else:
            high = above(graph, most, 0)
        second = Constant(np.ones(index.shape, np.int64))
        index = graph.apply("Where", high, second, index)
    label = labelled(graph, index, names)
    return label, transformed(graph, scores, transform)


def pair_weights(coefficients: Sequence[float], per_class: Sequence[int]) -> Array:
    """Weights (pairs, vectors): of a pair's own vectors, and 0 of all others."""
    count, starts = sum(per_class), np.cumsum([0, *per_class])
    held = np.array(coefficients, np.float32)
    if held.size != (len(per_class) - 1) * count:
        expected = f"{len(per_class) - 1} times {count}"
        raise Refused(f"coefficients: expected {expected}, got {held.size}")
    table = held.reshape(-1, count)
    rows = []
    for i, j in combinations(range(len(per_class)), 2):
        row = np.zeros(count, np.float32)
        one, other = (slice(starts[k], starts[k + 1]) for k in (i, j))
        row[one], row[other] = table[j - 1, one], table[i, other]
        rows.append(row)
    return np.array(rows)


def votes(graph: Graph, scores: Value, classes: int) -> Value:
    """How many pairs each class wins: a positive score is the first's."""
    first = graph.apply("Cast", above(graph, scores, 0), to=1)
    gains = np.zeros((classes, scores.shape[1]), np.float32)
    base = np.zeros(classes, np.float32)
    for pair, (i, j) in enumerate(combinations(range(classes), 2)):
        gains[i, pair], gains[j, pair] = 1, -1
        base[j] += 1
    return product(graph, first, gains.reshape(-1), classes, base)


def of_two(
    graph: Graph,
    score: Value,
    voted: Value,
    names: Sequence[Any],
    transform: str,
    attributes: dict[str, Any],
) -> tuple[Value, Value]:
    """A positive score is the first class's; scores as onnxruntime writes them."""
    label = labelled(graph, largest(graph, voted), names)
    if transform == "PROBIT":
        raise Refused("post_transform: expected one for both classes, got PROBIT")
    if transform == "LOGISTIC":
        return label, logistic_of_two(graph, score)
    if transform == "NONE":
        return label, beside(graph, graph.apply("Neg", score), score)
    return label, beside(graph, graph.apply("Sub", number(1), score), score)
