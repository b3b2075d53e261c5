"""`make exhaust`: all games of larger sizes than the tests play, and of some
smaller ones in the contract.

Tells how far it is on standard error, and prints JSON last. A game that a liar wins is
printed move by move, and the exit status is 1.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator

from support.exhaust.court import Court
from support.exhaust.referee import Rules
from support.exhaust.search import ChallengerSearch, Found, LiarSearch, Most
from support.exhaust.world import MADE_UP, World, shapes

from mips_vm import Status


def liars(k: int, segments: int, instructions: int, beyond: int) -> Found:
    """Of runs of up to that size; a liar declares up to `beyond` more of each."""
    most, found = Most(segments + beyond, instructions + beyond), Found()
    for shape in shapes(segments, instructions):
        found.add(LiarSearch(World(shape, MADE_UP, False), Rules(k), most).all())
    return found


def challengers(k: int, segments: int, instructions: int) -> Found:
    """False ones, against the honest worker."""
    found = Found()
    for shape in shapes(segments, instructions):
        if shape.ended is Status.HALTED:
            found.add(ChallengerSearch(World(shape, MADE_UP, True), Rules(k)).all())
    return found


def courts(segments: int, instructions: int) -> Iterator[Court]:
    """The contract with K = 2, each move of a liar sent in each position."""
    most = Most(segments + 1, instructions + 1)
    for shape in shapes(segments, instructions):
        court = Court(shape, 2, most)
        court.play()
        yield court


def report(found: Found, begin: float) -> dict[str, object]:
    return {
        "positions": found.positions,
        "dissections": found.shown,
        "refused": found.refused,
        "games": found.lines,
        "selections": found.longest,
        "lost": len(found.won),
        "seconds": round(time.monotonic() - begin, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--segments", type=int, default=3)
    parser.add_argument("--instructions", type=int, default=3)
    parser.add_argument("--beyond", type=int, default=1)
    parser.add_argument("--court", type=int, default=2, help="segments, instructions")
    options = parser.parse_args()
    size = options.segments, options.instructions
    reports, lost = {}, []
    for k in options.k:
        for name, search in (
            (f"liars, K = {k}", lambda k=k: liars(k, *size, options.beyond)),
            (f"false challengers, K = {k}", lambda k=k: challengers(k, *size)),
        ):
            print(name, file=sys.stderr)
            begin = time.monotonic()
            found = search()
            reports[name] = report(found, begin)
            lost += found.won
    moves = proofs = 0
    for court in courts(options.court, options.court):
        moves, proofs = moves + court.moves, proofs + court.proofs
        print(f"the contract: {moves} moves", file=sys.stderr)
    summary = {"searches": reports, "contract": {"moves": moves, "proofs": proofs}}
    print(json.dumps(summary, indent=2))
    for line in lost[:10]:
        print("; ".join(line), file=sys.stderr)
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
