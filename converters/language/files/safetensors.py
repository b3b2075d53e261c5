"""safetensors: a JSON head that says where each tensor's bytes lie."""

import struct
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np

from converters.errors import BadModelFile
from mips_vm.json_text import parse

from ..encodings import BF16, F16, F32, Encoding
from ..matrix import Matrix

TYPES: Final = {"F32": F32, "F16": F16, "BF16": BF16}
LENGTH: Final = struct.Struct("<Q")
MAX_HEAD_BYTES: Final = 100_000_000
"""As the format has it."""


def read(path: Path) -> tuple[dict[str, Matrix], list[str]]:
    """Tensors by name, and which types are refused. BadModelFile."""
    size = path.stat().st_size
    with path.open("rb") as file:
        held = file.read(LENGTH.size)
        if len(held) < LENGTH.size:
            raise BadModelFile(path, "a length of 8 bytes", str(len(held)))
        (length,) = LENGTH.unpack(held)
        if length > min(MAX_HEAD_BYTES, size - LENGTH.size):
            expected = f"a head inside the file of {size} bytes"
            raise BadModelFile(path, expected, f"{length} bytes")
        try:
            head = parse(file.read(length))
        except ValueError as error:
            raise BadModelFile(path, "a head of JSON", str(error)) from None
    if not isinstance(head, dict):
        raise BadModelFile(path, "a head with tensors", type(head).__name__)
    head.pop("__metadata__", None)
    start = LENGTH.size + length
    spans = sorted((_span(path, name, one) for name, one in head.items()), key=_begin)
    data = np.memmap(path, np.uint8, "r")[start:]
    tensors, refused, at = {}, [], 0
    for begin, end, name, encoding, shape, kind in spans:
        if begin != at or end > len(data):
            expected = f"{name} from byte {at} on, inside {len(data)}"
            raise BadModelFile(path, expected, f"{begin} to {end}")
        at = end
        if encoding is None:
            refused.append(
                f"expected tensors of {', '.join(TYPES)}, got {kind} ({name})"
            )
            continue
        columns = shape[-1] if shape else 1
        if end - begin != encoding.size * prod(shape) or not prod(shape):
            expected = f"{name} of {encoding.size * prod(shape)} bytes, at least 1"
            raise BadModelFile(path, expected, str(end - begin))
        raw = data[begin:end].reshape(-1, encoding.size * columns)
        tensors[name] = Matrix(encoding, columns, raw)
    if at != len(data):
        raise BadModelFile(path, f"an end at byte {at}", str(len(data)))
    return tensors, refused


Span = tuple[int, int, str, Encoding | None, tuple[int, ...], str]


def _begin(span: Span) -> int:
    return span[0]


def _span(path: Path, name: str, held: Mapping[str, Any]) -> Span:
    """Where a tensor says that it lies."""
    try:
        begin, end = held["data_offsets"]
        shape, kind = tuple(held["shape"]), str(held["dtype"])
    except (KeyError, TypeError, ValueError):
        raise BadModelFile(path, f"{name} with type, shape, place", "none") from None
    numbers = (begin, end, *shape)
    if not all(type(number) is int and 0 <= number < 1 << 48 for number in numbers):
        raise BadModelFile(path, f"{name} with whole numbers", repr(numbers)[:80])
    if len(shape) > 8 or begin > end:
        raise BadModelFile(path, f"{name} with a shape and a place", repr(numbers)[:80])
    return begin, end, name, TYPES.get(kind), shape, kind
