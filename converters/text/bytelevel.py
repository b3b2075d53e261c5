"""Byte-level BPE: tokens in GPT-2's alphabet of bytes, merges in the order of rank."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tinynn.memory.tensor import Array
from tinynn.tokens.table import Added, Flag, Kind, Tokenizer, Words

from ..errors import BadModelFile
from .unicode import unicode_of

PLAIN: Final = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
"""Bytes that GPT-2 writes as the characters of the same number; the others follow from
U+0100 on."""

ALPHABET: Final = {byte: chr(byte) for byte in PLAIN} | {
    byte: chr(0x100 + i)
    for i, byte in enumerate(byte for byte in range(256) if byte not in PLAIN)
}
BYTES: Final = {character: byte for byte, character in ALPHABET.items()}

MAX_TOKENS: Final = 1 << 20

Merge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AddedTokens:
    """Tokens outside the model, by where they are found: in the text as it is, or in
    its normal form. `control` decode to nothing."""

    raw: Sequence[Added] = ()
    later: Sequence[Added] = ()
    control: frozenset[int] = frozenset()

    @property
    def texts(self) -> dict[int, bytes]:
        """What they decode to."""
        held = {
            token.id: token.text
            for token in (*self.raw, *self.later)
            if token.id is not None
        }
        return held | dict.fromkeys(self.control, b"")


def byte_level(
    path: Path,
    vocabulary: Mapping[str, int],
    merges: Iterable[Merge],
    added: AddedTokens,
    words: Words,
    flags: Flag,
    unknown: int | None = None,
) -> Tokenizer:
    """The tokenizer; BadModelFile. Bytes without a token, which real vocabularies have,
    are the unknown one, or left out."""
    outside = added.texts
    # A token that was added may be one of the model's, too: "é" is its byte 0xe9.
    own = {
        id: bytes_of(path, text)
        for text, id in vocabulary.items()
        if id not in added.control and (id not in outside or BYTES.keys() >= set(text))
    }
    texts = texts_of(path, outside | own)
    return Tokenizer(
        kind=Kind.BYTES,
        words=words,
        flags=flags,
        texts=texts,
        tokens=len(texts),
        unknown=unknown,
        sought=list(own) if flags & Flag.WHOLE else (),
        singles=[vocabulary.get(ALPHABET[byte]) for byte in range(256)],
        merges=merge_rows(path, vocabulary, merges),
        added_raw=found(added.raw),
        added=found(added.later),
        unicode=unicode_of(words, flags),
    )


def found(tokens: Sequence[Added]) -> Sequence[Added]:
    """Special tokens alone need not be looked for."""
    return tokens if any(token.id is not None for token in tokens) else ()


def bytes_of(path: Path, text: str) -> bytes:
    """What a token in GPT-2's alphabet stands for."""
    try:
        return bytes(BYTES[character] for character in text)
    except KeyError:
        raise BadModelFile(path, "tokens in GPT-2's alphabet", repr(text)) from None


def texts_of(path: Path, held: Mapping[int, bytes]) -> list[bytes]:
    """By number, from 0 on; numbers that no token has decode to nothing."""
    for id in held:
        if not 0 <= id < MAX_TOKENS:
            raise BadModelFile(path, f"tokens of 0 to {MAX_TOKENS - 1}", str(id))
    return [held.get(id, b"") for id in range(max(held, default=-1) + 1)]


def merge_rows(
    path: Path, vocabulary: Mapping[str, int], merges: Iterable[Merge]
) -> Array:
    """(left, right, rank, what they become), the first of the least rank."""
    rows = []
    for rank, (left, right) in enumerate(merges):
        try:
            made = vocabulary[left + right]
            rows.append((vocabulary[left], vocabulary[right], rank, made))
        except KeyError as error:
            expected = "merges of tokens into tokens"
            actual = f"{left!r} and {right!r}, without {error.args[0]!r}"
            raise BadModelFile(path, expected, actual) from None
    return np.array(rows, np.int64).reshape(-1, 4)
