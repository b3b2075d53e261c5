"""The figures of all chains beside each other, for people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]
ABSENT = "-"
ROWS: Sequence[tuple[str, Callable[[Figures], Any]]] = (
    ("version", lambda f: f["version"]),
    ("seconds a block", lambda f: f["block_seconds"]),
    ("the same, measured", lambda f: f["block_seconds_measured"]),
    ("base fee, first and last, gwei", lambda f: _gwei(f["base_fee_wei"])),
    ("requests", lambda f: f["requests"]),
    ("transactions", lambda f: f["transactions"]),
    ("of them in vain", lambda f: f["transactions_in_vain"]),
    ("fees raised", lambda f: f["fee_raises"]),
    ("kills of the worker", lambda f: f["worker_kills"]),
    ("kills of the chain", lambda f: len(f["rollbacks"])),
    ("blocks that each undid", lambda f: " ".join(map(str, f["rollbacks"]))),
    ("moves of the dispute", lambda f: f["dispute_moves"]),
    ("seconds of the chain that they took", lambda f: f["dispute_seconds"]),
)


def table(chains: Sequence[Figures]) -> str:
    """Plain columns: what a chain lacks is a dash."""
    rows = [["", *(chain["chain"] for chain in chains)]]
    rows += [[name, *(_cell(read, chain) for chain in chains)] for name, read in ROWS]
    for act in _names(chains, "seconds"):
        cells = [chain["seconds"].get(act, ABSENT) for chain in chains]
        rows.append([f"seconds: {act}", *map(str, cells)])
    for function in _names(chains, "gas"):
        cells = [_gas(chain["gas"].get(function)) for chain in chains]
        rows.append([f"gas: {function}", *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        .rstrip()
        for row in rows
    )  # fmt: skip


def _names(chains: Sequence[Figures], part: str) -> list[str]:
    """Each once, in the order of the first chain that has it."""
    return list(dict.fromkeys(name for chain in chains for name in chain[part]))


def _cell(read: Callable[[Figures], Any], chain: Figures) -> str:
    value = read(chain)
    return ABSENT if value in (None, "") else str(value)


def _gwei(wei: Sequence[int]) -> str:
    return " ".join(f"{each / 10**9:.3g}" for each in wei)


def _gas(told: Mapping[str, int] | None) -> str:
    if told is None:
        return ABSENT
    times = "" if told["count"] == 1 else f" ({told['count']})"
    return f"{told['gas']:,}{times}"
