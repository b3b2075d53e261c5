"""Small models of ai.onnx.ml made by hand, and what onnxruntime says they compute.

onnxruntime runs on one thread: then its sums over trees are in order.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from support.images.models import assert_guest_agrees

import tinynn
from converters.graph import GraphLowering, Options
from converters.source import checked
from tinynn import Model

Array = NDArray[Any]
Floats = NDArray[np.float32]

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
MODES = ("LEQ", "LT", "GTE", "GT", "EQ", "NEQ")
ROWS, FEATURES = 60, 5
SPECIAL = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0], np.float32)

Port = tuple[str, int, Sequence[int | str]]


def net(
    operator: str,
    attributes: dict[str, Any],
    outputs: Sequence[Port],
    x: tuple[int, Sequence[int]] = (FLOAT, (ROWS, FEATURES)),
    version: int = 3,
    weights: dict[str, Array] | None = None,
    inputs: Sequence[str] = ("x",),
) -> onnx.ModelProto:
    """One operator of x; `outputs` are name, element type, shape."""
    names = [name for name, _, _ in outputs]
    node = helper.make_node(
        operator, list(inputs), names, domain="ai.onnx.ml", **attributes
    )
    graph = helper.make_graph(
        [node],
        "net",
        [helper.make_tensor_value_info("x", *x)],
        [helper.make_tensor_value_info(*port) for port in outputs],
        [numpy_helper.from_array(a, n) for n, a in (weights or {}).items()],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", version)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def classes(labels: Sequence[int] | Sequence[str], **attributes: Any) -> dict[str, Any]:
    """Attributes of TreeEnsembleClassifier with labels of either kind."""
    text = isinstance(labels[0], str)
    name = "classlabels_strings" if text else "classlabels_int64s"
    return attributes | {name: list(labels)}


def label_and_scores(labels: Sequence[Any], columns: int = 0) -> list[Port]:
    """The outputs of a classifier."""
    kind = STRING if isinstance(labels[0], str) else INT64
    return [("label", kind, ["n"]), ("scores", FLOAT, ["n", columns or len(labels)])]


def converted(model: onnx.ModelProto) -> tuple[Model, GraphLowering]:
    """The image, and how it was made; AssertionError with the problems."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    work = GraphLowering(checked(Path("net"), copy, {}), Options(name="net"))
    work.lower_all()
    image = work.build()
    assert image is not None, "; ".join(map(str, work.problems))
    return tinynn.load(image), work


def problems(model: onnx.ModelProto) -> str:
    """Why the model can't be converted."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    work = GraphLowering(checked(Path("net"), copy, {}), Options(name="net"))
    work.lower_all()
    assert work.build() is None
    return "; ".join(map(str, work.problems))


def answers(model: onnx.ModelProto, x: Array, guest: bool = False) -> list[Array]:
    """The image's outputs; with `guest` also its, which must agree."""
    image, _ = converted(model)
    (spec,) = image.inputs
    given = x.astype(spec.dtype).reshape(spec.shape)
    if guest:
        return image.decode_output(assert_guest_agrees(image, given.tobytes()))
    return image.run([given])


def judged(model: onnx.ModelProto, x: Array) -> list[Array]:
    """onnxruntime's outputs; text as its place among the labels."""
    ort = pytest.importorskip("onnxruntime", reason="onnxruntime is the judge here")
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = ort.InferenceSession(model.SerializeToString(), options)
    names = [
        list(helper.get_attribute_value(part))
        for node in model.graph.node
        for part in node.attribute
        if part.name == "classlabels_strings"
    ]
    return [
        as_numbers(found, names[0] if names else [])
        for found in session.run(None, {session.get_inputs()[0].name: x})
    ]


def as_numbers(found: Any, names: list[bytes]) -> Array:
    if isinstance(found, list):  # a map a row
        return np.array([list(row.values()) for row in found], np.float32)
    if found.dtype == np.dtype(object):
        return np.array([names.index(word.encode()) for word in found.reshape(-1)])
    return np.asarray(found)


def same_bits(actual: Array, expected: Array) -> bool:
    """Of floats; any NaN is like any other."""
    a, b = (array.astype(np.float32).reshape(-1) for array in (actual, expected))
    nan = np.isnan(a) & np.isnan(b)
    return bool(((a.view(np.uint32) == b.view(np.uint32)) | nan).all())


def rows_near(values: Sequence[float], seed: int, rows: int = ROWS) -> Floats:
    """Random rows; a third of the numbers are thresholds, a sixth special ones."""
    rng = np.random.default_rng([9, seed])
    x = rng.standard_normal((rows, FEATURES)).astype(np.float32)
    kind = rng.random(x.shape)
    for below, drawn in ((0.45, np.array(values, np.float32)), (0.15, SPECIAL)):
        mask = kind < below
        x[mask] = rng.choice(drawn, int(mask.sum()))
    return x


