"""If, Loop and Scan against onnxruntime."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.sources.onnx_nets import BOOL, FLOAT, INT64, Array, floats, node

import tinynn
from converters import control, convert
from converters.errors import Unsupported

runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

Kind = tuple[int, Sequence[int] | None]
ROW: Kind = (FLOAT, (4,))
TURN: dict[str, Kind] = {"i": (INT64, ()), "c": (BOOL, ())}


def body(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Kind],
    outputs: Mapping[str, Kind],
    **weights: Any,
) -> onnx.GraphProto:
    return helper.make_graph(
        list(nodes),
        "body",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [helper.make_tensor_value_info(name, *kind) for name, kind in outputs.items()],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in weights.items()],
    )


def saved(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Kind],
    outputs: Mapping[str, Kind],
    weights: Mapping[str, Array],
    opset: int = 17,
) -> Path:
    graph = body(nodes, inputs, outputs, **weights)
    opsets = [helper.make_opsetid("", opset)]
    path = folder / "net.onnx"
    onnx.save_model(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def agree(path: Path, feeds: Mapping[str, Array]) -> tinynn.Model:
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = session.run(None, dict(feeds))
    image = tinynn.load(convert(path))
    given = [
        feeds[spec.name].astype(spec.dtype).reshape(spec.shape) for spec in image.inputs
    ]
    for left, right in zip(expected, image.run(given), strict=True):
        left = np.asarray(left)
        np.testing.assert_allclose(right.reshape(left.shape), left, rtol=1e-6)
    return image


def choice(*branches: onnx.GraphProto, condition: str = "p") -> onnx.NodeProto:
    first, second = branches
    outputs = " ".join(f"{v.name[:-1]}" for v in first.output)
    return node("If", condition, outputs, then_branch=first, else_branch=second)


@pytest.mark.parametrize("x", [floats(4), -floats(4)])
def test_if_on_data_selects_a_branch(x: Array, tmp_path: Path) -> None:
    """Floats, and whole numbers; names around the branches are theirs, too."""
    kinds = {"y1": ROW, "n1": (INT64, (2,))}
    then = body([node("Exp", "x", "y1")], {}, kinds, n1=np.int64([1, 2]))
    nodes = [node("Mul", "x w", "y2"), node("Identity", "k", "n2")]
    other = body(nodes, {}, {"y2": ROW, "n2": (INT64, (2,))}, w=floats(4, seed=2))
    nodes = [
        node("ReduceSum", "x", "s", keepdims=0),
        node("Greater", "s zero", "p"),
        choice(then, other),
    ]
    weights = {"zero": np.float32(0), "k": np.int64([-7, 9])}
    outputs = {"y": ROW, "n": (INT64, (2,))}
    agree(saved(tmp_path, nodes, {"x": ROW}, outputs, weights), {"x": x})


def test_if_on_data_with_other_shapes_is_refused(tmp_path: Path) -> None:
    then = body([node("Abs", "x", "y1")], {}, {"y1": ROW})
    other = body([node("Concat", "x x", "y2", axis=0)], {}, {"y2": (FLOAT, (8,))})
    nodes = [
        node("ReduceSum", "x", "s", keepdims=0),
        node("Greater", "s zero", "p"),
        choice(then, other),
    ]
    y = {"y": (FLOAT, (None,))}
    path = saved(tmp_path, nodes, {"x": ROW}, y, {"zero": np.float32(0)})
    with pytest.raises(Unsupported, match=r"equal shapes, got float32 \(4,\) and"):
        convert(path)


def loop(*nodes: onnx.NodeProto, **weights: Any) -> onnx.GraphProto:
    """Of one carried row `v`, which becomes `u`, and one row `r` a turn."""
    outputs: dict[str, Kind] = {"d": (BOOL, ()), "u": ROW, "r": ROW}
    return body(nodes, TURN | {"v": ROW}, outputs, **weights)


TURNS = [
    node("Cast", "i", "f", to=FLOAT),
    node("Mul", "v x", "m"),
    node("Add", "m f", "u"),
    node("Sub", "u one", "r"),
]
TWO: dict[str, Kind] = {"y": ROW, "z": (FLOAT, None)}


@pytest.mark.parametrize("turns", [1, 5])
def test_loop_with_a_fixed_count_is_written_out(turns: int, tmp_path: Path) -> None:
    """The turn's number, the carried row and a name around the body are used."""
    inner = loop(node("Identity", "c", "d"), *TURNS, one=np.float32(1))
    nodes = [node("Loop", "count yes x", "y z", body=inner)]
    weights = {"count": np.int64(turns), "yes": np.bool_(True)}
    agree(saved(tmp_path, nodes, {"x": ROW}, TWO, weights), {"x": floats(4)})


