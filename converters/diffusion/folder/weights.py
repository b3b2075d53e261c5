"""Tensors of a network, taken by name, each with the shape that its place has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final, Protocol

import numpy as np

from converters.language.matrix import Matrix
from converters.values import Constant, Shape

FIRST_BITS: Final = 0x3C00_0000
"""Of a float32, 2^-7."""


class Weights(Protocol):
    """Where a network's tensors come from."""

    def take(self, name: str, shape: Shape) -> Constant:
        """The tensor, float32."""


@dataclass(slots=True)
class Held:
    """Tensors of a file; `problems` grow with those that are missing or of another
    size."""

    tensors: Mapping[str, Matrix]
    problems: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def take(self, name: str, shape: Shape) -> Constant:
        """Zeros in the place of what is a problem."""
        held = self.tensors.get(name)
        self.taken.add(name)
        if held is None:
            self.problems.append(f"{name}: expected a tensor, got none")
        elif held.rows * held.columns != prod(shape):
            actual = held.rows * held.columns
            self.problems.append(
                f"{name}: expected {prod(shape)} numbers, got {actual}"
            )
        else:
            return Constant(held.floats().reshape(shape))
        return Constant(np.zeros(shape, np.float32))

    def left_over(self) -> list[str]:
        """Tensors that nothing reads."""
        return sorted(set(self.tensors) - self.taken)


@dataclass(slots=True)
class Shapes:
    """No tensors but their shapes: what a network of random weights would take."""

    parameters: int = 0
    count: int = 0

    def take(self, name: str, shape: Shape) -> Constant:
        """One number, seen everywhere; of each tensor another, so that none is taken
        for another's."""
        self.parameters += prod(shape)
        self.count += 1
        number = np.uint32(FIRST_BITS + self.count).view(np.float32)
        return Constant(np.broadcast_to(number, shape))
