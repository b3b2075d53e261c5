"""What counts as done: so many blocks on top, or the node's word for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import FEE, WINDOW, EmbeddedTestbed
from web3.exceptions import Web3RPCError

from oracle.chain.confirmations import BY_CHAIN, DEFAULT, Depth, wanted_on
from oracle.chain.errors import LogsRefused, Unavailable, WrongChain
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.config import Settings
from oracle.errors import BadSetting, NoFinalizedBlock, NoSuchRequest, RequestUndone
from oracle.node.worker.worker import Worker
from oracle.operator.earnings import earnings_of
from oracle.record.record import Status
from oracle.requester.following import followed
from oracle.requester.requests import Situation, situation_of

EARNED = FEE * 95 // 100


def answered(world: EmbeddedTestbed) -> tuple[Worker, int]:
    """A worker whose answer was paid in the latest block."""
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    request = world.ask()
    assert worker.step() and worker.step()
    world.travel(WINDOW)
    assert worker.step()
    return worker, request


def looks(world: EmbeddedTestbed, request: int, wanted: Any) -> Callable[[], Situation]:
    return lambda: situation_of(
        world.chain, world.contracts, request, confirmations=wanted
    )


@pytest.fixture
def finalized(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], None]:
    """Sets the block that the world's node calls finalized."""
    provider = world.endpoint.web3.provider
    assert isinstance(provider, EmbeddedProvider)
    real, block = provider.handlers["eth_getBlockByNumber"], [0]

    def handle(number: str, full: bool = False) -> Any:
        return real(hex(block[0]) if number == "finalized" else number, full)

    monkeypatch.setitem(provider.handlers, "eth_getBlockByNumber", handle)
    return lambda number: block.__setitem__(0, number)


@pytest.mark.parametrize(
    ("depth", "block", "done", "told"),
    [
        (Depth(0, 7, -1), 7, True, ""),
        (Depth(3, 7, -1), 7, False, "0 of 3 confirmations"),
        (Depth(3, 9, -1), 7, False, "2 of 3 confirmations"),
        (Depth(3, 10, -1), 7, True, "3 of 3 confirmations"),
        (Depth(3, 99, -1), 7, True, "3 of 3 confirmations"),
        (Depth(0, 6, -1), 7, False, ""),
        (Depth("finalized", 99, 6), 7, False, "in block 7; finalized is 6"),
        (Depth("finalized", 99, 7), 7, True, "in a finalized block"),
    ],
)
def test_depth_says_what_is_done_and_how_far(
    depth: Depth, block: int, done: bool, told: str
) -> None:
    assert (depth.is_done(block), depth.told(block)) == (done, told)


def test_confirmations_by_default_are_the_chains(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wanted_on(world.chain, None) == BY_CHAIN[CHAIN_ID] == 0
    assert wanted_on(world.chain, 5) == 5
    monkeypatch.setattr(world.endpoint, "chain_id", 424242)
    assert wanted_on(world.chain, None) == DEFAULT
    monkeypatch.setattr(world.endpoint, "chain_id", 1)
    assert wanted_on(world.chain, None) == "finalized"


@pytest.mark.parametrize("written", ["-1", "soon", "1.5", "safe"])
def test_confirmations_that_are_no_number_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSetting, match="expected a number of blocks, or finalized"):
        Settings.read(confirmations=written)


def test_confirmations_are_a_flag_a_variable_and_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.read().confirmations is None
    (tmp_path / "plumb.toml").write_text("confirmations = 7\n")
    assert Settings.read().confirmations == 7
    monkeypatch.setenv("PLUMB_CONFIRMATIONS", "finalized")
    assert Settings.read().confirmations == "finalized"
    assert Settings.read(confirmations="3").confirmations == 3


def test_wait_final_result_is_told_when_it_is_confirmed(world: EmbeddedTestbed) -> None:
    _, request = answered(world)
    told: list[str] = []

    def tell(explanation: str) -> None:
        told.append(explanation)
        world.travel(12)

    now, reached = followed(looks(world, request, 2), Status.FINAL, 0, 0, tell)
    assert (reached, now.confirmed) == (True, True)
    assert [line.split("It is ")[-1] for line in told] == [
        "final, 0 of 2 confirmations.",
        "final, 1 of 2 confirmations.",
        "final, 2 of 2 confirmations.",
    ]


