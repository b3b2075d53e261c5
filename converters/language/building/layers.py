"""One pass of a model: an embedding, layers, logits; on one vector of floats."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np

from tinynn import GraphBuilder, Value

from ..config import Activation, Config, Norm
from ..rope import Rope
from ..tensors import layer
from .weights import Weights

FUNCTIONS = {
    Activation.SILU: "silu",
    Activation.GELU_TANH: "gelu_tanh",
    Activation.GELU: "gelu_erf",
}


@dataclass(slots=True)
class Pass:
    """`rows` are of the caches; `picking` is 0 in passes whose logits nobody needs."""

    graph: GraphBuilder
    config: Config
    weights: Weights
    rows: int
    picking: Value

    def logits(self, token: Value) -> Value:
        """Of what follows the token, which is the pass's: int32 (1,). They are computed
        only where they are needed."""
        config, graph = self.config, self.graph
        x = self._embedded(token)
        for index in range(config.layers):
            x = self._layer(index, x)
        with graph.unless_zero(self.picking):
            y = self.weights.logits(self._normed("output_norm", x))
            if config.logit_cap is not None:
                cap = np.array(config.logit_cap, np.float32)
                y = graph.op("Mul", graph.op("Tanh", graph.op("Div", y, cap)), cap)
        return y

    def _embedded(self, token: Value) -> Value:
        x, scale = self.weights.row(token), self.config.embedding_scale
        if scale is not None:
            x = self.graph.op("Mul", x, np.array(scale, np.float32))
        if self.config.learned:
            table = self.weights.tensors["position_embd.weight"].floats()
            rows = table[: self.rows]
            row = self.graph.op("Gather", rows, self.graph.passes_done, axis=0)
            x = self.graph.op("Add", x, self.graph.view(row, x.shape))
        return x

    def _layer(self, index: int, x: Value) -> Value:
        """The last one's own result is needed only where the logits are: other passes
        leave it keys and values."""
        graph, config = self.graph, self.config
        attention = config.attentions[index]
        h = self._normed(layer(index, "attn_norm"), x)
        key = self._head(index, "k", h, attention.rope)
        value = self._head(index, "v", h, None)
        keys = graph.key_cache(self.rows, config.kv_heads, config.head_width)
        values = graph.cache("float32", (self.rows, config.kv_heads, config.head_width))
        graph.put_key(keys, key)
        graph.put_row(values, value)
        with self._needed(index == config.layers - 1):
            mixed = graph.attention(
                self._head(index, "q", h, attention.rope),
                keys,
                values,
                scale=config.scale,
                window=attention.window,
                softcap=config.score_cap,
            )
            flat = graph.view(mixed, (config.heads * config.head_width,))
            a = self.weights.linear(flat, layer(index, "attn_output"))
            if config.sandwich:
                a = self._normed(layer(index, "post_attention_norm"), a)
            if config.parallel:
                return graph.op("Add", graph.op("Add", a, self._forward(index, h)), x)
            x = graph.op("Add", x, a)
            f = self._forward(index, self._normed(layer(index, "ffn_norm"), x))
            if config.sandwich:
                f = self._normed(layer(index, "post_ffw_norm"), f)
            return graph.op("Add", x, f)

    @contextmanager
    def _needed(self, last: bool) -> Iterator[None]:
        with self.graph.unless_zero(self.picking) if last else nullcontext():
            yield

    def _head(self, index: int, which: str, h: Value, rope: Rope | None) -> Value:
        """Queries, keys or values, (heads, head width), normed and turned."""
        config, name = self.config, layer(index, f"attn_{which}")
        queries = config.heads * config.head_width
        each = config.kv_heads * config.head_width
        if f"{name}.weight" in self.weights.tensors:
            x = self.weights.linear(h, name)
        else:
            first = {"q": 0, "k": queries, "v": queries + each}[which]
            end = first + (queries if which == "q" else each)
            x = self.weights.linear(h, layer(index, "attn_qkv"), (first, end))
        x = self.graph.view(x, (x.count // config.head_width, config.head_width))
        if config.qk_norm and which != "v":
            x = self._normed(f"{name}_norm", x)
        if rope is None:
            return x
        cosines, sines = rope.tables(self.rows)
        return self.graph.op(
            "Rope", x, cosines, sines, self.graph.passes_done, halves=int(rope.halves)
        )

    def _forward(self, index: int, h: Value) -> Value:
        """The feed-forward part."""
        config, graph, weights = self.config, self.graph, self.weights
        gate, up = layer(index, "ffn_gate"), layer(index, "ffn_up")
        if not config.gated:
            held = weights.linear(h, up)
            how = "none" if config.activation is Activation.GELU else "tanh"
            y = graph.op("Gelu", held, approximate=how)
        else:
            if f"{gate}.weight" in weights.tensors:
                sides = weights.linear(h, gate), weights.linear(h, up)
            else:
                end = config.hidden
                sides = (
                    weights.linear(h, up, (0, end)),
                    weights.linear(h, up, (end, 2 * end)),
                )
            function = FUNCTIONS[config.activation]
            y = graph.op("Gated", *sides, function=function)
        return weights.linear(y, layer(index, "ffn_down"))

    def _normed(self, name: str, x: Value) -> Value:
        weight, epsilon = self.weights.vector(f"{name}.weight"), self.config.epsilon
        if self.config.norm is Norm.RMS:
            return self.graph.op("RMSNorm", x, weight, epsilon=epsilon)
        bias = self.weights.vector(f"{name}.bias")
        return self.graph.op("LayerNormalization", x, weight, bias, epsilon=epsilon)
