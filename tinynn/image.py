"""The model image: a file that is byte for byte the guest's memory from 0x80000000.

docs/model-image.md is the byte table. Every number is little-endian. `decode` reads the
tables of a file whose frame is sound (magic, version, size, places of the tables);
`tinynn.validate` decides whether what they say is a canonical model.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL

from .errors import FieldOutOfRange, WrongField, WrongMagic, WrongSize, WrongVersion
from .operators.family import Operator
from .tensor import DTYPE_CODES, DTYPE_NAMES, MAX_RANK, PlacedTensor, TensorSpec

MAGIC: Final = b"PLMB"
VERSION: Final = 1

ALIGNMENT: Final = 64
"""Of every table, constant and arena tensor: a cache line, two leaves."""

NAME_BYTES: Final = 32
MAX_IO_BYTES: Final = 96 << 10
MAX_SEGMENTS: Final = 1 << 32
MAX_COUNT: Final = 1 << 16
"""Inputs, outputs or operators of one model."""

INPUT_DATA: Final = INPUT.base + IO_HEADER_BYTES
SEGMENT_INDEX: Final = ARENA.base
"""Address of the u32 that says which segment runs next."""

ARENA_DATA: Final = ARENA.base + ALIGNMENT
"""The first arena address that a tensor may have."""

HEADER: Final = struct.Struct(f"<4s15I{NAME_BYTES}s32s")
TENSOR: Final = struct.Struct(f"<{NAME_BYTES}s2I{MAX_RANK}I2I")
OPERATOR: Final = struct.Struct("<16I")
SEGMENT: Final = struct.Struct("<4I")

TABLE_OFFSETS: Final = ("inputs", "outputs", "operators", "segments", "constants")
"""The parts whose places the header repeats, for the guest."""

Bytes = NDArray[np.uint8]


def aligned(size: int) -> int:
    """`size` rounded up to ALIGNMENT."""
    return -(-size // ALIGNMENT) * ALIGNMENT


@dataclass(frozen=True, slots=True)
class Segment:
    """What the guest runs between two boots: elements of one operator.

    They are [first, first + count) of its target.
    `repeat` is reserved for token loops; version 1 knows only 1.
    """

    operator: int
    first: int
    count: int
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that an image says, without its constants."""

    name: str
    inputs: tuple[PlacedTensor, ...]
    outputs: tuple[PlacedTensor, ...]
    operators: tuple[Operator, ...]
    segments: tuple[Segment, ...]
    input_bytes: int
    output_bytes: int
    arena_bytes: int
    image_bytes: int

    @property
    def offsets(self) -> "Offsets":
        """Where each part lies in the file."""
        return Offsets.of(
            len(self.inputs),
            len(self.outputs),
            len(self.operators),
            len(self.segments),
        )


@dataclass(frozen=True, slots=True)
class Offsets:
    """Places of the parts of an image, which its counts determine."""

    inputs: int
    outputs: int
    operators: int
    segments: int
    end: int
    """Of the tables, before padding."""

    @property
    def constants(self) -> int:
        """Where the first constant may lie."""
        return aligned(self.end)

    @classmethod
    def of(cls, inputs: int, outputs: int, operators: int, segments: int) -> "Offsets":
        """The tables follow the header and one another; the constants are aligned."""
        first = HEADER.size
        second = first + inputs * TENSOR.size
        third = second + outputs * TENSOR.size
        fourth = third + operators * OPERATOR.size
        end = fourth + segments * SEGMENT.size
        return cls(first, second, third, fourth, end)


def encode(tables: Tables) -> bytes:
    """Header and tables, padded to where the constants begin."""
    offsets = tables.offsets
    header = HEADER.pack(
        MAGIC,
        VERSION,
        tables.image_bytes,
        tables.arena_bytes,
        tables.input_bytes,
        tables.output_bytes,
        len(tables.inputs),
        len(tables.outputs),
        len(tables.operators),
        len(tables.segments),
        offsets.inputs,
        offsets.outputs,
        offsets.operators,
        offsets.segments,
        offsets.constants,
        0,
        tables.name.encode(),
        bytes(32),
    )
    parts = [
        header,
        *(_encode_tensor(tensor) for tensor in tables.inputs + tables.outputs),
        *(OPERATOR.pack(*operator.words()) for operator in tables.operators),
        *(
            SEGMENT.pack(row.operator, row.first, row.count, row.repeat)
            for row in tables.segments
        ),
    ]
    return b"".join(parts).ljust(offsets.constants, b"\0")


