"""What text is, on the way in and on the way out; special tokens; what is cut."""

from dataclasses import replace

import numpy as np
import pytest
from support.text.token_machine import NONE, TokenMachine

from converters.text.unicode import unicode_of
from tinynn.errors import BadTokenizer
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import Added, Flag, Kind, Tokenizer, Words, laid_out

END, CALL = 256, 257
SPECIAL = b"<end>"
NO_FLAG = Flag(0)


def by_bytes(
    *pairs: bytes, words: Words = Words.WHOLE, flags: Flag = NO_FLAG
) -> Tokenizer:
    """A token of each byte; <end>, which is special, and <call>, which is not; and what
    pairs of tokens make, in the order of rank."""
    texts = [*(bytes([byte]) for byte in range(256)), b"", b"<call>"]
    rows = []
    for rank, pair in enumerate(pairs):
        left, right = pair.split(b"|")
        texts.append(left + right)
        rows.append((texts.index(left), texts.index(right), rank, len(texts) - 1))
    return Tokenizer(
        kind=Kind.BYTES,
        words=words,
        flags=flags,
        texts=texts,
        tokens=len(texts),
        unknown=None,
        sought=(),
        singles=range(256),
        merges=np.array(rows, np.int64).reshape(-1, 4),
        added_raw=[Added(SPECIAL, None), Added(b"<call>", CALL), Added(b"end", 7)],
        unicode=unicode_of(words, flags),
    )


PLAIN = Codec(laid_out(by_bytes()))
REPLACED = "\ufffd".encode()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b"\x80", 1),
        (b"\xc0\xaf", 2),
        (b"\xc3", 1),
        (b"\xe2\x82", 1),
        (b"\xe0\x80\x80", 3),
        (b"\xed\xa0\x80", 3),
        (b"\xf0\x9f\x98", 1),
        (b"\xf0\x8f\x98\x80", 4),
        (b"\xf4\x90\x80\x80", 4),
        (b"\xf5\x80", 2),
        (b"\xf0\x9f\x98\xe2\x82\xff", 3),
    ],
)
def test_encode_invalid_utf8_is_a_replacement_for_each_maximal_subpart(
    text: bytes, count: int
) -> None:
    assert bytes(PLAIN.encode(text)) == REPLACED * count
    assert bytes(PLAIN.encode(b"a" + text + b"b")) == b"a" + REPLACED * count + b"b"


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        (b"\xe2\x82\xac", "€"),
        (b"ab\xe2\x82", "ab"),
        (b"\xe2\x82b", "\ufffdb"),
        (b"\xff\xf0\x9f", "\ufffd"),
        (b"\xed\xa0\x80", "\ufffd" * 3),
        (b"\xf0\x9f\x98\x80\xf0\x9f\x98", "😀"),
    ],
)
def test_decode_is_valid_utf8_without_what_has_only_begun(
    ids: bytes, text: str
) -> None:
    assert PLAIN.decode(list(ids), 100).decode() == text


@pytest.mark.parametrize(("room", "text"), [(0, ""), (3, "a"), (4, "a€"), (6, "a€b")])
def test_decode_without_room_ends_at_a_whole_character(room: int, text: str) -> None:
    assert PLAIN.decode(list("a€b€".encode()), room).decode() == text


def test_decode_skips_control_tokens_and_what_are_none() -> None:
    ids = [END, 97, 300, NONE, 98, 0x8000_0000, CALL, END]
    assert PLAIN.decode(ids, 100) == b"ab<call>"


def test_decode_strip_takes_one_space_at_the_beginning() -> None:
    assert PLAIN.decode([END, 32, 32, 97, 32], 9, strip=True) == b" a "
    assert PLAIN.decode([97, 32], 9, strip=True) == b"a "


def test_encode_never_finds_a_special_token_nor_others_inside_it() -> None:
    assert PLAIN.encode(b"<end>end<call>") == [*b"<end>", 7, CALL]


