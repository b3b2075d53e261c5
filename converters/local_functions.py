"""A model's own functions, written out where they are called, by ONNX's inliner.

A function that calls two, each of which calls two, and so on, is short and has as many
nodes as one likes: how many there will be is counted first.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from converters.errors import BadModelFile
from converters.nodes import all_nodes

if TYPE_CHECKING:
    from onnx import FunctionProto, ModelProto

MAX_NODES = 1 << 17
MAX_DEPTH = 64

Names = dict[tuple[str, str], "FunctionProto"]


def written_out(path: Path, model: "ModelProto") -> "ModelProto":
    """The model without functions of its own; BadModelFile if they are too many."""
    from onnx import inliner

    if not model.functions:
        return model
    named = {(function.domain, function.name): function for function in model.functions}
    sizes: dict[tuple[str, str], int] = {}
    total = sum(
        size((node.domain, node.op_type), named, sizes, 0)
        for node in all_nodes(model.graph)
    )
    if total > MAX_NODES:
        raise BadModelFile(path, f"at most {MAX_NODES} nodes", "more, in functions")
    return inliner.inline_local_functions(model)


def size(
    name: tuple[str, str], named: Names, sizes: dict[tuple[str, str], int], depth: int
) -> int:
    """Nodes of a call, at any depth; more than enough of one that never ends."""
    if name not in named:
        return 1
    if depth > MAX_DEPTH:
        return MAX_NODES + 1
    if name not in sizes:
        sizes[name] = MAX_NODES + 1  # for calls of itself
        calls = ((node.domain, node.op_type) for node in all_nodes(named[name]))
        sizes[name] = sum(size(call, named, sizes, depth + 1) for call in calls)
    return sizes[name]
