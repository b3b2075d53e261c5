"""Inputs that nobody gave are such as the model can be asked."""

import numpy as np
import pytest

import tinynn
from oracle.cli.inputs.drawn import drawn, told
from tinynn import GraphBuilder, Model


def counting(way: str) -> Model:
    """Whole numbers that are added to, or say rows of a table on some way."""
    graph = GraphBuilder("counting")
    x = graph.input("x", "int32", (6,))
    table = graph.constant(np.arange(8, dtype=np.float32).reshape(4, 2))
    one = graph.constant(np.ones(1, np.int32))
    value = {
        "number": lambda: graph.op("Add", x, one),
        "row": lambda: graph.op("Gather", table, x),
        "row on a longer way": lambda: graph.op(
            "Gather", table, graph.op("Add", x, one)
        ),
    }[way]()
    graph.output(value, "y")
    return tinynn.load(graph.build())


@pytest.mark.parametrize(
    ("way", "ends", "said"),
    [
        ("number", [1, 9, 1000], "x: 0 and 1, 0 to 9, -1000 to 1000 in turn"),
        ("row", [3, 3, 3], "x: 0 to 3"),
        ("row on a longer way", [1, 1, 1], "x: 0 and 1"),
    ],
)
def test_drawn_whole_numbers_are_small_and_large_unless_they_point(
    way: str, ends: list[int], said: str
) -> None:
    model = counting(way)
    samples = [sample["x"] for sample in drawn(model, 3)]
    assert told(model) == said
    for sample, end in zip(samples, ends, strict=True):
        assert np.abs(sample).max() <= end
    if way == "number":
        assert np.abs(samples[2]).max() > 9 and samples[2].min() < 0
