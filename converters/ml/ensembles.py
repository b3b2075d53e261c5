"""TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from converters.ml.forest import (
    Branch,
    Forest,
    Leaf,
    by_place,
    by_tree_and_node,
    numbers,
)
from converters.ml.scores import TRANSFORMS, above, features, transformed
from converters.ml.tables import tables_of
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Floats, Value, number

AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")
"""By the numbers that TreeEnsemble has for them."""

NEUTRAL = {"sum": 0.0, "min": np.inf, "max": -np.inf}


@lowers("ai.onnx.ml.TreeEnsembleRegressor")
def regressor(graph: Graph, x: Value, **attributes: Any) -> Value:
    forest = by_tree_and_node(attributes, "target")
    targets = attributes.get("n_targets", 1)
    aggregate = attributes.get("aggregate_function", "SUM")
    base = base_values(attributes, targets)
    transform = attributes.get("post_transform", "NONE")
    return regressed(graph, x, forest, targets, aggregate, base, transform)


@lowers("ai.onnx.ml.TreeEnsemble")
def ensemble(graph: Graph, x: Value, **attributes: Any) -> Value:
    """post_transform's numbers are onnxruntime's: ONNX exchanges 1 and 2."""
    forest = by_place(attributes)
    targets = attributes.get("n_targets", 1)
    aggregate = named(AGGREGATES, attributes, "aggregate_function", 1)
    transform = attributes.get("post_transform", 0)
    name = named(TRANSFORMS, attributes, "post_transform", 0)
    if transform in (1, 2) and targets > 1:
        graph.note(
            f"post_transform {transform} is {name} here "
            "as in onnxruntime; ONNX's text says the other of LOGISTIC and SOFTMAX"
        )
    return regressed(graph, x, forest, targets, aggregate, None, name)


def named(
    names: Sequence[str], attributes: Mapping[str, Any], which: str, usual: int
) -> str:
    """What a number stands for."""
    number_ = int(attributes.get(which, usual))
    if not 0 <= number_ < len(names):
        raise Refused(f"{which}: expected 0 to {len(names) - 1}, got {number_}")
    return names[number_]


def base_values(attributes: Mapping[str, Any], *counts: int) -> Floats | None:
    """What is added to the scores; `counts` are how many there may be."""
    held = numbers(attributes, "base_values")
    if not held.size:
        return None
    if held.size not in counts:
        raise Refused(f"base_values: expected {counts} of them, got {held.size}")
    return held


def regressed(
    graph: Graph,
    x: Value,
    forest: Forest,
    targets: int,
    aggregate: str,
    base: Floats | None,
    transform: str,
) -> Value:
    """Scores (rows, targets)."""
    if targets == 1:
        forest = first_weights(forest)
        if transform not in ("NONE", "PROBIT"):
            graph.note(
                f"post_transform {transform} of one target changes "
                "nothing, as in onnxruntime"
            )
            transform = "NONE"
    x, how = features(graph, x), "sum" if aggregate == "AVERAGE" else aggregate.lower()
    scores = scored(graph, x, forest, targets, how)
    if aggregate == "AVERAGE":
        scores = graph.apply("Div", scores, number(len(forest.roots)))
    if how != "sum" and len(surely_touched(forest)) < targets:
        touched = counted(graph, x, forest, targets)
        scores = graph.apply("Where", touched, scores, number(0))
    if base is not None:
        scores = graph.apply("Add", scores, Constant(base))
    return transformed(graph, scores, transform)


def first_weights(forest: Forest) -> Forest:
    """Of a leaf with several weights for the only target, onnxruntime takes one."""
    if any(not leaf.parts for leaf in forest.leaves):
        raise Refused("leaf: expected a weight, got none")
    nodes = [
        Leaf(node.parts[:1]) if isinstance(node, Leaf) else node
        for node in forest.nodes
    ]
    return replace(forest, nodes=nodes)


def scored(
    graph: Graph, x: Value, forest: Forest, targets: int, how: str = "sum"
) -> Value:
    check(forest, x.shape[1], targets)
    if how not in NEUTRAL:
        raise Refused(f"aggregate_function: expected {AGGREGATES}, got {how.upper()}")
    tables = tables_of(forest, NEUTRAL[how])
    constants = map(Constant, tables.arrays)
    return graph.op("Trees", x, *constants, outputs=targets, how=how)


def check(forest: Forest, count: int, targets: int) -> None:
    """Features and targets are there, and weights are numbers."""
    for node in forest.nodes:
        if isinstance(node, Branch):
            if not 0 <= node.feature < count:
                raise Refused(f"features: expected {count}, got number {node.feature}")
        elif not all(0 <= target < targets for target, _ in node.parts):
            raise Refused(f"targets: expected 0 to {targets - 1}, got {node.parts}")
        elif not all(np.isfinite(weight) for _, weight in node.parts):
            raise Refused(f"weights: expected finite numbers, got {node.parts}")


def surely_touched(forest: Forest) -> set[int]:
    """Targets that have a weight whatever the features are.

    Enough is a tree all of whose leaves have one.
    """
    sure: set[int] = set()
    for root in forest.roots:
        named = [
            {target for target, _ in leaf.parts} for leaf in leaves_of(forest, root)
        ]
        sure |= set.intersection(*named)
    return sure


def leaves_of(forest: Forest, root: int) -> list[Leaf]:
    """Those of a tree."""
    seen, stack, leaves = set[int](), [root], []
    while stack:
        number_ = stack.pop()
        if number_ in seen:
            continue
        seen.add(number_)
        node = forest.nodes[number_]
        if isinstance(node, Leaf):
            leaves.append(node)
        else:
            stack += [node.true, node.false]
    return leaves


def counted(graph: Graph, x: Value, forest: Forest, targets: int) -> Value:
    """Bools (rows, targets): whether a leaf that a row reaches names the target."""
    nodes = [
        Leaf(tuple((target, 1.0) for target, _ in node.parts))
        if isinstance(node, Leaf)
        else node
        for node in forest.nodes
    ]
    sums = scored(graph, x, replace(forest, nodes=nodes), targets)
    return above(graph, sums, 0)
