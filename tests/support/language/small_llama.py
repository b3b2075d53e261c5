"""A model and a tokenizer of a few kilobytes, as llama2.c has them: random weights."""

import struct
from pathlib import Path

import numpy as np

VOCABULARY, HEADS = 300, 2


def small(
    shared: bool = True, width: int = 8, layers: int = 1, context: int = 64
) -> bytes:
    """With one head of keys; the classifier is the embeddings, or its own."""
    hidden, head = width * 3 // 2, width // HEADS
    signed = VOCABULARY if shared else -VOCABULARY
    sizes = (width, hidden, layers, HEADS, 1, signed, context)
    each = 2 * width * width + 2 * width * head + 3 * width * hidden + 2 * width
    count = VOCABULARY * width * (1 if shared else 2) + layers * each + width
    rng = np.random.default_rng(1)
    weights = rng.normal(size=count + context * head) / np.sqrt(width)
    return struct.pack("<7i", *sizes) + weights.astype("<f4").tobytes()


def pieces() -> bytes:
    """Three that are special, bytes, and letters."""
    texts = ["<unk>", "\n<s>\n", "\n</s>\n", *(f"<0x{i:02X}>" for i in range(256))]
    texts += [chr(0x100 + i) for i in range(VOCABULARY - len(texts))]
    parts = [
        struct.pack("<fi", 0.0, len(text.encode())) + text.encode() for text in texts
    ]
    return struct.pack("<i", 16) + b"".join(parts)


def written(folder: Path, model: bytes, tokenizer: bytes | None = None) -> Path:
    """Both in a folder; where the model is."""
    (folder / "model.bin").write_bytes(model)
    (folder / "tokenizer.bin").write_bytes(pieces() if tokenizer is None else tokenizer)
    return folder / "model.bin"