def decode(data: Bytes) -> Tables:
    """The tables of an image, exactly as they stand.

    Raises the ImageErrors of a broken frame: magic, version, size, table offsets,
    counts, names that are no text, unknown element types, reserved fields in use.
    """
    if len(data) < HEADER.size:
        raise WrongSize("image size", f"at least {HEADER.size} bytes", len(data))
    magic, version, *fields, reserved, name, tail = HEADER.unpack_from(data.data)
    if magic != MAGIC:
        raise WrongMagic("magic", MAGIC.hex(), magic.hex())
    if version != VERSION:
        raise WrongVersion("version", VERSION, version)
    image_bytes, arena_bytes, input_bytes, output_bytes, *counts = fields[:8]
    _check_range("image size", 1, MODEL.size, image_bytes)
    if image_bytes != len(data):
        raise WrongSize("image size", f"{image_bytes} bytes", len(data))
    for what, count in zip(("inputs", "outputs", "operators"), counts, strict=False):
        _check_range(f"number of {what}", 1, MAX_COUNT, count)
    _check_range("number of segments", 1, MAX_SEGMENTS, counts[3])
    offsets = Offsets.of(*counts)
    if offsets.constants > image_bytes:
        raise WrongSize("tables", f"at most {image_bytes} bytes", offsets.constants)
    for part, actual in zip(TABLE_OFFSETS, fields[8:], strict=True):
        _check_equal(f"offset of the {part}", getattr(offsets, part), actual)
    _check_equal("reserved header word", 0, reserved)
    _check_equal("reserved header bytes", bytes(32).hex(), tail.hex())
    return Tables(
        name=_text("model name", name),
        inputs=_tensors(data, "input", offsets.inputs, counts[0]),
        outputs=_tensors(data, "output", offsets.outputs, counts[1]),
        operators=_operators(data, offsets.operators, counts[2]),
        segments=tuple(
            Segment(
                *SEGMENT.unpack_from(data.data, offsets.segments + i * SEGMENT.size)
            )
            for i in range(counts[3])
        ),
        input_bytes=input_bytes,
        output_bytes=output_bytes,
        arena_bytes=arena_bytes,
        image_bytes=image_bytes,
    )


def _encode_tensor(tensor: PlacedTensor) -> bytes:
    spec = tensor.spec
    dims = spec.shape + (0,) * (MAX_RANK - len(spec.shape))
    code = DTYPE_CODES[spec.dtype]
    return TENSOR.pack(
        spec.name.encode(), code, len(spec.shape), *dims, tensor.address, spec.size
    )


def _tensors(
    data: Bytes, what: str, offset: int, count: int
) -> tuple[PlacedTensor, ...]:
    return tuple(
        _decode_tensor(
            f"{what} {i}", TENSOR.unpack_from(data.data, offset + i * TENSOR.size)
        )
        for i in range(count)
    )


def _decode_tensor(what: str, row: tuple[int | bytes, ...]) -> PlacedTensor:
    name, code, rank, *rest = row
    assert isinstance(name, bytes)
    code, rank, *numbers = (int(word) for word in (code, rank, *rest))
    dims, (address, size) = numbers[:MAX_RANK], numbers[MAX_RANK:]
    if code not in DTYPE_NAMES:
        raise WrongField(f"{what}: element type", dict(DTYPE_NAMES), code)
    _check_range(f"{what}: rank", 0, MAX_RANK, rank)
    if any(dims[rank:]):
        raise WrongField(f"{what}: unused dimensions", "zeros", dims[rank:])
    for extent in dims[:rank]:
        _check_range(f"{what}: dimension", 1, MODEL.size, extent)
    spec = TensorSpec(
        _text(f"{what}: name", name), DTYPE_NAMES[code], tuple(dims[:rank])
    )
    _check_equal(f"{what}: bytes", spec.size, size)
    return PlacedTensor(spec, address)


def _operators(data: Bytes, offset: int, count: int) -> tuple[Operator, ...]:
    rows = []
    for i in range(count):
        words = OPERATOR.unpack_from(data.data, offset + i * OPERATOR.size)
        used = len(Operator.__slots__)
        if any(words[used:]):
            raise WrongField(f"operator {i}: unused words", "zeros", words[used:])
        rows.append(Operator(*words[:used]))
    return tuple(rows)


def _text(what: str, raw: bytes) -> str:
    """Non-empty UTF-8 with nothing but zeros after its first zero byte."""
    text = raw.rstrip(b"\0")
    if not text or b"\0" in text:
        raise WrongField(what, "text, then zeros", raw.hex())
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise WrongField(what, "UTF-8 text", raw.hex()) from error


def _check_equal(what: str, expected: object, actual: object) -> None:
    if expected != actual:
        raise WrongField(what, expected, actual)


def _check_range(what: str, least: int, most: int, actual: int) -> None:
    if not least <= actual <= most:
        raise FieldOutOfRange(what, least, most, actual)
