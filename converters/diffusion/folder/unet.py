"""A UNet of diffusers, emitted: down, through the middle, and up again."""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from converters.values import Constant, Value

from .blocks import Blocks
from .config import UNet

PERIOD: Final = 10_000


@dataclass(slots=True)
class Emitted:
    """One emission of a network; `told` are rows of a text, where it takes one."""

    unet: UNet
    blocks: Blocks
    told: Value | None = None

    def noise(self, sample: Value, timestep: Value, label: Value | None) -> Value:
        """What the network says of 1 x channels x height x width; the timestep is one
        float."""
        unet, blocks = self.unet, self.blocks
        time = self._time(timestep, label)
        x = blocks.conv(sample, "conv_in", unet.block_out_channels[0])
        kept, last = [x], len(unet.block_out_channels) - 1
        pairs = zip(unet.down_block_types, unet.block_out_channels, strict=True)
        for number, (kind, out) in enumerate(pairs):
            name = f"down_blocks.{number}"
            for layer in range(unet.layers_per_block):
                x = blocks.resnet(x, time, f"{name}.resnets.{layer}", out)
                x = self._attended(x, kind, f"{name}.attentions.{layer}")
                kept.append(x)
            if number < last:
                down = f"{name}.downsamplers.0"
                x = blocks.down(x, down, unet.downsample_padding)
                kept.append(x)
        x = self._middle(x, time)
        outs = unet.block_out_channels[::-1]
        for number, (kind, out) in enumerate(
            zip(unet.up_block_types, outs, strict=True)
        ):
            name = f"up_blocks.{number}"
            for layer in range(unet.layers_per_block + 1):
                x = blocks.op("Concat", x, kept.pop(), axis=1)
                x = blocks.resnet(x, time, f"{name}.resnets.{layer}", out)
                x = self._attended(x, kind, f"{name}.attentions.{layer}")
            if number < last:
                x = blocks.up(x, f"{name}.upsamplers.0")
        x = blocks.silu(blocks.group_norm(x, "conv_norm_out"))
        return blocks.conv(x, "conv_out", unet.out_channels)

    def _time(self, timestep: Value, label: Value | None) -> Value:
        """Sines and cosines of the timestep through two layers, and the class."""
        unet, blocks = self.unet, self.blocks
        width = unet.block_out_channels[0]
        half = width // 2
        exponents = -log(PERIOD) * np.arange(half) / (half - unet.freq_shift)
        rates = Constant(np.exp(exponents).astype(np.float32).reshape(1, half))
        angles = blocks.op("Mul", blocks.shaped(timestep, 1, 1), rates)
        sides = [blocks.op(name, angles) for name in ("Sin", "Cos")]
        if unet.flip_sin_to_cos:
            sides.reverse()
        waves = blocks.op("Concat", *sides, axis=1)
        hidden = blocks.linear(waves, "time_embedding.linear_1", 4 * width)
        time = blocks.linear(blocks.silu(hidden), "time_embedding.linear_2", 4 * width)
        if unet.num_class_embeds is not None and label is not None:
            shape = unet.num_class_embeds, 4 * width
            table = blocks.weights.take("class_embedding.weight", shape)
            time = blocks.op("Add", time, blocks.op("Gather", table, label, axis=0))
        return time

    def _middle(self, x: Value, time: Value) -> Value:
        unet, blocks, out = self.unet, self.blocks, x.shape[1]
        x = blocks.resnet(x, time, "mid_block.resnets.0", out)
        name = "mid_block.attentions.0"
        if unet.told:
            x = self._crossed(x, name)
        else:
            groups = unet.attn_norm_num_groups
            x = blocks.self_attention(x, name, self._width(out), groups)
        return blocks.resnet(x, time, "mid_block.resnets.1", out)

    def _attended(self, x: Value, kind: str, name: str) -> Value:
        if kind.startswith("Cross"):
            return self._crossed(x, name)
        if kind.startswith("Attn"):
            return self.blocks.self_attention(x, name, self._width(x.shape[1]), None)
        return x

    def _crossed(self, x: Value, name: str) -> Value:
        assert self.told is not None, "a text is given to what takes one"
        heads = self.unet.attention_head_dim or 1
        return self.blocks.transformer(x, self.told, name, heads)

    def _width(self, channels: int) -> int:
        return self.unet.attention_head_dim or channels
