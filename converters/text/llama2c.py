"""llama2.c's tokenizer.bin: pieces of sentencepiece, with spaces, and their scores."""

import struct
from pathlib import Path
from typing import Final

from tinynn.tokens.table import Flag, Tokenizer

from ..errors import BadModelFile
from .characters import Piece, PieceKind, from_pieces

UNKNOWN, FIRST, LAST = 0, 1, 2
"""The numbers of the unknown token and those of a text's beginning and end."""

FIRST_BYTE: Final = 3
HEADER: Final = struct.Struct("<i")
ENTRY: Final = struct.Struct("<fi")


def read(path: Path) -> Tokenizer:
    """BadModelFile."""
    return parsed(path, path.read_bytes())


def parsed(path: Path, data: bytes) -> Tokenizer:
    """The same of a file's bytes; `path` is for messages.

    `run.c` knows which tokens are special by their numbers alone.
    """
    pieces: list[Piece] = []
    at = HEADER.size
    while at < len(data):
        if len(data) - at < ENTRY.size:
            raise BadModelFile(path, "a score and a length", f"{len(data) - at} bytes")
        score, length = ENTRY.unpack_from(data, at)
        at += ENTRY.size
        if not 0 <= length <= len(data) - at:
            raise BadModelFile(path, "a piece inside the file", f"{length} bytes")
        pieces.append(_piece(path, len(pieces), data[at : at + length], score))
        at += length
    if len(pieces) < FIRST_BYTE + 256:
        expected = f"at least {FIRST_BYTE + 256} pieces"
        raise BadModelFile(path, expected, str(len(pieces)))
    return from_pieces(path, pieces, Flag.SPACE_FIRST)


def _piece(path: Path, number: int, held: bytes, score: float) -> Piece:
    try:
        text = held.decode()
    except UnicodeDecodeError:
        raise BadModelFile(path, "pieces in UTF-8", repr(held)) from None
    if number in (FIRST, LAST):
        return Piece(text, score, PieceKind.CONTROL)
    if number == UNKNOWN:
        return Piece(text, score, PieceKind.UNKNOWN)
    if number < FIRST_BYTE + 256:
        return Piece(text, score, PieceKind.BYTE)
    return Piece(text, score)
