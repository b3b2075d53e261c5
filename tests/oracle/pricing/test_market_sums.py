"""The sums of `Market` at their bounds: a market that is made up asks no chain."""

from dataclasses import replace
from typing import cast

import pytest
from support.testbeds.asked import ASKER, made_up_request
from support.testbeds.embedded import ETHER

from challenge import tariff
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.head import Head
from oracle.pricing.bonds import highest_least_bond, least_bond
from oracle.pricing.guard import Guard, answer_gas
from oracle.pricing.leases import MAX_LEASE
from oracle.pricing.market import Held, Market, Rules
from oracle.record.tables import Asked

NOW, MIN_LEASE, CLOCK, K = 1_000_000, 300, 7000, 8
BASE_FEE = 3 * 10**9
LEAST = least_bond(BASE_FEE)
WORST = 2 * BASE_FEE
OTHER = b"\2" * 20
BLOCK_SECONDS = 12
ON_ITS_WAY = 20 * BLOCK_SECONDS
"""Seconds until an answer is mined, beyond those that it takes to compute."""


class Quotes:
    """What a market asks a chain."""

    def block_seconds(self) -> int:
        return BLOCK_SECONDS


class Deployed:
    oracle = None


def market(*held: Held, width: int = 1, **changes: int) -> Market:
    money = {"balance": ETHER, "stake_wei": 40 * LEAST, "free_wei": 30 * LEAST}
    money |= changes
    balance = money.pop("balance")
    return Market(
        chain=cast(Chain, Quotes()),
        contracts=cast(Contracts, Deployed()),
        rules=Rules(MIN_LEASE, CLOCK, K),
        head=Head(1, b"", b"", NOW, BASE_FEE),
        price_wei=7,
        worst_price_wei=WORST,
        balance=lambda: balance,
        width=width,
        held=list(held),
        **money,
    )


def asked(patience: int = 24 * 3600, min_bond: int = 0) -> Asked:
    return made_up_request(deadline=NOW + patience, min_bond=min_bond)


def lease(seconds: float | None, requester: bytes = ASKER, lasts: int = 900) -> Held:
    return Held(1, requester, LEAST, 1000, NOW + lasts, seconds)


CLAIM = Held(2, OTHER, 5 * LEAST, 500)
"""Answered: it has no lease any more, and takes no time."""


def test_leases_are_what_is_not_answered() -> None:
    assert market().leases == 0
    assert market(lease(3), CLAIM, lease(None)).leases == 2


def test_offer_is_the_request_at_this_moment() -> None:
    its = market(lease(3), CLAIM, lease(3))
    offer = its.offer(asked(), 12)
    assert offer.bond_wei == offer.floor_wei == LEAST
    assert offer.locked_seconds == MAX_LEASE + 600 + CLOCK
    assert (offer.gas_price_wei, offer.output_bytes) == (7, 12)
    assert (offer.stake_wei, offer.requester_wei) == (40 * LEAST, 2 * LEAST)
    dear = its.offer(asked(min_bond=3 * LEAST), 12)
    assert (dear.bond_wei, dear.floor_wei) == (3 * LEAST, LEAST)
    assert dear.bond_price_wei == 2 * BASE_FEE


def test_most_bond_follows_the_base_fee_within_what_there_is() -> None:
    risen = highest_least_bond(BASE_FEE)
    assert risen == 2 * LEAST
    guard = Guard()
    for its, min_bond, most in (
        (market(), 0, risen),
        (market(), 3 * LEAST, 3 * LEAST),
        (market(free_wei=risen - 1), 0, risen - 1),
        (market(stake_wei=LEAST), 3 * LEAST, risen),
    ):
        assert its.most_bond(its.offer(asked(min_bond=min_bond), 12), guard) == most
    # A floor above what the base fee may come to, as if the contract were dearer.
    its = market()
    high = replace(its.offer(asked(), 12), floor_wei=5 * LEAST, bond_wei=5 * LEAST)
    assert its.most_bond(high, guard) == 5 * LEAST


