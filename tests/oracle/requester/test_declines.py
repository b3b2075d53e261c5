"""Why nobody answers: the fee as its requester reckons it, and what workers say."""

import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from support.testbeds.devnet import SEVEN, DevnetTestbed
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from challenge.claim import Work
from oracle.devnet.serving import serving
from oracle.errors import BadDecline
from oracle.node.loop import Loop
from oracle.node.worker.worker import Worker
from oracle.operator.metrics import application
from oracle.pricing.guard import Guard
from oracle.requester.declines import About, Decline, read_decline, told_by
from oracle.requester.fees import Sizes, reckoned, with_royalty
from oracle.requester.following import Obstacles

ABOUT = About(31337, b"\1" * 20, 7)


def decline(world: EmbeddedTestbed) -> dict[str, Any]:
    sender = world.senders[2]
    return Decline(ABOUT, sender.address, 12, "fee: too little").signed(sender)


def test_decline_is_the_signers(world: EmbeddedTestbed) -> None:
    found = read_decline(decline(world), ABOUT)
    assert (found.worker, found.block) == (world.senders[2].address, 12)
    assert found.reason == "fee: too little"


OTHERWISE: list[dict[str, Any]] = [
    {"worker": "0x" + "22" * 20},
    {"block": 13},
    {"reason": "no stake"},
    {"signature": "0x" + "11" * 65},
    {"signature": "0x"},
    {"signature": None},
    {"block": "soon"},
    {"worker": 5},
]


@pytest.mark.parametrize("changes", OTHERWISE, ids=str)
def test_decline_with_anything_changed_is_nobodys(
    world: EmbeddedTestbed, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadDecline):
        read_decline(decline(world) | changes, ABOUT)


@pytest.mark.parametrize(
    "about",
    [
        replace(ABOUT, chain_id=1),
        replace(ABOUT, request_id=8),
        replace(ABOUT, oracle=b"\2" * 20),
    ],
)
def test_decline_of_another_request_is_none_of_this(
    world: EmbeddedTestbed, about: About
) -> None:
    with pytest.raises(BadDecline, match="the signature of 0x"):
        read_decline(decline(world), about)


@pytest.fixture
def page(world: EmbeddedTestbed) -> Iterator[tuple[str, Worker]]:
    """A worker that wants an ether, and tells why it declines."""
    world.stake(world.senders[2])
    guard = Guard(least_fee_wei=ETHER)
    worker = Worker(world.senders[2], world.contracts, world.honest(), guard)
    with serving(application(Loop(worker, poll_seconds=1)), "127.0.0.1", 0) as url:
        yield url, worker


def test_worker_tells_why_it_declines(
    world: EmbeddedTestbed, page: tuple[str, Worker]
) -> None:
    url, worker = page
    request = world.ask()
    about = About(31337, world.contracts.oracle.address, request)
    assert told_by(url, about) is None
    assert worker.step() is None
    told = told_by(url + "/", about)
    assert told is not None and told.worker == worker.address
    assert told.reason == "fee: expected at least 1 ether, got 0.001 ether"
    assert told.block == world.chain.height


def test_fee_is_reckoned_as_the_oracle_estimates_it(world: EmbeddedTestbed) -> None:
    """At any base fee, also where a node's `eth_call` knows none."""
    oracle, chain = world.contracts.oracle, world.chain
    for base_fee in (10**8, 30 * 10**9):
        world.embedded.hold_base_fee(base_fee)
        world.travel(1)
        chain.head()
        for size, gas, passes in ((1, 0, 0), (44, 100_000, 0), (4, 1, 60)):
            work = Work(2**21, 2**24, 2**20, size, 3)
            stated = (world.model_id, work)
            world.senders[0].send(world.contracts.registry, "stateWork", *stated)
            chain.head()
            size = work.bytes_of(passes)
            sizes = Sizes(size, gas, window=0, work=work, passes=passes)
            found = reckoned(chain, world.contracts, world.model_id, sizes)
            call = ("estimateFee", world.model_id, 4, passes, gas)
            assert found.base_fee_wei == base_fee
            bond, _ = chain.call(oracle, "bondFor", 0)
            assert found.bond_wei == bond
            rent = bond * (1800 + 600) // (10 * 365 * 24 * 3600)
            gas_part = found.least_wei - with_royalty(rent, 500)
            assert abs(gas_part - chain.call(oracle, *call)) <= 2


