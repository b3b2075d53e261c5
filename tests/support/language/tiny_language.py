"""Language models of a few thousand random weights, as GGUF files that `gguf` writes.

The peer quantises, too; what it can't quantise is filled with random blocks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from converters.text.bytelevel import ALPHABET

Array = np.ndarray
LAYERS, WIDTH, HEADS, KV_HEADS, HIDDEN, CONTEXT = 2, 64, 4, 2, 96, 64
WORDS = ("he", "th", "the", "in", "an", " t", " the", " a", "er", "on", "re")
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


@dataclass(frozen=True, slots=True)
class Tiny:
    """A model: keys behind its architecture's name, and weights by GGUF's names, which
    are those that the file's blocks mean."""

    architecture: str
    keys: Mapping[str, Any]
    weights: dict[str, Array] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        return self.keys.get(key, default)


def vocabulary() -> tuple[list[str], list[str]]:
    """Tokens in GPT-2's alphabet and merges that make the words."""
    tokens = [*SPECIALS, *(ALPHABET[byte] for byte in range(256))]
    merges = []
    for word in WORDS:
        held = "".join(ALPHABET[byte] for byte in word.encode())
        left = next(held[:i] for i in range(len(held) - 1, 0, -1) if held[:i] in tokens)
        merges.append(f"{left} {held[len(left) :]}")
        tokens.append(held)
    return tokens, merges


VOCABULARY = len(vocabulary()[0])


