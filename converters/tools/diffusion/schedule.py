"""How much noise a digit has at which of a thousand steps, and the file that says so.

The file has the fields of diffusers' `scheduler_config.json`. The network predicts
velocity (Salimans and Ho, 2022): noise alone says nothing of the digit at the steps
where there is little of it, and the digit alone nothing where there is much.
"""

import json
from math import cos, pi
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

STEPS: Final = 1000
OFFSET: Final = 0.008
MOST_BETA: Final = 0.999

CONFIG: Final = {
    "_class_name": "DDIMScheduler",
    "num_train_timesteps": STEPS,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "clip_sample": True,
    "clip_sample_range": 1.0,
    "set_alpha_to_one": True,
    "timestep_spacing": "trailing",
}


def kept() -> npt.NDArray[np.float64]:
    """What is left of a digit's variance at each step: the cosine schedule."""
    left = [
        cos((step / STEPS + OFFSET) / (1 + OFFSET) * pi / 2) ** 2
        for step in range(STEPS + 1)
    ]
    shares = np.array(left[1:]) / np.array(left[:-1])
    return np.cumprod(1 - np.minimum(1 - shares, MOST_BETA))


def write(path: Path) -> None:
    path.write_text(json.dumps(CONFIG, indent=2) + "\n")
