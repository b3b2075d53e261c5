"""A round's ring as a picture: agents in a circle, and whom each of them ranks.

Scalable graphics without `style`: colours are the page's, by class.
"""

from collections.abc import Iterator
from math import cos, pi, sin
from typing import Any, Final

SIZE: Final = 420
RADIUS: Final = 176
DOT: Final = 13.0
MOST_LABELLED: Final = 40
"""More agents have smaller dots and no lines: nobody could follow those."""


def ring_drawn(found: dict[str, Any]) -> str:
    """An <svg> element; empty while there is no ring."""
    ring = found["ring"]
    if ring is None:
        return ""
    count = len(ring["order"])
    shapes = "".join(_shapes(found, count))
    told = f"{count} agents in a ring, each ranking the {ring['degree']} after it"
    return (
        f'<svg class="ring" viewBox="0 0 {SIZE} {SIZE}" role="img" '
        f'aria-label="{told}">{shapes}</svg>'
    )


def _shapes(found: dict[str, Any], count: int) -> Iterator[str]:
    ring = found["ring"]
    around, m = ring["order"], ring["degree"]
    by_index = {answer["index"]: answer for answer in found["answers"]}
    if few := count <= MOST_LABELLED:
        for at, index in enumerate(around):
            given = ring["rankings"].get(index)
            for behind in range(1, m + 1):
                yield _line(at, (at + behind) % count, count, _kind(given, behind, m))
    radius = DOT if few else max(2.0, DOT * MOST_LABELLED / count)
    for at, index in enumerate(around):
        x, y = _place(at, count)
        answer = by_index[index]
        kind = "won" if answer["won"] else "ranked" if answer["ranked"] else "silent"
        yield (
            f'<g class="{kind}"><title>agent {index}: {_told(answer)}</title>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        )
        if few:
            yield f'<text x="{x:.1f}" y="{y + 4:.1f}">{index}</text>'
        yield "</g>"


def _kind(given: list[int] | None, behind: int, m: int) -> str:
    """The one that it likes best stands out."""
    if given is None:
        return "open"
    return "best" if given[behind - 1] == m - 1 else "given"


def _told(answer: dict[str, Any]) -> str:
    score = "" if answer["score"] is None else f", score {answer['score']:.3f}"
    how = "won" if answer["won"] else "ranked" if answer["ranked"] else "no ranking yet"
    return how + score


def _line(start: int, end: int, count: int, kind: str) -> str:
    (x1, y1), (x2, y2) = _place(start, count), _place(end, count)
    return (
        f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" '
        f'y2="{y2:.1f}"/>'
    )


def _place(at: int, count: int) -> tuple[float, float]:
    """From the top on, clockwise."""
    angle = 2 * pi * at / count - pi / 2
    return SIZE / 2 + RADIUS * cos(angle), SIZE / 2 + RADIUS * sin(angle)
