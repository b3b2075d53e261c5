"""What it took: percentiles, requests to the chain."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path


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
