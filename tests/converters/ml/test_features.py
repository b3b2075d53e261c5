"""Features made ready, chosen and named, against onnxruntime: bit for bit."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from support.sources.ml_nets import (
    FEATURES,
    FLOAT,
    INT64,
    ROWS,
    STRING,
    RandomTrees,
    answers,
    classes,
    converted,
    judged,
    label_and_scores,
    net,
    problems,
    rows_near,
    same_bits,
)

NAN = float("nan")


def whole_numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).integers(-9, 9, shape)


def ordinary() -> np.ndarray:
    """A row of zeros, an infinity, a NaN, a row without a positive number."""
    x = np.random.default_rng(4).standard_normal((ROWS, FEATURES)).astype(np.float32)
    x[3], x[4, 2], x[5, 1], x[6] = 0, np.inf, np.nan, -np.abs(x[6])
    return x


def check(model: onnx.ModelProto, x: np.ndarray) -> None:
    (actual,), (expected,) = answers(model, x, guest=True), judged(model, x)
    assert actual.size == expected.size
    if expected.dtype.kind == "i":
        assert actual.reshape(-1).tolist() == expected.reshape(-1).tolist()
    else:
        assert same_bits(actual, expected)


FLOATS: dict[str, tuple[str, dict[str, Any]]] = {
    "scaler": ("Scaler", {"offset": [0.1] * 5, "scale": [1.0, 2.0, 3.0, 0.5, 0.3]}),
    "scaler of one": ("Scaler", {"offset": [0.1], "scale": [0.7]}),
    "normalizer MAX": ("Normalizer", {"norm": "MAX"}),
    "normalizer L1": ("Normalizer", {"norm": "L1"}),
    "normalizer L2": ("Normalizer", {"norm": "L2"}),
    "imputer of NaNs": (
        "Imputer",
        {"imputed_value_floats": [1.0, 2, 3, 4, 5], "replaced_value_float": NAN},
    ),
    "imputer of zeros": (
        "Imputer",
        {"imputed_value_floats": [9.0], "replaced_value_float": 0.0},
    ),
    "feature vectorizer cut": ("FeatureVectorizer", {"inputdimensions": [3]}),
    "feature vectorizer filled": ("FeatureVectorizer", {"inputdimensions": [7]}),
}


@pytest.mark.parametrize("name", FLOATS)
def test_features_of_floats_are_onnxruntimes(name: str) -> None:
    operator, held = FLOATS[name]
    check(net(operator, held, [("y", FLOAT, ["n", "m"])]), ordinary())


INTEGERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "scaler": ("Scaler", {"offset": [0.1], "scale": [0.7]}, FLOAT),
    "normalizer L2": ("Normalizer", {"norm": "L2"}, FLOAT),
    "imputer": (
        "Imputer",
        {"imputed_value_int64s": [9], "replaced_value_int64": 3},
        INT64,
    ),
    "label encoder": (
        "LabelEncoder",
        {"keys_int64s": [1, 2, 3, 2], "values_int64s": [10, 20, 30, 40]},
        INT64,
    ),
    "label encoder to floats": (
        "LabelEncoder",
        {"keys_int64s": [1, 2], "values_floats": [0.5, -0.0], "default_float": 7.0},
        FLOAT,
    ),
    "one hot encoder": ("OneHotEncoder", {"cats_int64s": [1, 2, 3]}, FLOAT),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_features_of_integers_are_onnxruntimes(name: str) -> None:
    operator, held, kind = INTEGERS[name]
    shape = ["n", "m", "k"] if operator == "OneHotEncoder" else ["n", "m"]
    x = (INT64, (ROWS, FEATURES))
    model = net(operator, held, [("y", kind, shape)], x=x, version=2)
    check(model, whole_numbers(ROWS, FEATURES))


@pytest.mark.parametrize("version", [2, 4])
def test_label_encoder_nan_is_a_key_since_version_4(version: int) -> None:
    held = {"keys_floats": [1.0, NAN], "values_floats": [10.0, 30.0]}
    model = net("LabelEncoder", held, [("y", FLOAT, ["n", "m"])], version=version)
    check(model, rows_near([1.0, 2.0], 3))


def test_label_encoder_numbers_text() -> None:
    """Keys that are not known have a name of their own, behind the others."""
    held = {"keys_int64s": [4, 2], "values_strings": ["four", "two"]}
    model = net(
        "LabelEncoder", held, [("y", STRING, ["n", "m"])], x=(INT64, (1, 3)), version=2
    )
    assert answers(model, np.array([[2, 4, 7]]))[0].tolist() == [1, 0, 2]
    assert converted(model)[1].meanings.labels == {"y": ("four", "two", "_Unused")}


def test_binarizer_is_onnxruntimes() -> None:
    x = np.round(np.nan_to_num(ordinary()))
    check(net("Binarizer", {"threshold": 1.0}, [("y", FLOAT, ["n", "m"])]), x)


def test_array_feature_extractor_is_onnxruntimes() -> None:
    model = net(
        "ArrayFeatureExtractor",
        {},
        [("y", FLOAT, ["n", "m"])],
        weights={"i": np.array([3, 0, 3])},
        inputs=("x", "i"),
    )
    check(model, ordinary())


def test_array_feature_extractor_of_text_numbers_it() -> None:
    """As scikit-learn's classifiers end: classes, by the greatest score's place."""
    node = helper.make_node(
        "ArrayFeatureExtractor", ["classes", "x"], ["y"], domain="ai.onnx.ml"
    )
    graph = helper.make_graph(
        [node],
        "net",
        [helper.make_tensor_value_info("x", INT64, [1])],
        [helper.make_tensor_value_info("y", STRING, [1, 1])],
        [helper.make_tensor("classes", TensorProto.STRING, [3], ["a", "b", "c"])],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8)
    assert answers(model, np.array([2]))[0].reshape(-1).tolist() == [2]
    assert converted(model)[1].meanings.labels == {"y": ("a", "b", "c")}


def test_zip_map_is_columns_with_names() -> None:
    trees = RandomTrees(3)
    labels = ["a", "b", "c"]
    held = classes(labels, **trees.attributes("class", 3, "all"))
    model = net("TreeEnsembleClassifier", held, label_and_scores(labels))
    named = helper.make_node(
        "ZipMap", ["scores"], ["z"], domain="ai.onnx.ml", classlabels_strings=labels
    )
    model.graph.node.append(named)
    del model.graph.output[1]
    row = helper.make_tensor_type_proto(FLOAT, None)
    maps = helper.make_map_type_proto(TensorProto.STRING, row)
    kind = helper.make_sequence_type_proto(maps)
    model.graph.output.append(helper.make_value_info("z", kind))
    x = rows_near(trees.values, 3)
    label, scores = answers(model, x)
    expected = judged(model, x)
    assert label.tolist() == expected[0].tolist()
    assert same_bits(scores, expected[1])
    _, work = converted(model)
    assert work.meanings.columns == {"z": ("a", "b", "c")}
    line = "'z': no map, but a column for each of 'a', 'b', 'c'"
    assert line in work.notes.lines()


@pytest.mark.parametrize(
    ("operator", "held", "kind", "reason"),
    [
        ("Scaler", {"offset": [1.0, 2], "scale": [1.0]}, FLOAT, "1 number or 5, got 2"),
        ("Normalizer", {"norm": "L3"}, FLOAT, "norm: expected MAX or L1 or L2, got L3"),
        ("OneHotEncoder", {"cats_strings": ["a"]}, INT64, "expected numbers, got text"),
        (
            "LabelEncoder",
            {"keys_strings": ["a"], "values_int64s": [1]},
            INT64,
            "keys: expected numbers, got text",
        ),
        (
            "LabelEncoder",
            {"keys_int64s": [1, 2], "values_int64s": [1]},
            INT64,
            "values: expected 2, got 1",
        ),
        ("FeatureVectorizer", {"inputdimensions": [1, 2]}, FLOAT, "inputdimensions"),
    ],
)
def test_features_that_make_no_sense_are_refused(
    operator: str, held: dict[str, Any], kind: int, reason: str
) -> None:
    out = INT64 if operator == "LabelEncoder" else FLOAT
    shape = ["n", "m", "k"] if operator == "OneHotEncoder" else ["n", "m"]
    x = (kind, (ROWS, FEATURES))
    version = 2 if operator == "LabelEncoder" else 3
    assert reason in problems(
        net(operator, held, [("y", out, shape)], x=x, version=version)
    )


@pytest.mark.parametrize("name", ["linear_regressor", "scaler"])
def test_shared_case_is_right(name: str, shared_data: Path) -> None:
    import json

    folder = shared_data / "cases"
    case = json.loads((folder / "expected.json").read_text())[name]
    model = onnx.load(folder / "onnx" / f"{name}.onnx")
    x = np.array(case["input"]["x"], np.float32)
    (y,) = answers(model, x, guest=True)
    assert y.reshape(-1).tolist() == np.float32(case["output"]).reshape(-1).tolist()
