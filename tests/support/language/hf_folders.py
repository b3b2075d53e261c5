"""Folders with tiny models, as Hugging Face's are: configs, a tokenizer of bytes."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from support.language.tiny_language import VOCABULARY, Tiny, shapes, usual_keys

from converters.text.bytelevel import ALPHABET

BASE: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 2,
}

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", BASE),
    "qwen2": ("Qwen2Config", BASE),
    "qwen3": ("Qwen3Config", BASE | {"head_dim": 24}),
    "gemma2": (
        "Gemma2Config",
        BASE
        | {
            "head_dim": 24,
            "sliding_window": 5,
            "query_pre_attn_scalar": 32,
            "attn_logit_softcapping": 2.0,
            "final_logit_softcapping": 3.0,
        },
    ),
    "gemma3_text": (
        "Gemma3TextConfig",
        BASE | {"head_dim": 24, "sliding_window": 5, "query_pre_attn_scalar": 20},
    ),
    "gpt2": (
        "GPT2Config",
        {
            "vocab_size": 300,
            "n_embd": 64,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": 64,
            "bos_token_id": 0,
            "eos_token_id": 1,
        },
    ),
    "phi": ("PhiConfig", BASE | {"num_key_value_heads": 4}),
    "phi3": ("Phi3Config", BASE),
}
"""By model type: the class of its config, and fields."""

SPECIALS = ("<|begin|>", "<|end|>", "<|pad|>")


def tokenizer(begin: bool = False) -> dict[str, Any]:
    """Bytes, and three tokens that are special; `begin` puts one before a text."""
    vocabulary = {name: i for i, name in enumerate(SPECIALS)}
    vocabulary |= {ALPHABET[byte]: 3 + byte for byte in range(256)}
    added = [
        {"id": i, "content": name, "special": True, "normalized": False}
        for i, name in enumerate(SPECIALS)
    ]
    single: list[dict[str, Any]] = [{"Sequence": {"id": "A", "type_id": 0}}]
    if begin:
        single.insert(0, {"SpecialToken": {"id": SPECIALS[0], "type_id": 0}})
    return {
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
        "pre_tokenizer": {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "use_regex": True,
        },
        "normalizer": None,
        "added_tokens": added,
        "post_processor": {"type": "TemplateProcessing", "single": single},
    }


def add_tokenizer(folder: Path, begin: bool = False) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(begin)))


COMMON = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
NAMES = {
    "qwen2": COMMON,
    "qwen3": COMMON,
    "gemma2": COMMON
    | {
        "ffn_norm": "pre_feedforward_layernorm",
        "post_attention_norm": "post_attention_layernorm",
        "post_ffw_norm": "post_feedforward_layernorm",
    },
    "phi3": COMMON | {"attn_qkv": "self_attn.qkv_proj", "ffn_up": "mlp.gate_up_proj"},
    "gpt2": {
        "token_embd": "transformer.wte",
        "position_embd": "transformer.wpe",
        "output_norm": "transformer.ln_f",
        "attn_norm": "ln_1",
        "attn_qkv": "attn.c_attn",
        "attn_output": "attn.c_proj",
        "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc",
        "ffn_down": "mlp.c_proj",
    },
}
"""What the library calls tensors, by what GGUF calls them."""

KEYS = {
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "block_count": "num_hidden_layers",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim",
    "attention.sliding_window": "sliding_window",
    "context_length": "max_position_embeddings",
    "attention.layer_norm_rms_epsilon": "rms_norm_eps",
    "rope.freq_base": "rope_theta",
    "attn_logit_softcapping": "attn_logit_softcapping",
    "final_logit_softcapping": "final_logit_softcapping",
}
GPT2_KEYS = {
    "embedding_length": "n_embd",
    "feed_forward_length": "n_inner",
    "block_count": "n_layer",
    "attention.head_count": "n_head",
    "context_length": "n_positions",
    "attention.layer_norm_epsilon": "layer_norm_epsilon",
}


def write(folder: Path, kind: str, change: dict[str, Any] | None = None) -> Tiny:
    """A folder with random weights, and what they mean by GGUF's names."""
    rng, keys = np.random.default_rng(2), usual_keys(kind)
    tiny, held = Tiny(kind, keys), dict[str, np.ndarray]()
    for name, shape in shapes(kind, keys).items():
        weights = rng.normal(size=shape).astype(np.float32)
        weights *= 1 / np.sqrt(shape[-1]) if len(shape) == 2 else 0.5
        tiny.weights[name] = weights
        if kind == "gemma2" and name.endswith("norm.weight"):
            tiny.weights[name] = 1 + weights
        turned = kind == "gpt2" and len(shape) == 2 and name.startswith("blk.")
        held[renamed(kind, name)] = weights.T.copy() if turned else weights
    own = GPT2_KEYS if kind == "gpt2" else KEYS
    config = {theirs: keys[ours] for ours, theirs in own.items() if ours in keys}
    config |= {"model_type": kind, "vocab_size": VOCABULARY, "eos_token_id": 1}
    config |= {"tie_word_embeddings": "output.weight" not in tiny.weights}
    if kind == "gemma2":
        config["query_pre_attn_scalar"] = keys["attention.key_length"]
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config | (change or {})))
    (folder / "model.safetensors").write_bytes(safetensors(held))
    add_tokenizer(folder)
    return tiny


def renamed(kind: str, name: str) -> str:
    *layer, part, last = name.split(".")
    theirs = NAMES[kind][part]
    if not layer:
        return f"{theirs}.{last}"
    start = "transformer.h" if kind == "gpt2" else "model.layers"
    return f"{start}.{layer[1]}.{theirs}.{last}"


def safetensors(held: Mapping[str, np.ndarray], kind: str = "F32") -> bytes:
    """The file's bytes."""
    head: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in held.items():
        end = len(data) + array.nbytes
        shape, places = list(array.shape), [len(data), end]
        head[name] = {"dtype": kind, "shape": shape, "data_offsets": places}
        data += array.tobytes()
    return with_head(json.dumps(head).encode()) + data


def with_head(head: bytes) -> bytes:
    return struct.pack("<Q", len(head)) + head
