"""Ensembles of trees, against the loop that defines them and against onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.sources.ml_nets import (
    FEATURES,
    FLOAT,
    MODES,
    ROWS,
    RandomTrees,
    answers,
    classes,
    converted,
    forest_sums,
    judged,
    label_and_scores,
    net,
    problems,
    rows_near,
    same_bits,
)

NAN = float("nan")
CLOSE = 5e-6
"""Relative, of probabilities: their exponentials are rounded otherwise."""


def regressor(
    seed: int, targets: int, parts: Any = "one", modes: Any = MODES, **attributes: Any
) -> tuple[onnx.ModelProto, np.ndarray, dict[str, Any]]:
    trees = RandomTrees(seed, modes)
    held = trees.attributes("target", targets, parts)
    model = net(
        "TreeEnsembleRegressor",
        held | {"n_targets": targets} | attributes,
        [("y", FLOAT, ["n", targets])],
    )
    return model, rows_near(trees.values, seed), held


def classifier(
    seed: int,
    labels: Any,
    parts: Any = "one",
    trees: int = 6,
    positive: bool = False,
    **attributes: Any,
) -> tuple[onnx.ModelProto, np.ndarray, dict[str, Any]]:
    drawn = RandomTrees(seed)
    held = drawn.attributes("class", len(labels), parts, trees, positive)
    model = net(
        "TreeEnsembleClassifier",
        held | classes(labels, **attributes),
        label_and_scores(labels),
    )
    return model, rows_near(drawn.values, seed), held


@pytest.mark.parametrize("mode", MODES)
def test_trees_of_each_comparison_are_the_loop(mode: str) -> None:
    """Ties, infinities, both zeros, NaNs that pass and NaNs that don't."""
    model, x, held = regressor(MODES.index(mode), 1, modes=[mode])
    (y,) = answers(model, x, guest=True)
    assert same_bits(y, forest_sums(held, "target", x, 1))


@pytest.mark.parametrize("parts", ["one", "all", "some"])
@pytest.mark.parametrize("seed", range(3))
def test_trees_of_mixed_comparisons_are_the_loop(seed: int, parts: str) -> None:
    model, x, held = regressor(seed, 3, parts)
    (y,) = answers(model, x)
    assert same_bits(y, forest_sums(held, "target", x, 3))
    assert same_bits(y, judged(model, x)[0])


@pytest.mark.parametrize("aggregate", ["SUM", "AVERAGE", "MIN", "MAX"])
@pytest.mark.parametrize("targets", [1, 3])
def test_regressor_is_onnxruntimes_bit_for_bit(targets: int, aggregate: str) -> None:
    base = [0.5, 0.25, -1.0][:targets]
    model, x, _ = regressor(
        4, targets, "some", aggregate_function=aggregate, base_values=base
    )
    assert same_bits(answers(model, x)[0], judged(model, x)[0])


@pytest.mark.parametrize("transform", ["LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"])
@pytest.mark.parametrize("targets", [1, 3])
def test_regressor_transform_is_close(targets: int, transform: str) -> None:
    model, x, _ = regressor(4, targets, "some", post_transform=transform)
    tolerance = 1e-4 if transform == "PROBIT" else CLOSE
    np.testing.assert_allclose(
        answers(model, x)[0], judged(model, x)[0], rtol=tolerance
    )


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX"])
@pytest.mark.parametrize("base", [None, [0.25], [0.25, 0.5]], ids=str)
@pytest.mark.parametrize("parts", [0, 1, "all", "some"])
@pytest.mark.parametrize("positive", [False, True])
def test_classifier_of_two_is_onnxruntimes(
    positive: bool, parts: Any, base: Any, transform: str
) -> None:
    given = {} if base is None else {"base_values": base}
    model, x, _ = classifier(
        3, [5, 7], parts, positive=positive, post_transform=transform, **given
    )
    if parts == "some" and base == [0.25]:
        assert "expected weights for the second class" in problems(model)
        return
    check_classifier(model, x, exact=transform == "NONE")


def check_classifier(model: onnx.ModelProto, x: np.ndarray, exact: bool) -> None:
    """Labels are equal; scores bit for bit, or close."""
    (label, scores), (labels, expected) = answers(model, x), judged(model, x)
    assert label.tolist() == labels.tolist()
    if exact:
        assert same_bits(scores, expected)
    np.testing.assert_allclose(scores, expected, rtol=CLOSE)


