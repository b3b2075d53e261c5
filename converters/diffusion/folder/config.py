"""What a network's `config.json` says, as far as it is known here.

The rest is refused by name, all at once: no field is passed over that could mean
something.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PLAIN, TOLD = "UNet2DModel", "UNet2DConditionModel"
DECODER: Final = "AutoencoderKL"

DOWN: Final = ("DownBlock2D", "AttnDownBlock2D", "CrossAttnDownBlock2D")
UP: Final = ("UpBlock2D", "AttnUpBlock2D", "CrossAttnUpBlock2D")
MID: Final = ("UNetMidBlock2D", "UNetMidBlock2DCrossAttn")

FIXED: Final[Mapping[str, tuple[Any, ...]]] = {
    "center_input_sample": (False,),
    "time_embedding_type": ("positional",),
    "time_embedding_dim": (None,),
    "mid_block_type": MID,
    "mid_block_scale_factor": (1, 1.0),
    "downsample_type": ("conv",),
    "upsample_type": ("conv",),
    "act_fn": ("silu",),
    "resnet_time_scale_shift": ("default",),
    "add_attention": (True,),
    "class_embed_type": (None,),
    "only_cross_attention": (False,),
    "dual_cross_attention": (False,),
    "use_linear_projection": (False,),
    "upcast_attention": (False, None),
    "num_attention_heads": (None,),
    "transformer_layers_per_block": (1,),
    "reverse_transformer_layers_per_block": (None,),
    "encoder_hid_dim": (None,),
    "encoder_hid_dim_type": (None,),
    "addition_embed_type": (None,),
    "time_embedding_act_fn": (None,),
    "time_cond_proj_dim": (None,),
    "timestep_post_act": (None,),
    "conv_in_kernel": (3,),
    "conv_out_kernel": (3,),
    "attention_type": ("default",),
    "class_embeddings_concat": (False,),
    "mid_block_only_cross_attention": (None, False),
    "cross_attention_norm": (None,),
    "resnet_skip_time_act": (False,),
    "resnet_out_scale_factor": (1, 1.0),
}
"""Fields that have one meaning here: the values that say so."""

UNUSED: Final = {
    "_class_name",
    "_diffusers_version",
    "_name_or_path",
    "dropout",
    "num_train_timesteps",
    "addition_embed_type_num_heads",
    "addition_time_embed_dim",
    "projection_class_embeddings_input_dim",
}
"""Fields that change nothing, others being what they are."""


@dataclass(frozen=True, slots=True)
class UNet:
    """Fields are diffusers'. `attention_head_dim` is a head's width in a `UNet2DModel`,
    and how many heads there are in a `UNet2DConditionModel`."""

    class_name: str
    sample_size: tuple[int, int]
    in_channels: int = 3
    out_channels: int = 3
    freq_shift: float = 0
    flip_sin_to_cos: bool = True
    down_block_types: tuple[str, ...] = ()
    up_block_types: tuple[str, ...] = ()
    block_out_channels: tuple[int, ...] = ()
    layers_per_block: int = 2
    downsample_padding: int = 1
    attention_head_dim: int | None = 8
    norm_num_groups: int = 32
    attn_norm_num_groups: int | None = None
    norm_eps: float = 1e-5
    num_class_embeds: int | None = None
    cross_attention_dim: int = 0

    @property
    def told(self) -> bool:
        """Whether it is told a text."""
        return self.class_name == TOLD


def unet_of(held: Mapping[str, Any]) -> tuple[UNet | None, list[str]]:
    """The network, or what stands against it."""
    problems, name = list[str](), held.get("_class_name")
    if name not in (PLAIN, TOLD):
        return None, [f"_class_name: expected {PLAIN} or {TOLD}, got {name!r:.60}"]
    known = {field for field in UNet.__dataclass_fields__} | UNUSED | set(FIXED)
    for field, value in held.items():
        if field not in known:
            problems.append(f"{field}: expected no such field, got {value!r:.60}")
        elif field in FIXED and not any(value is v or value == v for v in FIXED[field]):
            wanted = " or ".join(map(str, FIXED[field]))
            problems.append(f"{field}: expected {wanted}, got {value!r:.60}")
    values: dict[str, Any] = {"class_name": name}
    for field in UNet.__dataclass_fields__:
        if field in held and field != "class_name":
            fault = _fault(field, held[field])
            if fault:
                problems.append(f"{field}: expected {fault}, got {held[field]!r:.60}")
            values[field] = _value(field, held[field])
    if "sample_size" not in held:
        problems.append("sample_size: expected one, got none")
    if problems:
        return None, problems
    found = UNet(**values)
    problems += _misfits(found)
    return (None, problems) if problems else (found, [])


LISTS: Final = {
    "down_block_types": DOWN,
    "up_block_types": UP,
}
WHOLE: Final = (
    *("in_channels", "out_channels", "layers_per_block", "downsample_padding"),
    *("norm_num_groups", "cross_attention_dim"),
)
PERHAPS: Final = ("attention_head_dim", "attn_norm_num_groups", "num_class_embeds")


def _is_whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 20


def _fault(field: str, value: Any) -> str:
    """What was expected, if this is not it."""
    if field == "sample_size":
        sides = value if isinstance(value, list) and len(value) == 2 else [value]
        return "" if all(_is_whole(n) and n for n in sides) else "one or two lengths"
    if field in LISTS:
        good = isinstance(value, list) and all(one in LISTS[field] for one in value)
        return "" if good else f"a list of {' or '.join(LISTS[field])}"
    if field == "block_out_channels":
        good = isinstance(value, list) and all(_is_whole(n) and n for n in value)
        return "" if good and value else "a list of numbers of channels"
    if field == "flip_sin_to_cos":
        return "" if isinstance(value, bool) else "true or false"
    if field in WHOLE:
        return "" if _is_whole(value) else "a whole number"
    if field in PERHAPS:
        return "" if value is None or _is_whole(value) and value else "a whole number"
    good = type(value) in (int, float) and 0 <= value <= 1
    return "" if good else "a number from 0 to 1"


def _value(field: str, value: Any) -> Any:
    if field == "sample_size" and not isinstance(value, list):
        return value, value
    return tuple(value) if isinstance(value, list) else value


def _misfits(unet: UNet) -> list[str]:
    """Lists that don't fit each other."""
    count, found = len(unet.block_out_channels), []
    for field, kinds in (("down", unet.down_block_types), ("up", unet.up_block_types)):
        if len(kinds) != count or not count:
            expected = f"{field}_block_types: expected {count} of them"
            found.append(f"{expected}, as block_out_channels, got {len(kinds)}")
    if unet.in_channels != unet.out_channels:
        wanted = f"out_channels: expected {unet.in_channels}, as many as come in"
        found.append(f"{wanted}, got {unet.out_channels}")
    down = 1 << max(count - 1, 0)
    if any(side % down for side in unet.sample_size):
        found.append(
            f"sample_size: expected multiples of {down}, got {unet.sample_size}"
        )
    if not unet.told and any("Cross" in kind for kind in unet.down_block_types):
        found.append(f"down_block_types: expected none with a text of a {PLAIN}")
    if not unet.norm_num_groups or not unet.layers_per_block:
        found.append("norm_num_groups and layers_per_block: expected at least 1")
    elif any(width % unet.norm_num_groups for width in unet.block_out_channels):
        wanted = f"multiples of {unet.norm_num_groups}"
        found.append(f"block_out_channels: expected {wanted}, as norm_num_groups says")
    return found
