"""A model's sizes and ways out of Hugging Face's config.json."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any, Final, TypeVar

from ..config import Activation, Attention, Config, Norm
from ..numbers import BEYOND, is_usual
from ..rope import Linear, Llama3, LongRope, Rope, Scaling, Yarn
from .hf_names import OF_LAYERS

T = TypeVar("T", int, float)

ACTIVATIONS: Final = {
    "silu": Activation.SILU,
    "swish": Activation.SILU,
    "gelu_new": Activation.GELU_TANH,
    "gelu_pytorch_tanh": Activation.GELU_TANH,
    "gelu_fast": Activation.GELU_TANH,
    "gelu": Activation.GELU,
}
PATTERNS: Final = {"gemma2": 2, "gemma3_text": 6}
"""One layer of so many sees all rows, where the file does not say which."""

LAYER_TYPES: Final = ("full_attention", "sliding_attention")

BASE: Final = 10000.0


@dataclass(slots=True)
class Fields:
    """An object of the file; what is missing or odd is kept for later."""

    held: Mapping[str, Any]
    reasons: list[str] = field(default_factory=list)

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number; 1 where a reason is noted."""
        return self._of(int, name, default)

    def real(self, name: str, default: float | None = None) -> float:
        """A float; 1 where a reason is noted."""
        return float(self._of(float, name, default))

    def _of(self, kind: type[T], name: str, default: T | None) -> T:
        held = self.held.get(name)
        held = default if held is None else held
        good = isinstance(held, (int, float) if kind is float else kind)
        if isinstance(held, bool) or not good:
            actual = "nothing" if held is None else repr(held)[:40]
            self.reasons.append(f"expected {name}, a {kind.__name__}, got {actual}")
            return kind(1)
        assert isinstance(held, int | float)
        if not is_usual(held):
            expected = f"{name}, a number below {BEYOND:.0e}"
            self.reasons.append(f"expected {expected}, got {str(held)[:40]}")
            return kind(1)
        return kind(held)

    def expect(self, name: str, *allowed: object) -> None:
        """A reason, unless it is missing or one of these."""
        held = self.held.get(name)
        if held is not None and held not in allowed:
            shown = " or ".join(map(str, allowed)) or "none"
            self.reasons.append(f"expected {name} {shown}, got {str(held)[:60]}")


def config_of(held: Mapping[str, Any]) -> tuple[Config | None, list[str]]:
    """The config, or why there is none."""
    kind = held.get("model_type")
    if not isinstance(kind, str) or kind not in OF_LAYERS:
        known = ", ".join(OF_LAYERS)
        return None, [f"expected a model type of {known}, got {str(kind)[:60]}"]
    fields = Fields(held)
    fields.expect("quantization_config")
    if kind == "gpt2":
        config = _gpt2(fields)
    else:
        config = _config(str(kind), fields)
    return (None, fields.reasons) if fields.reasons else (config, [])


def _gpt2(fields: Fields) -> Config:
    fields.expect("scale_attn_weights", True)
    fields.expect("scale_attn_by_inverse_layer_idx", False)
    fields.expect("add_cross_attention", False)
    width, heads = fields.number("n_embd"), fields.number("n_head")
    layers, head_width = fields.number("n_layer"), width // max(heads, 1)
    return Config(
        architecture="gpt2",
        layers=layers,
        width=width,
        heads=heads,
        kv_heads=heads,
        head_width=head_width,
        hidden=fields.number("n_inner", 4 * width),
        vocabulary=fields.number("vocab_size"),
        context=fields.number("n_positions"),
        epsilon=fields.real("layer_norm_epsilon", 1e-5),
        scale=1 / sqrt(max(head_width, 1)),
        attentions=(Attention(0, None),) * _few(layers),
        norm=Norm.LAYER,
        activation=_activation(fields, "activation_function", "gelu_new"),
        gated=False,
        learned=True,
    )


def _few(layers: int) -> int:
    """No more than `config.problems_of` lets pass."""
    return min(max(layers, 0), 1 << 10)


