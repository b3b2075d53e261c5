"""Tables spoiled on purpose: each guard of table.c and merge.c has its own.

The memory behind a table that is cut holds what it held before, so a row that is read
there is a sound one, and shows.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.text.token_definition import Definition

from converters.text.unicode import unicode_of
from tinynn.errors import BadTokenizer
from tinynn.kernels import Batch, Call
from tinynn.tokens import table as table_module
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import (
    FIRST_PART,
    HEADER_WORDS,
    NONE,
    ROW_BYTES,
    Added,
    Flag,
    Kind,
    Tokenizer,
    Words,
    laid_out,
)
from tinynn.tokens.work import scratch_bytes

ENDS, TEXT, SORTED, SINGLES, LEFT, PAIRS, RAW, ADDED = range(8)
APART = 10
TEXTS = [
    b"abcabc q\0",
    "é\u0301é 한국 a\u0323\u0307'Sa".encode(),
    b"xxxz<ab>",
    b"cab ab",
]
LONGEST = b"x" * 256
DOTTED = "\u1e9b"
"""Not below U+0300, so it is taken apart."""


def base(kind: Kind, flags: Flag) -> Tokenizer:
    """Uses every part."""
    texts = [bytes([byte]) for byte in range(256)]
    if kind == Kind.CHARACTERS:
        texts[:] = [chr(code).encode() for code in range(256)]
    texts += [b"ab", b"abc", b"ca"]
    rows = [(97, 98, 1, 256), (256, 99, 2, 257), (99, 97, 3, 258)]
    added = [Added(b"<ab>", 7), Added(b"q", 8), Added(LONGEST, 9), Added(b"y", 3)]
    return Tokenizer(
        kind=kind,
        words=Words.QWEN2,
        flags=flags,
        texts=texts,
        tokens=259,
        unknown=5,
        sought=range(259),
        singles=range(256),
        merges=np.array(rows),
        added_raw=added[:2],
        added=sorted(added[1:], key=lambda token: token.text),
        unicode=unicode_of(Words.QWEN2, Flag.NORMAL),
    )


BASES = {
    "bytes": laid_out(base(Kind.BYTES, Flag.NORMAL)),
    "words": laid_out(base(Kind.BYTES, Flag.WHOLE)),
    "characters": laid_out(base(Kind.CHARACTERS, Flag.FUSE | Flag.MARK)),
}


def native(table: np.ndarray, size: int, text: bytes) -> list[int]:
    """What the first `size` bytes of a table make of a text."""
    ids = np.zeros(3 * len(text) + 4, np.uint32)
    held, count = np.frombuffer(text, np.uint8), np.zeros(1, np.uint32)
    length = np.array([len(text)], np.int32)
    scratch = np.full(scratch_bytes(len(text)) // 4, 0xA5A5_A5A5, np.uint32)
    words = (table, size, held, len(text), length, 0, length, 0, 0)
    encode = Call("tokens.encode", (*words, ids, len(ids), scratch))
    Batch([encode, Call("tokens.count", (ids, len(ids), count))])()
    return [int(id) for id in ids[: count[0]]]


def assert_defined(table: np.ndarray, size: int | None = None) -> None:
    size = table.size if size is None else size
    held = np.ascontiguousarray(table).view(np.uint32).view(np.uint8)
    definition = Definition(table[:size].tobytes())
    for text in TEXTS:
        assert native(held, size, text) == definition.encode(text), (size, text)


def words_of(table: np.ndarray) -> np.ndarray:
    """A copy, to be changed."""
    return table.view(np.uint32).copy()


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("part", range(len(ROW_BYTES)))
def test_part_that_ends_outside_the_table_has_no_rows(name: str, part: int) -> None:
    table = BASES[name]
    offset, count = table.view(np.uint32)[FIRST_PART + 2 * part :][:2]
    end = int(offset + count * ROW_BYTES[part])
    for size in (end - 1, end, offset - 1, offset):
        assert_defined(table, int(size))


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("change", [-1, 1, 0x4000_0000, 0x8000_0000])
@pytest.mark.parametrize("part", range(len(ROW_BYTES)))
def test_part_of_another_count_is_what_it_says(
    name: str, change: int, part: int
) -> None:
    words = words_of(BASES[name])
    place = FIRST_PART + 2 * part + 1
    words[place] = (int(words[place]) + change) & NONE
    assert_defined(words.view(np.uint8))


@pytest.mark.parametrize("offset", [1, 2, 3, 4])
@pytest.mark.parametrize("part", range(len(ROW_BYTES)))
def test_part_at_another_place_is_what_it_says(part: int, offset: int) -> None:
    """Nothing, unless that is a multiple of 4."""
    words = words_of(BASES["bytes"])
    words[FIRST_PART + 2 * part] += offset
    words[FIRST_PART + 2 * part + 1] = max(int(words[FIRST_PART + 2 * part + 1]), 1) - 1
    assert_defined(words.view(np.uint8))


@pytest.mark.parametrize(
    ("word", "value"), [(0, 0x4B4F_5451), (1, 0), (1, 2), (2, 0), (2, 3), (2, NONE)]
)
def test_table_of_another_magic_version_or_kind_encodes_nothing(
    word: int, value: int
) -> None:
    words = words_of(BASES["bytes"])
    words[word] = value
    codec = Codec(words.view(np.uint8))
    assert codec.encode(b"abc") == []
    assert codec.decode([97], 9) == (b"a" if word == 2 else b"")
    assert_defined(words.view(np.uint8))


def test_table_shorter_than_its_header_encodes_nothing() -> None:
    assert native(BASES["bytes"].copy(), 4 * HEADER_WORDS - 1, b"abc") == []


def test_symbol_behind_the_last_has_no_text() -> None:
    """The word behind its ends, text, would be one that fits."""
    tokenizer = base(Kind.BYTES, Flag(0))
    texts = [bytes([210, 0, 0, 0]), b"a" * 200]
    tokenizer = replace(
        tokenizer,
        texts=texts,
        tokens=2,
        sought=(),
        singles=(),
        merges=np.zeros((0, 4), np.int64),
        unknown=None,
        added_raw=[Added(b"b" * 100, 1)],
        added=(),
    )
    words = words_of(laid_out(tokenizer))
    words[5] = 3
    codec = Codec(words.view(np.uint8))
    assert codec.decode([2], 99) == b""
    assert codec.decode([1], 999) == b"a" * 200


def rows_of(words: np.ndarray, part: int) -> np.ndarray:
    """The part's rows, to be changed."""
    offset, count = (int(x) for x in words[FIRST_PART + 2 * part :][:2])
    width = ROW_BYTES[part] // 4
    return words[offset // 4 :][: count * width].reshape(-1, width)


def swap_ends(words: np.ndarray) -> None:
    ends = rows_of(words, ENDS)
    ends[[97, 98]] = ends[[98, 97]]


def end_behind_text(words: np.ndarray) -> None:
    rows_of(words, ENDS)[258] = words[FIRST_PART + 2 * TEXT + 1] + 1


def end_behind_pairs(words: np.ndarray) -> None:
    rows_of(words, LEFT)[99:] = 4


def swap_left(words: np.ndarray) -> None:
    rows_of(words, LEFT)[97] = 0
    rows_of(words, LEFT)[96] = 1


def no_rank(words: np.ndarray) -> None:
    rows_of(words, PAIRS)[0, 1] = NONE


def made_of_nothing(words: np.ndarray) -> None:
    rows_of(words, PAIRS)[:, 2] = NONE


def longer_than_the_text(words: np.ndarray) -> None:
    """Its text would end among the zeros behind all texts."""
    words[FIRST_PART + 2 * TEXT + 1] -= 2
    rows_of(words, ADDED)[-1, :2] = words[FIRST_PART + 2 * TEXT + 1] - 1, 3


def longer_than_any(words: np.ndarray) -> None:
    row = rows_of(words, ADDED)
    (longest,) = (i for i in range(len(row)) if row[i, 1] == 256)
    row[longest, 1] = 257


def begins_with_itself(words: np.ndarray) -> None:
    rows_of(words, ADDED)[:, 2] = np.arange(len(rows_of(words, ADDED)))


def begins_with_what_is_none(words: np.ndarray) -> None:
    rows_of(words, ADDED)[:, 2] = 99


def made_of_much(words: np.ndarray) -> None:
    """Much longer than any text that is brought to normal form."""
    apart = rows_of(words, APART)
    if len(apart):
        apart[apart[:, 0] == ord(DOTTED), 1:] = 0x1F600


def made_of_no_characters(words: np.ndarray) -> None:
    apart = rows_of(words, APART)
    if len(apart):
        apart[apart[:, 0] == ord(DOTTED), 1:] = 0xD800, 0x110000, NONE, 0x7FFF_FFFF


def shorter_than_it_says(words: np.ndarray) -> None:
    rows_of(words, ADDED)[:, 1] = 0


SPOILS: list[Callable[[np.ndarray], None]] = [
    swap_ends,
    end_behind_text,
    end_behind_pairs,
    swap_left,
    no_rank,
    made_of_nothing,
    longer_than_the_text,
    longer_than_any,
    begins_with_itself,
    begins_with_what_is_none,
    made_of_much,
    made_of_no_characters,
    shorter_than_it_says,
]


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("name", BASES)
def test_spoiled_rows_are_what_the_definition_says(
    name: str, spoil: Callable[[np.ndarray], None]
) -> None:
    words = words_of(BASES[name])
    spoil(words)
    table = words.view(np.uint8)
    assert_defined(table)
    definition, codec = Definition(table.tobytes()), Codec(table)
    long = [b"x" * 255, b"x" * 256, b"x" * 300, b"x" * 256 + b"y", b"y\0\0"]
    for text in [*long, DOTTED.encode() * 10, DOTTED.encode() * 11 + b"a"]:
        assert codec.encode(text) == definition.encode(text), text
    ids = [*range(90, 110), 255, 256, 257, 258, 259, NONE]
    assert codec.decode(ids, 99) == definition.decode(ids, 99)


CANARY = 0xCA


@pytest.mark.parametrize("rows", range(6))
def test_prompt_is_stored_in_its_rows_only(rows: int) -> None:
    ids = np.full(4 * (rows + 9), CANARY, np.uint8).view(np.uint32)
    around, text = np.array([1, 2, 3], np.uint32), np.frombuffer(b"uvw", np.uint8)
    length, scratch = np.array([3], np.int32), np.zeros(scratch_bytes(3), np.uint8)
    table = BASES["bytes"].copy()
    words = (table, table.size, text, 3, length, 0, around, 2, 1, ids, rows, scratch)
    Batch([Call("tokens.encode", words)])()
    assert ids[:rows].tolist() == [1, 2, *b"uvw", 3][:rows]
    assert set(ids[rows:].view(np.uint8).tolist()) == {CANARY}


@pytest.mark.parametrize("room", range(9))
def test_answer_is_stored_in_its_room_only(room: int) -> None:
    text, ids = np.full(20, CANARY, np.uint8), np.array([97, 0xE2, 0x82, 0xAC, 98, 99])
    first, table = np.zeros(1, np.uint32), BASES["bytes"].copy()
    held = ids.astype(np.uint32)
    words = (table, table.size, held, held.size, first, 0, room, text)
    Batch([Call("tokens.decode", words)])()
    decoded = b"a" if room < 4 else "a€bc".encode()[:room]
    assert text[:room].tobytes() == decoded[:room] + bytes(room - len(decoded[:room]))
    assert set(text[room:].tolist()) == {CANARY}


def nested(count: int) -> Tokenizer:
    """Tokens of x, each one longer than the one before it."""
    added = [Added(b"x" * length, length) for length in range(1, count + 1)]
    return replace(base(Kind.BYTES, Flag(0)), added_raw=(), added=added)


def test_added_token_is_found_below_the_most_that_begin_with_it() -> None:
    codec = Codec(laid_out(nested(65)))
    assert codec.encode(b"xz") == [1, 122]
    assert codec.encode(b"x" * 70) == [65, 5]


def test_added_token_further_below_is_not_followed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BadTokenizer, match="at most 64"):
        laid_out(nested(66))
    monkeypatch.setattr(table_module, "MOST_SHORTER", 65)
    assert Codec(laid_out(nested(66))).encode(b"xz") == [120, 122]
