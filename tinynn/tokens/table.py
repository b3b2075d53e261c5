"""A tokenizer's table: one constant of bytes, as docs/tokens.md lays it out.

The twin of source/table.h, which reads it. What a file says of a tokenizer becomes a
`Tokenizer` in the converters; here it becomes bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import BadTokenizer
from ..memory.tensor import Array

MAGIC: Final = int.from_bytes(b"PTOK", "little")
VERSION: Final = 1
HEADER_WORDS: Final = 32
FIRST_PART: Final = 8
NONE: Final = 0xFFFF_FFFF
ROW_ALIGNMENT: Final = 4
MOST_SHORTER: Final = 64
"""Added tokens that another begins with, at most."""

MOST_ADDED_BYTES: Final = 256
"""Of an added token's text."""

SINGLES: Final = 256


class Kind(IntEnum):
    """What a word's first symbols are."""

    CHARACTERS = 1
    BYTES = 2


class Words(IntEnum):
    """How a text is cut into words, before any are merged."""

    WHOLE = 0
    GPT2 = 1
    SMOLLM = 2
    QWEN2 = 3
    LLAMA3 = 4


class Flag(IntFlag):
    """What else a tokenizer does; docs/tokens.md has the meanings."""

    SPACE_FIRST = 1
    SPACE_EACH = 2
    SPACE_ONCE = 4
    TRIM = 8
    MARK = 16
    NORMAL = 32
    WHOLE = 64
    FALLBACK = 128
    FUSE = 256


def _rows(width: int) -> Array:
    return np.zeros((0, width), np.uint32)


@dataclass(frozen=True, slots=True)
class Unicode:
    """What a tokenizer must know of characters.

    Classes and marks are rows (first character, value), each up to the next row's;
    apart (character, up to four, zeros), together (first, second, both); all sorted.
    """

    classes: Array = field(default_factory=lambda: _rows(2))
    marks: Array = field(default_factory=lambda: _rows(2))
    apart: Array = field(default_factory=lambda: _rows(5))
    together: Array = field(default_factory=lambda: _rows(3))


@dataclass(frozen=True, slots=True)
class Added:
    """A token that is found in a text as it stands; or, without a number, one that is
    special, whose text is text."""

    text: bytes
    id: int | None


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """All that encoding and decoding need.

    `texts` are what tokens decode to, none for control tokens, and behind them those of
    further symbols, which only merge. `sought` are the tokens and symbols that a text's
    characters or words may be. `singles` is the token of each byte, where there is one;
    or nothing. `merges` has rows (left, right, rank, what they become).
    """

    kind: Kind
    words: Words
    flags: Flag
    texts: Sequence[bytes]
    tokens: int
    unknown: int | None
    sought: Sequence[int]
    singles: Sequence[int | None]
    merges: Array
    added_raw: Sequence[Added] = ()
    added: Sequence[Added] = ()
    unicode: Unicode = field(default_factory=Unicode)


def laid_out(tokenizer: Tokenizer) -> NDArray[np.uint8]:
    """The table's bytes; BadTokenizer where the tokenizer contradicts itself."""
    check(tokenizer)
    text = bytearray(b"".join(tokenizer.texts))
    ends = np.cumsum([len(held) for held in tokenizer.texts])
    sought = sorted(tokenizer.sought, key=lambda id: tokenizer.texts[id])
    left, pairs = _pairs(tokenizer.merges, len(tokenizer.texts))
    raw = _added("added as they are", tokenizer.added_raw, text)
    added = _added("added", tokenizer.added, text)
    held = tokenizer.unicode
    parts = [
        _words(ends),
        bytes(text),
        _words(sought),
        _words([NONE if id is None else id for id in tokenizer.singles]),
        _words(left),
        _words(pairs),
        raw,
        added,
        _words(held.classes[:, 0] << 8 | held.classes[:, 1]),
        _words(held.marks[:, 0] << 8 | held.marks[:, 1]),
        _words(held.apart),
        _words(held.together),
    ]
    return _joined(tokenizer, parts)


