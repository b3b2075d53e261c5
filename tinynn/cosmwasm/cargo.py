"""An image in a contract's own code: nothing is stored, and reading it costs no gas.

It becomes a data segment of the module, behind the module's own data, where vm.c looks
for it. Sections are those of WebAssembly 1.0, section 5.5.
"""

from collections.abc import Iterator
from typing import Final

from ..errors import CodeTooLarge
from ..image.image import Bytes
from . import MOST_CODE_BYTES, NET

MAGIC: Final = b"CRGO"
HEAD_BYTES: Final = 64
ALIGNMENT: Final = 64
PAGE: Final = 1 << 16

HEADER: Final = b"\0asm\1\0\0\0"
MEMORY, GLOBALS, EXPORTS, DATA = 5, 6, 7, 11
HEAP_BASE: Final = "__heap_base"
I32_CONST, END = 0x41, 0x0B


def carrying(image: Bytes, code: bytes | None = None) -> bytes:
    """The contract with the image in it, by default net.wasm.

    CodeTooLarge where chains would not take it.
    """
    sections = dict(_sections(NET.read_bytes() if code is None else code))
    start = -(-_heap_base(sections) // ALIGNMENT) * ALIGNMENT
    head = MAGIC + image.size.to_bytes(4, "little")
    data = head.ljust(HEAD_BYTES, b"\0") + image.tobytes()
    place = bytes([0, I32_CONST]) + signed(start) + bytes([END])
    segment = place + unsigned(len(data)) + data
    count, at = number(sections[DATA], 0)
    sections[DATA] = unsigned(count + 1) + sections[DATA][at:] + segment
    sections[MEMORY] = _with_room(sections[MEMORY], start + len(data))
    made = HEADER + b"".join(
        bytes([kind]) + unsigned(len(body)) + body for kind, body in sections.items()
    )
    if len(made) > MOST_CODE_BYTES:
        raise CodeTooLarge(MOST_CODE_BYTES, len(made))
    return made


def _sections(code: bytes) -> Iterator[tuple[int, bytes]]:
    """By kind, in their order; the compiler makes no kind twice."""
    assert code.startswith(HEADER), "a module that we built"
    at = len(HEADER)
    while at < len(code):
        kind = code[at]
        size, at = number(code, at + 1)
        yield kind, code[at : at + size]
        at += size


def _with_room(memory: bytes, end: int) -> bytes:
    """The section of the one memory, which has no maximum, for data up to `end`."""
    (count, flags), pages = memory[:2], number(memory, 2)[0]
    assert (count, flags) == (1, 0), "one memory without a maximum"
    return bytes([1, 0]) + unsigned(max(pages, -(-end // PAGE)))


def _heap_base(sections: dict[int, bytes]) -> int:
    """Where the module's own memory ends, which it exports."""
    exports = sections[EXPORTS]
    count, at = number(exports, 0)
    for _ in range(count):
        size, at = number(exports, at)
        name, kind = exports[at : at + size].decode(), exports[at + size]
        index, at = number(exports, at + size + 1)
        if name == HEAP_BASE:
            assert kind == 3, "a global"
            return _global(sections[GLOBALS], index)
    raise AssertionError(f"the module exports {HEAP_BASE}")


def _global(section: bytes, index: int) -> int:
    _, at = number(section, 0)
    for i in range(index + 1):
        assert section[at] == 0x7F and section[at + 2] == I32_CONST, "an i32"
        value, at = number(section, at + 3)
        assert section[at] == END, "a constant"
        at += 1
        if i == index:
            return value
    raise AssertionError("a global of that index")


def number(data: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number without sign, and where it ends. A signed one is right, too, if
    it is not negative."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def unsigned(value: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def signed(value: int) -> bytes:
    """LEB128 of a number that is not negative: its last byte has no sign bit."""
    out = bytearray()
    while value >= 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
