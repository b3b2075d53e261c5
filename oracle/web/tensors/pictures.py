"""Bytes as people see them: a picture, classes as bars, numbers, a text."""

import base64
from typing import Any

import numpy as np

import tinynn
from oracle.layout import GREY, layout
from oracle.legible import legible
from oracle.pixels import RANGES, Bytes, as_pixels, bounds_of
from oracle.png import png
from tinynn.asking import HEAD
from tinynn.drawing import Drawing
from tinynn.errors import InputError
from tinynn.image.image import PASSES_BYTES
from tinynn.memory.tensor import TensorSpec
from tinynn.text import TextModel

MOST_NUMBERS = 32
"""Of a tensor, that are listed."""
SIDES = (8, 512)
"""A picture's, at least and at most."""
Shown = dict[str, Any]


def shown_input(model: tinynn.Model, data: bytes) -> list[Shown]:
    """The request's tensors; none if its length is not the model's."""
    if TextModel.of(model) is not None and len(data) >= HEAD.size:
        return _asked_text(data)
    if not model.tables.accepts(len(data)) or model.tables.varies:
        return []
    if (drawing := Drawing.of(model.tables)) is not None:
        return [_asked_picture(drawing, data)]
    found, at = [], 0
    for spec in model.inputs:
        part = data[at : at + spec.size]
        array = np.frombuffer(part, np.dtype(spec.dtype).newbyteorder("<"))
        found.append(_shown(spec, array))
        at += spec.size
    return found


def shown_output(model: tinynn.Model, data: bytes) -> list[Shown]:
    """The answer's tensors; none if these can't be what the model gives."""
    if (text := TextModel.of(model)) is not None and len(data) >= PASSES_BYTES:
        return [_text("answer", text.answer_of(data))]
    try:
        arrays = model.decode_output(data)
    except InputError:
        return []
    pairs = zip(model.outputs, arrays, strict=True)
    return [_shown(spec, array.reshape(-1)) for spec, array in pairs]


def _asked_text(data: bytes) -> list[Shown]:
    """A text and how it is to be continued."""
    _, tokens, temperature, top_k, top_p, penalty = HEAD.unpack(data[: HEAD.size])
    how = f"at most {tokens} tokens, "
    if temperature > 0:
        how += f"temperature {temperature:g}, top-k {top_k}, top-p {top_p:g}"
    else:
        how += "always the likeliest"
    if penalty not in (0, 1):
        how += f", repetition penalty {penalty:g}"
    return [_text("text", data[HEAD.size :], how)]


def _asked_picture(drawing: Drawing, data: bytes) -> Shown:
    """What is to be drawn, of which seed."""
    seed, label = drawing.asked(data)
    what = "a picture" if label is None else f"a picture of class {label}"
    told = _text("drawing", f"{what}, of seed {seed.hex()}".encode())
    return told | {"count": len(data)}


def _text(name: str, data: bytes, how: str = "") -> Shown:
    """What isn't UTF-8 is shown by its numbers, as what can't be printed is."""
    text = legible(data.decode(errors="backslashreplace"))
    return {"name": name, "text": text, "count": len(data), "how": how}


def _shown(spec: TensorSpec, array: "np.ndarray[Any, Any]") -> Shown:
    shown: Shown = {
        "name": legible(spec.name),
        "dtype": spec.dtype,
        "shape": list(spec.shape),
        "values": [_number(value) for value in array[:MOST_NUMBERS].tolist()],
        "count": int(array.size),
    }
    if (picture := _picture(spec, array)) is not None:
        shown |= picture
    if spec.dtype == "float32" and _are_shares(array):
        best = max(float(array.max()), 1e-9)
        shown["bars"] = [
            {"label": str(i), "value": float(v), "width": max(0.5, 100 * v / best)}
            for i, v in enumerate(array.tolist())
        ]
    return shown


def _number(value: float | int | bool) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(int(value))


def _square(spec: TensorSpec, array: "np.ndarray[Any, Any]") -> int | None:
    """The side of bytes that are as many as a square's."""
    side = int(array.size**0.5)
    fits = side * side == array.size and SIDES[0] <= side <= SIDES[1]
    return side if spec.dtype == "uint8" and fits else None


def _picture(spec: TensorSpec, array: "np.ndarray[Any, Any]") -> Shown | None:
    """Pixels that are as large as a picture's, in the usual order; None if these are
    none. `size` is width and height."""
    found = layout(spec.shape)
    if found is None and (side := _square(spec, array)) is not None:
        return _png(array.reshape(side, side, GREY), "grey values")
    if found is None or (spec.dtype != "uint8" and len(spec.shape) < 3):
        return None
    (height, width), channels, first = found
    if min(height, width) < SIDES[0] or max(height, width) > SIDES[1]:
        return None
    if spec.dtype == "float32":
        if not np.isfinite(array).all() or bounds_of(array) not in RANGES:
            return None
    elif spec.dtype != "uint8":
        return None
    pixels = as_pixels(array, None)
    if first:
        pixels = pixels.reshape(channels, height, width).transpose(1, 2, 0)
    pixels = pixels.reshape(height, width, channels)
    return _png(pixels, "grey values" if channels == GREY else "colours")


def _png(pixels: Bytes, of: str) -> Shown:
    height, width, _ = pixels.shape
    file = base64.b64encode(png(pixels)).decode()
    uri = f"data:image/png;base64,{file}"
    return {"picture": uri, "size": (width, height), "of": of}


def _are_shares(array: "np.ndarray[Any, Any]") -> bool:
    few = 2 <= array.size <= 20
    return few and bool((array >= 0).all()) and abs(float(array.sum()) - 1) < 1e-3
