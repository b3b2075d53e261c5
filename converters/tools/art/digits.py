"""The hand: a dense generator that writes digits, 32-96-224-784, 28 x 28 grey values.

    python -m converters.tools.art.digits --data cazala_train10k.npz --out hand.plumb

Needs the `train` extra (PyTorch). `--data` is a numpy archive of `x`, uint8 digits
(n, 28, 28), white on black, and `y`, their labels. The generator is the decoder of a
variational autoencoder that is told the digit: LATENT of a seed's bytes are the hand,
its last byte chooses the digit. Its pixels are logits in steps of 1 / STEPS, HALF for
an even chance: the palette turns them into ink.
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
    Layer,
    Scale,
    dense,
    layer,
    looked_up,
    scale_of,
)
from converters.tools.art.seeds import ENTRIES, SEED_BYTES, SPAN, ZERO, drawn, numbers
from converters.tools.art.seeds import table as normal_table
from converters.tools.train_mnist import warp
from tinynn import GraphBuilder

SIDE: Final = 28
PIXELS: Final = SIDE * SIDE
DIGITS: Final = 10
LATENT: Final = 12
CALM: Final = 0.75
"""Of a standard deviation: far from the middle a hand is unreadable."""

FIRST, SECOND = 96, 224
STEPS_UP: Final = DIGITS - 1
"""Thresholds that the last byte passes, one a digit but the first."""

SEED, EPOCHS, BATCH, PEAK = 7, 100, 128, 2e-3
CALIBRATION: Final = 2000
TELLING: Final = 1.3
"""What a bit that the encoder tells costs, against the picture's: dear ones make it
use the whole of the latent space, so that nothing drawn falls into a hole."""

STEPS: Final = 21
HALF: Final = 128
MOST_STEP: Final = 127.5
"""Steps are bytes of 0 and 255, which is about as far below 128 as above it."""


class Hand(nn.Module):  # type: ignore[misc, unused-ignore]
    """Numbers (n, LATENT) and steps (n, 9), each -1 or 1, to logits (n, 784)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(LATENT + STEPS_UP, FIRST)
        self.second = nn.Linear(FIRST, SECOND)
        self.third = nn.Linear(SECOND, PIXELS)

    def hidden(self, z: torch.Tensor, steps: torch.Tensor) -> list[torch.Tensor]:
        """What lies between the layers, none of it negative."""
        one = functional.relu(self.first(torch.cat([z, steps], 1)))
        return [one, functional.relu(self.second(one))]

    def forward(self, z: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        return self.third(self.hidden(z, steps)[-1])


class Reader(nn.Module):  # type: ignore[misc, unused-ignore]
    """The encoder: ink (n, 784) and steps to means and log variances (n, LATENT)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(PIXELS + STEPS_UP, 256)
        self.last = nn.Linear(256, 2 * LATENT)

    def forward(
        self, ink: torch.Tensor, steps: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        hidden = functional.relu(self.first(torch.cat([ink, steps], 1)))
        return tuple(self.last(hidden).chunk(2, 1))


def steps_of(labels: torch.Tensor) -> torch.Tensor:
    """(n, 9): 1 for each digit below, else -1."""
    return 2 * (labels[:, None] > torch.arange(STEPS_UP)).to(torch.float32) - 1


def train(digits: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> Hand:
    """The same one for the same seed, on the same machine."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    ink = torch.from_numpy(digits.reshape(-1, PIXELS).astype(np.float32) / 255)
    steps = steps_of(torch.from_numpy(labels.astype(np.int64)))
    hand, reader = Hand(), Reader()
    optimiser = torch.optim.Adam([*hand.parameters(), *reader.parameters()])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, PEAK, epochs=EPOCHS, steps_per_epoch=-(-len(ink) // BATCH)
    )
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(ink)).split(BATCH):
            # Ten thousand digits are few: each is written a little otherwise each time.
            written = warp(ink[batch].view(-1, SIDE, SIDE), 0.4).flatten(1)
            mean, spread = reader(written, steps[batch])
            z = mean + torch.randn_like(mean) * (spread / 2).exp()
            logits = hand(z, steps[batch])
            missed = functional.binary_cross_entropy_with_logits(
                logits, written, reduction="sum"
            )
            told = (mean**2 + spread.exp() - spread - 1).sum() / 2
            loss = (missed + TELLING * told) / len(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        if (epoch + 1) % 5 == 0:
            print(
                f"epoch {epoch + 1:3} of {EPOCHS}: {total / len(ink):.2f}", flush=True
            )
    return hand


def generator(hand: Hand) -> bytes:
    """The image: a seed, uint8 (32,), to pixels, uint8 (784,)."""
    given = numbers(drawn(CALIBRATION, SEED))
    with torch.no_grad():
        z = torch.from_numpy(CALM * given[:, :LATENT])
        digits = torch.arange(CALIBRATION) % DIGITS
        one, two = (array(t) for t in hand.hidden(z, steps_of(digits)))
    scales = [
        Scale(CALM / SPAN, ZERO),
        scale_of(one),
        scale_of(two),
        Scale(1 / STEPS, HALF),
    ]
    g = GraphBuilder("hand")
    x = looked_up(g, g.input("seed", "uint8", (SEED_BYTES,)), normal_table())
    x = dense(g, g.view(x, (1, SEED_BYTES)), chosen())
    for number, part in enumerate((hand.first, hand.second, hand.third)):
        weights = array(part.weight).copy()
        if number == 0:  # a step is as far from 0 as a byte goes
            weights[:, LATENT:] /= scales[0].step * MOST_STEP
        x = dense(g, x, layer(weights, array(part.bias), *scales[number : number + 2]))
    g.output(g.view(x, (PIXELS,)), "pixels")
    return g.build()


def chosen() -> Layer:
    """The entries of LATENT bytes as they are; and steps, each 0 or 255: whether the
    last byte's entry has come so far."""
    held = normal_table()
    entries = [int(held[-(-ENTRIES * (k + 1) // DIGITS)]) for k in range(STEPS_UP)]
    weights = np.zeros((LATENT + STEPS_UP, SEED_BYTES), np.int8)
    np.fill_diagonal(weights[:LATENT], 1)
    weights[LATENT:, -1] = 2
    # An entry more or less is two, so that a sum is never 0.
    bias = np.array([0] * LATENT + [1 + 2 * (ZERO - e) for e in entries], np.int32)
    factors = np.array([1] * LATENT + [MOST_BYTE] * STEPS_UP, np.float32)
    return Layer(weights, bias, factors, ZERO, ZERO)


def array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = tensor.detach().numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.art.digits")
    parser.add_argument("--data", type=Path, required=True, help=".npz of x and y")
    parser.add_argument("--out", type=Path, required=True, help="the model image")
    arguments = parser.parse_args()
    with np.load(arguments.data) as archive:
        image = generator(train(archive["x"], archive["y"]))
    write_atomically(arguments.out, image)
    print(f"{arguments.out}: {len(image):,} bytes")


if __name__ == "__main__":
    main()
