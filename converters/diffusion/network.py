"""Networks that a sampler asks: an ONNX file's, or a folder's.

Their inputs are values of a graph that is there already; nothing is asked of a request,
nothing is an answer.
"""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from converters.errors import BadModelFile, Unsupported
from converters.graph import GraphLowering, Options
from converters.source import Port, Source
from converters.spans import SPAN_32
from converters.values import Tensor, Value
from tinynn import GraphBuilder
from tinynn.operators.graph import Value as Handle

Timesteps = NDArray[np.int64]

SAMPLE, TIMESTEP, CLASSES = "sample", "timestep", "class_labels"
"""diffusers' names of a network's inputs."""

CHANNELS: Final = (1, 3, 4)
"""Grey, colours, colours with opacity."""


class Network(Protocol):
    """What says how much of a picture is noise."""

    @property
    def path(self) -> Path:
        """Its file or folder."""

    @property
    def producer(self) -> str:
        """What made it."""

    @property
    def opset(self) -> int:
        """ONNX's, or 0."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of a picture."""

    @property
    def takes_label(self) -> bool:
        """Whether it is told what to draw."""

    def say(
        self,
        graph: GraphBuilder,
        picture: Handle,
        timesteps: Timesteps,
        label: Handle | None,
    ) -> Handle:
        """What it says of a picture (1, channels, height, width) in the pass of a loop
        whose row of `timesteps` is the time."""


class OnnxNetwork:
    """Of a checked ONNX model; BadModelFile if it is no network of that kind."""

    def __init__(self, source: Source) -> None:
        self.source = source
        _check_names(source, (SAMPLE, TIMESTEP, CLASSES))
        sample = _port_of(source, SAMPLE, ("float32",))
        if len(sample.shape) != 4 or sample.shape[0] != 1:
            expected = f"{SAMPLE} of one picture, 1 x channels x height x width"
            raise BadModelFile(source.path, expected, str(sample.shape))
        channels, height, width = sample.shape[1:]
        if channels not in CHANNELS:
            raise BadModelFile(source.path, "1, 3 or 4 channels", str(channels))
        self.shape = (channels, height, width)
        self._time = _port_of(source, TIMESTEP, ("int64", "int32", "float32"))
        _check_one(source, self._time)
        self.takes_label = any(port.name == CLASSES for port in source.inputs)
        if self.takes_label:
            _check_one(source, _port_of(source, CLASSES, ("int64", "int32")))
        if len(source.outputs) != 1:
            raise BadModelFile(source.path, "one output", f"{len(source.outputs)}")
        found = source.shape_of(source.outputs[0])
        if found is not None and tuple(found) != sample.shape:
            expected = f"an output of {sample.shape}, as {SAMPLE} is"
            raise BadModelFile(source.path, expected, str(tuple(found)))

    @property
    def path(self) -> Path:
        return self.source.path

    @property
    def producer(self) -> str:
        return self.source.producer

    @property
    def opset(self) -> int:
        return self.source.opset

    def say(
        self,
        graph: GraphBuilder,
        picture: Handle,
        timesteps: Timesteps,
        label: Handle | None,
    ) -> Handle:
        given = dict[str, Value]()
        for port in self.source.inputs:
            if port.name == SAMPLE:
                given[SAMPLE] = Tensor(picture)
            elif port.name == CLASSES:
                assert label is not None, "the input was declared"
                given[CLASSES] = _bound(graph, label, port, SPAN_32)
            else:
                dtype = np.float32 if port.dtype == "float32" else np.int32
                table = timesteps.astype(dtype)
                row = graph.op("Gather", table, graph.passes_done, axis=0)
                span = int(timesteps.min()), int(timesteps.max())
                given[port.name] = _bound(graph, row, port, span)
        (said,) = Lowered(self.source, graph)(given).values()
        return said


class Lowered(GraphLowering):
    """An ONNX model lowered into `graph`, each time it is called."""

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


def _bound(
    graph: GraphBuilder, handle: Handle, port: Port, span: tuple[int, int]
) -> Tensor:
    """A value as an input of the network; `span` is of whole numbers."""
    whole = port.dtype == "int64"
    return Tensor(graph.view(handle, port.shape), span if whole else None)


def _port_of(source: Source, name: str, dtypes: tuple[str, ...]) -> Port:
    for port in source.inputs:
        if port.name == name:
            if port.dtype not in dtypes:
                expected = f"input {name!r} of {' or '.join(dtypes)}"
                raise BadModelFile(source.path, expected, port.dtype)
            return port
    names = ", ".join(repr(port.name) for port in source.inputs) or "none"
    raise BadModelFile(source.path, f"an input {name!r}", names)


def _check_one(source: Source, port: Port) -> None:
    if prod(port.shape) != 1:
        expected = f"one number of {port.name}"
        raise BadModelFile(source.path, expected, str(port.shape))


def _check_names(source: Source, known: tuple[str, ...]) -> None:
    """Nothing would give another input."""
    for port in source.inputs:
        if port.name not in known:
            expected = f"inputs {', '.join(known)}"
            raise BadModelFile(source.path, expected, repr(port.name))
