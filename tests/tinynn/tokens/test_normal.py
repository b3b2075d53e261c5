"""The normal form, against Python's own, of characters that the peer's knows, too: it
is of an older Unicode than its classes of characters are."""

import random
import sys
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from support.text.texts import MARKS

from converters.text.unicode import unicode_of
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import Flag, Kind, Tokenizer, Words, laid_out

CODEC = Codec(
    laid_out(
        Tokenizer(
            kind=Kind.BYTES,
            words=Words.WHOLE,
            flags=Flag.NORMAL,
            texts=[bytes([byte]) for byte in range(256)],
            tokens=256,
            unknown=None,
            sought=(),
            singles=range(256),
            merges=np.zeros((0, 4), np.int64),
            unicode=unicode_of(Words.WHOLE, Flag.NORMAL),
        )
    )
)


def _canonical(character: str) -> bool:
    """Whether the standard takes it apart."""
    parts = unicodedata.decomposition(character)
    return bool(parts) and not parts.startswith("<")


KNOWN = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
]
PARTS = unicode_of(Words.WHOLE, Flag.NORMAL)
APART = {row[0] for row in PARTS.apart.tolist()}
MARKED = {
    code
    for (first, value), (end, _) in pairwise(PARTS.marks.tolist())
    if value
    for code in range(first, end)
}
NEWER = {
    character
    for character in KNOWN
    if (unicodedata.combining(character) and ord(character) not in MARKED | APART)
    or (_canonical(character) and ord(character) not in APART)
}
OLD = [character for character in KNOWN if character not in NEWER]
MADE = [character for character in OLD if _canonical(character)]
COMBINING = [character for character in OLD if unicodedata.combining(character)]
HANGUL = "\u1100\u1112\u1161\u1175\u11a7\u11a8\u11c2\u11c3\uac00\uac01\ud7a3"


def normal(text: str) -> str:
    return bytes(CODEC.encode(text.encode())).decode()


def test_normal_form_knows_the_marks_of_unicode_nine() -> None:
    """What it does not know came later: U+1DF6 to U+1DF9 and U+11D42 with 10.0."""
    assert {"\u1df6", "\U00011d42"} <= NEWER
    assert not NEWER & {"\u1dfb", "\U0001e000"}, "these came with 9.0"
    assert not any(unicodedata.ucd_3_2_0.combining(mark) for mark in NEWER)
    assert all(unicodedata.combining(chr(code)) for code in MARKED)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("e\u0301", "é"),
        ("a\u0300\u0323", "ạ̀"),
        ("\u0300", "\u0300"),
        ("e\u0327\u0301", "ȩ́"),
        ("\u1112\u1161\u11ab\u1100", "한\u1100"),
        ("\u212b", "Å"),
    ],
)
def test_normal_form_of_few_characters_is_known(text: str, made: str) -> None:
    """By themselves: texts of low characters alone are taken as they are."""
    assert normal(text) == made == unicodedata.normalize("NFC", text)


def test_normal_form_of_every_character_is_pythons() -> None:
    """With one after it that makes nothing, in texts of a few thousand."""
    for first in range(0, len(KNOWN), 4000):
        text = "一".join(KNOWN[first : first + 4000])
        assert normal(text) == unicodedata.normalize("NFC", text), first


@pytest.mark.parametrize("seed", range(4))
def test_normal_form_of_marks_in_any_order_is_pythons(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        parts = [rng.choice(MADE), *rng.choices(COMBINING + list(MARKS), k=3)]
        parts += [rng.choice(OLD), rng.choice(HANGUL), rng.choice(HANGUL)]
        rng.shuffle(parts)
        text = unicodedata.normalize(rng.choice(("NFC", "NFD")), "".join(parts))
        text += "".join(rng.choices(COMBINING, k=rng.randrange(6)))
        assert normal(text) == unicodedata.normalize("NFC", text), text.encode()
