"""Forests against the loop that defines them; guest and native bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
from support.images.forests import Forest, key_of, random_forest, scores
from support.images.models import assert_guest_agrees
from support.images.operations import Array, apply, model_of

import tinynn
from mips_vm.constants import MODEL
from tinynn import GraphBuilder, GraphError
from tinynn.errors import Misfit
from tinynn.memory.tensor import TensorType
from tinynn.operators.trees import FAMILY

SEED = 3
SPECIAL = np.array(
    [0, 0x8000_0000, 1, 0x8000_0001, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000]
    + [0xFFC0_0001, 0x7F80_0001, 0x7F7F_FFFF, 0xFF7F_FFFF],
    np.uint32,
).view(np.float32)
WORDS = np.array([0, 1, 4, 16, 32, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0], np.uint32)


def rows_of(rng: np.random.Generator, rows: int, features: int) -> Array:
    """A third of the numbers special."""
    x = rng.standard_normal((rows, features)).astype(np.float32)
    mask = rng.random(x.shape) < 0.3
    x[mask] = rng.choice(SPECIAL, int(mask.sum()))
    return x


def stump(threshold: int, low: int = 0) -> Forest:
    """One comparison: 1 if the only feature's key is at most the threshold, else 2."""
    nodes = [[0, threshold, 16, 32], [0, 0, 0, 0], [0, 1, 0, 0]]
    tables = [low], nodes, [[0, 1]], [0, 0]
    arrays = (np.array(table, np.int32) for table in tables)
    return Forest(*arrays, np.array([1, 2], np.float32))


@pytest.mark.parametrize("how", ["sum", "min", "max"])
@pytest.mark.parametrize("trees", [1, 7, 8, 19])
def test_trees_are_their_definition(trees: int, how: str) -> None:
    rng = np.random.default_rng([SEED, trees])
    forest = random_forest(rng, 5, trees, depth=6, targets=3, width=2)
    x = rows_of(rng, 9, 5)
    (y,) = apply("Trees", x, *forest.tables, constant=range(1, 6), outputs=3, how=how)
    expected = np.stack([scores(forest, row, 3, how) for row in x])
    assert y.tobytes() == expected.tobytes()


@pytest.mark.parametrize("low", [0, 1])
@pytest.mark.parametrize("x", SPECIAL, ids=lambda x: f"{x.view(np.uint32):08x}")
def test_trees_comparison_is_that_of_floats(x: np.float32, low: int) -> None:
    """Every special number against every other as threshold, ties included."""
    for threshold in SPECIAL[~np.isnan(SPECIAL)]:
        forest = stump(key_of(threshold, 0), low)
        rows = np.array([[x]], np.float32)
        (y,) = apply("Trees", rows, *forest.tables, constant=range(1, 6), outputs=1)
        first = bool(low) if np.isnan(x) else bool(x <= threshold)
        assert y.tolist() == [[1.0 if first else 2.0]]


def test_trees_sum_is_in_the_order_of_the_trees() -> None:
    """In any other order the ones would not vanish beside 2^24."""
    nodes = np.array([[0, i, 0, 0] for i in range(4)], np.int32)
    trees = np.array([[16 * i, 1] for i in range(4)], np.int32)
    zeros, weights = np.zeros(4, np.int32), np.array([2**24, 1, 1, -(2**24)])
    tables = [np.zeros(1, np.int32), nodes, trees, zeros, weights.astype(np.float32)]
    x = np.zeros((1, 1), np.float32)
    for order, expected in (([0, 1, 2, 3], 0.0), ([1, 2, 0, 3], 2.0)):
        tables[2] = trees[order]
        (y,) = apply("Trees", x, *tables, constant=range(1, 6), outputs=1)
        assert y.tolist() == [[expected]]


def test_trees_nan_and_infinite_weights_are_canonical() -> None:
    forest = stump(0)
    for word in (0xFFC0_1234, 0x7F80_0001):
        weights = np.array([word, word], np.uint32).view(np.float32)
        tables = replace(forest, weights=weights).tables
        x = np.zeros((1, 1), np.float32)
        (y,) = apply("Trees", x, *tables, constant=range(1, 6), outputs=2)
        assert y.view(np.uint32).tolist() == [[0x7FC0_0000, 0]]


