"""Models that scikit-learn, XGBoost and LightGBM train, each on a thousand rows.

What is random in them is seeded. Trees' labels and scores are onnxruntime's; a score
that is a probability is close. A library that is absent is a reason to skip.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from support.sources.ml_nets import SPECIAL, answers, judged, same_bits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of the libraries, about one another
]

ROWS, FEATURES = 1000, 12
Data = tuple[np.ndarray, np.ndarray]


def library(name: str) -> Any:
    """The module, or a skip that says which one is absent."""
    pytest.importorskip(name.partition(".")[0])
    return importlib.import_module(name)


def samples(classes: int, missing: bool = False) -> Data:
    """Rows whose classes (0: a number) depend on some of the features."""
    rng = np.random.default_rng([3, classes])
    x = np.round(rng.standard_normal((400, FEATURES)), 2).astype(np.float32)
    score = x[:, 0] * x[:, 1] + x[:, 2] - np.abs(x[:, 3])
    ranks = score.argsort().argsort() * max(classes, 1) // len(x)
    if missing:
        x[rng.random(x.shape) < 0.1] = np.nan
    return x, ranks if classes else score.astype(np.float32)


def rows(x: np.ndarray, special: bool) -> np.ndarray:
    """Others like them; numbers of the samples, so that thresholds are met."""
    rng = np.random.default_rng(4)
    drawn = np.nan_to_num(x)[rng.integers(0, len(x), ROWS)]
    other = rng.standard_normal((ROWS, FEATURES)).astype(np.float32)
    drawn = np.where(rng.random(drawn.shape) < 0.5, drawn, other)
    if special:
        mask = rng.random(drawn.shape) < 0.1
        drawn[mask] = rng.choice(SPECIAL, int(mask.sum()))
    return np.asarray(drawn, np.float32)


def check(model: onnx.ModelProto, x: np.ndarray, exact: bool, close: float) -> None:
    """All rows at once, as inputs of one request."""
    fix_rows(model)
    for actual, expected in zip(answers(model, x), judged(model, x), strict=True):
        if expected.dtype.kind in "iu":
            assert actual.reshape(-1).tolist() == expected.reshape(-1).tolist()
        elif exact:
            assert same_bits(actual, expected)
        else:
            np.testing.assert_allclose(
                actual.reshape(expected.shape), expected, rtol=close, atol=close
            )


def fix_rows(model: onnx.ModelProto) -> None:
    """The batch is all rows."""
    for value in (*model.graph.input, *model.graph.output):
        for dim in value.type.tensor_type.shape.dim[:1]:
            dim.dim_value = ROWS


Train = Callable[[Any], Any]

SCIKIT: dict[str, tuple[str, Train, int, bool]] = {
    "tree": ("tree", lambda m: m.DecisionTreeClassifier(random_state=0), 3, True),
    "tree of numbers": (
        "tree",
        lambda m: m.DecisionTreeRegressor(random_state=0),
        0,
        True,
    ),
    "forest": (
        "ensemble",
        lambda m: m.RandomForestClassifier(20, random_state=0),
        3,
        True,
    ),
    "forest of two": (
        "ensemble",
        lambda m: m.RandomForestClassifier(20, random_state=0),
        2,
        True,
    ),
    "forest of numbers": (
        "ensemble",
        lambda m: m.RandomForestRegressor(20, random_state=0),
        0,
        True,
    ),
    "extra trees": (
        "ensemble",
        lambda m: m.ExtraTreesClassifier(10, random_state=0),
        3,
        True,
    ),
    "boosted": (
        "ensemble",
        lambda m: m.GradientBoostingClassifier(n_estimators=20, random_state=0),
        3,
        False,
    ),
    "boosted of two": (
        "ensemble",
        lambda m: m.GradientBoostingClassifier(n_estimators=20, random_state=0),
        2,
        False,
    ),
    "boosted numbers": (
        "ensemble",
        lambda m: m.GradientBoostingRegressor(n_estimators=30, random_state=0),
        0,
        True,
    ),
}


@pytest.mark.parametrize("name", SCIKIT)
def test_trained_scikit_trees_are_onnxruntimes(name: str) -> None:
    where, make, classes, exact = SCIKIT[name]
    export = library("skl2onnx").to_onnx
    x, y = samples(classes)
    trained = make(library(f"sklearn.{where}")).fit(x, y)
    model = export(trained, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    check(model, rows(x, special=True), exact, 2e-6)


SCIKIT_OTHERS: dict[str, tuple[str, Train, int]] = {
    "logistic": ("linear_model", lambda m: m.LogisticRegression(max_iter=500), 3),
    "logistic of two": ("linear_model", lambda m: m.LogisticRegression(), 2),
    "ridge": ("linear_model", lambda m: m.Ridge(), 0),
    "support vectors": ("svm", lambda m: m.SVC(), 3),
    "support vectors of two": ("svm", lambda m: m.SVC(kernel="poly"), 2),
    "support vectors of numbers": ("svm", lambda m: m.SVR(), 0),
    "one class": ("svm", lambda m: m.OneClassSVM(), 0),
}


@pytest.mark.parametrize("name", SCIKIT_OTHERS)
def test_trained_scikit_model_is_close(name: str) -> None:
    where, make, classes = SCIKIT_OTHERS[name]
    export = library("skl2onnx").to_onnx
    pipeline = library("sklearn.pipeline").make_pipeline
    scaler = library("sklearn.preprocessing").StandardScaler()
    x, y = samples(classes)
    trained = pipeline(scaler, make(library(f"sklearn.{where}"))).fit(x, y)
    model = export(trained, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    check(model, rows(x, special=False), False, 3e-4)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_trained_xgboost_is_onnxruntimes(classes: int) -> None:
    """Missing values go where training sent them."""
    xgboost, tools = library("xgboost"), library("onnxmltools")
    kind = xgboost.XGBClassifier if classes else xgboost.XGBRegressor
    x, y = samples(classes, missing=True)
    trained = kind(n_estimators=20, max_depth=4, n_jobs=1).fit(x, y)
    model = tools.convert_xgboost(trained, initial_types=initial(), target_opset=15)
    check(model, rows(x, special=True), not classes, 2e-6)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_trained_lightgbm_is_onnxruntimes(classes: int) -> None:
    """The first feature is a category: equality with one number after another."""
    lightgbm, tools = library("lightgbm"), library("onnxmltools")
    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    x, y = samples(classes, missing=True)
    x[:, 0] = np.random.default_rng(2).integers(0, 9, len(x))
    trained = kind(n_estimators=20, n_jobs=1, verbose=-1, random_state=0)
    trained.fit(x, y, categorical_feature=[0])
    model = tools.convert_lightgbm(trained, initial_types=initial(), target_opset=15)
    given = rows(x, special=True)
    given[:, 0] = np.random.default_rng(5).integers(-1, 11, ROWS)
    check(model, given, not classes, 2e-6)


def initial() -> Any:
    types = library("onnxmltools.convert.common.data_types")
    return [("x", types.FloatTensorType([None, FEATURES]))]
