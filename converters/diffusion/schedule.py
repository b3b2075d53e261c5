"""A schedule: how much noise a picture has at which step of training.

Read from a file with the fields of diffusers' `scheduler_config.json`. What is not said
has the value that diffusers gives it; what is not known is refused by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import cos, pi
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from converters.errors import BadModelFile, OddDiffusionModel
from mips_vm.json_text import parse

Doubles = NDArray[np.float64]

MAX_JSON_BYTES: Final = 1 << 22
MAX_STEPS: Final = 100_000
"""Of training, at most."""

DDIM, DDPM = "DDIMScheduler", "DDPMScheduler"
LINEAR, SCALED, COSINE = "linear", "scaled_linear", "squaredcos_cap_v2"
EPSILON, SAMPLE, VELOCITY = "epsilon", "sample", "v_prediction"
LEADING, TRAILING, LINSPACE = "leading", "trailing", "linspace"
SMALL, SMALL_LOG, LARGE = "fixed_small", "fixed_small_log", "fixed_large"

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "_class_name": (DDIM, DDPM),
    "beta_schedule": (LINEAR, SCALED, COSINE),
    "prediction_type": (EPSILON, SAMPLE, VELOCITY),
    "timestep_spacing": (LEADING, TRAILING, LINSPACE),
    "variance_type": (SMALL, SMALL_LOG, LARGE),
}

UNUSED: Final = {
    "_diffusers_version",
    "dynamic_thresholding_ratio",
    "sample_max_value",
    "skip_prk_steps",
}
"""Fields that change nothing, with thresholding off."""

MOST_BETA: Final = 0.999
"""Of the cosine schedule."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Fields are diffusers'; `eta` is ours: how much of DDPM's noise a step of DDIM
    has, which diffusers asks for at each call."""

    class_name: str = DDIM
    num_train_timesteps: int = 1000
    beta_start: float = 0.0001
    beta_end: float = 0.02
    beta_schedule: str = LINEAR
    trained_betas: tuple[float, ...] | None = None
    clip_sample: bool = True
    clip_sample_range: float = 1.0
    set_alpha_to_one: bool = True
    steps_offset: int = 0
    prediction_type: str = EPSILON
    thresholding: bool = False
    timestep_spacing: str = LEADING
    rescale_betas_zero_snr: bool = False
    variance_type: str = SMALL
    eta: float = 0.0

    @property
    def alphas(self) -> Doubles:
        """How much of a picture's variance is left at each step: products of all
        1 - beta up to it."""
        betas = self._betas()
        if self.rescale_betas_zero_snr:
            betas = _rescaled(betas)
        return np.asarray(np.cumprod(1 - betas), np.float64)

    def _betas(self) -> Doubles:
        count = self.num_train_timesteps
        if self.trained_betas is not None:
            return np.array(self.trained_betas, np.float64)
        if self.beta_schedule == LINEAR:
            return np.linspace(self.beta_start, self.beta_end, count)
        if self.beta_schedule == SCALED:
            roots = np.linspace(self.beta_start**0.5, self.beta_end**0.5, count)
            return roots * roots
        left = [
            cos((i / count + 0.008) / 1.008 * pi / 2) ** 2 for i in range(count + 1)
        ]
        shares = np.array(left[1:]) / np.array(left[:-1])
        return np.asarray(np.minimum(1 - shares, MOST_BETA), np.float64)


def _rescaled(betas: Doubles) -> Doubles:
    """So that nothing of a picture is left at the last step."""
    roots = np.sqrt(np.cumprod(1 - betas))
    moved = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
    alphas = moved * moved
    return 1 - np.concatenate([alphas[:1], alphas[1:] / alphas[:-1]])


def read_schedule(path: Path) -> Schedule:
    """BadModelFile if it is no JSON object, OddDiffusionModel with all that is not
    known of it."""
    held = read_json(path)
    problems = list[str]()
    known = {
        "_class_name" if f.name == "class_name" else f.name for f in fields(Schedule)
    }
    for name in held:
        if name not in known | UNUSED:
            problems.append(f"{name}: expected no such field, got {held[name]!r:.60}")
    values = dict[str, Any]()
    for field in fields(Schedule):
        name = _written(field.name)
        if name not in held:
            if name == "_class_name":
                problems.append(f"{name}: expected {DDIM} or {DDPM}, got none")
            continue
        expected = _fault(name, held[name])
        if expected:
            problems.append(f"{name}: expected {expected}, got {held[name]!r:.60}")
        else:
            given = held[name]
            values[field.name] = tuple(given) if isinstance(given, list) else given
    if not problems:
        schedule = Schedule(**values)
        problems = list(_misfits(schedule))
        if not problems:
            return schedule
    raise OddDiffusionModel(path, problems)


def _written(name: str) -> str:
    """As files call a field."""
    return "_class_name" if name == "class_name" else name


def read_json(path: Path) -> dict[str, Any]:
    """An object of a file that is data; BadModelFile if it is none."""
    with path.open("rb") as file:
        data = file.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise BadModelFile(path, f"at most {MAX_JSON_BYTES} bytes", "more")
    try:
        held = parse(data)
    except ValueError as error:
        raise BadModelFile(path, "JSON", f"{type(error).__name__}") from error
    if not isinstance(held, dict):
        raise BadModelFile(path, "an object", type(held).__name__)
    return held


def _whole(low: int, high: int) -> Callable[[Any], str]:
    def fault(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool)
        return "" if good and low <= value <= high else f"{low} to {high}"

    return fault


def _real(low: float, high: float) -> Callable[[Any], str]:
    def fault(value: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        good = number and low <= value <= high  # which a NaN is not
        return "" if good else f"a number from {low:g} to {high:g}"

    return fault


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _betas(value: Any) -> str:
    if value is None:
        return ""
    listed = isinstance(value, list) and 0 < len(value) <= MAX_STEPS
    good = listed and not any(_real(0, 1)(number) for number in value)
    return "" if good else "numbers from 0 to 1"


FAULTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "num_train_timesteps": _whole(1, MAX_STEPS),
    "beta_start": _real(0, 1),
    "beta_end": _real(0, 1),
    "trained_betas": _betas,
    "clip_sample": _truth,
    "clip_sample_range": _real(1e-6, 1e6),
    "set_alpha_to_one": _truth,
    "steps_offset": _whole(0, MAX_STEPS),
    "thresholding": _truth,
    "rescale_betas_zero_snr": _truth,
    "eta": _real(0, 1),
}


def _fault(name: str, value: Any) -> str:
    """What was expected, if this is not it."""
    if name in CHOICES:
        return "" if value in CHOICES[name] else " or ".join(CHOICES[name])
    return FAULTS[name](value)


def _misfits(schedule: Schedule) -> list[str]:
    found = []
    if schedule.thresholding:
        found.append("thresholding: expected false, got true")
    betas, count = schedule.trained_betas, schedule.num_train_timesteps
    if betas is not None and len(betas) != count:
        found.append(f"trained_betas: expected {count} numbers, got {len(betas)}")
    if schedule.class_name == DDPM and schedule.eta:
        found.append(f"eta: expected 0 of a {DDPM}, got {schedule.eta:g}")
    return found
