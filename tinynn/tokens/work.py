"""How many guest instructions encoding and decoding take at most.

Upper bounds from what a table says of itself, whatever its rows are; tests hold them
against texts that take long, and against spoiled tables.
"""

from typing import Final

import numpy as np

from ..memory.tensor import Array
from .table import (
    FIRST_PART,
    HEADER_WORDS,
    MAGIC,
    MOST_ADDED_BYTES,
    MOST_SHORTER,
    ROW_BYTES,
    VERSION,
    Flag,
    Kind,
    Words,
)

SORTED, PAIRS, ADDED_RAW, ADDED = 2, 5, 6, 7
CLASSES, MARKS, APART, TOGETHER = 8, 9, 10, 11
"""Parts that are searched."""

MAX_TEXT_BYTES: Final = 98304

MAX_WORK: Final = (1 << 32) - 1

CHARACTER: Final = 90
"""To take a character from bytes, or to put it there."""

STEP: Final = 24
"""Of a search by halving, where numbers are compared; of a heap it takes two."""

TEXT_STEP: Final = 70
TEXT_BYTE: Final = 10
"""The same where texts are, and what each byte adds that they have alike."""

LOOKS: Final = 8
"""How often a word's scanner looks at a character, at most."""

SORT: Final = 16
"""For each of 256 classes, when marks are sorted; two marks share the pains."""


def room_bytes(text_bytes: int) -> int:
    """TEXT_ROOM of tokens.h."""
    return 3 * text_bytes + 4


def scratch_bytes(text_bytes: int) -> int:
    """SCRATCH_BYTES of tokens.h."""
    return 52 * room_bytes(text_bytes)


def work_of(table: Array) -> int:
    """Instructions for each byte of a text's room, but for those of the heap."""
    words = np.zeros(HEADER_WORDS, np.int64)
    if table.size >= 4 * HEADER_WORDS:
        words[:] = np.frombuffer(table[: 4 * HEADER_WORDS].tobytes(), "<u4")
    kind, cut, flags = (int(word) for word in words[2:5])
    if words[0] != MAGIC or words[1] != VERSION or kind not in list(Kind):
        return 0
    steps = [count.bit_length() for count in _counts(words, table.size)]
    work = 4 * CHARACTER + 200 + 3 * (100 + STEP * steps[PAIRS])
    longest = max(_longest(table, words, part) for part in (ADDED_RAW, ADDED))
    for part in (ADDED_RAW, ADDED):
        each = TEXT_STEP + TEXT_BYTE * longest
        work += steps[part] * each + MOST_SHORTER * 10 * bool(steps[part])
    if cut in list(Words) and cut != Words.WHOLE:
        work += LOOKS * (CHARACTER + 30 + STEP * steps[CLASSES])
    if kind == Kind.CHARACTERS:
        work += 2 * CHARACTER + steps[SORTED] * (TEXT_STEP + 4 * TEXT_BYTE)
    elif flags & Flag.NORMAL:
        work += _normal_work(steps)
    if flags & Flag.WHOLE:
        work += steps[SORTED] * (TEXT_STEP + TEXT_BYTE)
    return work


def _normal_work(steps: list[int]) -> int:
    """A byte may become two characters, of a table that makes the most of it."""
    each = 5 * (30 + STEP * steps[MARKS]) + 60 + 2 * STEP * steps[TOGETHER]
    return 2 * (each + CHARACTER + 128 * SORT) + CHARACTER + STEP * steps[APART]


def _counts(words: Array, size: int) -> list[int]:
    """Rows of each part, as table_open of table.c has them."""
    counts = []
    for part, width in enumerate(ROW_BYTES):
        offset, count = (int(word) for word in words[FIRST_PART + 2 * part :][:2])
        inside = (
            offset <= size and offset % 4 == 0 and count <= (size - offset) // width
        )
        counts.append(count if inside else 0)
    return counts


def _longest(table: Array, words: Array, part: int) -> int:
    """Bytes of the longest text of the part's added tokens."""
    count = _counts(words, table.size)[part]
    offset = int(words[FIRST_PART + 2 * part])
    width = ROW_BYTES[part]
    rows = np.frombuffer(table[offset : offset + count * width].tobytes(), "<u4")
    lengths = rows.reshape(-1, width // 4)[:, 1]
    return int(lengths[lengths <= MOST_ADDED_BYTES].max(initial=0))


def encode_instructions(work: int, text_bytes: int, rows: int, affixes: int) -> int:
    """Of a prompt: its text, the tokens around it, and the rows that are left."""
    room = room_bytes(text_bytes)
    heap = 3 * (100 + 3 * STEP * (3 * room).bit_length())
    return 3000 + room * (work + heap) + 12 * (rows + affixes)


def decode_instructions(rows: int, room: int) -> int:
    """Of an answer: each byte is taken once, and at most a few more than are put."""
    return 3000 + 80 * rows + 250 * (room + 8)
