"""Pictures as tensors, for which Pillow is needed; and tensors as pictures."""

from pathlib import Path
from typing import Any

import numpy as np

from oracle.cli.common.errors import BadInputFile, MissingPackage
from oracle.layout import GREY, layout
from oracle.pixels import WHITE, Array, Bytes, as_pixels
from oracle.png import png
from tinynn import TensorSpec

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
MODES = {GREY: "L", 3: "RGB", 4: "RGBA"}


def pillow(purpose: str) -> Any:
    try:
        from PIL import Image  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MissingPackage("Pillow", purpose) from error
    return Image


def read_picture(path: Path, spec: TensorSpec, invert: bool) -> Bytes:
    """The pixels of a picture as `spec` has them: grey, or in colours.

    BadInputFile if the file is no picture. Its size is for others to check.
    """
    images = pillow("to read pictures")
    found = layout(spec.shape)
    try:
        with images.open(path) as image:
            coloured = image.width * image.height * 3 == spec.count
            channels = found[1] if found else 3 if coloured else GREY
            pixels: Bytes = np.asarray(image.convert(MODES[channels]))
    except images.DecompressionBombError as error:
        raise BadInputFile(path, "a picture", "one of too many pixels") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise BadInputFile(path, "a picture", "something else") from error
    if found and found[2]:
        pixels = pixels.transpose(2, 0, 1)
    return WHITE - pixels if invert else pixels


def picture_file(array: Array, limits: tuple[float, float] | None) -> bytes:
    """`array` as PNG; `limits` are black and white, by default those of `bounds_of`."""
    found = layout(array.shape)
    assert found is not None, "callers ask layout first"
    (height, width), channels, first = found
    pixels = array.reshape((channels, height, width) if first else (height, width, -1))
    pixels = pixels.transpose(1, 2, 0) if first else pixels
    return png(as_pixels(pixels, limits))
