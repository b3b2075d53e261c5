"""A llama in plain numpy and fp32: what a file's weights mean, without our kernels.

A whole text at a time. Nothing of it but the reading of the file is shared with images.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from converters.language.config import Config
from converters.language.matrix import Matrix

Floats = NDArray[np.float32]


class PlainLlama:
    """RMSNorm, grouped heads, neighbouring pairs turned, gated SiLU; tied weights."""

    def __init__(self, config: Config, tensors: Mapping[str, Matrix]) -> None:
        self._config = config
        self._weights = {name: held.floats() for name, held in tensors.items()}

    def logits(self, tokens: list[int]) -> Floats:
        """(tokens, vocabulary): what is behind each."""
        embeddings = self._weights["token_embd.weight"]
        x, turns = embeddings[tokens], self._turns(len(tokens))
        for index in range(self._config.layers):
            layer = f"blk.{index}"
            x = x + self._attended(layer, self._norm(x, f"{layer}.attn_norm"), turns)
            x = x + self._fed(layer, self._norm(x, f"{layer}.ffn_norm"))
        output = self._weights.get("output.weight", embeddings)
        found: Floats = self._norm(x, "output_norm") @ output.T
        return found

    def _attended(self, layer: str, x: Floats, turns: tuple[Floats, Floats]) -> Floats:
        config, count = self._config, len(x)
        shape = (count, -1, config.head_width)
        q, k, v = (
            self._linear(x, f"{layer}.attn_{name}").reshape(shape) for name in "qkv"
        )
        q, k = turned(q, *turns), turned(k, *turns)
        group = config.heads // config.kv_heads
        k, v = (np.repeat(each, group, axis=1) for each in (k, v))
        scores = np.einsum("qhd,khd->hqk", q, k) * np.float32(config.scale)
        scores[:, ~np.tri(count, dtype=bool)] = -np.inf
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = np.einsum("hqk,khd->qhd", shares, v).reshape(count, -1)
        return self._linear(mixed, f"{layer}.attn_output")

    def _fed(self, layer: str, x: Floats) -> Floats:
        gate, up = (self._linear(x, f"{layer}.ffn_{name}") for name in ("gate", "up"))
        with np.errstate(over="ignore"):
            gate = gate / (1 + np.exp(-gate))
        return self._linear(gate * up, f"{layer}.ffn_down")

    def _linear(self, x: Floats, name: str) -> Floats:
        found: Floats = x @ self._weights[f"{name}.weight"].T
        return found

    def _norm(self, x: Floats, name: str) -> Floats:
        mean = np.square(x).mean(-1, keepdims=True)
        found: Floats = x / np.sqrt(mean + np.float32(self._config.epsilon))
        return found * self._weights[f"{name}.weight"]

    def _turns(self, count: int) -> tuple[Floats, Floats]:
        """Cosines and sines, (positions, 1, pairs)."""
        rope, width = self._config.attentions[0].rope, self._config.head_width
        assert rope is not None, "a llama's keys are turned"
        angles = np.outer(range(count), rope.base ** -(np.arange(0, width, 2) / width))
        turns = angles[:, None]
        return np.cos(turns).astype(np.float32), np.sin(turns).astype(np.float32)


def turned(x: Floats, cos: Floats, sin: Floats) -> Floats:
    """Pairs of neighbours as complex numbers, each times its own."""
    a, b = x[..., 0::2], x[..., 1::2]
    both = np.stack((a * cos - b * sin, a * sin + b * cos), axis=-1)
    return both.reshape(x.shape)
