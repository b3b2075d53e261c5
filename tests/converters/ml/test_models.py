"""Linear models and support vector machines, against onnxruntime.

Products are summed in another order there, so scores are close and labels equal.
"""

from typing import Any

import numpy as np
import onnx
import pytest
from support.sources.ml_nets import (
    FEATURES,
    FLOAT,
    ROWS,
    Port,
    answers,
    judged,
    label_and_scores,
    net,
    problems,
)

CLOSE = {"rtol": 1e-4, "atol": 2e-6}
TRANSFORMS = ("NONE", "LOGISTIC", "SOFTMAX")
KERNELS = {
    "LINEAR": [0.0, 0.0, 0.0],
    "RBF": [0.2, 0.0, 0.0],
    "POLY": [0.3, 0.5, 3.0],
    "SIGMOID": [0.2, 0.1, 0.0],
}


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng([6, seed]).standard_normal(shape).astype(np.float32)


def check(model: onnx.ModelProto, guest: bool = False, **tolerance: float) -> None:
    x = numbers(1, ROWS, FEATURES)
    for actual, expected in zip(
        answers(model, x, guest), judged(model, x), strict=True
    ):
        if expected.dtype.kind == "i":
            assert actual.reshape(-1).tolist() == expected.reshape(-1).tolist()
        else:
            np.testing.assert_allclose(
                actual.reshape(expected.shape), expected, **CLOSE | tolerance
            )


def scores(columns: int) -> list[Port]:
    return [("y", FLOAT, ["n", columns])]


def labelled(labels: list[Any], name: str) -> dict[str, Any]:
    kind = "strings" if isinstance(labels[0], str) else "ints"
    return {f"{name}_{kind}": labels}


@pytest.mark.parametrize("targets", [1, 2])
@pytest.mark.parametrize("transform", [*TRANSFORMS, "PROBIT"])
def test_linear_regressor_is_close(transform: str, targets: int) -> None:
    held = {
        "coefficients": (numbers(2, targets * FEATURES) / 20).tolist(),
        "intercepts": [0.5, 0.4][:targets],
        "targets": targets,
        "post_transform": transform,
    }
    # The formula of PROBIT cancels near a half.
    tolerance = {"atol": 2e-4} if transform == "PROBIT" else {}
    check(net("LinearRegressor", held, scores(targets)), **tolerance)


def test_linear_regressor_is_right() -> None:
    held = {"coefficients": [0.5, -1.0, 2.0, 0.0, 0.25], "intercepts": [3.0]}
    x = np.arange(10, dtype=np.float32).reshape(2, 5)
    model = net("LinearRegressor", held, scores(1), x=(FLOAT, (2, 5)))
    assert answers(model, x, guest=True)[0].tolist() == [[7.0], [15.75]]


@pytest.mark.parametrize(
    ("labels", "count"),
    [([0, 1], 1), ([5, 7], 1), (["no", "yes"], 1), (["no", "yes"], 2), ([4, 5, 6], 3)],
)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_linear_classifier_is_close(
    transform: str, labels: list[Any], count: int
) -> None:
    held = {
        "coefficients": numbers(3, count * FEATURES).tolist(),
        "intercepts": numbers(4, count).tolist(),
        "post_transform": transform,
    }
    given = held | labelled(labels, "classlabels")
    check(net("LinearClassifier", given, label_and_scores(labels)))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("one_class", [0, 1])
def test_svm_regressor_is_close(one_class: int, kernel: str) -> None:
    held = {
        "coefficients": numbers(5, 9).tolist(),
        "rho": [0.3],
        "support_vectors": numbers(6, 9 * FEATURES).tolist(),
        "n_supports": 9,
        "kernel_type": kernel,
        "kernel_params": KERNELS[kernel],
        "one_class": one_class,
    }
    check(net("SVMRegressor", held, scores(1)), guest=kernel == "RBF")


def machine(
    labels: list[Any], chances: bool = False, seed: int = 0, **given: Any
) -> dict[str, Any]:
    """Attributes of an SVMClassifier with support vectors."""
    classes = len(labels)
    per_class = [3, 4, 2, 5][:classes]
    vectors, pairs = sum(per_class), classes * (classes - 1) // 2
    held = {
        "coefficients": numbers(seed + 7, (classes - 1) * vectors).tolist(),
        "rho": numbers(seed + 8, pairs).tolist(),
        "support_vectors": numbers(seed + 9, vectors * FEATURES).tolist(),
        "vectors_per_class": per_class,
        "kernel_type": "RBF",
        "kernel_params": KERNELS["RBF"],
    }
    if chances:
        held["prob_a"] = (-np.abs(numbers(seed + 10, pairs))).tolist()
        held["prob_b"] = numbers(seed + 11, pairs).tolist()
    return held | labelled(labels, "classlabels") | given


@pytest.mark.parametrize("labels", [[5, 7], ["a", "b", "c"], [0, 1, 2, 3]], ids=str)
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("chances", [False, True])
def test_svm_classifier_is_close(
    chances: bool, transform: str, labels: list[Any]
) -> None:
    pairs = len(labels) * (len(labels) - 1) // 2
    columns = len(labels) if chances or len(labels) == 2 else pairs
    held = machine(labels, chances, post_transform=transform)
    check(net("SVMClassifier", held, label_and_scores(labels, columns)))


@pytest.mark.parametrize("labels", [[1, 2], [1, 2, 3]], ids=str)
@pytest.mark.parametrize("positive", [False, True])
def test_svm_classifier_without_vectors_is_linear(
    positive: bool, labels: list[int]
) -> None:
    weights = numbers(12, len(labels) * FEATURES)
    held = {
        "coefficients": (np.abs(weights) if positive else weights).tolist(),
        "rho": [0.3],
        "kernel_type": "LINEAR",
        "kernel_params": KERNELS["LINEAR"],
    } | labelled(labels, "classlabels")
    check(net("SVMClassifier", held, label_and_scores(labels)))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"support_vectors": [1.0] * 42}, "features: expected 6, got 5"),
        ({"support_vectors": [1.0] * 41}, "support_vectors: expected 7"),
        ({"coefficients": [1.0]}, "coefficients: expected 1 times 7"),
        ({"vectors_per_class": [7]}, "vectors_per_class: expected 2"),
        ({"kernel_type": "OTHER"}, "kernel_type: expected LINEAR"),
        ({"post_transform": "PROBIT"}, "got PROBIT"),
    ],
    ids=lambda case: ",".join(case) if isinstance(case, dict) else "",
)
def test_svm_classifier_that_makes_no_sense_is_refused(
    changed: dict[str, Any], reason: str
) -> None:
    held = machine([5, 7]) | changed
    assert reason in problems(net("SVMClassifier", held, label_and_scores([5, 7])))