class RandomTrees:
    """Attributes of TreeEnsembleRegressor and -Classifier.

    `parts`: the targets that a leaf has weights for: "one" by its tree, "all", "some",
    or the number of the only one.
    """

    def __init__(self, seed: int, modes: Sequence[str] = MODES) -> None:
        self.rng = np.random.default_rng([8, seed])
        self.modes = modes
        drawn = np.round(self.rng.standard_normal(6), 1).tolist()
        self.values = [*drawn, 0.0, -0.0, float("inf")]

    def attributes(
        self,
        kind: str,
        targets: int,
        parts: str | int = "one",
        trees: int = 6,
        positive: bool = False,
        depth: int = 4,
    ) -> dict[str, Any]:
        self.nodes: dict[str, list[Any]] = {
            name: []
            for name in (
                "treeids nodeids featureids modes values truenodeids falsenodeids "
                "missing_value_tracks_true"
            ).split()
        }
        self.leaves: dict[str, list[Any]] = {
            name: [] for name in ("ids", "nodeids", "treeids", "weights")
        }
        self.parts, self.targets, self.positive = parts, targets, positive
        for tree in range(trees):
            self.numbers = 0
            self.grow(tree, depth)
        return {f"nodes_{name}": held for name, held in self.nodes.items()} | {
            f"{kind}_{name}": held for name, held in self.leaves.items()
        }

    def grow(self, tree: int, depth: int) -> int:
        number, place = self.numbers, len(self.nodes["nodeids"])
        self.numbers += 1
        for held in self.nodes.values():
            held.append(0)
        self.nodes["treeids"][place] = tree
        self.nodes["nodeids"][place] = number
        self.nodes["values"][place] = 0.0
        if depth == 0 or self.rng.random() < 0.1:
            self.nodes["modes"][place] = "LEAF"
            self.hang(tree, number)
            return number
        drawn = {
            "modes": f"BRANCH_{self.rng.choice(self.modes)}",
            "featureids": int(self.rng.integers(FEATURES)),
            "values": float(self.rng.choice(self.values)),
            "missing_value_tracks_true": int(self.rng.integers(2)),
            "truenodeids": self.grow(tree, depth - 1),
            "falsenodeids": self.grow(tree, depth - 1),
        }
        for name, value in drawn.items():
            self.nodes[name][place] = value
        return number

    def hang(self, tree: int, number: int) -> None:
        for target in self.named(tree):
            weight = float(np.float32(self.rng.standard_normal()))
            self.leaves["ids"].append(target)
            self.leaves["nodeids"].append(number)
            self.leaves["treeids"].append(tree)
            self.leaves["weights"].append(abs(weight) if self.positive else weight)

    def named(self, tree: int) -> list[int]:
        if isinstance(self.parts, int):
            return [self.parts]
        if self.parts == "one":
            return [tree % self.targets]
        if self.parts == "all":
            return list(range(self.targets))
        count = self.rng.integers(1, self.targets + 1)
        chosen = self.rng.choice(self.targets, count, replace=False)
        return [int(target) for target in chosen]


def forest_sums(attributes: dict[str, Any], kind: str, x: Floats, n: int) -> Floats:
    """What the attributes mean, row by row and tree by tree: (rows, targets)."""
    keys = list(
        zip(attributes["nodes_treeids"], attributes["nodes_nodeids"], strict=True)
    )
    place = {key: i for i, key in enumerate(keys)}
    leaves: dict[tuple[int, int], list[tuple[int, np.float32]]] = {}
    columns = (attributes[f"{kind}_{k}"] for k in ("treeids", "nodeids", "ids"))
    weights = np.array(attributes[f"{kind}_weights"], np.float32)
    for tree, number, target, weight in zip(*columns, weights, strict=True):
        leaves.setdefault((tree, number), []).append((target, weight))
    sums = np.zeros((len(x), n), np.float32)
    trees = sorted({tree for tree, _ in keys})
    for row, total in zip(x, sums, strict=True):
        for tree in trees:
            number = 0
            while attributes["nodes_modes"][place[tree, number]] != "LEAF":
                number = follow(attributes, place[tree, number], row)
            for target, weight in leaves.get((tree, number), ()):
                total[target] += weight
    return sums


def follow(attributes: dict[str, Any], at: int, row: Floats) -> int:
    """The node after the one at a place."""
    value = np.float32(attributes["nodes_values"][at])
    x = row[attributes["nodes_featureids"][at]]
    passes = {
        "LEQ": x <= value,
        "LT": x < value,
        "GTE": x >= value,
        "GT": x > value,
        "EQ": x == value,
        "NEQ": x != value,
    }[attributes["nodes_modes"][at].removeprefix("BRANCH_")]
    missing = attributes["nodes_missing_value_tracks_true"][at] and np.isnan(x)
    way = "true" if passes or missing else "false"
    return int(attributes[f"nodes_{way}nodeids"][at])
