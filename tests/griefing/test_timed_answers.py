"""Answers that nobody is owed, and the processes that they keep from others.

The first answer of a model is computed to be timed, before its request is accepted;
others are begun for an accept that somebody else may be quicker with.
"""

from collections.abc import Iterable

import pytest

from oracle.bench.griefing.leases import (
    PENALTY_GAS,
    REQUESTER,
    RICH_STAKE_WEI,
    WORKER,
)
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.testbed import ETHER, GriefingTestbed
from oracle.compute.task import Task, Timing
from oracle.node import honest
from oracle.node.honest import Honest
from oracle.node.worker.worker import Worker
from oracle.record.record import Asked
from oracle.requester.requests import Terms

TIMED, OWED = 11, 2


def timed_beside(kind: type[Honest]) -> tuple[GriefingTestbed, Outcome]:
    """A model that was never timed here; requests whose lease would be too short for
    it, which ends sooner than those of a few that are accepted."""
    testbed = GriefingTestbed.made()
    slow = testbed.slow(200)
    slow.__class__ = kind
    worker = testbed.worker(WORKER, slow, RICH_STAKE_WEI)
    testbed.open_books(WORKER, REQUESTER)
    for patience, count in ((1200, TIMED), (3600, OWED)):
        for n in range(count):
            terms = Terms(fee_wei=testbed.usual_fee(), patience=patience)
            testbed.ask(REQUESTER, terms, bytes([n, patience % 251, 1, 2]))
    end = testbed.now + 4000
    testbed.live(worker, until=lambda: testbed.now > end, turn_seconds=100)
    return testbed, testbed.outcome([REQUESTER])


def test_answers_that_are_only_timed_delay_none_that_is_owed() -> None:
    testbed, outcome = timed_beside(Honest)
    print(outcome)
    assert testbed.count(WORKER, "accept") == testbed.count(WORKER, "submit") >= OWED
    assert outcome.honest[WORKER] < 0 and outcome.attacker_gain_wei < 0


def test_answers_that_are_only_timed_cost_penalties_by_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Eager(Honest):
        def _is_timed(self, task: Task) -> bool:
            return False

        def elsewhere(self, held: Iterable[Asked]) -> list[float | None]:
            return []

    def due(asked: Asked) -> int:
        lease = asked.lease
        return asked.request.deadline if lease is None else lease.end

    monkeypatch.setattr(honest, "_due", due)
    _, outcome = timed_beside(Eager)
    print(outcome)
    assert outcome.honest[WORKER] > PENALTY_GAS


def test_process_that_is_at_another_answer_is_counted() -> None:
    """An answer begun for an accept that somebody was quicker with takes 250 seconds;
    meanwhile nothing is accepted whose lease that may outlast."""
    testbed = GriefingTestbed.made()
    slow = testbed.slow(10)
    worker = testbed.worker(WORKER, slow, RICH_STAKE_WEI)
    testbed.ask(REQUESTER, Terms(fee_wei=testbed.usual_fee()), b"warm")
    testbed.live(worker, until=testbed.all_ended)
    slow._executors.seconds = 250  # type: ignore[attr-defined]
    lost = testbed.ask(REQUESTER, Terms(fee_wei=testbed.usual_fee()), b"lost")
    worker.record.refresh()
    slow.ready(worker.record.tables.requests[lost])
    testbed.stake("quicker", ETHER)
    rival = Worker(testbed.sender("quicker"), testbed.contracts, testbed.honest())
    assert rival.step() is not None
    slow._executors.pace.note(  # type: ignore[attr-defined]
        slow._task(testbed.asked(lost)), Timing(run_seconds=250)
    )
    request = testbed.ask(REQUESTER, Terms(fee_wei=testbed.usual_fee(), patience=1900))
    assert worker.step() is None
    assert worker.declined[request].startswith("lease too short: expected 991 seconds")