@pytest.mark.parametrize(
    "labels", [[0, 1, 2], [9, 7, -5, 20], ["a", "b", "c"]], ids=str
)
@pytest.mark.parametrize("parts", ["one", "all", "some"])
@pytest.mark.parametrize("transform", ["NONE", "SOFTMAX"])
def test_classifier_of_many_is_onnxruntimes(
    labels: Any, parts: str, transform: str
) -> None:
    for base in ({}, {"base_values": [0.1 * i for i in range(len(labels))]}):
        model, x, _ = classifier(6, labels, parts, post_transform=transform, **base)
        check_classifier(model, x, exact=transform == "NONE")


def test_classifier_labels_are_in_order_of_scores() -> None:
    """Without a judge: of the loop's sums the first greatest."""
    model, x, held = classifier(7, [9, 7, -5], "all")
    label, scores = answers(model, x, guest=True)
    sums = forest_sums(held, "class", x, 3)
    assert same_bits(scores, sums)
    assert label.tolist() == np.array([9, 7, -5])[sums.argmax(axis=1)].tolist()


def test_classifier_text_is_numbered_and_named() -> None:
    model, x, _ = classifier(6, ["cat", "dog", "eel"], "all")
    _, work = converted(model)
    assert work.meanings.labels == {"label": ("cat", "dog", "eel")}
    assert list(work.notes.lines()) == [
        "'label': text is numbered from 0: 'cat', 'dog', 'eel'"
    ]


def test_shared_case_is_onnxruntimes(shared_data: Path) -> None:
    """Leaves with weights for one class each, and a ZipMap."""
    path = shared_data / "cases" / "onnx" / "tree_ensemble.onnx"
    model = onnx.load(path)
    for x in ([[1, 2]], [[-1, 2]], [[0.5, 0]]):
        row = np.array(x, np.float32)
        for actual, expected in zip(
            answers(model, row, guest=True), judged(model, row), strict=True
        ):
            assert actual.reshape(-1).tolist() == expected.reshape(-1).tolist()


# The new TreeEnsemble.


def chain(
    modes: list[int], targets: int = 2, members: Any = (), seed: int = 0, **given: Any
) -> tuple[onnx.ModelProto, np.ndarray]:
    """A tree whose true children are leaves, each false child the next node."""
    rng, count = np.random.default_rng([7, seed]), len(modes)
    splits = np.round(rng.standard_normal(count), 1).astype(np.float32)
    held = {
        "n_targets": targets,
        "tree_roots": [0],
        "nodes_modes": numpy_helper.from_array(np.array(modes, np.uint8)),
        "nodes_featureids": rng.integers(0, FEATURES, count).tolist(),
        "nodes_splits": numpy_helper.from_array(splits),
        "nodes_truenodeids": list(range(count)),
        "nodes_trueleafs": [1] * count,
        "nodes_falsenodeids": [*range(1, count), count],
        "nodes_falseleafs": [*[0] * (count - 1), 1],
        "leaf_targetids": rng.integers(0, targets, count + 1).tolist(),
        "leaf_weights": numpy_helper.from_array(
            rng.standard_normal(count + 1).astype(np.float32)
        ),
        "nodes_missing_value_tracks_true": rng.integers(0, 2, count).tolist(),
    }
    if members:
        held["membership_values"] = numpy_helper.from_array(
            np.array(members, np.float32)
        )
    model = net("TreeEnsemble", held | given, [("y", FLOAT, ["n", targets])], version=5)
    whole = [m for m in members if m == m]
    return model, rows_near([*splits.tolist(), *whole, 0.0], seed)


@pytest.mark.parametrize("aggregate", range(4))
def test_ensemble_aggregate_is_onnxruntimes(aggregate: int) -> None:
    model, x = chain([0, 1, 2, 3, 4, 5], aggregate_function=aggregate)
    assert same_bits(answers(model, x)[0], judged(model, x)[0])


