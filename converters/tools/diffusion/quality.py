"""What an image draws: a sheet of 64 seeds, and how good these pictures are.

    python -m converters.tools.diffusion.quality digits.plumb \
        --data cazala_train10k.npz --sheet docs/digits.png

Read by `mnist-int8`, the digit reader that comes with plumb: the share of pictures that
it takes for the digit that was asked. And how far each is from the nearest digit of
the training set, beside how far these are from each other: a network that has them by
heart would be nearer. Needs the `convert` extra (Pillow).
"""

import argparse
import json
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

import tinynn
from converters.tools.art.seeds import Bytes, drawn
from converters.tools.art.sheet import sheet, write
from tinynn import Model, models
from tinynn.drawing import Drawing

DIGITS: Final = 10
COUNT: Final = 500
SHEET: Final = 64
SEED: Final = 64
WHITE: Final = 255
READER: Final = "mnist-int8"


def pictures(model: Model, count: int) -> Bytes:
    """Of so many seeds, (count, side, side); the digits are asked in turn."""
    drawing = Drawing.of(model.tables)
    assert drawing is not None and drawing.takes_label, "it draws digits"
    answers = [
        model.answer(drawing.request(seed.tobytes(), number % DIGITS))
        for number, seed in enumerate(drawn(count, SEED))
    ]
    (spec,) = model.outputs
    return np.frombuffer(b"".join(answers), np.uint8).reshape(count, *spec.shape)


def read(digits: Bytes) -> npt.NDArray[np.int64]:
    """What the digit reader takes each for."""
    reader = tinynn.load(models.path(READER))
    found = [reader.decode_output(reader.answer(d.tobytes()))[-1] for d in digits]
    return np.array([int(digit.reshape(-1)[0]) for digit in found])


def nearest(digits: Bytes, others: Bytes) -> npt.NDArray[np.float64]:
    """Of each, how far the nearest of the others is: root of the mean square, black to
    white being 1."""
    flat = digits.reshape(len(digits), -1).astype(np.float64) / WHITE
    beside = others.reshape(len(others), -1).astype(np.float64) / WHITE
    squares = (flat**2).sum(1)[:, None] + (beside**2).sum(1) - 2 * flat @ beside.T
    least: npt.NDArray[np.float64] = squares.clip(0).min(1)
    found: npt.NDArray[np.float64] = np.sqrt(least / flat.shape[1])
    return found


def judged(model: Model, data: Path, count: int) -> dict[str, float]:
    """Shares and distances; `written` ones are of as many digits of the training set,
    beside its rest."""
    with np.load(data) as archive:
        known = archive["x"].reshape(-1, *model.outputs[0].shape)
    found = pictures(model, count)
    asked = np.arange(count) % DIGITS
    # The archive may have a digit after another: some of each are taken.
    chosen = np.zeros(len(known), bool)
    chosen[np.linspace(0, len(known) - 1, min(count, len(known) // 2)).astype(int)] = 1
    held_out, rest = known[chosen], known[~chosen]
    far, usual = nearest(found, known), nearest(held_out, rest)
    return {
        "pictures": count,
        "read_as_asked": float((read(found) == asked).mean()),
        "nearest_median": float(np.median(far)),
        "nearest_least": float(far.min()),
        "written_nearest_median": float(np.median(usual)),
        "written_nearest_least": float(usual.min()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m converters.tools.diffusion.quality"
    )
    parser.add_argument("image", type=Path, help="a model image that draws digits")
    parser.add_argument("--data", type=Path, help=".npz of x and y: the training set")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures to judge")
    parser.add_argument("--sheet", type=Path, help="a PNG file")
    arguments = parser.parse_args()
    model = tinynn.load(arguments.image)
    if arguments.sheet:
        grey = pictures(model, SHEET)[..., None]
        write(sheet(grey.repeat(3, 3)), arguments.sheet)
    if arguments.data:
        print(json.dumps(judged(model, arguments.data, arguments.count), indent=2))


if __name__ == "__main__":
    main()
