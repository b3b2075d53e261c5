"""Attacks on a worker's stake: it is to be locked long, or freed at a price.

`make_worker` puts somebody else in the place of the default node.
"""

from collections.abc import Mapping
from dataclasses import replace

from challenge import tariff
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.bench.griefing.leases import MakeWorker
from oracle.bench.griefing.outcome import Attack, Outcome
from oracle.bench.griefing.town import (
    BASE_FEE_WEI,
    PARAMETERS,
    PRICE_WEI,
    STAKE_WEI,
    Town,
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


def default_worker(town: Town, mind: Honest) -> Worker:
    return town.worker(WORKER, mind)


def frozen_by_bond(make_worker: MakeWorker = default_worker) -> Outcome:
    """One request asks for a bond of the whole stake, for a month."""
    town = Town.made(replace(PARAMETERS, clock_seconds=WEEK))
    worker = make_worker(town, town.honest())
    town.open_books(WORKER, REQUESTER)
    fee = ETHER // 1000
    terms = Terms(fee_wei=fee, min_bond_wei=STAKE_WEI, window=MONTH, patience=3600)
    request = town.ask(REQUESTER, terms)
    end = town.now + 3600
    town.live(worker, until=lambda: _answered(town, 1) or town.now >= end)
    if town.asked(request).status is Status.OPEN:
        take_back(town.sender(REQUESTER), town.contracts, town.asked(request))
    _settle(town, worker)
    return town.outcome([REQUESTER])


def frozen_silently(
    make_worker: MakeWorker = default_worker,
    town: Town | None = None,
    many: int = BONDS,
) -> Outcome:
    """Requests with a short window, one for each bond that the worker has; each
    answer is challenged at the last second by somebody who then does nothing, so that
    it stays locked for a week."""
    town = town or Town.made(replace(PARAMETERS, clock_seconds=WEEK))
    worker = make_worker(town, town.honest())
    town.open_books(WORKER, REQUESTER, SILENT)
    window = 1800
    for n in range(many):
        terms = Terms(fee_wei=town.usual_fee(window=window), window=window)
        town.ask(REQUESTER, terms, bytes([n, 1, 2, 3]))
    while worker.step() is not None:
        pass
    town.record.refresh()
    ends = [a.claim.window_end for a in town.record.tables.standing()]
    town.travel(max(0, min(ends) - LAST_SECONDS - town.now))
    silent = _silent_challenger(town)
    while silent.step() is not None:
        pass
    _settle(town, worker)
    return town.outcome([REQUESTER, SILENT])


def dear_callback(
    make_worker: MakeWorker = default_worker, town: Town | None = None
) -> Outcome:
    """The requester's contract burns all gas that its callback gets, and gas is twenty
    times as dear when the bond is to be freed."""
    town = town or Town.made()
    worker = make_worker(town, town.honest())
    consumer = gas_eater(town)
    town.open_books(WORKER, REQUESTER)
    ask_through(town, consumer, town.usual_fee(MOST_CALLBACK_GAS))
    town.live(worker, until=lambda: _answered(town, 1))
    town.endpoint.chain.hold_base_fee(DEARER * BASE_FEE_WEI)
    town.live(worker, until=town.all_ended)
    return town.outcome([REQUESTER])


ATTACKS: Mapping[str, Attack] = {
    "whole stake asked as bond": frozen_by_bond,
    "silent challenges at the last second": frozen_silently,
    "callback when gas is dear": dear_callback,
}


def _answered(town: Town, count: int) -> bool:
    town.record.refresh()
    return len(town.record.requests(Status.CLAIMED)) >= count


def _silent_challenger(town: Town) -> Challenger:
    manner, belief = FALSE_CHALLENGERS["silent"], LIES["activation"]
    mind = LyingChallenger(town.honest(), manner, belief, PARAMETERS.k, 0)
    return Challenger(town.sender(SILENT), town.contracts, mind)


def _settle(town: Town, worker: Worker) -> None:
    """Until nothing is locked, and the requester has back what is due to it."""
    town.live(worker, until=lambda: worker.stake()[1] == 0, turn_seconds=DAY)
    town.record.refresh()
    for asked in town.record.requests(Status.OPEN):
        take_back(town.sender(REQUESTER), town.contracts, asked)


def gas_eater(town: Town) -> Contract:
    """A consumer that burns whatever gas its callback gets."""
    sender, code = town.sender(REQUESTER), artifact("Hostile")
    address = create_address("0x" + sender.address.hex(), sender.nonce)
    consumer = contract_of(code, bytes.fromhex(address[2:]))
    sender.deploy(consumer, consumer.abi.creation(code.bytecode, ()))
    sender.send(consumer, "setMood", GAS_EATING)
    return consumer


def ask_through(town: Town, consumer: Contract, fee: int) -> int:
    """A request by the requester's contract, with as much gas for its callback as
    there may be; its id."""
    sender, oracle = town.sender(REQUESTER), town.contracts.oracle
    asked = (town.model_id, b"\1\2\3\4", MOST_CALLBACK_GAS, town.now + 3600, 600, 0)
    data = oracle.abi.calldata("request", (*asked, sender.address))
    call = (oracle.address, fee, data)
    receipt = sender.send(consumer, "execute", *call, value=fee, listening=[oracle])
    (told,) = (e for e in receipt.events if isinstance(e, Requested))
    return told.request_id
