"""Chances of classes from chances of pairs of them: Platt's sigmoids, coupled.

libsvm and onnxruntime search for the chances that fit the pairs best, by rounds of
corrections class by class, until none is off by 0.005 / classes. Here so many rounds
are written out; a row that is good keeps what it has. (Wu, Lin and Weng: Probability
estimates for multi-class classification by pairwise coupling, second method.)
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from converters.ml.scores import beside, column, logistic
from converters.registry import Graph, Refused
from converters.values import Constant, Value, number, whole_numbers

ROUNDS = 10
"""Measured: two to four are enough for 20,000 random draws of 2 to 20 classes each."""

LEAST_CHANCE = 1e-7
GOOD = 0.005


def pair_chances(
    graph: Graph, scores: Value, a: Sequence[float], b: Sequence[float]
) -> Value:
    """The first's chance in each pair (rows, pairs): 1 - logistic(a score + b)."""
    if not len(a) == len(b) == scores.shape[1]:
        raise Refused(f"prob_a: expected {scores.shape[1]}, got {len(a)}")
    factors, shifts = (Constant(np.array(v, np.float32)) for v in (a, b))
    value = graph.apply("Add", graph.apply("Mul", scores, factors), shifts)
    chance = graph.apply("Sub", number(1), logistic(graph, value))
    least, most = number(LEAST_CHANCE), number(1 - LEAST_CHANCE)
    return graph.apply("Min", graph.apply("Max", chance, least), most)


def coupled(graph: Graph, pairs: Value, classes: int) -> Value:
    """Chances (rows, classes)."""
    rows = pairs.shape[0]
    table = quadratic(graph, pairs, classes)
    start = np.full((rows, classes), 1 / np.float32(classes), np.float32)
    chances: Value = Constant(start)
    for _ in range(ROUNDS):
        chances = corrected(graph, table, chances)
    return chances


def quadratic(graph: Graph, pairs: Value, classes: int) -> list[Value]:
    """Rows Q[i] (rows, classes) of what is to be least: p Q p."""
    chance: dict[tuple[int, int], Value] = {}
    for number_, (i, j) in enumerate(combinations(range(classes), 2)):
        chance[i, j] = column(graph, pairs, number_)
        chance[j, i] = graph.apply("Sub", number(1), chance[i, j])
    table = []
    for i in range(classes):
        entries: list[Value] = []
        for j in range(classes):
            if i == j:
                entries.append(sum_of_squares(graph, chance, i, classes))
                continue
            both = graph.apply("Mul", chance[j, i], chance[i, j])
            entries.append(graph.apply("Neg", both))
        table.append(beside(graph, *entries))
    return table


def sum_of_squares(
    graph: Graph, chance: dict[tuple[int, int], Value], i: int, classes: int
) -> Value:
    """Of the others' chances against i, in their order."""
    others = [chance[j, i] for j in range(classes) if j != i]
    squares = [graph.apply("Mul", other, other) for other in others]
    total = squares[0]
    for square in squares[1:]:
        total = graph.apply("Add", total, square)
    return total


def corrected(graph: Graph, table: list[Value], chances: Value) -> Value:
    """Chances after a round, of rows that are not good yet."""

    def op(name: str, *values: Value) -> Value:
        return graph.apply(name, *values)

    last, one, classes = whole_numbers([1]), number(1), len(table)
    held = beside(
        graph, *(op("ReduceSum", op("Mul", row, chances), last) for row in table)
    )
    level = op("ReduceSum", op("Mul", chances, held), last)
    errors = op("Abs", op("Sub", held, level))
    good = op("Less", op("ReduceMax", errors, last), number(GOOD / classes))
    better = chances
    for i, row in enumerate(table):
        own, mine = column(graph, row, i), column(graph, held, i)
        step = op("Div", op("Sub", level, mine), own)
        grown = op("Add", one, step)
        twice = op("Mul", number(2), mine)
        gain = op("Mul", step, op("Add", op("Mul", step, own), twice))
        level = op("Div", op("Div", op("Add", level, gain), grown), grown)
        held = op("Div", op("Add", held, op("Mul", step, row)), grown)
        place = Constant(np.eye(classes, dtype=np.float32)[i : i + 1])
        better = op("Div", op("Add", better, op("Mul", step, place)), grown)
    return op("Where", good, chances, better)