@pytest.mark.parametrize("count", ["", "count"])
def test_loop_ends_by_a_condition_that_is_known(count: str, tmp_path: Path) -> None:
    """As `while i < 3` is exported, with no count or the greatest there is."""
    until = node("Less", "i two", "d")
    inner = loop(until, *TURNS, one=np.float32(1), two=np.int64(2))
    part = helper.make_node("Loop", [count, "yes", "x"], ["y", "z"], body=inner)
    weights = {"count": np.int64(2**63 - 1), "yes": np.bool_(True)}
    path = saved(tmp_path, [part], {"x": ROW}, TWO, weights)
    agree(path, {"x": floats(4)})


def test_loop_that_is_not_entered_leaves_what_it_carries(tmp_path: Path) -> None:
    inner = loop(node("Identity", "c", "d"), *TURNS, one=np.float32(1))
    nodes = [node("Loop", "count no x", "u1 z", body=inner), node("Abs", "u1", "y")]
    weights = {"count": np.int64(5), "no": np.bool_(False)}
    path = saved(tmp_path, nodes, {"x": ROW}, TWO, weights)
    with pytest.raises(Unsupported, match="turns: expected at least one, got none"):
        convert(path)
    del inner.output[2]
    nodes[0] = node("Loop", "count no x", "u1", body=inner)
    agree(saved(tmp_path, nodes, {"x": ROW}, {"y": ROW}, weights), {"x": floats(4)})


ON_DATA = [
    node("ReduceSum", "u", "t", keepdims=0), node("Less", "t one", "d")
]  # fmt: skip


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (ON_DATA, "got one that depends on data"),
        (
            [node("Identity", "c", "d")],
            "turns: expected at most 600 nodes in all, got 605",
        ),
    ],
)
def test_loop_that_has_no_known_end_is_refused(
    nodes: list[Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "MAX_NODES", 600)
    inner = loop(*TURNS, *nodes, one=np.float32(1))
    part = helper.make_node("Loop", ["", "yes", "x"], ["y", "z"], body=inner)
    path = saved(tmp_path, [part], {"x": ROW}, TWO, {"yes": np.bool_(True)})
    with pytest.raises(Unsupported, match=message):
        convert(path)


@pytest.mark.parametrize("opset", [9, 11, 17, 21])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"scan_input_directions": [1, 0]},
        {"scan_output_directions": [1]},
        {"scan_input_axes": [1, 0], "scan_output_axes": [1]},
    ],
)
def test_scan_is_written_out(how: dict[str, Any], opset: int, tmp_path: Path) -> None:
    """Sums so far of the products of two inputs' rows."""
    nodes = [node("Mul", "a b", "p"), node("Add", "s p", "t"), node("Tanh", "t", "o")]
    inner = body(nodes, {"s": ROW, "a": ROW, "b": ROW}, {"t": ROW, "o": ROW})
    part = node("Scan", "x u v", "y z", body=inner, num_scan_inputs=2, **how)
    u = (4, 6) if "scan_input_axes" in how else (6, 4)
    inputs: dict[str, Kind] = {"x": ROW, "u": (FLOAT, u), "v": (FLOAT, (6, 4))}
    path = saved(tmp_path, [part], inputs, TWO, {}, opset)
    agree(path, {"x": floats(4), "u": floats(*u), "v": floats(6, 4, seed=3)})


def test_loop_in_a_branch_in_a_loop_is_written_out(tmp_path: Path) -> None:
    nested = body(
        [node("Identity", "c2", "d2"), node("Mul", "v2 half", "u2")],
        {"i2": (INT64, ()), "c2": (BOOL, ()), "v2": ROW},
        {"d2": (BOOL, ()), "u2": ROW},
    )
    then = body([node("Loop", "two yes v", "w1", body=nested)], {}, {"w1": ROW})
    other = body([node("Sub", "v x", "w2")], {}, {"w2": ROW})
    nodes = [
        node("ReduceMax", "v", "g", keepdims=0),
        node("Greater", "g half", "p"),
        choice(then, other),
        node("Identity", "w", "u"),
        node("Identity", "u", "r"),
        node("Identity", "c", "d"),
    ]
    outer = node("Loop", "count yes x", "y z", body=loop(*nodes))
    weights = {"count": np.int64(4), "two": np.int64(2), "yes": np.bool_(True)}
    weights |= {"half": np.float32(0.5)}
    path = saved(tmp_path, [outer], {"x": ROW}, TWO, weights)
    agree(path, {"x": floats(4)})
