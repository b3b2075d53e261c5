"""Indices that are constants lie inside of their axis, or the node is refused."""

from pathlib import Path

import numpy as np
import pytest
from support.sources.onnx_nets import FLOAT, floats, node, reference, save_net

import tinynn
from converters import convert
from converters.errors import ConverterError, Unsupported

SHAPE = (3, 4)
SMALL = floats(1, 4)

# name -> (the operator, shape of y, indices, what is said of them, updates)
NODES = {
    "gather": (node("Gather", "x i", "y"), (1, 4), [3], "-3 to 2, got 3", None),
    "gather_columns": (
        node("Gather", "x i", "y", axis=-1),
        (3, 1),
        [-5],
        "-4 to 3, got -5",
        None,
    ),
    "gather_far": (
        node("Gather", "x i", "y"),
        (4,),
        1 << 40,
        "-3 to 2, got 1099511627776",
        None,
    ),
    "gather_elements": (
        node("GatherElements", "x i", "y", axis=1),
        (3, 1),
        [[0], [4], [1]],
        "-4 to 3, got 4",
        None,
    ),
    "gather_nd": (
        node("GatherND", "x i", "y"),
        (2,),
        [[2, 3], [1, 4]],
        "-4 to 3, got 4",
        None,
    ),
    "gather_nd_batch": (
        node("GatherND", "x i", "y", batch_dims=1),
        (3,),
        [[0], [-5], [1]],
        "-4 to 3, got -5",
        None,
    ),
    "scatter_elements": (
        node("ScatterElements", "x i u", "y"),
        SHAPE,
        [[0, 1, 3, 0]],
        "-3 to 2, got 3",
        SMALL,
    ),
    "scatter_nd": (
        node("ScatterND", "x i u", "y"),
        SHAPE,
        [[-4]],
        "-3 to 2, got -4",
        SMALL,
    ),
    "compress": (
        node("Compress", "x i", "y", axis=0),
        ("n", 4),
        [True, False, True, True],
        "-3 to 2, got 3",
        None,
    ),
}


def saved(folder: Path, name: str, indices: object) -> Path:
    made, shape, _, _, updates = NODES[name]
    weights = {"i": np.array(indices)}
    if updates is not None:
        weights["u"] = updates
    ports = {"x": (FLOAT, SHAPE), "y": (FLOAT, shape)}
    return save_net(folder / "net.onnx", [made], weights=weights, **ports)


@pytest.mark.parametrize("name", NODES)
def test_convert_constant_index_outside_is_refused(name: str, tmp_path: Path) -> None:
    _, _, indices, told, _ = NODES[name]
    with pytest.raises(Unsupported) as refusal:
        convert(saved(tmp_path, name, indices))
    (problem,) = refusal.value.problems
    assert (problem.node, problem.reason) == ("node_y", f"index: expected {told}")


@pytest.mark.parametrize(
    ("name", "indices"),
    [
        ("gather", [-3]),
        ("gather_columns", [3]),
        ("gather_elements", [[0], [-4], [3]]),
        ("gather_nd", [[-3, 3], [2, -4]]),
        ("scatter_elements", [[2, -3, 0, 1]]),
        ("scatter_nd", [[-3]]),
        ("compress", [True, False, True]),
    ],
)
def test_convert_constant_index_at_the_ends_agrees(
    name: str, indices: object, tmp_path: Path
) -> None:
    path, x = saved(tmp_path, name, indices), floats(*SHAPE, seed=7)
    (expected,) = reference(path, x)
    (actual,) = tinynn.load(convert(path)).run(x)
    np.testing.assert_array_equal(actual.reshape(expected.shape), expected)


@pytest.mark.parametrize("k", [0, 5])
def test_convert_more_of_the_greatest_than_there_are_is_refused(
    k: int, tmp_path: Path
) -> None:
    held = {"k": np.int64([k])}
    nodes = [node("TopK", "x k", "y i", axis=1)]
    ports = {"x": (FLOAT, SHAPE), "y": (FLOAT, (3, "k"))}
    path = save_net(tmp_path / "net.onnx", nodes, weights=held, **ports)
    with pytest.raises(ConverterError, match=r"k: expected 1 to 4|requested k"):
        convert(path)
