"""A liar that takes a request again after each of its lies about it has fallen."""

from collections.abc import Mapping
from dataclasses import replace

from challenge import tariff
from challenge.lies import LIES
from oracle.bench.griefing.flood import NO_CAPS
from oracle.bench.griefing.outcome import Attack, Outcome
from oracle.bench.griefing.testbed import PARAMETERS, PRICE_WEI, GriefingTestbed
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.requester.requests import Terms, take_back

REQUESTER, LIAR = "requester", "liar"
WORKER, CHALLENGER = "worker", "challenger"
WINDOW_SECONDS = 600
BONDS = 4


def relapses(
    bonds: int = BONDS,
    patience: int = 24 * 3600,
    testbed: GriefingTestbed | None = None,
) -> Outcome:
    """The liar is always the first to see that a request is open, as one may be who
    pays the highest tip, and has so many bonds. The fee of a true answer is no loss."""
    testbed = testbed or GriefingTestbed.made()
    testbed.stake(LIAR, bonds * tariff.WORKER_BOND * PRICE_WEI)
    strategy = LyingWorker(testbed.honest(), LIES["activation"], PARAMETERS.k, 1)
    liar = Worker(testbed.sender(LIAR), testbed.contracts, strategy, NO_CAPS)
    challenger, worker = testbed.challenger(CHALLENGER), testbed.worker(WORKER)
    testbed.open_books(REQUESTER, LIAR, WORKER, CHALLENGER)
    fee, begun = testbed.usual_fee(window=WINDOW_SECONDS), testbed.now
    terms = Terms(fee_wei=fee, window=WINDOW_SECONDS, patience=patience)
    request = testbed.ask(REQUESTER, terms)

    def over() -> bool:
        late = testbed.now >= begun + patience
        return testbed.all_ended() or (
            late and testbed.asked(request).status is Status.OPEN
        )

    testbed.live(challenger, liar, worker, until=over)
    if testbed.asked(request).status is Status.OPEN:
        take_back(testbed.sender(REQUESTER), testbed.contracts, testbed.asked(request))
        fee = 0
    while challenger.step() is not None:
        pass
    outcome = testbed.outcome([LIAR])
    lost = outcome.honest[REQUESTER] - fee // PRICE_WEI
    return replace(outcome, honest={**outcome.honest, REQUESTER: lost})


ATTACKS: Mapping[str, Attack] = {"a lie again after each that fell": relapses}
