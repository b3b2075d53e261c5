"""A challenger who challenges everything: it pays for that, and nobody else does."""

import pytest
from griefing.testbed import CHALLENGER, GRIEFER, GWEI, WORKER, GriefersTestbed
from support.testbeds.embedded import CLOCK, FEE

from challenge import tariff
from challenge.lies import FALSE_CHALLENGERS
from oracle.chain.events import ChallengerLost

K = 8
PAID = FEE * 95 // 100
"""To the worker: the publisher takes a royalty of a twentieth."""


@pytest.mark.parametrize("manner", FALSE_CHALLENGERS)
def test_challenger_of_everything_pays_the_defence(
    testbed: GriefersTestbed, manner: str
) -> None:
    world = testbed.world
    worker, griefer = testbed.worker(), testbed.griefing_challenger(manner)
    bystander = testbed.challenger()
    before = {who: testbed.wealth(who) for who in (WORKER, CHALLENGER, GRIEFER)}
    for word in (b"\0\0\0\0", b"\1\2\3\4"):
        world.ask(word)
    testbed.live(griefer, worker, bystander, until=testbed.all_final)
    gained = {who: testbed.wealth(who) - was for who, was in before.items()}
    ordinary = testbed.fees(WORKER, "accept", "submit", "finalize")
    assert gained[WORKER] >= 2 * PAID - ordinary
    assert gained[CHALLENGER] == 0
    assert gained[GRIEFER] <= -2 * tariff.challenger_bond_gas(K) * GWEI


def test_challenger_at_the_last_second_delays_by_one_clock(
    testbed: GriefersTestbed,
) -> None:
    world, worker = testbed.world, testbed.worker()
    request = world.ask()
    testbed.live(worker, until=lambda: testbed.count(WORKER, "submit") == 1)
    claim = world.record().tables.requests[request].claim
    assert claim is not None
    world.travel(claim.window_end - world.chain.now() - 60)
    griefer = testbed.griefing_challenger("silent")
    testbed.live(griefer, worker, until=testbed.all_final)
    delay = world.chain.now() - claim.window_end
    assert CLOCK - 120 < delay < CLOCK + 120
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    assert len([e for e in told if isinstance(e, ChallengerLost)]) == 1
