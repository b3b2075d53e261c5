"""What a node tells machines: about itself, and what happens to it."""

import json
import re
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry
from support.testbeds.embedded import CLOCK, FEE, WINDOW, EmbeddedTestbed

from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.chain.errors import Unavailable
from oracle.chain.events import Event
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.devnet.serving import serving
from oracle.node.challenger.challenger import Challenger
from oracle.node.loop import Loop
from oracle.node.notifier import Notifier
from oracle.node.webhook import Webhook
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.operator.metrics import NodeCollector, answers, application
from oracle.record.record import Record


def test_metrics_tell_what_was_sent_and_whether_all_is_well(
    world: EmbeddedTestbed,
) -> None:
    world.stake(world.senders[2])
    world.ask()
    worker = Worker(world.senders[2], world.contracts, world.honest())
    loop = Loop(worker, poll_seconds=1)
    with serving(application(loop), "127.0.0.1", 0) as url:
        assert urlopen(f"{url}/healthz").status == 200
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{url}/readyz")
        while not loop._turn():
            pass
        told = urlopen(f"{url}/metrics").read().decode()
        assert 'plumb_transactions_total{function="accept"} 1.0' in told
        assert 'plumb_transactions_total{function="submit"} 1.0' in told
        assert "plumb_open_games 0.0" in told
        (spent,) = re.findall(r"^plumb_spent_wei_total (.*)$", told, re.MULTILINE)
        assert float(spent) == worker.sender.spent_wei > 0
        assert urlopen(f"{url}/readyz").status == 200

        def act() -> None:
            raise ConnectionError("away")

        worker.act = act  # type: ignore[method-assign]
        loop._turn()
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{url}/readyz")
        assert "plumb_failures_total 1.0" in urlopen(f"{url}/metrics").read().decode()


def test_readiness_ends_with_the_first_request_that_nobody_answers(
    world: EmbeddedTestbed,
) -> None:
    """While the turn that made it still waits for an answer."""
    nobody = FailoverEndpoint(["http://127.0.0.1:9"], 1, 1.0, patience_seconds=0.0)
    assert answers(nobody)
    with pytest.raises(Unavailable):
        nobody.web3.eth.get_block_number()
    assert not answers(nobody)
    assert answers(world.chain.endpoint)


class Listener:
    """A server that keeps what is posted to it; the first posts fail, if so wanted."""

    def __init__(self, failures: int = 0) -> None:
        self.heard: list[dict[str, Any]] = []
        self.failures = failures
        keep = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                fails = keep.failures > 0
                keep.failures -= 1
                if not fails:
                    keep.heard.append(json.loads(body))
                self.send_response(500 if fails else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=partial(self._server.serve_forever, 0.01)).start()
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_webhook_is_told_in_order_and_tried_again() -> None:
    listener = Listener(failures=2)
    with listener as url, Webhook(url) as webhook:
        for number in range(3):
            webhook.tell({"number": number})
    assert [facts["number"] for facts in listener.heard] == [0, 1, 2]


def test_webhook_that_nobody_hears_is_only_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oracle.node.webhook.FIRST_PAUSE_SECONDS", 0.0)
    with Webhook("http://127.0.0.1:9/") as webhook:
        webhook.tell({"event": "claim"})
    assert "webhook failed" in caplog.text


def play(world: EmbeddedTestbed, *accounts: bytes | None) -> list[list[dict[str, Any]]]:
    """A lie is told and falls, then a truth is paid; what each account is told."""
    world.ask()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    records = [world.record() for _ in accounts]
    told: list[list[Any]] = [[] for _ in accounts]
    for record, account, facts in zip(records, accounts, told, strict=True):
        record.heard = Notifier(record, account, facts.append).hear
    while [node for node in (liar, challenger) if node.step() is not None]:
        pass
    world.stake(world.senders[4])
    worker = Worker(world.senders[4], world.contracts, world.honest())
    while worker.step() is not None:
        pass
    world.travel(WINDOW)
    assert worker.step() is not None
    for record in records:
        record.refresh()
    earned = worker.record.tables.earned
    assert earned[worker.address] == 0  # it has not looked since
    worker.record.refresh()
    assert earned[worker.address] == FEE * 95 // 100
    assert earned[challenger.address] > 0 and earned[liar.address] == 0
    return told


