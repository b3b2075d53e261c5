"""Where models and peers are, and a model that is made up.

`make model-smollm2` brings the model, you bring the peers: what is missing has no
figure. PLUMB_BUILD and PLUMB_SHARED_DATA name other folders.
"""

import os
import struct
from pathlib import Path
from typing import Final

import numpy as np

ROOT: Final = Path(__file__).parents[3]
BUILD: Final = Path(os.environ.get("PLUMB_BUILD", ROOT / "build"))
DATA: Final = Path(os.environ.get("PLUMB_SHARED_DATA", ROOT.parent / "shared" / "data"))

SMOLLM2: Final = BUILD / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"
STORIES: Final = DATA / "llama2c" / "stories260K.bin"
STORIES_TOKENIZER: Final = DATA / "llama2c" / "tok512.bin"
PEERS: Final = BUILD / "peers"
RUN_C: Final = PEERS / "run.c"
DOCS: Final = ROOT / "docs"

STORIES15M: Final = (288, 768, 6, 6, 6, 32000, 256)
"""Width, hidden width, layers, heads, heads of keys, vocabulary, context."""


def made_up(folder: Path) -> tuple[Path, Path]:
    """stories15M's shape with random weights, and a tokenizer of as many pieces, as
    llama2.c has them."""
    width, hidden, layers, heads, keys, vocabulary, context = STORIES15M
    head = width // heads
    each = 2 * width * width + 2 * width * keys * head + 3 * width * hidden + 2 * width
    count = vocabulary * width + layers * each + width + context * head
    weights = np.random.default_rng(1).normal(0, width**-0.5, count)
    model, tokenizer = folder / "stories15m.bin", folder / "tokenizer.bin"
    head_words = struct.pack("<7i", *STORIES15M)
    model.write_bytes(head_words + weights.astype("<f4").tobytes())
    texts = ["<unk>", "\n<s>\n", "\n</s>\n", *(f"<0x{i:02X}>" for i in range(256))]
    texts += [chr(0x4E00 + i) for i in range(vocabulary - len(texts))]
    pieces = (text.encode() for text in texts)
    parts = [struct.pack("<fi", 0.0, len(piece)) + piece for piece in pieces]
    tokenizer.write_bytes(struct.pack("<i", 16) + b"".join(parts))
    return model, tokenizer
