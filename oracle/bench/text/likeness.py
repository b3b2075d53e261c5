"""How near an image's logits are to those of its file's weights in float32.

The witness is a plain forward in numpy of what the package `gguf` reads. Activations
have 8 bits in the image and floats there.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from converters.language.building.scoring import scores
from converters.language.reading import read
from oracle.bench.text.files import DOCS
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import laid_out

Floats = NDArray[Any]

WINDOW: Final = 512
WINDOWS: Final = 4
TEXT: Final = "dispute-game.md"


class Likeness(NamedTuple):
    """The share of tokens whose likeliest successor is the same, and the mean
    Kullback-Leibler divergence, in nats."""

    top1: float
    divergence: float


def likeness(path: Path) -> Likeness | None:
    """Of WINDOWS times WINDOW tokens of our own documentation; None without `gguf`."""
    try:
        weights, keys = _opened(path)
    except ImportError:
        return None
    source = read(path, None)
    codec = Codec(laid_out(source.words.tokenizer))
    tokens = codec.encode((DOCS / TEXT).read_bytes())
    agreed, divergences = [], []
    for start in range(0, WINDOW * WINDOWS, WINDOW):
        window = tokens[start : start + WINDOW]
        ours, theirs = scores(source, window), forward(weights, keys, window)
        p, q = _chances(theirs), _chances(ours)
        agreed.append(p.argmax(-1) == q.argmax(-1))
        divergences.append((np.exp(p) * (p - q)).sum(-1))
    return Likeness(float(np.mean(agreed)), float(np.mean(divergences)))


def _opened(path: Path) -> tuple[dict[str, Floats], dict[str, Any]]:
    gguf = import_module("gguf")
    reader = gguf.GGUFReader(path)
    weights = {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(
            tuple(int(n) for n in reversed(tensor.shape))
        )
        for tensor in reader.tensors
    }
    keys = {
        name.removeprefix("llama."): field.contents()
        for name, field in reader.fields.items()
        if name.startswith("llama.")
    }
    return weights, keys


def forward(w: dict[str, Floats], keys: dict[str, Any], tokens: list[int]) -> Floats:
    """(tokens, vocabulary) of a llama, all tokens at once."""
    heads, groups = keys["attention.head_count"], keys["attention.head_count_kv"]
    epsilon = keys["attention.layer_norm_rms_epsilon"]
    x = w["token_embd.weight"][tokens].astype(np.float32)
    count, width = x.shape
    size = width // heads
    angles = np.arange(count)[:, None] * keys["rope.freq_base"] ** (
        -np.arange(0, size, 2) / size
    )
    cos, sin = (f(angles).astype(np.float32)[:, None] for f in (np.cos, np.sin))
    behind = np.triu(np.full((count, count), -np.inf, np.float32), 1)

    def norm(x: Floats, name: str) -> Floats:
        scale = np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(epsilon))
        return np.asarray(x / scale * w[name])

    def turned(x: Floats) -> Floats:
        even, odd = x[..., ::2], x[..., 1::2]
        both = even * cos - odd * sin, even * sin + odd * cos
        return np.asarray(np.stack(both, axis=-1).reshape(x.shape))

    for layer in range(keys["block_count"]):
        at = f"blk.{layer}."
        y = norm(x, at + "attn_norm.weight")
        q, k, v = (
            (y @ w[f"{at}attn_{part}.weight"].T).reshape(count, -1, size)
            for part in "qkv"
        )
        q, k = turned(q), turned(k)
        k, v = (np.repeat(part, heads // groups, axis=1) for part in (k, v))
        p = np.einsum("ihd,jhd->hij", q, k) / np.float32(size**0.5) + behind
        p = np.exp(p - p.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        mixed = np.einsum("hij,jhd->ihd", p, v).reshape(count, -1)
        x = x + mixed @ w[at + "attn_output.weight"].T
        y = norm(x, at + "ffn_norm.weight")
        gate = y @ w[at + "ffn_gate.weight"].T
        gate = gate / (1 + np.exp(-gate)) * (y @ w[at + "ffn_up.weight"].T)
        x = x + gate @ w[at + "ffn_down.weight"].T
    last = w.get("output.weight", w["token_embd.weight"])
    return np.asarray(norm(x, "output_norm.weight") @ last.T)


def _chances(logits: Floats) -> Floats:
    """Their logarithms."""
    y = logits.astype(np.float64)
    y -= y.max(-1, keepdims=True)
    return np.asarray(y - np.log(np.exp(y).sum(-1, keepdims=True)))
