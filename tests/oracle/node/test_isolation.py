"""What goes wrong about a transaction, action or game keeps no other from its turn."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from support.testbeds.embedded import NO_CAPS, EmbeddedTestbed
from support.testbeds.mempool import CHALLENGER, MempoolTestbed, acted
from web3.exceptions import Web3RPCError
from web3.types import RPCEndpoint, RPCResponse

from challenge.lies import LIES
from oracle.chain.errors import FeeAboveCap, InsufficientFunds, WrongChain
from oracle.node.loop import Loop
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard, Offer
from oracle.record.record import Status
from oracle.sending.durable import MOST_OFFERS, PATIENCE_BLOCKS, DurableSender
from oracle.sending.receipts import MISSES
from oracle.sending.troubles import LONGEST_PAUSE_SECONDS, Troubles
from oracle.store.store import Store

NO_FUNDS = [
    "insufficient funds for gas * price + value: balance 0, tx cost 1",
    "insufficient balance for transfer",
    "Insufficient funds. The account you tried to send transaction from is poor",
    "sender doesn't have enough funds to send tx",
    "LackOfFundForMaxFee",
    "Upfront cost exceeds account balance",
    "spendable balance 5aatom is smaller than 7aatom: insufficient funds",
]
LIAR = 4
ODD = "the frobnicator is out"


class Wall:
    """The clock by which jobs are put off: each look finds all of them due."""

    now = 0.0

    def __call__(self) -> float:
        self.now += LONGEST_PAUSE_SECONDS
        return self.now


class Ticking:
    """So many seconds a look, when the test says so."""

    SECONDS = 3.0
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def testbed(world: EmbeddedTestbed, tmp_path: Path) -> Iterator[MempoolTestbed]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield MempoolTestbed(world, store)
    store.close()


def sender_of(worker: Worker) -> DurableSender:
    assert isinstance(worker.sender, DurableSender)
    return worker.sender


def accepting(testbed: MempoolTestbed, count: int, clock: Any = None) -> Worker:
    """A worker that has sent so many `accept`s, from nonce 1 on."""
    for n in range(count):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    if clock is not None:
        troubles = Troubles(clock, worker.chain.reachable)
        worker.troubles = worker.sender.troubles = troubles
    acted(worker)
    assert testbed.waiting() == list(range(1, count + 1))
    return worker


def hooked(
    testbed: MempoolTestbed,
    hook: Callable[[str, Any], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Has each request to the chain come by the hook first."""
    real = testbed.node.make_request

    def make_request(method: RPCEndpoint, params: Any) -> RPCResponse:
        hook(method, params)
        return real(method, params)

    monkeypatch.setattr(testbed.node, "make_request", make_request)
    testbed.node._request_func_cache = (None, None)  # type: ignore[assignment]


