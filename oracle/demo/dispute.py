"""One dispute, played to its end by two nodes that know nothing of each other."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from challenge.claim import Interval
from challenge.game import SEGMENTS, GameView, Stage
from challenge.moves import Prove
from oracle.chain import events
from oracle.chain.chain import Chain
from oracle.node.actions import Done
from oracle.node.node import Node
from oracle.record.record import Answered
from oracle.record.views import view_of

ENDS = (events.WorkerLost, events.ChallengerLost, events.Settled)
Seen = Callable[[Node, Done], None]


@dataclass(slots=True)
class Course:
    """How a dispute went: its moves in order, and the seconds spent on them."""

    done: list[Done] = field(default_factory=list)
    seconds: float = 0.0
    end: events.Event | None = None

    @property
    def worker_lost(self) -> bool:
        return isinstance(self.end, events.WorkerLost)

    @property
    def gas(self) -> int:
        return sum(done.receipt.gas_used for done in self.done)


@dataclass(frozen=True, slots=True)
class Reorg:
    """The first dissection shown, and what answered it, vanish from the chain.

    `notice` hears of the last block that is left.
    """

    rewind: Callable[[int], None]
    notice: Callable[[int], None]


def play(
    chain: Chain,
    answered: Answered,
    challenger: Node,
    worker: Node,
    seen: Seen,
    reorg: Reorg | None = None,
) -> Course:
    """Lets both act in turn until the game is over; time passes when neither does."""
    course = Course()
    while course.end is None:
        start = time.perf_counter()
        acted = _act(challenger, worker)
        course.seconds += time.perf_counter() - start
        if acted is None:
            _wait(chain, view_of(challenger.record, answered, challenger.address))
            continue
        node, done = acted
        course.done.append(done)
        course.end = next((e for e in done.receipt.events if isinstance(e, ENDS)), None)
        seen(node, done)
        if reorg is not None and done.action.function == "select":
            shown = course.done[-2].receipt.block
            del course.done[-2:]
            reorg.rewind(shown - 1)
            reorg.notice(shown - 1)
            reorg = None
    return course


def _act(*nodes: Node) -> tuple[Node, Done] | None:
    """The first of the nodes to find something to do."""
    for node in nodes:
        if (done := node.step()) is not None:
            return node, done
    return None


def _wait(chain: Chain, view: GameView) -> None:
    """Until the mover's clock has run out."""
    assert view.stage is not Stage.NONE, "somebody challenges, or there is no dispute"
    chain.endpoint.travel(max(1, view.clock.deadline - chain.now()))


def interval_of(done: Done) -> Interval | None:
    """What a move was about, as far as it was about an interval."""
    for event in done.receipt.events:
        if isinstance(event, events.Opened):
            return Interval(SEGMENTS, 0, 0, event.segments)
        if isinstance(event, events.Selected | events.Dissected):
            return event.interval
    move = done.action.move
    return move.position.interval if isinstance(move, Prove) else None
