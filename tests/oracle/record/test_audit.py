"""The audit: what each kind of hole looks like to the contracts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from support.testbeds.embedded import EmbeddedTestbed

from challenge.lies import LIES
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.audit import AUDITS_A_ROUND, SAMPLE, Auditor
from oracle.record.record import Status, Tables


@pytest.fixture
def playing(world: EmbeddedTestbed) -> EmbeddedTestbed:
    """A request that is open, one that is accepted, and a game in its midst."""
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    for n in (2, 3, 4):
        world.stake(world.senders[n], bond)
    world.ask(b"\1\2\3\4")
    lie = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, lie)
    assert liar.step() and liar.step()
    challenger = Challenger(world.senders[4], world.contracts, world.honest())
    for node in (challenger, liar, challenger):
        assert node.step()
    world.ask(b"\5\6\7\1")
    assert Worker(world.senders[3], world.contracts, world.honest()).step()
    world.ask(b"\5\6\7\2")
    return world


def only(found: Any) -> Any:
    (value,) = found
    return value


def unaccepted(tables: Tables) -> None:
    tables.requests[2] = replace(tables.requests[2], status=Status.OPEN, lease=None)


def unclaimed(tables: Tables) -> None:
    tables.requests[1] = replace(tables.requests[1], status=Status.ACCEPTED)


def of_another_attempt(tables: Tables) -> None:
    tables.requests[3] = replace(tables.requests[3], attempt=1)


def of_another_lease(tables: Tables) -> None:
    lease = tables.requests[2].lease
    assert lease is not None
    other = replace(lease, end=lease.end + 1)
    tables.requests[2] = replace(tables.requests[2], lease=other)


def unasked(tables: Tables) -> None:
    tables.last_request = 2


def unchallenged(tables: Tables) -> None:
    tables._open_games.clear()


def unopened(tables: Tables) -> None:
    tables.openings.clear()


def unselected(tables: Tables) -> None:
    game = only(tables.games.values())
    tables.games[game.id] = replace(game, shown=game.shown[:-1])


HOLES: dict[Callable[[Tables], None], str] = {
    unasked: "requests: expected 3, got 2",
    unaccepted: "request 2: expected accepted after 0 attempts, got open after 0",
    unclaimed: "request 1: expected claimed after 0 attempts, got accepted after 0",
    of_another_attempt: "request 3: expected open after 0 attempts, got open after 1",
    of_another_lease: "request 2: expected ",
    unchallenged: "request 1: expected 1 open games, got 0",
    unopened: "request 1: expected an opening, got none",
    unselected: "request 1: ",
}


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.__name__)
def test_audit_finds_what_was_never_told(
    playing: EmbeddedTestbed, hole: Callable[[Tables], None]
) -> None:
    auditor = Auditor(playing.chain, playing.contracts)
    tables, block = playing.record().tables, playing.chain.height
    assert auditor.disagreement(tables, block, all_of_it=True) == ""
    hole(tables)
    found = auditor.disagreement(tables, block, all_of_it=True)
    assert found.startswith(HOLES[hole])


def test_audit_finds_a_game_whose_end_was_never_told(playing: EmbeddedTestbed) -> None:
    tables = playing.record().tables
    playing.travel(3600)
    ours = Challenger(playing.senders[4], playing.contracts, playing.honest())
    while ours.step():
        pass
    game = only(tables.games.values())
    assert playing.record().tables.games[game.id].over
    auditor = Auditor(playing.chain, playing.contracts)
    found = auditor.disagreement(tables, playing.chain.height, all_of_it=True)
    assert found.startswith("request 1: expected open after 1 attempts, got claimed")


def test_audits_in_turn_look_at_every_request(world: EmbeddedTestbed) -> None:
    for n in range(SAMPLE + 3):
        world.ask(bytes([n, 1, 1, 1]))
    tables, block = world.record().tables, world.chain.height
    last = SAMPLE + 3
    tables.requests[last] = replace(tables.requests[last], attempt=1)
    auditor = Auditor(world.chain, world.contracts)
    audit = partial(auditor.disagreement, tables, block, all_of_it=False)
    found = [audit() for _ in range(AUDITS_A_ROUND)]
    assert found[0] == "" and found[-2].startswith(f"request {last}:")
    assert auditor.about(tables, 1, block) == ""
    assert auditor.about(tables, last, block).startswith(f"request {last}:")
    assert auditor.about(tables, last + 1, block) == ""
    del tables.requests[5]
    assert (
        auditor.about(tables, 5, block)
        == f"request 5: expected one of {last}, got none"
    )


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyError(3)])
def test_request_that_can_not_be_audited_keeps_no_other_from_it(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Of a node that can tell of none, nothing is believed."""
    for n in range(4):
        world.ask(bytes([n, 1, 2, 3]))
    tables = world.record().tables
    auditor, block = Auditor(world.chain, world.contracts), world.chain.height
    real, mute = auditor._problem, {2}
    looked = []

    def problem(tables: Any, asked: Any, block: int) -> str:
        looked.append(asked.request.id)
        if asked.request.id in mute:
            raise error
        return real(tables, asked, block)

    monkeypatch.setattr(auditor, "_problem", problem)
    assert auditor.disagreement(tables, block, all_of_it=True) == ""
    assert looked == [1, 2, 3, 4]
    looked.clear()
    mute.clear()
    assert auditor.disagreement(tables, block, all_of_it=False) == ""
    assert looked == [2, 1], "what was not told comes first"
    mute |= {1, 2, 3, 4}
    with pytest.raises(type(error)):
        auditor.disagreement(tables, block, all_of_it=True)