@pytest.mark.parametrize("transform", range(5))
def test_ensemble_transform_is_onnxruntimes(transform: int) -> None:
    """ONNX exchanges 1 and 2; that is noted."""
    model, x = chain([0, 1, 2, 3, 4, 5], post_transform=transform)
    np.testing.assert_allclose(answers(model, x)[0], judged(model, x)[0], rtol=2e-5)
    assert len(list(converted(model)[1].notes.lines())) == (transform in (1, 2))


@pytest.mark.parametrize(
    ("modes", "members"),
    [
        ([6], [3, NAN]),
        ([6, 0, 6], [1, 2, 5, NAN, 0, 3, 7, NAN]),
        ([6, 6], [1, NAN, 1e9]),
        ([6], [9, 4, 4, 1, 7, 2, 8, 30, NAN]),
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_ensemble_membership_is_onnxruntimes(
    modes: list[int], members: list[float], seed: int
) -> None:
    model, x = chain(modes, members=members, seed=seed)
    assert same_bits(answers(model, x, guest=True)[0], judged(model, x)[0])


def test_ensemble_membership_is_equality_with_one_of_many() -> None:
    """Without a judge; fractions and a NaN are in no set."""
    inside = [-3.0, 0.0, 2.0, 2.5, 64.0]
    model, _ = chain([6], targets=1, members=[*inside, NAN], seed=5)
    leaves = dict(enumerate(numbers_of(model, "leaf_weights")))
    x = np.tile(np.float32([*inside, -0.0, 2.25, 63.9, -3.1])[:, None], (1, FEATURES))
    filled = np.zeros((ROWS, FEATURES), np.float32)
    filled[: len(x)] = x
    (y,) = answers(model, filled)
    among = [leaves[0]] * 6 + [leaves[1]] * 3
    assert y[: len(x), 0].tolist() == among


def numbers_of(model: onnx.ModelProto, name: str) -> list[float]:
    (node,) = model.graph.node
    (found,) = (part.t for part in node.attribute if part.name == name)
    return numpy_helper.to_array(found).tolist()


# What can't be.

STUMP: dict[str, Any] = {
    "nodes_treeids": [0, 0, 0],
    "nodes_nodeids": [0, 1, 2],
    "nodes_featureids": [0, 0, 0],
    "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
    "nodes_values": [0.0, 0.0, 0.0],
    "nodes_truenodeids": [1, 0, 0],
    "nodes_falsenodeids": [2, 0, 0],
    "target_treeids": [0, 0],
    "target_nodeids": [1, 2],
    "target_ids": [0, 0],
    "target_weights": [1.0, 2.0],
    "n_targets": 1,
}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"nodes_featureids": [5, 0, 0]}, "features: expected 5, got number 5"),
        ({"nodes_truenodeids": [7, 0, 0]}, "tree 0: expected node 7, got none"),
        ({"nodes_truenodeids": [0, 0, 0]}, "expected trees, got a circle"),
        ({"nodes_nodeids": [0, 1, 1]}, "expected 3 names, got 2 unlike"),
        ({"nodes_values": [0.0]}, "nodes_values: expected 3"),
        ({"nodes_modes": ["BRANCH_NO", "LEAF", "LEAF"]}, "got 'NO'"),
        ({"target_ids": [0, 1]}, "targets: expected 0 to 0"),
        ({"target_weights": [1.0, NAN]}, "weights: expected finite numbers"),
        ({"target_nodeids": [1, 1]}, "leaf: expected a weight, got none"),
        ({"target_ids": [0]}, "target_ids: expected 2"),
        ({"base_values": [1.0, 2.0]}, "base_values: expected (1,) of them, got 2"),
        ({"post_transform": "SQUARE", "n_targets": 2}, "post_transform: expected"),
        ({"aggregate_function": "MEDIAN"}, "aggregate_function: expected"),
        (
            {
                "nodes_values": None,
                "nodes_values_as_tensor": numpy_helper.from_array(np.zeros(3)),
            },
            "nodes_values: expected float32, got float64",
        ),
    ],
    ids=lambda case: ",".join(case) if isinstance(case, dict) else "",
)
def test_ensemble_that_makes_no_sense_is_refused(
    changed: dict[str, Any], reason: str
) -> None:
    held = {k: v for k, v in (STUMP | changed).items() if v is not None}
    model = net("TreeEnsembleRegressor", held, [("y", FLOAT, ["n", "m"])])
    assert reason in problems(model)
