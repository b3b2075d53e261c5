"""Networks of the common kinds, as exporters write them, with weights made up here."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from support.sources.onnx_nets import FLOAT, INT64, Array, floats, node, save_net

WORDS = 20
"""Of the encoder's vocabulary."""


def weights(**shapes: tuple[int, ...]) -> dict[str, Array]:
    """Random arrays by name."""
    return {
        name: floats(*shape, seed=seed) / np.float32(2)
        for seed, (name, shape) in enumerate(shapes.items())
    }


def save_encoder(path: Path, length: int, width: int, heads: int) -> Path:
    """A transformer encoder's layer, from word numbers (batch, length) on."""
    nodes, held = encoder(width, heads)
    return save_net(
        path,
        nodes,
        x=(INT64, ("batch", length)),
        y=(FLOAT, ("batch", length, width)),
        weights=held,
    )


def encoder(width: int, heads: int) -> tuple[list[onnx.NodeProto], Mapping[str, Array]]:
    held = weights(
        table=(WORDS, width),
        wq=(width, width),
        wk=(width, width),
        wv=(width, width),
        wo=(width, width),
        g=(width,),
        h=(width,),
        up=(width, 2 * width),
        down=(2 * width, width),
    )
    held["heads"] = np.int64([0, 0, heads, width // heads])
    held["joined"] = np.int64([0, 0, -1])
    held["root"] = np.float32(np.sqrt(width / heads))
    nodes = [node("Gather", "table x", "e")]
    for name, perm in (("q", (0, 2, 1, 3)), ("k", (0, 2, 3, 1)), ("v", (0, 2, 1, 3))):
        nodes += [
            node("MatMul", f"e w{name}", f"{name}1"),
            node("Reshape", f"{name}1 heads", f"{name}2"),
            node("Transpose", f"{name}2", name, perm=perm),
        ]
    nodes += [
        node("MatMul", "q k", "s1"),
        node("Div", "s1 root", "s2"),
        node("Softmax", "s2", "s"),
        node("MatMul", "s v", "a1"),
        node("Transpose", "a1", "a2", perm=(0, 2, 1, 3)),
        node("Reshape", "a2 joined", "a3"),
        node("MatMul", "a3 wo", "a"),
        node("Add", "e a", "r1"),
        node("LayerNormalization", "r1 g h", "n", axis=-1),
        node("MatMul", "n up", "f1"),
        node("Gelu", "f1", "f2"),
        node("MatMul", "f2 down", "f"),
        node("Add", "n f", "y"),
    ]
    return nodes, held


def save_reader(path: Path, length: int, width: int, hidden: int, classes: int) -> Path:
    """An LSTM over (length, 1, width), a softmax over classes of what it ends in."""
    held = weights(
        w=(1, 4 * hidden, width),
        r=(1, 4 * hidden, hidden),
        b=(1, 8 * hidden),
        v=(hidden, classes),
    )
    held["flat"] = np.int64([1, hidden])
    nodes = [
        node("LSTM", "x w r b", "all last", hidden_size=hidden),
        node("Reshape", "last flat", "h"),
        node("MatMul", "h v", "scores"),
        node("Softmax", "scores", "y"),
    ]
    shapes = {"x": (FLOAT, (length, 1, width)), "y": (FLOAT, (1, classes))}
    return save_net(path, nodes, weights=held, **shapes)
