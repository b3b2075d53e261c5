"""Operators that ONNX itself defines by others: their bodies, ready to be lowered.

Attention, LinearAttention, Mish and many more have in ONNX's own schema a function of
simpler operators. Where tinynn has no word for such an operator, its body is lowered in
its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import FunctionProto, GraphProto, NodeProto
    from onnx.defs import OpSchema


@dataclass(frozen=True, slots=True)
class TensorType:
    """What a body may depend on: an element type, by numpy's name, and a shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Nodes that compute what one node stands for, in the words of `opset`."""

    nodes: tuple["NodeProto", ...]
    opset: int


def body_of(
    node: "NodeProto", opset: int, inputs: Sequence[TensorType | None], prefix: str
) -> Body | None:
    """The definition of `node` by others, or None if ONNX gives none.

    Names inside of it begin with `prefix`.
    """
    from onnx import defs

    try:
        schema = defs.get_schema(node.op_type, opset, node.domain)
    except defs.SchemaError:
        return None
    function = function_of(schema, node, opset, inputs)
    if function is None:
        return None
    versions = [entry.version for entry in function.opset_import if not entry.domain]
    renamed = names_inside(function, node, prefix)
    nodes = [instance(part, node, schema, renamed) for part in function.node]
    return Body(tuple(nodes), max(versions, default=opset))


def function_of(
    schema: Any,
    node: "NodeProto",
    opset: int,
    inputs: Sequence[TensorType | None],
) -> "FunctionProto | None":
    """The schema's function in the words of `opset`, or of the next one that has it."""
    from onnx import FunctionProto

    function = FunctionProto()
    plain = schema.function_opset_versions
    dependent = schema.context_dependent_function_opset_versions
    if plain:
        data = schema.get_function_with_opset_version(nearest(plain, opset))
    elif dependent:
        types = [type_proto(value) for value in inputs]
        data = schema.get_context_dependent_function_with_opset_version(
            nearest(dependent, opset), node.SerializeToString(), types
        )
    else:
        return None
    function.ParseFromString(data)
    return function if function.node else None


def nearest(versions: Sequence[int], opset: int) -> int:
    return max((v for v in versions if v <= opset), default=min(versions))


def type_proto(value: TensorType | None) -> bytes:
    """A serialised TypeProto; an input that is left out has an empty one."""
    from onnx import TypeProto, helper

    if value is None:
        return bytes(TypeProto().SerializeToString())
    element = helper.np_dtype_to_tensor_dtype(np.dtype(value.dtype))
    return bytes(
        helper.make_tensor_type_proto(element, value.shape).SerializeToString()
    )


def names_inside(
    function: "FunctionProto", node: "NodeProto", prefix: str
) -> dict[str, str]:
    """The node's own names for what goes in and out, new ones for the rest."""
    renamed = {"": ""}
    for part in function.node:
        for name in (*part.input, *part.output):
            renamed.setdefault(name, f"{prefix}/{name}")
    for formal, actual in (
        (function.input, node.input),
        (function.output, node.output),
    ):
        for index, name in enumerate(formal):
            given = actual[index] if index < len(actual) else ""
            if given or formal is function.input:
                renamed[name] = given
    return renamed


def instance(
    part: "NodeProto",
    node: "NodeProto",
    schema: "OpSchema",
    renamed: dict[str, str],
) -> "NodeProto":
    """`part` with the node's names, and the node's attributes where it refers to them.

    An attribute that the node leaves out has the schema's default, or is left out.
    """
    from onnx import NodeProto

    copy = NodeProto()
    copy.CopyFrom(part)
    copy.input[:] = [renamed[name] for name in part.input]
    copy.output[:] = [renamed[name] for name in part.output]
    del copy.attribute[:]
    given = {attribute.name: attribute for attribute in node.attribute}
    for attribute in part.attribute:
        source = attribute
        if attribute.ref_attr_name:
            name = attribute.ref_attr_name
            source = given.get(name) or schema.attributes[name].default_value
            if not source.name:
                continue
        kept = copy.attribute.add()
        kept.CopyFrom(source)
        kept.name = attribute.name
        if kept.HasField("g"):
            rename_inside(kept.g, renamed)
    return copy


def rename_inside(body: "GraphProto", renamed: Mapping[str, str]) -> None:
    """New names in a body for what it takes from around it."""
    own = {value.name for value in (*body.input, *body.initializer)}
    own.update(name for node in body.node for name in node.output)
    around = {name: new for name, new in renamed.items() if name not in own}
    for node in body.node:
        node.input[:] = [around.get(name, name) for name in node.input]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                rename_inside(attribute.g, around)
    for value in body.output:
        value.name = around.get(value.name, value.name)
