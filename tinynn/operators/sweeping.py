"""Calls of a convolution of bytes: four channels of a pixel are one word of a picture.

So a picture of words lies as one of floats does (sliding.py), and its windows are the
same; padding holds the zero point, which is no term.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from ..kernels import Batch, Call, move
from ..kernels.sizes import LANES, QUAD
from ..memory.tensor import Array
from . import sliding
from .family import Operator, Room, Space
from .numbers import Floats
from .quads import Integers, Points, integers, is_lasting, points


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Of some outputs: blocks as the kernel takes them, and each output's sum."""

    blocks: list[sliding.Blocks]
    sums: Integers


@dataclass(frozen=True, slots=True)
class Part:
    """Some outputs of one group, `count` from `channel` on."""

    operator: Operator
    channel: int
    count: int
    space: Space
    room: Room

    @property
    def depth(self) -> int:
        """Channels of the group's input."""
        return self.operator.sources[1].shape[1]

    @property
    def taps(self) -> int:
        return prod(self.operator.sources[1].shape[2:])

    @property
    def words(self) -> int:
        """Terms of a sum, of four bytes each."""
        return self._groups * self.taps

    def convolve(self, layout: sliding.Layout, x: Array, y: Integers) -> Iterator[Call]:
        """x (channels, rows, columns) to y (outputs, pixels), rows contiguous."""
        making, zeros, flips = points(
            self.operator, self.channel, self.count, self.space, self.room
        )
        yield from making
        if is_lasting(self.operator, self.space):
            weights = self._packed_once(flips[1])
        else:
            packing, weights = self._packed(flips[1], self.room)
            yield from packing
        picture = self.room("picture", self._groups * layout.plane + LANES)
        yield from self._picture(layout, picture, x, zeros, flips[0])
        start = integers(self.room("start", self.count))
        words = (weights.sums, self._bias(), zeros.unsigned, zeros.signed)
        terms = self.depth * self.taps
        yield Call("byte.start", (start, *words, self.count, terms))
        yield from self._sweep(layout, picture, weights.blocks, start, y)
        if not zeros.nothing:
            sums = integers(self.room("sums of v", y.shape[1])).reshape(1, -1)
            nothing = np.zeros(1, np.int32)
            yield from self._sweep(layout, picture, self._ones(), nothing, sums)
            yield Call("byte.correct", (y, zeros.signed, sums, *y.shape))

    def _bias(self) -> Integers:
        if len(self.operator.sources) == 5:
            held: Integers = self.operator.part(self.space, self.channel, self.count, 4)
            return held
        return np.zeros(self.count, np.int32)

    def _packed_once(self, flip: int) -> Weights:
        def room(_: object, count: int) -> Floats:
            return np.zeros(count, np.float32)

        calls, made = self._packed(flip, room)
        Batch(calls)()
        return made

    def _packed(self, flip: int, room: Room) -> tuple[list[Call], Weights]:
        terms = self.depth * self.taps
        given = self.operator.part(
            self.space, self.channel * terms, self.count * terms, 1
        )
        woven = room("woven", self.count * self.words)
        quad_bytes = QUAD * self.taps
        grid = (self._groups, self.count, self.taps)
        to, of = (quad_bytes, QUAD * self.words, QUAD), (terms, 1, self.taps)
        calls = [Call("byte.weave", (woven, given, flip, *grid, *to, *of, self.depth))]
        turned = given.view(np.uint8)
        if flip:
            turned = room("turned", given.size).view(np.uint8)
            calls.append(Call("byte.flip", (turned, given, given.size, flip)))
        sums = integers(room("sums", self.count))
        calls.append(Call("byte.sums", (sums, turned, self.count, terms, 1)))
        made = sliding.blocks_of(
            self.count, self.words, room("weights", self.count * self.words)
        )
        rows = woven.reshape(self.count, self.words)
        calls += [block.pack(rows) for block in made]
        return calls, Weights(made, sums)

    def _ones(self) -> list[sliding.Blocks]:
        """Weights of 1, whose sums of products are sums of bytes."""
        quads = np.zeros((self._groups, self.taps, QUAD), np.uint8)
        for channel in range(self.depth):
            quads[channel // QUAD, :, channel % QUAD] = 1
        return [sliding.Blocks(0, 1, 1, quads.reshape(-1).view(np.float32))]

    def _picture(
        self,
        layout: sliding.Layout,
        picture: Floats,
        x: Array,
        zeros: Points,
        flip: int,
    ) -> Iterator[Call]:
        """Zero points everywhere, then the channels woven."""
        _, height, width = x.shape
        flat = x.reshape(-1)
        if layout.in_place:  # as it lies
            to, of = (layout.plane, width, 1), (width, 1, height * width)
            yield self._weave(picture, flat, (height, width), to, of, flip)
            return
        pattern = self.room("pattern", 1)
        yield Call("byte.pattern", (pattern, zeros.unsigned))
        yield move(picture, pattern, (len(picture),), (1,), (0,))
        for row in layout.rows.places():
            for column in layout.columns.places():
                phase = row[0] * len(layout.columns.phases) + column[0]
                at = phase * layout.rows.pitch * layout.line
                target = picture[at + row[4] * layout.line + column[4] :]
                source = flat[row[1] * width + column[1] :]
                to = (layout.plane, row[5] * layout.line, column[5])
                of = (row[2] * width, column[2], height * width)
                yield self._weave(target, source, (row[3], column[3]), to, of, flip)

    def _weave(
        self,
        target: Floats,
        source: Array,
        extents: tuple[int, int],
        to: tuple[int, int, int],
        of: tuple[int, int, int],
        flip: int,
    ) -> Call:
        """Rows and columns of all channels."""
        steps = [QUAD * step for step in to]
        sizes = (self._groups, *extents, *steps, *of, self.depth)
        return Call("byte.weave", (target, source, flip, *sizes))

    @property
    def _groups(self) -> int:
        """Words of a pixel."""
        return -(-self.depth // QUAD)

    def _sweep(
        self,
        layout: sliding.Layout,
        picture: Floats,
        weights: list[sliding.Blocks],
        start: Integers,
        y: Integers,
    ) -> Iterator[Call]:
        floats = start.view(np.float32), y.view(np.float32)
        if layout.in_place:
            picture = picture[-layout.rows.before * layout.line :]
        yield from sliding.sums(
            "sweep", layout, picture, self._groups, weights, *floats, self.room
        )
