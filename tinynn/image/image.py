"""The model image: a file that is byte for byte the guest's memory from 0x80000000.

docs/model-image.md is the byte table. Every number is little-endian. `decode` reads the
tables of a file whose frame is sound (magic, version, size, places of the tables);
`tinynn.validator` decides whether what they say is a canonical model.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL

from ..errors import WrongField, WrongSize
from ..memory.tensor import (
    DTYPE_CODES,
    DTYPE_NAMES,
    MAX_RANK,
    PlacedTensor,
    TensorSpec,
    TensorType,
)
from ..operators.family import Operand, Operator
from .header import (
    ALIGNMENT,
    HEADER,
    LOOP_VERSION,
    MAGIC,
    MAX_ATTRIBUTES,
    MAX_COUNT,
    MAX_IO_BYTES,
    MAX_SOURCES,
    NAME_BYTES,
    NEVER,
    OPERAND,
    OPERATOR,
    PASSES_BYTES,
    PLAIN_VERSION,
    SEGMENT,
    TENSOR,
    VARIES,
    Bytes,
    Header,
    Offsets,
    check_equal,
    check_range,
    decode_header,
)
from .loop import NO_LOOP, Loop

INPUT_DATA: Final = INPUT.base + IO_HEADER_BYTES
SEGMENT_INDEX: Final = ARENA.base
"""Address of the u32 that says which segment runs next."""

ARENA_DATA: Final = ARENA.base + ALIGNMENT
"""The first arena address that a tensor may have."""

__all__ = [
    "ALIGNMENT",
    "ARENA_DATA",
    "HEADER",
    "INPUT_DATA",
    "LOOP_VERSION",
    "MAGIC",
    "MAX_IO_BYTES",
    "NAME_BYTES",
    "NEVER",
    "OPERAND",
    "OPERATOR",
    "PASSES_BYTES",
    "PLAIN_VERSION",
    "SEGMENT",
    "SEGMENT_INDEX",
    "TENSOR",
    "Bytes",
    "Header",
    "Offsets",
    "Segment",
    "Tables",
    "aligned",
    "decode",
    "encode",
    "record_bytes",
    "record_size",
]


def aligned(size: int) -> int:
    """`size` rounded up to ALIGNMENT."""
    return -(-size // ALIGNMENT) * ALIGNMENT


@dataclass(frozen=True, slots=True)
class Segment:
    """What the guest runs between two boots: elements of one operator.

    They are [first, first + count) of its target. `skip` is 0 or NEVER, or else the
    address of an int32: if that is 0, the segment computes nothing.
    """

    operator: int
    first: int
    count: int
    skip: int = NEVER


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
    loop: Loop = NO_LOOP
    length: int = 0
    """Address of an int32, how many of the outputs' bytes are the answer; 0: all."""

    varies: bool = False
    """Whether the last input may be shorter; then zeros stand behind it."""

    version: int = PLAIN_VERSION

    @property
    def answer_bytes(self) -> int:
        """Bytes of the outputs, without the passes that may stand before them."""
        return self.output_bytes - PASSES_BYTES * self.varies

    @property
    def body(self) -> range:
        """Operators of the loop's body, by index; none without a loop."""
        rows, loop = self.segments, self.loop
        if loop == NO_LOOP:
            return range(0)
        behind = rows[loop.end].operator if loop.end < len(rows) else None
        end = len(self.operators) if behind is None else behind
        return range(rows[loop.first].operator, end)

    def accepts(self, input_bytes: int) -> bool:
        """Whether the guest runs on so many bytes of input, or halts at once."""
        if self.varies:
            return input_bytes <= self.input_bytes
        return input_bytes == self.input_bytes

    @property
    def offsets(self) -> "Offsets":
        """Where each part lies in the file."""
        return Offsets.of(
            len(self.inputs),
            len(self.outputs),
            len(self.operators),
            len(self.segments),
        )

    @property
    def end(self) -> int:
        """Where the records end, before padding."""
        return self.offsets.records + sum(map(record_bytes, self.operators))


def record_size(sources: int, attributes: int) -> int:
    """Bytes of a record: target, sources, attribute words."""
    return (1 + sources) * OPERAND.size + 4 * attributes


def record_bytes(operator: Operator) -> int:
    """Bytes of an operator's record."""
    return record_size(len(operator.sources), len(operator.attributes))


def encode(tables: Tables) -> bytes:
    """Header and tables, padded to where the constants begin.

    FieldOutOfRange if a part is larger than the memory that it is made for.
    """
    check_range("number of inputs", 1, MAX_COUNT, len(tables.inputs))
    check_range("input bytes", 1, MAX_IO_BYTES, tables.input_bytes)
    check_range("output bytes", 1, MAX_IO_BYTES, tables.output_bytes)
    check_range("arena bytes", ALIGNMENT, ARENA.size, tables.arena_bytes)
    check_range("image size", HEADER.size, MODEL.size, tables.image_bytes)
    offsets = tables.offsets
    header = Header(
        magic=MAGIC,
        version=tables.version,
        image_bytes=tables.image_bytes,
        arena_bytes=tables.arena_bytes,
        input_bytes=tables.input_bytes,
        output_bytes=tables.output_bytes,
        input_count=len(tables.inputs),
        output_count=len(tables.outputs),
        operator_count=len(tables.operators),
        segment_count=len(tables.segments),
        inputs_offset=offsets.inputs,
        outputs_offset=offsets.outputs,
        operators_offset=offsets.operators,
        segments_offset=offsets.segments,
        records_offset=offsets.records,
        constants_offset=aligned(tables.end),
        name=tables.name.encode(),
        loop_first=tables.loop.first,
        loop_end=tables.loop.end,
        passes=tables.loop.passes,
        stop=tables.loop.stop,
        length=tables.length,
        flags=VARIES * tables.varies,
    )
    parts = [
        HEADER.pack(*astuple(header)),
        *(_encode_tensor(tensor) for tensor in tables.inputs + tables.outputs),
        *_encode_rows(tables),
        *(SEGMENT.pack(*astuple(row)) for row in tables.segments),
        *(_encode_record(operator) for operator in tables.operators),
    ]
    return b"".join(parts).ljust(aligned(tables.end), b"\0")