def test_encode_merges_the_least_rank_first_and_of_equals_the_leftmost() -> None:
    codec = Codec(laid_out(by_bytes(b"b|c", b"a|b", b"a|a")))
    a_b, b_c, a_a = 259, 258, 260
    assert codec.encode(b"abc") == [97, b_c]
    assert codec.encode(b"aaab") == [a_a, a_b]


@pytest.mark.parametrize("unknown", [None, 7])
def test_encode_leaves_out_a_byte_without_a_token(unknown: int | None) -> None:
    """Or puts the unknown one there; without it, its neighbours are neighbours."""
    singles = [None if byte == 4 else byte for byte in range(256)]
    tokenizer = replace(by_bytes(b"a|b"), singles=singles, unknown=unknown)
    ids = Codec(laid_out(tokenizer)).encode(b"xa\4b\4")
    assert ids == ([120, 258] if unknown is None else [120, 97, 7, 98, 7])


@pytest.mark.parametrize("room", range(6))
def test_encode_without_room_is_cut_at_its_end(room: int) -> None:
    assert PLAIN.encode(b"abcd", room) == list(b"abcd"[:room])


@pytest.mark.parametrize(
    ("length", "offset", "expected"),
    [(6, 2, b"abcd"), (4, 2, b"ab"), (2, 2, b""), (1, 2, b""), (0, 0, b"")]
    + [(99, 0, b"abcdef"), (-1, 0, b""), (-(1 << 31), 0, b""), (5, 0xFFFF_FFFF, b"")],
)
def test_prompt_takes_as_much_text_as_there_is(
    length: int, offset: int, expected: bytes
) -> None:
    machine = TokenMachine(laid_out(by_bytes()).tobytes())
    rows = machine.prompt(
        b"abcdef", 9, offset=offset, length=length, prefix=[END], suffix=[CALL]
    )
    held = [END, *expected, CALL]
    assert rows == held + [NONE] * (9 - len(held))


@pytest.mark.parametrize("rows", range(7))
def test_prompt_without_room_is_cut_at_its_end(rows: int) -> None:
    machine = TokenMachine(laid_out(by_bytes()).tobytes())
    made = machine.prompt(b"abc", rows, prefix=[END, 9], suffix=[CALL])
    assert made == [END, 9, *b"abc", CALL, NONE][:rows]


@pytest.mark.parametrize(
    ("first", "text"), [(0, b"<call>ab"), (1, b"ab"), (3, b""), (0xFFFF_FFFF, b"")]
)
def test_answer_begins_at_its_first_row(first: int, text: bytes) -> None:
    machine = TokenMachine(laid_out(by_bytes()).tobytes())
    assert machine.decode([CALL, 97, 98], 20, first=first) == text


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (Words.GPT2, "don|'t| stop|'|S|  | now|!!|\n\n| 12| ~|  "),
        (Words.SMOLLM, "a|1|2|   |3| |4|'ll| "),
        (Words.QWEN2, "it|'S| |1|2|?!\n\n| | x|\ty"),
        (Words.LLAMA3, "123|45| ſ|'ſ|a| \r\n \n| z|/w|\n\n"),
        (Words.WHOLE, "it's 12 or so"),
    ],
)
def test_encode_cuts_a_text_into_words(words: Words, parts: str) -> None:
    """A word that is a token as a whole becomes that."""
    pieces = [part.encode() for part in parts.split("|")]
    plain = by_bytes(words=words, flags=Flag.WHOLE)
    known = sorted(set(pieces))
    texts = [*plain.texts, *known]
    numbers = {text: len(plain.texts) + i for i, text in enumerate(known)}
    tokenizer = replace(
        plain, texts=texts, tokens=len(texts), sought=list(numbers.values())
    )
    codec = Codec(laid_out(tokenizer))
    assert codec.encode(b"".join(pieces)) == [numbers[piece] for piece in pieces]


def test_encode_refuses_more_text_than_a_request_holds() -> None:
    with pytest.raises(BadTokenizer, match="at most 98304 bytes, got 98305"):
        PLAIN.encode(bytes(98305))
