"""Attacks on a worker's leases: each would have it pay for answers that come too late.

`make_worker` puts somebody else in the place of the default node.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from challenge import tariff
from oracle.bench.griefing.held import HeldSender
from oracle.bench.griefing.outcome import Attack, Outcome
from oracle.bench.griefing.town import ETHER, PARAMETERS, PRICE_WEI, Town
from oracle.node.honest import Honest
from oracle.node.worker.worker import Worker
from oracle.pricing.leases import MAX_LEASE, last_instant
from oracle.record.record import Status
from oracle.requester.requests import Terms, take_back

REQUESTER, WORKER = "requester", "worker"
MIN_LEASE = PARAMETERS.min_lease_seconds
PENALTY_GAS = tariff.WORKER_BOND // 10
MANY = 64
FOUR_HOURS = 4 * 3600
RICH_STAKE_WEI = 40 * ETHER
"""So much that the share of one requester limits nothing here."""

MakeWorker = Callable[[Town, Honest], Worker]


def default_worker(town: Town, mind: Honest) -> Worker:
    return town.worker(WORKER, mind, RICH_STAKE_WEI)


def last_moment(make_worker: MakeWorker = default_worker) -> Outcome:
    """A request of which nobody could know in time: its lease would be the least there
    is, and the model takes nearly all of that."""
    town = Town.made()
    worker = make_worker(town, town.slow(MIN_LEASE - 5))
    _warm_up(town, worker)
    town.open_books(WORKER, REQUESTER)
    request = town.ask(REQUESTER, _terms(town, patience=MIN_LEASE + 120))
    town.live(worker, until=_gave_up(town, request))
    return _after_refunds(town)


def late_accept(make_worker: MakeWorker = default_worker) -> Outcome:
    """A builder holds the signed `accept` back until the last instant, when the lease
    is the shortest."""
    town = Town.made()
    worker = make_worker(town, town.slow(MIN_LEASE - 5))
    _warm_up(town, worker)
    held = HeldSender(town.chain, town.key(WORKER))
    held.hold("accept")
    worker.sender = held
    town.open_books(WORKER, REQUESTER)
    request = town.ask(REQUESTER, _terms(town, patience=2400))
    worker.step()
    last = last_instant(town.asked(request).request.deadline, MIN_LEASE)
    while town.now < last - 2 * 12:
        town.travel(12)
        town.tick()
        worker.step()
    held.let_in()
    town.live(worker, until=_gave_up(town, request))
    return _after_refunds(town)


def outage(make_worker: MakeWorker = default_worker) -> Outcome:
    """The worker's machine stands still for an hour; the requester ends the lease, and
    takes all that it can.

    The penalty is for having been away, whoever asked: it isn't counted as a loss by
    the attack, whose aim is to be paid it.
    """
    town = Town.made()
    worker = make_worker(town, town.honest())
    _warm_up(town, worker)
    town.open_books(WORKER, REQUESTER)
    request = town.ask(REQUESTER, _terms(town, patience=FOUR_HOURS))
    town.live(worker, until=lambda: town.asked(request).status is Status.ACCEPTED)
    town.travel(MAX_LEASE)
    outcome = _after_refunds(town)
    loss = outcome.honest[WORKER] - PENALTY_GAS
    return replace(outcome, honest={WORKER: loss})


def flood(
    make_worker: MakeWorker = default_worker,
    many: int = MANY,
    run_seconds: int = 60,
) -> Outcome:
    """Many requests at once to a model of a minute, for a machine with one process."""
    town = Town.made()
    worker = make_worker(town, town.slow(run_seconds))
    _warm_up(town, worker)
    town.open_books(WORKER, REQUESTER)
    for n in range(many):
        town.ask(REQUESTER, _terms(town, patience=FOUR_HOURS), bytes([n, 1, 2, 3]))
    town.live(worker, until=_all_over(town))
    return _after_refunds(town)


def endless_run(
    make_worker: MakeWorker = default_worker,
    many: int = MANY,
    run_seconds: int = 2 * MAX_LEASE,
) -> Outcome:
    """Many requests of a model whose run outlasts any lease; the asking costs little,
    and the fee comes back."""
    town = Town.made()
    worker = make_worker(town, town.slow(run_seconds))
    town.open_books(WORKER, REQUESTER)
    for n in range(many):
        town.ask(REQUESTER, _terms(town, patience=FOUR_HOURS), bytes([n, 1, 2, 3]))
    town.live(worker, until=_all_over(town), turn_seconds=MAX_LEASE // 10)
    return _after_refunds(town)


def empty_account(make_worker: MakeWorker = default_worker) -> Outcome:
    """The worker's account pays for `accept`, but no longer for `submit`."""
    town = Town.made()
    worker = make_worker(town, town.honest())
    _warm_up(town, worker)
    address = worker.address
    town.endpoint.chain.alter(
        lambda state: state.set_balance(address, 120_000 * PRICE_WEI)
    )
    town.open_books(WORKER, REQUESTER)
    town.ask(REQUESTER, _terms(town), b"\1\2\3\5")
    town.live(worker, until=_all_over(town))
    return _after_refunds(town)


ATTACKS: Mapping[str, Attack] = {
    "lease at the last moment": last_moment,
    "accept held back": late_accept,
    "paid for an outage": outage,
    "flood of slow answers": flood,
    "run longer than a lease": endless_run,
    "account too poor to submit": empty_account,
}


def _terms(town: Town, patience: int = 3600) -> Terms:
    return Terms(fee_wei=town.usual_fee(), patience=patience)


def _warm_up(town: Town, worker: Worker) -> None:
    """An answer has been given, so it is known how long one takes."""
    town.ask("somebody", _terms(town), b"warm")
    town.live(worker, until=town.all_ended)


def _gave_up(town: Town, request: int) -> Callable[[], bool]:
    """Whether it was answered and paid for, or nobody can accept it any more."""

    def over() -> bool:
        asked = town.asked(request)
        late = town.now >= last_instant(asked.request.deadline, MIN_LEASE)
        waits = asked.lease is None or town.now >= asked.lease.end
        ended = asked.status in (Status.FINAL, Status.CANCELLED)
        return ended or (asked.claim is None and late and waits)

    return over


def _all_over(town: Town) -> Callable[[], bool]:
    """The same of all requests there are."""

    def over() -> bool:
        town.record.refresh()
        return all(_gave_up(town, request)() for request in town.record.tables.requests)

    return over


def _after_refunds(town: Town) -> Outcome:
    """The requester takes back what nobody answered."""
    town.record.refresh()
    for asked in list(town.record.tables.requests.values()):
        if asked.status in (Status.OPEN, Status.ACCEPTED):
            take_back(town.sender(REQUESTER), town.contracts, asked)
    return town.outcome([REQUESTER])
