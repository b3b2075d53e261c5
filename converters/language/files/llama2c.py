"""llama2.c's .bin, of the version that `run.c` reads: seven numbers, then floats."""

import struct
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Final

import numpy as np

from converters.errors import BadModelFile

from ..config import Attention, Config
from ..encodings import F32
from ..matrix import Matrix
from ..rope import Rope

HEADER: Final = struct.Struct("<7i")
LATER: Final = 0x616B3432
"""The first word of a file of version 1 or 2."""

PICKLES: Final = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")
"""How PyTorch's files begin, which are called .bin, too."""

EPSILON: Final = 1e-5
BASE: Final = 10000.0

PARTS: Final = (
    ("attn_norm", "vector"),
    ("attn_q", "queries"),
    ("attn_k", "keys"),
    ("attn_v", "keys"),
    ("attn_output", "output"),
    ("ffn_norm", "vector"),
    ("ffn_gate", "up"),
    ("ffn_down", "down"),
    ("ffn_up", "up"),
)
"""Of the layers, in the file's order: each part of all layers, one after another."""


def read(path: Path) -> tuple[Config, dict[str, Matrix]]:
    """The config, and the weights by GGUF's names. BadModelFile."""
    with path.open("rb") as file:
        head = file.read(HEADER.size)
    if head.startswith(PICKLES):
        wanted = "llama2.c's .bin (of other models the safetensors)"
        raise BadModelFile(path, wanted, "a pickle of PyTorch's, which is code")
    if len(head) < HEADER.size:
        raise BadModelFile(path, f"{HEADER.size} bytes or more", str(len(head)))
    width, hidden, layers, heads, kv_heads, signed, context = HEADER.unpack(head)
    if width == LATER:
        raise BadModelFile(path, "a .bin of version 0, as run.c reads", "a later one")
    sizes = (width, hidden, layers, heads, kv_heads, abs(signed), context)
    if min(sizes) < 1 or max(sizes) > 1 << 24 or width % heads or heads % kv_heads:
        raise BadModelFile(path, "sizes of a model in seven numbers", str(sizes))
    config = _config(*sizes)
    layout = list(_layout(config, shared=signed > 0))
    expected = HEADER.size + 4 * sum(rows * columns for _, rows, columns in layout)
    actual = path.stat().st_size
    if actual != expected:
        raise BadModelFile(path, f"{expected} bytes, by its sizes", str(actual))
    data = np.memmap(path, np.uint8, "r")
    tensors, at = {}, HEADER.size
    for name, rows, columns in layout:
        end = at + 4 * rows * columns
        if name:
            tensors[name] = Matrix(F32, columns, data[at:end].reshape(rows, -1))
        at = end
    return config, tensors


def _config(
    width: int,
    hidden: int,
    layers: int,
    heads: int,
    kv_heads: int,
    vocabulary: int,
    context: int,
) -> Config:
    head_width = width // heads
    rope = Rope(BASE, head_width, halves=False)
    return Config(
        architecture="llama",
        layers=layers,
        width=width,
        heads=heads,
        kv_heads=kv_heads,
        head_width=head_width,
        hidden=hidden,
        vocabulary=vocabulary,
        context=context,
        epsilon=EPSILON,
        scale=1 / sqrt(head_width),
        attentions=(Attention(0, rope),) * layers,
    )


def _layout(config: Config, shared: bool) -> Iterator[tuple[str, int, int]]:
    """Names, rows and columns; tables of angles, which are made anew, have no name."""
    width, hidden = config.width, config.hidden
    keys = config.kv_heads * config.head_width
    shapes = {
        "vector": (1, width),
        "queries": (width, width),
        "keys": (keys, width),
        "output": (width, width),
        "up": (hidden, width),
        "down": (width, hidden),
    }
    yield "token_embd.weight", config.vocabulary, width
    for name, kind in PARTS:
        for index in range(config.layers):
            yield (f"blk.{index}.{name}.weight", *shapes[kind])
    yield "output_norm.weight", 1, width
    yield "", config.context, config.head_width
    if not shared:
        yield "output.weight", config.vocabulary, width
