"""A game level by level: what was cut, which part was pointed at, and which boundaries
are those of our own run.

The run is computed once for a claim, where the image is here and the model is small
enough; else nothing is said of the boundaries.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final

from challenge.claim import Interval
from challenge.dissection import Dissection, parts_of
from challenge.game import INSTRUCTIONS, Event, Opened, Selected
from challenge.trace import ExecutionTrace, Trace
from oracle.amounts import brief_wei
from oracle.chain import events
from oracle.chain.chain import Chain, Mined
from oracle.chain.errors import ChainError
from oracle.record.history import Proof
from oracle.record.record import Answered, Played
from oracle.web.scene.onlooker import Scene, Told
from oracle.web.views.basics import hexed
from oracle.web.views.games import game_row

MOST_INSTRUCTIONS: Final = 1 << 31
"""Of a model that is run again for who looks at its dispute."""
KEPT_RUNS: Final = 4

ENDS: Final = (events.WorkerLost, events.ChallengerLost, events.Settled)
"""What follows from another move, in its transaction."""


NEXT: Final = {
    "opened": "challenger",
    "selected": "worker",
    "dissected": "challenger",
    "proved": "challenger",
    "timedout": "challenger",
}
"""Whose clock runs after such a move."""


@dataclass(frozen=True, slots=True)
class Part:
    """`verdict`: true, false, or unknown: is its end what our own run has there?"""

    start: int
    end: int
    verdict: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Level:
    """One dissection. `unit` is what its numbers count."""

    unit: str
    where: str
    start: int
    end: int
    parts: tuple[Part, ...]


class Disputes:
    """Looks games up, and keeps what took long to find out."""

    def __init__(self) -> None:
        self._runs: dict[bytes, Trace | None] = {}
        self._mined: dict[bytes, Mined] = {}
        self._lock = Lock()

    def whole(self, scene: Scene, game_id: bytes) -> dict[str, Any] | None:
        """All about one game; None if there is none."""
        played = scene.tables.games.get(game_id)
        if played is None:
            return None
        answered = scene.tables.claims[played.claim_hash]
        shown = scene.shown(played)
        told = [t for t in scene.told if _concerns(t.event, played)]
        row = game_row(scene, answered, played)
        with self._lock:
            run = self._run_of(scene, answered)
            levels = list(_levels(shown, scene.k, run))
            chain = scene.site.chain
            moves = [self._move(chain, each) for each in told]
            proof = self._proof(scene, told, shown)
        used = clocks(moves, row, scene)
        return row | {
            "levels": [asdict(level) for level in levels],
            "checked": run is not None,
            "moves": moves,
            "proof": proof,
            "clock_seconds": scene.clock_seconds,
            "clocks": used,
        }

    def _run_of(self, scene: Scene, answered: Answered) -> Trace | None:
        if answered.hash not in self._runs:
            if len(self._runs) >= KEPT_RUNS:
                del self._runs[next(iter(self._runs))]
            self._runs[answered.hash] = _computed(scene, answered)
        return self._runs[answered.hash]

    def _move(self, chain: Chain, told: Told) -> dict[str, Any]:
        event = told.event
        mined = self._mined_of(chain, event.transaction)
        return {
            "name": type(event).__name__.lower(),
            "text": _text(event),
            "by": hexed(mined.sender) if mined else None,
            "gas": mined.gas_used if mined and not isinstance(event, ENDS) else None,
            "time": told.time,
            "block": event.block,
            "transaction": hexed(event.transaction),
        }

    def _mined_of(self, chain: Chain, transaction: bytes) -> Mined | None:
        if transaction not in self._mined:
            try:
                found = chain.mined(transaction)
            except (ChainError, OSError):
                return None
            self._mined[transaction] = found
        return self._mined[transaction]

    def _proof(
        self, scene: Scene, told: list[Told], shown: Sequence[Event]
    ) -> dict[str, Any] | None:
        """The instruction that decided, and what each said of it."""
        proved = [t.event for t in told if isinstance(t.event, events.Proved)]
        if not proved:
            return None
        event = proved[-1]
        assert isinstance(event, events.Proved)
        mined = self._mined_of(scene.site.chain, event.transaction)
        abi = scene.site.deployments.contracts.game.abi
        arguments = abi.arguments("prove", mined.data) if mined else None
        last = str(shown[-1].interval) if isinstance(shown[-1], Selected) else ""
        proof = Proof.of(event, last, arguments[-1] if arguments else b"")
        right = event.post_root == event.claimed_root
        return asdict(proof) | {"worker_was_right": right}


def clocks(
    moves: list[dict[str, Any]], row: dict[str, Any], scene: Scene
) -> dict[str, dict[str, Any]]:
    """For either side the seconds that its clock has run, and whether it runs now: from
    one move of the game to the other side's next, in block time."""
    sides = {row["worker"]: "worker", row["challenger"]: "challenger"}
    found = {side: {"used": 0, "running": False} for side in sides.values()}
    turn, since, opened = "worker", None, False
    for move in moves:
        name = move["name"]
        opened = opened or name == "opened"
        if name == "challenged":
            since, turn = move["time"], "challenger" if opened else "worker"
        elif name in NEXT and since is not None:
            found[turn]["used"] += move["time"] - since
            since, turn = move["time"], NEXT[name]
    if not row["over"] and since is not None:
        found[turn]["used"] += max(0, scene.head.timestamp - since)
        found[turn]["running"] = True
    return found