def test_trees_many_rows_are_cut_into_segments() -> None:
    rng = np.random.default_rng(SEED)
    forest = random_forest(rng, 4, 40, depth=5, targets=2)
    x = rows_of(rng, 300, 4)
    model = model_of("Trees", [x, *forest.tables], range(1, 6), outputs=2)
    assert model.segments > 1
    (y,) = apply("Trees", x, *forest.tables, constant=range(1, 6), outputs=2)
    assert y.tobytes() == np.stack([scores(forest, row, 2) for row in x]).tobytes()


def test_trees_attributes_are_the_longest_walks_and_the_widths() -> None:
    forest = random_forest(np.random.default_rng(SEED), 5, 30, depth=7, width=2)
    children = forest.nodes[:, 2:] // 16
    longest = [0] * len(children)
    for at in reversed(range(len(children))):
        first, second = children[at]
        if first:
            longest[at] = 1 + max(longest[at + first], longest[at + second])
    arrays = [np.zeros((1, 5), np.float32), *forest.tables]
    (row,) = model_of("Trees", arrays, range(1, 6), outputs=1).tables.operators
    walks = sum(longest[root // 16] for root, _ in forest.trees)
    assert row.attributes == (0, 1, walks, 60)


def test_trees_nodes_may_be_shared() -> None:
    """x <= 0, and x <= -1 or not, lead to one leaf."""
    nodes = [[0, 0, 16, 32], [0, key_of(np.float32(-1), 0), 16, 32], [0, 0, 0, 0]]
    nodes.append([0, 1, 0, 0])
    tables = [0], nodes, [[0, 1]], [0, 0]
    arrays = [np.array(table, np.int32) for table in tables]
    weights = np.array([1, 2], np.float32)
    x = np.array([[-2], [-0.5], [5]], np.float32)
    (y,) = apply("Trees", x, *arrays, weights, constant=range(1, 6), outputs=1)
    assert y[:, 0].tolist() == [1, 2, 1]


WRONG = {
    "column": ("columns", (0,), 8, r"column: expected 0 to 7"),
    "negative column": ("columns", (0,), -1, r"column: expected 0 to 7"),
    "node's column": ("nodes", (0, 0), 32, r"column: expected 0 to 28, a multiple"),
    "crooked column": ("nodes", (0, 0), 2, r"column: expected 0 to 28, a multiple"),
    "child at home": ("nodes", (0, 2), 0, "children: expected behind their parent"),
    "child before": ("nodes", (1, 2), -16, "children: expected behind their parent"),
    "child outside": ("nodes", (0, 3), 1 << 20, "child: expected 0 to"),
    "crooked child": ("nodes", (0, 3), 24, "child: expected 0 to"),
    "first weight": ("nodes", (-1, 1), 1 << 20, "first weight: expected 0 to"),
    "negative weight": ("nodes", (-1, 1), -1, "first weight: expected 0 to"),
    "root": ("trees", (0, 0), 1 << 20, "root: expected 0 to"),
    "crooked root": ("trees", (0, 0), 8, "root: expected 0 to"),
    "width": ("trees", (0, 1), 1 << 20, "width: expected 0 to"),
    "target": ("targets", (0,), 2, "target: expected 0 to 1"),
    "walks": ("trees", (0, 0), 16, "longest walks"),
    "no width": ("trees", (0, 1), 0, "longest walks, widths"),
}


@pytest.mark.parametrize("name", WRONG)
def test_trees_table_that_leads_astray_is_refused(name: str) -> None:
    """In the image of a sound forest: what the guest would follow is changed."""
    table, place, value, message = WRONG[name]
    rng = np.random.default_rng(SEED)
    forest = random_forest(rng, 4, 3, depth=4, targets=2)
    arrays = [np.zeros((1, 4), np.float32), *forest.tables]
    image = model_of("Trees", arrays, range(1, 6), outputs=2).source
    assert isinstance(image, bytes)
    sound = getattr(forest, table)
    wrong = sound.copy()
    wrong[place] = value
    assert image.count(sound.tobytes()) == 1
    changed = image.replace(sound.tobytes(), wrong.tobytes())
    with pytest.raises(tinynn.ImageError, match=message):
        tinynn.load(changed)


def test_trees_with_any_words_are_refused_or_agree() -> None:
    rng = np.random.default_rng(SEED)
    forest = random_forest(rng, 4, 3, depth=4, targets=2)
    arrays = [np.zeros((2, 4), np.float32), *forest.tables]
    model = model_of("Trees", arrays, range(1, 6), outputs=2)
    assert isinstance(model.source, bytes)
    start = model.tables.operators[0].sources[1].address - MODEL.base
    refused = agreed = 0
    for _ in range(150):
        words = np.frombuffer(model.source, "<u4").copy()
        at = rng.integers(start // 4, len(words))
        words[at] = rng.choice([words[at] + np.uint32(rng.choice([1, 16])), *WORDS])
        try:
            other = tinynn.load(words.tobytes())
        except tinynn.ImageError:
            refused += 1
            continue
        assert_guest_agrees(other, rows_of(rng, 2, 4).tobytes())
        agreed += 1
    assert refused > 20 and agreed > 20


def test_trees_computed_tables_are_refused() -> None:
    forest = stump(0)
    arrays = [np.zeros((1, 1), np.float32), *forest.tables]
    with pytest.raises(GraphError, match="tables: expected constants"):
        model_of("Trees", arrays, (1, 3, 4, 5), outputs=1)
    with pytest.raises(GraphError, match="tables: expected constants"):
        model_of("Trees", arrays, (2, 3, 4, 5), outputs=1)


@pytest.mark.parametrize(
    ("place", "array", "message"),
    [
        (0, np.zeros((1, 1), np.int32), "rows: element type"),
        (1, np.zeros((1, 1), np.int32), "shape of columns"),
        (2, np.zeros((3, 3), np.int32), "shape of nodes"),
        (3, np.zeros((1, 3), np.int32), "shape of trees"),
        (5, np.zeros(3, np.float32), r"weights: shape: expected \(2,\)"),
        (5, np.zeros(2, np.int32), "weights: element type"),
        (0, np.zeros((), np.float32), "rank of rows: expected at least 1"),
        (4, np.zeros((2, 1), np.int32), "shape of targets"),
        (2, np.zeros((3, 4), np.float32), "nodes: element type: expected int32"),
    ],
)
def test_trees_that_do_not_fit_are_refused(
    place: int, array: Array, message: str
) -> None:
    arrays = [np.zeros((1, 1), np.float32), *stump(0).tables]
    arrays[place] = array
    with pytest.raises(GraphError, match=message):
        model_of("Trees", arrays, range(1, 6), outputs=1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"outputs": 1, "how": "mean"}, "how: expected sum or min or max"),
        ({"outputs": 0}, "targets: expected 1 to 65536"),
        ({"outputs": 1 << 17}, "targets: expected 1 to 65536"),
    ],
)
def test_trees_asked_for_wrongly_are_refused(asked: dict, message: str) -> None:
    arrays = [np.zeros((1, 1), np.float32), *stump(0).tables]
    with pytest.raises(GraphError, match=message):
        model_of("Trees", arrays, range(1, 6), **asked)


