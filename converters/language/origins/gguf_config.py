"""A model's sizes and ways out of a GGUF file's metadata, as llama.cpp reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Final, TypeVar

from ..config import Activation, Attention, Config, Norm
from ..matrix import Matrix
from ..numbers import BEYOND, is_usual
from ..rope import Divided, Linear, LongRope, Rope, Scaling, Yarn

T = TypeVar("T", int, float, str)

ARCHITECTURES: Final = (
    "llama", "qwen2", "qwen3", "gemma2", "gemma3", "gpt2", "phi2", "phi3",
)  # fmt: skip

LARGEST: Final = {"gemma2": 46, "gemma3": 62}
"""Layers of those Gemmas whose scores are scaled by width / heads."""

PATTERNS: Final = {"gemma2": 2, "gemma3": 6, "phi3": 0}
"""One layer of so many sees all rows, the others a window; 0: none does."""

LOCAL_BASE: Final = 10000.0

UNREAD: Final = (
    "vocab_size",
    "rope.scaling.finetuned",
    "tensor_data_layout",
    "use_parallel_residual",
    "expert_count",
    "expert_used_count",
    "causal_attention",
)
"""Keys of an architecture that change nothing here; experts are refused by tensors."""


@dataclass(slots=True)
class Keys:
    """The metadata of one architecture; what is missing or odd is kept for later."""

    architecture: str
    metadata: Mapping[str, object]
    reasons: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number; 1 where a reason is noted."""
        return self._of(int, name, default, 1)

    def real(self, name: str, default: float | None = None) -> float:
        """A float; 1 where a reason is noted."""
        return float(self._of(float, name, default, 1.0))

    def word(self, name: str, default: str) -> str:
        """A string."""
        return self._of(str, name, default, "")

    def has(self, name: str) -> bool:
        """Whether the file says it."""
        return f"{self.architecture}.{name}" in self.metadata

    def _of(self, kind: type[T], name: str, default: T | None, instead: T) -> T:
        self.read.add(name)
        whole = f"{self.architecture}.{name}"
        held = self.metadata.get(whole, default)
        good = isinstance(held, (int, float) if kind is float else kind)
        if isinstance(held, bool) or not good:
            actual = "nothing" if held is None else repr(held)[:40]
            self.reasons.append(f"expected {whole}, a {kind.__name__}, got {actual}")
            return instead
        assert isinstance(held, int | float | str)
        if not isinstance(held, str) and not is_usual(held):
            expected = f"{whole}, a number below {BEYOND:.0e}"
            self.reasons.append(f"expected {expected}, got {held}")
            return instead
        return kind(held)

    def unknown(self) -> list[str]:
        """Keys of the architecture that nobody read: they may mean anything."""
        start = f"{self.architecture}."
        known = {*self.read, *UNREAD}
        names = [n.removeprefix(start) for n in self.metadata if n.startswith(start)]
        return [f"expected no {start}{name}" for name in names if name not in known]


def config_of(
    metadata: Mapping[str, object], tensors: Mapping[str, Matrix]
) -> tuple[Config | None, list[str]]:
    """The config, or why there is none."""
    architecture = metadata.get("general.architecture")
    if architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        actual = repr(architecture)[:60] if architecture else "none"
        return None, [f"expected an architecture of {known}, got {actual}"]
    keys = Keys(str(architecture), metadata)
    config = _config(keys, tensors)
    reasons = keys.reasons + keys.unknown()
    return (None, reasons) if reasons else (config, [])


