"""Worker and challenger as processes, killed where it hurts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.process import running
from support.testbeds.processes import ProcessTestbed, eventually, settled
from web3 import HTTPProvider, Web3

from oracle.chain import events
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.devnet.setup import WINDOW_SECONDS
from oracle.record.record import Status
from oracle.sending.sender import Sender

pytestmark = pytest.mark.slow

WORKER, LIAR, CHALLENGER = 2, 3, 4


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[ProcessTestbed]:
    with settled(tmp_path) as testbed:
        yield testbed


def test_worker_killed_after_each_step_is_paid_once(testbed: ProcessTestbed) -> None:
    testbed.stake(WORKER)
    request = testbed.ask()
    command = testbed.node("worker", WORKER)
    for reached in (Status.ACCEPTED, Status.CLAIMED):
        with running(testbed.folder, *command) as worker:
            eventually(lambda r=reached: testbed.status(request) >= r, worker)  # type: ignore[misc]
            worker.kill()
    testbed.travel(WINDOW_SECONDS)
    with running(testbed.folder, *command) as worker:
        eventually(lambda: testbed.status(request) is Status.FINAL, worker)
        assert worker.stop() == 0
    assert testbed.functions(WORKER) == ["deposit", "accept", "submit", "finalize"]


def test_worker_asked_to_stop_ends_well(testbed: ProcessTestbed) -> None:
    with running(testbed.folder, *testbed.node("worker", WORKER)) as worker:
        eventually(lambda: "started" in worker.log.read_text(), worker)
        assert worker.stop() == 0
        assert "stopped" in worker.log.read_text()


def test_challenger_killed_in_the_game_still_wins(testbed: ProcessTestbed) -> None:
    bond, _ = testbed.chain.call(testbed.record.contracts.oracle, "bondFor", 0)
    testbed.stake(LIAR, bond)
    testbed.ask()
    attack = testbed.node("challenger", CHALLENGER)
    with running(
        testbed.folder, *testbed.node("worker", LIAR, "--lie", "digit")
    ) as liar:
        for step in (events.Challenged, events.Selected):
            with running(testbed.folder, *attack) as challenger:
                eventually(lambda s=step: bool(testbed.events(s)), challenger, liar)  # type: ignore[misc]
                challenger.kill()
        with running(testbed.folder, *attack) as challenger:
            eventually(
                lambda: bool(testbed.events(events.WorkerLost)), challenger, liar
            )
            eventually(
                lambda: "withdraw" in testbed.functions(CHALLENGER), challenger, liar
            )
            assert challenger.stop() == 0
        assert liar.stop() == 0
    called = testbed.functions(CHALLENGER)
    assert called.count("challenge") == 1 and called.count("prove") <= 1
    assert len(testbed.events(events.WorkerLost)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "endpoint rests",
        # A call is tried for half a minute before the node itself begins to wait.
        pytest.param("chain unavailable", marks=pytest.mark.heavy),
    ],
)
def test_worker_waits_while_the_chain_is_away(tmp_path: Path, said: str) -> None:
    arguments = ("devnet", "up", "--state", "chain.db", "--json", "--port")
    with running(tmp_path, *arguments, 0) as devnet:
        url = devnet.wait_for_json()["rpc_url"]
        shared = ("--rpc-url", url, "--home", tmp_path, "--account", "dev:2")
        command = ("worker", "start", "--model", "mnist", "--poll", 0.1, *shared)
        with running(tmp_path, *command) as worker:
            eventually(lambda: "started" in worker.log.read_text(), worker)
            devnet.kill()
            eventually(lambda: said in worker.log.read_text(), worker)
            with running(tmp_path, *arguments, url.rpartition(":")[2]) as again:
                again.wait_for_json()
                eventually(lambda: "is back" in worker.log.read_text(), worker, again)
                chain = Chain(RemoteEndpoint(url, 31337))
                sender = Sender(chain, development_accounts(3)[2])
                before = Web3(HTTPProvider(url)).eth.block_number
                assert before >= 7 and sender.nonce == 0
                assert worker.stop() == 0
