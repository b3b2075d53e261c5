"""Every call of a node goes wrong, one at a time, with every kind of exception.

`python -m faults.run` plays all of them, which takes a while; or a share. JSON last.
"""

import argparse
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.injector import Call, Fault, Injector
from faults.scenes import STUCK_TURNS, Scene, challenger_scene, worker_scene
from sqlalchemy.exc import IntegrityError
from web3.exceptions import Web3RPCError

from oracle.chain.errors import Unavailable

ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: RuntimeError("a bug of ours"),
    lambda: KeyError("nobody knows it"),
    lambda: ValueError("not a number"),
    lambda: Web3RPCError("{'code': -32000, 'message': 'the frobnicator is out'}"),
    lambda: OSError(12, "out of memory"),
    lambda: IntegrityError("INSERT", None, Exception("UNIQUE constraint failed")),
    lambda: Unavailable("eth_call", {"node": "no answer within 20 seconds"}),
)
SCENES = {"worker": worker_scene, "challenger": challenger_scene}
SETTLED_TURNS = 4
TOLD_EVERY = 100
"""Faults, between two lines that say how far it is."""
MOST_TURNS_ONCE, MOST_TURNS_LASTING = STUCK_TURNS + 6, STUCK_TURNS + 16


@dataclass(frozen=True, slots=True)
class Failure:
    """What should have been done although that went wrong."""

    scene: str
    fault: Fault
    missing: frozenset[str]

    def __str__(self) -> str:
        told = "lasting" if self.fault.lasting else "once"
        late = ", afterwards" if self.fault.late else ""
        return (
            f"{self.scene}: expected all to be done in spite of "
            f"{self.fault.error!r} at call {self.fault.number}, "
            f"{self.fault.call} ({told}{late}); got undone: {sorted(self.missing)}"
        )


def calls_of(scene: Scene) -> list[Call]:
    """What the node asks while nothing goes wrong, until all is settled."""
    injector = Injector()
    with scene.played(injector) as play:
        assert not play.turns(STUCK_TURNS + 1), "nothing goes wrong"
        for _ in range(SETTLED_TURNS):
            play.turn()
    return injector.calls


def faults_of(calls: list[Call]) -> Iterator[Fault]:
    """Each call with each error, once; and lastingly, where it is about one thing."""
    lasting_ones: set[tuple[Call, int]] = set()
    for number, call in enumerate(calls):
        for kind, make in enumerate(ERRORS):
            for late in (False, True):
                yield Fault(number, call, make(), lasting=False, late=late)
            if call.about is not None and (call, kind) not in lasting_ones:
                lasting_ones.add((call, kind))
                yield Fault(number, call, make(), lasting=True, late=False)


def undone(scene: Scene, fault: Fault) -> set[str] | None:
    """What the node could have done, and has not; None if the fault was not met, since
    things took another course. What goes wrong for good about one thing may keep that
    one from being done, and no other."""
    injector = Injector(fault)
    most = MOST_TURNS_LASTING if fault.lasting else MOST_TURNS_ONCE
    with scene.played(injector) as play:
        missing = play.turns(most)
        for _ in range(SETTLED_TURNS):
            play.turn()
        if not fault.lasting:
            missing |= {f"settle {e.draft.key}" for e in play.unsettled()}
    if not injector.hits:
        return None
    return missing if len(missing) > int(fault.lasting) else set()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of all faults")
    parser.add_argument(
        "--beyond", type=float, default=0.0, help="without those of this share"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", choices=SCENES, help="this one only")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")  # web3's, of a node that advises no tip
    rng, played, failures = Random(options.seed), 0, []
    chosen = SCENES if options.scene is None else {options.scene: SCENES[options.scene]}
    for name, made in chosen.items():
        with tempfile.TemporaryDirectory(prefix="plumb-faults-") as folder:
            scene = made(Path(folder))
            faults = [
                fault
                for fault in faults_of(calls_of(scene))
                if options.beyond <= rng.random() < options.share
            ]
            for number, fault in enumerate(faults):
                if number % TOLD_EVERY == 0:
                    told = f"{name}: {number} of {len(faults)} faults"
                    print(told, file=sys.stderr, flush=True)
                if (missing := undone(scene, fault)) is None:
                    continue
                played += 1
                if missing:
                    failures.append(Failure(name, fault, frozenset(missing)))
                    print(failures[-1], file=sys.stderr, flush=True)
    print(json.dumps({"faults": played, "failures": len(failures)}))
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
