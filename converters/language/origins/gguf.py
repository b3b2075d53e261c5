"""A GGUF file as a language model."""

from collections.abc import Mapping
from pathlib import Path

from converters.errors import BadModelFile
from converters.text.characters import PieceKind
from converters.text.gguf import PREFIX, from_metadata

from ..files import gguf
from ..source import Found, Words
from .gguf_config import config_of


def found(path: Path) -> Found:
    """BadModelFile."""
    file = gguf.read(path)
    metadata = file.metadata
    config, reasons = config_of(metadata, file.tensors)
    return Found(
        "GGUF",
        config,
        [*reasons, *file.refused, *_split(metadata)],
        file.tensors,
        lambda: _words(path, metadata),
        text_of(metadata.get("general.name")),
        text_of(metadata.get("general.license")),
    )


def text_of(held: object) -> str:
    """What a text says, and nothing of what is none."""
    return held if isinstance(held, str) else ""


def _split(metadata: Mapping[str, object]) -> list[str]:
    """A part of a model is none."""
    count = metadata.get("split.count", 1)
    return [] if count in (0, 1) else [f"expected one file, got one of {count}"]


def _words(path: Path, metadata: Mapping[str, object]) -> Words:
    start = PREFIX
    tokenizer = from_metadata(path, metadata)
    tokens, kinds = metadata[f"{start}tokens"], metadata[f"{start}token_type"]
    assert isinstance(tokens, list) and isinstance(kinds, list), "read as a tokenizer"
    known = (PieceKind.CONTROL, PieceKind.ADDED)
    specials = {text: id for id, text in enumerate(tokens) if kinds[id] in known}

    def token(name: str) -> tuple[int, ...]:
        held = metadata.get(f"{start}{name}_token_id")
        if not isinstance(held, int):
            return ()
        if not 0 <= held < len(tokens):
            expected = f"{name}_token_id of 0 to {len(tokens) - 1}"
            raise BadModelFile(path, expected, str(held))
        return (held,)

    llama3 = metadata.get(f"{start}pre") == "llama-bpe"
    usual = metadata.get(f"{start}model") == "llama" or llama3
    begins = bool(metadata.get(f"{start}add_bos_token", usual))
    return Words(
        tokenizer,
        token("bos") if begins else (),
        frozenset((*token("eos"), *token("eot"), *token("eom"))),
        specials,
        text_of(metadata.get("tokenizer.chat_template")) or None,
    )
