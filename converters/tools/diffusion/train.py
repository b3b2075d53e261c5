"""The network of `unet`, trained on handwritten digits.

    python -m converters.tools.diffusion.train --data cazala_train10k.npz --out made

Needs the `train` extra (PyTorch). `--data` is a numpy archive of `x`, uint8 digits
(n, 28, 28), white on black, and `y`, their labels. After each epoch FOLDER/weights.pt
is what has been learnt so far: a mean of the weights, the last steps' most. The rate is
the same from first step to last, so that fewer epochs are the beginning of more.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch  # type: ignore[import-not-found, unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found, unused-ignore]

from converters.tools.diffusion import schedule
from converters.tools.diffusion.unet import SIDE, UNet
from converters.tools.train_mnist import warp

SEED: Final = 7
EPOCHS: Final = 40
BATCH: Final = 64
RATE: Final = 1e-3
WARM: Final = 200
"""Steps until the rate is whole."""

KEPT: Final = 0.999
"""Of the mean, at each step."""

STRAY: Final = 0.4
"""How far a digit is turned, scaled and shifted each time; 1 is for readers."""


def mixed(
    digits: torch.Tensor, steps: torch.Tensor, kept: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Digits in [-1, 1] with the noise of their steps, and their velocities."""
    noise = torch.randn_like(digits)
    share = kept[steps][:, None, None, None]
    clear, veil = share.sqrt(), (1 - share).sqrt()
    return clear * digits + veil * noise, clear * noise - veil * digits


def train(
    digits: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    epochs: int,
    done: Callable[[int, float, UNet], None],
) -> None:
    """`done` is told each epoch's number, its mean loss, and what is learnt. The same
    one for the same seed, on the same machine."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    ink = torch.from_numpy(digits.reshape(-1, SIDE, SIDE).astype(np.float32) / 255)
    named = torch.from_numpy(labels.astype(np.int64))
    kept = torch.from_numpy(schedule.kept().astype(np.float32))
    net, mean = UNet(), UNet()
    mean.load_state_dict(net.state_dict())
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM)
    )
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(ink)).split(BATCH):
            clean = 2 * warp(ink[batch], STRAY)[:, None] - 1
            steps = torch.randint(schedule.STEPS, (len(batch),))
            noisy, velocity = mixed(clean, steps, kept)
            # Products of bfloat16 take two thirds of the time; sums are of float32.
            with torch.autocast("cpu", torch.bfloat16):
                said = net(noisy, steps, named[batch])
            loss = functional.mse_loss(said.to(torch.float32), velocity)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            rate.step()
            total += loss.item() * len(batch)
            follow(mean, net)
        done(epoch + 1, total / len(ink), mean)


def follow(mean: UNet, net: UNet) -> None:
    with torch.no_grad():
        pairs = zip(mean.parameters(), net.parameters(), strict=True)
        for held, new in pairs:
            held.lerp_(new, 1 - KEPT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.diffusion.train")
    parser.add_argument("--data", type=Path, required=True, help=".npz of x and y")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    start = time.process_time()

    def done(epoch: int, loss: float, mean: UNet) -> None:
        torch.save(mean.state_dict(), arguments.out / "weights.pt")
        spent = time.process_time() - start
        print(f"epoch {epoch:3}: loss {loss:.4f}, {spent:,.0f} s", flush=True)

    with np.load(arguments.data) as archive:
        train(archive["x"], archive["y"], arguments.epochs, done)


if __name__ == "__main__":
    main()