def test_entry_whose_receipt_is_not_to_be_had_keeps_no_other_waiting(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is settled in the end, as its nonce is used: else a new process would wait
    for it for ever."""
    worker = accepting(testbed, 3, Wall())
    sender = sender_of(worker)
    first = sender.outbox.open()[0]
    find = sender._receipts.find

    def broken(entry: Any) -> Any:
        if entry.id == first.id:
            raise RuntimeError(ODD)
        return find(entry)

    monkeypatch.setattr(sender._receipts, "find", broken)
    testbed.mine_all()
    assert acted(worker) == ["accept"] * 2
    assert worker.troubles.count == 1
    testbed.mine_all()
    assert acted(worker) == ["submit"] * 2, "what it knows is on the chain is done"
    for _ in range(MISSES):
        acted(worker)
        testbed.mine_all()
    assert first.id not in {entry.id for entry in sender.outbox.open()}
    for _ in range(3):
        acted(worker)
        testbed.mine_all()
    assert testbed.statuses() == [Status.CLAIMED] * 3


def test_entry_that_no_node_takes_gives_its_nonce_to_the_next(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken once, and forgotten; now all wait behind it."""
    worker = accepting(testbed, 3, Wall())
    first = sender_of(worker).outbox.open()[0]

    def hook(method: str, params: Any) -> None:
        if method == "eth_sendRawTransaction":
            # What it agrees to may be another each time; the request is not.
            if first.draft.data[: -3 * 32] in bytes.fromhex(params[0][2:]):
                raise Web3RPCError(ODD)

    hooked(testbed, hook, monkeypatch)
    del testbed.node.pool["0x" + worker.address.hex(), first.nonce]
    for _ in range(2 * MOST_OFFERS + 4):
        acted(worker)
        testbed.node.mine() if testbed.node.pool else None
        testbed.node.mine(empty=True)
    expected = [Status.OPEN, Status.CLAIMED, Status.CLAIMED]
    assert sorted(testbed.statuses()) == expected


@pytest.mark.parametrize(
    "error", [ValueError("not a number"), Web3RPCError(ODD), OSError(12, "no memory")]
)
def test_action_that_is_never_sent_holds_others_back_for_seconds_once(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever goes wrong when it is sent: what is wanted again and fails again is no
    news, and gives its nonce back at once."""
    wall = Ticking()
    worker = testbed.worker()
    worker.troubles = worker.sender.troubles = Troubles(wall, worker.chain.reachable)
    poisoned = testbed.world.ask(b"\0\1\2\3")
    others = [testbed.world.ask(bytes([n, 1, 2, 3])) for n in range(1, 3)]
    worker.record.refresh()
    asked = worker.record.tables.requests[poisoned].request
    oracle = testbed.world.contracts.oracle
    data = oracle.abi.calldata("accept", [asked, 0, 0, 0])[: -3 * 32]
    monkeypatch.setattr(worker, "_turn", lambda a: a.request.id != poisoned)
    offers: list[float] = []

    def hook(method: str, params: Any) -> None:
        if method == "eth_sendRawTransaction" and data in bytes.fromhex(params[0][2:]):
            offers.append(wall.now)
            raise error

    hooked(testbed, hook, monkeypatch)

    def status(request: int) -> Status:
        return testbed.world.record().tables.requests[request].status

    def until_answered(requests: list[int]) -> float:
        begun = wall.now
        while {status(r) for r in requests} != {Status.CLAIMED}:
            acted(worker)
            for _ in range(4):
                testbed.node.mine()
            testbed.node.mine(empty=True)
            wall.now += Ticking.SECONDS
            assert wall.now < begun + 300
        return wall.now - begun

    first = until_answered(others)
    assert len(offers) > 1 and first <= 60
    again = until_answered([testbed.world.ask(bytes([n, 9, 9, 9])) for n in range(2)])
    assert again <= min(first, 15)
    assert status(poisoned) is Status.OPEN


@pytest.mark.parametrize("thought", ["can", "seconds", "output_bytes"])
def test_lease_of_which_nothing_can_be_thought_keeps_no_other_request_waiting(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch, thought: str
) -> None:
    worker = accepting(testbed, 1)
    (lost,) = testbed.world.requests
    testbed.mine_all()
    real = getattr(worker._strategy, thought)

    def broken(asked: Any) -> Any:
        if asked.request.id == lost:
            raise RuntimeError(ODD)
        return real(asked)

    monkeypatch.setattr(worker._strategy, thought, broken)
    testbed.world.ask(b"\1\1\2\3")
    for _ in range(4):
        acted(worker)
        testbed.mine_all()
    assert testbed.statuses()[1] is Status.CLAIMED


def test_challenger_that_is_not_told_its_stake_sends_the_bond_along(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had enough in the bank; what is too much is free stake afterwards."""
    world = testbed.world
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[CHALLENGER], 10 * bond)
    world.stake(world.senders[LIAR], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[LIAR], world.contracts, strategy, NO_CAPS)
    world.ask()
    while liar.step() is not None:
        pass
    challenger = testbed.challenger()
    staking = world.contracts.staking
    asked = hexed(staking.abi.calldata("balanceOf", [challenger.address]))

    def hook(method: str, params: Any) -> None:
        if method == "eth_call" and params[0]["data"] == asked:
            raise Web3RPCError(ODD)

    hooked(testbed, hook, monkeypatch)
    before = world.chain.call(staking, "balanceOf", challenger.address)
    acted(challenger)
    testbed.mine_all()
    after = world.chain.call(staking, "balanceOf", challenger.address)
    assert len(world.record().tables.games) == 1
    assert after[0] == before[0], "free as before: the bond came along"
    assert after[1] > before[1]


def test_entry_whose_estimate_tells_nothing_is_offered_again(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = accepting(testbed, 2)

    def hook(method: str, params: Any) -> None:
        if method == "eth_estimateGas":
            raise Web3RPCError(ODD)

    hooked(testbed, hook, monkeypatch)
    testbed.node.pool.clear()
    testbed.node.mine(empty=True)
    acted(worker)
    assert testbed.waiting() == [1, 2]


def test_entry_that_cannot_be_paid_by_now_is_given_up(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = accepting(testbed, 2)
    first = sender_of(worker).outbox.open()[0]

    def hook(method: str, params: Any) -> None:
        if method == "eth_estimateGas" and params[0]["data"] == hexed(first.draft.data):
            raise Web3RPCError("insufficient balance for transfer")

    hooked(testbed, hook, monkeypatch)
    testbed.node.pool.clear()
    testbed.node.mine(empty=True)
    acted(worker)
    assert first.id not in {e.id for e in sender_of(worker).outbox.open()}


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


@pytest.mark.parametrize("words", [*NO_FUNDS, ODD])
def test_action_whose_estimate_fails_keeps_no_other_from_being_sent(
    testbed: MempoolTestbed, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever words the node has for it: known ones are a refusal."""
    requests = [testbed.world.ask(bytes([n, 1, 2, 3])) for n in range(3)]
    worker = testbed.worker()
    worker.record.refresh()
    tables = worker.record.tables
    first = min(requests, key=lambda n: worker._turn(tables.requests[n]))
    poor = tables.requests[first].request
    oracle = testbed.world.contracts.oracle
    begin = hexed(oracle.abi.calldata("accept", [poor, 0, 0, 0])[: -3 * 32])

    def hook(method: str, params: Any) -> None:
        if method == "eth_estimateGas" and params[0]["data"].startswith(begin):
            raise Web3RPCError(words)

    hooked(testbed, hook, monkeypatch)
    acted(worker)
    assert testbed.waiting() == [1, 2]
    if words == ODD:
        assert worker.refused == [] and list(worker.troubles.reasons.values()) == [ODD]
    else:
        (refused,) = worker.refused
        assert isinstance(refused, InsufficientFunds) and words in str(refused)
        assert worker.troubles.reasons == {}


def test_action_above_the_fee_cap_is_a_refusal(testbed: MempoolTestbed) -> None:
    """Answers are worked out meanwhile, and what was sent is looked after."""
    testbed.world.ask()
    worker = testbed.worker()
    acted(worker)
    testbed.mine_all()
    sender_of(worker)._fee_cap = 1
    assert acted(worker) == ["accept"]
    assert [type(refused) for refused in worker.refused] == [FeeAboveCap]


def test_action_written_down_before_something_went_wrong_is_known(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the node would take it for another process's, and wait."""
    for n in range(2):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()

    def hook(method: str, params: Any) -> None:
        if method == "eth_sendRawTransaction":
            monkeypatch.undo()
            raise RuntimeError(ODD)

    hooked(testbed, hook, monkeypatch)
    acted(worker)
    assert len(worker.posted.actions) == 2
    assert worker.sender.on_its_way == worker.posted.actions.keys()


def test_turn_ends_early_once_nothing_answers(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead endpoint is not asked about each of many things."""
    for n in range(8):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    calls: list[str] = []

    def hook(method: str, params: Any) -> None:
        if method == "eth_sendRawTransaction" or calls:
            calls.append(method)
            raise ConnectionError("away")

    hooked(testbed, hook, monkeypatch)
    loop = Loop(worker, poll_seconds=0.0)
    assert loop._turn() > 0
    assert loop.pulse.failures_in_a_row == 1 and worker.troubles.count == 0
    assert len(calls) <= 4, calls


def test_turn_on_the_wrong_chain_is_fatal_wherever_it_is_noticed(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    testbed.world.ask()
    worker = testbed.worker()
    monkeypatch.setattr(worker._strategy, "can", raising(WrongChain(1, 2)))
    with pytest.raises(WrongChain):
        Loop(worker, poll_seconds=0.0)._turn()


def raising(error: Exception) -> Callable[..., Any]:
    def work(*_: object) -> Any:
        raise error

    return work


@pytest.mark.parametrize("part", ["_defences", "_answers", "_finals", "_expiries"])
def test_part_of_the_actions_that_fails_keeps_no_other_from_being_sent(
    testbed: MempoolTestbed, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    testbed.world.ask()
    monkeypatch.setattr(Worker, part, raising(KeyError("a hole in the log")))
    getattr(Worker, part).__name__ = part
    worker = testbed.worker()
    acted(worker)
    assert testbed.waiting() == [1]
    assert list(worker.troubles.reasons) == [("part", part)]


def test_stop_is_looked_at_between_one_thing_and_the_next(
    testbed: MempoolTestbed,
) -> None:
    """What has begun is finished; what is left is the next process's."""
    for n in range(4):
        testbed.world.ask(bytes([n, 1, 2, 3]))
    worker = testbed.worker()
    stop = worker.sender.stop = Event()
    take = testbed.node._take

    def stopped(raw: bytes) -> Any:
        stop.set()
        return take(raw)

    testbed.node._take = stopped  # type: ignore[method-assign]
    acted(worker)
    assert testbed.waiting() == [1]
    for _ in range(PATIENCE_BLOCKS):
        testbed.node.mine(empty=True)
    offers = len(testbed.node.offers)
    assert sender_of(worker).settle() == []
    assert len(testbed.node.offers) == offers


def test_request_whose_profit_cannot_be_told_keeps_no_other_from_being_taken(
    testbed: MempoolTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [testbed.world.ask(bytes([n, 1, 2, 3])) for n in range(3)]
    worker = testbed.worker()
    objection = Guard.objection

    def odd(guard: Guard, offer: Offer) -> str:
        if offer.asked.request.id == requests[1]:
            raise ZeroDivisionError(ODD)
        return objection(guard, offer)

    monkeypatch.setattr(Guard, "objection", odd)
    acted(worker)
    assert len(testbed.waiting()) == 2
    ((_, request, *_),) = worker.troubles.reasons
    assert request == requests[1]
