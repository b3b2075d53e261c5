"""Protocol buffers' wire format, as far as transactions and queries need it: numbers
without sign, and what has a length. Fields are told apart by number alone."""

from collections.abc import Iterable

Value = int | bytes | str
Fields = dict[int, list[int | bytes]]

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


def encoded(*fields: tuple[int, Value | Iterable[bytes]]) -> bytes:
    """A message. Zero and empty are left out, as is canonical; of an iterable each is
    written, empty ones too."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            if value:
                out += varint(number << 3 | VARINT) + varint(value)
        elif isinstance(value, bytes | str):
            data = value.encode() if isinstance(value, str) else value
            if data:
                out += _prefixed(number, data)
        else:
            for one in value:
                out += _prefixed(number, one)
    return out


def decoded(message: bytes) -> Fields:
    """What it holds, each field's values in their order. ValueError if it is none."""
    found: Fields = {}
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value: int | bytes
        match tag & 7:
            case 0:
                value, at = _number(message, at)
            case 2:
                size, at = _number(message, at)
                value, at = _piece(message, at, size)
            case 1:
                value, at = _piece(message, at, 8)
            case 5:
                value, at = _piece(message, at, 4)
            case kind:
                raise ValueError(f"wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def one_bytes(fields: Fields, number: int) -> bytes:
    """The field's last value; empty where it is left out."""
    value = fields.get(number, [b""])[-1]
    if not isinstance(value, bytes):
        raise ValueError(f"field {number}: a number")
    return value


def one_number(fields: Fields, number: int) -> int:
    """The field's last value; zero where it is left out."""
    value = fields.get(number, [0])[-1]
    if not isinstance(value, int):
        raise ValueError(f"field {number}: no number")
    return value


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _prefixed(number: int, data: bytes) -> bytes:
    return varint(number << 3 | LENGTH) + varint(len(data)) + data


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        (byte,), at = _piece(message, at, 1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number of more than ten bytes")


def _piece(message: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(message):
        raise ValueError("cut off")
    return message[at : at + size], at + size
