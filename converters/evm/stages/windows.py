"""Where the terms of each position of a product lie."""

from collections.abc import Iterator
from dataclasses import dataclass

from converters.evm.numbers import LANES


@dataclass(frozen=True, slots=True)
class Grid:
    """Where results lie, counted in results: from a row of weights' to the next row's,
    from a row of positions to the next, and within a row."""

    row: int
    down: int
    right: int


@dataclass(frozen=True, slots=True)
class Section:
    """Where some rows' first window begins, in bytes, and their first result, counted
    in results: a group's, or a phase's of a transposed convolution."""

    source: int
    target: int


ONE_SECTION = (Section(0, 0),)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where each position's terms lie: planes of (height, width) elements, row-major,
    each of so many channels' bytes.

    A matrix's rows are windows of one row, as wide as it is.
    """

    depth: int
    rows: int
    columns: int
    dilation_rows: int
    dilation_columns: int
    stride_rows: int
    stride_columns: int
    height: int
    width: int
    positions: tuple[int, int]
    taps: tuple[int, ...] = (0,)
    """Where windows begin of which only the greatest result counts: a pool's."""

    channels: int = 1

    @property
    def terms(self) -> int:
        return self.depth * self.rows * self.columns * self.channels

    @property
    def steps(self) -> tuple[int, int]:
        """Bytes from one row of positions to the next, and within a row."""
        across = self.stride_columns * self.channels
        return self.stride_rows * self.width * self.channels, across

    @property
    def count(self) -> int:
        return self.positions[0] * self.positions[1]

    def pieces(self) -> Iterator[tuple[int, int]]:
        """(offset, length) of bytes that lie together, in the order of the terms."""
        for plane in range(self.depth):
            for row in range(self.rows):
                start = plane * self.height + row * self.dilation_rows
                start *= self.width * self.channels
                if self.dilation_columns == 1:
                    yield start, self.columns * self.channels
                    continue
                step = self.dilation_columns * self.channels
                for column in range(self.columns):
                    yield start + column * step, self.channels

    def words(self) -> list[list[tuple[int, int]]]:
        """The pieces of each word of thirty terms."""
        words: list[list[tuple[int, int]]] = [[]]
        room = LANES
        for start, length in self.pieces():
            while length:
                if not room:
                    words.append([])
                    room = LANES
                part = min(length, room)
                words[-1].append((start, part))
                start, length, room = start + part, length - part, room - part
        return words
