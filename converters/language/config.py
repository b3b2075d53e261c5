"""What a language model is: its sizes, and which of the known ways it goes."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from .rope import Rope

MAX_LAYERS: Final = 1 << 10
MAX_WIDTH: Final = 1 << 16
MAX_VOCABULARY: Final = 1 << 20
LARGE: Final = 1e6
"""A cap that changes nothing any more."""


class Activation(Enum):
    """Of the feed-forward part; the numbers are the operator's."""

    SILU = 0
    GELU_TANH = 1
    GELU = 2


class Norm(Enum):
    """Root mean square, or mean and variance with a bias."""

    RMS = "rms"
    LAYER = "layer"


@dataclass(frozen=True, slots=True)
class Attention:
    """Of one layer: `window` is of rows that are seen, 0 all; `rope` None turns
    nothing."""

    window: int
    rope: Rope | None


@dataclass(frozen=True, slots=True)
class Config:
    """Of a model whose weights are named as GGUF names them.

    `gated` has a gate beside the way up; `parallel` computes both parts of a layer of
    one norm; `sandwich` has a norm behind each part, too, `qk_norm` one of each head's
    query and key. `learned` positions are added to what is looked up. `scale` is of
    scores, `embedding_scale` of what is looked up, caps are of tanh(x / cap) * cap.
    """

    architecture: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_width: int
    hidden: int
    vocabulary: int
    context: int
    epsilon: float
    scale: float
    attentions: tuple[Attention, ...]
    norm: Norm = Norm.RMS
    activation: Activation = Activation.SILU
    gated: bool = True
    parallel: bool = False
    sandwich: bool = False
    qk_norm: bool = False
    learned: bool = False
    embedding_scale: float | None = None
    score_cap: float | None = None
    logit_cap: float | None = None


def problems_of(config: Config) -> list[str]:
    """All sizes that no model has."""
    found = []
    for name, most in (
        ("layers", MAX_LAYERS),
        ("width", MAX_WIDTH),
        ("heads", MAX_WIDTH),
        ("kv_heads", MAX_WIDTH),
        ("head_width", MAX_WIDTH),
        ("hidden", MAX_WIDTH * 4),
        ("vocabulary", MAX_VOCABULARY),
        ("context", 1 << 31),
    ):
        actual = getattr(config, name)
        if not 1 <= actual <= most:
            found.append(f"expected {name} of 1 to {most}, got {actual}")
    if found:
        return found
    if config.heads % config.kv_heads:
        expected = f"heads in groups of {config.kv_heads} (kv_heads)"
        found.append(f"expected {expected}, got {config.heads}")
    for what, number, limit in (
        ("epsilon", config.epsilon, 1.0),
        ("scale of scores", config.scale, 1.0),
        ("cap of scores", config.score_cap or 0.0, LARGE),
        ("cap of logits", config.logit_cap or 0.0, LARGE),
    ):
        if not 0 <= number <= limit:
            found.append(f"expected {what} of 0 to {limit:g}, got {number:g}")
    for attention in dict.fromkeys(config.attentions):
        found += _of_attention(config, attention)
    return found


def _of_attention(config: Config, attention: Attention) -> list[str]:
    """Of how one layer sees rows."""
    rope, width = attention.rope, config.head_width
    if not 0 <= attention.window < 1 << 31:
        return [f"expected a window of rows, got {attention.window}"]
    if rope is None:
        return []
    if not 2 <= rope.rotated <= width or rope.rotated % 2:
        expected = f"rotated elements, an even number to {width}"
        return [f"expected {expected}, got {rope.rotated}"]
    if not rope.is_finite():
        return ["expected angles of rope that are numbers, got others"]
    return []