def _config(kind: str, fields: Fields) -> Config:
    gemma, phi = kind in PATTERNS, kind == "phi"
    fields.expect("qk_layernorm", False)
    width, heads = fields.number("hidden_size"), fields.number("num_attention_heads")
    head_width = fields.number("head_dim", width // max(heads, 1))
    layers = fields.number("num_hidden_layers")
    scale = float(head_width)
    if gemma:
        scale = fields.real("query_pre_attn_scalar", 256.0)
    act = "hidden_activation" if gemma else "hidden_act"
    usual = "gelu_pytorch_tanh" if gemma else "gelu_new" if phi else "silu"
    return Config(
        architecture={"gemma3_text": "gemma3", "phi": "phi2"}.get(kind, kind),
        layers=layers,
        width=width,
        heads=heads,
        kv_heads=fields.number("num_key_value_heads", heads),
        head_width=head_width,
        hidden=fields.number("intermediate_size"),
        vocabulary=fields.number("vocab_size"),
        context=fields.number("max_position_embeddings"),
        epsilon=fields.real("layer_norm_eps" if phi else "rms_norm_eps"),
        scale=1 / sqrt(scale if scale > 0 else 1.0),
        attentions=_attentions(kind, fields, layers, head_width),
        norm=Norm.LAYER if phi else Norm.RMS,
        activation=_activation(fields, act, usual),
        gated=not phi,
        parallel=phi,
        sandwich=gemma,
        qk_norm=kind in ("qwen3", "gemma3_text"),
        embedding_scale=sqrt(max(width, 0)) if gemma else None,
        score_cap=_cap(kind, fields, "attn_logit_softcapping"),
        logit_cap=_cap(kind, fields, "final_logit_softcapping"),
    )


def _cap(kind: str, fields: Fields, name: str) -> float | None:
    if kind not in PATTERNS or fields.held.get(name) is None:
        return None
    return fields.real(name) or None


def _activation(fields: Fields, name: str, usual: str) -> Activation:
    held = fields.held.get(name) or usual
    known = ACTIVATIONS.get(str(held))
    if known is None:
        shown = " or ".join(ACTIVATIONS)
        fields.reasons.append(f"expected {name} {shown}, got {str(held)[:60]}")
        return Activation.SILU
    return known


def _attentions(
    kind: str, fields: Fields, layers: int, head_width: int
) -> tuple[Attention, ...]:
    """By layer: which see all rows, and how they turn."""
    rope, local = (_rope(fields, head_width, name) for name in LAYER_TYPES)
    if kind == "gemma3_text" and not _by_type(fields):
        base = fields.real("rope_local_base_freq", BASE)
        local = Rope(base, rope.rotated, halves=True)
    windowed = _windowed(kind, fields, _few(layers))
    window = fields.number("sliding_window") if any(windowed) else 0
    return tuple(
        Attention(window, local) if w else Attention(0, rope) for w in windowed
    )


def _windowed(kind: str, fields: Fields, layers: int) -> list[bool]:
    """Of which layers the window is."""
    types = fields.held.get("layer_types")
    if types is not None:
        if not isinstance(types, list) or len(types) != layers:
            fields.reasons.append(
                f"expected layer_types of {layers} layers, got others"
            )
        elif any(one not in LAYER_TYPES for one in types):
            fields.reasons.append(f"expected layer_types {' or '.join(LAYER_TYPES)}")
        else:
            return [one == LAYER_TYPES[1] for one in types]
        return [False] * layers
    if kind in PATTERNS:
        pattern = fields.number("sliding_window_pattern", PATTERNS[kind])
        return [bool((i + 1) % max(pattern, 1)) for i in range(layers)]
    if kind == "phi3":
        return [fields.held.get("sliding_window") is not None] * layers
    if fields.held.get("use_sliding_window"):
        first = fields.number("max_window_layers")
        return [i >= first for i in range(layers)]
    return [False] * layers


def _by_type(fields: Fields) -> bool:
    """Whether layers of each type have parameters of their own."""
    held = fields.held.get("rope_parameters")
    return isinstance(held, dict) and not held.keys().isdisjoint(LAYER_TYPES)


def _rope(fields: Fields, head_width: int, layers: str) -> Rope:
    """Older files have `rope_theta`, `rope_scaling`, newer ones `rope_parameters`,
    perhaps for each type of layer."""
    held = fields.held.get("rope_parameters") or fields.held.get("rope_scaling") or {}
    if _by_type(fields):
        held = held.get(layers) or held.get(LAYER_TYPES[0])
    if not isinstance(held, dict):
        actual = str(held)[:60]
        fields.reasons.append(f"expected rope_scaling of names, got {actual}")
        held = {}
    inner = Fields(held, fields.reasons)
    base = fields.real("rope_theta", inner.real("rope_theta", BASE))
    part = inner.real("partial_rotary_factor", 1.0)
    part = fields.real("partial_rotary_factor", part)
    rotated = int(head_width * part)
    return Rope(base, rotated, halves=True, scaling=_scaling(fields, inner, rotated))


def _scaling(fields: Fields, inner: Fields, rotated: int) -> Scaling | None:
    kind = inner.held.get("rope_type") or inner.held.get("type") or "default"
    if kind == "default":
        return None
    context = fields.number("max_position_embeddings")
    name = "original_max_position_embeddings"
    original = inner.number(name, fields.number(name, context))
    if kind in ("longrope", "su"):
        short, long = (
            _factors(inner, f"{n}_factor", rotated) for n in ("short", "long")
        )
        factor = context / max(original, 1)
        magnitude = sqrt(1 + log(factor) / log(max(original, 2))) if factor > 1 else 1.0
        magnitude = inner.real("attention_factor", magnitude)
        return LongRope(short, long, original, magnitude)
    factor = inner.real("factor")
    if factor <= 0:
        fields.reasons.append(f"expected a positive factor of rope, got {factor}")
        return None
    if kind == "linear":
        return Linear(factor)
    if kind == "llama3":
        low, high = inner.real("low_freq_factor"), inner.real("high_freq_factor")
        if low >= high:
            fields.reasons.append(f"expected {low} below {high} (rope's factors)")
            return None
        return Llama3(factor, low, high, original)
    if kind == "yarn":
        inner.expect("truncate", True)
        inner.expect("mscale")
        inner.expect("mscale_all_dim")
        magnitude = 0.1 * log(factor) + 1 if factor > 1 else 1.0
        return Yarn(
            factor,
            original,
            inner.real("attention_factor", magnitude),
            inner.real("beta_fast", 32.0),
            inner.real("beta_slow", 1.0),
        )
    known = "default, linear, llama3, yarn or longrope"
    fields.reasons.append(f"expected rope_scaling {known}, got {str(kind)[:60]}")
    return None


def _factors(inner: Fields, name: str, rotated: int) -> tuple[float, ...]:
    held = inner.held.get(name)
    numbers = isinstance(held, list) and all(
        type(x) in (int, float) and is_usual(x) for x in held
    )
    if not numbers or not isinstance(held, list) or len(held) != rotated // 2:
        inner.reasons.append(f"expected {name} of {rotated // 2} numbers, got others")
        return (1.0,) * (rotated // 2)
    return tuple(map(float, held))
