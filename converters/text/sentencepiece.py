"""sentencepiece's .model: pieces with scores, and how a text is written."""

import struct
from pathlib import Path
from typing import Final

from tinynn.tokens.table import Flag, Tokenizer

from ..errors import BadModelFile, OddTokenizer
from .characters import Piece, PieceKind, from_pieces
from .protobuf import Field, Malformed, fields

PIECES, TRAINER, NORMALISER = 1, 2, 3
"""Fields of ModelProto."""

MODEL_TYPE, SUFFIX = 3, 24
"""Fields of TrainerSpec."""

RULE, RULES, DUMMY_PREFIX, TRIM, ESCAPE = 1, 2, 3, 4, 5
"""Fields of NormalizerSpec."""

BPE: Final = 2
MODELS: Final = {1: "unigram", BPE: "BPE", 3: "word", 4: "char"}


def read(path: Path) -> Tokenizer:
    """OddTokenizer, BadModelFile."""
    return parsed(path, path.read_bytes())


def parsed(path: Path, data: bytes) -> Tokenizer:
    """The same of a file's bytes; `path` is for messages."""
    try:
        model = list(fields(data))
        pieces = [_piece(held) for number, held in model if number == PIECES]
        if not pieces:
            raise Malformed("no pieces")
        normaliser = _message(model, NORMALISER)
        _check(path, _message(model, TRAINER), normaliser)
    except (ValueError, struct.error) as error:
        raise BadModelFile(path, "a sentencepiece model", str(error)) from None
    flags = Flag.MARK
    flags |= Flag.SPACE_FIRST if normaliser.get(DUMMY_PREFIX, 1) else Flag(0)
    flags |= Flag.TRIM if normaliser.get(TRIM, 1) else Flag(0)
    return from_pieces(path, pieces, flags)


def _message(model: list[Field], number: int) -> dict[int, int | bytes]:
    held = [value for found, value in model if found == number]
    return dict(fields(_bytes(held[-1]))) if held else {}


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise Malformed("a number where a message should be")
    return value


def _piece(held: int | bytes) -> Piece:
    parts = dict(fields(_bytes(held)))
    (score,) = struct.unpack("<f", _bytes(parts.get(2, bytes(4))))
    kind = parts.get(3, PieceKind.NORMAL)
    if isinstance(kind, bytes):
        raise Malformed("a message where a number should be")
    return Piece(_bytes(parts.get(1, b"")).decode(), score, PieceKind(kind))


def _check(
    path: Path,
    trainer: dict[int, int | bytes],
    normaliser: dict[int, int | bytes],
) -> None:
    """OddTokenizer with all that no table holds."""
    kind = trainer.get(MODEL_TYPE, 1)
    reasons = []
    if kind != BPE:
        name = MODELS.get(kind, str(kind)) if isinstance(kind, int) else str(kind)
        reasons.append(f"expected a sentencepiece model of BPE, got {name}")
    if normaliser.get(RULES):
        rule = _bytes(normaliser.get(RULE, b"")).decode(errors="replace")
        reasons.append(f"expected the normaliser identity, got {rule or 'its own'}")
    if not normaliser.get(ESCAPE, 1):
        reasons.append("expected spaces written as U+2581, got spaces")
    if trainer.get(SUFFIX):
        reasons.append("expected spaces before words, got behind them")
    if reasons:
        raise OddTokenizer(path, reasons)
