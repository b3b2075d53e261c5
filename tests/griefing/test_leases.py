"""A worker who accepts and never answers: it pays for each lease, to nobody."""

from griefing.testbed import ASKER, GRIEFER, GWEI, WORKER, GriefersTestbed
from support.testbeds.embedded import FEE

LEASE_SECONDS = 30 * 60
BOND_GAS = 37_000_000
PENALTY = BOND_GAS // 10 * GWEI


def test_leaser_pays_for_each_lease_and_nobody_gains(testbed: GriefersTestbed) -> None:
    world = testbed.world
    leaser, worker = testbed.leaser(), testbed.worker()
    before = {who: testbed.wealth(who) for who in (ASKER, GRIEFER, WORKER)}
    patience = 2 * LEASE_SECONDS
    request = world.ask(patience=patience)
    end = world.chain.now() + patience

    testbed.live(leaser, worker, until=lambda: world.chain.now() >= end)
    testbed.take_back(request)
    leases = testbed.count(GRIEFER, "accept")
    assert leases == 4, "each half of what is left, down to the least"
    gained = {who: testbed.wealth(who) - was for who, was in before.items()}
    assert -GWEI * 10**6 < gained[ASKER] < 0, "the fee comes back, less gas"
    assert gained[GRIEFER] <= -leases * PENALTY
    # Whoever ends a lease has the base fee back, and loses the tip.
    assert -testbed.fees(WORKER, "expireLease") < gained[WORKER] < 0
    assert testbed.gas_of(WORKER, "expireLease") * 40 < BOND_GAS // 10


def test_leaser_without_more_stake_lets_the_honest_answer(
    testbed: GriefersTestbed,
) -> None:
    world = testbed.world
    leaser, worker = testbed.leaser(), testbed.worker()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    free, _ = leaser.stake()
    leaser.withdraw(free - bond)
    before = testbed.wealth(WORKER)
    world.ask()
    begun = world.chain.now()
    testbed.live(leaser, worker, until=lambda: testbed.count(WORKER, "submit") == 1)
    assert world.chain.now() - begun < LEASE_SECONDS + 300
    testbed.live(leaser, worker, until=testbed.all_final)
    assert testbed.wealth(WORKER) > before, "the fee pays for ending the lease, too"


def test_lease_of_a_request_that_it_could_not_answer_is_left_alone(
    testbed: GriefersTestbed,
) -> None:
    world = testbed.world
    leaser, worker = testbed.leaser(), testbed.worker()
    world.ask()
    assert leaser.step() is not None
    world.travel(LEASE_SECONDS)
    worker._strategy.library._models.clear()  # type: ignore[attr-defined]
    assert worker.step() is None


def test_lease_past_the_deadline_is_its_requesters_to_end(
    testbed: GriefersTestbed,
) -> None:
    world = testbed.world
    leaser, worker = testbed.leaser(), testbed.worker()
    request = world.ask(patience=600)
    assert leaser.step() is not None
    world.travel(700)
    assert worker.step() is None
    before = testbed.wealth(ASKER)
    testbed.take_back(request)
    assert before < testbed.wealth(ASKER) < before + FEE
