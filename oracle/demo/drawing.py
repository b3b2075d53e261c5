"""A digit drawn by an unsteady hand: strokes through jittered points, no picture files.

Images are as MNIST's: 28 x 28 grey values, white ink on black, row by row, the ink in a
box of 20 pixels and its centre of mass in the middle.
"""

from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 28
BOX: Final = 20.0
SAMPLES: Final = 24
"""Points on the curve between two points of a stroke."""

Point = tuple[float, float]
Ink = NDArray[np.float64]
Image = NDArray[np.uint8]

STROKES: Final[dict[int, tuple[tuple[Point, ...], ...]]] = {
    0: (
        ((0.5, 0), (0.2, 0.15), (0.1, 0.5), (0.2, 0.85), (0.5, 1), (0.8, 0.85),
         (0.9, 0.5), (0.8, 0.15), (0.5, 0)),
    ),
    1: (((0.55, 0), (0.5, 0.5), (0.45, 1)),),
    2: (
        ((0.1, 0.25), (0.25, 0.05), (0.6, 0), (0.8, 0.2), (0.65, 0.5), (0.35, 0.75),
         (0.1, 0.97)),
        ((0.1, 0.97), (0.5, 0.93), (0.95, 0.97)),
    ),
    3: (
        ((0.15, 0.1), (0.5, 0), (0.8, 0.15), (0.7, 0.4), (0.4, 0.48)),
        ((0.4, 0.48), (0.75, 0.55), (0.88, 0.75), (0.65, 0.97), (0.3, 1),
         (0.1, 0.88)),
    ),
    4: (
        ((0.3, 0), (0.2, 0.3), (0.12, 0.55)),
        ((0.12, 0.55), (0.5, 0.56), (0.9, 0.52)),
        ((0.75, 0.05), (0.7, 0.5), (0.66, 1)),
    ),
    5: (
        ((0.85, 0.02), (0.5, 0.02), (0.25, 0.04)),
        ((0.25, 0.04), (0.22, 0.25), (0.2, 0.45)),
        ((0.2, 0.45), (0.5, 0.38), (0.8, 0.5), (0.85, 0.75), (0.6, 0.97), (0.3, 1),
         (0.08, 0.9)),
    ),
    6: (
        ((0.75, 0), (0.45, 0.15), (0.22, 0.45), (0.15, 0.75), (0.3, 0.97), (0.6, 1),
         (0.82, 0.85), (0.75, 0.62), (0.5, 0.55), (0.25, 0.65), (0.18, 0.8)),
    ),
    7: (
        ((0.08, 0.06), (0.45, 0.03), (0.85, 0.05)),
        ((0.85, 0.05), (0.65, 0.45), (0.45, 1)),
    ),
    8: (
        ((0.5, 0.47), (0.25, 0.32), (0.25, 0.1), (0.5, 0), (0.75, 0.1), (0.75, 0.32),
         (0.5, 0.47), (0.22, 0.65), (0.2, 0.9), (0.5, 1), (0.8, 0.9), (0.78, 0.65),
         (0.5, 0.47)),
    ),
    9: (
        ((0.78, 0.3), (0.6, 0.48), (0.3, 0.45), (0.2, 0.22), (0.4, 0.02), (0.68, 0.05),
         (0.78, 0.28)),
        ((0.78, 0.28), (0.75, 0.6), (0.68, 1)),
    ),
}  # fmt: skip
"""Points that a pen passes through, in the unit square, y downwards."""


def draw(digit: int, rng: Random) -> Image:
    """The digit in one hand's way of writing it, (28, 28)."""
    curves = [_curve(_shaken(stroke, rng)) for stroke in STROKES[digit]]
    ink = _placed(np.concatenate(curves), rng)
    return _inked(ink, rng.uniform(1.1, 1.5))


def half_blocks(image: Image) -> list[str]:
    """The image as text, two rows of pixels a line."""
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄"}
    dark = image < 96
    return [
        "".join(
            glyphs.get((not above, not below), "█")
            for above, below in zip(dark[row], dark[row + 1], strict=True)
        )
        for row in range(0, SIDE, 2)
    ]


def _shaken(stroke: tuple[Point, ...], rng: Random) -> list[Point]:
    return [(x + rng.gauss(0, 0.015), y + rng.gauss(0, 0.015)) for x, y in stroke]


def _curve(points: list[Point]) -> Ink:
    """A Catmull-Rom spline through the points, (samples, 2)."""
    at = np.array([points[0], *points, points[-1]])
    t = np.linspace(0, 1, SAMPLES)[:, None]
    pieces = []
    for i in range(1, len(at) - 2):
        before, start, end, after = at[i - 1 : i + 3]
        bend = 2 * before - 5 * start + 4 * end - after
        twist = 3 * (start - end) + after - before
        slope = end - before
        pieces.append(start + (slope * t + bend * t**2 + twist * t**3) / 2)
    return np.concatenate(pieces)


def _placed(ink: Ink, rng: Random) -> Ink:
    """Slanted, scaled into the box, and moved so that the middle is its own."""
    slant, width = rng.uniform(-0.05, 0.2), rng.uniform(0.7, 0.85)
    x = width * (ink[:, 0] - slant * ink[:, 1])
    placed: Ink = np.stack([x, ink[:, 1]], axis=1)
    low, high = placed.min(axis=0), placed.max(axis=0)
    placed = (placed - low) * ((BOX - 3) / (high - low).max())
    # Samples are not evenly spread, so each counts for the length that it stands for.
    lengths = np.linalg.norm(np.diff(placed, axis=0, prepend=placed[:1]), axis=1)
    lengths[lengths > 2] = 0
    middle = np.average(placed, axis=0, weights=lengths + 1e-9)
    placed += SIDE / 2 - middle
    return placed


def _inked(ink: Ink, radius: float) -> Image:
    """Full within `radius` of the pen's way, fading over one pixel."""
    centre = np.arange(SIDE) + 0.5
    dx = centre[None, :, None] - ink[:, 0]
    dy = centre[:, None, None] - ink[:, 1]
    distance = np.sqrt((dx**2 + dy**2).min(axis=2))
    image: Image = (255 * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.uint8)
    return image
