"""A contact sheet of pictures, as a PNG for a page."""

from pathlib import Path

import numpy as np
from PIL import Image

from converters.tools.art.seeds import Bytes


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
