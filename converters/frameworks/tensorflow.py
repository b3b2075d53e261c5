"""TensorFlow's SavedModels through tf2onnx."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from converters.errors import BadModelFile, BadOption, MissingExtra
from converters.frameworks import Runner, unheard
from converters.frameworks.saved_graph import check_harmless
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 17
"""tf2onnx knows up to 18, and LayerNormalization came with 17."""

SERVING = "serving_default"


def tensorflow_of() -> tuple[Any, Any]:
    """TensorFlow, quiet and on the CPU, and tf2onnx."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with unheard():
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


@dataclass(frozen=True, slots=True)
class Frozen:
    """A SavedModel's serving graph without variables, and its tensors' names."""

    graph: Any
    inputs: list[str]
    outputs: list[str]


def frozen(path: Path, trust_code: bool) -> Frozen:
    """The serving signature of a SavedModel, calls of functions written out."""
    tensorflow, _ = tensorflow_of()
    from tensorflow.python.framework import convert_to_constants  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if not trust_code:
        check_harmless(path)
    compat = tensorflow.compat.v1
    with unheard(), tensorflow.Graph().as_default(), compat.Session() as session:
        meta = compat.saved_model.load(session, ["serve"], str(path))
        signature = meta.signature_def.get(SERVING)
        if signature is None:
            listed = ", ".join(meta.signature_def) or "none"
            raise BadModelFile(path, f"the signature {SERVING}", listed)
        inputs, outputs = (
            [tensor.name for tensor in part.values()]
            for part in (signature.inputs, signature.outputs)
        )
        results = [name.split(":")[0] for name in outputs]
        freeze = convert_to_constants.convert_variables_to_constants_from_session_graph
        graph = freeze(session, session.graph_def, results)
    return Frozen(without_calls(graph, [*inputs, *outputs]), inputs, outputs)


def without_calls(graph: Any, names: list[str]) -> Any:
    """The graph, its functions inlined by TensorFlow's optimiser; `names` are kept."""
    tensorflow, _ = tensorflow_of()
    from tensorflow.core.protobuf import config_pb2, meta_graph_pb2  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from tensorflow.python.grappler import tf_optimizer  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if not graph.library.function:
        return graph
    compat, whole = tensorflow.compat.v1, tensorflow.Graph()
    with whole.as_default():
        compat.import_graph_def(graph, name="")
    meta = compat.train.export_meta_graph(graph_def=whole.as_graph_def(), graph=whole)
    kept = meta_graph_pb2.CollectionDef()
    kept.node_list.value.extend(names)
    meta.collection_def["train_op"].CopyFrom(kept)
    config = config_pb2.ConfigProto()
    config.graph_options.rewrite_options.optimizers.append("function")
    config.graph_options.rewrite_options.min_graph_nodes = -1
    with unheard():
        return tf_optimizer.OptimizeGraph(config, meta)


def saved_model(
    path: Path, shapes: Mapping[str, Shape], trust_code: bool
) -> "ModelProto":
    """The serving signature as ONNX."""
    _, tf2onnx = tensorflow_of()
    model = frozen(path, trust_code)
    check_names(shapes, model.inputs)
    converted, _ = tf2onnx.convert.from_graph_def(
        model.graph,
        input_names=model.inputs,
        output_names=model.outputs,
        shape_override={name: list(shape) for name, shape in shapes.items()} or None,
        opset=OPSET,
    )
    return written_out(converted)


def saved_model_runner(path: Path, trust_code: bool) -> Runner:
    """TensorFlow's session, of the serving signature."""
    tensorflow, _ = tensorflow_of()
    compat, model = tensorflow.compat.v1, frozen(path, trust_code)
    graph = tensorflow.Graph()
    with graph.as_default():
        compat.import_graph_def(model.graph, name="")
    session = compat.Session(graph=graph)

    def run(feeds: Mapping[str, Array]) -> list[Array]:
        return list(session.run(model.outputs, dict(feeds)))

    return run


def check_names(shapes: Mapping[str, Shape], names: list[str]) -> None:
    for name in shapes:
        if name not in names:
            raise BadOption("--input-shape", f"one of {', '.join(names)}", name)
