"""How fast the machine is on the guest that serves every model.

qemu-mipsel runs the same sources, linked for it. A process takes longer to start than a
digit takes to read, so speeds are taken from two models, one large and one small: more
instructions by more seconds.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

import tinynn
from mips_vm import Machine, Status
from oracle.bench.figure import Figure, least_seconds
from tinynn import GraphBuilder, Model, models

PEER: Final = "qemu-mipsel"
PIXELS: Final = 784
WIDTHS: Final = (4096, 1024, 10)
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
    """Speed, the time of one digit, and the reference interpreter's speed."""
    pixels = np.random.default_rng(1).integers(0, 256, PIXELS, dtype=np.uint8)
    digit = Work(tinynn.load(models.path("mnist")), pixels.tobytes())
    instructions = digit.run()
    with tempfile.TemporaryDirectory() as folder:
        wide = Work(tinynn.load(wide_image(Path(folder))), digit.request)
        more = wide.run() - instructions
        ours = [translated(digit), translated(wide)]
        peers = qemu_runs(Path(folder), digit, wide)
        small, large, *theirs = least_seconds(*ours, *peers, repeats=4)
    speed = more / (large - small) / 1e6
    peer = more / (theirs[1] - theirs[0]) / 1e6 if theirs else None
    yield Figure("translated engine on the guest", speed, "M instr/s", PEER, peer)
    yield Figure("a digit read in the machine, warm", small * 1e3, "ms")
    yield Figure("instructions of that, every pixel set", instructions, "instructions")
    yield Figure("reference engine", reference_speed(digit) / 1e6, "M instr/s")


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


def reference_speed(work: Work) -> float:
    """Instructions a second, in the first segment."""
    machine = work.model.machine(work.request)
    machine.resume()
    start = machine.snapshot()

    def again() -> int:
        machine.restore(start)
        return machine.run(REFERENCE_STEPS, engine="reference")

    return again() / least_seconds(again, repeats=3)[0]


def wide_image(folder: Path) -> Path:
    """A network a hundred times the digit reader's size, in a file."""
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


def qemu_runs(folder: Path, *works: Work) -> list[Action]:
    """The same inferences under qemu; none where it can't be had."""
    qemu = shutil.which(PEER)
    if qemu is None or find_spec("ziglang") is None:
        return []
    from tinynn.guest.build import build

    program = build(folder / "guest.qemu", qemu=True)

    def answer(work: Work) -> bytes:
        command = [qemu, str(program), str(work.model.source)]
        done = subprocess.run(
            command, input=work.request, check=True, capture_output=True
        )
        return done.stdout

    for work in works:
        assert answer(work) == work.model.answer(work.request), "one guest, one answer"
    return [partial(answer, work) for work in works]
