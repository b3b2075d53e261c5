"""Language models in plain numpy and float64: each architecture as its paper, or the
library that it was published with, has it. Nothing of the project's is used.

Weights are named as GGUF names them, and are those that its blocks mean.
"""

from math import ceil, erf, floor, log, pi, sqrt

import numpy as np
from support.language.tiny_language import Tiny

Array = np.ndarray


SHORT = 32
"""Terms of a group whose numbers have 15 bits."""


def forward(tiny: Tiny, tokens: list[int], group: int = 0) -> Array:
    """The logits behind each token, (tokens, vocabulary). What matrices are multiplied
    by has a scale a group, if there is one, and 8 bits, in short groups 15."""
    weights = {
        name: held.astype(np.float64)
        for name, held in tiny.weights.items()
        if not name.startswith("blk.")
    }
    x = weights["token_embd.weight"][tokens]
    kind = tiny.architecture
    if kind.startswith("gemma"):
        x = x * sqrt(x.shape[-1])
    if kind == "gpt2":
        x = x + weights["position_embd.weight"][: len(tokens)]
    for i in range(tiny.keys["block_count"]):
        own = {
            name.removeprefix(f"blk.{i}."): held.astype(np.float64)
            for name, held in tiny.weights.items()
            if name.startswith(f"blk.{i}.")
        }
        x = layer(tiny, i, own, weights, x, group)
    x = norm(tiny, weights, "output_norm", x)
    out = "output" if "output.weight" in weights else "token_embd"
    y = rounded(x, group) @ weights[f"{out}.weight"].T + weights.get("output.bias", 0)
    cap = tiny.get("final_logit_softcapping")
    return np.tanh(y / cap) * cap if cap else y


def norm(tiny: Tiny, weights: dict[str, Array], name: str, x: Array) -> Array:
    if tiny.architecture in ("gpt2", "phi2"):
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return (
        x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * weights[f"{name}.weight"]
    )


def linear(own: dict[str, Array], name: str, x: Array, group: int) -> Array:
    return rounded(x, group) @ own[f"{name}.weight"].T + own.get(f"{name}.bias", 0)


def rounded(x: Array, group: int) -> Array:
    if not group:
        return x
    parts = x.reshape(-1, group)
    unit = np.abs(parts).max(-1, keepdims=True) / 127
    if group == SHORT:
        unit /= 128
    return (np.rint(parts / unit) * unit).reshape(x.shape)


def layer(
    tiny: Tiny,
    i: int,
    own: dict[str, Array],
    weights: dict[str, Array],
    x: Array,
    group: int,
) -> Array:
    kind, count = tiny.architecture, len(x)
    heads = tiny.keys["attention.head_count"]
    head = tiny.get("attention.key_length", x.shape[-1] // heads)
    kv_heads = tiny.get("attention.head_count_kv", heads)
    h = norm(tiny, own, "attn_norm", x)
    if "attn_qkv.weight" in own:
        both = linear(own, "attn_qkv", h, group)
        q, k, v = np.split(both, [heads * head, (heads + kv_heads) * head], axis=-1)
    else:
        q, k, v = (linear(own, f"attn_{name}", h, group) for name in "qkv")
    q = q.reshape(count, heads, head)
    k, v = (each.reshape(count, kv_heads, head) for each in (k, v))
    if "attn_q_norm.weight" in own:
        q, k = norm(tiny, own, "attn_q_norm", q), norm(tiny, own, "attn_k_norm", k)
    local = is_local(kind, i)
    if kind != "gpt2":
        q, k = (rotated(tiny, local, weights, each) for each in (q, k))
    window = tiny.get("attention.sliding_window", 0) if local else 0
    mixed = np.zeros((count, heads, head))
    for a in range(heads):
        b = a // (heads // kv_heads)
        for t in range(count):
            first = max(0, t + 1 - window) if window else 0
            scores = k[first : t + 1, b] @ q[t, a] / sqrt(head)
            cap = tiny.get("attn_logit_softcapping")
            scores = np.tanh(scores / cap) * cap if cap else scores
            shares = np.exp(scores - scores.max())
            mixed[t, a] = shares / shares.sum() @ v[first : t + 1, b]
    y = linear(own, "attn_output", mixed.reshape(count, -1), group)
    if kind == "phi2":
        return x + y + feed(kind, own, h, group)
    if kind.startswith("gemma"):
        y = norm(tiny, own, "post_attention_norm", y)
    x = x + y
    y = feed(kind, own, norm(tiny, own, "ffn_norm", x), group)
    if kind.startswith("gemma"):
        y = norm(tiny, own, "post_ffw_norm", y)
    return x + y


def is_local(kind: str, i: int) -> bool:
    if kind == "gemma2":
        return i % 2 == 0
    if kind == "gemma3":
        return i % 6 != 5
    return kind == "phi3"


def rotated(tiny: Tiny, local: bool, weights: dict[str, Array], x: Array) -> Array:
    kind = tiny.architecture
    r = tiny.get("rope.dimension_count", x.shape[-1])
    base = tiny.get("rope.freq_base", 10000.0)
    plain = kind == "gemma3" and local
    out = x.copy()
    for p in range(len(x)):
        for i in range(r // 2):
            angle, size = turn(tiny, weights, 10000.0 if plain else base, r, i, plain)
            angle *= p
            c, s = np.cos(angle) * size, np.sin(angle) * size
            first, second = (2 * i, 2 * i + 1) if kind == "llama" else (i, i + r // 2)
            a, b = x[p, :, first], x[p, :, second]
            out[p, :, first], out[p, :, second] = a * c - b * s, a * s + b * c
    return out


def turn(
    tiny: Tiny, weights: dict[str, Array], base: float, r: int, i: int, plain: bool
) -> tuple[float, float]:
    """The angle of one position for a pair, and what its length is multiplied by."""
    angle = base ** (-2 * i / r)
    if plain:
        return angle, 1.0
    if "rope_freqs.weight" in weights:
        return angle / weights["rope_freqs.weight"][i], 1.0
    how, factor = tiny.get("rope.scaling.type"), tiny.get("rope.scaling.factor", 1.0)
    if how == "linear":
        return angle / factor, 1.0
    if how == "yarn":
        original = tiny.get("rope.scaling.original_context_length")
        low = floor(r * log(original / (32 * 2 * pi)) / (2 * log(base)))
        high = ceil(r * log(original / (2 * pi)) / (2 * log(base)))
        low, high = max(low, 0), min(high, r - 1)
        ramp = min(1.0, max(0.0, (i - low) / max(0.001, high - low)))
        mixed = angle / factor * ramp + angle * (1 - ramp)
        return mixed, 1 + 0.1 * log(factor)
    return angle, 1.0


def feed(kind: str, own: dict[str, Array], h: Array, group: int) -> Array:
    up = linear(own, "ffn_up", h, group)
    if kind in ("gpt2", "phi2"):
        return linear(own, "ffn_down", gelu_tanh(up), group)
    if kind == "phi3":
        gate, up = np.split(up, 2, axis=-1)
    else:
        gate = linear(own, "ffn_gate", h, group)
    act = gelu_tanh if kind.startswith("gemma") else silu
    return linear(own, "ffn_down", act(gate) * up, group)


def silu(x: Array) -> Array:
    return x / (1 + np.exp(-x))


def gelu_tanh(x: Array) -> Array:
    return x / 2 * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))


def gelu(x: Array) -> Array:
    return x / 2 * (1 + np.vectorize(erf)(x / sqrt(2)))
