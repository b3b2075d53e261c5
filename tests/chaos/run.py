"""`make chaos ROUNDS=n`: kills, faults and reorgs for as long as one asks.

Prints what happens on standard error, and a JSON summary last, on standard output. The
exit status is 1 if anything went wrong. A seed makes the same choices again; instants
of kills depend on the machine, too.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from chaos import books
from chaos.devnet_process import DevnetProcess
from chaos.fork_server import ForkServer, fork_server
from chaos.fuse import Moment
from chaos.rounds import STAKE_WEI, Round, RoundFailed
from chaos.subject import SUBJECTS
from chaos.testbed import CHALLENGER, CLOCK_SECONDS, WORKER, ChaosTestbed, K
from chaos.victim import Victim

Kind = tuple[str, Moment]
"""Of a kill: the move that was being made, if any, and when."""
BAD = ("duplicates", "missed_moves", "lost_wei", "wrong_winners", "failures")


def chaos(folder: Path, rounds: int, seed: int, model: str = "layer") -> dict[str, Any]:
    """Plays the rounds; the summary."""
    rng = Random(seed)
    failures: list[str] = []
    reorgs, begin = 0, time.monotonic()
    with ExitStack() as stack:
        parent = stack.enter_context(fork_server(folder))
        devnet = DevnetProcess(parent, folder, rng, "--k", K, "--clock", CLOCK_SECONDS)
        stack.callback(devnet.end)
        testbed = ChaosTestbed.founded(SUBJECTS[model](), folder, devnet)
        before = {index: testbed.wealth(index) for index in books.HONEST}
        testbed.stake(WORKER, STAKE_WEI)
        victims = [
            stack.enter_context(victim(testbed, parent, role, index, rng).exposed())
            for role, index in (("challenger", CHALLENGER), ("worker", WORKER))
        ]
        for number in range(1, rounds + 1):
            play = Round(testbed, *victims, rng, number)
            try:
                play.play()
            except RoundFailed as failure:
                failures.append(str(failure))
                break
            finally:
                reorgs += play.reorgs
                kills = devnet.kills + sum((v.kills for v in victims), Counter())
                tell(number, rounds, kills.total(), reorgs, begin)
        sent, missed = books.sent_by_the_honest(testbed), books.missed_moves(testbed)
        return {
            "rounds": number - len(failures),
            "kills": kills.total(),
            "kills_of_the_chain": devnet.kills.total(),
            "kills_by_point": {
                "challenger": by_point(victims[0].kills),
                "worker": by_point(victims[1].kills),
                "chain": by_point(devnet.kills),
            },
            "kills_by_moment": counted(kills, lambda kind: kind[1]),
            "kills_by_move": counted(kills, lambda kind: kind[0] or "between moves"),
            "faults": sum(v.faults for v in victims),
            "reorgs": reorgs,
            "transactions": len(sent),
            "duplicates": books.duplicates(sent),
            "in_vain": books.in_vain(sent),
            "missed_moves": len(missed),
            "lost_wei": books.lost_wei(testbed, before, sent),
            "wrong_winners": books.wrong_winners(testbed),
            "failures": failures + missed,
            "seconds": round(time.monotonic() - begin),
            "seed": seed,
            "model": model,
        }


def by_point(kills: Counter[Kind]) -> dict[str, dict[str, int]]:
    """By what was being sent, and then by when."""
    table: dict[str, dict[str, int]] = {}
    for (move, moment), count in sorted(kills.items()):
        table.setdefault(move or "between moves", {})[moment] = count
    return table


def counted(kills: Counter[Kind], key: Callable[[Kind], str]) -> dict[str, int]:
    """How many there were of each."""
    found: Counter[str] = Counter()
    for kind, count in kills.items():
        found[key(kind)] += count
    return dict(sorted(found.items()))


def victim(
    testbed: ChaosTestbed, parent: ForkServer, role: str, index: int, rng: Random
) -> Victim:
    """A node at its usual command line, with a home and a database of its own."""
    arguments = [role, "start", "--model", str(testbed.image), "--poll", "0.1"]
    arguments += ["--account", f"dev:{index}", "--deployments", str(testbed.folder)]
    arguments += ["--home", str(testbed.folder / role)]
    log = testbed.folder / f"{role}.log"
    return Victim(parent, arguments, log, testbed.devnet, testbed.move_of, rng)


def tell(number: int, rounds: int, kills: int, reorgs: int, begin: float) -> None:
    seconds = time.monotonic() - begin
    print(
        f"round {number} of {rounds}: {kills} kills, {reorgs} reorgs, {seconds:.0f} s",
        file=sys.stderr,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", choices=SUBJECTS, default="layer")
    parser.add_argument("--folder", type=Path, help="keep everything there")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves no process behind
    with tempfile.TemporaryDirectory(prefix="plumb-chaos-") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        summary = chaos(folder, options.rounds, options.seed, options.model)
    print(json.dumps(summary, indent=2))
    return int(any(summary[name] for name in BAD))


if __name__ == "__main__":
    sys.exit(main())
