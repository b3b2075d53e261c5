"""How fast the machine is on the guest that serves every model.

qemu-mipsel runs the same sources, linked for it. A process takes longer to start than a
digit takes to read, so both read the digit over and over, each time from a clean start,
and qemu's time for a single reading is taken off: more instructions by more seconds.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

import tinynn
from mips_vm import Machine, Status
from mips_vm.constants import STACK
from mips_vm.hashing.tree import BLOCK_BYTES
from mips_vm.storage.flags import CHANGED, TOUCHED
from mips_vm.translate.engine import run_bare
from oracle.bench import fresh, programs
from oracle.bench.figure import Figure, least_seconds
from tinynn import GraphBuilder, Model, models

PEER: Final = "qemu-mipsel"
CANNON: Final = "Cannon's Go core, without hashing"
CANNON_SPEED: Final = 38
"""M instr/s, the most that we measured of it, two Zen 3 cores, one used."""

PIXELS: Final = 784
WIDTHS: Final = (1024, 256, 10)
TURNS: Final = 25
LEAST_STEPS: Final = 1_000_000_000
REFERENCE_STEPS: Final = 200_000

Action = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Work:
    """A model and an input for it."""

    model: Model
    request: bytes

    def run(self) -> int:
        """Instructions of a whole inference in the machine, translated."""
        return run_through(self.model.machine(self.request))


def figures() -> Iterator[Figure]:
    """Speed on one core, what instruments cost, programs of five kinds, then what fresh
    processes say."""
    pixels = np.random.default_rng(1).integers(0, 256, PIXELS, dtype=np.uint8)
    digit = Work(tinynn.load(models.path("mnist")), pixels.tobytes())
    yield from speed(digit)
    with tempfile.TemporaryDirectory() as folder:
        yield overhead(Work(tinynn.load(wide_image(Path(folder))), digit.request))
    yield Figure("reference engine", reference_speed(digit) / 1e6, "M instr/s")
    yield from programs.figures()
    yield from fresh.figures()


def speed(digit: Work) -> Iterator[Figure]:
    """Readings of a digit, enough of them for LEAST_STEPS."""
    steps = digit.run()
    runs = -(-LEAST_STEPS // steps)
    read = translated(digit)

    def ours() -> None:
        for _ in range(runs):
            read()

    with tempfile.TemporaryDirectory() as folder:
        peers = qemu_runs(Path(folder), digit, (1, 1 + runs))
        mine, *theirs = least_seconds(ours, *peers, repeats=3)
    peer = theirs[1] - theirs[0] if theirs else None
    ratio = peer / mine if peer else None
    yield Figure("vm.translated_vs_qemu", ratio, "times", PEER, 1 if peer else None)
    mips, peer_mips = runs * steps / mine / 1e6, peer and runs * steps / peer / 1e6
    yield Figure("translated engine on the guest", mips, "M instr/s", PEER, peer_mips)
    name = "translated engine on the guest, beside Cannon"
    yield Figure(name, mips, "M instr/s", CANNON, CANNON_SPEED)
    yield Figure("a digit read in the machine, warm", mine / runs * 1e3, "ms")
    yield Figure("instructions of that, every pixel set", steps, "instructions")


def overhead(work: Work) -> Figure:
    """What counting steps and marking blocks adds to the time without either: of this
    thread, since a few parts in a hundred are less than what busy cores add."""
    both = translated(work), bare(work)
    counted, uncounted = least_seconds(*both, repeats=TURNS, clock=time.thread_time)
    return Figure("vm.instrumentation_overhead", counted / uncounted - 1, "of the time")


def run_through(machine: Machine) -> int:
    steps = 0
    while machine.status in (Status.RUNNING, Status.YIELDED):
        if machine.status is Status.YIELDED:
            machine.resume()
        steps += machine.run()
    return steps


def translated(work: Work) -> Action:
    """An inference from its initial state, which is made beforehand."""
    machine = work.model.machine(work.request)
    start = machine.snapshot()

    def again() -> None:
        machine.restore(start)
        run_through(machine)

    return again


def bare(work: Work) -> Action:
    """The same without instruments. What a boundary wipes is known from a run with."""
    machine = work.model.machine(work.request)
    flags = machine.memory.flags.blocks
    stack = flags[STACK.base // BLOCK_BYTES : STACK.end // BLOCK_BYTES]
    start = machine.snapshot()
    wiped, written = [], np.zeros_like(flags)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
        wiped.append((stack & CHANGED).nonzero()[0])
        written |= flags & CHANGED
        stack[:] = 0
    answer, changed = machine.output(), written.nonzero()[0]

    def again() -> None:
        flags[changed] |= CHANGED
        machine.restore(start)
        for blocks in wiped:
            machine.resume()
            stack[blocks] |= TOUCHED
            run_bare(machine.state, machine.memory)
        assert machine.output() == answer, "the same guest, the same answer"

    return again


def reference_speed(work: Work) -> float:
    """Instructions a second."""
    machine = work.model.machine(work.request)
    machine.resume()
    start = machine.snapshot()
    steps = machine.run(REFERENCE_STEPS, engine="reference")

    def again() -> None:
        machine.restore(start)
        machine.run(REFERENCE_STEPS, engine="reference")

    return steps / least_seconds(again, repeats=3)[0]


def wide_image(folder: Path) -> Path:
    """A network ten times the digit reader's size, in a file."""
    random = np.random.default_rng(2)
    builder = GraphBuilder("wide")
    x = builder.scale_u8(builder.input("image", "uint8", (PIXELS,)), 1 / 255)
    for width in WIDTHS:
        weight = random.normal(0, x.count**-0.5, (width, x.count)).astype(np.float32)
        x = builder.dense(x, weight, np.zeros(width, np.float32))
    builder.output(x, "scores")
    path = folder / "wide.plumb"
    path.write_bytes(builder.build())
    return path


def qemu_runs(folder: Path, work: Work, counts: tuple[int, ...]) -> list[Action]:
    """So many inferences in one process under qemu; none where it can't be had."""
    qemu = shutil.which(PEER)
    if qemu is None or find_spec("ziglang") is None:
        return []
    from tinynn.guest.build import build

    program = build(folder / "guest.qemu", qemu=True)
    answer = work.model.answer(work.request)

    def infer(runs: int) -> None:
        command = [qemu, str(program), str(work.model.source), str(runs)]
        done = subprocess.run(
            command, input=work.request, check=True, capture_output=True
        )
        assert done.stdout == answer, "one guest, one answer"

    return [partial(infer, runs) for runs in counts]