def test_request_that_nobody_takes_says_how_much_its_fee_lacks(
    testbed: DevnetTestbed,
) -> None:
    sent = testbed.json("request", "send", "mnist", SEVEN, "--fee", "1gwei")
    now = testbed.json("request", "status", sent["request_id"])
    assert now["wanted_wei"] > now["fee_wei"] == 10**9
    told = now["explanation"]
    assert "Its fee of 1 gwei is" in told and "`plumb request cancel`" in told
    enough = testbed.send()
    now = testbed.json("request", "status", enough)
    assert "Its fee of" not in now["explanation"] and now["declines"] == []


def test_request_status_asks_the_workers_that_are_named(testbed: DevnetTestbed) -> None:
    testbed.json("worker", "stake", "0.1ether", account=15)
    request = testbed.send()
    worker = testbed.worker(15)
    worker._guard = Guard(least_fee_wei=ETHER)
    assert worker.step() is None
    with serving(application(Loop(worker, 1)), "127.0.0.1", 0) as url:
        asked = ("request", "status", request, "--ask", url)
        (told,) = testbed.json(*asked)["declines"]
        shown = " ".join(testbed.plumb(*asked).out.split())
    assert told["worker"] == f"0x{worker.address.hex()}"
    assert told["reason"].startswith("fee: expected at least 1 ether")
    assert "Declined by" in shown and "fee: expected at least 1 ether" in shown
    nobody = testbed.plumb(*asked)
    assert nobody.status == 0 and "refused" in nobody.err


def test_request_wait_says_at_once_why_nobody_takes_it(testbed: DevnetTestbed) -> None:
    """And once, however often it looks; a terminal or not."""
    testbed.json("worker", "stake", "0.1ether", account=16)
    request = testbed.send()
    worker = testbed.worker(16)
    worker._guard = Guard(least_fee_wei=ETHER)
    assert worker.step() is None
    wait = ("request", "wait", request, "--timeout", 1)
    with serving(application(Loop(worker, 1)), "127.0.0.1", 0) as url:
        ended = testbed.plumb(*wait, "--ask", url, "--json")
    assert ended.status == 1
    (told,) = json.loads(ended.out)["declines"]
    assert told["worker"] == f"0x{worker.address.hex()}"
    said = f"0x{worker.address.hex()} declines: fee: expected at least 1 ether, got"
    assert " ".join(ended.err.split()).count(said) == 1
    cheap = testbed.json("request", "send", "mnist", SEVEN, "--fee", "1gwei")
    ended = testbed.plumb("request", "wait", cheap["request_id"], *wait[3:])
    assert " ".join(ended.err.split()).count("Its fee of 1 gwei is") == 1


def test_obstacle_is_told_again_when_it_is_another() -> None:
    told: list[str] = []
    obstacles = Obstacles(told.append)
    words = ["fee: 1 ether lacks", "fee: 0.9 ether lacks", "no stake", "", "no stake"]
    for text in words:
        obstacles.look(SimpleNamespace(obstacle=text))  # type: ignore[arg-type]
    assert told == [words[0], "no stake", "no stake"]


def test_send_and_simulate_show_the_same_fee_at_the_same_base_fee(
    testbed: DevnetTestbed,
) -> None:
    foreseen = testbed.json("request", "simulate", "mnist", SEVEN)
    sent = testbed.json("request", "send", "mnist", SEVEN)
    assert foreseen["base_fee_wei"] and foreseen["fee_wei"]
    same = foreseen["base_fee_wei"] == sent["base_fee_wei"]
    assert same == (foreseen["fee_wei"] == sent["fee_wei"])
    assert sent["fee_wei"] == sent["reckoned_wei"] * 3 // 2
