"""Calibration: between which numbers each tensor of an image lies, on samples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from converters.trace import results
from converters.values import Array
from tinynn import Model
from tinynn.image.image import Tables
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Home, Input, Result

LEVELS = 255
LEAST_SCALE = 2.0**-100
MOVED = ("max_pool", "strided", "pad", "gather", "concat")
"""Families whose results are elements of their sources: one grid does for both."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Which number a byte stands for: `(byte - zero) * scale`."""

    scale: np.float32
    zero: int


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest number seen, or 0."""

    low: float = 0.0
    high: float = 0.0

    def over(self, array: Array) -> "Range":
        """This, widened to the finite numbers of `array`."""
        low, high = float(array.min()), float(array.max())
        if not np.isfinite(low - high):
            finite = array[np.isfinite(array)]
            low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
        return self.joined(Range(low, high))

    def joined(self, other: "Range") -> "Range":
        return Range(min(self.low, other.low), max(self.high, other.high))

    @property
    def grid(self) -> Grid:
        """256 steps from one end to the other, of which one is exactly 0."""
        scale = np.float32(max((self.high - self.low) / LEVELS, LEAST_SCALE))
        return Grid(scale, int(np.clip(round(-self.low / float(scale)), 0, LEVELS)))


@dataclass(slots=True)
class Homes:
    """Where each operator's sources come from: an input, a result, or None: a constant.

    Also the outputs' homes. An image says addresses; the last operator whose target
    began at one is meant.
    """

    sources: list[tuple[Home | None, ...]] = field(default_factory=list)
    outputs: list[Home] = field(default_factory=list)

    @classmethod
    def of(cls, tables: Tables) -> "Homes":
        made: dict[int, Home] = {
            tensor.address: Input(i) for i, tensor in enumerate(tables.inputs)
        }
        homes = cls()
        for index, operator in enumerate(tables.operators):
            homes.sources.append(tuple(made.get(s.address) for s in operator.sources))
            made[operator.target.address] = Result(index)
        homes.outputs = [made[tensor.address] for tensor in tables.outputs]
        return homes


def calibrated(
    model: Model, homes: Homes, requests: Iterable[bytes]
) -> dict[Home, Range]:
    """The range of every float tensor over all requests."""
    ranges: dict[Home, Range] = {}

    def see(home: Home, array: Array) -> None:
        if array.dtype == np.float32:
            ranges[home] = ranges.get(home, Range()).over(array)

    for request in requests:
        offset = 0
        for index, spec in enumerate(model.inputs):
            part = request[offset : offset + spec.size]
            see(Input(index), np.frombuffer(part, spec.dtype))
            offset += spec.size
        for index, array in results(model, request):
            see(Result(index), array)
    share(model, homes.sources, ranges)
    return ranges


def share(
    model: Model, sources: Sequence[tuple[Home | None, ...]], ranges: dict[Home, Range]
) -> None:
    """Tensors of which elements are only moved have the range of where they go."""
    for index in reversed(range(len(sources))):
        if FAMILIES[model.tables.operators[index].opcode].name in MOVED:
            for home in sources[index]:
                if home in ranges and Result(index) in ranges:
                    ranges[home] = ranges[home].joined(ranges[Result(index)])
