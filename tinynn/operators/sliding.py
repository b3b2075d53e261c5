"""How a convolution is computed natively: a picture laid out so that windows slide.

A picture is copied once, with its padding, and each phase of the strides apart: then
eight neighbours of the result read eight neighbours of the picture for every tap, and
kernels/tiles.py does the rest. Where no padding, spread or stride asks for it, nothing
is copied. Results of less than eight columns are computed together with what lies
between their rows in the picture, which is dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..kernels import Call, move
from ..kernels.sizes import FLOAT_BYTES, HALVES, LANES, ROWS
from ..memory.tensor import Array
from .family import Room
from .numbers import Floats

BLOCK_BYTES: Final = 1 << 17
"""Of weights that pass over a picture together: they stay in the second cache."""

MOST_KEPT: Final = 1 << 18
"""Floats of a picture in memory of its own, where the padding stays; larger ones share
some, and are cleared each time."""

NOTHING: Final = np.zeros(1, np.float32)

WASTE: Final = 1.1
"""Halves of eight columns that row by row may be more than all together."""

COLLISION: Final = 256
"""Floats: planes of whole kilobytes lie on one another in a cache of 64 lines a way."""

PLURALS: Final = {"slide": "slides", "patch": "patches"}
"""Kernels of blocks and one more of fewer rows."""

PATCH: Final = 1 << 12
"""Floats of a copied patch: half of the nearest cache."""

Words = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a window over a picture: the picture's rows, or its columns."""

    length: int
    spread: int
    stride: int
    dilation: int
    taps: int
    before: int
    """Elements of padding; less than none if the picture begins later."""

    outputs: int

    @property
    def reach(self) -> int:
        """Elements of the padded axis that are looked at."""
        return (self.outputs - 1) * self.stride + self.dilation * (self.taps - 1) + 1

    @property
    def pitch(self) -> int:
        """Elements of one phase."""
        return -(-self.reach // self.stride)

    @property
    def plain(self) -> bool:
        """Whether the picture can be read where it lies."""
        inside = self.before <= 0 and self.reach - self.before <= self.length
        return inside and self.spread == self.stride == 1

    @property
    def phases(self) -> list[int]:
        """Of the stride's phases those that a tap looks at."""
        taps = range(min(self.taps, self.stride))
        return sorted({tap * self.dilation % self.stride for tap in taps})

    def places(self) -> Iterator[tuple[int, int, int, int, int, int]]:
        """Copies: (phase, first element, step, elements, first place, step)."""
        phases = {phase: number for number, phase in enumerate(self.phases)}
        period = self.stride // gcd(self.stride, self.spread)
        start = max(0, -(self.before // self.spread))
        end = min(self.length, (self.reach - 1 - self.before) // self.spread + 1)
        for first in range(start, min(end, start + period)):
            place, phase = divmod(self.before + first * self.spread, self.stride)
            if phase in phases:
                count, step = -(-(end - first) // period), period * self.spread
                yield phases[phase], first, period, count, place, step // self.stride

    def tap(self) -> tuple[Words, Words]:
        """The phase and place of each tap of the first window."""
        places, phases = np.divmod(np.arange(self.taps) * self.dilation, self.stride)
        return np.searchsorted(self.phases, phases), places


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a picture's elements lie, and a result's; steps are in floats."""

    rows: Axis
    columns: Axis
    in_place: bool
    """Whether nothing is copied."""

    line: int
    """From one row of the picture to the next."""

    plane: int
    """From one channel to the next."""

    span: int
    """From the first pixel of the result to the last, with what lies between."""

    together: bool
    """Whether rows of the result are computed with what lies between them."""

    @property
    def collides(self) -> bool:
        """Whether channels fall into few lines of the nearest cache."""
        return self.plane % COLLISION == 0

    @property
    def result_line(self) -> int:
        """From one row of the computed result to the next."""
        return self.line if self.together else self.columns.outputs

    @property
    def result_plane(self) -> int:
        """From one channel of the computed result to the next."""
        pixels = (self.rows.outputs - 1) * self.result_line + self.columns.outputs
        return max(pixels, LANES)

    def move_picture(self, x: Floats, room: Floats) -> Iterator[Call]:
        """From x, (channels, rows, columns), to the room, whose rest holds zeros."""
        _, height, width = x.shape
        for row in self.rows.places():
            for column in self.columns.places():
                phase = row[0] * len(self.columns.phases) + column[0]
                at = phase * self.rows.pitch * self.line
                target = room[at + row[4] * self.line + column[4] :]
                source = x.reshape(-1)[row[1] * width + column[1] :]
                extents = (len(x), row[3], column[3])
                to = (self.plane, row[5] * self.line, column[5])
                of = (height * width, row[2] * width, column[2])
                yield move(target, source, extents, to, of)

    def move_result(self, room: Floats, y: Floats) -> Iterator[Call]:
        """From the room to y, (channels, pixels)."""
        rows, columns = self.rows.outputs, self.columns.outputs
        to = (y.strides[0] // FLOAT_BYTES, columns, 1)
        of = (self.result_plane, self.line, 1)
        yield move(y, room, (len(y), rows, columns), to, of)


@lru_cache
def layout(rows: Axis, columns: Axis) -> Layout:
    """The layout that wastes least."""
    plain = rows.plain and columns.plain and columns.before == 0
    height, width = rows.outputs, columns.outputs

    def arranged(line: int) -> tuple[int, bool]:
        span = (height - 1) * line + width
        apart = height * -(-width // LANES)
        saved = -(-span // LANES) * WASTE < apart
        return span, width < LANES or line == width or saved

    if plain:
        line, plane = columns.length, rows.length * columns.length
        span, together = arranged(line)
        if span >= LANES:
            return Layout(rows, columns, True, line, plane, span, together)
    line = columns.pitch
    plane = len(rows.phases) * len(columns.phases) * rows.pitch * line
    return Layout(rows, columns, False, line, plane, *arranged(line))


@lru_cache
def halves(made: Layout) -> tuple[Words, Words]:
    """In bytes: where eight pixels' first taps lie, and where their results do.

    The last eight of a row overlap with those before; they are computed twice.
    """
    if made.together:
        lasts, rows, width = [max(0, made.span - LANES)], 1, made.span
    else:
        width, rows = made.columns.outputs, made.rows.outputs
        lasts = [width - LANES]
    starts = np.array([*range(0, width - LANES, LANES), *lasts], np.int64)
    lines = np.arange(rows, dtype=np.int64)[:, None]
    places = (lines * made.line + starts).reshape(-1) * FLOAT_BYTES
    targets = (lines * made.result_line + starts).reshape(-1) * FLOAT_BYTES
    return places, targets


@lru_cache
def offsets(made: Layout, channels: int) -> Words:
    """In bytes, from a pixel's first tap to each: channels, then rows, then columns."""
    row_phases, row_places = made.rows.tap()
    phases, places = made.columns.tap()
    phase = row_phases[:, None] * len(made.columns.phases) + phases
    window = phase * made.rows.pitch * made.line
    window += row_places[:, None] * made.line + places
    planes = np.arange(channels)[:, None] * made.plane
    return (planes + window.reshape(-1)).reshape(-1).astype(np.int64) * FLOAT_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Weights of consecutive outputs, in blocks of so many rows, each [k][row]."""

    first: int
    rows: int
    blocks: int
    held: Floats

    def pack(self, w: Floats) -> Call:
        """From w, (outputs, terms)."""
        terms = w.shape[1]
        size = self.rows * terms
        to, of = (size, self.rows, 1), (size, 1, terms)
        return move(self.held, w[self.first :], (self.blocks, terms, self.rows), to, of)


def blocks_of(outputs: int, terms: int, room: Floats) -> list[Blocks]:
    """How outputs are divided: by six, as many together as pass over the picture."""
    size, rest = ROWS * terms, outputs % ROWS
    most = max(1, BLOCK_BYTES // (FLOAT_BYTES * size))
    whole = outputs // ROWS
    parts = [
        Blocks(ROWS * i, ROWS, min(most, whole - i), room[i * size :])
        for i in range(0, whole, most)
    ]
    if rest:
        parts.append(Blocks(outputs - rest, rest, 1, room[whole * size :]))
    return parts


def convolve(
    made: Layout,
    x: Floats,
    weights: Sequence[Blocks],
    bias: Floats,
    y: Floats,
    room: Room,
) -> Iterator[Call]:
    """One group: x (channels, rows, columns) and its weights to y (outputs, pixels).

    Rows of y may lie apart, each by itself is contiguous.
    """
    picture = x.reshape(-1)[-made.rows.before * made.line :] if made.in_place else None
    if picture is None:
        size = len(x) * made.plane + LANES
        if size <= MOST_KEPT:
            picture = room(made, size)
        else:
            picture = room("picture", size)
            yield move(picture, NOTHING, (size,), (1,), (0,))
        yield from made.move_picture(x, picture)
    yield from sums("slide", made, picture, len(x), weights, bias, y, room)


def sums(
    kernel: str,
    made: Layout,
    picture: Floats,
    channels: int,
    weights: Sequence[Blocks],
    bias: Floats,
    y: Floats,
    room: Room,
) -> Iterator[Call]:
    """The result, of a picture that lies as `made` says."""
    held = y
    if made.result_line != made.columns.outputs or made.result_plane > y.shape[1]:
        held = room("result", len(y) * made.result_plane)
        held = held.reshape(len(y), made.result_plane)
    places, targets = halves(made)
    taps = offsets(made, channels)
    bytes_apart = held.strides[0]
    for part, last in _joined(weights, kernel == "slide"):
        after = slice(part.first, None)
        arrays = (part.held, picture, held[after], bias[after], places, targets, taps)
        counts = (len(places), part.blocks, len(taps), bytes_apart)
        size = LANES * HALVES[part.rows] * len(taps)
        words: tuple[int | Array, ...] = (*arrays, *counts)
        several = part.blocks > 1 or last is not None
        patched = several and kernel == "slide" and made.collides and size <= PATCH
        name, rows = "patch" if patched else kernel, part.rows
        if last is not None:
            name, rows, words = PLURALS[name], last.rows, (*words, last.held)
        if patched:
            words = (*words, room("patch", size))
        yield Call(f"{name}.{rows}", words)
    if held is not y:
        yield from made.move_result(held, y)


def _joined(
    weights: Sequence[Blocks], together: bool
) -> Iterator[tuple[Blocks, Blocks | None]]:
    """Parts, the last but one with the last if that is of fewer rows."""
    *before, last = weights
    if together and before and last.rows < before[-1].rows:
        yield from ((part, None) for part in before[:-1])
        yield before[-1], last
    else:
        yield from ((part, None) for part in weights)
