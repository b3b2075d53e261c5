"""Options of commands that ask a language model on a chain, and the bytes they make."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tinynn import Model
    from tinynn.asking import Asking

BLOCK, OWN = "block", "own"

Prompt = Annotated[
    str | None,
    typer.Option("--text", help="What to ask a language model, in the place of INPUT."),
]
MaxTokens = Annotated[
    int, typer.Option(min=1, max=1 << 16, help="Of a language model's answer.")
]
Temperature = Annotated[
    float,
    typer.Option(min=0, help="0 takes the likeliest token, and needs no seed."),
]
TopK = Annotated[int, typer.Option(min=1, max=256, help="Tokens to choose from.")]
TopP = Annotated[
    float, typer.Option(min=0, max=1, help="Of these, as many as have this chance.")
]
Penalty = Annotated[float, typer.Option(min=0.01, help="Above 1 repeats less.")]
Seed = Annotated[
    str,
    typer.Option(
        metavar="block|own|HEX",
        help="Drawn by a block that is yet to come, which nobody chooses; or drawn "
        "here; or bytes of yours, 28 of a text and 32 of a picture.",
    ),
]
Label = Annotated[
    int | None,
    typer.Option(help="What to draw, of a model that draws; it needs no INPUT."),
]


@dataclass(frozen=True, slots=True)
class Question:
    """A request's bytes; `from_block`: the seed in them is yet to be drawn."""

    data: bytes
    from_block: bool = False


def question(model: "Model", text: str, asking: "Asking", seed: str) -> Question:
    """Raises `NoTextModel`, tinynn's `InputError`, or BadParameter for a seed that is
    none."""
    from oracle.errors import NoTextModel
    from tinynn.asking import SEED_BYTES, request_of, takes_text

    if not takes_text(model.tables):
        shapes = (f"{x.name} {x.dtype}{list(x.shape)}" for x in model.inputs)
        raise NoTextModel(model.name, ", ".join(shapes))
    from_block = asking.draws and seed == BLOCK
    if asking.draws and not from_block:
        drawn = os.urandom(SEED_BYTES) if seed == OWN else seed_given(seed, SEED_BYTES)
        asking = replace(asking, seed=drawn)
    return Question(request_of(model.tables, os.fsencode(text), asking), from_block)


def drawn_question(model: "Model", label: int | None, seed: str) -> Question:
    """What a model that draws is asked; BadParameter if it doesn't, or for a label or a
    seed that is none. Of a block's seed the contract draws the first 28 bytes."""
    from tinynn.drawing import Drawing
    from tinynn.errors import InputError
    from tinynn.operators.noise import SEED_BYTES

    drawing = Drawing.of(model.tables)
    if drawing is None:
        check_one(None, None)
        raise AssertionError("neither is an error")
    from_block = seed == BLOCK
    held = bytes(SEED_BYTES)
    if not from_block:
        held = os.urandom(SEED_BYTES) if seed == OWN else seed_given(seed, SEED_BYTES)
    try:
        return Question(drawing.request(held, label), from_block)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--label") from None


def seed_given(text: str, size: int) -> bytes:
    """So many bytes from hexadecimal."""
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != size:
        raise typer.BadParameter(
            f"expected block, own, or {size} bytes in hexadecimal, got {text}",
            param_hint="--seed",
        )
    return found


def check_one(data: Path | None, text: str | None) -> None:
    """BadParameter unless there is either an input or a text."""
    if (data is None) == (text is None):
        raise typer.BadParameter(
            "expected an input or --text, got "
            + ("neither" if data is None else "both"),
            param_hint="INPUT",
        )


def check_what(data: Path | None, text: str | None, label: int | None) -> None:
    """BadParameter of more than one thing to ask; of a model that draws there may be
    nothing to say."""
    if label is not None and (data is not None or text is not None):
        raise typer.BadParameter("expected no input with it", param_hint="--label")
    if data is not None or text is not None:
        check_one(data, text)
