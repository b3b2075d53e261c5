"""BPE of characters, with bytes for those that no token has: sentencepiece's.

A table writes a space where sentencepiece has U+2581, since that is what it decodes to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

import numpy as np

from tinynn.tokens.table import Added, Flag, Kind, Tokenizer, Words

from ..errors import BadModelFile, OddTokenizer
from .bytelevel import AddedTokens, Merge, found, merge_rows, texts_of

MARK: Final = "\u2581"
MAX_PIECE: Final = 1024


class PieceKind(IntEnum):
    """As sentencepiece numbers them, and so does GGUF."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    ADDED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A token, by its number in a list of them."""

    text: str
    score: float
    kind: PieceKind = PieceKind.NORMAL


def byte_pieces(texts: Mapping[str, int]) -> dict[int, int]:
    """The tokens of bytes, <0x00> to <0xFF>."""
    names = {f"<0x{byte:02X}>": byte for byte in range(256)}
    return {names[text]: id for text, id in texts.items() if text in names}


def from_pieces(path: Path, pieces: Sequence[Piece], flags: Flag) -> Tokenizer:
    """The tokenizer of pieces with scores: two symbols merge if what they make is a
    piece, the best score first."""
    singles = byte_pieces(_numbers(pieces, PieceKind.BYTE))
    _check(path, pieces, len(singles))
    written = [_written(piece.text, flags) for piece in pieces]
    normal = {
        text: id
        for id, (piece, text) in enumerate(zip(pieces, written, strict=True))
        if piece.kind == PieceKind.NORMAL and not _unreachable(piece.text, flags)
    }
    symbols, merges = _merges(pieces, normal)
    _refuse(path, pieces, symbols, flags)
    texts = [_decoded(piece, text) for piece, text in zip(pieces, written, strict=True)]
    unknown = [i for i, piece in enumerate(pieces) if piece.kind == PieceKind.UNKNOWN]
    return Tokenizer(
        kind=Kind.CHARACTERS,
        words=Words.WHOLE,
        flags=flags | (Flag.FALLBACK if singles else Flag.FUSE),
        texts=texts + [text.encode() for text in list(symbols)[len(normal) :]],
        tokens=len(pieces),
        unknown=unknown[0] if unknown else None,
        sought=[id for text, id in symbols.items() if len(text) == 1],
        singles=[singles[byte] for byte in range(256)] if singles else (),
        merges=np.array(merges, np.int64).reshape(-1, 4),
        added=[
            Added(text.encode(), i)
            for i, (piece, text) in enumerate(zip(pieces, written, strict=True))
            if piece.kind == PieceKind.ADDED and not _unreachable(piece.text, flags)
        ],
    )


def _check(path: Path, pieces: Sequence[Piece], singles: int) -> None:
    """BadModelFile for pieces that sentencepiece would not take."""
    named = sum(piece.kind == PieceKind.BYTE for piece in pieces)
    if singles != named or singles not in (0, 256):
        actual = f"{named}, {singles} of them <0x00> to <0xFF>"
        raise BadModelFile(path, "a piece of each byte or of none", actual)
    seen: set[str] = set()
    for piece in pieces:
        if len(piece.text) > MAX_PIECE:
            expected = f"pieces of at most {MAX_PIECE} characters"
            raise BadModelFile(path, expected, str(len(piece.text)))
        if piece.text in seen and piece.kind == PieceKind.NORMAL:
            raise BadModelFile(path, "each piece once", repr(piece.text))
        seen.add(piece.text)


def _numbers(pieces: Sequence[Piece], kind: PieceKind) -> dict[str, int]:
    return {piece.text: i for i, piece in enumerate(pieces) if piece.kind == kind}


def _written(text: str, flags: Flag) -> str:
    return text.replace(MARK, " ") if flags & Flag.MARK else text


def _unreachable(text: str, flags: Flag) -> bool:
    """No text has a space where all are marks."""
    return not text or bool(flags & Flag.MARK and " " in text)


def _decoded(piece: Piece, text: str) -> bytes:
    if piece.kind == PieceKind.BYTE:
        return bytes([int(piece.text[1:-1], 16)])
    if piece.kind in (PieceKind.NORMAL, PieceKind.ADDED):
        return text.encode()
    return b""


def _merges(
    pieces: Sequence[Piece], normal: Mapping[str, int]
) -> tuple[dict[str, int], list[tuple[int, int, int, int]]]:
    """Symbols, with those characters last that are no pieces; and all pairs of them."""
    symbols, rows = dict(normal), []
    scores = sorted({pieces[id].score for id in normal.values()}, reverse=True)
    ranks = {score: rank for rank, score in enumerate(scores)}
    end = len(pieces)
    for text in normal:
        for character in text:
            if character not in symbols:
                symbols[character] = end
                end += 1
    for text, id in normal.items():
        rank = ranks[pieces[id].score]
        rows += [
            (symbols[left], symbols[right], rank, id)
            for left, right in _halves(text)
            if left in symbols and right in symbols
        ]
    return symbols, rows


def _halves(text: str) -> Iterator[tuple[str, str]]:
    return ((text[:i], text[i:]) for i in range(1, len(text)))


def _refuse(
    path: Path, pieces: Sequence[Piece], symbols: Mapping[str, int], flags: Flag
) -> None:
    """sentencepiece merges to an unused piece and takes that apart again; and it trims
    no spaces of pieces that were added."""
    reasons = []
    for piece in pieces:
        halves = _halves(_written(piece.text, flags))
        if piece.kind == PieceKind.UNUSED and any(
            left in symbols and right in symbols for left, right in halves
        ):
            reasons.append(f"unused piece {piece.text!r} that others make")
        trimmed = flags & Flag.TRIM and " " in piece.text
        if piece.kind == PieceKind.ADDED and trimmed:
            reasons.append(f"piece {piece.text!r} with spaces where spaces are trimmed")
    if reasons:
        raise OddTokenizer(path, reasons)


def from_merges(
    path: Path,
    vocabulary: Mapping[str, int],
    merges: Iterable[Merge],
    added: AddedTokens,
    unknown: int | None,
    flags: Flag,
) -> Tokenizer:
    """The tokenizer of a vocabulary and merges in the order of rank; by `flags` a
    character that is no token becomes bytes."""
    singles = byte_pieces(vocabulary) if flags & Flag.FALLBACK else {}
    if flags & Flag.FALLBACK and len(singles) != 256:
        raise BadModelFile(path, "a token of each byte", str(len(singles)))
    outside = added.texts
    bytes_ = {id: bytes([byte]) for byte, id in singles.items()}
    own = {
        text: id
        for text, id in vocabulary.items()
        if id not in outside and id not in bytes_ and not _unreachable(text, flags)
    }
    held = {id: _written(text, flags).encode() for text, id in vocabulary.items()}
    texts = texts_of(path, held | bytes_ | outside)
    whole = bool(flags & Flag.WHOLE)
    reachable = [pair for pair in merges if not _unreachable("".join(pair), flags)]
    return Tokenizer(
        kind=Kind.CHARACTERS,
        words=Words.WHOLE,
        flags=flags,
        texts=texts,
        tokens=len(texts),
        unknown=unknown,
        sought=[id for text, id in own.items() if whole or len(text) == 1],
        singles=[singles[byte] for byte in range(256)] if singles else (),
        merges=merge_rows(path, vocabulary, reachable),
        added_raw=found(added.raw),
        added=found(added.later),
    )
