"""Reading ONNX's nodes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import FunctionProto, GraphProto, NodeProto


def all_nodes(graph: "GraphProto | FunctionProto") -> Iterator["NodeProto"]:
    """Of the graph or function, and of the bodies in it."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for body in (attribute.g, *attribute.graphs):
                yield from all_nodes(body)


def attributes_of(node: "NodeProto") -> dict[str, Any]:
    """The node's attributes by name; ONNX's bytes are text."""
    from onnx import helper

    values = {part.name: helper.get_attribute_value(part) for part in node.attribute}
    return {name: as_text(value) for name, value in values.items()}


def told_attributes(node: "NodeProto", most: int) -> str:
    """Names and values for a line of at most so many characters."""
    held = attributes_of(node).items()
    told = (
        f"{name}={value[:most] if is_long(value) else value}" for name, value in held
    )
    return ", ".join(told)[:most]


def is_long(value: Any) -> bool:
    """Of tables of thousands of numbers the first are enough."""
    return isinstance(value, list | str)


def as_text(value: Any) -> Any:
    if isinstance(value, list):  # of one type; numbers may be millions
        words = value and isinstance(value[0], bytes)
        return [as_text(part) for part in value] if words else value
    return value.decode(errors="replace") if isinstance(value, bytes) else value
