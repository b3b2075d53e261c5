"""Which tensors a model has, by GGUF's names; and what is wrong with a file's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .config import Config, Norm
from .matrix import Matrix

TURNS: Final = ("rope_freqs", "rope_factors_short", "rope_factors_long")
"""Read by the config."""

SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Expected:
    """A tensor's rows and columns; vectors are one row."""

    rows: int
    columns: int
    needed: bool = True


def layer(index: int, part: str) -> str:
    """A layer's tensor."""
    return f"blk.{index}.{part}"


def expected(config: Config, present: Mapping[str, Matrix]) -> dict[str, Expected]:
    """By name. Queries, keys and values, and the gate with the way up, may be one."""
    width = config.width
    found = {"token_embd.weight": Expected(config.vocabulary, width)}
    found |= dict(_normed(config, "output_norm", width))
    found |= dict(_linear("output", config.vocabulary, width, needed=False))
    if config.learned:
        found["position_embd.weight"] = Expected(config.context, width)
    for name in TURNS:
        columns = config.head_width // 2
        rope = config.attentions[0].rope if config.attentions else None
        columns = rope.rotated // 2 if rope else columns
        found[f"{name}.weight"] = Expected(1, columns, needed=False)
    for index in range(config.layers):
        for part, one in _layer(config, index, present):
            found[layer(index, part)] = one
    return found


def _layer(
    config: Config, index: int, present: Mapping[str, Matrix]
) -> Iterator[tuple[str, Expected]]:
    width, hidden = config.width, config.hidden
    queries = config.heads * config.head_width
    keys = config.kv_heads * config.head_width
    yield from _normed(config, "attn_norm", width)
    if layer(index, "attn_qkv.weight") in present:
        yield from _linear("attn_qkv", queries + 2 * keys, width)
    else:
        yield from _linear("attn_q", queries, width)
        yield from _linear("attn_k", keys, width)
        yield from _linear("attn_v", keys, width)
    yield from _linear("attn_output", width, queries)
    if config.qk_norm:
        yield from _normed(config, "attn_q_norm", config.head_width)
        yield from _normed(config, "attn_k_norm", config.head_width)
    if not config.parallel:
        yield from _normed(config, "ffn_norm", width)
    if config.sandwich:
        yield from _normed(config, "post_attention_norm", width)
        yield from _normed(config, "post_ffw_norm", width)
    joined = config.gated and layer(index, "ffn_gate.weight") not in present
    if config.gated and not joined:
        yield from _linear("ffn_gate", hidden, width)
    yield from _linear("ffn_up", hidden * (1 + joined), width)
    yield from _linear("ffn_down", width, hidden)


def _normed(config: Config, name: str, width: int) -> Iterator[tuple[str, Expected]]:
    yield f"{name}.weight", Expected(1, width)
    if config.norm is Norm.LAYER:
        yield f"{name}.bias", Expected(1, width)


def _linear(
    name: str, rows: int, columns: int, needed: bool = True
) -> Iterator[tuple[str, Expected]]:
    yield f"{name}.weight", Expected(rows, columns, needed)
    yield f"{name}.bias", Expected(1, rows, needed=False)


def problems_of(config: Config, present: Mapping[str, Matrix]) -> list[str]:
    """What is missing, of another shape, or read by nothing."""
    wanted = expected(config, present)
    missing = [n for n, one in wanted.items() if one.needed and n not in present]
    strange = [n for n in present if n not in wanted]
    odd = [
        f"expected {name} of {one.rows} x {one.columns}, "
        f"got {present[name].rows} x {present[name].columns}"
        for name, one in wanted.items()
        if name in present
        and (present[name].rows, present[name].columns) != (one.rows, one.columns)
    ]
    found = odd[:SHOWN]
    if len(odd) > SHOWN:
        found.append(f"and {len(odd) - SHOWN} more of another shape")
    if missing:
        found.append(f"expected {_some(missing)}, got none")
    if strange:
        found.append(f"expected no other tensors, got {_some(strange)}")
    return found


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
