"""A publisher whose server drips: meanwhile a worker's games run, and none is lost."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest
from support.borough import ETHER, Town, eventually, settled
from support.process import Running, running
from support.strangers import INSIDE, NAP_SECONDS, Stranger, stranger
from support.world import tiny_image

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
def town(tmp_path: Path) -> Iterator[Town]:
    with settled(tmp_path) as town:
        yield town


def register(town: Town, url: str) -> bytes:
    """The model that only the slow server has; its id."""
    model = tinynn.load(IMAGE)
    sender, registry = town.sender(PUBLISHER), town.record.contracts.registry
    identity = (model.model_root, model.program_root, 0, [url])
    told = sender.send(registry, "register", *identity).events
    (registered,) = (e for e in told if isinstance(e, ModelRegistered))
    return registered.model_id


def answer(town: Town) -> None:
    """By a worker that ends when it has claimed."""
    mind = Honest(Library([models.path("mnist")]))
    worker = Worker(town.sender(WORKER), town.record.contracts, mind)
    while worker.step() is not None:
        pass


def slanderer(town: Town) -> Challenger:
    """Who challenges every answer, and plays on."""
    honest = Honest(Library([models.path("mnist")]))
    manner = FALSE_CHALLENGERS["random"]
    mind = LyingChallenger(honest, manner, LIES["activation"], K, seed=1)
    return Challenger(town.sender(SLANDERER), town.record.contracts, mind)


def ready(worker: Running) -> Any:
    """What `/readyz` tells; nothing before it is ready."""
    urls = re.findall(r"(http://127\.0\.0\.1:\d+)/metrics", worker.log.read_text())
    try:
        with urlopen(f"{urls[-1]}/readyz") as page:
            return json.load(page)
    except OSError:
        return {}


def stake(town: Town) -> int:
    """The worker's, free and locked."""
    staking = town.record.contracts.staking
    return sum(
        map(int, town.chain.call(staking, "balanceOf", town.sender(WORKER).address))
    )


def test_slow_publisher_keeps_no_worker_from_its_games(town: Town) -> None:
    town.stake(WORKER)
    slow, home = Slow(), town.folder / f"home{WORKER}"
    with stranger(slow, INSIDE) as server:
        model_id = register(town, server.url)
        request = town.ask()
        answer(town)
        assert town.status(request) is Status.CLAIMED
        griefer = slanderer(town)
        before = town.chain.balance(griefer.address)
        while not town.events(Challenged):
            griefer.step()
        slow_one = ("--model", f"0x{model_id.hex()}", "--fetch-from", "localhost")
        command = town.node("worker", WORKER, *slow_one, "--metrics", "127.0.0.1:0")
        with running(town.folder, *command) as worker:

            def lost() -> bool:
                griefer.step()
                return bool(town.events(ChallengerLost))

            eventually(lost, worker)
            eventually(lambda: bool(server.asked), worker)
            root = tinynn.load(IMAGE).model_root.hex()
            held = [path.name for path in (home / "models").glob("*.plumb")]
            assert held and f"{root}.plumb" not in held
            assert worker.stop() == 0, "though the server still drips"
        assert stake(town) >= ETHER and town.chain.balance(griefer.address) < before
        again = ask(
            town.sender(ASKER),
            town.record.contracts,
            model_id,
            b"\1\2\3\4",
            Terms(fee_wei=ETHER // 100),
        )[0]
        with running(town.folder, *command) as worker:
            name = f"0x{model_id.hex()}"
            eventually(lambda: name in ready(worker).get("awaited", ()), worker)
            assert town.status(again) is Status.OPEN
            slow.hurry.set()
            eventually(lambda: town.status(again) is Status.CLAIMED, worker)
            assert ready(worker) == {"ok": True, "awaited": {}, "waits": None}
            assert worker.stop() == 0
