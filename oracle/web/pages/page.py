"""What a page is: a path, a template, and what the template is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oracle.web.scene.onlooker import Scene
from oracle.web.views.kept import Kept

MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks sees one block. `parts` are the path's, `query` what follows it."""

    scene: Scene
    kept: Kept
    parts: Mapping[str, str]
    query: Mapping[str, str]

    def number(self, name: str) -> int | None:
        """Of the path or the query; None where there is none."""
        text = self.parts.get(name, self.query.get(name, ""))
        fits = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
        return int(text) if fits else None

    def hash(self, name: str) -> bytes | None:
        """32 bytes of the path; None for what is written in another way."""
        digits = self.parts[name].removeprefix("0x")
        known = len(digits) == 64 and all(c in "0123456789abcdef" for c in digits)
        return bytes.fromhex(digits) if known else None


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such thing on this chain."""

    what: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It has a page of its own."""

    path: str


@dataclass(frozen=True, slots=True)
class Page:
    """`show` gives what the template is told. `tab`: its name in the row of pages that
    stands above each; `under`: the path of the tab that it belongs to.
    `for_all`: the same for each who looks at the same block, so rendered once."""

    path: str
    template: str
    show: Callable[[Visit], Mapping[str, Any] | Absent | Elsewhere]
    tab: str = ""
    under: str = ""
    for_all: bool = True
