"""GGUF: what a model is called and made of, and its tensors, read where they lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final

import numpy as np

from converters.errors import BadModelFile
from converters.text.metadata import Head, TensorInfo, read_head

from ..encodings import ENCODINGS, OTHERS, Bytes, Encoding
from ..matrix import Matrix

ALIGNMENT: Final = 32
MAX_ALIGNMENT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class GgufFile:
    """Metadata and tensors by name; `refused` says of which no image can be made."""

    path: Path
    metadata: Mapping[str, object]
    tensors: Mapping[str, Matrix]
    refused: tuple[str, ...]


def read(path: Path) -> GgufFile:
    """BadModelFile unless every tensor lies in the file, apart from all others."""
    head = read_head(path)
    data = np.memmap(path, np.uint8, "r") if path.stat().st_size else _NOTHING
    start = _data_start(path, head)
    refused: dict[str, list[str]] = {}
    spans: list[tuple[int, int, str]] = []
    tensors: dict[str, Matrix] = {}
    for info in head.tensors:
        encoding = ENCODINGS.get(info.kind)
        if info.name in tensors:
            raise BadModelFile(path, "each tensor once", repr(info.name))
        if encoding is None:
            name = OTHERS.get(info.kind, f"of type {info.kind}")
            refused.setdefault(name, []).append(info.name)
            continue
        size = _size(path, info, encoding)
        begin = start + info.offset
        if begin + size > len(data):
            expected = f"{info.name} inside the file of {len(data)} bytes"
            raise BadModelFile(path, expected, f"bytes {begin} to {begin + size}")
        spans.append((begin, begin + size, info.name))
        columns, rows = info.extents[0], prod(info.extents[1:])
        raw = data[begin : begin + size].reshape(rows, encoding.row_bytes(columns))
        tensors[info.name] = Matrix(encoding, columns, raw)
    _check_apart(path, spans)
    reasons = tuple(_reason(name, held) for name, held in refused.items())
    return GgufFile(path, head.metadata, tensors, reasons)


_NOTHING: Final[Bytes] = np.zeros(0, np.uint8)


def _data_start(path: Path, head: Head) -> int:
    """Where the tensors' bytes begin."""
    held = head.metadata.get("general.alignment", ALIGNMENT)
    whole = isinstance(held, int) and 8 <= held <= MAX_ALIGNMENT and held % 8 == 0
    if not whole or not isinstance(held, int):
        expected = f"an alignment of 8 to {MAX_ALIGNMENT}"
        raise BadModelFile(path, expected, repr(held))
    for info in head.tensors:
        if info.offset % held:
            expected = f"{info.name} at a multiple of {held}"
            raise BadModelFile(path, expected, str(info.offset))
    return -(-head.end // held) * held


def _size(path: Path, info: TensorInfo, encoding: Encoding) -> int:
    """Bytes of a tensor; its numbers are a stranger's, and Python's are exact."""
    if not all(info.extents):
        raise BadModelFile(path, f"{info.name} with elements", str(info.extents))
    if info.extents[0] % encoding.terms:
        expected = f"{info.name}, {encoding.name}, of rows of {encoding.terms} terms"
        raise BadModelFile(path, expected, str(info.extents[0]))
    return encoding.row_bytes(info.extents[0]) * prod(info.extents[1:])


def _check_apart(path: Path, spans: list[tuple[int, int, str]]) -> None:
    ordered = sorted(spans)
    for before, after in zip(ordered, ordered[1:], strict=False):
        if after[0] < before[1]:
            raise BadModelFile(path, "tensors apart", f"{before[2]} in {after[2]}")


SHOWN: Final = 3


def _reason(name: str, tensors: list[str]) -> str:
    more = len(tensors) - SHOWN
    some = ", ".join(tensors[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    known = ", ".join(encoding.name for encoding in ENCODINGS.values())
    return f"expected tensors of {known}, got {name} ({some})"
