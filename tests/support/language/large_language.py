"""A llama of 1.1 billion random weights in Q4_0, as a GGUF file: TinyLlama's sizes.

`PYTHONPATH=tests python -m support.language.large_language FILE`.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from support.language.tiny_language import add_tokenizer

LAYERS, WIDTH, HEADS, KV_HEADS, HIDDEN, VOCABULARY = 22, 2048, 32, 4, 5632, 32000
CONTEXT, TERMS, END = 2048, 32, 2
SPREAD = 1 / 256


def write(path: Path, layers: int = LAYERS, width: int = WIDTH) -> None:
    """Any nibbles, with small scales; nothing is in memory as a whole but the file."""
    import gguf

    rng = np.random.default_rng(11)
    writer = gguf.GGUFWriter(path, "llama", use_temp_file=True)
    for key, value in {
        "block_count": layers,
        "embedding_length": width,
        "feed_forward_length": HIDDEN,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
        "context_length": CONTEXT,
    }.items():
        writer.add_uint32(f"llama.{key}", value)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_float32("llama.rope.freq_base", 10000.0)
    add_tokenizer(writer, END)
    keys = width * KV_HEADS // HEADS
    shapes = {"attn_q": (width, width), "attn_k": (keys, width)}
    shapes |= {"attn_v": (keys, width), "attn_output": (width, width)}
    shapes |= {"ffn_gate": (HIDDEN, width), "ffn_up": (HIDDEN, width)}
    shapes |= {"ffn_down": (width, HIDDEN)}
    add_blocks(writer, rng, "token_embd", (VOCABULARY, width))
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for index in range(layers):
        for name, shape in shapes.items():
            add_blocks(writer, rng, f"blk.{index}.{name}", shape)
        for name in ("attn_norm", "ffn_norm"):
            ones = np.ones(width, np.float32)
            writer.add_tensor(f"blk.{index}.{name}.weight", ones)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_blocks(
    writer: Any, rng: np.random.Generator, name: str, shape: tuple[int, int]
) -> None:
    import gguf

    rows, columns = shape
    raw = rng.integers(0, 256, (rows, columns // TERMS, 2 + TERMS // 2), np.uint8)
    scales = rng.normal(0, SPREAD, raw.shape[:2]).astype("<f2")
    raw[..., :2] = scales[..., None].view(np.uint8)
    kind = gguf.GGMLQuantizationType.Q4_0
    writer.add_tensor(f"{name}.weight", raw.reshape(rows, -1), raw_dtype=kind)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
