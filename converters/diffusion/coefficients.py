"""What a sampler does at each step, as numbers: the rows of an image's tables.

A step makes of the picture x, of what the network says of it, o, and of noise z

    prediction = a x + b o, clipped if the schedule says so
    next = c prediction + d x + e o + f z

Both DDIM and DDPM are of this form, whatever the network predicts. Numbers are made in
float64, by the formulas of the papers, and rounded once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from converters.errors import BadOption

from .schedule import (
    DDIM,
    EPSILON,
    LARGE,
    LEADING,
    LINSPACE,
    SAMPLE,
    Doubles,
    Schedule,
)

LEAST_VARIANCE: Final = 1e-20


@dataclass(frozen=True, slots=True)
class Steps:
    """A row a step, the first step first: timesteps of training, and numbers a to f."""

    timesteps: NDArray[np.int64]
    a: Doubles
    b: Doubles
    c: Doubles
    d: Doubles
    e: Doubles
    f: Doubles

    @property
    def draws(self) -> bool:
        """Whether any step adds noise."""
        return bool(self.f.any())


def steps_of(schedule: Schedule, steps: int) -> Steps:
    """BadOption if the schedule has not so many, or not these."""
    most = schedule.num_train_timesteps
    if not 1 <= steps <= most:
        raise BadOption("--steps", f"1 to {most}, those of training", str(steps))
    timesteps = timesteps_of(schedule, steps)
    if timesteps.min() < 0 or timesteps.max() >= most:
        actual = f"{timesteps.min()} to {timesteps.max()}"
        raise BadOption("--steps", f"timesteps from 0 to {most - 1}", actual)
    alphas = schedule.alphas
    ddim = schedule.class_name == DDIM
    now, then = alphas[timesteps], np.append(alphas[timesteps[1:]], 1.0)
    if ddim:
        last = 1.0 if schedule.set_alpha_to_one else float(alphas[0])
        before = timesteps - most // steps
        then = np.where(before >= 0, alphas[np.maximum(before, 0)], last)
    with np.errstate(all="ignore"):
        found = (_ddim if ddim else _ddpm)(schedule, timesteps, now, then)
    held = np.stack([found.a, found.b, found.c, found.d, found.e, found.f])
    if not np.isfinite(held.astype(np.float32)).all():
        expected = "a schedule that leaves something of the picture at each step"
        raise BadOption("--steps", expected, "one that divides by zero")
    return found


def timesteps_of(schedule: Schedule, steps: int) -> NDArray[np.int64]:
    """From the noisiest on."""
    most = schedule.num_train_timesteps
    if schedule.timestep_spacing == LINSPACE:
        return np.linspace(0, most - 1, steps).round()[::-1].astype(np.int64)
    if schedule.timestep_spacing == LEADING:
        rows = np.arange(steps, dtype=np.int64)[::-1]
        return rows * (most // steps) + schedule.steps_offset
    apart = most / steps
    return np.round(np.arange(most, 0, -apart)).astype(np.int64)[:steps] - 1


def _prediction(schedule: Schedule, now: Doubles) -> tuple[Doubles, Doubles]:
    """a and b: the picture without noise."""
    signal, noise = np.sqrt(now), np.sqrt(1 - now)
    if schedule.prediction_type == EPSILON:
        return 1 / signal, -noise / signal
    if schedule.prediction_type == SAMPLE:
        return np.zeros_like(now), np.ones_like(now)
    return signal, -noise


def _noise(schedule: Schedule, now: Doubles) -> tuple[Doubles, Doubles]:
    """Of x and of o: the noise that the network sees in the picture."""
    signal, noise = np.sqrt(now), np.sqrt(1 - now)
    if schedule.prediction_type == EPSILON:
        return np.zeros_like(now), np.ones_like(now)
    if schedule.prediction_type == SAMPLE:
        return 1 / noise, -signal / noise
    return noise, signal


def _ddim(
    schedule: Schedule, timesteps: NDArray[np.int64], now: Doubles, then: Doubles
) -> Steps:
    """Song, Meng, Ermon 2020, formulas 12 and 16."""
    variance = (1 - then) / (1 - now) * (1 - now / then)
    sigma = schedule.eta * np.sqrt(np.maximum(variance, 0))
    along = np.sqrt(np.maximum(1 - then - sigma * sigma, 0))
    of_x, of_o = _noise(schedule, now)
    a, b = _prediction(schedule, now)
    return Steps(timesteps, a, b, np.sqrt(then), along * of_x, along * of_o, sigma)


def _ddpm(
    schedule: Schedule, timesteps: NDArray[np.int64], now: Doubles, then: Doubles
) -> Steps:
    """Ho, Jain, Abbeel 2020, formula 7. The last step adds no noise."""
    alpha = now / then
    beta = 1 - alpha
    variance = np.maximum((1 - then) / (1 - now) * beta, LEAST_VARIANCE)
    if schedule.variance_type == LARGE:
        variance = beta
    sigma = np.sqrt(variance)
    a, b = _prediction(schedule, now)
    c = np.sqrt(then) * beta / (1 - now)
    d = np.sqrt(alpha) * (1 - then) / (1 - now)
    f = np.where(timesteps > 0, sigma, 0)
    return Steps(timesteps, a, b, c, d, np.zeros_like(c), f)
