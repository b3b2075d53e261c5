"""A game as a picture: intervals, each a part of the one above, down to an instruction.

Scalable graphics without `style`: colours are the page's, by class.
"""

from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

WIDE: Final = 720
NARROW: Final = 330
"""For a telephone: the same, with less room for a part."""
BAR: Final = 30
GAP: Final = 46
LABEL: Final = 18
LEAST_WIDTH: Final = 2.0


def drawn(levels: list[dict[str, Any]]) -> str:
    """Two <svg> elements, of which the page shows one; empty if nothing was opened."""
    return "".join(_drawn(levels, width) for width in (WIDE, NARROW))


def _drawn(levels: list[dict[str, Any]], width: int) -> str:
    if not levels:
        return ""
    height = len(levels) * (LABEL + BAR + GAP) - GAP + 4
    shapes = "".join(_shapes(levels, width))
    kind = "wide" if width == WIDE else "narrow"
    title = f"{len(levels)} dissections, each of one part of the last"
    return (
        f'<svg class="game {kind}" viewBox="0 0 {width} {height}" role="img" '
        f"aria-label={quoteattr(title)}>{shapes}</svg>"
    )


def _shapes(levels: list[dict[str, Any]], room: int) -> Iterator[str]:
    """A group a level, so that a replay can leave out those that are yet to come."""
    y = 0
    lens = ""
    for index, level in enumerate(levels):
        yield f'<g data-level="{index}">{lens}'
        yield text_at(0, y + 13, label_of(level), "label")
        y += LABEL
        selected, lens = None, ""
        for part, x, width in placed(level, room):
            chosen = " chosen" if part["selected"] else ""
            told = f"{part['start']}–{part['end']}: {WORDS[part['verdict']]}"
            yield (
                f'<rect class="part {part["verdict"]}{chosen}" x="{x:.2f}" y="{y}" '
                f'width="{width:.2f}" height="{BAR}" rx="2">'
                f"<title>{escape(told)}</title></rect>"
            )
            selected = (x, width) if part["selected"] else selected
        if selected is not None and index + 1 < len(levels):
            x, width = selected
            top, bottom = y + BAR, y + BAR + GAP + LABEL
            points = f"{x:.2f},{top} {x + width:.2f},{top} {room},{bottom} 0,{bottom}"
            lens = f'<polygon class="lens" points="{points}"/>'
        yield "</g>"
        y += BAR + GAP


WORDS = {
    "true": "as in our own run",
    "false": "not as in our own run",
    "unknown": "not looked at",
}


def placed(
    level: dict[str, Any], room: int
) -> Iterator[tuple[dict[str, Any], float, float]]:
    """Parts with their places: as wide as they are long, and a gap between."""
    whole = level["end"] - level["start"]
    for part in level["parts"]:
        x = room * (part["start"] - level["start"]) / whole
        width = room * (part["end"] - part["start"]) / whole
        yield part, x, max(LEAST_WIDTH, width - 1.5)


def label_of(level: dict[str, Any]) -> str:
    """What a level's numbers count, and from where to where."""
    length = level["end"] - level["start"]
    unit = level["unit"] if length != 1 else level["unit"].removesuffix("s")
    place = f"{level['start']:,} to {level['end']:,}"
    return f"{length:,} {unit} {level['where']} ({place})"


def text_at(x: float, y: float, text: str, kind: str) -> str:
    """An element of that class; escaped."""
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'
