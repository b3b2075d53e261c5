"""What a SavedModel would do, read from its file and not executed.

TensorFlow's loader runs initialisers, and a graph may write files: before it touches a
folder, every node is looked at. Those that only the saver needs write a checkpoint when
they are asked to, which nobody does here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from converters.errors import UntrustedCode

IN_MEMORY = tuple(
    """
    Assert Assign Case DestroyResourceOp DisableCopyOnRead HashTable If
    IsVariableInitialized LookupTable Multinomial MutableHashTable PartitionedCall
    Placeholder Random ReadVariableOp Resource RestoreV2 StatefulPartitionedCall
    TruncatedNormal VarHandleOp VarIsInitializedOp Variable While
    """.split()
)
"""Beginnings of operators that have a state, but none outside of the process."""

OF_FILES = frozenset(
    """
    DecodeProtoV2 EncodeProto GenerateVocabRemapping InitializeTableFromTextFile
    InitializeTableFromTextFileV2 LoadAndRemapMatrix MatchingFiles MergeV2Checkpoints
    ReadFile Save SaveSlices SaveV2
    """.split()
)
"""Operators without a state that read or write files beside the checkpoint."""

FOREIGN = ("Dataset", "Debug", "PyFunc", "Reader")
"""Parts of names of operators that do."""


def check_harmless(path: Path) -> None:
    """UntrustedCode if anything in the folder would do more than compute."""
    from tensorflow.core.protobuf import saved_model_pb2  # type: ignore[import-not-found, import-untyped, unused-ignore]

    model = saved_model_pb2.SavedModel()
    model.ParseFromString((path / "saved_model.pb").read_bytes())
    for meta in model.meta_graphs:
        graph = Graph.of(meta)
        for operator in sorted(operators(graph) - set(graph.functions)):
            if not is_harmless(operator):
                raise UntrustedCode(path, f"a graph that would run {operator}")


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and functions by name, and the node that saves."""

    nodes: Mapping[str, Any]
    functions: Mapping[str, Any]
    saving: str

    @classmethod
    def of(cls, meta: Any) -> "Graph":
        graph = meta.graph_def
        return cls(
            nodes={node.name: node for node in graph.node},
            functions={part.signature.name: part for part in graph.library.function},
            saving=meta.saver_def.save_tensor_name.partition(":")[0],
        )


def operators(graph: Graph) -> set[str]:
    """Of all nodes and functions, but those that only saving needs."""
    saving = upstream(graph, [graph.saving])
    kept = upstream(graph, set(graph.nodes) - saving)
    used = called(graph, [graph.nodes[name] for name in kept])
    saved = called(graph, [graph.nodes[name] for name in saving - kept]) - used
    found = {graph.nodes[name].op for name in kept}
    for name in set(graph.functions) - saved:
        found |= {node.op for node in graph.functions[name].node_def}
    return found


def upstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """The nodes, and all that they need."""
    seen: set[str] = set()
    waiting = [name for name in names if name in graph.nodes]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        inputs = graph.nodes[name].input
        sources = (part.lstrip("^").partition(":")[0] for part in inputs)
        waiting += [source for source in sources if source in graph.nodes]
    return seen


def called(graph: Graph, nodes: Iterable[Any]) -> set[str]:
    """The functions that nodes call, and those that these call."""
    seen: set[str] = set()
    waiting = [name for node in nodes for name in named(node)]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in graph.functions:
            continue
        seen.add(name)
        waiting += [n for node in graph.functions[name].node_def for n in named(node)]
    return seen


def named(node: Any) -> Iterator[str]:
    """The functions among a node's attributes."""
    for value in node.attr.values():
        if value.HasField("func"):
            yield value.func.name
        yield from (function.name for function in value.list.func)
    yield node.op


def is_harmless(operator: str) -> bool:
    """Whether it only computes, or keeps its state in memory."""
    from tensorflow.python.framework import op_def_registry  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if operator in OF_FILES or any(part in operator for part in FOREIGN):
        return False
    known = op_def_registry.get(operator)
    if known is None:
        return False
    return not known.is_stateful or operator.startswith(IN_MEMORY)