def shapes(architecture: str, keys: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Of every tensor, (rows, columns) or (columns,); as llama.cpp loads them."""
    width, hidden = keys["embedding_length"], keys["feed_forward_length"]
    head = keys.get("attention.key_length", width // HEADS)
    heads, kv_heads = HEADS, keys.get("attention.head_count_kv", HEADS)
    q, kv = heads * head, kv_heads * head
    found: dict[str, tuple[int, ...]] = {"token_embd.weight": (VOCABULARY, width)}
    found["output_norm.weight"] = (width,)
    layered = architecture in ("gpt2", "phi2")
    if layered:
        found["output_norm.bias"] = (width,)
    if architecture == "gpt2":
        found["position_embd.weight"] = (CONTEXT, width)
    if architecture in ("phi2", "phi3", "qwen2"):
        found["output.weight"] = (VOCABULARY, width)
    if architecture == "phi2":
        found["output.bias"] = (VOCABULARY,)
    for i in range(keys["block_count"]):
        held: dict[str, tuple[int, ...]] = {"attn_norm.weight": (width,)}
        if architecture in ("gpt2", "phi2", "phi3"):
            held["attn_qkv.weight"] = (q + 2 * kv, width)
        else:
            held |= {
                "attn_q.weight": (q, width),
                "attn_k.weight": (kv, width),
                "attn_v.weight": (kv, width),
            }
        held["attn_output.weight"] = (width, q)
        if architecture == "qwen2":
            held |= {"attn_q.bias": (q,), "attn_k.bias": (kv,), "attn_v.bias": (kv,)}
        if architecture in ("qwen3", "gemma3"):
            held |= {"attn_q_norm.weight": (head,), "attn_k_norm.weight": (head,)}
        if architecture.startswith("gemma"):
            held |= {
                "post_attention_norm.weight": (width,),
                "post_ffw_norm.weight": (width,),
            }
        if architecture != "phi2":
            held["ffn_norm.weight"] = (width,)
        up = 2 * hidden if architecture == "phi3" else hidden
        held["ffn_up.weight"] = (up, width)
        held["ffn_down.weight"] = (width, hidden)
        if architecture not in ("gpt2", "phi2", "phi3"):
            held["ffn_gate.weight"] = (hidden, width)
        if layered:
            held |= {
                "attn_norm.bias": (width,),
                "attn_qkv.bias": (q + 2 * kv,),
                "attn_output.bias": (width,),
                "ffn_up.bias": (hidden,),
                "ffn_down.bias": (width,),
            }
            if architecture == "gpt2":
                held["ffn_norm.bias"] = (width,)
        found |= {f"blk.{i}.{name}": shape for name, shape in held.items()}
    return found


def shaped(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers that files may lie about are as usual."""
    layers = keys["block_count"]
    true = layers if isinstance(layers, int) and layers in (2, 6) else LAYERS
    width = keys["embedding_length"] if keys["embedding_length"] >= WIDTH else WIDTH
    return {**keys, "block_count": true, "embedding_length": width}


def usual_keys(architecture: str) -> dict[str, Any]:
    """As converters of the peer's write them, for these sizes."""
    norm = "layer_norm_rms_epsilon"
    if architecture in ("gpt2", "phi2"):
        norm = "layer_norm_epsilon"
    keys: dict[str, Any] = {
        "block_count": LAYERS,
        "embedding_length": WIDTH,
        "feed_forward_length": HIDDEN,
        "attention.head_count": HEADS,
        "context_length": CONTEXT,
        f"attention.{norm}": 1e-5,
    }
    if architecture != "gpt2":
        grouped = KV_HEADS if architecture != "phi2" else HEADS
        keys |= {"rope.freq_base": 5000.0, "attention.head_count_kv": grouped}
    if architecture == "phi2":
        keys["rope.dimension_count"] = 8
    if architecture.startswith("gemma"):
        keys |= {"attention.key_length": 24, "attention.value_length": 24}
        keys |= {"attention.sliding_window": 5}
    if architecture == "gemma2":
        keys |= {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}
    if architecture == "gemma3":
        keys |= {"rope.scaling.type": "linear", "rope.scaling.factor": 8.0}
    if architecture == "phi3":
        keys |= {"attention.sliding_window": 6}
    return keys


def write(
    path: Path,
    architecture: str,
    kind: str = "F32",
    seed: int = 1,
    keys: Mapping[str, Any] | None = None,
    extra: Mapping[str, Array] | None = None,
    change: Callable[[Any], None] | None = None,
    end: int = 2,
) -> Tiny:
    """The file, whose matrices are of one type; `change` may spoil it in the making,
    and `end` is the token that ends an answer."""
    import gguf

    rng = np.random.default_rng(seed)
    tiny = Tiny(architecture, usual_keys(architecture) | dict(keys or {}))
    writer = gguf.GGUFWriter(path, architecture)
    for key, value in tiny.keys.items():
        name = f"{architecture}.{key}"
        if isinstance(value, str):
            writer.add_string(name, value)
        elif isinstance(value, float):
            writer.add_float32(name, value)
        else:
            writer.add_uint32(name, value)
    add_tokenizer(writer, end)
    for name, held in (extra or {}).items():
        writer.add_tensor(name, held)
        tiny.weights[name] = held
    for name, shape in shapes(architecture, shaped(tiny.keys)).items():
        weights = rng.normal(size=shape).astype(np.float32)
        weights *= 1.0 if len(shape) == 1 else 1.5 / np.sqrt(shape[-1])
        if name.endswith("norm.weight"):
            weights = 1 + weights / 4
        if len(shape) == 1 or kind == "F32":
            writer.add_tensor(name, weights)
            tiny.weights[name] = weights
            continue
        made = gguf.GGMLQuantizationType[kind]
        block, _ = gguf.GGML_QUANT_SIZES[made]
        made = made if shape[-1] % block == 0 else gguf.GGMLQuantizationType.Q8_0
        try:
            raw = gguf.quants.quantize(weights, made)
        except NotImplementedError:
            raw = random_blocks(rng, made, shape)
        writer.add_tensor(name, raw, raw_dtype=made)
        tiny.weights[name] = gguf.quants.dequantize(raw, made).reshape(shape)
    if change:
        change(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tiny


def random_blocks(rng: np.random.Generator, kind: Any, shape: tuple[int, ...]) -> Array:
    """Any bits but for the scales, which are small."""
    import gguf

    terms, size = gguf.GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (shape[0], shape[1] // terms, size), np.uint8)
    places, spread = {
        "Q6_K": ((208,), 1 / 32768),
        "Q5_K": ((0, 2), 1 / 16384),
        "Q4_K": ((0, 2), 1 / 8192),
    }[kind.name]
    for at in places:
        small = rng.normal(size=raw.shape[:2]) * spread
        raw[..., at : at + 2] = small.astype("<f2")[..., None].view(np.uint8)
    return raw.reshape(shape[0], -1)


def add_tokenizer(writer: Any, end: int) -> None:
    tokens, merges = vocabulary()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIALS) + [1] * (len(tokens) - len(SPECIALS)))
    writer.add_token_merges(merges)
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