@pytest.mark.parametrize("status", [Status.CLAIMED, Status.FINAL])
def test_wait_result_undone_before_it_is_confirmed_is_not_told(
    world: EmbeddedTestbed, status: Status
) -> None:
    """It is undone after a block, and comes again; only then is it waited for."""
    worker, request = answered(world)
    (asked,) = world.record().tables.requests.values()
    assert asked.claim is not None
    claimed = asked.claim.window_end - WINDOW
    block = world.chain.height
    if status is Status.CLAIMED:
        while world.embedded.header(block).timestamp > claimed:
            block -= 1
        world.embedded.rewind(block)
    seen: list[tuple[Status, bool]] = []
    look = looks(world, request, 2)

    def watched() -> Situation:
        seen.append(((now := look()).asked.status, now.confirmed))
        return now

    def tell(_: str) -> None:
        if len(seen) == 2:
            world.embedded.rewind(block - 1)
        elif len(seen) == 4:
            assert worker.step()
        else:
            world.travel(12)

    now, reached = followed(watched, status, 0, 0, tell)
    before = Status(status - 1)
    assert seen[:2] == [(status, False)] * 2
    assert (before, False) in seen or (before, True) in seen
    assert seen[-1] == (status, True) and reached
    assert all(state is before for state, _ in seen[2:4])
    assert now.asked.block > block


OUTAGES = [
    Unavailable("eth_call", {"node": "no connection"}),
    LogsRefused(7, "too many"),
    Web3RPCError("Internal error"),
    ConnectionError("away"),
]


def test_wait_outage_is_told_and_waited_out(world: EmbeddedTestbed) -> None:
    """Whatever an endpoint says meanwhile. Another chain is no outage."""
    look, told = looks(world, world.ask(), 0), list[str]()
    errors = iter([None, *OUTAGES, WrongChain(1, 2)])

    def broken() -> Situation:
        if (error := next(errors)) is not None:
            raise error
        return look()

    with pytest.raises(WrongChain):
        followed(broken, Status.FINAL, 0, 0, told.append)
    waited = [line for line in told if line.endswith("that is waited out.")]
    assert len(waited) == len(OUTAGES)
    assert "too many" in waited[1] and waited[2].startswith("Internal error")


def test_wait_request_whose_block_is_undone_is_waited_for(
    world: EmbeddedTestbed,
) -> None:
    world.travel(12)
    height = world.chain.height
    request = world.ask()
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if len(told) == 1:
            world.embedded.rewind(height)
        elif len(told) == 2:
            world.ask(b"\1\2\3\4")  # another takes its number

    look = looks(world, request, 2)
    with pytest.raises(RequestUndone, match="request 1: expected the one that was"):
        followed(look, Status.FINAL, 0, 0, tell)
    assert "it may come back" in told[1]


def test_wait_request_that_never_was_is_an_error(world: EmbeddedTestbed) -> None:
    with pytest.raises(NoSuchRequest):
        followed(looks(world, 7, 2), Status.FINAL, 0, 0, lambda _: None)


def test_wait_for_finalized_blocks(
    world: EmbeddedTestbed, finalized: Callable[[int], None]
) -> None:
    _, request = answered(world)
    look, block = looks(world, request, "finalized"), world.chain.height
    finalized(block - 1)
    now = look()
    assert not now.confirmed
    assert now.explanation.endswith(
        f"It is final, in block {block}; finalized is {block - 1}."
    )
    finalized(block)
    now = look()
    assert now.confirmed and now.explanation.endswith(
        "It is final, in a finalized block."
    )


def test_finalized_tag_that_the_node_lacks_is_told_with_the_cure(
    world: EmbeddedTestbed, finalized: Callable[[int], None]
) -> None:
    request = world.ask()
    finalized(1 << 20)
    with pytest.raises(NoFinalizedBlock, match="set --confirmations to a number"):
        looks(world, request, "finalized")()


def test_books_count_what_is_confirmed(world: EmbeddedTestbed) -> None:
    worker, _ = answered(world)
    height = world.chain.height

    def books(wanted: int) -> tuple[int, int, int]:
        found = earnings_of(worker, wanted)
        return found.paid, found.earned_wei, found.unconfirmed_wei

    assert books(0) == (1, EARNED, 0)
    assert books(1) == (0, 0, EARNED)
    world.travel(12)
    assert books(1) == (1, EARNED, 0)
    world.embedded.rewind(height - 1)
    assert books(1) == (0, 0, 0)


def test_wait_on_a_devnet_tells_confirmations(testbed: DevnetTestbed) -> None:
    request = testbed.send()
    testbed.json("worker", "stake", "1ether", account=2)
    testbed.work(testbed.worker(2))
    options = ("--confirmations", 2, "--until", "claimed", "--timeout", "0.01")
    ended = testbed.plumb("request", "wait", request, *options)
    assert ended.status == 1
    assert "It is claimed, 0 of 2 confirmations." in " ".join(ended.out.split())
    testbed.travel(1)
    testbed.travel(1)
    found = testbed.json("request", "wait", request, *options)
    told = {k: v for k, v in found.items() if k.startswith("confirm")}
    assert told == {"confirmations": 2, "confirmations_wanted": 2, "confirmed": True}
    testbed.travel(600)
    testbed.work(testbed.worker(2))
    told = testbed.json("worker", "status", "--confirmations", 1, account=2)
    assert (told["paid"], told["unconfirmed_wei"] > 0) == (0, True)
    told = testbed.json("worker", "status", account=2)
    assert (told["paid"], told["unconfirmed_wei"]) == (1, 0)
