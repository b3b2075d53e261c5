"""What Hugging Face calls tensors, and what GGUF does."""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from ..matrix import Matrix, of_floats

LAYER: Final = re.compile(r"(?:model\.layers|transformer\.h|h)\.(\d+)\.(.+)\.(\w+)")
IGNORED: Final = re.compile(r".*(\.attn\.(masked_)?bias|\.rotary_emb\.inv_freq)")
"""Buffers: a mask, and frequencies that the config says."""

OUTSIDE: Final = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "model.final_layernorm": "output_norm",
    "lm_head": "output",
    "transformer.wte": "token_embd",
    "transformer.wpe": "position_embd",
    "transformer.ln_f": "output_norm",
    "wte": "token_embd",
    "wpe": "position_embd",
    "ln_f": "output_norm",
}

COMMON: Final = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
GEMMA: Final = COMMON | {
    "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}
PHI: Final = COMMON | {
    "self_attn.dense": "attn_output",
    "mlp.fc1": "ffn_up",
    "mlp.fc2": "ffn_down",
}
PHI3: Final = COMMON | {
    "self_attn.qkv_proj": "attn_qkv",
    "mlp.gate_up_proj": "ffn_up",
}
GPT2: Final = {
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
    "ln_1": "attn_norm",
    "ln_2": "ffn_norm",
}
OF_LAYERS: Final[Mapping[str, Mapping[str, str]]] = {
    "llama": COMMON,
    "qwen2": COMMON,
    "qwen3": COMMON,
    "gemma2": GEMMA,
    "gemma3_text": GEMMA,
    "phi": PHI,
    "phi3": PHI3,
    "gpt2": GPT2,
}
"""By model type."""


def renamed(kind: str, held: Mapping[str, Matrix], tied: bool) -> dict[str, Matrix]:
    """By GGUF's names, those that have one; Gemma's norms are of 1 + weight, GPT-2's
    matrices are turned."""
    found: dict[str, Matrix] = {}
    for name, matrix in held.items():
        if IGNORED.fullmatch(name) or (tied and name == "lm_head.weight"):
            continue
        known = _name(kind, name)
        if kind.startswith("gemma") and known.endswith("norm.weight"):
            matrix = of_floats(np.float32(1) + matrix.floats())
        elif kind == "gpt2" and matrix.rows > 1 and known.startswith("blk."):
            matrix = of_floats(matrix.floats().T)
        found[known] = matrix
    return found


def _name(kind: str, name: str) -> str:
    layer = LAYER.fullmatch(name)
    if layer:
        part = OF_LAYERS[kind].get(layer[2])
        return f"blk.{layer[1]}.{part}.{layer[3]}" if part else name
    start, _, end = name.rpartition(".")
    return f"{OUTSIDE[start]}.{end}" if start in OUTSIDE else name
