"""The shapes of a model's tensors: its inputs' fixed, all others inferred by ONNX.

Where exporters say what runtimes only warn of, or ONNX's inference errs, what comes out
counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from converters.errors import BadOption
from converters.functions import TensorType
from converters.nodes import attributes_of
from converters.values import Shape, type_name

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorShapeProto, ValueInfoProto

POOLS = ("AveragePool", "LpPool", "MaxPool")
PADS = "pads"


def with_shapes(model: "ModelProto", strict: bool) -> "ModelProto":
    """A copy with every shape that ONNX can tell, also of what is wrongly declared.

    If not `strict`, what it can't infer is no error.

    Up to opset 21 ONNX counts windows that begin in the padding behind, if `ceil_mode`
    is on; no runtime does. In the copy such a pool has whole windows, as many as there
    are: one pool after the other, since each shape leads to the next.
    """
    from onnx import ModelProto, shape_inference

    bare = ModelProto()
    bare.CopyFrom(model)
    declared = without_shapes(bare)
    while True:
        shaped = shape_inference.infer_shapes(bare, strict_mode=strict, data_prop=True)
        wrong = next(miscounted(shaped), None)
        if wrong is None:
            break
        index, pads = wrong
        pool_whole(bare.graph.node[index], pads)
    with_missing(shaped, declared)
    return shaped


def miscounted(model: "ModelProto") -> Iterator[tuple[int, list[int]]]:
    """Pools whose windows are too many, and the pads that make them right."""
    graph = model.graph
    known = static_types((*graph.input, *graph.value_info, *graph.output))
    for index, node in enumerate(graph.node):
        if node.op_type not in POOLS or not node.output:
            continue
        attributes = attributes_of(node)
        source, target = known.get(node.input[0]), known.get(node.output[0])
        by_pads = attributes.get("auto_pad", "NOTSET") == "NOTSET"
        if not attributes.get("ceil_mode") or not by_pads:
            continue
        if source is None or target is None:
            continue
        pads = right_pads(attributes, source.shape[2:], target.shape[2:])
        if pads is not None:
            yield index, pads


def right_pads(
    attributes: Mapping[str, list[int]], lengths: Shape, windows: Shape
) -> list[int] | None:
    """Paddings with which whole windows alone are as many as there are; None if ONNX
    counts right."""
    axes = len(lengths)
    strides = attributes.get("strides") or [1] * axes
    stretch = attributes.get("dilations") or [1] * axes
    pads = list(attributes.get(PADS) or [0] * 2 * axes)
    right = []
    for axis, (length, count) in enumerate(zip(lengths, windows, strict=True)):
        step, end = strides[axis], length + pads[axis]
        right.append(min(count, -(-end // step)))
        reach = stretch[axis] * (attributes["kernel_shape"][axis] - 1) + 1
        pads[axes + axis] = max(0, (right[axis] - 1) * step + reach - end)
    return None if tuple(right) == windows else pads


def pool_whole(node: "NodeProto", pads: list[int]) -> None:
    """Whole windows only, with these pads."""
    from onnx import helper

    kept = [part for part in node.attribute if part.name not in (PADS, "ceil_mode")]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(PADS, pads)])


def without_shapes(model: "ModelProto") -> dict[str, "TensorShapeProto"]:
    """What the file says of its outputs' shapes, taken out: they are inferred.

    Exporters name axes that come out otherwise; runtimes only warn of that.
    """
    from onnx import TensorShapeProto

    declared = {}
    for value in model.graph.output:
        tensor = value.type.tensor_type
        if tensor.HasField("shape"):
            declared[value.name] = TensorShapeProto()
            declared[value.name].CopyFrom(tensor.shape)
            tensor.ClearField("shape")
    return declared


def with_missing(model: "ModelProto", declared: dict[str, "TensorShapeProto"]) -> None:
    """The file's word where ONNX can't tell."""
    for value in model.graph.output:
        tensor = value.type.tensor_type
        if value.name in declared and not tensor.HasField("shape"):
            tensor.shape.CopyFrom(declared[value.name])


def fill_open_shapes(model: "ModelProto") -> None:
    """Some shape where an output has none: ONNX's checker wants one, runtimes don't."""
    for value in model.graph.output:
        if value.type.HasField("tensor_type"):
            value.type.tensor_type.shape.SetInParent()


def fix_shapes(
    path: Path, model: "ModelProto", weights: set[str], shapes: Mapping[str, Shape]
) -> None:
    """Give inputs the shapes asked for; else a first axis left open is a batch of 1.

    The name that the file gives to an axis stands for the same length elsewhere too.
    Shapes in the middle of the graph are dropped: they are inferred again.
    """
    graph = model.graph
    inputs = [value for value in graph.input if value.name not in weights]
    names = [value.name for value in inputs]
    for name in shapes:
        if name not in names:
            raise BadOption("--input-shape", f"one of {', '.join(names)}", name)
    lengths: dict[str, int] = {}
    for value in inputs:
        forget_negative(value)
        fix_shape(value, shapes.get(value.name), lengths)
    for value in (*graph.input, *graph.output):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in lengths:
                dim.dim_value = lengths[dim.dim_param]
    del graph.value_info[:]


def forget_negative(value: "ValueInfoProto") -> None:
    """A length of -1, as Paddle writes one that is left open."""
    for dim in value.type.tensor_type.shape.dim:
        if dim.dim_value < 0:
            dim.Clear()


def fix_shape(
    value: "ValueInfoProto", shape: Shape | None, lengths: dict[str, int]
) -> None:
    dims = value.type.tensor_type.shape.dim
    if shape is not None:
        fits = not dims or len(dims) == len(shape)
        known = [dim.dim_value for dim in dims if dim.HasField("dim_value")]
        given = [
            n for dim, n in zip(dims, shape, strict=False) if dim.HasField("dim_value")
        ]
        if not fits or known != given:
            expected = ",".join(
                str(dim.dim_value or dim.dim_param or "?") for dim in dims
            )
            actual = ",".join(map(str, shape))
            raise BadOption(f"--input-shape {value.name}", expected, actual)
    elif dims and not dims[0].HasField("dim_value"):
        shape = (1,)
    if shape is not None and not dims:
        for _ in shape:
            value.type.tensor_type.shape.dim.add()
        dims = value.type.tensor_type.shape.dim
    for dim, length in zip(dims, shape or (), strict=False):
        if not dim.HasField("dim_value"):
            if dim.dim_param:
                lengths[dim.dim_param] = length
            dim.dim_value = length


def static_types(values: Iterable["ValueInfoProto"]) -> dict[str, TensorType]:
    from onnx import helper

    types = {}
    for value in values:
        tensor = value.type.tensor_type
        dims = tensor.shape.dim
        if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in dims):
            dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
            shape = tuple(dim.dim_value for dim in dims)
            types[value.name] = TensorType(type_name(dtype), shape)
    return types
