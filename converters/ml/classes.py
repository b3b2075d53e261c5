"""TreeEnsembleClassifier: labels and scores as onnxruntime has them."""

from typing import Any

import numpy as np

from converters.ml.ensembles import base_values, counted, scored, surely_touched
from converters.ml.forest import Forest, by_tree_and_node
from converters.ml.scores import (
    above,
    beside,
    class_names,
    column,
    features,
    labelled,
    largest,
    logistic_of_two,
    one_if,
    transformed,
)
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Floats, Value, number


@lowers("ai.onnx.ml.TreeEnsembleClassifier")
def classifier(graph: Graph, x: Value, **attributes: Any) -> tuple[Value, Value]:
    """The label and the scores of each row."""
    forest = by_tree_and_node(attributes, "class")
    names = class_names(attributes, "classlabels_strings", "classlabels_int64s")
    transform = attributes.get("post_transform", "NONE")
    x = features(graph, x)
    if len(names) < 2:
        raise Refused(f"labels: expected two or more, got {len(names)}")
    if len(names) > 2:
        base = base_values(attributes, len(names))
        scores = scored(graph, x, forest, len(names))
        chosen = scores = (
            scores if base is None else graph.apply("Add", scores, Constant(base))
        )
        if base is None and len(surely_touched(forest)) < len(names):
            touched = counted(graph, x, forest, len(names))
            chosen = graph.apply("Where", touched, scores, number(-np.inf))
        label = labelled(graph, largest(graph, chosen), names)
        return label, transformed(graph, scores, transform)
    base = base_values(attributes, 1, 2)
    positive, scores = of_two(graph, x, forest, base, transform)
    one = one_if(graph, graph.reshape(positive, x.shape[:1]))
    if named_classes(forest) == {0, 1} and isinstance(names[0], int):
        return one, scores  # onnxruntime says 0 or 1, whatever the labels are
    return labelled(graph, one, names), scores


def named_classes(forest: Forest) -> set[int]:
    """Those that leaves have weights for."""
    return {target for leaf in forest.leaves for target, _ in leaf.parts}


def of_two(
    graph: Graph, x: Value, forest: Forest, base: Floats | None, transform: str
) -> tuple[Value, Value]:
    """Of two classes, whether it is the second, and the scores.

    What onnxruntime does depends on whether a row's leaves have weights for the second
    class. If they have none, those for the first are the second's.
    """
    raw = scored(graph, x, forest, 2)
    first, second = column(graph, raw, 0), column(graph, raw, 1)
    has = [presence(graph, x, forest, which) for which in (0, 1)]
    half = half_way(forest)
    if base is None:
        scores = of_one(graph, first, half, transform)
        if has[1] is not False:
            both = transformed(graph, beside(graph, first, second), transform)
            scores = where(graph, has[1], both, scores)
        return above(graph, where(graph, has[1], second, first), half), scores
    if base.size == 2:
        return of_pair(graph, first, has, base, half, transform)
    first = graph.apply("Add", first, number(float(base[0])))
    if has[1] is False:
        return above(graph, first, half), of_one(graph, first, half, transform)
    if has[1] is not True:
        raise Refused("leaves: expected weights for the second class, got none of some")
    shown = beside(graph, where(graph, has[0], first, zeros(first)), second)
    return above(graph, second, half), transformed(graph, shown, transform)


def of_pair(
    graph: Graph,
    first: Value,
    has: list[Value | bool],
    base: Floats,
    half: float,
    transform: str,
) -> tuple[Value, Value]:
    """With two base values only the first class's weights count."""
    low, high = (graph.apply("Add", first, number(float(b))) for b in base)
    only = where(graph, has[0], low, zeros(first))
    under = where(graph, has[0], graph.apply("Neg", high), zeros(first))
    both = beside(graph, under, high)
    shown = where(graph, has[1], both, beside(graph, only, zeros(first)))
    decides = where(graph, has[1], high, only)
    return above(graph, decides, half), transformed(graph, shown, transform)


def half_way(forest: Forest) -> float:
    """What the second class's score must exceed."""
    weights = [weight for leaf in forest.leaves for _, weight in leaf.parts]
    return 0.5 if len(named_classes(forest)) == 1 and min(weights) >= 0 else 0.0


def presence(graph: Graph, x: Value, forest: Forest, target: int) -> Value | bool:
    """Whether a row's leaves have weights for the target: always, never, or bools."""
    if target not in named_classes(forest):
        return False
    if target in surely_touched(forest):
        return True
    return column(graph, counted(graph, x, forest, 2), target)


def where(graph: Graph, condition: Value | bool, a: Value, b: Value) -> Value:
    """a or b, by row unless it is known now."""
    if isinstance(condition, bool):
        return a if condition else b
    return graph.apply("Where", condition, a, b)


def zeros(like: Value) -> Constant:
    return Constant(np.zeros(like.shape, np.float32))


def of_one(graph: Graph, score: Value, half: float, transform: str) -> Value:
    """Both scores, where one was computed."""
    if transform == "PROBIT":
        raise Refused("post_transform: expected one for both classes, got PROBIT")
    if transform == "LOGISTIC":
        return logistic_of_two(graph, score)
    other = graph.apply("Neg", score)
    if half:
        other = graph.apply("Sub", number(1), score)
    return beside(graph, other, score)
