"""Texts for tokenizers, as bytes: ordinary, odd, and not even UTF-8."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]

LINES = (
    "The quick brown fox doesn't jump over 12345 lazy dogs; it's what they'd do.",
    "Où est la bibliothèque ? Ça dépend, n'est-ce pas — peut-être à côté.",
    "Der Fluß fließt über große Straßen; 3,50 € für Äpfel und Öl.",
    "Привет, мир! Как дела? Всё хорошо, спасибо.",
    "日本語のテキストと中文文本、그리고 한국어 문장입니다。",
    "مرحبا بالعالم، كيف حالك؟ שלום עולם",
    "नमस्ते दुनिया, आप कैसे हैं? สวัสดีชาวโลก",
    "def f(x):\n\treturn x**2  # squares\n\n\nprint(f(3))\r\n",
    "🙂👍🏽👨‍👩‍👧‍👦 🇫🇷 e\u0301 a\u0308\u0323 ﬁ Å",
    'https://example.org/a?b=c&d=%20 <b>bold</b> {"k": [1, 2.5e-3, null]}',
)
"""Of several scripts; made up here."""

ADDED = ("<tool_call>", "<tool", "ing ", "ee", "\n\n\n", "é!")
"""Tokens that are not special, so found in texts: some begin others, some are parts of
words."""

SPECIAL = ("<|im_start|>", "<|im_end|>", "<s>", "</s>", "<unk>", "<0x41>")

SPACES = " \t\n\r\v\f\u00a0\u2003\u2028\u3000\u0085\u2581"
MARKS = "\u0300\u0301\u0308\u0323\u0327\u0334\u0345\u05b0\u0e38\u3099\u1ab0\u1e2e"
NUMBERS = "0123456789٠٣²½Ⅷ①௧𝟘"
LETTERS = "aAeEſßéÅİıǅʼnªºµЖжאبक한각가각あ漢𐐀𝒜ﬁ"
OTHERS = "'’\"`.,;:!?-_/\\|<>()[]{}@#$%^&*+=~€£¥©®™…—•"
OTHERS += "\u200b\u200d\u00ad\ufeff\ufffd🙂👍🏽\x00\x01\x04\x13\x7f"
CONTRACTIONS = (
    "'s",
    "'S",
    "'t",
    "'re",
    "'RE",
    "'ve",
    "'Ve",
    "'m",
    "'ll",
    "'lL",
    "'d",
    "'ſ",
    "'x",
    "''",
)
BROKEN = (b"\x80", b"\xbf\xbf", b"\xc0\xaf", b"\xc3", b"\xe2\x82", b"\xe0\x80\x80")
BROKEN += (b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xf0\x80\x80", b"\xf4\x90\x80\x80")
BROKEN += (b"\xf5", b"\xff\xfe", b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf")

Maker = Callable[[random.Random], bytes]


def corpus() -> list[str]:
    """Lines to train on: ours, and the project's own documents."""
    documents = sorted((ROOT / "docs").glob("*.md"))
    lines = [line for path in documents for line in path.read_text().splitlines()]
    return [*LINES * 20, *lines[::3]]


def _characters(rng: random.Random) -> bytes:
    """Any characters there are."""
    codes = (rng.randrange(0x110000) for _ in range(rng.randrange(1, 30)))
    return "".join(chr(c) for c in codes if not 0xD800 <= c < 0xE000).encode()


def _mixture(rng: random.Random) -> bytes:
    kinds = (SPACES, MARKS, NUMBERS, LETTERS, OTHERS, CONTRACTIONS)
    parts = []
    for _ in range(rng.randrange(1, 40)):
        held = rng.choice(rng.choice(kinds))
        parts.append(held * rng.choice((1, 1, 1, 1, 2, 3, 7)))
    return "".join(parts).encode()


def _sentence(rng: random.Random) -> bytes:
    line = rng.choice(LINES)
    begin = rng.randrange(len(line))
    words = line[begin : begin + rng.randrange(1, 60)].split(" ")
    if rng.random() < 0.5:
        rng.shuffle(words)
    return rng.choice((" ", "  ", "\n", " '")).join(words).encode()


def _marked(rng: random.Random) -> bytes:
    """Characters below many marks, as in no language."""
    parts = []
    for _ in range(rng.randrange(1, 8)):
        parts.append(rng.choice(LETTERS))
        parts += rng.choices(
            MARKS + "\u0344\u0958\u1e69\u0390\uac00\u11a8", k=rng.randrange(9)
        )
    return "".join(parts).encode()


def _broken(rng: random.Random) -> bytes:
    parts = [_mixture(rng), _sentence(rng), *rng.choices(BROKEN, k=3)]
    rng.shuffle(parts)
    text = b"".join(parts)
    return text[: rng.randrange(1, len(text) + 1)]


def _named(rng: random.Random) -> bytes:
    """Tokens' names, whole and cut, among other things."""
    parts: list[bytes] = []
    for _ in range(rng.randrange(1, 12)):
        name = rng.choice((*ADDED, *ADDED, *SPECIAL)).encode()
        parts += [rng.choice((name, name, name[: rng.randrange(len(name))]))]
        parts += [rng.choice((b"", b" ", b"a", b"ee", _sentence(rng)[:9]))]
    return b"".join(parts)


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(1, 50))


MAKERS: tuple[Maker, ...] = (_characters, _mixture, _sentence, _marked, _broken)
MAKERS += (_noise, _named)

WHOLE = (
    b"",
    b" ",
    b" " * 4096,
    b"\n" * 300 + b" " * 300,
    b"a" * 3000,
    b"ab" * 2000,
    "\u0301".encode() * 500,
    "가나다".encode() * 300,
    b"\xff" * 300,
    "👨‍👩‍👧‍👦".encode() * 100,
    b"<|im_start|>user\nhi<|im_end|>\n<s></s><unk><0x41>",
)
"""Each once, before the random ones."""


def texts(seed: int, count: int) -> Iterator[bytes]:
    """So many, of each kind in turn."""
    rng = random.Random(seed)
    yield from WHOLE[:count]
    for i in range(count - len(WHOLE)):
        yield MAKERS[i % len(MAKERS)](rng)
