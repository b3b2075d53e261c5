"""Programs of five kinds, the machine beside qemu-mipsel.

Each does a round of work as often as its input says. The time of a single round is
taken off on both sides, and with it what starting costs; both are the processor's: busy
neighbours are no matter of ours.
"""

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mips_vm import Machine, Status
from mips_vm.toolchain.build import build_elf
from oracle.bench.figure import Figure

PEER: Final = "qemu-mipsel"
FOLDER: Final = Path(__file__).with_name("workloads")

ROUNDS: Final = {"hash": 40, "machine": 25, "memory": 25, "physics": 25, "sort": 25}
"""Of each kind of program; a second or so."""

TURNS: Final = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """One program, for the machine and for qemu."""

    name: str
    ours: Path
    theirs: Path


def figures() -> Iterator[Figure]:
    """Each kind's ratio of speeds, then the least of them."""
    qemu = shutil.which(PEER)
    ratios: list[float | None] = []
    with tempfile.TemporaryDirectory() as name:
        for kind in ROUNDS:
            compared = qemu is not None and find_spec("ziglang") is not None
            ratio = compare(build(Path(name), kind), str(qemu)) if compared else None
            ratios.append(ratio)
            peer = 1 if ratio else None
            yield Figure(f"vm.{kind}_program_vs_qemu", ratio, "times", PEER, peer)
    known = [ratio for ratio in ratios if ratio is not None]
    worst = min(known, default=None)
    yield Figure("vm.worst_program_vs_qemu", worst, "times", PEER, 1 if known else None)


def build(folder: Path, kind: str) -> Pair:
    """The program, built twice from the same sources."""
    sources = [FOLDER / f"{kind}.c", FOLDER / "rounds.c"]
    ours = build_elf(sources, folder / f"{kind}.elf")
    theirs = build_elf(sources, folder / f"{kind}.qemu", qemu=True)
    return Pair(kind, ours, theirs)


def compare(pair: Pair, qemu: str) -> float:
    """Our speed by qemu's: the time that it takes for the rounds by that we take."""
    rounds = ROUNDS[pair.name]
    mine, theirs = [], []
    run_here(pair.ours, 1 + rounds)  # translates
    for _ in range(TURNS):
        begun, answer = run_here(pair.ours, 1), run_here(pair.ours, 1 + rounds)
        started, peer = run_there(qemu, pair, 1), run_there(qemu, pair, 1 + rounds)
        assert answer.output == peer.output, "one program, one answer"
        mine.append(answer.seconds - begun.seconds)
        theirs.append(peer.seconds - started.seconds)
    return min(theirs) / min(mine)


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of the processor, and the output."""

    seconds: float
    output: bytes


def run_here(elf: Path, rounds: int) -> Run:
    machine = Machine.from_elf(elf)
    machine.load_input(rounds.to_bytes(4, "little"))
    seconds = timed(time.thread_time, machine.run)
    assert machine.status is Status.HALTED
    return Run(seconds, machine.output())


def run_there(qemu: str, pair: Pair, rounds: int) -> Run:
    done: list[bytes] = []

    def run() -> None:
        data = rounds.to_bytes(4, "little")
        command = [qemu, str(pair.theirs)]
        done.append(
            subprocess.run(command, input=data, check=True, capture_output=True).stdout
        )

    return Run(timed(children_time, run), done[0])


def children_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(clock: Callable[[], float], action: Callable[[], object]) -> float:
    begin = clock()
    action()
    return clock() - begin
