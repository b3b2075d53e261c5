"""A sampler's image: a seed in, pixels out.

The prologue draws noise of the seed; each pass of the loop has the network look at the
picture and takes a step of the schedule, by the row of its tables that the pass names;
the epilogue makes bytes of what is left. docs/diffusion.md has the inputs.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from converters.errors import BadModelFile
from converters.graph import unbatched
from converters.source import Port, Source
from converters.spans import SPAN_32
from converters.values import Array, Shape, Value
from tinynn import GraphBuilder
from tinynn.drawing import LABEL, SEED
from tinynn.operators.graph import Value as Handle
from tinynn.operators.noise import SEED_BYTES

from .coefficients import Steps
from .network import Network, bound, check_names, port_of
from .schedule import Doubles

SAMPLE, TIMESTEP, CLASSES = "sample", "timestep", "class_labels"
"""diffusers' names of a network's inputs."""

PIXELS: Final = "pixels"
CHANNELS: Final = (1, 3, 4)
"""Grey, colours, colours with opacity."""

START, ON_THE_WAY = 0, 1
"""Streams of noise: what a picture begins with, and what steps add."""

HALF_WHITE: Final = 127.5
WHITE: Final = 255


def check_network(source: Source) -> tuple[int, int, int]:
    """Channels, height and width of what it denoises; BadModelFile if an image can't
    give it what it wants."""
    check_names(source, (SAMPLE, TIMESTEP, CLASSES))
    sample = port_of(source, SAMPLE, ("float32",))
    if len(sample.shape) != 4 or sample.shape[0] != 1:
        expected = f"{SAMPLE} of one picture, 1 x channels x height x width"
        raise BadModelFile(source.path, expected, str(sample.shape))
    channels, height, width = sample.shape[1:]
    if channels not in CHANNELS:
        raise BadModelFile(source.path, "1, 3 or 4 channels", str(channels))
    _check_one(source, port_of(source, TIMESTEP, ("int64", "int32", "float32")))
    if any(port.name == CLASSES for port in source.inputs):
        _check_one(source, port_of(source, CLASSES, ("int64", "int32")))
    if len(source.outputs) != 1:
        raise BadModelFile(source.path, "one output", f"{len(source.outputs)}")
    found = source.shape_of(source.outputs[0])
    if found is not None and tuple(found) != sample.shape:
        expected = f"an output of {sample.shape}, as {SAMPLE} is"
        raise BadModelFile(source.path, expected, str(tuple(found)))
    return channels, height, width


def _check_one(source: Source, port: Port) -> None:
    if int(np.prod(port.shape)) != 1:
        expected = f"one number of {port.name}"
        raise BadModelFile(source.path, expected, str(port.shape))


@dataclass(slots=True)
class Sampler:
    """The parts of one image, in order; `clip` bounds predictions on both sides."""

    graph: GraphBuilder
    source: Source
    steps: Steps
    clip: float | None

    def draw(self, *, trace: bool = False) -> None:
        """The whole graph; with `trace` the first rows that are put are the pictures
        that passes begin with."""
        graph = self.graph
        shape = check_network(self.source)
        seed = graph.input(SEED, "uint8", (SEED_BYTES,))
        label = None
        if any(port.name == CLASSES for port in self.source.inputs):
            label = graph.input(LABEL, "int32", (1,))
        picture = graph.cache("float32", (1, *shape))
        graph.fill(picture, self._noise(seed, _word(0), START, (1, *shape)))
        passes = len(self.steps.timesteps)
        with graph.loop(passes):
            if trace:
                kept = graph.cache("float32", (passes, *shape))
                graph.put_row(kept, graph.view(picture, shape))
            said = self._said(picture, label)
            left = self._step(picture, said, seed)
            graph.put_row(picture, graph.view(left, shape))
        graph.output(self._pixels(picture), PIXELS)

    def _noise(
        self, seed: Handle, number: Handle | Array, stream: int, shape: Shape
    ) -> Handle:
        count = int(np.prod(shape))
        drawn = self.graph.op("Noise", seed, number, count=count, stream=stream)
        return self.graph.view(drawn, shape)

    def _said(self, picture: Handle, label: Handle | None) -> Handle:
        """What the network says of the picture at the pass's timestep."""
        graph, given = self.graph, dict[str, Value]()
        for port in self.source.inputs:
            if port.name == SAMPLE:
                given[SAMPLE] = bound(picture, port, None)
                continue
            span = SPAN_32
            if port.name == CLASSES:
                assert label is not None, "the input was declared"
                value = label
            else:
                table = self.steps.timesteps
                span = int(table.min()), int(table.max())
                dtype = np.float32 if port.dtype == "float32" else np.int32
                value = self._row(table.astype(dtype))
            given[port.name] = bound(graph.view(value, port.shape), port, span)
        (said,) = Network(self.source, graph)(given).values()
        return said

    def _step(self, x: Handle, o: Handle, seed: Handle) -> Handle:
        """c clip(a x + b o) + d x + e o + f z, without what is nothing at all steps."""
        steps = self.steps
        if self.clip is None:
            terms = [
                (x, steps.c * steps.a + steps.d),
                (o, steps.c * steps.b + steps.e),
            ]
        else:
            prediction = self._sum([(x, steps.a), (o, steps.b)])
            bounds = {"min": -self.clip, "max": self.clip}
            prediction = self.graph.op("Clip", prediction, **bounds)
            terms = [(prediction, steps.c), (x, steps.d), (o, steps.e)]
        if steps.draws:
            done = self.graph.passes_done
            terms.append((self._noise(seed, done, ON_THE_WAY, x.shape), steps.f))
        return self._sum(terms)

    def _sum(self, terms: list[tuple[Handle, Doubles]]) -> Handle:
        """From left to right; factors of 1 are left out as those of 0 are."""
        graph, total = self.graph, None
        for value, factors in terms:
            if not factors.any():
                continue
            rounded = factors.astype(np.float32)
            if (rounded != 1).any():
                value = graph.op("Mul", value, self._row(rounded))
            total = value if total is None else graph.op("Add", total, value)
        assert total is not None, "each step keeps something"
        return total

    def _row(self, table: Array) -> Handle:
        """The pass's element of a table."""
        return self.graph.op("Gather", table, self.graph.passes_done, axis=0)

    def _pixels(self, picture: Handle) -> Handle:
        """uint8, height x width or height x width x channels: -1 is 0, 1 is 255, what
        is between is rounded."""
        graph = self.graph
        scale, middle = (np.array(HALF_WHITE, np.float32) for _ in range(2))
        levels = graph.op("Add", graph.op("Mul", picture, scale), middle)
        levels = graph.op("Clip", levels, min=0.0, max=float(WHITE))
        pixels = graph.op("Cast", graph.op("Round", levels), to="uint8")
        shape = unbatched(picture.shape)
        if shape[0] == 1:
            return graph.view(pixels, shape[1:])
        return graph.op("Transpose", graph.view(pixels, shape), perm=[1, 2, 0])


def _word(number: int) -> Array:
    return np.array([number], np.int32)
