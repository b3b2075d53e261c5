"""Steps of DDIM and DDPM against those that diffusers took (0.42.1), which a file
keeps; and against diffusers itself, where it is installed."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.diffusers_steps import CASES, found_by_diffusers

from converters.diffusion.coefficients import steps_of
from converters.diffusion.schedule import read_schedule
from converters.errors import BadModelFile, BadOption, OddDiffusionModel

KEPT: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("steps.json").read_text()
)


def written(path: Path, config: dict[str, Any], **more: Any) -> Path:
    file = path / "scheduler_config.json"
    file.write_text(json.dumps({**config, **more}))
    return file


def check(case: dict[str, Any], folder: Path) -> None:
    """Each step within 2e-5 of its numbers: diffusers' products are of float32."""
    schedule = read_schedule(written(folder, case["config"], eta=case["eta"]))
    steps = steps_of(schedule, case["steps"])
    assert steps.timesteps.tolist() == case["timesteps"]
    for number, row in enumerate(case["rows"]):
        x, o, z, expected = np.array(row, np.float64)
        prediction = steps.a[number] * x + steps.b[number] * o
        if schedule.clip_sample:
            most = schedule.clip_sample_range
            prediction = prediction.clip(-most, most)
        found = steps.c[number] * prediction + steps.d[number] * x
        found += steps.e[number] * o + steps.f[number] * z
        scale = max(1, np.abs(expected).max())
        assert np.abs(found - expected).max() < 2e-5 * scale, number


def test_file_has_all_cases() -> None:
    kept = [(case["config"], case["steps"], case["eta"]) for case in KEPT]
    assert kept == [(config, steps, eta) for config, steps, eta in CASES]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_steps_are_those_that_diffusers_took(number: int, tmp_path: Path) -> None:
    check(KEPT[number], tmp_path)


@pytest.mark.skipif(
    not importlib.util.find_spec("diffusers"), reason="diffusers is not installed"
)
def test_steps_are_those_of_diffusers_now(tmp_path: Path) -> None:
    for case in found_by_diffusers():
        check(case, tmp_path)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"_class_name": "PNDMScheduler"}, "DDIMScheduler or DDPMScheduler, got 'PNDM"),
        ({}, "_class_name: expected DDIMScheduler or DDPMScheduler, got none"),
        ({"thresholding": True}, "thresholding: expected false"),
        ({"use_karras_sigmas": True}, "use_karras_sigmas: expected no such field"),
        ({"beta_schedule": "sigmoid"}, "beta_schedule: expected linear or"),
        ({"beta_start": "1"}, "beta_start: expected a number from 0 to 1"),
        ({"beta_end": float("nan")}, "beta_end: expected a number"),
        ({"beta_end": 10**400}, "beta_end: expected a number"),
        ({"num_train_timesteps": 0}, "num_train_timesteps: expected 1 to"),
        ({"num_train_timesteps": True}, "num_train_timesteps: expected 1 to"),
        ({"trained_betas": [0.1]}, "trained_betas: expected 1000 numbers, got 1"),
        ({"trained_betas": [2]}, "trained_betas: expected numbers from 0 to 1"),
        ({"variance_type": "learned_range"}, "variance_type: expected fixed_small or"),
        ({"_class_name": "DDPMScheduler", "eta": 1}, "eta: expected 0"),
        ({"prediction_type": ["epsilon"]}, "prediction_type: expected epsilon or"),
    ],
)
def test_schedule_that_is_not_known_is_refused(
    config: dict[str, Any], told: str, tmp_path: Path
) -> None:
    base = {"_class_name": "DDIMScheduler"} if config else {}
    with pytest.raises(OddDiffusionModel) as caught:
        read_schedule(written(tmp_path, base, **config))
    assert told in str(caught.value)


def test_all_that_is_wrong_with_a_schedule_is_told_at_once(tmp_path: Path) -> None:
    odd = {"_class_name": "X", "beta_schedule": "Y", "lambda_min_clipped": 3}
    with pytest.raises(OddDiffusionModel) as caught:
        read_schedule(written(tmp_path, odd))
    assert len(caught.value.reasons) == 3


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, "\xff"])
def test_what_is_no_schedule_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(text.encode("latin1"))
    with pytest.raises(BadModelFile):
        read_schedule(path)


@pytest.mark.parametrize(
    ("config", "steps"),
    [
        ({}, 0),
        ({}, 1001),
        ({"steps_offset": 1}, 1000),
        ({"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}, 4),
        ({"beta_start": 1.0, "beta_end": 1.0}, 4),
        ({"beta_start": 0.0, "beta_end": 0.0}, 4),
    ],
)
def test_steps_that_a_schedule_has_not_are_refused(
    config: dict[str, Any], steps: int, tmp_path: Path
) -> None:
    base = {"_class_name": "DDIMScheduler", **config}
    with pytest.raises(BadOption, match="--steps"):
        steps_of(read_schedule(written(tmp_path, base)), steps)
