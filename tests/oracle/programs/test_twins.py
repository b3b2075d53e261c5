"""Two workers of one account: with one store one stands by, with two stores both act,
and no move is made twice in either case."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.process import Running, running
from support.testbeds.processes import ProcessTestbed, eventually, settled

from oracle.chain import events
from oracle.devnet.setup import WINDOW_SECONDS
from oracle.record.record import Status

pytestmark = pytest.mark.heavy

WORKER = 2


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[ProcessTestbed]:
    with settled(tmp_path) as testbed:
        yield testbed


def paid(testbed: ProcessTestbed, requests: list[int], *workers: Running) -> None:
    """Waits until all are answered, and then final."""

    def all_are(reached: Status) -> bool:
        return all(testbed.status(request) >= reached for request in requests)

    eventually(lambda: all_are(Status.CLAIMED), *workers)
    testbed.travel(WINDOW_SECONDS)
    eventually(lambda: all_are(Status.FINAL), *workers)


def test_second_worker_of_an_account_stands_by_and_takes_over(
    testbed: ProcessTestbed,
) -> None:
    testbed.stake(WORKER)
    command = testbed.node("worker", WORKER)
    folders = [testbed.folder / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    with running(folders[0], *command) as first:
        eventually(lambda: "started" in first.log.read_text(), first)
        one = testbed.ask()
        with running(folders[1], *command) as second:
            eventually(lambda: "stands by" in second.log.read_text(), second)
            eventually(lambda: testbed.status(one) >= Status.CLAIMED, first)
            first.kill()
            two = testbed.ask(grey=77)
            paid(testbed, [one, two], second)
            assert "takes over" in second.log.read_text()
            assert second.stop() == 0
    each = ["accept", "submit", "finalize"]
    assert sorted(testbed.functions(WORKER)) == sorted(["deposit", *each, *each])


def test_workers_of_an_account_with_stores_of_their_own_make_no_move_twice(
    testbed: ProcessTestbed,
) -> None:
    """What both sign for one nonce the chain takes once; what one signs behind the
    other's is refused: that may cost gas, and nothing else."""
    testbed.stake(WORKER)
    homes = [testbed.folder / name for name in ("first", "second")]
    for home in homes:
        home.mkdir()
    command = testbed.node("worker", WORKER)
    with (
        running(homes[0], *command, "--home", homes[0]) as first,
        running(homes[1], *command, "--home", homes[1]) as second,
    ):
        for worker in (first, second):
            eventually(lambda w=worker: "started" in w.log.read_text(), worker)  # type: ignore[misc]
        requests = [testbed.ask(grey) for grey in range(10, 14)]
        paid(testbed, requests, first, second)
        assert [first.stop(), second.stop()] == [0, 0]
        assert "stands by" not in first.log.read_text() + second.log.read_text()
    for kind in (events.Accepted, events.Claimed, events.Finalized):
        told = Counter(event.request_id for event in testbed.events(kind))  # type: ignore[attr-defined]
        assert told == dict.fromkeys(requests, 1)