@pytest.mark.parametrize(
    ("held", "width", "seconds", "least"),
    [
        ((), 1, 0, ON_ITS_WAY + 1),
        ((), 1, 60.5, ON_ITS_WAY + 121 + 1),
        ((lease(30), CLAIM, lease(40)), 1, 10, ON_ITS_WAY + 70 + 20 + 1),
        ((lease(30), CLAIM, lease(40)), 2, 10, ON_ITS_WAY + 35 + 20 + 1),
        ((lease(None), lease(40)), 1, 10, ON_ITS_WAY + 40 + 20 + 1),
    ],
)
def test_least_end_waits_for_what_is_held(
    held: tuple[Held, ...], width: int, seconds: float, least: int
) -> None:
    assert market(*held, width=width).least_end(seconds) == NOW + least


def test_gas_is_of_an_answer_and_the_longest_defence() -> None:
    expected = answer_gas(asked(), 12) + tariff.max_worker_due(K)
    assert market().gas_of(asked(), 12) == expected


def test_stake_must_be_free_for_the_bond() -> None:
    assert market(free_wei=LEAST).money_objection(asked(), 12) == ""
    short = market(free_wei=LEAST - 1).money_objection(asked(), 12)
    assert short.startswith("free stake: expected the bond of 0.222 ether, got 0.2219")
    assert short.endswith(": `plumb worker stake 0.222ether`")
    # More may be promised than there is; nobody is told of less than nothing.
    nothing = market(free_wei=-5).money_objection(asked(), 12)
    assert ", got 0 wei: " in nothing


def test_balance_must_bear_the_gas_of_all_that_is_held() -> None:
    gas = 1500 + market().gas_of(asked(), 12)
    held = (lease(3), CLAIM)
    assert market(*held, balance=WORST * gas).money_objection(asked(), 12) == ""
    short = market(*held, balance=WORST * gas - 1).money_objection(asked(), 12)
    assert short.startswith("balance: expected ")


def test_last_instant_is_too_late() -> None:
    assert market().lateness(asked(patience=MIN_LEASE + 1)) == ""
    last = market().lateness(asked(patience=MIN_LEASE))
    assert last == f"too late: the last instant to accept was {NOW}, it is {NOW}"


def test_nothing_is_promised_while_a_duration_is_unknown() -> None:
    unknown = "not timed yet: expected to know how long an answer takes here"
    assert market().time_objection(asked(), None) == unknown
    assert market(lease(3), lease(None)).time_objection(asked(), 3) == unknown
    assert market(lease(3), CLAIM).time_objection(asked(), 3) == ""


def test_lease_must_last_until_the_answer_is_mined() -> None:
    """It lasts 300 seconds; the answer is mined after 241, and twice its time."""
    brief = asked(patience=MIN_LEASE + 100)
    assert market().time_objection(brief, 29.5) == ""
    assert market().time_objection(brief, 30) == (
        "lease too short: expected 301 seconds, for an answer that takes 30, got 300: "
        f"the last instant to accept is {NOW + 100}, it is {NOW}"
    )


def test_work_fits_in_half_of_the_shortest_lease() -> None:
    """Of 900 seconds, among one of 1800."""
    held = (lease(200), CLAIM, lease(100, lasts=1700))
    assert market(*held).time_objection(asked(), 150) == ""
    busy = market(*held).time_objection(asked(), 151)
    assert busy == (
        "busy: expected answers of at most 450 seconds in all, half of the shortest "
        "lease, got 451"
    )
    assert market(*held, width=2).time_objection(asked(), 600) == ""
    assert market(*held, width=2).time_objection(asked(), 601).startswith("busy: ")
    # The one to be accepted may itself be the shortest: 700 seconds.
    brief = asked(patience=1400)
    assert market(*held).time_objection(brief, 50) == ""
    assert market(*held).time_objection(brief, 51).startswith("busy: ")


def test_what_is_taken_is_held_from_then_on() -> None:
    its = market()
    its.take(asked(), LEAST, 12, 60)
    gas = its.gas_of(asked(), 12)
    assert its.free_wei == 29 * LEAST
    assert its.held == [Held(7, ASKER, LEAST, gas, NOW + MAX_LEASE, 60)]
