"""What is drawn: lines on axes, with a caption that says what was assumed."""

from dataclasses import dataclass
from typing import Final

from oracle.swarm.simulation.people import LUCK

WORLD: Final = (
    "Assumed: skills are normal with deviation 1, an answer is its agent's skill and "
    f"luck of deviation {LUCK}, a ranker sees it with noise of a deviation of its own, "
    "even between 0.25 and 1.5; 24 rounds, of which the last 16 count."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or the points alone."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    dashed: bool = False
    dots: bool = False  # no line


@dataclass(frozen=True, slots=True)
class Plot:
    """One pair of axes. `logs`: those that are drawn by their logarithms."""

    title: str
    x: str
    y: str
    lines: tuple[Line, ...]
    logs: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Plots side by side under one caption."""

    name: str
    caption: str
    plots: tuple[Plot, ...]