ROW_BYTES: Final = (4, 1, 4, 4, 4, 12, 16, 16, 4, 4, 20, 12)
"""By part."""


def _joined(tokenizer: Tokenizer, parts: Sequence[bytes]) -> NDArray[np.uint8]:
    unknown = NONE if tokenizer.unknown is None else tokenizer.unknown
    words = [MAGIC, VERSION, tokenizer.kind, tokenizer.words, tokenizer.flags]
    words += [tokenizer.tokens, unknown, 0]
    offset = 4 * HEADER_WORDS
    for part, width in zip(parts, ROW_BYTES, strict=True):
        words += [offset, len(part) // width]
        offset += -(-len(part) // 4) * 4
    filled = (part + bytes(-len(part) % 4) for part in parts)
    return np.frombuffer(_words(words) + b"".join(filled), np.uint8)


def _words(numbers: Sequence[int] | Array) -> bytes:
    return np.asarray(numbers, np.int64).astype("<u4").tobytes()


def _pairs(merges: Array, symbols: int) -> tuple[Array, Array]:
    """Where each left symbol's rows end, and the rows (right, rank, made)."""
    rows = np.asarray(merges, np.int64).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    twice = (rows[1:, :2] == rows[:-1, :2]).all(axis=1)
    if twice.any():
        raise BadTokenizer("merges", "each pair once", rows[1:][twice][0].tolist())
    ends = np.cumsum(np.bincount(rows[:, 0], minlength=symbols))
    return ends, rows[:, 1:]


def _added(what: str, tokens: Sequence[Added], text: bytearray) -> bytes:
    """Rows (place, length, the longest that it begins with, number); their texts go to
    the end of `text`."""
    rows: list[tuple[int, int, int, int]] = []
    held = sorted(tokens, key=lambda token: token.text)
    around: list[int] = []
    for i, token in enumerate(held):
        while around and not token.text.startswith(held[around[-1]].text):
            around.pop()
        if not token.text or (around and held[around[-1]].text == token.text):
            raise BadTokenizer(what, "each text once, and none empty", token.text)
        if len(token.text) > MOST_ADDED_BYTES:
            expected = f"texts of at most {MOST_ADDED_BYTES} bytes"
            raise BadTokenizer(what, expected, len(token.text))
        if len(around) > MOST_SHORTER:
            raise BadTokenizer(
                what, f"at most {MOST_SHORTER} that one begins with", token.text
            )
        shorter = around[-1] if around else NONE
        number = NONE if token.id is None else token.id
        rows.append((len(text), len(token.text), shorter, number))
        text += token.text
        around.append(i)
    return _words(np.array(rows, np.int64).reshape(-1, 4))


def check(tokenizer: Tokenizer) -> None:
    """BadTokenizer unless all numbers are those of tokens, and texts are told apart."""
    symbols = len(tokenizer.texts)
    _within("tokens", [tokenizer.tokens], symbols + 1)
    _within("merges", tokenizer.merges[:, [0, 1, 3]], symbols)
    _within("tokens sought", tokenizer.sought, symbols)
    singles = [id for id in tokenizer.singles if id is not None]
    _within("bytes' tokens", singles, tokenizer.tokens)
    added = [*tokenizer.added_raw, *tokenizer.added]
    numbers = [token.id for token in added if token.id is not None]
    _within("added tokens", numbers, tokenizer.tokens)
    if len(tokenizer.singles) not in (0, SINGLES):
        found = len(tokenizer.singles)
        raise BadTokenizer("bytes' tokens", f"0 or {SINGLES}", found)
    seen: dict[bytes, int] = {}
    for id in tokenizer.sought:
        text = tokenizer.texts[id]
        if not text or text in seen:
            raise BadTokenizer("tokens sought", "each text once, none empty", text)
        seen[text] = id


def _within(what: str, numbers: Sequence[int] | Array, end: int) -> None:
    held = np.asarray(numbers, np.int64).reshape(-1)
    wrong = held[(held < 0) | (held >= end)]
    if wrong.size:
        raise BadTokenizer(what, f"0 to {end - 1}", int(wrong[0]))
