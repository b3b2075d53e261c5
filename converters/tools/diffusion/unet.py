"""The network: noisy digits of 28 x 28, a timestep and a label, to what was mixed.

Names and shapes of inputs are those of diffusers' UNets. Half of the processor's work
would be done at 28 x 28 and 14 x 14, where little is learnt: so the first convolution
halves the side, and most channels, and most weights, are at 4 x 4.
"""

from typing import Final

import torch  # type: ignore[import-not-found, unused-ignore]
from torch import nn  # type: ignore[import-not-found, unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found, unused-ignore]

SIDE: Final = 28
DIGITS: Final = 10
GROUPS: Final = 8
WAVES: Final = 32
"""Frequencies of the timestep's sines and cosines."""

SLOWEST: Final = 10_000.0
TOLD: Final = 256
"""Numbers that tell each block the time and the digit."""

FINE, MIDDLE, COARSE = 24, 48, 128
"""Channels at 14 x 14, 7 x 7 and 4 x 4."""


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """Two convolutions beside what they are added to; what is told scales and shifts
    each channel between them."""

    def __init__(self, given: int, made: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, given)
        self.first = nn.Conv2d(given, made, 3, padding=1)
        self.told = nn.Linear(TOLD, 2 * made)
        self.middle = nn.GroupNorm(GROUPS, made)
        self.second = nn.Conv2d(made, made, 3, padding=1)
        self.past = nn.Conv2d(given, made, 1) if given != made else nn.Identity()
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        h = self.first(functional.silu(self.norm(x)))
        scale, shift = self.told(told)[:, :, None, None].chunk(2, 1)
        h = self.middle(h) * (1 + scale) + shift
        return self.past(x) + self.second(functional.silu(h))


class UNet(nn.Module):  # type: ignore[misc, unused-ignore]
    """Pictures (n, 1, 28, 28), timesteps (n,) and labels (n,), to (n, 1, 28, 28)."""

    def __init__(self) -> None:
        super().__init__()
        rates = SLOWEST ** (-torch.arange(WAVES, dtype=torch.float32) / WAVES)
        self.register_buffer("rates", rates, persistent=False)
        self.time = nn.Linear(2 * WAVES, TOLD)
        self.label = nn.Embedding(DIGITS, TOLD)
        self.both = nn.Linear(TOLD, TOLD)
        self.enter = nn.Conv2d(1, FINE, 4, stride=2, padding=1)
        self.down_fine = Block(FINE, FINE)
        self.to_middle = nn.Conv2d(FINE, MIDDLE, 3, stride=2, padding=1)
        self.down_middle = Block(MIDDLE, MIDDLE)
        self.to_coarse = nn.Conv2d(MIDDLE, COARSE, 3, stride=2, padding=1)
        self.coarse = nn.ModuleList([Block(COARSE, COARSE) for _ in range(2)])
        self.from_coarse = nn.ConvTranspose2d(COARSE, MIDDLE, 3, stride=2, padding=1)
        self.up_middle = Block(2 * MIDDLE, MIDDLE)
        self.from_middle = nn.ConvTranspose2d(MIDDLE, FINE, 4, stride=2, padding=1)
        self.up_fine = Block(2 * FINE, FINE)
        self.last = nn.GroupNorm(GROUPS, FINE)
        self.leave = nn.ConvTranspose2d(FINE, 1, 4, stride=2, padding=1)

    def forward(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor,
        class_labels: torch.Tensor,
    ) -> torch.Tensor:
        angles = timestep.to(torch.float32)[:, None] * self.rates
        waves = torch.cat([torch.sin(angles), torch.cos(angles)], 1)
        told = functional.silu(self.time(waves) + self.label(class_labels))
        told = functional.silu(self.both(told))
        fine = self.down_fine(self.enter(sample), told)
        middle = self.down_middle(self.to_middle(fine), told)
        x = self.to_coarse(middle)
        for block in self.coarse:
            x = block(x, told)
        x = self.up_middle(torch.cat([self.from_coarse(x), middle], 1), told)
        x = self.up_fine(torch.cat([self.from_middle(x), fine], 1), told)
        return self.leave(functional.silu(self.last(x)))
