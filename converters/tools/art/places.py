"""The painter: a convolutional generator of landscapes, 32 x 32 in colour.

    python -m converters.tools.art.places --out painter.plumb

Needs the `train` extra (PyTorch) and no data: it learns to paint what scenery.py
paints of the same numbers. A seed's bytes become numbers of a normal distribution; two
dense layers make planes of 4 x 4 of them, and three transposed convolutions double
these. Pixels are bytes of red, green, blue, a plane each.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch  # type: ignore[import-not-found, unused-ignore]
from torch import nn  # type: ignore[import-not-found, unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found, unused-ignore]

from converters.files import write_atomically
from converters.tools.art.layers import (
    MOST_BYTE,
    Scale,
    dense,
    layer,
    looked_up,
    scale_of,
    turned,
    upsampled,
)
from converters.tools.art.scenery import CHANNELS, SIDE, paint
from converters.tools.art.seeds import SEED_BYTES, SPAN, ZERO, drawn, numbers
from converters.tools.art.seeds import table as normal_table
from tinynn import GraphBuilder

HIDDEN: Final = 128
SMALL: Final = 4
"""Rows and columns of the first planes."""

PLANES: Final = (32, 32, 28)
SEED, BATCH, PEAK = 7, 64, 4e-3
STEPS: Final = 7000
CALIBRATION: Final = 500


class Painter(nn.Module):  # type: ignore[misc, unused-ignore]
    """Numbers (n, 32) to pictures (n, 3, 32, 32), about [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        one, two, three = PLANES
        self.first = nn.Linear(SEED_BYTES, HIDDEN)
        self.second = nn.Linear(HIDDEN, one * SMALL * SMALL)
        shape = {"kernel_size": 4, "stride": 2, "padding": 1}
        self.third = nn.ConvTranspose2d(one, two, **shape)
        self.fourth = nn.ConvTranspose2d(two, three, **shape)
        self.fifth = nn.ConvTranspose2d(three, CHANNELS, **shape)

    def hidden(self, z: torch.Tensor) -> list[torch.Tensor]:
        """What lies between the layers, none of it negative."""
        found = [functional.relu(self.first(z))]
        planes = functional.relu(self.second(found[0]))
        found.append(planes.view(-1, PLANES[0], SMALL, SMALL))
        for part in (self.third, self.fourth):
            found.append(functional.relu(part(found[-1])))
        return found

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.fifth(self.hidden(z)[-1])


def train(steps: int) -> Painter:
    """The same one for the same seed, on the same machine."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    painter = Painter()
    optimiser = torch.optim.Adam(painter.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, total_steps=steps)
    total = 0.0
    for step in range(steps):
        z = numbers(drawn(BATCH, SEED * steps + step))
        wanted = torch.from_numpy(paint(z))
        # A pixel beyond black or white is as good as black or white.
        found = painter(torch.from_numpy(z))
        off = functional.leaky_relu(found, 0.02)
        off = wanted - (1 - functional.leaky_relu(1 - off, 0.02))
        loss = off.abs().mean() + 4 * (off**2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += loss.item()
        if (step + 1) % 200 == 0:
            print(f"step {step + 1:5} of {steps}: {total / 200:.4f}", flush=True)
            total = 0.0
    return painter


def generator(painter: Painter) -> bytes:
    """The image: a seed, uint8 (32,), to pixels, uint8 (3, 32, 32)."""
    with torch.no_grad():
        z = torch.from_numpy(numbers(drawn(CALIBRATION, SEED)))
        found = [array(tensor) for tensor in painter.hidden(z)]
    scales = [Scale(1 / SPAN, ZERO), *map(scale_of, found), Scale(1 / MOST_BYTE)]
    g = GraphBuilder("painter")
    x = looked_up(g, g.input("seed", "uint8", (SEED_BYTES,)), normal_table())
    x = g.view(x, (1, SEED_BYTES))
    for number, part in enumerate((painter.first, painter.second)):
        held = array(part.weight), array(part.bias)
        x = dense(g, x, layer(*held, *scales[number : number + 2]))
    x = g.view(x, (1, PLANES[0], SMALL, SMALL))
    for number, part in enumerate((painter.third, painter.fourth, painter.fifth), 2):
        held = turned(array(part.weight)), array(part.bias)
        x = upsampled(g, x, layer(*held, *scales[number : number + 2]))
    g.output(g.view(x, (CHANNELS, SIDE, SIDE)), "pixels")
    return g.build()


def array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = tensor.detach().numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.art.places")
    parser.add_argument("--out", type=Path, required=True, help="the model image")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"else {STEPS}")
    arguments = parser.parse_args()
    image = generator(train(arguments.steps))
    write_atomically(arguments.out, image)
    print(f"{arguments.out}: {len(image):,} bytes")


if __name__ == "__main__":
    main()
