"""Angles of rotary positions, reckoned in float64 and stored as tables of float32.

Frequencies are base^(-2 i / rotated), changed as a model's scaling says. The machine
has no sine: row p of the tables is for position p.
"""

from dataclasses import dataclass
from math import ceil, floor, log, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .matrix import Floats
from .numbers import is_usual

Doubles = NDArray[np.float64]

NARROWEST: Final = 0.001
"""Width of YaRN's ramp at least, as everyone has it."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Positions divided by a factor."""

    factor: float

    def changed(self, frequencies: Doubles, rope: "Rope", rows: int) -> Doubles:
        """By as much slower."""
        return frequencies / self.factor


@dataclass(frozen=True, slots=True)
class Llama3:
    """Long waves by a factor slower, short ones as they are, a ramp between."""

    factor: float
    low: float
    high: float
    original: int

    def changed(self, frequencies: Doubles, rope: "Rope", rows: int) -> Doubles:
        """As Llama 3.1 defines it."""
        turns = self.original * frequencies / (2 * pi)
        smooth = (turns - self.low) / (self.high - self.low)
        between = (1 - smooth) * frequencies / self.factor + smooth * frequencies
        slow = np.where(turns < self.low, frequencies / self.factor, between)
        return np.where(turns > self.high, frequencies, slow)


@dataclass(frozen=True, slots=True)
class Yarn:
    """Slow dimensions by a factor slower, fast ones as they are, a ramp between, and
    both tables multiplied by `magnitude`."""

    factor: float
    original: int
    magnitude: float
    fast: float = 32.0
    slow: float = 1.0

    def changed(self, frequencies: Doubles, rope: "Rope", rows: int) -> Doubles:
        """Section 3.2 of the paper (Peng and others, 2023)."""
        low = max(floor(self._place(self.fast, rope)), 0)
        high = min(ceil(self._place(self.slow, rope)), rope.rotated - 1)
        steps = np.arange(len(frequencies)) - low
        ramp = np.clip(steps / max(high - low, NARROWEST), 0, 1)
        changed: Doubles = frequencies * (ramp / self.factor + (1 - ramp))
        return changed

    def _place(self, turns: float, rope: "Rope") -> float:
        """The pair that turns so often within the original context."""
        wave = self.original / (turns * 2 * pi)
        return rope.rotated * log(wave) / (2 * log(rope.base))


@dataclass(frozen=True, slots=True)
class Divided:
    """Each frequency divided by a number of the file's."""

    by: tuple[float, ...]

    def changed(self, frequencies: Doubles, rope: "Rope", rows: int) -> Doubles:
        """Number by number."""
        changed: Doubles = frequencies / np.array(self.by)
        return changed


@dataclass(frozen=True, slots=True)
class LongRope:
    """The same by other numbers where there are more rows than the original context
    has; both tables multiplied by `magnitude`."""

    short: tuple[float, ...]
    long: tuple[float, ...]
    original: int
    magnitude: float

    def changed(self, frequencies: Doubles, rope: "Rope", rows: int) -> Doubles:
        """As Phi 3 defines it."""
        by = np.array(self.long if rows > self.original else self.short)
        changed: Doubles = frequencies / by
        return changed


Scaling = Linear | Llama3 | Yarn | Divided | LongRope


@dataclass(frozen=True, slots=True)
class Rope:
    """How many elements of a head turn, and whether pairs are neighbours or halves."""

    base: float
    rotated: int
    halves: bool
    scaling: Scaling | None = None

    def is_finite(self) -> bool:
        """Whether a file's numbers make angles, at the last position, too."""
        try:
            with np.errstate(all="ignore"):
                (few, magnitude), (many, _) = self._turns(1), self._turns(1 << 20)
                angles = np.concatenate([few, many]) * (1 << 31)
        except (ValueError, ZeroDivisionError, OverflowError):
            return False
        finite = bool(np.isfinite(angles).all()) and is_usual(magnitude)
        return self.base > 1 and finite

    def tables(self, rows: int) -> tuple[Floats, Floats]:
        """Cosines and sines, (rows, rotated / 2)."""
        frequencies, magnitude = self._turns(rows)
        angles = np.outer(np.arange(rows), frequencies)
        cosines, sines = np.cos(angles) * magnitude, np.sin(angles) * magnitude
        return cosines.astype(np.float32), sines.astype(np.float32)

    def _turns(self, rows: int) -> tuple[Doubles, float]:
        """Angles of one position, and what both tables are multiplied by."""
        exponents = np.arange(0, self.rotated, 2) / self.rotated
        frequencies = np.float64(self.base) ** -exponents
        if self.scaling is None:
            return frequencies, 1.0
        changed = self.scaling.changed(frequencies, self, rows)
        return changed, float(getattr(self.scaling, "magnitude", 1.0))
