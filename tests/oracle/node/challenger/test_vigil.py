"""Whether a challenger keeps up, as it tells machines and people."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import NO_CAPS, EmbeddedTestbed

from oracle.bench.griefing.flood import Sandglass
from oracle.devnet.serving import serving
from oracle.models.library import Library
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.vigil import Vigil, vigil_of
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.worker.worker import Worker
from oracle.operator.metrics import application

CLAIMS, MINUTE = 12, 60.0


@pytest.fixture
def behind(world: EmbeddedTestbed) -> Challenger:
    """One process, a minute an answer, and twelve claims whose windows end in ten."""
    world.stake(world.senders[2])
    for n in range(CLAIMS):
        world.ask(bytes([n, 0, 0, 0]))
    worker = Worker(world.senders[2], world.contracts, world.honest(), NO_CAPS)
    while worker.step() is not None:
        pass
    glass = Sandglass(world.chain.now, MINUTE)
    strategy = Honest(Library([world.image]), executors=glass)
    return Challenger(world.senders[3], world.contracts, strategy)


def numbers(url: str) -> dict[str, float]:
    lines = urlopen(f"{url}/metrics").read().decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def test_vigil_metrics_status_and_readiness_tell_what_comes_too_late(
    behind: Challenger,
) -> None:
    loop = Loop(behind, poll_seconds=1)
    strategy = behind._strategy
    with serving(application(loop, strategy), "127.0.0.1", 0) as url:  # type: ignore[arg-type]
        loop._turn()
        loop._turn()
        found = numbers(url)
        late = found["plumb_claims_overdue"]
        assert found["plumb_claims_checking"] == 1
        assert found["plumb_claims_waiting"] == CLAIMS - 1
        assert late > 0 and found["plumb_overdue_wei"] > late * 10**16
        assert found["plumb_claims_unchecked_total"] == 0
        assert found["plumb_claims_unpaid"] == 0
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{url}/readyz")
        told = json.load(urlopen(f"{url}/status"))
        vigil = Vigil.from_json(told)
        assert vigil == vigil_of(behind, 1) and vigil.as_json() == told
        assert len(vigil.overdue) == late and vigil.running
        assert vigil.verdict.startswith("It won't check all in time")


def test_status_page_of_a_worker_is_not_there(world: EmbeddedTestbed) -> None:
    worker = Worker(world.senders[2], world.contracts, world.honest(), NO_CAPS)
    loop = Loop(worker, poll_seconds=1)
    with serving(application(loop), "127.0.0.1", 0) as url:
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{url}/status")


def test_challenger_status_from_the_chain_alone(testbed: DevnetTestbed) -> None:
    empty = testbed.json("challenger", "status", account=4)
    assert empty["verdict"].startswith("It checks nothing")
    found = testbed.json("challenger", "status", "--model", "mnist", account=4)
    assert (found["running"], found["models"]) == (False, 1)
    assert (found["waiting"], found["overdue"]) == (0, [])
    assert found["verdict"] == "It keeps up."
    testbed.json("worker", "stake", "0.1ether", account=2)
    testbed.send()
    testbed.work(testbed.worker(2))
    found = testbed.json("challenger", "status", "--model", "mnist", account=4)
    assert (found["waiting"], found["checking"], found["games"]) == (1, 0, 0)
    shown = testbed.plumb("challenger", "status", "--model", "mnist", account=4)
    assert shown.status == 0 and "waiting: 1" in shown.out


def test_challenger_status_is_asked_of_the_one_that_runs(
    testbed: DevnetTestbed, behind: Challenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(behind, poll_seconds=1)
    with serving(application(loop, behind._strategy), "127.0.0.1", 0) as url:  # type: ignore[arg-type]
        loop._turn()
        address = url.removeprefix("http://")
        ended = testbed.plumb("challenger", "status", "--metrics", address, account=4)
        assert ended.status == 1 and "Will not be checked in time" in ended.out
        told: Any = testbed.plumb(
            "challenger", "status", "--metrics", address, "--json", account=4
        )
        assert json.loads(told.out)["running"] is True
    gone = testbed.json("challenger", "status", "--metrics", address, account=4)
    assert gone["running"] is False
