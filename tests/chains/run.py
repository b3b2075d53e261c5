"""`make chains CHAINS="anvil geth evmd"`: the same story on chains that aren't ours.

Draws what happens on standard error, prints a table of all chains there at the end, and
a JSON summary last, on standard output. The exit status is 1 if a story didn't come to
its end on one of them, or anybody honest lost anything. Nothing that was started stays.
docs/chains.md has the chains, their figures, and what they differ in.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from chains.anvil import anvil
from chains.books import BAD, summary
from chains.clock import off_by, wrong_clock
from chains.commands import CommandFailed
from chains.evmd import evmd
from chains.geth import geth
from chains.process import ChainFailed, ChainProcess
from chains.story import Plan, Story, StoryFailed
from chains.table import table

CLOCKS_OFF_SECONDS = 15 * 60
KINDS: dict[str, tuple[Callable[[Path, float], ChainProcess], float]] = {
    "anvil": (anvil, 1.0),
    "geth": (geth, 2.0),
    "evmd": (evmd, 1.0),
    "evmd-feeless": (partial(evmd, feeless=True), 1.0),
}
"""How each is made, and the seconds between its blocks."""


class Progress:
    """One line that is written over; where nobody looks, a line for what is new."""

    def __init__(self, name: str) -> None:
        self._name, self._begun, self._last = name, time.monotonic(), ""
        self._drawn = sys.stderr.isatty()

    def tell(self, what: str) -> None:
        line = f"{self._name} {time.monotonic() - self._begun:4.0f} s: {what}"
        if self._drawn:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif what != self._last:
            print(line, file=sys.stderr, flush=True)
        self._last = what

    def end(self, what: str) -> None:
        self.tell(what)
        if self._drawn:
            print(file=sys.stderr)


def played(kind: str, plan: Plan, folder: Path) -> dict[str, Any]:
    """The story on one chain; its figures, or why there are none."""
    folder.mkdir(parents=True)
    made, seconds = KINDS[kind]
    progress = Progress(kind)
    try:
        progress.tell("starting")
        process = made(folder, seconds)
    except ChainFailed as error:
        progress.end(str(error))
        return {"chain": kind, "failure": str(error)}
    if not process.survives:
        plan.kills_of_chain = 0
    story = Story(process, plan, progress.tell)
    try:
        process.start()
        story.play()
        progress.tell("books")
        found = summary(process, story)
    except (ChainFailed, CommandFailed, StoryFailed, AssertionError) as error:
        progress.end("failed")
        return {"chain": kind, "version": process.version, "failure": str(error)}
    finally:
        process.end()
    bad = [name for name in BAD if found[name]]
    progress.end(f"wrong: {', '.join(bad)}" if bad else "all is well")
    return found


def usual() -> list[str]:
    """All, but those that take a program which only somebody else can build."""
    if os.environ.get("PLUMB_EVMD"):
        return list(KINDS)
    print("evmd: left out, since PLUMB_EVMD names none", file=sys.stderr)
    return [kind for kind in KINDS if not kind.startswith("evmd")]


def chains(
    kinds: Sequence[str], crowd: int, kills: int, off: int, folder: Path, seed: int
) -> list[dict[str, Any]]:
    library = wrong_clock(folder) if off else None
    found = []
    for kind in kinds:
        clocks: tuple[dict[str, str], dict[str, str]] = ({}, {})
        if library is not None:
            clocks = off_by(off, library), off_by(-off, library)
        plan = Plan(crowd, kills_of_chain=kills, wrong_clocks=clocks, seed=seed)
        found.append(played(kind, plan, folder / kind))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)}; else all")
    parser.add_argument("--crowd", type=int, default=60, help="requests at once")
    parser.add_argument("--kills", type=int, default=6, help="of each chain, but anvil")
    parser.add_argument(
        "--clocks-off", type=int, default=CLOCKS_OFF_SECONDS, help="seconds, of nodes"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep everything there")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"expected chains of {', '.join(KINDS)}, got {', '.join(unknown)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves no process behind
    with tempfile.TemporaryDirectory(prefix="plumb-chains-") as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        asked = (options.crowd, options.kills, options.clocks_off, folder, options.seed)
        found = chains(options.kinds or usual(), *asked)
    done = [chain for chain in found if "failure" not in chain]
    if done:
        print(table(done), file=sys.stderr)
    print(json.dumps({"chains": found}, indent=2))
    failed = len(done) < len(found)
    return int(failed or any(chain[name] for chain in done for name in BAD))


if __name__ == "__main__":
    sys.exit(main())
