"""Landscapes that a program paints: the data that the colour generator learns from.

A sky with its sun or moon, two chains of mountains, water, a shore in front: all of it
a function of 32 numbers of a normal distribution. Ours, so that nobody's pictures are
in the weights.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SIDE: Final = 32
CHANNELS: Final = 3

# Where among the numbers each thing has its own.
HOUR, TINT, SUN_X, SUN_Y, SUN_SIZE, WATER, LAND, HAZE = range(8)
RIDGES: Final = (8, 16, 24)
"""Eight numbers each: the height, and seven waves."""

HOURS: Final = (
    # sky above, sky at the horizon, sun, light on the land
    ((0.02, 0.03, 0.14), (0.08, 0.10, 0.30), (0.90, 0.92, 1.00), 0.22),  # night
    ((0.16, 0.14, 0.40), (0.78, 0.42, 0.45), (1.00, 0.85, 0.70), 0.50),  # first light
    ((0.35, 0.55, 0.85), (1.00, 0.80, 0.62), (1.00, 0.96, 0.80), 0.85),  # morning
    ((0.20, 0.48, 0.90), (0.72, 0.88, 0.98), (1.00, 1.00, 0.88), 1.00),  # noon
    ((0.30, 0.25, 0.55), (1.00, 0.55, 0.22), (1.00, 0.78, 0.40), 0.60),  # evening
    ((0.12, 0.05, 0.25), (0.75, 0.18, 0.30), (1.00, 0.45, 0.35), 0.32),  # last light
)
LANDS: Final = (
    ((0.16, 0.20, 0.36), (0.10, 0.16, 0.24)),  # slate
    ((0.20, 0.42, 0.30), (0.10, 0.26, 0.14)),  # woods
    ((0.55, 0.38, 0.24), (0.34, 0.20, 0.14)),  # desert
)
HEIGHTS: Final = (15.0, 19.5, 27.5)
ROUGHNESS: Final = (2.3, 1.6, 1.3)
LEVEL: Final = 23.5
EDGE: Final = 0.45
"""Pixels over which a line is soft."""


def paint(numbers: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Pictures (n, 3, 32, 32) in [0, 1] of numbers (n, 32)."""
    z = numbers.astype(np.float64)[:, :, None, None]
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    above, horizon, sun, light = hours(z)
    picture = sky(z, rows, columns, above, horizon, sun)
    mirrored = 0.55 * horizon + 0.25 * above
    near, far = lands(z)
    haze = 0.35 + 0.12 * z[:, HAZE]
    veiled, further = (0.55 + haze) * light, 0.6 * light + 0.12
    for which, start in enumerate(RIDGES):
        edge = ridge(z[:, start : start + 8], which)
        inside = soft((rows - edge) / EDGE)
        if which == 0:
            colour = mixed(horizon, far * veiled[:, None], 0.55 - 0.2 * haze)
        elif which == 1:
            colour = mixed(far * further[:, None], near * light[:, None], 0.5)
        else:
            level = LEVEL + 1.2 * z[:, WATER]
            depth = np.clip((rows - level) / (SIDE - level), 0, 1)[:, None]
            water = mirrored * (1 - 0.45 * depth)
            path = glitter(z, rows, columns, level)[:, None]
            picture = mixed(
                picture, water + path * sun * 0.5, soft((rows - level) / EDGE)
            )
            colour = near * light[:, None] * 0.55
        shade = 1 - 0.35 * np.clip((rows - edge) / 12, 0, 1)[:, None]
        picture = mixed(picture, colour * shade, inside)
    return np.clip(picture, 0, 1).astype(np.float32)


def hours(z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Colours (n, 3, 1, 1) of the sky above, the horizon and the sun; the light."""
    place = soft(1.7 * z[:, HOUR]) * (len(HOURS) - 1)
    above, horizon, sun, light = (
        along(place, np.array([np.atleast_1d(hour[part]) for hour in HOURS], float))
        for part in range(4)
    )
    tint = 0.06 * np.stack([z[:, TINT], -0.4 * z[:, TINT], -z[:, TINT]], 1)
    return above + tint, horizon + tint, sun, light[:, 0]


def lands(z: Floats) -> tuple[Floats, Floats]:
    """Colours of the land: lit, and in the shade."""
    place = soft(1.7 * z[:, LAND]) * (len(LANDS) - 1)
    held = np.array(LANDS)
    return along(place, held[:, 1]), along(place, held[:, 0])


def along(place: Floats, colours: Floats) -> Floats:
    """The colour at a place (n, 1, 1) of a scale of them (m, c): (n, c, 1, 1)."""
    weights = np.clip(1 - np.abs(place - np.arange(len(colours))), 0, 1)
    found: Floats = weights[:, 0] @ colours
    return found[:, :, None, None]


def sky(
    z: Floats,
    rows: Floats,
    columns: Floats,
    above: Floats,
    horizon: Floats,
    sun: Floats,
) -> Floats:
    down = np.clip(rows[None] / 20, 0, 1) ** 1.2
    picture = mixed(above, horizon, down)
    away = np.hypot(rows - sun_row(z), columns - sun_column(z))
    size = 2.9 + 0.6 * z[:, SUN_SIZE]
    picture = picture + sun * 0.35 * np.exp(-((away / (2.6 * size)) ** 2))[:, None]
    return mixed(picture, sun, soft((size - away) / EDGE))


def sun_column(z: Floats) -> Floats:
    return 15.5 + 6.0 * z[:, SUN_X]


def sun_row(z: Floats) -> Floats:
    return 8.0 + 2.6 * z[:, SUN_Y]


def glitter(z: Floats, rows: Floats, columns: Floats, level: Floats) -> Floats:
    """The sun's path on the water: wider towards the eye."""
    wide = 1.6 + 0.35 * np.clip(rows - level, 0, 9)
    return np.exp(-(((columns - sun_column(z)) / wide) ** 2))


def ridge(z: Floats, which: int) -> Floats:
    """The height of a chain of mountains at each column, in rows from above."""
    x = np.arange(SIDE) / SIDE
    height = HEIGHTS[which] + 1.3 * z[:, 0]
    for wave in range(1, 8):
        strength = ROUGHNESS[which] / wave**0.8
        bend = np.cos(np.pi * (wave * x + 0.37 * wave * wave + 0.6 * which))
        height = height + strength * z[:, wave] * bend
    return height


def soft(x: Floats) -> Floats:
    """From 0 to 1."""
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def mixed(one: Floats, other: Floats, share: Floats | float) -> Floats:
    """Colours (n, 3, ..), `share` (n, ..) of them the other's."""
    part = share if isinstance(share, float) else share[:, None]
    return one * (1 - part) + other * part
