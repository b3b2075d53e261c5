"""What it took: processor time by program, percentiles, requests to the chain."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
USER_TICKS, CHILDREN_END = 11, 15
"""Of the fields of `stat` behind the name: own and buried children's, user, system."""


def cpu_seconds(process: int) -> float:
    """Processor seconds of the process and of all that it has started."""
    parents = _parents()
    family = {process}
    while grown := {p for p, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(map(_own_seconds, family))


def percentiles(seconds: Iterable[float]) -> dict[str, float]:
    """Of how long something took: the median, and so on."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {name: round(_at(ordered, part), 1) for name, part in PARTS.items()}


PARTS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def requests_in(log: Path) -> Counter[str]:
    """How often each method was asked for, by anvil's own account."""
    lines = (line.strip() for line in log.read_text().splitlines())
    return Counter(line for line in lines if line.startswith(("eth_", "net_")))


def _at(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _stat(process: int) -> list[str]:
    """What Linux tells of it, from its state on; empty if it is gone."""
    try:
        text = (PROC / str(process) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # a name may have blanks in it


def _parents() -> dict[int, int]:
    numbers = [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]
    return {n: int(stat[1]) for n in numbers if (stat := _stat(n))}


def _own_seconds(process: int) -> float:
    return sum(map(int, _stat(process)[USER_TICKS:CHILDREN_END])) / TICKS
