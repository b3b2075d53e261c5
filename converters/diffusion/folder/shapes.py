"""A network's image foretold of its configuration, without any of its tensors.

What is reckoned is what the converter would make: the same operators, placed and cut as
an image's are. Only weights are one number, seen everywhere.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tinynn import GraphBuilder, Value
from tinynn.image.image import Tables
from tinynn.memory.floatmode import exact_floats
from tinynn.memory.tensor import Array, TensorType, little_endian
from tinynn.operators.graph import Constant

from ..coefficients import steps_of
from ..sampler import Sampler
from ..schedule import Schedule
from .network import FolderNetwork
from .weights import Shapes

LARGE: Final = 1 << 12
"""Elements from which on a constant is a weight, of which only the shape is kept."""


class Outlined(GraphBuilder):
    """A graph that keeps no large constant's numbers; it can't be built."""

    def constant(self, array: Array) -> Value:
        """Of large ones all are different, as weights are."""
        if array.size < LARGE:
            return super().constant(array)
        dtype = little_endian(str(array.dtype))
        self._constants.append(np.broadcast_to(np.zeros((), dtype), array.shape))
        kind = TensorType(str(array.dtype), array.shape)
        return Value(kind, Constant(len(self._constants) - 1))


@dataclass(frozen=True, slots=True)
class Outline:
    """The tables of an image that nobody made; its weights, and bytes of all of it."""

    tables: Tables
    parameters: int
    image_bytes: int


def outlined(network: FolderNetwork, steps: int) -> Outline:
    """With DDIM's usual schedule, which changes nothing of what is reckoned."""
    shapes = Shapes()
    graph = Outlined("outline")
    coefficients = steps_of(Schedule(), steps)
    with exact_floats():
        Sampler(graph, network.of(shapes), coefficients, clip=None).draw()
    tables = graph.tables()
    return Outline(tables, shapes.parameters, tables.image_bytes)
