"""Figures as SVG: plots side by side, each with its lines' names below it."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from oracle.swarm.simulation.plots import Figure, Line, Plot

WIDTH, HEIGHT = 320, 330
LEFT, RIGHT, TOP, BOTTOM = 52, 308, 30, 216
NAMES = 250
COLOURS: Final = ("#1d4ed8", "#b45309", "#15803d", "#be123c", "#7e22ce", "#0f766e")
TEXT, GRID = "#0f172a", "#e2e8f0"
TICKS: Final = 5

Scale = Callable[[float], float]


def draw(figure: Figure) -> str:
    """The whole figure; its caption is what a screen reader says."""
    width = WIDTH * len(figure.plots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
        'font-family="ui-sans-serif, Helvetica, Arial, sans-serif" font-size="11">',
        f"<title>{escape(figure.name.replace('-', ' '))}</title>",
        f"<desc>{escape(figure.caption)}</desc>",
        f'<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for index, plot in enumerate(figure.plots):
        parts.append(f'<g transform="translate({index * WIDTH} 0)">')
        parts += _plot(plot)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _plot(plot: Plot) -> Iterator[str]:
    xs = [x for line in plot.lines for x in line.x]
    ys = [y for line in plot.lines for y in line.y if "y" not in plot.logs or y > 0]
    across, below = _scale(xs, "x" in plot.logs, LEFT + 6, RIGHT - 6)
    up, beside = _scale(ys, "y" in plot.logs, BOTTOM, TOP)
    yield _text(LEFT, TOP - 14, plot.title, TEXT, "start")
    for value in beside:
        y = up(value)
        yield f'<path d="M{LEFT} {y:g}H{RIGHT}" stroke="{GRID}"/>'
        yield _text(LEFT - 5, y + 4, f"{value:g}", TEXT, "end")
    for value in below:
        yield _text(across(value), BOTTOM + 14, f"{value:g}", TEXT, "middle")
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 27, plot.x, TEXT, "middle")
    colours = _colours(plot.lines)
    for line, colour in zip(plot.lines, colours, strict=True):
        points = [
            (across(x), up(y))
            for x, y in zip(line.x, line.y, strict=True)
            if "y" not in plot.logs or y > 0
        ]
        yield _line(points, line, colour)
    yield from _names(plot.lines, colours)


def _colours(lines: Sequence[Line]) -> list[str]:
    """One a name; points have that of the line before them."""
    found: list[str] = []
    named = -1
    for line in lines:
        named += bool(line.name)
        found.append(COLOURS[named % len(COLOURS)])
    return found


def _line(points: Sequence[tuple[float, float]], line: Line, colour: str) -> str:
    if line.dots:
        return "".join(
            f'<circle cx="{x:g}" cy="{y:g}" r="2.6" fill="{colour}"/>'
            for x, y in points
        )
    dash = ' stroke-dasharray="5 3"' if line.dashed else ""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}"{dash}/>'


def _names(lines: Sequence[Line], colours: Sequence[str]) -> Iterator[str]:
    """In two columns."""
    named = [pair for pair in zip(lines, colours, strict=True) if pair[0].name]
    for index, (line, colour) in enumerate(named):
        x = LEFT + (index % 2) * 138
        y = NAMES + 14 + 15 * (index // 2)
        dash = ' stroke-dasharray="5 3"' if line.dashed else ""
        yield f'<path d="M{x - 40} {y - 4}h18" stroke="{colour}"{dash}/>'
        yield _text(x - 18, y, line.name, TEXT, "start")


def _scale(
    values: Sequence[float], by_log: bool, low: float, high: float
) -> tuple[Scale, list[float]]:
    """From a value to a place, rounded; and where ticks are."""
    least, most = min(values), max(values)
    if by_log:
        powers = range(floor(log10(least) + 1e-9), ceil(log10(most) - 1e-9) + 1)
        ticks = [10.0**power for power in powers]
        first, last = log10(ticks[0]), log10(ticks[-1])
        return _placed(log10, first, last, low, high), ticks
    step = _step((most - least) / TICKS)
    ticks = [
        round(step * n, 10) for n in range(floor(least / step), ceil(most / step) + 1)
    ]
    return _placed(float, ticks[0], ticks[-1], low, high), ticks


def _placed(of: Scale, first: float, last: float, low: float, high: float) -> Scale:
    span = (last - first) or 1.0
    return lambda value: round(low + (of(value) - first) / span * (high - low), 1)


def _step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least `rough`."""
    power: float = 10.0 ** floor(log10(rough or 1))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough)


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
