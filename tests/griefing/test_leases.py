"""A worker who accepts and never answers: it pays for each lease, to nobody."""

from griefing.village import ASKER, GRIEFER, GWEI, WORKER, Village
from support.world import FEE

LEASE_SECONDS = 30 * 60
BOND_GAS = 37_000_000
PENALTY = BOND_GAS // 10 * GWEI


def test_leaser_pays_for_each_lease_and_nobody_gains(village: Village) -> None:
    world = village.world
    leaser, worker = village.leaser(), village.worker()
    before = {who: village.wealth(who) for who in (ASKER, GRIEFER, WORKER)}
    patience = 2 * LEASE_SECONDS
    request = world.ask(patience=patience)
    end = world.chain.now() + patience

    village.live(leaser, worker, until=lambda: world.chain.now() >= end)
    village.take_back(request)
    leases = village.count(GRIEFER, "accept")
    assert leases == 4, "each half of what is left, down to the least"
    gained = {who: village.wealth(who) - was for who, was in before.items()}
    assert -GWEI * 10**6 < gained[ASKER] < 0, "the fee comes back, less gas"
    assert gained[GRIEFER] <= -leases * PENALTY
    # Whoever ends a lease has the base fee back, and loses the tip.
    assert -village.fees(WORKER, "expireLease") < gained[WORKER] < 0
    assert village.gas_of(WORKER, "expireLease") * 40 < BOND_GAS // 10


def test_leaser_without_more_stake_lets_the_honest_answer(village: Village) -> None:
    world = village.world
    leaser, worker = village.leaser(), village.worker()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    free, _ = leaser.stake()
    leaser.withdraw(free - bond)
    before = village.wealth(WORKER)
    world.ask()
    begun = world.chain.now()
    village.live(leaser, worker, until=lambda: village.count(WORKER, "submit") == 1)
    assert world.chain.now() - begun < LEASE_SECONDS + 300
    village.live(leaser, worker, until=village.all_final)
    assert village.wealth(WORKER) > before, "the fee pays for ending the lease, too"


def test_lease_of_a_request_that_it_could_not_answer_is_left_alone(
    village: Village,
) -> None:
    world = village.world
    leaser, worker = village.leaser(), village.worker()
    world.ask()
    assert leaser.step() is not None
    world.travel(LEASE_SECONDS)
    worker._mind.library._models.clear()  # type: ignore[attr-defined]
    assert worker.step() is None


def test_lease_past_the_deadline_is_its_requesters_to_end(village: Village) -> None:
    world = village.world
    leaser, worker = village.leaser(), village.worker()
    request = world.ask(patience=600)
    assert leaser.step() is not None
    world.travel(700)
    assert worker.step() is None
    before = village.wealth(ASKER)
    village.take_back(request)
    assert before < village.wealth(ASKER) < before + FEE
