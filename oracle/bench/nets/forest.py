"""Forests of full trees, made up: how many instructions a node on the way takes."""

from typing import Final

import numpy as np

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.operators.trees import COLUMN_BYTES, NODE_BYTES

TREES: Final = 50
FEATURES: Final = 8
SHALLOW, DEEP = 4, 9


def full_forest(depth: int) -> Model:
    """Every walk makes `depth` steps; thresholds are positive."""
    rng = np.random.default_rng(4)
    inner, each = (1 << depth) - 1, (2 << depth) - 1
    numbers = np.arange(inner)
    tree = np.zeros((each, 4), np.int32)
    tree[:, 0] = COLUMN_BYTES * rng.integers(0, FEATURES, each)
    tree[:inner, 1] = rng.random(inner, np.float32).view(np.int32)
    tree[:inner, 2] = NODE_BYTES * (numbers + 1)
    tree[:inner, 3] = NODE_BYTES * (numbers + 2)
    leaves = each - inner
    nodes = np.tile(tree, (TREES, 1))
    first = np.arange(TREES)[:, None] * leaves + np.arange(leaves)
    nodes.reshape(TREES, each, 4)[:, inner:, 1] = first
    roots = NODE_BYTES * each * np.arange(TREES, dtype=np.int32)
    graph = GraphBuilder(f"{TREES} trees of depth {depth}")
    y = graph.op(
        "Trees",
        graph.input("x", "float32", (1, FEATURES)),
        np.arange(0, 2 * FEATURES, 2, dtype=np.int32),
        nodes,
        np.stack([roots, np.ones(TREES, np.int32)], axis=1),
        np.zeros(first.size, np.int32),
        rng.standard_normal(first.size).astype(np.float32),
        outputs=1,
    )
    graph.output(y, "y")
    return tinynn.load(graph.build())


def row() -> bytes:
    """Features of which some are greater than thresholds, and some are not."""
    return np.random.default_rng(5).random((1, FEATURES), np.float32).tobytes()
