"""The picture that a convolution reads: its bytes' order in memory."""

from dataclasses import dataclass

import numpy as np

from converters.evm.network import BYTES, Reader
from converters.evm.numbers import Ints
from converters.evm.rules.between import padded
from converters.evm.stages.windows import Section, Windows
from converters.evm.work import Place


@dataclass(frozen=True, slots=True)
class Picture:
    """Planes of (height, width) elements, each of so many channels' bytes."""

    place: Place
    planes: int
    height: int
    width: int
    channels: int

    def windows(self, shape: tuple[int, ...], positions: tuple[int, ...]) -> Windows:
        """All windows of so many rows and columns, of all channels of a group."""
        rows, columns = shape
        high, wide = positions
        return Windows(
            self.planes,
            rows,
            columns,
            1,
            1,
            1,
            1,
            self.height,
            self.width,
            (high, wide),
            channels=self.channels,
        )

    def flat(self, kernel: Ints) -> Ints:
        """Weights (outputs, channels, rows, columns) in the order of the terms."""
        if self.channels > 1:
            kernel = kernel.transpose(0, 2, 3, 1)
        return np.ascontiguousarray(kernel).reshape(len(kernel), -1)

    def sections(self, groups: int, results: int) -> tuple[Section, ...]:
        """A group's planes, and so many results each."""
        size = self.planes * self.height * self.width
        return tuple(Section(g * size, g * results) for g in range(groups))


def picture_of(reader: Reader, index: int, pads: tuple[int, int, int, int]) -> Picture:
    """A source with a border of its zero point; `planes` are a group's."""
    operator = reader.operators[index]
    tensor = reader.source(index, BYTES, together=True)
    count, height, width = operator.sources[0].shape[1:]
    planes, channels = (1, count) if tensor.together else (count, 1)
    place = reader.read(tensor)
    if any(pads):
        zero = int(reader.constant(index, 2).reshape(-1)[0])
        top, left, bottom, right = pads
        borders = top, left * channels, bottom, right * channels
        shape = planes, height, width * channels
        place = padded(reader, place, shape, borders, zero)
        height, width = height + top + bottom, width + left + right
    group = operator.attributes[1]
    return Picture(place, planes // group or 1, height, width, channels)