def test_trees_with_walks_too_long_to_count_are_refused() -> None:
    count = 70_000
    nodes = np.zeros((count, 4), np.int32)
    nodes[:-1, 2:] = 16
    trees = np.tile(np.int32([0, 1]), (count, 1))
    tables = [np.zeros(1, np.int32), nodes, trees, np.zeros(1, np.int32)]
    arrays = [np.zeros((1, 1), np.float32), *tables, np.ones(1, np.float32)]
    with pytest.raises(GraphError, match="longest walks, widths: expected of 32 bits"):
        model_of("Trees", arrays, range(1, 6), outputs=1)


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_trees_image_with_computed_tables_is_refused(place: int) -> None:
    """Past the builder's own demand: the validator's."""
    graph = GraphBuilder("trees")
    x = graph.input("x", "float32", (1, 1))
    values = [x, *map(graph.constant, stump(0).tables)]
    kind = values[place].type
    values[place] = graph.input("table", kind.dtype, kind.shape)
    graph.output(graph.emit(FAMILY, values, (0, 1, 1, 1)), "y")
    with pytest.raises(tinynn.ImageError, match="tables: expected constants"):
        graph.build()


def test_trees_record_with_another_way_to_combine_is_refused() -> None:
    types = [TensorType("float32", (1, 1))]
    types += [TensorType(str(t.dtype), t.shape) for t in stump(0).tables]
    with pytest.raises(Misfit, match="how: expected below 3"):
        FAMILY.infer(types, (3, 1, 1, 1))
