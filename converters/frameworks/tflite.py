"""TFLite files, judged by LiteRT: read here if they are of whole numbers, else through
tf2onnx, its mistakes mended."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.errors import BadModelFile
from converters.frameworks import Runner, unheard
from converters.frameworks.tensorflow import OPSET, tensorflow_of, written_out
from converters.tflite import exact_model
from converters.tflite.interpreter import interpreter_of
from converters.tflite.reading import IDENTIFIER, read_network
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

FULLY_CONNECTED = "TFL_FULLY_CONNECTED"
MATRIX = 2
"""The rank of what FULLY_CONNECTED multiplies."""


def tflite_file(path: Path, shapes: Mapping[str, Shape]) -> "ModelProto":
    """The only subgraph of a TFLite file: of whole numbers where it can be."""
    whole = exact_model(path, shapes)
    if whole is not None:
        return whole
    _, tf2onnx = tensorflow_of()
    check_kind(path)
    mend()
    override = {name: list(shape) for name, shape in shapes.items()} or None
    with unheard():
        converted, _ = tf2onnx.convert.from_tflite(
            str(path), opset=OPSET, shape_override=override
        )
    return written_out(converted)


def check_kind(path: Path) -> None:
    """BadModelFile for what is no TFLite, or of numbers that an image has not."""
    data = path.read_bytes()
    if data[4:8] != IDENTIFIER:
        raise BadModelFile(path, "a TFLite model", "another file")
    network = read_network(path)
    if network and any(tensor.dtype == "INT16" for tensor in network.tensors):
        found = "int16 (quantise its activations to int8, or not at all)"
        raise BadModelFile(path, "activations of 8 bits or in floats", found)


@cache
def mend() -> None:
    """tf2onnx drops the bias of a FULLY_CONNECTED whose input it has to flatten.

    So the input is flattened before its handler sees it.
    """
    from tf2onnx.handler import tfl_op  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from tf2onnx.tflite_handlers.tfl_math import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        TflFullyConnectedOp,
    )

    class Flattened:
        @classmethod
        def to_tf(cls, ctx: Any, node: Any, **kwargs: Any) -> None:
            flatten(ctx, node)
            TflFullyConnectedOp.to_tf(ctx, node, **kwargs)

    tfl_op([FULLY_CONNECTED])(Flattened)


def flatten(ctx: Any, node: Any) -> None:
    """Give the node rows of as many elements as its weights have."""
    if node.attr["keep_num_dims"].i or ctx.get_rank(node.input[0]) == MATRIX:
        return
    length = ctx.get_shape(node.input[1])[1]
    shape = ctx.make_const(f"{node.name}/rows", np.array([-1, length], np.int64))
    count = int(np.prod(ctx.get_shape(node.input[0]))) // length
    rows = ctx.make_node(
        "Reshape",
        [node.input[0], shape.output[0]],
        shapes=[[count, length]],
        dtypes=[ctx.get_dtype(node.input[0])],
    )
    rows.skip_conversion = True
    ctx.replace_input(node, node.input[0], rows.output[0], input_index=0)


def tflite_runner(path: Path, shapes: Mapping[str, Shape]) -> tuple[str, Runner]:
    """The interpreter's reference kernels, of LiteRT or of TensorFlow."""
    name, interpreter = interpreter_of(path, shapes)

    def run(feeds: Mapping[str, Array]) -> list[Array]:
        details = interpreter.get_input_details()
        for detail, array in zip(details, feeds.values(), strict=True):
            given = np.asarray(feeds.get(detail["name"], array))
            fitted = given.astype(detail["dtype"]).reshape(detail["shape"])
            interpreter.set_tensor(detail["index"], fitted)
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        return [interpreter.get_tensor(detail["index"]).copy() for detail in outputs]

    return name, run
