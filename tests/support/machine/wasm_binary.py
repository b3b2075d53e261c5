"""What a WebAssembly module is made of, from its bytes: WebAssembly 2.0, section 5.

Enough to list imports, value types and instructions; unknown ones are an error.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MEMORY_OPERATIONS = range(0x28, 0x3F)
NUMERIC = range(0x45, 0xC5)
F64_TYPE = 0x7C
TYPES = {0x7F, 0x7E, 0x7D, F64_TYPE, 0x7B, 0x70, 0x6F}

F64_OPERATIONS = {
    *(0x2B, 0x39, 0x44, 0xAA, 0xAB, 0xB0, 0xB1, 0xBD, 0xBF),
    *range(0x61, 0x67),
    *range(0x99, 0xA7),
    *range(0xB6, 0xBC),
    *((0xFC, sub) for sub in (2, 3, 6, 7)),
    *((0xFD, sub) for sub in (20, 33, 34, 94, 95, 116, 117, 122, 148)),
    *((0xFD, sub) for sub in (*range(71, 77), *range(236, 248), *range(252, 256))),
}
RELAXED = 0x100
"""Vector instructions from here on may have other results on other processors."""

Operation = int | tuple[int, int]


@dataclass
class Reader:
    data: bytes
    at: int = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """LEB128; of signed ones the value is wrong, and the length right."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def skip(self, size: int) -> None:
        self.at += size

    def numbers(self, count: int) -> None:
        for _ in range(count):
            self.number()


def sections(module: bytes) -> Iterator[tuple[int, Reader]]:
    """By number."""
    assert module[:8] == b"\0asm\1\0\0\0"
    reader = Reader(module, 8)
    while reader.at < len(module):
        number, size = reader.byte(), reader.number()
        yield number, Reader(module[reader.at : reader.at + size])
        reader.skip(size)


def import_count(module: bytes) -> int:
    return sum(reader.number() for number, reader in sections(module) if number == 2)


def types(module: bytes) -> set[int]:
    """Of all parameters, results and variables."""
    found: set[int] = set()
    for number, reader in sections(module):
        if number == 1:
            for _ in range(reader.number()):
                assert reader.byte() == 0x60
                for _ in ("parameters", "results"):
                    found.update(reader.byte() for _ in range(reader.number()))
        if number == 6:
            for _ in range(reader.number()):
                found.add(reader.byte())
                reader.skip(1)
                for _ in operations_until_end(reader):
                    pass
    found |= {kind for kind, _ in bodies(module)}
    assert found <= TYPES
    return found


def operations(module: bytes) -> set[Operation]:
    """Of all functions."""
    return {operation for kind, operation in bodies(module) if operation != 0x0B}


def bodies(module: bytes) -> Iterator[tuple[int, Operation]]:
    """Pairs of a variable's type and an operation: each occurs in one at least."""
    for number, reader in sections(module):
        if number != 10:
            continue
        for _ in range(reader.number()):
            size = reader.number()
            end = reader.at + size
            kinds = [0x7F]
            for _ in range(reader.number()):
                reader.number()
                kinds.append(reader.byte())
            for kind in kinds:
                yield kind, 0x0B
            while reader.at < end:
                yield 0x7F, operation_of(reader)
            assert reader.at == end


def operations_until_end(reader: Reader) -> Iterator[Operation]:
    while (operation := operation_of(reader)) != 0x0B:
        yield operation


def operation_of(reader: Reader) -> Operation:
    """The next operation; its arguments are skipped."""
    code = reader.byte()
    if code == 0xFC:
        sub = reader.number()
        reader.numbers({8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2}.get(sub, 0))
        assert sub <= 14, sub
        return code, sub
    if code == 0xFD:
        sub = reader.number()
        if sub < 12 or 84 <= sub <= 93:
            reader.numbers(2)
        reader.skip(16 if sub in (12, 13) else 21 <= sub <= 34 or 84 <= sub <= 91)
        return code, sub
    if code in MEMORY_OPERATIONS:
        reader.numbers(2)
    elif code == 0x0E:
        reader.numbers(reader.number() + 1)
    elif code == 0x11:
        reader.numbers(2)
    elif code in (0x02, 0x03, 0x04, 0x0C, 0x0D, 0x10, *range(0x20, 0x27), 0x41, 0x42):
        reader.number()
    elif code in (0x3F, 0x40):
        reader.skip(1)
    elif code in (0x43, 0x44):
        reader.skip(4 if code == 0x43 else 8)
    else:
        assert code in NUMERIC or code in (0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B), (
            hex(code)
        )
    return code
