"""What a GGUF file says of itself: names with numbers, strings and arrays of them; and
which tensors follow."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import BadModelFile

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
NUMBERS: Final = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?",
    10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
STRING, ARRAY = 8, 9
MAX_ENTRIES: Final = 1 << 16
MAX_TENSORS: Final = 1 << 16
MAX_AXES: Final = 4
MAX_STRING_BYTES: Final = 1 << 24
MAX_ELEMENTS: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A tensor, by name: its extents, the innermost first, its type's number, and where
    it begins behind the head."""

    name: str
    extents: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, slots=True)
class Head:
    """All but the tensors' own bytes; `end` is the file's offset behind it."""

    metadata: dict[str, object]
    tensors: tuple[TensorInfo, ...]
    end: int


def read_metadata(path: Path) -> dict[str, object]:
    """By name; strings as str, arrays as lists. BadModelFile."""
    with path.open("rb") as file:
        return _entries(_Reader(path, file))[0]


def read_head(path: Path) -> Head:
    """Metadata, and the tensors as the file tells of them: no word of it is checked
    against its size. BadModelFile."""
    with path.open("rb") as file:
        reader = _Reader(path, file)
        metadata, count = _entries(reader)
        tensors = tuple(reader.tensor() for _ in range(count))
        return Head(metadata, tensors, file.tell())


def _entries(reader: "_Reader") -> tuple[dict[str, object], int]:
    """The metadata, and how many tensors there are."""
    magic = reader.take(4)
    if magic != MAGIC:
        raise reader.refused("a GGUF file", repr(magic))
    version = reader.number("<I")
    if version not in VERSIONS:
        raise reader.refused("GGUF of version 2 or 3", str(version))
    tensors = reader.size("tensors", MAX_TENSORS)
    count = reader.size("metadata entries", MAX_ENTRIES)
    held: dict[str, object] = {}
    for _ in range(count):
        name = reader.string()
        if name in held:
            raise reader.refused("each key once", repr(name)[:80])
        held[name] = reader.value(int(reader.number("<I")))
    return held, tensors


class _Reader:
    """Reads on in a file, and says where that can't be done."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file

    def refused(self, expected: str, actual: str) -> BadModelFile:
        """The error to be raised."""
        return BadModelFile(self._path, expected, actual)

    def take(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) != count:
            raise self.refused(f"{count} bytes more", str(len(data)))
        return data

    def number(self, layout: str) -> int | float | bool:
        (held,) = struct.unpack(layout, self.take(struct.calcsize(layout)))
        assert isinstance(held, int | float)
        return held

    def size(self, what: str, most: int) -> int:
        held = int(self.number("<Q"))
        if held > most:
            raise self.refused(f"at most {most} {what}", str(held))
        return held

    def string(self) -> str:
        data = self.take(self.size("bytes of a string", MAX_STRING_BYTES))
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise self.refused("strings in UTF-8", repr(data)) from None

    def tensor(self) -> TensorInfo:
        name = self.string()
        axes = int(self.number("<I"))
        if not 1 <= axes <= MAX_AXES:
            expected = f"{name} of 1 to {MAX_AXES} axes"
            raise self.refused(expected, str(axes))
        extents = tuple(int(self.number("<Q")) for _ in range(axes))
        kind, offset = int(self.number("<I")), int(self.number("<Q"))
        return TensorInfo(name, extents, kind, offset)

    def value(self, kind: int) -> object:
        if kind == STRING:
            return self.string()
        if kind != ARRAY:
            return self.number(self._layout(kind))
        of, count = int(self.number("<I")), self.size("elements", MAX_ELEMENTS)
        if of == STRING:
            return [self.string() for _ in range(count)]
        layout = self._layout(of)
        data = self.take(count * struct.calcsize(layout))
        return [held for (held,) in struct.iter_unpack(layout, data)]

    def _layout(self, kind: int) -> str:
        if kind not in NUMBERS:
            raise self.refused("a type that GGUF has", str(kind))
        return NUMBERS[kind]
