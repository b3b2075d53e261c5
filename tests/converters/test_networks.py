"""Whole networks of the common kinds, beside ONNX's reference implementation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from support.sources.networks import save_encoder, save_reader, weights
from support.sources.onnx_nets import FLOAT, Array, floats, node, reference, save_net

import tinynn
from converters import convert, inspect

WIDTH, LENGTH, HEADS = 8, 5, 2


def agree(path: Path, x: Array, **options: Any) -> None:
    """Image and reference compute the same for `x`, up to rounding."""
    model = tinynn.load(convert(path, **options))
    given = x.astype(model.inputs[0].dtype).reshape(model.inputs[0].shape)
    (expected,) = reference(path, x)
    (actual,) = model.run(given)
    np.testing.assert_allclose(
        actual.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5
    )


RECURRENT = {
    "LSTM": (4, {}),
    "GRU": (3, {"linear_before_reset": 0}),
    "GRU_reset_after": (3, {"linear_before_reset": 1}),
    "RNN": (1, {}),
}


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("name", RECURRENT)
def test_convert_recurrent_net_agrees(
    name: str, direction: str, tmp_path: Path
) -> None:
    gates, attributes = RECURRENT[name]
    ways, hidden = (2 if direction == "bidirectional" else 1), 3
    held = weights(
        w=(ways, gates * hidden, WIDTH),
        r=(ways, gates * hidden, hidden),
        b=(ways, 2 * gates * hidden),
    )
    cell = node(
        name.split("_")[0],
        "x w r b",
        "y",
        hidden_size=hidden,
        direction=direction,
        **attributes,
    )
    path = save_net(
        tmp_path / "net.onnx",
        [cell],
        x=(FLOAT, (LENGTH, 1, WIDTH)),
        y=(FLOAT, (LENGTH, ways, 1, hidden)),
        weights=held,
    )
    agree(path, floats(LENGTH, 1, WIDTH, seed=9))


def test_convert_lstm_with_peepholes_agrees(tmp_path: Path) -> None:
    hidden = 3
    held = weights(
        w=(2, 4 * hidden, WIDTH),
        r=(2, 4 * hidden, hidden),
        b=(2, 8 * hidden),
        h=(2, 1, hidden),
        c=(2, 1, hidden),
        p=(2, 3 * hidden),
    )
    held["n"] = np.int32([LENGTH])
    how = {"hidden_size": hidden, "direction": "bidirectional"}
    path = save_net(
        tmp_path / "net.onnx",
        [node("LSTM", "x w r b n h c p", "y", **how)],
        x=(FLOAT, (LENGTH, 1, WIDTH)),
        y=(FLOAT, (LENGTH, 2, 1, hidden)),
        weights=held,
    )
    agree(path, floats(LENGTH, 1, WIDTH, seed=9))


def test_convert_transformer_encoder_agrees(tmp_path: Path) -> None:
    path = save_encoder(tmp_path / "net.onnx", LENGTH, WIDTH, HEADS)
    agree(path, np.int64([[3, 0, 19, 7, 7]]))


def test_convert_reader_with_lstm_agrees(tmp_path: Path) -> None:
    path = save_reader(tmp_path / "net.onnx", LENGTH, WIDTH, hidden=6, classes=3)
    agree(path, floats(LENGTH, 1, WIDTH, seed=9))


def test_convert_attention_operator_agrees(tmp_path: Path) -> None:
    size = WIDTH * HEADS
    nodes = [
        node("Attention", "x x x", "y", q_num_heads=HEADS, kv_num_heads=HEADS),
    ]
    shape = (1, LENGTH, size)
    path = save_net(
        tmp_path / "net.onnx", nodes, x=(FLOAT, shape), y=(FLOAT, shape), opset=23
    )
    agree(path, floats(*shape))


EQUATIONS: Sequence[tuple[str, tuple[int, ...], tuple[int, ...]]] = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("bhqd,bhkd->bhqk", (1, 2, 3, 4), (1, 2, 5, 4)),
    ("ij,kl->ijkl", (2, 3), (4, 2)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("ij,jk->k", (2, 3), (3, 4)),
    ("ij,ij", (2, 3), (2, 3)),
    ("abc,cd->dab", (2, 3, 4), (4, 5)),
]


@pytest.mark.parametrize(("equation", "left", "right"), EQUATIONS)
def test_convert_einsum_agrees(
    equation: str, left: tuple[int, ...], right: tuple[int, ...], tmp_path: Path
) -> None:
    other = floats(*right, seed=5)
    shape = np.einsum(equation, np.zeros(left), other).shape
    path = save_net(
        tmp_path / "net.onnx",
        [node("Einsum", "x w", "y", equation=equation)],
        x=(FLOAT, left),
        y=(FLOAT, shape),
        weights={"w": other},
    )
    agree(path, floats(*left))


def branch(operator: str) -> onnx.GraphProto:
    made = onnx.helper.make_tensor_value_info("z", FLOAT, (1, 4))
    return onnx.helper.make_graph([node(operator, "x", "z")], "branch", [], [made])


# name -> (nodes from x (1, 4), weights, shape of y)
SMALL: dict[str, tuple[list[onnx.NodeProto], dict[str, Array], tuple[int, ...]]] = {
    "log_sum_exp": (
        [node("ReduceLogSumExp", "x a", "y")],
        {"a": np.int64([1])},
        (1, 1),
    ),
    "sum_square": (
        [node("ReduceSumSquare", "x a", "y")],
        {"a": np.int64([1])},
        (1, 1),
    ),
    "running_sum": (
        [node("CumSum", "x a", "y", reverse=1)],
        {"a": np.asarray(np.int64(1))},
        (1, 4),
    ),
    "mean": ([node("Mean", "x x w", "y")], {"w": floats(1, 4, seed=2)}, (1, 4)),
    "swish": ([node("Swish", "x", "y", alpha=0.5)], {}, (1, 4)),
    "top": (
        [node("TopK", "x k", "y i", largest=0)],
        {"k": np.int64([2])},
        (1, 2),
    ),
    "hardmax": ([node("Hardmax", "x", "y")], {}, (1, 4)),
    "last_index": (
        [
            node("ArgMax", "x", "i", axis=1, select_last_index=1),
            node("Cast", "i", "y", to=FLOAT),
        ],
        {},
        (1, 1),
    ),
    "reflect": (
        [node("Pad", "x p", "y", mode="reflect")],
        {"p": np.int64([0, 2, 0, 1])},
        (1, 7),
    ),
    "equal_bools": (
        [
            node("Greater", "x w", "a"),
            node("Less", "x v", "b"),
            node("Equal", "a b", "c"),
            node("Cast", "c", "y", to=FLOAT),
        ],
        {"w": floats(1, 4, seed=2), "v": floats(1, 4, seed=3)},
        (1, 4),
    ),
    "branch_that_is_known": (
        [node("If", "t", "y", then_branch=branch("Neg"), else_branch=branch("Abs"))],
        {"t": np.asarray(True)},
        (1, 4),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_convert_lowered_operator_agrees(name: str, tmp_path: Path) -> None:
    nodes, held, shape = SMALL[name]
    path = save_net(
        tmp_path / "net.onnx", nodes, y=(FLOAT, shape), weights=held, opset=24
    )
    agree(path, floats(1, 4))


def convolutional(normalised: bool) -> tuple[list[onnx.NodeProto], dict[str, Array]]:
    held = weights(w=(4, 3, 3, 3), g=(4,), h=(4,), m=(4,), u=(4, 2, 3, 3))
    held["d"] = np.abs(floats(4, seed=8)) + np.float32(0.1)
    nodes = [node("Conv", "x w", "c", pads=(1, 1, 1, 1), strides=(2, 2))]
    if normalised:
        nodes.append(node("BatchNormalization", "c g h m d", "y"))
    else:
        nodes.append(node("Relu", "c", "y"))
    return nodes, held


def test_convert_batch_norm_is_folded_into_convolution(tmp_path: Path) -> None:
    nodes, held = convolutional(normalised=True)
    shapes: dict[str, Any] = {"x": (FLOAT, (1, 3, 8, 8)), "y": (FLOAT, (1, 4, 4, 4))}
    path = save_net(tmp_path / "net.onnx", nodes, weights=held, **shapes)
    agree(path, floats(1, 3, 8, 8))
    assert len(tinynn.load(convert(path)).tables.operators) == 1


def test_convert_batch_norm_is_folded_into_transposed_convolution(
    tmp_path: Path,
) -> None:
    """ONNX's reference errs with groups, so the halves are put together by hand."""
    held = weights(u=(4, 2, 3, 3), g=(4,), h=(4,), m=(4,))
    held["d"] = np.abs(floats(4, seed=8)) + np.float32(0.1)
    shapes: dict[str, Any] = {"x": (FLOAT, (1, 4, 3, 3)), "y": (FLOAT, (1, 4, 7, 7))}
    first = node("ConvTranspose", "x u", "y", group=2, strides=(2, 2))
    plain = save_net(tmp_path / "plain.onnx", [first], weights=held, **shapes)
    first.output[0] = "c"
    nodes = [first, node("BatchNormalization", "c g h m d", "y")]
    whole = save_net(tmp_path / "whole.onnx", nodes, weights=held, **shapes)
    x = floats(4, 3, 3)
    (y,) = tinynn.load(convert(plain)).run(x)
    g, h, m, d = (held[name].reshape(4, 1, 1) for name in "ghmd")
    folded = tinynn.load(convert(whole))
    assert len(folded.tables.operators) == 1
    np.testing.assert_allclose(
        folded.run(x)[0], (y - m) / np.sqrt(d + 1e-5) * g + h, rtol=1e-4, atol=1e-5
    )


def test_convert_input_shape_is_fixed_by_option(tmp_path: Path) -> None:
    nodes, held = convolutional(normalised=False)
    shapes: dict[str, Any] = {
        "x": (FLOAT, ("n", 3, "h", "w")),
        "y": (FLOAT, ("n", 4, "p", "q")),
    }
    path = save_net(tmp_path / "net.onnx", nodes, weights=held, **shapes)
    fixed = {"x": (1, 3, 6, 10)}
    agree(path, floats(1, 3, 6, 10), input_shapes=fixed)
    report = inspect(path, input_shapes=fixed)
    assert report.multiply_adds == 4 * 3 * 5 * 27
