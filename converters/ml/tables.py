"""A forest as the tables of tinynn's `Trees`: every test as comparisons of keys.

A node of the tables asks whether a feature's key is at most a threshold. What ONNX's
tests are, said so, is a table in docs/float.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from converters.ml.forest import Branch, Forest, Leaf
from converters.registry import Refused
from converters.values import Array
from tinynn.operators.trees import COLUMN_BYTES, NODE_BYTES

MAGNITUDE = 0x7FFF_FFFF
NEVER = -(1 << 31)
"""A threshold that no number's key is as low as."""


def key_of(value: float) -> int:
    """An integer in the order of the floats, of a number."""
    word = int(np.float32(value).view(np.int32))
    return word if word >= 0 else -(word & MAGNITUDE)


@dataclass(slots=True)
class Test:
    """Whether a key is at most a threshold, and the nodes that follow.

    `low`: the key of a NaN is the least, so that it passes.
    """

    feature: int
    low: bool
    threshold: int
    true: int
    false: int


@dataclass(frozen=True, slots=True)
class Tables:
    """Constant sources of `Trees`, in order."""

    columns: Array
    nodes: Array
    trees: Array
    targets: Array
    weights: Array

    @property
    def arrays(self) -> tuple[Array, ...]:
        return self.columns, self.nodes, self.trees, self.targets, self.weights


def tables_of(forest: Forest, neutral: float = 0.0) -> Tables:
    """The tables; leaves of a tree are made alike by weights that change nothing."""
    tests = Tests(forest)
    order = tests.in_order()
    places = {number: place for place, number in enumerate(order)}
    branches = [test for test in map(tests.of, order) if isinstance(test, Test)]
    columns = sorted({2 * test.feature + test.low for test in branches}) or [0]
    column_of = {column: COLUMN_BYTES * i for i, column in enumerate(columns)}
    widths = tests.widths(order)
    nodes = np.zeros((len(order), 4), np.int32)
    parts: list[tuple[int, float]] = []
    for place, number in enumerate(order):
        node = tests.of(number)
        if isinstance(node, Leaf):
            nodes[place, 1] = len(parts)
            padding = widths[number] - len(node.parts)
            parts += [*node.parts, *[(0, neutral)] * padding]
            continue
        column = column_of[2 * node.feature + node.low]
        children = (NODE_BYTES * (places[c] - place) for c in (node.true, node.false))
        nodes[place] = column, node.threshold, *children
    trees = [(NODE_BYTES * places[r], widths[r]) for r in tests.roots]
    targets, weights = zip(*parts or [(0, neutral)], strict=True)
    return Tables(
        np.array(columns, np.int32),
        nodes,
        np.array(trees, np.int32),
        np.array(targets, np.int32),
        np.array(weights, np.float32),
    )


class Tests:
    """The forest's nodes, each as the first of the tests that it needs."""

    def __init__(self, forest: Forest) -> None:
        self.roots = forest.roots
        self._nodes: list[Test | Leaf | None] = [None] * len(forest.nodes)
        for number, node in enumerate(forest.nodes):
            if isinstance(node, Leaf):
                self._nodes[number] = node
            else:
                self._nodes[number] = self._test(node)

    def of(self, number: int) -> Test | Leaf:
        node = self._nodes[number]
        assert node is not None
        return node

    def _test(self, node: Branch) -> Test:
        kind, (true, false) = node.comparison, (node.true, node.false)
        if kind in ("EQ", "MEMBER"):
            return self._among(node, sorted_keys(node.values), true, false)
        if kind == "NEQ":
            # A NaN is unlike every number, and passes whatever the file says.
            other = Branch("EQ", node.feature, node.values, false, true, False)
            return self._among(other, sorted_keys(node.values), false, true)
        (value,) = node.values
        if value != value:
            return Test(node.feature, node.missing, NEVER, true, false)
        if kind in ("LEQ", "LT"):
            threshold = key_of(value) - (kind == "LT")
            return Test(node.feature, node.missing, threshold, true, false)
        if kind in ("GT", "GTE"):
            threshold = key_of(value) - (kind == "GTE")
            return Test(node.feature, not node.missing, threshold, false, true)
        raise Refused(f"nodes_modes: expected BRANCH_LEQ and the like, got {kind!r}")

    def _among(self, node: Branch, keys: Sequence[int], true: int, false: int) -> Test:
        """Whether a feature is one of the sorted keys: the middle one halves the rest.

        A NaN is above all of them until the last test: there it passes, or not.
        """
        feature, missing = node.feature, node.missing
        if not keys:
            return Test(feature, missing, NEVER, true, false)
        middle = len(keys) // 2
        below, above = keys[:middle], keys[middle + 1 :]
        left = self._added(self._among(node, below, true, false)) if below else false
        rest = self._added(self._among(node, above, true, false)) if above else false
        last = missing and not above
        found = self._added(Test(feature, last, keys[middle], true, rest))
        return Test(feature, False, keys[middle] - 1, left, found)

    def _added(self, test: Test) -> int:
        self._nodes.append(test)
        return len(self._nodes) - 1

    def _children(self, number: int) -> Iterator[int]:
        node = self._nodes[number]
        if isinstance(node, Test):
            yield node.true
            yield node.false

    def in_order(self) -> list[int]:
        """Nodes that a root leads to, each before its children; Refused of a circle."""
        left, done, order = set[int](), set[int](), list[int]()
        for root in reversed(self.roots):
            stack = [(root, False)]
            while stack:
                number, leaving = stack.pop()
                if leaving:
                    done.add(number)
                    order.append(number)
                elif number not in done:
                    if number in left:
                        raise Refused("nodes: expected trees, got a circle")
                    left.add(number)
                    stack.append((number, True))
                    stack += [(child, False) for child in self._children(number)]
        return order[::-1]

    def widths(self, order: Sequence[int]) -> dict[int, int]:
        """The most weights of a leaf of the tree that a node belongs to."""
        widest: dict[int, int] = {}
        for number in reversed(order):
            node = self.of(number)
            widest[number] = (
                len(node.parts)
                if isinstance(node, Leaf)
                else max(widest[child] for child in self._children(number))
            )
        for number in order:  # what a root needs, its leaves have
            for child in self._children(number):
                widest[child] = max(widest[child], widest[number])
        return widest


def sorted_keys(values: Sequence[float]) -> list[int]:
    """Of the numbers among the values, each once."""
    return sorted({key_of(value) for value in values if value == value})
