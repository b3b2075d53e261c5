"""The header of a model image: counts, and where the parts lie that they determine.

docs/model-image.md is the byte table. Every number is little-endian.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import MODEL

from ..errors import (
    FieldOutOfRange,
    WrongField,
    WrongMagic,
    WrongSize,
    WrongVersion,
    listed,
)
from ..memory.tensor import MAX_RANK

MAGIC: Final = b"PLMB"
PLAIN_VERSION: Final = 2
"""Of an image in which nothing runs twice and all lengths are fixed."""

LOOP_VERSION: Final = 3
VERSIONS: Final = (PLAIN_VERSION, LOOP_VERSION)

ALIGNMENT: Final = 64
"""Of every table, constant and arena tensor: a cache line, two leaves."""

NAME_BYTES: Final = 32
MAX_IO_BYTES: Final = 96 << 10
MAX_SEGMENTS: Final = (1 << 32) - 1
MAX_COUNT: Final = 1 << 16
"""Inputs, outputs or operators of one model."""

MAX_SOURCES: Final = 1 << 10
MAX_ATTRIBUTES: Final = 1 << 10
"""Of one operator, in words."""

PASSES_BYTES: Final = 4
"""Before the outputs of an image whose input varies: passes that were run, a u32."""

VARIES: Final = 1
"""The flag of an image whose last input may be shorter than its tensor."""

NEVER: Final = 1
"""The skip field of a segment that is never skipped; 0 says the same."""

HEADER: Final = struct.Struct(f"<4s15I{NAME_BYTES}s6I8s")
_LOOP_OFFSET: Final = 64 + NAME_BYTES
TENSOR: Final = struct.Struct(f"<{NAME_BYTES}s2I{MAX_RANK}I2I")
OPERATOR: Final = struct.Struct("<4I")
OPERAND: Final = struct.Struct(f"<4I{MAX_RANK}I")
SEGMENT: Final = struct.Struct("<4I")

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Offsets:
    """Places of the tables of an image, which its counts determine."""

    inputs: int
    outputs: int
    operators: int
    segments: int
    records: int

    @classmethod
    def of(cls, inputs: int, outputs: int, operators: int, segments: int) -> "Offsets":
        """The tables follow the header and one another, and the records follow them."""
        first = HEADER.size
        second = first + inputs * TENSOR.size
        third = second + outputs * TENSOR.size
        fourth = third + operators * OPERATOR.size
        return cls(first, second, third, fourth, fourth + segments * SEGMENT.size)


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of the header, in order."""

    magic: bytes
    version: int
    image_bytes: int
    arena_bytes: int
    input_bytes: int
    output_bytes: int
    input_count: int
    output_count: int
    operator_count: int
    segment_count: int
    inputs_offset: int
    outputs_offset: int
    operators_offset: int
    segments_offset: int
    records_offset: int
    constants_offset: int
    name: bytes
    loop_first: int = 0
    loop_end: int = 0
    passes: int = 0
    stop: int = 0
    length: int = 0
    flags: int = 0
    tail: bytes = b""

    @property
    def offsets(self) -> Offsets:
        """Where the counts place the parts."""
        return Offsets.of(
            self.input_count,
            self.output_count,
            self.operator_count,
            self.segment_count,
        )


def decode_header(data: Bytes) -> Header:
    """A header whose tables lie where its counts place them, inside the file."""
    if len(data) < HEADER.size:
        raise WrongSize("image size", f"at least {HEADER.size} bytes", len(data))
    header = Header(*HEADER.unpack_from(data.data))
    if header.magic != MAGIC:
        raise WrongMagic("magic", MAGIC.hex(), header.magic.hex())
    if header.version not in VERSIONS:
        raise WrongVersion("version", listed(VERSIONS), header.version)
    check_range("image size", HEADER.size, MODEL.size, header.image_bytes)
    if header.image_bytes != len(data):
        raise WrongSize("image size", f"{header.image_bytes} bytes", len(data))
    check_range("number of inputs", 1, MAX_COUNT, header.input_count)
    check_range("number of outputs", 1, MAX_COUNT, header.output_count)
    check_range("number of operators", 1, MAX_COUNT, header.operator_count)
    check_range("number of segments", 1, MAX_SEGMENTS, header.segment_count)
    offsets = header.offsets
    if offsets.records > header.image_bytes:
        most = f"at most {header.image_bytes} bytes"
        raise WrongSize("tables", most, offsets.records)
    for part in ("inputs", "outputs", "operators", "segments", "records"):
        actual = getattr(header, f"{part}_offset")
        check_equal(f"offset of the {part}", getattr(offsets, part), actual)
    _check_reserved(header, data)
    return header


def _check_reserved(header: Header, data: Bytes) -> None:
    """Version 2 has nothing behind the name, version 3 two words."""
    tail = header.tail
    if header.version == PLAIN_VERSION:
        tail = bytes(data[_LOOP_OFFSET : HEADER.size])
    elif header.flags not in (0, VARIES):
        raise WrongField("flags", listed((0, VARIES)), header.flags)
    check_equal("reserved header bytes", bytes(len(tail)).hex(), tail.hex())


def check_equal(what: str, expected: object, actual: object) -> None:
    if expected != actual:
        raise WrongField(what, expected, actual)


def check_range(what: str, least: int, most: int, actual: int) -> None:
    if not least <= actual <= most:
        raise FieldOutOfRange(what, least, most, actual)
