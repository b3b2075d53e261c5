"""What only a fresh process can tell: first use, first compilation, resident memory.

`python -m oracle.bench.fresh TASK ...` does one task in its own process, and prints
what it measured as JSON. The cache of compiled code is a folder of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from mips_vm import Machine, Status
from oracle.bench.figure import Figure
from oracle.bench.nets import synthetic
from tinynn import GraphBuilder, guest, models

LENGTH: Final = 10_000
WIDTH: Final = 4096  # a matrix of 64 MiB
MIB: Final = 1 << 20
STATUS: Final = Path("/proc/self/status")

Measured = Mapping[str, float]


def figures() -> Iterator[Figure]:
    """First use without and with a warm cache, a long guest, a large model."""
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = (measure("first-use", cache=folder) for _ in range(2))
    for name, measured in (("cold", cold), ("warm", warm)):
        yield Figure(f"vm.first_use_{name}_seconds", measured["first"], "s")
        yield Figure(f"a digit read, first time, {name}", measured["whole"], "s")
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure("compile", str(LENGTH), cache=folder)["seconds"]
    yield Figure("vm.compile_10k_seconds", seconds, "s")
    with tempfile.TemporaryDirectory() as folder:
        image = square_image(Path(folder))
        resident = measure("resident", str(image), cache=folder)
    yield Figure("vm.resident_mib", resident["all"], "MiB")
    yield Figure("of that, the model's file, shared", resident["file"], "MiB")


def measure(task: str, *arguments: str, cache: str) -> Measured:
    """What a process of its own says of a task."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, task, *arguments],
        env=os.environ | {"PLUMB_CACHE": cache},
        stdout=subprocess.PIPE,
        check=True,
    )
    result: Measured = json.loads(done.stdout)
    return result


def first_use() -> Measured:
    """From loading the guest to its first segment's end, which is a little later than
    its first instruction; then to the answer. Imports are not in it."""
    begin = time.perf_counter()
    machine = Machine.from_elf(guest.elf_path())
    machine.load_model(models.path("mnist"))
    machine.load_input(bytes(784))
    machine.run()
    first = time.perf_counter() - begin
    run_on(machine)
    return {"first": first, "whole": time.perf_counter() - begin}


def compile_long(instructions: str) -> Measured:
    """From an empty cache to the end of a made-up guest that uses all of its code."""
    machine = Machine.from_program(synthetic.program(int(instructions)))
    begin = time.perf_counter()
    machine.run()
    assert machine.status is Status.HALTED
    return {"seconds": time.perf_counter() - begin}


def resident(image: str) -> Measured:
    """MiB in memory after an inference, with all roots."""
    machine = Machine.from_elf(guest.elf_path())
    machine.load_model(image)
    machine.load_input(np.ones(WIDTH, np.float32).tobytes())
    machine.run()
    run_on(machine)
    assert machine.status is Status.HALTED
    machine.state_root()
    rows = (line.partition(":") for line in STATUS.read_text().splitlines())
    sizes = {name: value.split() for name, _, value in rows}
    kib = {name: int(sizes[name][0]) for name in ("VmRSS", "RssFile")}
    return {"all": kib["VmRSS"] * 1024 / MIB, "file": kib["RssFile"] * 1024 / MIB}


def run_on(machine: Machine) -> None:
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()


def square_image(folder: Path) -> Path:
    """A model of one matrix."""
    weight = np.random.default_rng(3).normal(size=(WIDTH, WIDTH)).astype(np.float32)
    builder = GraphBuilder("square")
    x = builder.input("x", "float32", (WIDTH,))
    builder.output(builder.dense(x, weight, np.zeros(WIDTH, np.float32)), "y")
    path = folder / "square.plumb"
    path.write_bytes(builder.build())
    return path


TASKS: Final[dict[str, Callable[..., Measured]]] = {
    "first-use": first_use,
    "compile": compile_long,
    "resident": resident,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
