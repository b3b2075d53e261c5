"""Many false challengers at once: what each of them costs, beyond what tariffs pay."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from griefing.testbed import ChallengesAll
from support.testbeds.embedded import EmbeddedTestbed
from support.testbeds.mempool import MempoolTestbed, acted

from challenge.lies.challengers import Pointer, anywhere
from oracle.bench.griefing.in_step import Slanderer
from oracle.bench.griefing.stakes import DAY, WEEK
from oracle.bench.griefing.testbed import PARAMETERS, PRICE_WEI, GriefingTestbed
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.worker import Worker
from oracle.pricing.purse import WITHDRAW_GAS, WORTH
from oracle.record.record import Status
from oracle.requester.requests import Terms
from oracle.store.store import Store

CHALLENGERS = (3, 4, 5)
BOND_GAS, GAME_GAS = 37_000_000, 500_000
PATIENT = replace(PARAMETERS, clock_seconds=WEEK)


@pytest.fixture
def mempool(tmp_path: Path) -> Iterator[MempoolTestbed]:
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield MempoolTestbed(EmbeddedTestbed.made(tmp_path), store)
    store.close()


def test_claim_that_many_challenge_at_once_is_opened_once(
    mempool: MempoolTestbed,
) -> None:
    """An opening is for all games: another in the same block would fail, unpaid."""
    world, worker = mempool.world, mempool.worker()
    world.ask()
    for _ in range(3):
        acted(worker)
        mempool.mine_all()
    acted(worker)
    for index in CHALLENGERS:
        strategy = ChallengesAll(world, "last")
        Challenger(world.senders[index], world.contracts, strategy).step()
    assert len(list(world.record().games())) == len(CHALLENGERS)
    acted(worker)
    assert [action.function for action in worker.posted.actions.values()] == ["open"]
    mempool.mine_all()
    assert acted(worker) == ["open"] and worker.refused == []


def besieged(testbed: GriefingTestbed, worker: Worker, many: int = 3) -> list[str]:
    """A true claim that so many challenge, who play on; its worker's account has the
    gas of one game."""
    fee = testbed.usual_fee()
    request = testbed.ask("requester", Terms(fee_wei=fee))
    testbed.live(worker, until=lambda: testbed.asked(request).status is Status.CLAIMED)
    wei = GAME_GAS * PRICE_WEI
    testbed.endpoint.chain.alter(lambda state: state.set_balance(worker.address, wei))
    names = [f"challenger {n}" for n in range(many)]
    testbed.open_books("worker", "requester", *names)
    slanderers = [
        Challenger(
            testbed.sender(name),
            testbed.contracts,
            Slanderer(Pointer(anywhere, Random(n))),
        )
        for n, name in enumerate(names)
    ]
    for slanderer in slanderers:
        slanderer.step()
    testbed.live(
        *slanderers, worker, until=lambda: not games(testbed), turn_seconds=DAY
    )
    return names


def games(testbed: GriefingTestbed) -> list[object]:
    testbed.record.refresh()
    return list(testbed.record.games())


def test_games_that_an_account_cant_pay_are_paid_from_its_stake() -> None:
    """Tariffs are paid into the stake, while gas is paid by the account: it takes out
    what it lacks, once."""
    testbed = GriefingTestbed.made(PATIENT)
    worker = testbed.worker()
    outcome = testbed.outcome(besieged(testbed, worker))
    print(outcome)
    assert outcome.honest["worker"] < 0
    assert outcome.attacker_gain_wei < -3 * 4 * GAME_GAS * PRICE_WEI
    assert testbed.count("worker", "withdraw") == 1


def test_games_that_an_account_cant_pay_cost_a_hoarder_its_bond() -> None:
    class Hoarder(Worker):
        def _purse(self):
            yield from ()

    testbed = GriefingTestbed.made(PATIENT)
    worker = testbed.worker()
    worker.__class__ = Hoarder
    outcome = testbed.outcome(besieged(testbed, worker))
    print(outcome)
    assert outcome.honest["worker"] > BOND_GAS * 0.9


def test_deposit_of_a_wei_has_no_challenger_spend_gas() -> None:
    """Whoever deposits it pays 45,000 gas; a withdrawal would take as much."""
    testbed = GriefingTestbed.made()
    challenger = testbed.challenger()
    staking, stranger = testbed.contracts.staking, testbed.sender("stranger")
    least = WORTH * WITHDRAW_GAS * PRICE_WEI
    testbed.open_books("challenger")
    for wei in (1, least - 2):
        stranger.send(staking, "deposit", challenger.address, value=wei)
        assert challenger.step() is None
    stranger.send(staking, "deposit", challenger.address, value=1)
    done = challenger.step()
    assert done is not None and done.action.function == "withdraw"
    assert done.receipt.gas_used < WITHDRAW_GAS
    assert testbed.outcome([]).honest["challenger"] < -(WORTH - 1) * WITHDRAW_GAS
