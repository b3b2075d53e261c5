"""A tensor of weights as its file holds it, and parts of one."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .encodings import F32, Bytes, Encoding

Floats = NDArray[np.float32]

CHUNK_BYTES: Final = 1 << 24
"""As many of a file's bytes are made floats at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Rows of numbers, the file's own: `raw` are bytes (rows, bytes of a row)."""

    encoding: Encoding
    columns: int
    raw: Bytes

    @property
    def rows(self) -> int:
        """Outputs, where it is multiplied by a vector."""
        return len(self.raw)

    @property
    def blocked(self) -> bool:
        """Whether it is made of blocks with scales."""
        return self.encoding.take is not None

    def part(self, first: int, end: int) -> "Matrix":
        """Rows [first, end)."""
        return replace(self, raw=self.raw[first:end])

    def floats(self) -> Floats:
        """The exact values, (rows, columns)."""
        step = max(1, CHUNK_BYTES // max(1, self.raw.shape[1]))
        parts = [
            self.encoding.floats(np.ascontiguousarray(self.raw[first : first + step]))
            for first in range(0, self.rows, step)
        ]
        return np.concatenate(parts).reshape(self.rows, self.columns)


def of_floats(held: Floats) -> Matrix:
    """Numbers that are no file's."""
    held = np.ascontiguousarray(held, "<f4")
    return Matrix(F32, held.shape[1], held.view(np.uint8))
