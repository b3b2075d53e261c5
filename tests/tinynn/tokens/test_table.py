"""What no table can hold is refused when it is laid out."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tinynn.errors import BadTokenizer
from tinynn.tokens import build, table, work
from tinynn.tokens.table import Added, Flag, Kind, Tokenizer, Words, laid_out

PLAIN = Tokenizer(
    kind=Kind.CHARACTERS,
    words=Words.WHOLE,
    flags=Flag(0),
    texts=[b"a", b"b", b"ab"],
    tokens=3,
    unknown=None,
    sought=[0, 1],
    singles=(),
    merges=np.array([[0, 1, 0, 2]]),
)
NESTED = [Added(b"x" * length, 0) for length in range(1, 70)]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"tokens": 4}, "tokens: expected 0 to 3, got 4"),
    ({"merges": np.array([[0, 3, 0, 2]])}, "merges: expected 0 to 2, got 3"),
    ({"merges": np.array([[0, 1, 0, -1]])}, "merges: expected 0 to 2, got -1"),
    (
        {"merges": np.array([[0, 1, 0, 2], [1, 1, 1, 2], [0, 1, 2, 2]])},
        r"merges: expected each pair once, got \[0, 1, 2, 2\]",
    ),
    ({"sought": [0, 3]}, "tokens sought: expected 0 to 2, got 3"),
    (
        {"sought": [0, 0]},
        "tokens sought: expected each text once, none empty, got b'a'",
    ),
    ({"texts": [b"", b"b", b"ab"]}, "each text once, none empty, got b''"),
    ({"singles": [0, 1]}, "bytes' tokens: expected 0 or 256, got 2"),
    ({"singles": [3] * 256}, "bytes' tokens: expected 0 to 2, got 3"),
    ({"added": [Added(b"x", 3)]}, "added tokens: expected 0 to 2, got 3"),
    ({"added": [Added(b"", 0)]}, "added: expected each text once, and none empty"),
    (
        {"added_raw": [Added(b"x", 0), Added(b"x", None)]},
        "each text once, and none empty",
    ),
    ({"added": [Added(b"x" * 257, 0)]}, "texts of at most 256 bytes, got 257"),
    ({"added": NESTED}, "added: expected at most 64 that one begins with"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=lambda x: str(x)[:40])
def test_tokenizer_that_contradicts_itself_is_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadTokenizer, match=message):
        laid_out(replace(PLAIN, **change))


def read(file: str) -> str:
    return (build.FOLDER / file).read_text()


def constants(file: str) -> dict[str, int]:
    """Macros and enumerators of a header, whose values are numbers."""
    source = read(file)
    macros = re.findall(r"#define (\w+) (0x[0-9a-f]+|\d+)u?\n", source)
    named = re.findall(r"(\w+) = (\d+)\b", source)
    return {name: int(value, 0) for name, value in (*macros, *named)}


def test_headers_have_the_same_constants() -> None:
    header, sizes = constants("source/table.h"), constants("source/tokens.h")
    assert header["TABLE_MAGIC"] == table.MAGIC
    assert header["TABLE_VERSION"] == table.VERSION
    for kind in (Kind, Words, Flag):
        expected = {row.name: row.value for row in kind if row.value}
        assert expected.items() <= header.items(), kind
    assert sizes["NONE"] == table.NONE
    assert sizes["MAX_TEXT_BYTES"] == work.MAX_TEXT_BYTES
    source = read("source/tokens.h")
    assert f"(3u * (bytes) + {work.room_bytes(0)}u)" in source
    (scratch,) = re.findall(r"\((\d+)u \* TEXT_ROOM\(bytes\)\)", source)
    assert int(scratch) * work.room_bytes(7) == work.scratch_bytes(7)
    limits = constants("source/table.c")
    assert limits["MOST_SHORTER"] == table.MOST_SHORTER
    assert limits["MOST_ADDED_BYTES"] == table.MOST_ADDED_BYTES
    widths = re.search(r"row_bytes\[PARTS\] = {([\d, ]+)}", read("source/table.c"))
    assert widths
    assert [int(width) for width in widths[1].split(",")] == list(table.ROW_BYTES)


def test_table_is_as_the_page_says() -> None:
    """docs/tokens.md's example, byte for byte."""
    held = laid_out(replace(PLAIN, unknown=1, added=[Added(b"ba", 2)]))
    words = np.frombuffer(held, "<u4").tolist()
    assert words[:8] == [0x4B4F5450, 1, 1, 0, 0, 3, 1, 0]
    assert words[8:32] == [
        *(128, 3),  # ends
        *(140, 6),  # text: that of the tokens, then "ba"
        *(148, 2),  # sorted
        *(156, 0),  # singles
        *(156, 3),  # left
        *(168, 1),  # pairs
        *(180, 0),  # added as they are
        *(180, 1),  # added
        *(196, 0),
        *(196, 0),
        *(196, 0),
        *(196, 0),
    ]
    assert words[32:35] == [1, 2, 4]
    assert held[140:148].tobytes() == b"ababba\0\0"
    assert words[37:39] == [0, 1]
    assert words[39:42] == [1, 1, 1]
    assert words[42:45] == [1, 0, 2]
    assert words[45:49] == [4, 2, 0xFFFF_FFFF, 2]
    assert len(words) == 49
