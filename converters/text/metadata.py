"""What a GGUF file says of itself: names with numbers, strings and arrays of them."""

import struct
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
MAX_STRING_BYTES: Final = 1 << 24
MAX_ELEMENTS: Final = 1 << 24


def read_metadata(path: Path) -> dict[str, object]:
    """By name; strings as str, arrays as lists. BadModelFile."""
    with path.open("rb") as file:
        reader = _Reader(path, file)
        magic = reader.take(4)
        if magic != MAGIC:
            raise BadModelFile(path, "a GGUF file", repr(magic))
        version = reader.number("<I")
        if version not in VERSIONS:
            raise BadModelFile(path, "GGUF of version 2 or 3", str(version))
        reader.number("<Q")  # tensors
        count = reader.size("metadata entries", MAX_ENTRIES)
        held: dict[str, object] = {}
        for _ in range(count):
            name = reader.string()
            held[name] = reader.value(int(reader.number("<I")))
        return held


class _Reader:
    """Reads on in a file, and says where that can't be done."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file

    def take(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) != count:
            raise BadModelFile(self._path, f"{count} bytes more", str(len(data)))
        return data

    def number(self, layout: str) -> int | float | bool:
        (held,) = struct.unpack(layout, self.take(struct.calcsize(layout)))
        assert isinstance(held, int | float)
        return held

    def size(self, what: str, most: int) -> int:
        held = int(self.number("<Q"))
        if held > most:
            raise BadModelFile(self._path, f"at most {most} {what}", str(held))
        return held

    def string(self) -> str:
        data = self.take(self.size("bytes of a string", MAX_STRING_BYTES))
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise BadModelFile(self._path, "strings in UTF-8", repr(data)) from None

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
            raise BadModelFile(self._path, "a type that GGUF has", str(kind))
        return NUMBERS[kind]
