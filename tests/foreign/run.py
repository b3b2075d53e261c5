"""Strangers' C programs, unmodified: `python -m foreign.run FOLDER [--every N]`.

FOLDER holds `*.c`, each a program; beside it may lie `NAME.c.expected`, its output.
c-testsuite's tests/single-exec is such a folder, and so is GCC's
gcc.c-torture/execute, whose programs abort if they are wrong. Neither is committed or
fetched here. Each is built with no option but those that it asks for itself
(dg-options), runs, and passes if it halts and wrote what was expected, all within
--seconds: there are programs that keep a compiler busy for minutes. Left out are
programs that say themselves that they need what is not here. A table of what did not
pass is printed, then one line of JSON.
"""

import argparse
import json
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from mips_vm import Machine, Status
from mips_vm.debugging.faults import explain
from mips_vm.errors import BuildError
from mips_vm.toolchain.build import build_program

PATIENCE = 1 << 17
"""Instructions in the reference engine, before translating is worth its time."""

MOST = 1 << 32

LIMIT_SECONDS = 120.0
"""For one program, built and run."""

TOO_SLOW = "too slow"

CONTEXT = multiprocessing.get_context("fork")

LEFT_OUT = "left out"
"""It says itself that it needs what is not here; no part of the share."""

# Not those that are meant for some other processor: { target ... } follows.
OPTIONS = re.compile(
    r'dg-(?:additional-)?options\s+(?:"([^"]*)"|\{\s*"([^"]*)"\s*\})\s*\}'
)

ABSENT = re.compile(
    r"dg-require-effective-target "
    r"(trampolines|untyped_assembly|return_address|int128|dfp|mmap|fileio)\b"
)
"""What GCC's own harness leaves out where a target, or here the compiler, lacks it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a program: "passed", or where it went wrong, and why."""

    name: str
    outcome: str
    reason: str = ""


def main(arguments: list[str]) -> int:
    """Exit status 0 if at least the wanted share passed."""
    parser = argparse.ArgumentParser(prog="foreign.run", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="INDEX")
    parser.add_argument("--seconds", type=float, default=LIMIT_SECONDS)
    parser.add_argument("--want", type=float, default=0.95, metavar="SHARE")
    chosen = parser.parse_args(arguments)
    sources = sorted(chosen.folder.glob("*.c"))[chosen.first :: chosen.every]
    if not sources:
        parser.error(f"{chosen.folder}: expected C programs (*.c), got none")
    begin = time.monotonic()
    results = list(run_all(sources, chosen.seconds))
    counts = Counter(result.outcome for result in results)
    judged = len(results) - counts[LEFT_OUT]
    share = counts["passed"] / max(judged, 1)
    report = {
        "programs": len(results),
        "share_passed": round(share, 4),
        "outcomes": dict(counts),
        "seconds": round(time.monotonic() - begin, 1),
    }
    print(json.dumps(report))
    return 0 if share >= chosen.want else 1


def run_all(sources: list[Path], seconds: float) -> Iterator[Result]:
    for source in sources:
        with tempfile.TemporaryDirectory() as folder:
            result = run_within(seconds, source, Path(folder) / "program.elf")
        if result.outcome != "passed":
            print(f"{result.name}: {result.outcome}: {result.reason}", flush=True)
        yield result


def run_within(seconds: float, source: Path, elf: Path) -> Result:
    """In a process of its own, which is ended with all that it has started."""
    ours, its = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_run_apart, args=(source, elf, its))
    process.start()
    its.close()
    try:
        if not ours.poll(seconds):
            return Result(source.name, TOO_SLOW, f"not done after {seconds:g} s")
        found: Result = ours.recv()
        return found
    except EOFError:
        process.join()
        return Result(source.name, "died", f"exit code {process.exitcode}")
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()


def _run_apart(source: Path, elf: Path, told: Connection) -> None:
    os.setsid()
    told.send(run_one(source, elf))
    told.close()


def run_one(source: Path, elf: Path) -> Result:
    needed = ABSENT.search(source.read_text(errors="replace"))
    if needed:
        return Result(source.name, LEFT_OUT, needed[1])
    try:
        build_program([source], elf, flags=[*options(source)])
    except BuildError as error:
        lines = str(error).splitlines()
        wrong = [line for line in lines if "error:" in line] or lines
        return Result(source.name, "refused", wrong[0])
    machine = Machine.from_elf(elf)
    machine.run(PATIENCE, engine="reference")
    if machine.status is Status.RUNNING:
        machine.run(MOST, engine="translated")
    if machine.status is not Status.HALTED:
        state = machine.status.name.lower()
        return Result(source.name, state, explain(machine) or f"pc {machine.pc:#x}")
    expected = source.with_name(f"{source.name}.expected")
    if expected.exists() and machine.output() != expected.read_bytes():
        return Result(source.name, "wrong output", repr(machine.output()[:60]))
    return Result(source.name, "passed")


def options(source: Path) -> Iterator[str]:
    """What the program asks of the compiler."""
    for found in OPTIONS.finditer(source.read_text(errors="replace")):
        yield from (found[1] or found[2] or "").split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
