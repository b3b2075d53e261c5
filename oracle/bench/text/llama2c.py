"""llama2.c, built by whoever measures: tokens a second of processor time."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from oracle.bench.errors import CommandFailed

STRICT: Final = "strict"
"""`-O2 -ffp-contract=off`."""
PLAIN: Final = "O3"
"""`-O3`."""
FAST: Final = "Ofast"
"""`-Ofast -march=native`."""


def program(build: str) -> str:
    """Its file's name, of one of the three above."""
    return f"run-{build}"


FEW: Final = 2
"""Tokens of the run whose time is taken off: what loading the file takes."""


@dataclass(frozen=True, slots=True)
class Llama2c:
    """One build, in the folder of all three."""

    folder: Path
    build: str

    def text(self, model: Path, tokenizer: Path, tokens: int) -> bytes:
        """What it prints, greedily, of so many positions."""
        return self._told(model, tokenizer, tokens)[0]

    def seconds(self, model: Path, tokenizer: Path, tokens: int) -> float:
        """Of processor time, a position but for the first few."""
        several, few = (
            self._told(model, tokenizer, count)[1] for count in (tokens, FEW)
        )
        return (several - few) / (tokens - FEW)

    def _told(self, model: Path, tokenizer: Path, tokens: int) -> tuple[bytes, float]:
        """What is printed, and how long that took."""
        options = ["-z", str(tokenizer), "-t", "0", "-n", str(tokens)]
        before = _spent()
        said = _run([str(self.folder / program(self.build)), str(model), *options])
        return said, _spent() - before


def _spent() -> float:
    """Processor seconds of all that was started here and has ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: Iterable[str]) -> bytes:
    done = subprocess.run([*command], capture_output=True, check=False)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()[-500:]
        raise CommandFailed(" ".join(command), done.returncode, told)
    return done.stdout
