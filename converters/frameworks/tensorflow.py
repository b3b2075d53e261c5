"""TensorFlow's SavedModels and TFLite files through tf2onnx."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from converters.errors import BadModelFile, BadOption, MissingExtra
from converters.values import Shape

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 17
"""tf2onnx knows up to 18, and LayerNormalization came with 17."""

SERVING = "serving_default"


def tensorflow_of() -> tuple[Any, Any]:
    """TensorFlow, quiet and on the CPU, and tf2onnx."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow  # type: ignore[import-not-found, import-untyped, unused-ignore]
        import tf2onnx  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise MissingExtra("tensorflow with tf2onnx", "tensorflow") from error
    return tensorflow, tf2onnx


def written_out(model: "ModelProto") -> "ModelProto":
    """The model without Erfc, which tf2onnx writes and ONNX does not have: 1 - Erf."""
    from onnx import TensorProto, helper

    nodes = []
    for node in model.graph.node:
        if node.op_type != "Erfc" or node.domain:
            nodes.append(node)
            continue
        (x,), (y,) = node.input, node.output
        one = helper.make_tensor(f"{y}/value", TensorProto.FLOAT, (), [1.0])
        nodes += [
            helper.make_node("Constant", [], [f"{y}/one"], value=one),
            helper.make_node("Erf", [x], [f"{y}/erf"], name=node.name),
            helper.make_node("Sub", [f"{y}/one", f"{y}/erf"], [y]),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def saved_model(path: Path, shapes: Mapping[str, Shape]) -> "ModelProto":
    """The serving signature of a SavedModel, its variables frozen."""
    tensorflow, tf2onnx = tensorflow_of()
    compat = tensorflow.compat.v1
    with tensorflow.Graph().as_default(), compat.Session() as session:
        meta = compat.saved_model.load(session, ["serve"], str(path))
        signature = meta.signature_def.get(SERVING)
        if signature is None:
            listed = ", ".join(meta.signature_def) or "none"
            raise BadModelFile(path, f"the signature {SERVING}", listed)
        names = {
            key: [tensor.name for tensor in part.values()]
            for key, part in (("in", signature.inputs), ("out", signature.outputs))
        }
        results = [name.split(":")[0] for name in names["out"]]
        frozen = compat.graph_util.convert_variables_to_constants(
            session, session.graph_def, results
        )
    check_names(shapes, names["in"])
    converted, _ = tf2onnx.convert.from_graph_def(
        frozen,
        input_names=names["in"],
        output_names=names["out"],
        shape_override={name: list(shape) for name, shape in shapes.items()} or None,
        opset=OPSET,
    )
    return written_out(converted)


def check_names(shapes: Mapping[str, Shape], names: list[str]) -> None:
    for name in shapes:
        if name not in names:
            raise BadOption("--input-shape", f"one of {', '.join(names)}", name)


def tflite_file(path: Path, shapes: Mapping[str, Shape]) -> "ModelProto":
    """The only subgraph of a TFLite file."""
    _, tf2onnx = tensorflow_of()
    converted, _ = tf2onnx.convert.from_tflite(
        str(path),
        opset=OPSET,
        shape_override={name: list(shape) for name, shape in shapes.items()} or None,
    )
    return written_out(converted)
