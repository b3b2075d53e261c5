"""A tokenizer in the metadata of a GGUF file: arrays under `tokenizer.ggml`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from tinynn.tokens.table import Added, Flag, Tokenizer, Words

from ..errors import BadModelFile, OddTokenizer
from .bytelevel import AddedTokens, Merge, byte_level
from .characters import Piece, PieceKind, from_pieces

PREFIX: Final = "tokenizer.ggml."

WORDS: Final = {
    "gpt-2": (Words.GPT2, Flag(0)),
    "smollm": (Words.SMOLLM, Flag(0)),
    "qwen2": (Words.QWEN2, Flag.NORMAL),
    "llama-bpe": (Words.LLAMA3, Flag.WHOLE),
}
"""By `pre`. Qwen's own tokenizer brings texts to normal form; llama.cpp does not."""

T = TypeVar("T")


def from_metadata(path: Path, metadata: Mapping[str, object]) -> Tokenizer:
    """OddTokenizer, BadModelFile. Strings are str, arrays lists."""
    model = metadata.get(f"{PREFIX}model")
    if model == "gpt2":
        return _byte_level(path, metadata)
    if model == "llama":
        return _characters(path, metadata)
    expected = "a tokenizer of the model gpt2 or llama"
    raise OddTokenizer(path, [f"expected {expected}, got {model or 'none'}"])


def _byte_level(path: Path, metadata: Mapping[str, object]) -> Tokenizer:
    pre = metadata.get(f"{PREFIX}pre")
    if pre not in WORDS:
        expected = " or ".join(WORDS)
        raise OddTokenizer(
            path, [f"expected the pre-tokenizer {expected}, got {pre or 'none'}"]
        )
    words, flags = WORDS[str(pre)]
    tokens, kinds = _tokens(path, metadata)
    vocabulary = {
        text: id
        for id, (text, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind == PieceKind.NORMAL
    }
    raw, control = [], []
    for id, (text, kind) in enumerate(zip(tokens, kinds, strict=True)):
        if kind == PieceKind.ADDED:
            raw.append(Added(text.encode(), id))
        elif kind != PieceKind.NORMAL:
            control.append(id)
            if kind == PieceKind.CONTROL:
                raw.append(Added(text.encode(), None))
    added = AddedTokens(raw=raw, control=frozenset(control))
    merges = [_merge(path, held) for held in _array(path, metadata, "merges", str)]
    return byte_level(path, vocabulary, merges, added, words, flags)


def _merge(path: Path, held: str) -> Merge:
    left, _, right = held.partition(" ")
    if not left or not right or " " in right:
        raise BadModelFile(path, "merges of two tokens", repr(held))
    return left, right


def _characters(path: Path, metadata: Mapping[str, object]) -> Tokenizer:
    tokens, kinds = _tokens(path, metadata)
    scores = _array(path, metadata, "scores", float)
    if len(scores) != len(tokens):
        raise BadModelFile(path, f"{len(tokens)} scores", str(len(scores)))
    if metadata.get(f"{PREFIX}precompiled_charsmap"):
        raise OddTokenizer(path, ["expected no normaliser, got a character map"])
    flags = Flag.MARK
    if metadata.get(f"{PREFIX}add_space_prefix", True):
        flags |= Flag.SPACE_FIRST
    if metadata.get(f"{PREFIX}remove_extra_whitespaces", False):
        flags |= Flag.TRIM
    pieces = [
        Piece(text, score, kind)
        for text, score, kind in zip(tokens, scores, kinds, strict=True)
    ]
    return from_pieces(path, pieces, flags)


def _tokens(
    path: Path, metadata: Mapping[str, object]
) -> tuple[Sequence[str], Sequence[PieceKind]]:
    tokens = _array(path, metadata, "tokens", str)
    numbers = _array(path, metadata, "token_type", int)
    if len(numbers) != len(tokens):
        raise BadModelFile(path, f"{len(tokens)} token types", str(len(numbers)))
    try:
        return tokens, [PieceKind(number) for number in numbers]
    except ValueError as error:
        raise BadModelFile(path, "token types of 1 to 6", str(error)) from None


def _array(
    path: Path, metadata: Mapping[str, object], name: str, kind: type[T]
) -> list[T]:
    held = metadata.get(PREFIX + name)
    if not isinstance(held, list) or not all(isinstance(x, kind) for x in held):
        expected = f"{PREFIX}{name}, an array of {kind.__name__}"
        actual = "nothing" if held is None else "another type"
        raise BadModelFile(path, expected, actual)
    return held
