"""Programs that are running already when something goes wrong with the machine.

They say so once and wait; when it is cured they go on, and nothing was done twice.
"""

import resource
import time
from pathlib import Path

import pytest
from support.programs.process import Running, running
from support.testbeds.processes import (
    BLOCK_SECONDS,
    ProcessTestbed,
    eventually,
    settled,
)
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from oracle.devnet.setup import WINDOW_SECONDS
from oracle.record.record import Status

pytestmark = pytest.mark.slow

WORKER = 2
YEAR_SECONDS = 365 * 24 * 3600
CURE = "make room on the disk"
ROOM_FOR_LOGS = 8192


def fill_disk(worker: Running, room_bytes: int) -> None:
    """From now on no file of the process can grow beyond that.

    No file system has to be mounted for it; SQLite hears of an error of the disk.
    """
    _, most = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (room_bytes, most))


def make_room(worker: Running) -> None:
    _, most = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (most, most))


def test_worker_whose_disk_fills_up_waits_and_is_paid(tmp_path: Path) -> None:
    """First the database has no room, then not even the log file."""
    with settled(tmp_path) as testbed:
        testbed.stake(WORKER)
        with running(tmp_path, *testbed.node("worker", WORKER)) as worker:
            eventually(lambda: "started" in worker.log.read_text(), worker)
            fill_disk(worker, worker.log.stat().st_size + ROOM_FOR_LOGS)
            request = testbed.ask()
            eventually(lambda: CURE in worker.log.read_text(), worker)
            told = worker.log.read_text()
            assert "Traceback" not in told
            assert testbed.status(request) is Status.OPEN, "nothing is sent unwritten"
            make_room(worker)
            eventually(lambda: testbed.status(request) is Status.CLAIMED, worker)

            fill_disk(worker, 0)
            testbed.travel(WINDOW_SECONDS)
            time.sleep(4 * BLOCK_SECONDS)
            assert worker.process.poll() is None
            assert testbed.status(request) is Status.CLAIMED
            make_room(worker)
            eventually(lambda: testbed.status(request) is Status.FINAL, worker)
            assert worker.stop() == 0
        assert testbed.functions(WORKER) == ["deposit", "accept", "submit", "finalize"]


def test_devnet_whose_disk_fills_up_keeps_what_it_said(tmp_path: Path) -> None:
    """It answers no more until it is started again, with all that it had confirmed."""
    arguments = ("devnet", "up", "--state", "chain.db", "--json", "--port")
    with running(tmp_path, *arguments, 0) as devnet:
        url = devnet.wait_for_json()["rpc_url"]
        mine, height = RPCEndpoint("evm_mine"), RPCEndpoint("eth_blockNumber")
        chain = HTTPProvider(url, exception_retry_configuration=None)
        chain.make_request(mine, [])
        before = chain.make_request(height, [])["result"]
        fill_disk(devnet, devnet.log.stat().st_size + ROOM_FOR_LOGS)
        for method in (mine, mine, height):
            answer = chain.make_request(method, [])
            assert f"{CURE}, and start it again" in answer["error"]["message"]
        assert devnet.log.read_text().count(CURE) == 1
        assert "Traceback" not in devnet.log.read_text()
        assert devnet.stop() == 0
    with running(tmp_path, *arguments, 0) as again:
        chain = HTTPProvider(again.wait_for_json()["rpc_url"])
        assert chain.make_request(height, [])["result"] == before


@pytest.mark.parametrize("years", [-1, 1])
def test_worker_beside_a_chain_of_another_time_is_paid(
    tmp_path: Path, years: int
) -> None:
    """Or, as its operator would see it, one whose own clock is a year off."""
    with settled(tmp_path, lambda: time.time() + years * YEAR_SECONDS) as testbed:
        testbed.stake(WORKER)
        request = testbed.ask()
        with running(tmp_path, *testbed.node("worker", WORKER)) as worker:
            eventually(lambda: testbed.status(request) is Status.CLAIMED, worker)
            testbed.travel(WINDOW_SECONDS)
            eventually(lambda: testbed.status(request) is Status.FINAL, worker)
            assert worker.stop() == 0
        assert testbed.functions(WORKER) == ["deposit", "accept", "submit", "finalize"]
        assert told_of_the_clock(testbed) is (years < 0)


def told_of_the_clock(testbed: ProcessTestbed) -> bool:
    """Whether `worker doctor` finds it wrong, and says how to right it."""
    command = testbed.node("worker", WORKER)
    options = [*command[2:6], *command[8:], "--json"]  # without --poll
    with running(testbed.folder, "worker", "doctor", *options) as doctor:
        out, _ = doctor.process.communicate(timeout=60)
    return "this machine's clock is wrong" in out