def _config(keys: Keys, tensors: Mapping[str, Matrix]) -> Config:
    name = keys.architecture
    gemma, layered = name in PATTERNS and name != "phi3", name in ("gpt2", "phi2")
    width, heads = keys.number("embedding_length"), keys.number("attention.head_count")
    layers = keys.number("block_count")
    head_width = keys.number("attention.key_length", width // max(heads, 1))
    if keys.number("attention.value_length", head_width) != head_width:
        keys.reasons.append("expected values as wide as keys, got others")
    norm = "layer_norm_epsilon" if layered else "layer_norm_rms_epsilon"
    table = tensors.get("token_embd.weight")
    largest = layers == LARGEST.get(name)
    per_head = width // max(heads, 1) if largest else head_width
    return Config(
        architecture=name,
        layers=layers,
        width=width,
        heads=heads,
        kv_heads=keys.number("attention.head_count_kv", heads),
        head_width=head_width,
        hidden=keys.number("feed_forward_length"),
        vocabulary=table.rows if table is not None else 1,
        context=keys.number("context_length"),
        epsilon=keys.real(f"attention.{norm}"),
        scale=1 / sqrt(max(per_head, 1)),
        attentions=_attentions(keys, layers, head_width, tensors),
        norm=Norm.LAYER if layered else Norm.RMS,
        activation=Activation.GELU_TANH if gemma or layered else Activation.SILU,
        gated=not layered,
        parallel=name == "phi2",
        sandwich=gemma,
        qk_norm=name in ("qwen3", "gemma3"),
        learned=name == "gpt2",
        embedding_scale=sqrt(max(width, 0)) if gemma else None,
        score_cap=_cap(keys, "attn_logit_softcapping", 50.0),
        logit_cap=_cap(keys, "final_logit_softcapping", 30.0),
    )


def _cap(keys: Keys, name: str, default: float) -> float | None:
    """Gemma 2's, which other models don't have."""
    if keys.architecture != "gemma2":
        return None
    return keys.real(name, default) or None


def _attentions(
    keys: Keys, layers: int, head_width: int, tensors: Mapping[str, Matrix]
) -> tuple[Attention, ...]:
    """By layer."""
    name, count = keys.architecture, min(max(layers, 0), 1 << 10)
    if name == "gpt2":
        return (Attention(0, None),) * count
    halves = name != "llama"
    rotated = keys.number("rope.dimension_count", head_width)
    base = keys.real("rope.freq_base", LOCAL_BASE)
    rope = Rope(base, rotated, halves, _scaling(keys, tensors))
    if name not in PATTERNS:
        return (Attention(0, rope),) * count
    window = keys.number("attention.sliding_window", 0 if name == "phi3" else None)
    pattern = keys.number("attention.sliding_window_pattern", PATTERNS[name])
    local = rope
    if name == "gemma3":
        base = keys.real("rope.freq_base_swa", LOCAL_BASE)
        local = Rope(base, rotated, halves)
    return tuple(
        Attention(0, rope)
        if pattern and i % pattern == pattern - 1
        else Attention(window, local)
        for i in range(count)
    )


def _scaling(keys: Keys, tensors: Mapping[str, Matrix]) -> Scaling | None:
    """Of frequencies; numbers for each are tensors of the file."""
    kind = keys.word("rope.scaling.type", "none")
    factor = keys.real("rope.scaling.factor", 1.0)
    linear = keys.real("rope.scale_linear", 1.0)
    original = keys.number("rope.scaling.original_context_length", 0)
    magnitude = keys.real("rope.scaling.attn_factor", 1.0)
    fast = keys.real("rope.scaling.yarn_beta_fast", 32.0)
    slow = keys.real("rope.scaling.yarn_beta_slow", 1.0)
    divided = _numbers(tensors, "rope_freqs.weight")
    short = _numbers(tensors, "rope_factors_short.weight")
    long = _numbers(tensors, "rope_factors_long.weight")
    if factor <= 0 or linear <= 0:
        keys.reasons.append("expected positive factors of rope, got others")
        return None
    if short and long:
        return LongRope(short, long, original, magnitude)
    if divided and kind in ("none", "linear"):
        scale = factor if kind == "linear" else 1.0
        return Divided(tuple(by * scale for by in divided))
    if kind == "yarn" and not divided:
        original = original or keys.number("context_length")
        return Yarn(factor, original, magnitude * (1 + 0.1 * log(factor)), fast, slow)
    if kind == "linear" or (kind == "none" and linear != 1):
        return Linear(factor if kind == "linear" else linear)
    if kind != "none":
        keys.reasons.append(f"expected rope scaling linear or yarn, got {kind}")
    return None


def _numbers(tensors: Mapping[str, Matrix], name: str) -> tuple[float, ...]:
    held = tensors.get(name)
    return () if held is None else tuple(held.floats().reshape(-1).tolist())
