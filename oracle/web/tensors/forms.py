"""What a model is asked with, as a form: one field an input, in the image's order.

The browser makes the bytes (static/asking.js); here is said what of.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import tinynn
from oracle.layout import layout
from oracle.legible import legible
from tinynn.asking import MOST_CHOSEN, SEED_BYTES, Asking
from tinynn.drawing import Drawing
from tinynn.memory.tensor import TensorSpec
from tinynn.operators import noise
from tinynn.text import TextModel

MOST_TYPED: Final = 1024
"""Numbers that somebody may want to type or paste; more come as a file of bytes."""
LEAST_SIDE: Final = 8
"""Of what is taken for a picture."""
USUAL_TOKENS: Final = 64


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is picture, numbers or bytes. Pictures are measured in pixels; `channels`
    are 1 or 3, and `first` says whether they are the outermost axis."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    count: int
    size: int
    kind: str
    width: int = 0
    height: int = 0
    channels: int = 0
    first: bool = False


@dataclass(frozen=True, slots=True)
class TextFields:
    """A text with options. `rows` are the tokens of prompt and answer, at most."""

    most_bytes: int
    rows: int
    tokens: int
    most_chosen: int = MOST_CHOSEN
    seed_bytes: int = SEED_BYTES
    top_k: int = Asking(0).top_k


@dataclass(frozen=True, slots=True)
class DrawingFields:
    """What a model that draws is told: a class, if it takes one. The browser draws the
    seed."""

    takes_label: bool
    seed_bytes: int = noise.SEED_BYTES


@dataclass(frozen=True, slots=True)
class Form:
    """Either `text`, or `drawing`, or a field an input; none of them for a model whose
    inputs' sizes vary in another way."""

    text: TextFields | None = None
    drawing: DrawingFields | None = None
    fields: tuple[Field, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def form_of(model: tinynn.Model) -> Form:
    """What its image says that it takes."""
    if (text := TextModel.of(model)) is not None:
        tokens = min(USUAL_TOKENS, text.rows)
        return Form(text=TextFields(text.text.size, text.rows, tokens))
    if (found := Drawing.of(model.tables)) is not None:
        return Form(drawing=DrawingFields(found.takes_label))
    if model.tables.varies:
        return Form()
    return Form(fields=tuple(map(_field, model.inputs)))


def _field(spec: TensorSpec) -> Field:
    said = (legible(spec.name), spec.dtype, spec.shape, spec.count, spec.size)
    found = layout(spec.shape) or _square(spec)
    if found is not None and spec.dtype in ("uint8", "float32"):
        (height, width), channels, first = found
        if min(height, width) >= LEAST_SIDE:
            return Field(*said, "picture", width, height, channels, first)
    return Field(*said, "numbers" if spec.count <= MOST_TYPED else "bytes")


def _square(spec: TensorSpec) -> tuple[tuple[int, int], int, bool] | None:
    """Bytes in a row that are as many as a square's: a picture that was flattened."""
    side = int(spec.count**0.5)
    fits = spec.dtype == "uint8" and side * side == spec.count
    return ((side, side), 1, False) if fits else None
