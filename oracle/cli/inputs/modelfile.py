"""What commands on models share: their arguments, and how these are read."""

from fractions import Fraction
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.errors import BadImage, BadInputFile

if TYPE_CHECKING:
    from tinynn import Model

InputShape = Annotated[
    list[str] | None,
    typer.Option(
        "--input-shape",
        metavar="NAME=1,3,32,32",
        help="Fix the shape of an input; may be given several times.",
    ),
]
TrustCode = Annotated[
    bool,
    typer.Option("--trust-code", help="Execute code that is in the file, if it is."),
]

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Model image, or the name of one that comes with plumb."
    ),
]


def loaded(path: Path) -> "Model":
    """The model in the file `path`, or the one of that name that comes with plumb."""
    import tinynn
    from converters.frameworks import is_source
    from converters.language.reading import is_language
    from tinynn import ImageError, models

    is_name = path.name == str(path) and path.name in models.names()
    if (is_source(path) or is_language(path)) and path.exists():
        advice = "one to be converted (plumb model convert)"
        raise BadInputFile(path, "a model image", advice)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise BadInputFile(path, "a model image", "a device or a pipe")
    try:
        return tinynn.load(
            models.path(path.name) if is_name and not path.exists() else path
        )
    except ImageError as error:
        raise BadImage(path, error) from error


def check_source(path: Path) -> None:
    """BadInputFile for a model image where a model to be converted should be."""
    from tinynn.image.image import MAGIC

    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                raise BadInputFile(path, "a model to be converted", "a model image")


def parse_tolerance(text: str) -> float:
    """A number from 0 on, but not infinity."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < inf:
        raise typer.BadParameter(f"expected a number from 0 on, got {text!r}")
    return number


def parse_scale(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(
            f"expected a number or a fraction, got {text!r}", param_hint="--input-scale"
        ) from None


def parse_shapes(texts: list[str] | None) -> dict[str, tuple[int, ...]]:
    """Shapes by input name, of texts like NAME=1,3,32,32."""
    shapes = {}
    for text in texts or ():
        name, _, numbers = text.rpartition("=")
        parts = numbers.split(",")
        if not name or not all(part.strip().isdecimal() for part in parts):
            raise typer.BadParameter(
                f"expected NAME=1,3,32,32, got {text!r}", param_hint="--input-shape"
            )
        shapes[name] = tuple(int(part) for part in parts)
    return shapes
