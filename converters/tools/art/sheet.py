"""A contact sheet of what a generator draws of 64 seeds, none of them chosen.

    python -m converters.tools.art.sheet painter docs/painter.png

Needs the `convert` extra (Pillow).
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

import tinynn
from converters.tools.art.seeds import Bytes, drawn
from tinynn import models

COUNT: Final = 64
SEED: Final = 64
GAIN, SHIFT, STEPS, HALF = 1.5, 0.3, 21, 128
"""How HandToken's palette turns logits into ink."""


def sheet(pictures: Bytes, columns: int = 8, zoom: int = 2, gap: int = 4) -> Bytes:
    """Pictures (n, height, width, 3) side by side on white."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    high, wide = height * zoom + gap, width * zoom + gap
    page = np.full((rows * high + gap, columns * wide + gap, 3), 255, np.uint8)
    large = pictures.repeat(zoom, 1).repeat(zoom, 2)
    for number, picture in enumerate(large):
        row, column = divmod(number, columns)
        top, left = gap + row * high, gap + column * wide
        page[top : top + height * zoom, left : left + width * zoom] = picture
    return page


def write(page: Bytes, path: Path) -> None:
    Image.fromarray(page).save(path, optimize=True)


def pictures(name: str, count: int = COUNT, seed: int = SEED) -> Bytes:
    """Of so many seeds, (count, side, side, 3); a hand's in black on white."""
    model = tinynn.load(models.path(name))
    answers = [model.answer(each.tobytes()) for each in drawn(count, seed)]
    pixels = np.stack([np.frombuffer(answer, np.uint8) for answer in answers])
    (shape,) = (spec.shape for spec in model.outputs)
    if len(shape) == 3:
        return pixels.reshape(-1, *shape).transpose(0, 2, 3, 1)
    side = int(shape[0] ** 0.5)
    logits = (pixels.astype(np.float64) - HALF) / STEPS
    paper = 255 / (1 + np.exp(GAIN * logits + SHIFT))
    grey = np.round(paper).astype(np.uint8).reshape(-1, side, side, 1)
    return grey.repeat(3, 3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.art.sheet")
    parser.add_argument("model", help="hand or painter")
    parser.add_argument("out", type=Path, help="a PNG file")
    arguments = parser.parse_args()
    write(sheet(pictures(arguments.model)), arguments.out)


if __name__ == "__main__":
    main()
