"""What diffusers' UNets say of numbers: `python -m support.diffusers_unets FILE` writes
it, where diffusers is installed; tests compare ours with it.

Tensors are drawn by their names, so that nobody need keep them.
"""

import json
import sys
from typing import Any
from zlib import crc32

import numpy as np

SMALL: dict[str, Any] = {
    "sample_size": 8,
    "in_channels": 1,
    "out_channels": 1,
    "block_out_channels": [8, 16],
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
    "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
}
CONFIGS: list[dict[str, Any]] = [
    {**SMALL, "num_class_embeds": 10, "attention_head_dim": 8},
    {
        **SMALL,
        "in_channels": 3,
        "out_channels": 3,
        "layers_per_block": 2,
        "block_out_channels": [8, 8, 16],
        "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
        "attention_head_dim": None,
        "downsample_padding": 0,
        "flip_sin_to_cos": False,
        "freq_shift": 1,
        "norm_eps": 1e-6,
        "sample_size": [8, 16],
    },
]

TOLD: dict[str, Any] = {
    **SMALL,
    "cross_attention_dim": 12,
    "attention_head_dim": 2,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
}
"""A `UNet2DConditionModel`: it is told a text."""
TEXT = (7, 12)


def drawn(name: str, shape: tuple[int, ...]) -> Any:
    """A tensor, by its name."""
    rng = np.random.default_rng(crc32(name.encode()))
    fan = int(np.prod(shape[1:])) or 1
    return (rng.standard_normal(shape) / np.sqrt(fan)).astype(np.float32)


def sample(config: dict[str, Any]) -> Any:
    size = config["sample_size"]
    sides = size if isinstance(size, list) else [size, size]
    return drawn("sample", (1, config["in_channels"], *sides))


def found_by_diffusers(config: dict[str, Any], timestep: int, label: int) -> Any:
    """Names and shapes of its tensors, and what it says."""
    import torch
    from diffusers import UNet2DConditionModel, UNet2DModel

    told = "cross_attention_dim" in config
    net = (UNet2DConditionModel if told else UNet2DModel)(**config).eval()
    shapes = {name: tuple(t.shape) for name, t in net.state_dict().items()}
    held = {name: torch.from_numpy(drawn(name, s)) for name, s in shapes.items()}
    net.load_state_dict(held)
    given = {}
    if "num_class_embeds" in config:
        given["class_labels"] = torch.tensor([label])
    if told:
        given["encoder_hidden_states"] = torch.from_numpy(drawn("text", (1, *TEXT)))
    with torch.no_grad():
        said = net(torch.from_numpy(sample(config)), timestep, **given).sample
    return shapes, said.numpy()


if __name__ == "__main__":
    cases = []
    for config in [*CONFIGS, TOLD]:
        shapes, said = found_by_diffusers(config, 437, 6)
        numbers = [round(float(x), 6) for x in said.reshape(-1)]
        cases.append({"config": config, "shapes": shapes, "said": numbers})
    with open(sys.argv[1], "w") as file:
        json.dump(cases, file)
