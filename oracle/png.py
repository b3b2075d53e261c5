"""Pixels as a PNG file (RFC 2083): all rows unfiltered, in one deflated piece."""

import struct
import zlib
from typing import Final

from oracle.layout import GREY
from oracle.pixels import Bytes

KINDS: Final = {GREY: 0, 3: 2, 4: 6}
"""Of colours, by channels: grey, red with green and blue, these with opacity."""

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
DEPTH: Final = 8


def png(pixels: Bytes) -> bytes:
    """The file of (height, width, channels)."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, DEPTH, KINDS[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
