"""What outputs mean where their numbers alone do not say: for notes, and the card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from converters.values import Array, Labels, Value

NAMES_TOLD = 8
"""Of labels, in a line."""

Names = tuple[str, ...]


@dataclass(slots=True)
class Meanings:
    """By output: what its numbers count from 0 on, and what its columns are about."""

    labels: dict[str, Names] = field(default_factory=dict)
    columns: dict[str, Names] = field(default_factory=dict)
    _of_values: dict[int, tuple[Value, Names]] = field(default_factory=dict)

    def name_columns(self, value: Value, names: Names) -> None:
        """A value's last axis is about these."""
        self._of_values[id(value)] = (value, names)

    def leave(self, output: str, value: Value) -> Iterator[str]:
        """An output is this value; what there is to note of it."""
        if isinstance(value, Labels):
            self.labels[output] = value.names
            yield f"text is numbered from 0: {told(value.names)}"
        if id(value) in self._of_values:
            self.columns[output] = names = self._of_values[id(value)][1]
            yield f"no map, but a column for each of {told(names)}"

    def numbers(self, output: str, found: Any) -> Array:
        """What a runtime says of an output, in the numbers that the image has."""
        if isinstance(found, list):  # a map a row
            return np.array([list(row.values()) for row in found])
        array = np.asarray(found)
        if output not in self.labels:
            return array
        places = {name: place for place, name in enumerate(self.labels[output])}
        held = [places[word] for word in array.reshape(-1).tolist()]
        return np.array(held).reshape(array.shape)


def told(names: Sequence[str]) -> str:
    """The first names."""
    more = len(names) - NAMES_TOLD
    shown = ", ".join(map(repr, names[:NAMES_TOLD]))
    return f"{shown} and {more} more" if more > 0 else shown
