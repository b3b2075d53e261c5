"""Floats made int64: 32 bits hold them where they surely lie between such numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from support.sources.onnx_nets import FLOAT, INT64, node, save_net

import tinynn
from converters import convert
from converters.errors import Unsupported

X = np.float32([[-3.5, 0.0, 2.25, 1e9]])
WEIGHTS = {
    "table": np.float32([7.0, -2.0, 40.5]),
    "huge": np.float32([7.0, 3e9]),
    "no": np.float32([np.inf, 1.0]),
    "one": np.float32(1),
    "minus": np.float32(-1),
}


def to_int64(*nodes: onnx.NodeProto) -> list[onnx.NodeProto]:
    return [*nodes, node("Cast", "f", "y", to=INT64)]


KNOWN: dict[str, tuple[list[onnx.NodeProto], Sequence[int]]] = {
    "a sign": (to_int64(node("Sign", "x", "f")), [-1, 0, 1, 1]),
    "one of two": (
        to_int64(node("Greater", "x one", "b"), node("Where", "b one minus", "f")),
        [-1, -1, 1, 1],
    ),
    "of a table": (
        to_int64(
            node("Greater", "x one", "b"),
            node("Cast", "b", "place", to=INT64),
            node("Gather", "table place", "f"),
        ),
        [7, 7, -2, -2],
    ),
    "once an int64": (
        to_int64(
            node("Greater", "x one", "b"),
            node("Cast", "b", "i", to=INT64),
            node("Cast", "i", "f", to=FLOAT),
        ),
        [0, 0, 1, 1],
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_float_between_known_numbers_is_an_int64(name: str, tmp_path: Path) -> None:
    nodes, expected = KNOWN[name]
    path = save_net(
        tmp_path / "n.onnx", nodes, (FLOAT, (1, 4)), (INT64, (1, 4)), WEIGHTS
    )
    image = tinynn.load(convert(path))
    (y,) = image.run([X[0]])
    assert y.tolist() == list(expected)


@pytest.mark.parametrize(
    "nodes",
    [
        to_int64(node("Abs", "x", "f")),
        to_int64(node("Greater", "x one", "b"), node("Where", "b one x", "f")),
        to_int64(
            node("Greater", "x one", "b"),
            node("Cast", "b", "place", to=INT64),
            node("Gather", "huge place", "f"),
        ),
        to_int64(
            node("Greater", "x one", "b"),
            node("Cast", "b", "place", to=INT64),
            node("Gather", "no place", "f"),
        ),
    ],
    ids=["anything", "or anything", "wider", "infinite"],
)
def test_float_that_may_be_any_number_is_refused(
    nodes: list[onnx.NodeProto], tmp_path: Path
) -> None:
    path = save_net(
        tmp_path / "n.onnx", nodes, (FLOAT, (1, 4)), (INT64, (1, 4)), WEIGHTS
    )
    with pytest.raises(Unsupported, match="expected numbers of 32 bits"):
        convert(path)