def decode(data: Bytes) -> Tables:
    """The tables of an image, exactly as they stand.

    Raises the ImageErrors of a broken frame: magic, version, size, table offsets,
    counts, names that are no text, unknown element types, reserved fields in use.
    """
    header = decode_header(data)
    offsets = header.offsets
    tables = Tables(
        name=_text("model name", header.name),
        inputs=_tensors(data, "input", offsets.inputs, header.input_count),
        outputs=_tensors(data, "output", offsets.outputs, header.output_count),
        operators=_operators(data, offsets, header.operator_count),
        segments=_segments(data, offsets.segments, header.segment_count),
        input_bytes=header.input_bytes,
        output_bytes=header.output_bytes,
        arena_bytes=header.arena_bytes,
        image_bytes=header.image_bytes,
        loop=Loop(header.loop_first, header.loop_end, header.passes, header.stop),
        length=header.length,
        varies=bool(header.flags & VARIES),
        version=header.version,
    )
    check_equal("offset of the constants", aligned(tables.end), header.constants_offset)
    return tables


def _encode_tensor(tensor: PlacedTensor) -> bytes:
    spec = tensor.spec
    dims = spec.shape + (0,) * (MAX_RANK - len(spec.shape))
    code = DTYPE_CODES[spec.dtype]
    return TENSOR.pack(
        spec.name.encode(), code, len(spec.shape), *dims, tensor.address, spec.size
    )


def _encode_rows(tables: Tables) -> Iterator[bytes]:
    address = MODEL.base + tables.offsets.records
    for operator in tables.operators:
        counts = len(operator.sources), len(operator.attributes)
        yield OPERATOR.pack(operator.opcode, *counts, address)
        address += record_bytes(operator)


def _encode_record(operator: Operator) -> bytes:
    operands = (operator.target, *operator.sources)
    words = struct.pack(f"<{len(operator.attributes)}I", *operator.attributes)
    return b"".join(map(_encode_operand, operands)) + words


def _encode_operand(operand: Operand) -> bytes:
    dims = operand.shape + (0,) * (MAX_RANK - len(operand.shape))
    code = DTYPE_CODES[operand.dtype]
    return OPERAND.pack(operand.address, code, operand.count, len(operand.shape), *dims)


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
    kind = _decode_type(what, code, rank, dims)
    spec = TensorSpec(_text(f"{what}: name", name), kind.dtype, kind.shape)
    check_equal(f"{what}: bytes", spec.size, size)
    return PlacedTensor(spec, address)


def _decode_type(what: str, code: int, rank: int, dims: Sequence[int]) -> TensorType:
    if code not in DTYPE_NAMES:
        raise WrongField(f"{what}: element type", dict(DTYPE_NAMES), code)
    check_range(f"{what}: rank", 0, MAX_RANK, rank)
    if any(dims[rank:]):
        raise WrongField(f"{what}: unused dimensions", "zeros", dims[rank:])
    for extent in dims[:rank]:
        check_range(f"{what}: dimension", 1, MODEL.size, extent)
    return TensorType(DTYPE_NAMES[code], tuple(dims[:rank]))


def _operators(data: Bytes, offsets: Offsets, count: int) -> tuple[Operator, ...]:
    operators = []
    start = offsets.records
    for i in range(count):
        row = OPERATOR.unpack_from(data.data, offsets.operators + i * OPERATOR.size)
        opcode, sources, attributes, address = row
        check_range(f"operator {i}: sources", 1, MAX_SOURCES, sources)
        check_range(f"operator {i}: attributes", 0, MAX_ATTRIBUTES, attributes)
        check_equal(f"operator {i}: record", MODEL.base + start, address)
        end = start + record_size(sources, attributes)
        if end > len(data):
            raise WrongSize("records", f"at most {len(data)} bytes", end)
        operators.append(_decode_record(data, i, opcode, start, sources, attributes))
        start = end
    return tuple(operators)


def _decode_record(
    data: Bytes, index: int, opcode: int, start: int, sources: int, attributes: int
) -> Operator:
    target, *others = (
        _decode_operand(
            f"operator {index}: {f'source {i - 1}' if i else 'target'}",
            OPERAND.unpack_from(data.data, start + i * OPERAND.size),
        )
        for i in range(1 + sources)
    )
    words = struct.unpack_from(
        f"<{attributes}I", data.data, start + (1 + sources) * OPERAND.size
    )
    return Operator(opcode, tuple(others), target, words)


def _decode_operand(what: str, row: tuple[int, ...]) -> Operand:
    address, code, count, rank, *dims = row
    kind = _decode_type(what, code, rank, dims)
    check_equal(f"{what}: elements", kind.count, count)
    return Operand(kind, address)


def _segments(data: Bytes, offset: int, count: int) -> tuple[Segment, ...]:
    return tuple(
        Segment(*SEGMENT.unpack_from(data.data, offset + i * SEGMENT.size))
        for i in range(count)
    )


def _text(what: str, raw: bytes) -> str:
    """Non-empty UTF-8 with nothing but zeros after its first zero byte."""
    text = raw.rstrip(b"\0")
    if not text or b"\0" in text:
        raise WrongField(what, "text, then zeros", raw.hex())
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise WrongField(what, "UTF-8 text", raw.hex()) from error
