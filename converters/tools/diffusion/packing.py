"""Large tensors of an ONNX model as int8 with a scale a channel, of which the file
itself makes floats (DequantizeLinear)."""

from typing import Any, Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

LARGE: Final = 1024
"""Elements from which on a tensor is kept as bytes."""

MOST: Final = 127


def of_bytes(model: Any) -> Any:
    """The same with its large tensors as int8."""
    graph = model.graph
    turned = {n.input[1] for n in graph.node if n.op_type == "ConvTranspose"}
    kept, nodes = [], []
    for held in graph.initializer:
        array = numpy_helper.to_array(held)
        if array.dtype != np.float32 or array.size < LARGE or array.ndim < 2:
            kept.append(held)
            continue
        axis = 1 if held.name in turned else 0  # of outputs, in a convolution
        others = tuple(a for a in range(array.ndim) if a != axis)
        scales = np.abs(array).max(others, keepdims=True) / MOST
        scales = np.maximum(scales, np.finfo(np.float32).tiny)
        levels = np.round(array / scales).astype(np.int8)
        names = [f"{held.name}.levels", f"{held.name}.scales"]
        kept.append(numpy_helper.from_array(levels, names[0]))
        flat = scales.reshape(-1).astype(np.float32)
        kept.append(numpy_helper.from_array(flat, names[1]))
        node = helper.make_node("DequantizeLinear", names, [held.name], axis=axis)
        nodes.append(node)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes.extend(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
