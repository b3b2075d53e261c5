"""Processor time of a program and of all that it has started, as Linux tells it."""

import os
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
