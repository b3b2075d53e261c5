"""Random forests as tables of tinynn's `Trees`, and the loop that defines them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NODE_BYTES = 16
START = {"sum": 0.0, "min": np.inf, "max": -np.inf}


@dataclass(frozen=True)
class Forest:
    """Constant sources of a `Trees`, in order."""

    columns: Array
    nodes: Array
    trees: Array
    targets: Array
    weights: Array

    @property
    def tables(self) -> list[Array]:
        return [self.columns, self.nodes, self.trees, self.targets, self.weights]


def key_of(x: np.float32, low: int) -> int:
    """An integer in the order of the floats."""
    word = int(x.view(np.uint32))
    size = word & 0x7FFF_FFFF
    if size > 0x7F80_0000:
        return -(1 << 31) if low else (1 << 31) - 1
    return -size if word >> 31 else size


def scores(forest: Forest, row: Array, outputs: int, how: str = "sum") -> Array:
    """A row's, tree by tree."""
    y = np.full(outputs, START[how], np.float32)
    nodes = forest.nodes.tolist()
    for root, width in forest.trees.tolist():
        at = root
        while True:
            column, threshold, first, second = nodes[at // NODE_BYTES]
            if not first:
                break
            feature, low = divmod(int(forest.columns[column // 4]), 2)
            at += first if key_of(row[feature], low) <= threshold else second
        for place in range(threshold, threshold + width):
            target, weight = forest.targets[place], forest.weights[place]
            if how == "sum":
                y[target] = y[target] + weight
            elif weight < y[target] if how == "min" else weight > y[target]:
                y[target] = weight
    return np.where(np.isnan(y), np.float32(np.nan), y)


def random_forest(
    rng: np.random.Generator,
    features: int,
    trees: int,
    depth: int,
    targets: int = 1,
    width: int = 1,
) -> Forest:
    """Thresholds are keys of standard normal numbers; leaves lie at any depth."""
    nodes: list[list[int]] = []
    named: list[int] = []
    weights: list[np.float32] = []

    def grow(left: int) -> int:
        at = len(nodes)
        nodes.append([4 * int(rng.integers(2 * features)), 0, 0, 0])
        if left == 0 or rng.random() < 0.15:
            nodes[at][1] = len(weights)
            named.extend(rng.integers(0, targets, width).tolist())
            weights.extend(rng.standard_normal(width).astype(np.float32))
            return at
        nodes[at][1] = key_of(np.float32(rng.standard_normal()), 0)
        for child in (2, 3):
            nodes[at][child] = NODE_BYTES * (grow(left - 1) - at)
        return at

    roots = [[NODE_BYTES * grow(depth), width] for _ in range(trees)]
    columns = rng.permutation(2 * features)
    tables = (columns, nodes, roots, named)
    return Forest(*(np.array(t, np.int32) for t in tables), np.array(weights))
