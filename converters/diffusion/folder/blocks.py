"""What networks of diffusers are made of, emitted into a graph.

Tensors have the names that diffusers gives them; pictures are 1 x channels x height x
width, rows of attention are positions x channels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.emitter import Emitter
from converters.values import Constant, Value, whole_numbers

from .weights import Weights

TRANSFORMER_EPSILON = 1e-6


@dataclass(slots=True)
class Blocks:
    """`groups` and `epsilon` are of the norms in residual blocks and elsewhere, where
    nothing else is said."""

    emitter: Emitter
    weights: Weights
    groups: int
    epsilon: float

    def op(self, operator: str, *values: Value | None, **attributes: Any) -> Value:
        """An operator of ONNX."""
        return self.emitter.apply(operator, *values, **attributes)

    def shaped(self, x: Value, *shape: int) -> Value:
        return self.emitter.reshape(x, shape)

    def silu(self, x: Value) -> Value:
        return self.emitter.op("Silu", x)

    def conv(
        self,
        x: Value,
        name: str,
        out: int,
        size: int = 3,
        stride: int = 1,
        pad: int = 1,
    ) -> Value:
        weight = self.weights.take(f"{name}.weight", (out, x.shape[1], size, size))
        bias = self.weights.take(f"{name}.bias", (out,))
        held = {"pads": [pad] * 4, "strides": [stride] * 2}
        return self.op("Conv", x, weight, bias, **held)

    def linear(self, x: Value, name: str, out: int, *, biased: bool = True) -> Value:
        weight = self.weights.take(f"{name}.weight", (out, x.shape[-1]))
        bias = self.weights.take(f"{name}.bias", (out,)) if biased else None
        return self.op("Gemm", x, weight, *([bias] if bias else []), transB=1)

    def group_norm(
        self,
        x: Value,
        name: str,
        groups: int | None = None,
        epsilon: float | None = None,
    ) -> Value:
        scale = self.weights.take(f"{name}.weight", (x.shape[1],))
        bias = self.weights.take(f"{name}.bias", (x.shape[1],))
        return self.op(
            "GroupNormalization",
            x,
            scale,
            bias,
            num_groups=self.groups if groups is None else groups,
            epsilon=self.epsilon if epsilon is None else epsilon,
        )

    def layer_norm(self, x: Value, name: str) -> Value:
        scale = self.weights.take(f"{name}.weight", (x.shape[-1],))
        bias = self.weights.take(f"{name}.bias", (x.shape[-1],))
        return self.op("LayerNormalization", x, scale, bias, epsilon=1e-5)

    def resnet(self, x: Value, time: Value | None, name: str, out: int) -> Value:
        """A residual block, which is told the time if there is one."""
        h = self.silu(self.group_norm(x, f"{name}.norm1"))
        h = self.conv(h, f"{name}.conv1", out)
        if time is not None:
            told = self.linear(self.silu(time), f"{name}.time_emb_proj", out)
            h = self.op("Add", h, self.shaped(told, 1, out, 1, 1))
        h = self.silu(self.group_norm(h, f"{name}.norm2"))
        h = self.conv(h, f"{name}.conv2", out)
        if x.shape[1] != out:
            x = self.conv(x, f"{name}.conv_shortcut", out, size=1, pad=0)
        return self.op("Add", x, h)

    def down(self, x: Value, name: str, padding: int) -> Value:
        """Half as high and wide."""
        if not padding:
            behind = whole_numbers([0, 0, 0, 0, 0, 0, 1, 1])
            x = self.op("Pad", x, behind)
        return self.conv(x, f"{name}.conv", x.shape[1], stride=2, pad=padding)

    def up(self, x: Value, name: str) -> Value:
        """Twice as high and wide."""
        scales = Constant(np.array([1, 1, 2, 2], np.float32))
        how = {
            "mode": "nearest",
            "coordinate_transformation_mode": "asymmetric",
            "nearest_mode": "floor",
        }
        return self.conv(
            self.op("Resize", x, None, scales, **how), f"{name}.conv", x.shape[1]
        )

    def rows_of(self, x: Value) -> Value:
        """Positions x channels."""
        channels = x.shape[1]
        flat = self.shaped(x, channels, x.shape[2] * x.shape[3])
        return self.op("Transpose", flat, perm=[1, 0])

    def picture_of(self, rows: Value, like: Value) -> Value:
        """The other way round."""
        turned = self.op("Transpose", rows, perm=[1, 0])
        return self.shaped(turned, 1, rows.shape[-1], *like.shape[2:])

    def self_attention(
        self, x: Value, name: str, width: int, groups: int | None
    ) -> Value:
        """Of a picture's positions on each other; heads of `width` channels."""
        rows = self.rows_of(self.group_norm(x, f"{name}.group_norm", groups))
        mixed = self.attend(rows, rows, name, rows.shape[-1] // width, biased=True)
        return self.op("Add", self.picture_of(mixed, x), x)

    def attend(
        self, rows: Value, others: Value, name: str, heads: int, *, biased: bool
    ) -> Value:
        """Head by head: all scores at once would be an arena of their own."""
        channels = rows.shape[-1]
        q = self.linear(rows, f"{name}.to_q", channels, biased=biased)
        k = self.linear(others, f"{name}.to_k", channels, biased=biased)
        v = self.linear(others, f"{name}.to_v", channels, biased=biased)
        width = channels // heads
        scale = Constant(np.array(width**-0.5, np.float32))
        q, mixed = self.op("Mul", q, scale), list[Value]()
        for head in range(heads):
            one, keys, values = (self._columns(x, head, width) for x in (q, k, v))
            scores = self.op("MatMul", one, self.op("Transpose", keys, perm=[1, 0]))
            mixed.append(self.op("MatMul", self.op("Softmax", scores, axis=-1), values))
        joined = self.op("Concat", *mixed, axis=1) if heads > 1 else mixed[0]
        return self.linear(joined, f"{name}.to_out.0", channels)

    def _columns(self, x: Value, head: int, width: int) -> Value:
        if width == x.shape[-1]:
            return x
        first, end = head * width, (head + 1) * width
        return self.op("Slice", x, *(whole_numbers([n]) for n in (first, end, 1)))

    def transformer(self, x: Value, told: Value, name: str, heads: int) -> Value:
        """Attention on itself, then on what it is told (rows x channels), then a gated
        layer; all beside what was there."""
        channels = x.shape[1]
        h = self.group_norm(x, f"{name}.norm", epsilon=TRANSFORMER_EPSILON)
        rows = self.rows_of(self.conv(h, f"{name}.proj_in", channels, size=1, pad=0))
        inner = f"{name}.transformer_blocks.0"
        for number, others in ((1, None), (2, told)):
            h = self.layer_norm(rows, f"{inner}.norm{number}")
            other = h if others is None else others
            h = self.attend(h, other, f"{inner}.attn{number}", heads, biased=False)
            rows = self.op("Add", rows, h)
        h = self.layer_norm(rows, f"{inner}.norm3")
        h = self.linear(h, f"{inner}.ff.net.0.proj", 8 * channels)
        y, gate = (self._columns(h, side, 4 * channels) for side in range(2))
        h = self.op("Mul", y, self.op("Gelu", gate))
        rows = self.op("Add", rows, self.linear(h, f"{inner}.ff.net.2", channels))
        picture = self.picture_of(rows, x)
        y = self.conv(picture, f"{name}.proj_out", channels, size=1, pad=0)
        return self.op("Add", y, x)
