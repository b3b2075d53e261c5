"""A publisher whose server drips: meanwhile a worker's games run, and none is lost."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest
from support.endpoints.strangers import INSIDE, NAP_SECONDS, Stranger, stranger
from support.programs.process import Running, running
from support.testbeds.embedded import tiny_image
from support.testbeds.processes import ETHER, ProcessTestbed, eventually, settled

import tinynn
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.chain.events import Challenged, ChallengerLost, ModelRegistered
from oracle.models.library import Library
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.requester.requests import Terms, ask
from tinynn import models

pytestmark = pytest.mark.slow

PUBLISHER, ASKER, WORKER, SLANDERER = 0, 1, 2, 3
K = 32
IMAGE = tiny_image()


class Slow:
    """Gives the image byte by byte, and the rest at once when it is told to hurry."""

    def __init__(self) -> None:
        self.hurry = Event()

    def __call__(self, asked: Stranger) -> None:
        asked.begin()
        sent = 0
        while sent < len(IMAGE) // 2 and not self.hurry.is_set():
            asked.wfile.write(IMAGE[sent : sent + 1])
            asked.server.closing.wait(NAP_SECONDS)
            sent += 1
        while not self.hurry.is_set() and not asked.server.closing.is_set():
            self.hurry.wait(NAP_SECONDS)
        asked.wfile.write(IMAGE[sent:])


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[ProcessTestbed]:
    with settled(tmp_path) as testbed:
        yield testbed


def register(testbed: ProcessTestbed, url: str) -> bytes:
    """The model that only the slow server has; its id."""
    model = tinynn.load(IMAGE)
    sender, registry = testbed.sender(PUBLISHER), testbed.record.contracts.registry
    identity = (model.model_root, model.program_root, 0, [url])
    told = sender.send(registry, "register", *identity).events
    (registered,) = (e for e in told if isinstance(e, ModelRegistered))
    return registered.model_id


def answer(testbed: ProcessTestbed) -> None:
    """By a worker that ends when it has claimed."""
    strategy = Honest(Library([models.path("mnist")]))
    worker = Worker(testbed.sender(WORKER), testbed.record.contracts, strategy)
    while worker.step() is not None:
        pass


def slanderer(testbed: ProcessTestbed) -> Challenger:
    """Who challenges every answer, and plays on."""
    honest = Honest(Library([models.path("mnist")]))
    manner = FALSE_CHALLENGERS["random"]
    strategy = LyingChallenger(honest, manner, LIES["activation"], K, seed=1)
    return Challenger(testbed.sender(SLANDERER), testbed.record.contracts, strategy)


def ready(worker: Running) -> Any:
    """What `/readyz` tells; nothing before it is ready."""
    urls = re.findall(r"(http://127\.0\.0\.1:\d+)/metrics", worker.log.read_text())
    try:
        with urlopen(f"{urls[-1]}/readyz") as page:
            return json.load(page)
    except OSError:
        return {}


def stake(testbed: ProcessTestbed) -> int:
    """The worker's, free and locked."""
    staking = testbed.record.contracts.staking
    return sum(
        map(
            int,
            testbed.chain.call(staking, "balanceOf", testbed.sender(WORKER).address),
        )
    )


def test_slow_publisher_keeps_no_worker_from_its_games(testbed: ProcessTestbed) -> None:
    testbed.stake(WORKER)
    slow, home = Slow(), testbed.folder / f"home{WORKER}"
    with stranger(slow, INSIDE) as server:
        model_id = register(testbed, server.url)
        request = testbed.ask()
        answer(testbed)
        assert testbed.status(request) is Status.CLAIMED
        griefer = slanderer(testbed)
        before = testbed.chain.balance(griefer.address)
        while not testbed.events(Challenged):
            griefer.step()
        slow_one = ("--model", f"0x{model_id.hex()}", "--fetch-from", "localhost")
        command = testbed.node("worker", WORKER, *slow_one, "--metrics", "127.0.0.1:0")
        with running(testbed.folder, *command) as worker:

            def lost() -> bool:
                griefer.step()
                return bool(testbed.events(ChallengerLost))

            eventually(lost, worker)
            eventually(lambda: bool(server.asked), worker)
            root = tinynn.load(IMAGE).model_root.hex()
            held = [path.name for path in (home / "models").glob("*.plumb")]
            assert held and f"{root}.plumb" not in held
            assert worker.stop() == 0, "though the server still drips"
        assert (
            stake(testbed) >= ETHER and testbed.chain.balance(griefer.address) < before
        )
        again = ask(
            testbed.sender(ASKER),
            testbed.record.contracts,
            model_id,
            b"\1\2\3\4",
            Terms(fee_wei=ETHER // 100),
        )[0]
        with running(testbed.folder, *command) as worker:
            name = f"0x{model_id.hex()}"
            eventually(lambda: name in ready(worker).get("awaited", ()), worker)
            assert testbed.status(again) is Status.OPEN
            slow.hurry.set()
            eventually(lambda: testbed.status(again) is Status.CLAIMED, worker)
            assert ready(worker) == {"ok": True, "awaited": {}, "waits": None}
            assert worker.stop() == 0
