"""The guard: what a request must pay, and how much of a stake may be locked for it."""

from dataclasses import replace

import pytest
from support.testbeds.asked import made_up_request
from support.testbeds.embedded import ETHER, FEE, EmbeddedTestbed

from challenge.claim import Work
from oracle.node.roles.roles import WorkerSettings
from oracle.pricing.guard import (
    FIXED_GAS,
    OUTPUT_BYTE_GAS,
    Guard,
    Offer,
    answer_gas,
    rent_wei,
)
from oracle.requester.fees import Sizes, reckoned

YEAR = 365 * 24 * 3600
WEEK, MONTH = 7 * 24 * 3600, 30 * 24 * 3600
BOND = 37 * ETHER // 1000


@pytest.fixture
def offer() -> Offer:
    """Of a request with the least bond, to a worker with twenty of them."""
    return Offer(
        asked=made_up_request(fee=FEE),
        bond_wei=BOND,
        locked_seconds=WEEK,
        gas_price_wei=3,
        output_bytes=12,
        floor_wei=BOND,
        stake_wei=20 * BOND,
    )


def test_guard_profit_is_fee_less_royalty_gas_and_rent(offer: Offer) -> None:
    gas = FIXED_GAS + OUTPUT_BYTE_GAS * 12 + 50_000
    rent = BOND * 7 // 3650
    profit = Guard().profit(offer)
    assert abs(profit - (FEE - FEE * 5 // 100 - gas * 3 - rent)) < 10**6
    assert Guard(least_profit_wei=profit).objection(offer) == ""
    too_much = Guard(least_profit_wei=profit + 1).objection(offer)
    assert too_much.startswith("profit: expected at least")
    assert Guard(bond_rate=0).profit(offer) == FEE - FEE * 5 // 100 - gas * 3


def test_rent_is_the_rate_of_the_bond_for_a_year() -> None:
    assert rent_wei(10 * ETHER, YEAR, 0.1) == ETHER
    assert rent_wei(10 * ETHER, YEAR // 5, 0.1) == ETHER // 5
    # A bond of the least size, for a silent challenger's week.
    assert 7 * 10**13 < rent_wei(BOND, WEEK, 0.1) < 8 * 10**13


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"bond_wei": 2 * BOND}, ""),
        ({"bond_wei": 2 * BOND + 1}, "bond: expected at most 0.074 ether"),
        # The least bond is never too much, however small the stake.
        ({"stake_wei": BOND}, ""),
        ({"stake_wei": BOND, "requester_wei": 1}, "requester: with 1 wei locked"),
        ({"requester_wei": 4 * BOND}, ""),
        ({"requester_wei": 4 * BOND + 1}, "requester: with 0.148 ether locked"),
        ({"bond_wei": 2 * BOND, "requester_wei": 3 * BOND}, ""),
        ({"bond_wei": 2 * BOND, "requester_wei": 4 * BOND}, "requester: with 0.148"),
    ],
)
def test_guard_shares_of_the_stake(
    offer: Offer, change: dict[str, int], reason: str
) -> None:
    found = Guard().objection(replace(offer, **change))
    assert found.startswith(reason) and bool(found) == bool(reason)


def test_guard_least_fee_is_enough_and_a_wei_less_is_told_exactly(
    offer: Offer,
) -> None:
    assert Guard(least_fee_wei=FEE).objection(offer) == ""
    assert Guard(least_fee_wei=FEE + 1).objection(offer) == (
        "fee: expected at least 0.001000000000000001 ether, got 0.001 ether"
    )
    # Amounts that differ as they are shown to a person are not told to the wei.
    far = Guard(least_fee_wei=2 * FEE + 1)
    assert far.objection(offer) == (
        "fee: expected at least 0.002 ether, got 0.001 ether"
    )


def test_requester_that_holds_its_share_may_lock_nothing(offer: Offer) -> None:
    assert Guard().most_bond(replace(offer, requester_wei=6 * BOND)) == 0


def test_gas_of_an_answer_is_the_oracle_s_estimate(
    world: EmbeddedTestbed, offer: Offer
) -> None:
    chain, oracle = world.chain, world.contracts.oracle
    publisher, registry = world.senders[0], world.contracts.registry
    for output_bytes in (1, 12, 1000):
        work = Work(0, 0, 0, output_bytes, 0)
        publisher.send(registry, "stateWork", world.model_id, work)
        sizes = (4, 0, offer.asked.request.callback_gas)
        fee = chain.call(oracle, "estimateFee", world.model_id, *sizes)
        _, price = chain.call(oracle, "bondFor", 0)
        # The estimate is rounded down, by less than a wei of billions a gas unit.
        bare = fee * (10_000 - offer.asked.model.royalty_bps) / 10_000
        assert answer_gas(offer.asked, output_bytes) == round(bare / price)


def test_guard_most_bond_is_a_limit_of_its_own(offer: Offer) -> None:
    guard = Guard(most_bond_wei=BOND - 1)
    assert guard.objection(offer).startswith("bond: expected at most")
    assert guard.most_bond(offer) == BOND - 1
    assert Guard().most_bond(offer) == 2 * BOND
    assert Guard().most_bond(replace(offer, requester_wei=4 * BOND)) == BOND


def test_settings_by_default_lose_nothing_and_lend_at_a_tenth() -> None:
    guard = WorkerSettings.model_construct().guard
    assert guard == Guard(least_profit_wei=0)
    assert (guard.bond_rate, guard.claim_share, guard.requester_share) == (
        0.1,
        0.1,
        0.25,
    )
    assert guard.most_leases == 64, "docs/node.md says so"


@pytest.mark.parametrize("window", [300, 600, 24 * 3600, MONTH])
@pytest.mark.parametrize("min_bond", [0, ETHER])
def test_fee_that_is_offered_by_default_is_accepted_by_default(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, window: int, min_bond: int
) -> None:
    """With a clock of seven days, which real deployments have."""
    sizes = Sizes(12, 50_000, window, min_bond)
    call = world.chain.call

    def of_a_week(contract, function, *arguments):
        if function == "clockSeconds":
            return WEEK
        return call(contract, function, *arguments)

    monkeypatch.setattr(world.chain, "call", of_a_week)
    wanted = reckoned(world.chain, world.contracts, world.model_id, sizes)
    world.ask()
    (asked,) = world.record().tables.requests.values()
    request = replace(asked.request, fee=wanted.offer_wei, window=window)
    offer = Offer(
        asked=replace(asked, request=request),
        bond_wei=max(BOND, min_bond),
        locked_seconds=1800 + window + WEEK,
        gas_price_wei=10**9,
        output_bytes=12,
        floor_wei=BOND,
        stake_wei=100 * ETHER,
    )
    assert WorkerSettings.model_construct().guard.objection(offer) == ""
    bare = replace(asked.request, fee=400_000 * 10**9, window=window)
    unpaid = replace(offer, asked=replace(asked, request=bare))
    refused = WorkerSettings.model_construct().guard.objection(unpaid)
    assert refused.startswith("profit: ")
