"""A figure: what was measured, and what a peer makes of the same work.

Every benchmark prints figures in this one form. A peer that is not installed has no
value; its absence is never made up for.
"""

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from mips_vm.json_text import JsonObject

PACKAGES: Final = ("llvmlite", "numpy", "onnxruntime", "py-evm")
CPU_INFO: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `peer_value` are in `unit`; ours comes first in the ratio.

    Only a figure that compares us with a peer has no value: where the peer is absent.
    """

    name: str
    value: float | None
    unit: str
    peer: str | None = None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        if self.value is None or not self.peer_value:
            return None
        return self.value / self.peer_value

    def as_json(self) -> JsonObject:
        return {
            "name": self.name,
            "value": significant(self.value),
            "unit": self.unit,
            "peer": self.peer,
            "peer_value": significant(self.peer_value),
            "ratio": significant(self.ratio),
        }


def significant(value: float | None) -> float | None:
    """`value` to four significant digits; a count stays whole."""
    if value is None or isinstance(value, int):
        return value
    return float(f"{value:.4g}")


Clock = Callable[[], float]


def least_seconds(
    *actions: Callable[[], object],
    repeats: int = 5,
    seconds: float = 0.5,
    clock: Clock = time.perf_counter,
) -> list[float]:
    """The shortest time that each of `actions` took, after a first run to warm up.

    They take turns, so that a noisy neighbour disturbs all alike; at least `repeats`
    rounds, and as many more as fit into `seconds`. `time.thread_time` as the clock
    leaves out what others made of the core meanwhile.
    """
    for action in actions:
        action()
    least = [float("inf")] * len(actions)
    begin = time.perf_counter()
    done = 0
    while done < repeats or time.perf_counter() - begin < seconds:
        for index, action in enumerate(actions):
            least[index] = min(least[index], seconds_of(action, clock))
        done += 1
    return least


def seconds_of(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    begin = clock()
    action()
    return clock() - begin


def this_machine() -> JsonObject:
    """What the figures were measured on."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": dict(installed(PACKAGES)),
    }


def installed(packages: Iterable[str]) -> Iterable[tuple[str, str | None]]:
    for package in packages:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, None


def processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
