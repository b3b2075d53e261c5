"""Tokenizers of a few dozen tokens, made at random; and tables of theirs, spoiled."""

import random

import numpy as np

from converters.text.unicode import unicode_of
from tinynn.tokens.table import (
    FIRST_PART,
    HEADER_WORDS,
    ROW_BYTES,
    Added,
    Flag,
    Kind,
    Tokenizer,
    Unicode,
    Words,
    laid_out,
)

LETTERS = "abc d'\n1é\u0301한각ſ😀\u2581"
EXTREME = (0, 1, 2, 7, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)


def part_of(unicode: Unicode, rng: random.Random) -> Unicode:
    """Some of its rows, and those that these letters need."""

    def some(rows: np.ndarray) -> np.ndarray:
        needed = [i for i, row in enumerate(rows) if row[0] < 0x400]
        chosen = {*needed, *rng.sample(range(len(rows)), min(20, len(rows)))}
        return rows[sorted(chosen)]

    parts = (unicode.classes, unicode.marks, unicode.apart, unicode.together)
    return Unicode(*map(some, parts))


def small(rng: random.Random) -> Tokenizer:
    """Any kind, with any flags, and merges whose ranks may be equal."""
    kind = rng.choice(list(Kind))
    flags = Flag(rng.randrange(512))
    words = rng.choice(list(Words))
    if kind == Kind.BYTES:
        texts = [bytes([byte]) for byte in range(256)]
    else:
        texts = [letter.encode() for letter in LETTERS] + [
            b"<%d>" % i for i in range(9)
        ]
    first = len(texts)
    rows: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    used = [texts.index(letter.encode()[:1]) for letter in "abc d'"]
    used += [i for i in range(first) if kind == Kind.CHARACTERS]
    for _ in range(rng.randrange(30)):
        left, right = rng.choice(used), rng.choice(used)
        made = texts[left] + texts[right]
        if made not in texts:
            texts.append(made)
        id = texts.index(made)
        used.append(id)
        rows[left, right] = (left, right, rng.randrange(6), id)
    added = [b"ab", b"abc", b"\n\n", "é".encode(), b"d a", b"a"]
    held = [Added(x, rng.choice([None, rng.randrange(first)])) for x in added]
    return Tokenizer(
        kind=kind,
        words=words,
        flags=flags,
        texts=texts,
        tokens=max(first, len(texts) - rng.randrange(3)),
        unknown=rng.choice([None, 0]),
        sought=[i for i in range(len(texts)) if rng.random() < 0.9],
        singles=[rng.choice([None, byte % first]) for byte in range(256)]
        if rng.random() < 0.2
        else [byte % first for byte in range(256)],
        merges=np.array(list(rows.values()), np.int64).reshape(-1, 4),
        added_raw=rng.sample(held, rng.randrange(4)),
        added=rng.sample(held, rng.randrange(4)),
        unicode=part_of(unicode_of(Words.GPT2, Flag.NORMAL), rng),
    )


def spoiled(table: bytes, rng: random.Random) -> bytes:
    """Some words or bytes of it changed, rows exchanged, or its end cut off."""
    words = np.frombuffer(table + bytes(-len(table) % 4), "<u4").copy()
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        way = rng.randrange(6)
        at = rng.randrange(2, HEADER_WORDS) if way == 0 else rng.randrange(len(words))
        if way in (0, 1):
            words[at] = rng.choice((*EXTREME, rng.randrange(len(table) + 8)))
        elif way == 2:
            words[at] ^= 1 << rng.randrange(32)
        elif way == 3:
            words[at] = words[rng.randrange(len(words))]
        elif way == 4:
            _exchange(words, rng)
        else:
            words[at : at + rng.randrange(9)] = rng.choice(EXTREME)
    data = words.tobytes()[: len(table)]
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data


def _exchange(words: np.ndarray, rng: random.Random) -> None:
    """Two rows of a part."""
    part = rng.randrange(len(ROW_BYTES))
    offset, count = (int(x) for x in words[FIRST_PART + 2 * part :][:2])
    width = ROW_BYTES[part] // 4
    first = offset // 4
    if not width or not count or first + count * width > len(words):
        return
    i, j = (first + width * rng.randrange(count) for _ in range(2))
    held = words[i : i + width].copy()
    words[i : i + width] = words[j : j + width]
    words[j : j + width] = held


def table_of(seed: int, spoil: bool) -> bytes:
    rng = random.Random(seed)
    table = laid_out(small(rng)).tobytes()
    return spoiled(table, rng) if spoil else table
