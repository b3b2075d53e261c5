"""The tables: events that don't fit what came before are holes."""

import pytest
from support.testbeds.embedded import EmbeddedTestbed

from challenge.lies import LIES
from oracle.chain.events import Event
from oracle.errors import Hole
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status, Tables


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """A lease that ran out, a lie that fell, a true answer in its place, a request that
    was taken back."""
    world = EmbeddedTestbed.made(tmp_path_factory.mktemp("tables"))
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    for index, stake in ((2, bond), (3, bond), (4, bond), (5, 2 * bond)):
        world.stake(world.senders[index], stake)
    world.ask()
    silent = Worker(world.senders[3], world.contracts, world.honest())
    assert silent.step()
    world.travel(3600)
    lie = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, lie)
    challenger = Challenger(world.senders[4], world.contracts, world.honest())
    while any([node.step() is not None for node in (liar, challenger)]):
        pass
    honest = Worker(world.senders[5], world.contracts, world.honest())
    while honest.step() is not None:
        pass
    taken = world.ask(b"\1\2\3\4")
    asked = world.record().tables.requests[taken]
    world.travel(60)  # before, nobody can cancel
    world.senders[1].send(world.contracts.oracle, "cancel", asked.request)
    return world.chain.events(world.contracts.telling, 0, world.chain.height)


HOLES = {
    "ModelRegistered": "WorkStated",
    "Requested": "Accepted",
    "LeaseExpired": "Accepted",
    "Accepted": "LeaseExpired",
    "Claimed": "Challenged",
    "Challenged": "WorkerLost",
    "ClaimKilled": "Accepted",
}
"""By the kind whose first is missing: the kind at which that is noticed."""


def noticed_at(kind: str) -> tuple[str, ...]:
    # A game's first move may come before its end.
    return (kind, "Selected", "Dissected") if kind == "WorkerLost" else (kind,)


@pytest.mark.parametrize("missing", HOLES)
def test_tables_event_without_what_comes_before_is_a_hole(
    told: list[Event], missing: str
) -> None:
    place = [type(event).__name__ for event in told].index(missing)
    rest = told[:place] + told[place + 1 :]
    with pytest.raises(Hole) as hole:
        Tables().fold(rest)
    kinds = noticed_at(HOLES[missing])
    assert any(f"before {kind}, got nothing" in str(hole.value) for kind in kinds)
    Tables(lenient=True).fold(rest)


def test_tables_request_number_that_is_not_the_next_is_a_hole(
    told: list[Event],
) -> None:
    """Though nothing else is known of the one that is missing."""
    last = [event for event in told if type(event).__name__ == "Requested"][-1]
    models = [event for event in told if type(event).__name__ == "ModelRegistered"]
    with pytest.raises(Hole, match="before Requested"):
        Tables().fold([*models, last])
    lenient = Tables(lenient=True)
    lenient.fold([*models, last])
    assert list(lenient.requests) == [2]


def test_tables_in_order_know_the_attempts(told: list[Event]) -> None:
    tables = Tables()
    tables.fold(told)
    first, second = tables.requests.values()
    assert (first.status, first.attempt) == (Status.CLAIMED, 2)
    assert (second.status, second.attempt) == (Status.CANCELLED, 0)
    assert (tables.last_request, [a.request.id for a in tables.unended()]) == (2, [1])
