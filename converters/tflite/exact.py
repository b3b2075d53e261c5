"""A full-integer network as an ONNX model of the same whole numbers.

tf2onnx writes products of floats between quantisers: a sum there lies on another side
of a level now and then, and what comes after is a level off. Here every operator is
what TFLite's reference kernels compute, so that the image has their bits.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from converters.errors import BadOption
from converters.tflite import moves, plain, products, sums, units  # noqa: F401
from converters.tflite.interpreter import shapes_of
from converters.tflite.reading import Network, Node, read_network
from converters.tflite.rules import RULES, NotExact
from converters.tflite.sketch import Sketch
from converters.tflite.units import CURVES
from converters.values import Shape

if TYPE_CHECKING:
    from onnx import ModelProto

BETWEEN = ("QUANTIZE", "DEQUANTIZE", "CAST", *CURVES)
"""What may have floats on one side, or between two of them."""

OPEN = ("SHAPE", "SPACE_TO_BATCH_ND")
"""Where these are, the file's own word on shapes is not the last."""

SHAPED = {
    "BROADCAST_TO": (0,),
    "RESHAPE": (0,),
    "RESIZE_BILINEAR": (0,),
    "RESIZE_NEAREST_NEIGHBOR": (0,),
    "TILE": (0,),
    "TRANSPOSE_CONV": (1, 2, 3),
}
"""Operators whose result has the shape that is known of it, and what else they read."""


def exact_model(path: Path, shapes: Mapping[str, Shape]) -> "ModelProto | None":
    """None of a file with floats between its operators, or with an operator that no
    rule computes as TFLite does."""
    network = read_network(path)
    if network is None or not is_whole(network):
        return None
    network = shaped(network, shapes)
    sketch = Sketch(network)
    try:
        for node in needed(network):
            sketch.place = f"{node.kind}#{node.index}"
            RULES[node.kind](sketch, node)
    except NotExact:
        return None
    return sketch.model()


def shaped(network: Network, shapes: Mapping[str, Shape]) -> Network:
    """With the shapes that its tensors have when its inputs have these."""
    names = [network.tensors[n].name for n in network.inputs]
    for name in shapes:
        if name not in names:
            raise BadOption("--input-shape", f"one of {', '.join(names)}", name)
    if not shapes and all(node.kind not in OPEN for node in network.nodes):
        return network
    known = shapes_of(network.path, shapes)
    tensors = tuple(
        tensor if tensor.data is not None else replace(tensor, shape=known[number])
        for number, tensor in enumerate(network.tensors)
    )
    return replace(network, tensors=tensors)


def is_whole(network: Network) -> bool:
    """Whether every operator that counts has a rule and holds no floats."""
    nodes = needed(network)
    return bool(nodes) and all(
        node.kind in RULES and (node.kind in BETWEEN or not floats_of(network, node))
        for node in nodes
    )


def floats_of(network: Network, node: Node) -> list[int]:
    tensors = network.tensors
    held = (*node.inputs, *node.outputs)
    return [n for n in held if n >= 0 and tensors[n].dtype == "float32"]


def needed(network: Network) -> list[Node]:
    """The operators that an output depends on, but for a shape that is asked for:
    results have the shapes that the file gives them."""
    wanted, kept = set(network.outputs), []
    for node in reversed(network.nodes):
        if wanted.intersection(node.outputs):
            places = SHAPED.get(node.kind, range(len(node.inputs)))
            wanted.update(node.inputs[p] for p in places if p < len(node.inputs))
            kept.append(node)
    return kept[::-1]
