"""Attacks on a worker's stake: it is to be locked long, or freed at a price.

`make_worker` puts somebody else in the place of the default node.
"""

from collections.abc import Mapping
from dataclasses import replace

from challenge import tariff
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.bench.griefing.leases import MakeWorker
from oracle.bench.griefing.outcome import Attack, Outcome
from oracle.bench.griefing.testbed import (
    BASE_FEE_WEI,
    PARAMETERS,
    PRICE_WEI,
    STAKE_WEI,
    GriefingTestbed,
)
from oracle.chain.chain import Contract, contract_of
from oracle.chain.events import Requested
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.requester.requests import Terms, take_back
from solidity import artifact
from solidity.deployment import create_address

REQUESTER, WORKER, SILENT = "requester", "worker", "silent challenger"
ETHER = 10**18
DAY = 24 * 3600
WEEK, MONTH = 7 * DAY, 30 * DAY
MOST_CALLBACK_GAS, GAS_EATING = 2_000_000, 2
"""The second is a mood of `Hostile`."""
BONDS = STAKE_WEI // (tariff.WORKER_BOND * PRICE_WEI)
"""That the worker's stake is good for."""
LAST_SECONDS = 180
"""Of a window, in which all challenges are mined."""
DEARER = 20


def default_worker(testbed: GriefingTestbed, strategy: Honest) -> Worker:
    return testbed.worker(WORKER, strategy)


def frozen_by_bond(make_worker: MakeWorker = default_worker) -> Outcome:
    """One request asks for a bond of the whole stake, for a month."""
    testbed = GriefingTestbed.made(replace(PARAMETERS, clock_seconds=WEEK))
    worker = make_worker(testbed, testbed.honest())
    testbed.open_books(WORKER, REQUESTER)
    fee = ETHER // 1000
    terms = Terms(fee_wei=fee, min_bond_wei=STAKE_WEI, window=MONTH, patience=3600)
    request = testbed.ask(REQUESTER, terms)
    end = testbed.now + 3600
    testbed.live(worker, until=lambda: _answered(testbed, 1) or testbed.now >= end)
    if testbed.asked(request).status is Status.OPEN:
        take_back(testbed.sender(REQUESTER), testbed.contracts, testbed.asked(request))
    _settle(testbed, worker)
    return testbed.outcome([REQUESTER])


def frozen_silently(
    make_worker: MakeWorker = default_worker,
    testbed: GriefingTestbed | None = None,
    many: int = BONDS,
) -> Outcome:
    """Requests with a short window, one for each bond that the worker has; each
    answer is challenged at the last second by somebody who then does nothing, so that
    it stays locked for a week."""
    testbed = testbed or GriefingTestbed.made(replace(PARAMETERS, clock_seconds=WEEK))
    worker = make_worker(testbed, testbed.honest())
    testbed.open_books(WORKER, REQUESTER, SILENT)
    window = 1800
    for n in range(many):
        terms = Terms(fee_wei=testbed.usual_fee(window=window), window=window)
        testbed.ask(REQUESTER, terms, bytes([n, 1, 2, 3]))
    while worker.step() is not None:
        pass
    testbed.record.refresh()
    ends = [a.claim.window_end for a in testbed.record.tables.standing()]
    testbed.travel(max(0, min(ends) - LAST_SECONDS - testbed.now))
    silent = _silent_challenger(testbed)
    while silent.step() is not None:
        pass
    _settle(testbed, worker)
    return testbed.outcome([REQUESTER, SILENT])


def dear_callback(
    make_worker: MakeWorker = default_worker, testbed: GriefingTestbed | None = None
) -> Outcome:
    """The requester's contract burns all gas that its callback gets, and gas is twenty
    times as dear when the bond is to be freed."""
    testbed = testbed or GriefingTestbed.made()
    worker = make_worker(testbed, testbed.honest())
    consumer = gas_eater(testbed)
    testbed.open_books(WORKER, REQUESTER)
    ask_through(testbed, consumer, testbed.usual_fee(MOST_CALLBACK_GAS))
    testbed.live(worker, until=lambda: _answered(testbed, 1))
    testbed.endpoint.chain.hold_base_fee(DEARER * BASE_FEE_WEI)
    testbed.live(worker, until=testbed.all_ended)
    return testbed.outcome([REQUESTER])


ATTACKS: Mapping[str, Attack] = {
    "whole stake asked as bond": frozen_by_bond,
    "silent challenges at the last second": frozen_silently,
    "callback when gas is dear": dear_callback,
}


def _answered(testbed: GriefingTestbed, count: int) -> bool:
    testbed.record.refresh()
    return len(testbed.record.requests(Status.CLAIMED)) >= count


def _silent_challenger(testbed: GriefingTestbed) -> Challenger:
    manner, belief = FALSE_CHALLENGERS["silent"], LIES["activation"]
    strategy = LyingChallenger(testbed.honest(), manner, belief, PARAMETERS.k, 0)
    return Challenger(testbed.sender(SILENT), testbed.contracts, strategy)


def _settle(testbed: GriefingTestbed, worker: Worker) -> None:
    """Until nothing is locked, and the requester has back what is due to it."""
    testbed.live(worker, until=lambda: worker.stake()[1] == 0, turn_seconds=DAY)
    testbed.record.refresh()
    for asked in testbed.record.requests(Status.OPEN):
        take_back(testbed.sender(REQUESTER), testbed.contracts, asked)


def gas_eater(testbed: GriefingTestbed) -> Contract:
    """A consumer that burns whatever gas its callback gets."""
    sender, code = testbed.sender(REQUESTER), artifact("Hostile")
    address = create_address("0x" + sender.address.hex(), sender.nonce)
    consumer = contract_of(code, bytes.fromhex(address[2:]))
    sender.deploy(consumer, consumer.abi.creation(code.bytecode, ()))
    sender.send(consumer, "setMood", GAS_EATING)
    return consumer


def ask_through(testbed: GriefingTestbed, consumer: Contract, fee: int) -> int:
    """A request by the requester's contract, with as much gas for its callback as
    there may be; its id."""
    sender, oracle = testbed.sender(REQUESTER), testbed.contracts.oracle
    asked = (
        testbed.model_id,
        b"\1\2\3\4",
        MOST_CALLBACK_GAS,
        testbed.now + 3600,
        600,
        0,
    )
    data = oracle.abi.calldata("request", (*asked, sender.address))
    call = (oracle.address, fee, data)
    receipt = sender.send(consumer, "execute", *call, value=fee, listening=[oracle])
    (told,) = (e for e in receipt.events if isinstance(e, Requested))
    return told.request_id
