"""A network of an ONNX file, emitted into a graph that is there already.

Its inputs are values of that graph, its outputs are given back; nothing is asked of a
request, nothing is an answer.
"""

from collections.abc import Mapping

import numpy as np

from converters.errors import BadModelFile, Unsupported
from converters.graph import GraphLowering, Options
from converters.source import Port, Source
from converters.values import Tensor, Value
from tinynn import GraphBuilder
from tinynn.operators.graph import Value as Handle


class Network(GraphLowering):
    """Lowers a checked ONNX model into `graph`, each time it is called."""

    def __init__(self, source: Source, graph: GraphBuilder) -> None:
        super().__init__(source, Options(graph.name))
        self.builder = graph
        self._given: Mapping[str, Value] = {}
        self._found: dict[str, Handle] = {}

    def __call__(self, given: Mapping[str, Value]) -> dict[str, Handle]:
        """Outputs by name; Unsupported with all that can't be lowered."""
        self._given = given
        self.lower_all()
        if self.problems:
            raise Unsupported(self.source.path, self.problems)
        return self._found

    def enter(self, port: Port) -> None:
        """What stands for the input."""
        self.values[port.name] = self._given[port.name]

    def leave(self, name: str) -> None:
        """The output, in memory, unless what it is made of was refused."""
        if name in self.values:
            self._found[name] = self.handle(self.values[name])


def port_of(source: Source, name: str, dtypes: tuple[str, ...]) -> Port:
    """The input of that name; BadModelFile if there is none of such a type."""
    for port in source.inputs:
        if port.name == name:
            if port.dtype not in dtypes:
                expected = f"input {name!r} of {' or '.join(dtypes)}"
                raise BadModelFile(source.path, expected, port.dtype)
            return port
    names = ", ".join(repr(port.name) for port in source.inputs) or "none"
    raise BadModelFile(source.path, f"an input {name!r}", names)


def check_names(source: Source, known: tuple[str, ...]) -> None:
    """BadModelFile for an input that nothing would give."""
    for port in source.inputs:
        if port.name not in known:
            expected = f"inputs {', '.join(known)}"
            raise BadModelFile(source.path, expected, repr(port.name))


def bound(handle: Handle, port: Port, span: tuple[int, int] | None) -> Tensor:
    """A value as an input of the network; `span` is of whole numbers."""
    whole = np.dtype(port.dtype) == np.int64
    return Tensor(handle, span if whole else None)