def test_notifier_tells_claims_disputes_and_settlements(world: EmbeddedTestbed) -> None:
    addresses = [sender.address for sender in world.senders]
    everything, workers, strangers = play(world, None, addresses[4], addresses[5])
    assert [(facts["event"], facts["what"]) for facts in everything] == [
        ("claim", "Claimed"),
        ("dispute", "Challenged"),
        ("settlement", "WorkerLost"),
        ("settlement", "ClaimKilled"),
        ("claim", "Claimed"),
        ("settlement", "Finalized"),
    ]
    assert [facts["what"] for facts in workers] == ["Claimed", "Finalized"]
    assert strangers == []
    lost = everything[2]
    assert lost["request_id"] == 1 and lost["paid"] > 0
    assert lost["worker"] == "0x" + addresses[2].hex()
    json.dumps(everything)


def test_missed_lease_is_told_to_its_worker_and_counted(world: EmbeddedTestbed) -> None:
    worker = Worker(world.senders[2], world.contracts, world.honest())
    other = Worker(world.senders[3], world.contracts, world.honest())
    loop = Loop(worker, poll_seconds=1)
    told: list[list[Any]] = [[], []]
    for node, facts in zip((worker, other), told, strict=True):
        world.stake(node.sender)
        node.record.refresh()
        node.record.heard = Notifier(node.record, node.address, facts.append).hear
    request = world.ask()
    assert worker.step() is not None
    world.travel(1800)
    assert worker.step() is not None
    for node in (worker, other):
        node.record.refresh()
    (missed,) = told[0]
    assert (missed["event"], missed["request_id"]) == ("missed lease", request)
    assert missed["worker"] == "0x" + worker.address.hex() and told[1] == []
    families = {family.name: family for family in NodeCollector(loop, None).collect()}
    assert families["plumb_leases_missed"].samples[0].value == 1
    assert families["plumb_leases_at_most"].samples[0].value == 32


def test_skipped_callback_is_told_to_its_worker(world: EmbeddedTestbed) -> None:
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    worker.record.refresh()
    told: list[Any] = []
    worker.record.heard = Notifier(worker.record, worker.address, told.append).hear
    request = world.ask()
    assert [worker.step() is not None for _ in range(2)] == [True, True]
    world.embedded.hold_base_fee(10**11)
    world.travel(WINDOW)
    assert worker.step() is not None
    worker.record.refresh()
    kinds = [facts["event"] for facts in told]
    assert kinds == ["claim", "settlement", "callback skipped"]
    assert told[-1]["request_id"] == request


def test_record_history_is_no_news(world: EmbeddedTestbed) -> None:
    """Whoever starts today isn't told of what was claimed last year."""
    world.ask()
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    while worker.step() is not None:
        pass
    record = Record(world.chain, world.contracts)
    heard: list[Event] = []
    record.heard = heard.append
    record.refresh()
    assert heard == []
    world.travel(WINDOW)
    assert worker.step() is not None
    record.refresh()
    assert "Finalized" in [type(event).__name__ for event in heard]


def test_metrics_tell_of_games_and_their_clocks(world: EmbeddedTestbed) -> None:
    world.ask()
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    while worker.step() is not None:
        pass
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["silent"], LIES["activation"], 8, seed=3
    )
    assert Challenger(world.senders[3], world.contracts, strategy).step() is not None
    loop = Loop(worker, poll_seconds=1)
    registry = CollectorRegistry()
    registry.register(NodeCollector(loop, world.honest()))
    next(worker.act(), None)
    numbers = {
        sample.name: sample.value
        for family in registry.collect()
        for sample in family.samples
    }
    assert numbers["plumb_open_games"] == 1
    assert numbers["plumb_moves_due"] == 1
    assert 0 < numbers["plumb_clock_left_seconds"] <= CLOCK
    assert numbers["plumb_bond_locked_wei"] > 0
    assert numbers["plumb_answers_under_way"] == 0
    assert set(worker.seconds) == {"settle", "read", "think", "send"}
