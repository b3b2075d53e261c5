"""Options of commands that ask a language model or one that draws, on a chain, and the
bytes they make."""

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tinynn import Model
    from tinynn.asking import Asking
    from tinynn.drawing import Drawing

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
        "here; or 28 bytes of yours, of a picture 32.",
    ),
]
Label = Annotated[
    int | None,
    typer.Option(
        "--class",
        metavar="N",
        help="What a diffusion model is to draw, in the place of INPUT.",
    ),
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


def drawing_question(model: "Model", label: int | None, seed: str) -> Question:
    """Raises `NoPictureModel`, tinynn's `InputError`, or BadParameter for a seed that
    is none. Of a block's seed the last 4 of 32 bytes are zeros."""
    from tinynn.operators.noise import SEED_BYTES

    from_block, drawn = seed == BLOCK, bytes(SEED_BYTES)
    if not from_block:
        drawn = os.urandom(SEED_BYTES) if seed == OWN else seed_given(seed, SEED_BYTES)
    return Question(drawer(model).request(drawn, label), from_block)


def drawer(model: "Model") -> "Drawing":
    """What a model that draws takes. Raises `NoPictureModel`."""
    from oracle.errors import NoPictureModel
    from tinynn.drawing import Drawing

    found = Drawing.of(model.tables)
    if found is None:
        shapes = (f"{x.name} {x.dtype}{list(x.shape)}" for x in model.inputs)
        raise NoPictureModel(model.name, ", ".join(shapes))
    return found


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


def check_one(*, or_none: bool = False, **given: object) -> None:
    """BadParameter unless one of these is there; names are those of options, but for
    `INPUT`; an underscore behind one is left out."""
    found = [name for name, value in given.items() if value is not None]
    if len(found) == 1 or or_none and not found:
        return
    *rest, last = map(option_of, given)
    actual = " and ".join(map(option_of, found)) or "none"
    raise typer.BadParameter(
        f"expected {', '.join(rest)} or {last}, got {actual}", param_hint="INPUT"
    )


def option_of(name: str) -> str:
    return "an input" if name == "INPUT" else f"--{name.rstrip('_')}"
