"""What diffusers' schedulers make of numbers: `python -m support.diffusers_steps FILE`
writes it, where diffusers is installed; tests compare ours with it.

Each case is a schedule, a number of steps, and for each step x, what a network said,
the noise that was added, and what came out, four numbers each.
"""

import json
import sys
from typing import Any

import numpy as np

NUMBERS = 4

CASES: list[tuple[dict[str, Any], int, float]] = [
    *[
        ({"_class_name": "DDIMScheduler", "prediction_type": kind}, 5, eta)
        for kind in ("epsilon", "sample", "v_prediction")
        for eta in (0.0, 1.0)
    ],
    *[
        ({"_class_name": "DDPMScheduler", "prediction_type": kind}, 6, 0.0)
        for kind in ("epsilon", "sample", "v_prediction")
    ],
    (
        {
            "_class_name": "DDIMScheduler",
            "beta_schedule": "scaled_linear",
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "clip_sample": False,
            "set_alpha_to_one": False,
            "steps_offset": 1,
        },
        7,
        0.5,
    ),
    (
        {
            "_class_name": "DDIMScheduler",
            "beta_schedule": "squaredcos_cap_v2",
            "timestep_spacing": "linspace",
            "num_train_timesteps": 200,
            "clip_sample_range": 1.5,
        },
        9,
        1.0,
    ),
    (
        {
            "_class_name": "DDIMScheduler",
            "prediction_type": "v_prediction",
            "rescale_betas_zero_snr": True,
            "timestep_spacing": "trailing",
            "clip_sample": False,
        },
        4,
        0.0,
    ),
    (
        {
            "_class_name": "DDPMScheduler",
            "variance_type": "fixed_large",
            "beta_schedule": "squaredcos_cap_v2",
            "num_train_timesteps": 50,
        },
        50,
        0.0,
    ),
    (
        {
            "_class_name": "DDPMScheduler",
            "variance_type": "fixed_small_log",
            "clip_sample": False,
            "timestep_spacing": "trailing",
        },
        8,
        0.0,
    ),
    (
        {
            "_class_name": "DDPMScheduler",
            "trained_betas": [0.01, 0.02, 0.05, 0.1, 0.3],
            "num_train_timesteps": 5,
        },
        5,
        0.0,
    ),
]


def found_by_diffusers() -> list[dict[str, Any]]:
    return [_case(*case) for case in CASES]


def _case(config: dict[str, Any], steps: int, eta: float) -> dict[str, Any]:
    import diffusers
    import torch
    from diffusers.schedulers import scheduling_ddpm

    kind = getattr(diffusers, config["_class_name"])
    scheduler = kind(**{k: v for k, v in config.items() if not k.startswith("_")})
    scheduler.set_timesteps(steps)
    rng, rows = np.random.default_rng(steps), []
    for timestep in scheduler.timesteps:
        x, said, noise = (
            rng.standard_normal((1, 1, 1, NUMBERS)).astype(np.float32) for _ in range(3)
        )
        given = [torch.from_numpy(said), timestep, torch.from_numpy(x)]
        if config["_class_name"] == "DDIMScheduler":
            drawn = torch.from_numpy(noise) if eta else None
            found = scheduler.step(*given, eta=eta, variance_noise=drawn)
        else:
            scheduling_ddpm.randn_tensor = lambda *a, **k: torch.from_numpy(noise)  # noqa: B023
            found = scheduler.step(*given)
        parts = x, said, noise, found.prev_sample.numpy()
        rows.append([part.reshape(-1).tolist() for part in parts])
    timesteps = [int(t) for t in scheduler.timesteps]
    told = {"config": config, "steps": steps, "eta": eta}
    return {**told, "timesteps": timesteps, "rows": rows}


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        lines = ",\n".join(json.dumps(case) for case in found_by_diffusers())
        file.write(f"[\n{lines}\n]\n")
