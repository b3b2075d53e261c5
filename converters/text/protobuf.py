"""Protocol buffers, as far as a sentencepiece model needs them."""

from collections.abc import Iterator
from typing import Final

Field = tuple[int, int | bytes]
"""A field's number, and what it holds: an integer, or bytes."""

VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5
SIZES: Final = {DOUBLE: 8, FLOAT: 4}
MAX_VARINT_BYTES: Final = 10


class Malformed(ValueError):
    """Not a message."""


def fields(data: bytes) -> Iterator[Field]:
    """The message's fields in their order; Malformed."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == VARINT:
            number, at = _varint(data, at)
            yield key >> 3, number
            continue
        if wire == BYTES:
            size, at = _varint(data, at)
        elif wire in SIZES:
            size = SIZES[wire]
        else:
            raise Malformed(f"a field of wire type {wire}")
        if size > len(data) - at:
            raise Malformed("a field cut off")
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number there, and where it ends."""
    number = 0
    for i, byte in enumerate(data[at : at + MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return number, at + i + 1
    raise Malformed("a number without end")
