"""A folder's network: its configuration and where its tensors are."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from converters.emitter import Emitter
from converters.errors import OddDiffusionModel
from converters.opsets import NEWEST
from converters.spans import SPAN_32
from converters.values import Tensor, Value
from tinynn import GraphBuilder
from tinynn.operators.graph import Value as Handle

from ..network import Timesteps
from .blocks import Blocks
from .config import UNet
from .unet import Emitted
from .weights import Held, Weights

TOKENS: Final = 77
"""Rows of a text that a network is told."""


@dataclass(frozen=True, slots=True)
class FolderNetwork:
    """A UNet of diffusers; OddDiffusionModel when it is emitted, with every tensor that
    is missing, of another size, or left over."""

    path: Path
    unet: UNet
    weights: Weights
    producer: str = "diffusers"
    opset: int = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.unet.in_channels, *self.unet.sample_size

    @property
    def takes_label(self) -> bool:
        return self.unet.num_class_embeds is not None

    def say(
        self,
        graph: GraphBuilder,
        picture: Handle,
        timesteps: Timesteps,
        label: Handle | None,
    ) -> Handle:
        table = timesteps.astype(np.float32)
        time = graph.op("Gather", table, graph.passes_done, axis=0)
        emitter = self._emitter(graph)
        told: Value | None = None
        if self.unet.told:
            shape = TOKENS, self.unet.cross_attention_dim
            told = Tensor(graph.op("Identity", np.zeros(shape, np.float32)))
        emitted = Emitted(self.unet, self._blocks(emitter), told)
        chosen = None if label is None else Tensor(label, SPAN_32)
        said = emitted.noise(Tensor(picture), Tensor(time), chosen)
        if isinstance(self.weights, Held):
            problems = list(self.weights.problems)
            left = self.weights.left_over()
            problems += [f"{name}: expected no such tensor, got one" for name in left]
            if problems:
                raise OddDiffusionModel(self.path, problems)
        return emitter.handle(said)

    def of(self, weights: Weights) -> "FolderNetwork":
        """The same with other tensors."""
        return replace(self, weights=weights)

    def _emitter(self, graph: GraphBuilder) -> Emitter:
        emitter = Emitter(graph.name, NEWEST, {})
        emitter.builder = graph
        return emitter

    def _blocks(self, emitter: Emitter) -> Blocks:
        unet = self.unet
        return Blocks(emitter, self.weights, unet.norm_num_groups, unet.norm_eps)
