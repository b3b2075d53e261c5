"""`make chaos ROUNDS=n`: kills, faults and reorgs for as long as one asks.

Prints what happens on standard error, and a JSON summary last, on standard output. The
exit status is 1 if anything went wrong. A seed makes the same choices again; instants
of kills depend on the machine, too.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from chaos import books
from chaos.nursery import Nursery, nursery
from chaos.rounds import STAKE_WEI, Round, RoundFailed
from chaos.town import CHALLENGER, WORKER, Town
from chaos.victim import Victim

BAD = ("duplicates", "missed_moves", "lost_wei", "wrong_winners", "failures")


def chaos(folder: Path, rounds: int, seed: int) -> dict[str, Any]:
    """Plays the rounds; the summary."""
    rng = Random(seed)
    town = Town.founded(folder)
    before = {index: town.wealth(index) for index in books.HONEST}
    town.stake(WORKER, STAKE_WEI)
    failures: list[str] = []
    reorgs, begin = 0, time.monotonic()
    with ExitStack() as stack:
        parent = stack.enter_context(nursery(folder))
        victims = [
            stack.enter_context(victim(town, parent, role, index, rng).exposed())
            for role, index in (("challenger", CHALLENGER), ("worker", WORKER))
        ]
        for number in range(1, rounds + 1):
            play = Round(town, *victims, rng, number)
            try:
                play.play()
            except RoundFailed as failure:
                failures.append(str(failure))
                break
            finally:
                reorgs += play.reorgs
            tell(number, rounds, victims, reorgs, begin)
    kills = sum((v.kills for v in victims), Counter())
    sent, missed = books.sent_by_the_honest(town), books.missed_moves(town)
    return {
        "rounds": number - len(failures),
        "kills": kills.total(),
        "kills_by_moment": dict(kills),
        "faults": sum(v.faults for v in victims),
        "reorgs": reorgs,
        "transactions": len(sent),
        "duplicates": books.duplicates(sent),
        "missed_moves": len(missed),
        "lost_wei": books.lost_wei(town, before, sent),
        "wrong_winners": books.wrong_winners(town),
        "failures": failures + missed,
        "seconds": round(time.monotonic() - begin),
        "seed": seed,
    }


def victim(town: Town, parent: Nursery, role: str, index: int, rng: Random) -> Victim:
    """A node at its usual command line, with a home and a database of its own."""
    arguments = [role, "start", "--model", str(town.image), "--poll", "0.1"]
    arguments += ["--account", f"dev:{index}", "--deployments", str(town.folder)]
    arguments += ["--home", str(town.folder / role)]
    log = town.folder / f"{role}.log"
    return Victim(parent, arguments, log, town.provider, rng)


def tell(
    number: int, rounds: int, victims: list[Victim], reorgs: int, begin: float
) -> None:
    kills = sum(v.kills.total() for v in victims)
    seconds = time.monotonic() - begin
    print(
        f"round {number} of {rounds}: {kills} kills, {reorgs} reorgs, {seconds:.0f} s",
        file=sys.stderr,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep everything there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plumb-chaos-") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        summary = chaos(folder, options.rounds, options.seed)
    print(json.dumps(summary, indent=2))
    return int(any(summary[name] for name in BAD))


if __name__ == "__main__":
    sys.exit(main())
