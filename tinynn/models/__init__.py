"""Models that come with Plumbline; README.md here says where each is from."""

from pathlib import Path
from typing import Final

from tinynn.errors import TinynnError

FOLDER: Final = Path(__file__).parent


class UnknownModel(TinynnError):
    """No model of this name comes with Plumbline."""

    def __init__(self, expected: tuple[str, ...], actual: str) -> None:
        super().__init__(f"model: expected {' or '.join(expected)}, got {actual!r}")


def names() -> tuple[str, ...]:
    """Every model that `path` knows."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.plumb")))


def path(name: str) -> Path:
    """The image of the model called `name`; UnknownModel if there is none."""
    if name not in names():
        raise UnknownModel(names(), name)
    return FOLDER / f"{name}.plumb"
