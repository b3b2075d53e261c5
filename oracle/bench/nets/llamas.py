"""llama2.c's models of made-up weights, and a tokenizer for them, as its files."""

import struct
from pathlib import Path
from typing import Final

import numpy as np

from converters.text.llama2c import FIRST, LAST

BYTES: Final = 256
FIRST_LETTER: Final = 0x100


def stories15m(folder: Path) -> tuple[Path, Path]:
    """Of the sizes that stories15M.bin has."""
    return written(folder, width=288, layers=6, heads=6, vocabulary=32000, context=256)


def written(
    folder: Path, *, width: int, layers: int, heads: int, vocabulary: int, context: int
) -> tuple[Path, Path]:
    """A model and its tokenizer. Neither the token that begins a text nor the one that
    ends it is ever picked, so that all positions are filled."""
    hidden = -(-width * 8 // 3 // 32) * 32
    rng = np.random.default_rng(7)
    normal = rng.standard_normal
    embeddings = normal((vocabulary, width), np.float32)
    embeddings[[FIRST, LAST]] = 0
    each = 2 * width + 4 * width * width + 3 * width * hidden
    layered = normal(layers * each, np.float32) / np.float32(width**0.5)
    layered[: layers * width] = 1
    model, tokenizer = folder / "made_up.bin", folder / "made_up_tokenizer.bin"
    with model.open("wb") as file:
        sizes = (width, hidden, layers, heads, heads, vocabulary, context)
        file.write(struct.pack("<7i", *sizes))
        file.write(embeddings.astype("<f4").tobytes())
        file.write(layered.astype("<f4").tobytes())
        file.write(np.ones(width, "<f4").tobytes())
        file.write(bytes(4 * context * width // heads))  # angles that nobody reads
    tokenizer.write_bytes(pieces(vocabulary))
    return model, tokenizer


def pieces(vocabulary: int) -> bytes:
    """Three that are special, bytes, and letters."""
    texts = ["<unk>", "\n<s>\n", "\n</s>\n", *(f"<0x{i:02X}>" for i in range(BYTES))]
    texts += [chr(FIRST_LETTER + i) for i in range(vocabulary - len(texts))]
    held = [text.encode() for text in texts]
    parts = [struct.pack("<fi", 0.0, len(piece)) + piece for piece in held]
    return struct.pack("<i", max(map(len, held))) + b"".join(parts)