def _computed(scene: Scene, answered: Answered) -> Trace | None:
    model = scene.model_of(answered.asked.model)
    if model is None or model.most_instructions > MOST_INSTRUCTIONS:
        return None
    return ExecutionTrace(model.execution(answered.asked.input))


def _concerns(event: events.Event, played: Played) -> bool:
    if isinstance(event, events.Opened):
        return event.claim_hash == played.claim_hash
    return getattr(event, "game_id", None) == played.id


def _levels(shown: Sequence[Event], k: int, run: Trace | None) -> Iterator[Level]:
    """One for each dissection, with what was then selected of it."""
    for index, event in enumerate(shown):
        if isinstance(event, Selected):
            continue
        following = shown[index + 1] if index + 1 < len(shown) else None
        pointed = following.interval if isinstance(following, Selected) else None
        position = event.position(k)
        assert isinstance(position, Dissection)
        yield _level(position, pointed, run, isinstance(event, Opened))


def _level(
    position: Dissection, pointed: Interval | None, run: Trace | None, first: bool
) -> Level:
    interval, cuts = position.interval, position.cuts()
    assert len(cuts) == parts_of(interval.length, position.k) + 1
    parts = tuple(
        Part(
            start=start,
            end=end,
            verdict=_verdict(run, interval, end, root),
            selected=pointed is not None and pointed.start == start,
        )
        for start, end, root in zip(
            cuts, cuts[1:], position.boundaries[1:], strict=False
        )
    )
    inside = interval.level == INSTRUCTIONS
    return Level(
        unit="instructions" if inside else "segments",
        where=f"in segment {interval.segment}" if inside else "of the whole run",
        start=interval.start,
        end=interval.end,
        parts=parts,
    )


def _verdict(run: Trace | None, interval: Interval, end: int, root: bytes) -> str:
    if run is None:
        return "unknown"
    inside = interval.level == INSTRUCTIONS
    ours = run.state_root(interval.segment, end) if inside else run.boundary_root(end)
    return "true" if ours == root else "false"


def _text(event: events.Event) -> str:
    match event:
        case events.Challenged():
            return f"challenges, with {brief_wei(event.bond)} at stake"
        case events.Opened():
            return f"opens: {event.segments} segments, cut in {len(event.roots) + 1}"
        case events.Selected():
            return f"points at {event.interval}"
        case events.Dissected():
            return f"cuts {event.interval} in {len(event.roots) + 1}"
        case events.Proved():
            right = "right" if event.post_root == event.claimed_root else "wrong"
            return f"proves one instruction: the worker was {right}"
        case events.TimedOut():
            return "a clock had run out"
        case events.WorkerLost():
            paid, burned = brief_wei(event.paid), brief_wei(event.burned)
            return f"the worker has lost: {paid} to the challenger, {burned} burned"
        case events.ChallengerLost():
            paid, burned = brief_wei(event.paid), brief_wei(event.burned)
            return f"the challenger has lost: {paid} to the worker, {burned} burned"
        case _:
            return "the claim fell in another game"
