"""The contracts' JSON in C beside Python's: the same documents, the same in them."""

import base64
import json
import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from support.machine import c_json

pytestmark = pytest.mark.toolchain

DEPTH = 32
TEXTS = int(os.environ.get("PLUMB_TEXTS", 3_000))
PIECES = (
    *(b'{"', b'":', b'"}', b'["', b"[[", b"]]", b"{}", b"[]", b"},{", b",", b":", b" "),
    *(b"\\u", b"\\ud83d\\ude00", b"\\ud800", b"\\udc00", b"\\", b'\\"', b"\\/", b"\\n"),
    *(
        b"\\u0000",
        b"\\u00e9",
        b"\\uFFFF",
        b'"',
        b"\t",
        b"\r\n",
        b"\x00",
        b"\x1f",
        b"\x7f",
    ),
    *(b"0", b"-0", b"1.5", b"1e9", b"-1E-2", b"01", b".5", b"1.", b"1e", b"+1", b"1e+"),
    *(b"true", b"false", b"null", b"NaN", b"Infinity", b"nul", b"tru"),
    *("é€😀\u2028\ufeff".encode(), b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    *(b"\xff", b"\x80", b"\xe2\x82", b"\xf0\x9f\x98"),
)


class Number(str):
    """As it is written."""


class Object(list[Any]):
    """Pairs, those of equal names too."""


def refuse(text: str) -> None:
    raise ValueError(text)


def expected(text: bytes) -> bytes | None:
    """What Python reads, in the twin's words; without half surrogates, and not deeper
    than DEPTH."""
    try:
        document = json.loads(
            text.decode(),
            object_pairs_hook=Object,
            parse_float=Number,
            parse_int=Number,
            parse_constant=refuse,
        )
        return b"".join(words(document, 0))
    except (ValueError, RecursionError):
        return None


def words(value: Any, depth: int) -> Iterator[bytes]:
    if isinstance(value, Number):
        yield value.encode() + b";"
    elif isinstance(value, str):
        yield b"s" + value.encode().hex().encode() + b";"
    elif isinstance(value, list):
        if depth == DEPTH:
            raise ValueError("too deep")
        pairs = isinstance(value, Object)
        yield b"{" if pairs else b"["
        for one in value:
            for part in one if pairs else (one,):
                yield from words(part, depth + 1)
        yield b"}" if pairs else b"]"
    else:
        yield json.dumps(value).encode() + b";"


def document(rng: Random, depth: int = 0) -> Any:
    kind = rng.randrange(7 if depth < 6 else 4)
    if kind == 0:
        return rng.choice((True, False, None))
    if kind == 1:
        return rng.choice((0, -1, 1.5, 1e300, rng.getrandbits(70), -rng.random()))
    if kind < 4:
        points = (rng.choice((127, 0x7FF, 0xD7FF, 0x10FFFF)) for _ in range(9))
        return "".join(
            chr(rng.randint(0, most)) for most in points if rng.random() < 0.7
        )
    items = [document(rng, depth + 1) for _ in range(rng.randrange(5))]
    if kind < 6:
        return items
    return {json.dumps(item)[:9]: item for item in items}


def written(rng: Random) -> bytes:
    value = document(rng)
    try:
        return json.dumps(
            value,
            ensure_ascii=rng.random() < 0.5,
            indent=rng.choice((None, None, 1)),
        ).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def spoiled(rng: Random, text: bytes) -> bytes:
    data = bytearray(text)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randint(0, len(data))
        piece = rng.choice(PIECES)
        length = rng.choice((0, 0, 1, 3))
        if rng.random() < 0.2:
            piece = bytes(data[at : at + rng.randrange(20)])
        data[at : at + length] = piece
    return bytes(data)


def test_any_text_is_read_as_python_reads_it() -> None:
    rng = Random(17)
    documents = 0
    for i in range(TEXTS):
        if i % 3:
            text = spoiled(rng, written(rng))
        else:
            text = b"".join(rng.choice(PIECES) for _ in range(rng.randint(0, 9)))
        assert c_json.told(text) == expected(text), text
        documents += expected(text) is not None
    assert TEXTS // 8 < documents < TEXTS * 7 // 8


@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_nested_up_to_the_limit_and_never_deeper(
    opening: bytes, closing: bytes
) -> None:
    for depth in (1, DEPTH - 1, DEPTH):
        text = opening * depth + b"1" + closing * depth
        assert c_json.told(text) == expected(text) is not None
    for depth in (DEPTH + 1, 1000, 100_000):
        assert c_json.told(opening * depth + b"1" + closing * depth) is None
        assert c_json.told(opening * depth) is None


@pytest.mark.parametrize(
    "text", [b"", b" ", b"1 1", b"[1]]", b"{", b'"', b"\xef\xbb\xbf1"]
)
def test_what_is_no_document_is_refused(text: bytes) -> None:
    assert c_json.told(text) is expected(text) is None


def test_every_prefix_of_a_document_is_judged_as_python_does() -> None:
    text = (
        '{"a": [1.5e-7, "\\ud83d\\ude00é😀", {"b": null}], "c\\u0000": true} '.encode()
    )
    for end in range(len(text) + 1):
        assert c_json.told(text[:end]) == expected(text[:end])


def test_name_is_known_however_it_is_escaped() -> None:
    rng = Random(3)
    for _ in range(500):
        name = "".join(rng.choice("abz_/9") for _ in range(rng.randrange(6)))
        spelt = "".join(
            f"\\u{ord(c):04X}" if rng.random() < 0.4 else c.replace("/", "\\/")
            for c in name
        )
        text = f'"{spelt}"'.encode()
        assert c_json.says(text, name)
        assert not c_json.says(text, name + "a") and not c_json.says(
            text, name[:-1] + "X"
        )
    assert not c_json.says(b'"a\\u0000b"', "a") and not c_json.says(b"1", "1")


@pytest.mark.parametrize(
    "text, number",
    [
        (b"0", 0),
        (b"18446744073709551615", 2**64 - 1),
        (b"18446744073709551616", None),
        (b"99999999999999999999", None),
        (b"1" * 1000, None),
        (b"-1", None),
        (b"-0", None),
        (b"1.0", None),
        (b"1e3", None),
        (b'"1"', None),
        (b"null", None),
    ],
)
def test_whole_numbers_are_those_of_64_bits(text: bytes, number: int | None) -> None:
    assert c_json.whole(text) == number


def test_base64_is_rfc_4648s_one_spelling() -> None:
    rng = Random(5)
    for size in range(200):
        data = rng.randbytes(size)
        text = c_json.to_base64(data)
        assert text == base64.b64encode(data) and c_json.from_base64(text) == data


def test_base64_of_anything_else_is_refused() -> None:
    rng = Random(6)
    letters = b"AQg/+9=\n-_ "
    for _ in range(20_000):
        text = bytes(rng.choice(letters) for _ in range(rng.choice((3, 4, 4, 8, 8, 9))))
        try:
            data = base64.b64decode(text, validate=True)
        except ValueError:
            data = None
        one = data is not None and base64.b64encode(data) == text
        assert c_json.from_base64(text) == (data if one else None), text
