"""Forests of decision trees as ai.onnx.ml has them, in one form for all versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.registry import Refused
from converters.values import Array

COMPARISONS = ("LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER")
"""By the numbers that TreeEnsemble has for them."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A test of one feature; the nodes that follow if it is true and if it is false.

    `values` is one number, or the set of a MEMBER. `missing`: a NaN passes.
    """

    comparison: str
    feature: int
    values: tuple[float, ...]
    true: int
    false: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is added to which targets, in order."""

    parts: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes by number; the trees by their roots, in the order of summation."""

    nodes: Sequence[Branch | Leaf]
    roots: Sequence[int]

    @property
    def leaves(self) -> list[Leaf]:
        """Of all trees."""
        return [node for node in self.nodes if isinstance(node, Leaf)]


def numbers(attributes: Mapping[str, Any], name: str) -> Array:
    """Floats of an attribute, or of the tensor that may stand for it; float32."""
    from onnx import numpy_helper

    held = attributes.get(f"{name}_as_tensor", attributes.get(name, ()))
    if hasattr(held, "data_type"):
        array = numpy_helper.to_array(held)
        if array.dtype != np.float32:
            raise Refused(
                f"{name}: expected float32, got {array.dtype}",
                "export the model in float32",
            )
        return array.reshape(-1)
    return np.array(held, np.float32)


def whole(
    attributes: Mapping[str, Any], name: str, count: int | None = None
) -> list[Any]:
    """Integers or words of an attribute, `count` of them."""
    held = list(attributes.get(name, ()))
    if count is not None and len(held) != count:
        raise Refused(f"{name}: expected {count} of them, got {len(held)}")
    return held


def by_tree_and_node(attributes: Mapping[str, Any], weights: str) -> Forest:
    """Of TreeEnsembleClassifier and -Regressor; `weights` is "class" or "target".

    A node is known by its tree's number and its own; a tree's first one is its root.
    """
    trees = whole(attributes, "nodes_treeids")
    count = len(trees)
    names = list(zip(trees, whole(attributes, "nodes_nodeids", count), strict=True))
    places = {name: place for place, name in enumerate(names)}
    if len(places) != count:
        raise Refused(f"nodes: expected {count} names, got {len(places)} unlike ones")
    parts = leaf_parts(attributes, weights)
    modes = whole(attributes, "nodes_modes", count)
    features = whole(attributes, "nodes_featureids", count)
    values = numbers(attributes, "nodes_values")
    if len(values) != count:
        raise Refused(f"nodes_values: expected {count} of them, got {len(values)}")
    ways = [whole(attributes, f"nodes_{w}nodeids", count) for w in ("true", "false")]
    passes = missing_passes(attributes, count)

    def child(tree: int, node: int) -> int:
        if (tree, node) not in places:
            raise Refused(f"tree {tree}: expected node {node}, got none")
        return places[tree, node]

    nodes: list[Branch | Leaf] = []
    for place, (tree, number) in enumerate(names):
        if modes[place] == "LEAF":
            nodes.append(Leaf(tuple(parts.get((tree, number), ()))))
            continue
        true, false = (child(tree, way[place]) for way in ways)
        comparison = modes[place].removeprefix("BRANCH_")
        value = (float(values[place]),)
        feature, missing = features[place], passes[place]
        nodes.append(Branch(comparison, feature, value, true, false, missing))
    roots = [i for i in range(count) if i == 0 or trees[i] != trees[i - 1]]
    return Forest(nodes, roots)


def missing_passes(attributes: Mapping[str, Any], count: int) -> list[bool]:
    """Whether a NaN passes a node's test; not where the list has ended."""
    held = whole(attributes, "nodes_missing_value_tracks_true")
    return [place < len(held) and held[place] == 1 for place in range(count)]


def leaf_parts(
    attributes: Mapping[str, Any], kind: str
) -> dict[tuple[int, int], list[tuple[int, float]]]:
    """Targets and weights by tree and node."""
    weights = numbers(attributes, f"{kind}_weights").tolist()
    columns = [
        whole(attributes, f"{kind}_{name}", len(weights))
        for name in ("treeids", "nodeids", "ids")
    ]
    parts = defaultdict(list)
    for tree, node, target, weight in zip(*columns, weights, strict=True):
        parts[tree, node].append((target, weight))
    return parts


def by_place(attributes: Mapping[str, Any]) -> Forest:
    """Of TreeEnsemble: nodes and leaves are known by their places in the lists."""
    modes = tensor(attributes, "nodes_modes").tolist()
    count = len(modes)
    splits = tensor(attributes, "nodes_splits").tolist()
    features = whole(attributes, "nodes_featureids", count)
    members = sets_of(tensor(attributes, "membership_values"))
    passes = missing_passes(attributes, count)
    ways = [
        (whole(attributes, f"nodes_{w}nodeids", count), leafs)
        for w in ("true", "false")
        for leafs in [whole(attributes, f"nodes_{w}leafs", count)]
    ]
    targets = whole(attributes, "leaf_targetids")
    weights = tensor(attributes, "leaf_weights").tolist()
    if not len(targets) == len(weights) or len(splits) != count:
        expected = f"{count} splits, {len(targets)} weights"
        raise Refused(f"expected {expected}, got {len(splits)} and {len(weights)}")
    nodes: list[Branch | Leaf] = []
    for place, mode in enumerate(modes):
        if mode >= len(COMPARISONS):
            raise Refused(f"nodes_modes: expected below {len(COMPARISONS)}, got {mode}")
        following = []
        for places, leafs in ways:
            most = len(targets) if leafs[place] else count
            if not 0 <= places[place] < most:
                raise Refused(f"child: expected 0 to {most - 1}, got {places[place]}")
            following.append(places[place] + (count if leafs[place] else 0))
        comparison = COMPARISONS[mode]
        values = next(members, ()) if comparison == "MEMBER" else (splits[place],)
        feature, missing = features[place], passes[place]
        true, false = following
        nodes.append(Branch(comparison, feature, values, true, false, missing))
    nodes += [Leaf((part,)) for part in zip(targets, weights, strict=True)]
    roots = whole(attributes, "tree_roots")
    if not all(0 <= root < count for root in roots):
        raise Refused(f"tree_roots: expected 0 to {count - 1}, got {roots}")
    return Forest(nodes, roots)


def tensor(attributes: Mapping[str, Any], name: str) -> Array:
    """An attribute that is a tensor, flat; empty if it is left out."""
    from onnx import numpy_helper

    if name not in attributes:
        return np.zeros(0, np.float32)
    array = numpy_helper.to_array(attributes[name]).reshape(-1)
    if array.dtype not in (np.float32, np.uint8):
        raise Refused(
            f"{name}: expected float32, got {array.dtype}", "export it in float32"
        )
    return array


def sets_of(members: Array) -> Any:
    """The sets of MEMBER nodes, in their order; a NaN ends each."""
    held: list[float] = []
    for value in members.tolist():
        if value == value:
            held.append(value)
        else:
            yield tuple(held)
            held = []
    if held:
        yield tuple(held)
