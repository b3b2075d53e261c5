"""Floats that lie between two whole numbers, known from where they come from.

Exporters cast labels to floats and back: chosen from a table, told by a sign, once an
int64 themselves. Of such floats 32 bits hold the whole part.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Final

import numpy as np

from converters.spans import OF_TYPES
from converters.values import Held, Span, Tensor
from tinynn.operators.graph import Home

CHOOSING: Final[Mapping[str, tuple[int, ...]]] = {
    "Gather": (0,),
    "GatherElements": (0,),
    "Slice": (0,),
    "Transpose": (0,),
    "Where": (1, 2),
}
"""Operations whose elements are among those of some inputs."""

SIGNS: Final = (-1, 1)


class Bounds:
    """What is known of results, by the memory that they are in."""

    def __init__(self) -> None:
        self._known: dict[Home, Span] = {}

    def of(self, value: Held | None) -> Span | None:
        """Of a tensor or a constant; None if nothing is known."""
        if isinstance(value, Tensor):
            if value.dtype == "float32":
                return self._known.get(value.handle.home)
            return value.span or OF_TYPES[value.dtype]
        if value is None or not value.array.size or value.array.dtype.kind not in "iuf":
            return None
        least, most = value.array.min(), value.array.max()
        if not np.isfinite([least, most]).all():
            return None
        return floor(least), ceil(most)

    def learn(self, name: str, values: Sequence[Held | None], result: Held) -> None:
        """What an operation's result is bounded by."""
        if not isinstance(result, Tensor) or result.dtype != "float32":
            return
        places = CHOOSING.get(name, (0,) if name == "Cast" else ())
        spans = [self.of(values[place]) for place in places]
        if name == "Sign":
            spans = [SIGNS]
        known = [span for span in spans if span is not None]
        if known and len(known) == len(spans):
            least, most = zip(*known, strict=True)
            self._known[result.handle.home] = min(least), max(most)
