"""Attacks on a worker's leases: each would have it pay for answers that come too late.

`make_worker` puts somebody else in the place of the default node.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from challenge import tariff
from oracle.bench.griefing.held import HeldSender
from oracle.bench.griefing.outcome import Attack, Outcome
from oracle.bench.griefing.testbed import ETHER, PARAMETERS, PRICE_WEI, GriefingTestbed
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

MakeWorker = Callable[[GriefingTestbed, Honest], Worker]


def default_worker(testbed: GriefingTestbed, strategy: Honest) -> Worker:
    return testbed.worker(WORKER, strategy, RICH_STAKE_WEI)


def last_moment(make_worker: MakeWorker = default_worker) -> Outcome:
    """A request of which nobody could know in time: its lease would be the least there
    is, and the model takes nearly all of that."""
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.slow(MIN_LEASE - 5))
    _warm_up(testbed, worker)
    testbed.open_books(WORKER, REQUESTER)
    request = testbed.ask(REQUESTER, _terms(testbed, patience=MIN_LEASE + 120))
    testbed.live(worker, until=_gave_up(testbed, request))
    return _after_refunds(testbed)


def late_accept(make_worker: MakeWorker = default_worker) -> Outcome:
    """A builder holds the signed `accept` back until the last instant, when the lease
    is the shortest."""
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.slow(MIN_LEASE - 5))
    _warm_up(testbed, worker)
    held = HeldSender(testbed.chain, testbed.key(WORKER))
    held.hold("accept")
    worker.sender = held
    testbed.open_books(WORKER, REQUESTER)
    request = testbed.ask(REQUESTER, _terms(testbed, patience=2400))
    worker.step()
    last = last_instant(testbed.asked(request).request.deadline, MIN_LEASE)
    while testbed.now < last - 2 * 12:
        testbed.travel(12)
        testbed.tick()
        worker.step()
    held.let_in()
    testbed.live(worker, until=_gave_up(testbed, request))
    return _after_refunds(testbed)


def outage(make_worker: MakeWorker = default_worker) -> Outcome:
    """The worker's machine stands still for an hour; the requester ends the lease, and
    takes all that it can.

    The penalty is for having been away, whoever asked: it isn't counted as a loss by
    the attack, whose aim is to be paid it.
    """
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.honest())
    _warm_up(testbed, worker)
    testbed.open_books(WORKER, REQUESTER)
    request = testbed.ask(REQUESTER, _terms(testbed, patience=FOUR_HOURS))
    testbed.live(worker, until=lambda: testbed.asked(request).status is Status.ACCEPTED)
    testbed.travel(MAX_LEASE)
    outcome = _after_refunds(testbed)
    loss = outcome.honest[WORKER] - PENALTY_GAS
    return replace(outcome, honest={WORKER: loss})


def flood(
    make_worker: MakeWorker = default_worker,
    many: int = MANY,
    run_seconds: int = 60,
) -> Outcome:
    """Many requests at once to a model of a minute, for a machine with one process."""
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.slow(run_seconds))
    _warm_up(testbed, worker)
    testbed.open_books(WORKER, REQUESTER)
    for n in range(many):
        testbed.ask(
            REQUESTER, _terms(testbed, patience=FOUR_HOURS), bytes([n, 1, 2, 3])
        )
    testbed.live(worker, until=_all_over(testbed))
    return _after_refunds(testbed)


def endless_run(
    make_worker: MakeWorker = default_worker,
    many: int = MANY,
    run_seconds: int = 2 * MAX_LEASE,
) -> Outcome:
    """Many requests of a model whose run outlasts any lease; the asking costs little,
    and the fee comes back."""
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.slow(run_seconds))
    testbed.open_books(WORKER, REQUESTER)
    for n in range(many):
        testbed.ask(
            REQUESTER, _terms(testbed, patience=FOUR_HOURS), bytes([n, 1, 2, 3])
        )
    testbed.live(worker, until=_all_over(testbed), turn_seconds=MAX_LEASE // 10)
    return _after_refunds(testbed)


def empty_account(make_worker: MakeWorker = default_worker) -> Outcome:
    """The worker's account pays for `accept`, but no longer for `submit`."""
    testbed = GriefingTestbed.made()
    worker = make_worker(testbed, testbed.honest())
    _warm_up(testbed, worker)
    address = worker.address
    testbed.endpoint.chain.alter(
        lambda state: state.set_balance(address, 120_000 * PRICE_WEI)
    )
    testbed.open_books(WORKER, REQUESTER)
    testbed.ask(REQUESTER, _terms(testbed), b"\1\2\3\5")
    testbed.live(worker, until=_all_over(testbed))
    return _after_refunds(testbed)


ATTACKS: Mapping[str, Attack] = {
    "lease at the last moment": last_moment,
    "accept held back": late_accept,
    "paid for an outage": outage,
    "flood of slow answers": flood,
    "run longer than a lease": endless_run,
    "account too poor to submit": empty_account,
}


def _terms(testbed: GriefingTestbed, patience: int = 3600) -> Terms:
    return Terms(fee_wei=testbed.usual_fee(), patience=patience)


def _warm_up(testbed: GriefingTestbed, worker: Worker) -> None:
    """An answer has been given, so it is known how long one takes."""
    testbed.ask("somebody", _terms(testbed), b"warm")
    testbed.live(worker, until=testbed.all_ended)


def _gave_up(testbed: GriefingTestbed, request: int) -> Callable[[], bool]:
    """Whether it was answered and paid for, or nobody can accept it any more."""

    def over() -> bool:
        asked = testbed.asked(request)
        late = testbed.now >= last_instant(asked.request.deadline, MIN_LEASE)
        waits = asked.lease is None or testbed.now >= asked.lease.end
        ended = asked.status in (Status.FINAL, Status.CANCELLED)
        return ended or (asked.claim is None and late and waits)

    return over


def _all_over(testbed: GriefingTestbed) -> Callable[[], bool]:
    """The same of all requests there are."""

    def over() -> bool:
        testbed.record.refresh()
        return all(
            _gave_up(testbed, request)() for request in testbed.record.tables.requests
        )

    return over


def _after_refunds(testbed: GriefingTestbed) -> Outcome:
    """The requester takes back what nobody answered."""
    testbed.record.refresh()
    for asked in list(testbed.record.tables.requests.values()):
        if asked.status in (Status.OPEN, Status.ACCEPTED):
            take_back(testbed.sender(REQUESTER), testbed.contracts, asked)
    return testbed.outcome([REQUESTER])
