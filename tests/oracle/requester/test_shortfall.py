"""When a request's fee is said to be too little, and what else is in its way."""

from dataclasses import replace

import pytest
from support.testbeds.embedded import ETHER, WINDOW, EmbeddedTestbed

from oracle.requester.declines import About, Decline
from oracle.requester.fees import Sizes, reckoned
from oracle.requester.requests import Situation, situation_of

WORKER = b"\x11" * 20


@pytest.fixture
def least(world: EmbeddedTestbed) -> int:
    """What a worker wants, in wei, at a base fee that stays."""
    world.embedded.hold_base_fee(10**9)
    world.travel(1)
    world.chain.head()
    sizes = Sizes(0, 0, WINDOW)
    return reckoned(world.chain, world.contracts, world.model_id, sizes).least_wei


def asked(world: EmbeddedTestbed, fee: int) -> Situation:
    asker, deadline = world.senders[1], world.chain.now() + 3600
    terms = (world.model_id, b"\1\2\3\4", 0, deadline, WINDOW, 0, asker.address)
    asker.send(world.contracts.oracle, "request", *terms, value=fee)
    request = int(world.chain.call(world.contracts.oracle, "lastRequestId"))
    return situation_of(world.chain, world.contracts, request)


def test_fee_that_is_enough_is_no_obstacle(world: EmbeddedTestbed, least: int) -> None:
    for fee in (least, least + 1, ETHER):
        found = asked(world, fee)
        assert found.obstacle == "" and "Its fee of" not in found.explanation


def test_fee_that_lacks_a_wei_is_told_with_what_it_lacks(
    world: EmbeddedTestbed, least: int
) -> None:
    found = asked(world, least - 1)
    assert "is 1 wei less than what a worker with usual" in found.obstacle
    assert found.obstacle in found.explanation


def test_fee_is_no_obstacle_where_nobody_reckoned(
    world: EmbeddedTestbed, least: int
) -> None:
    assert replace(asked(world, 1), wanted=None).obstacle == ""


def test_declines_are_told_behind_the_fee(world: EmbeddedTestbed, least: int) -> None:
    oracle = world.contracts.oracle.address
    decline = Decline(About(31337, oracle, 1), WORKER, 12, "busy: expected less")
    enough = replace(asked(world, least), declines=(decline,))
    told = f"0x{WORKER.hex()} declines: busy: expected less."
    assert enough.obstacle == told
    short = replace(asked(world, least - 1), declines=(decline, decline))
    assert short.obstacle.endswith(f"or wait. {told} {told}")


def test_request_that_nobody_can_answer_any_more_has_no_obstacle(
    world: EmbeddedTestbed, least: int
) -> None:
    """It is over; and one that a worker has taken is on its way."""
    short = asked(world, least - 1)
    assert replace(short, now=short.last_accept - 1).obstacle
    assert replace(short, now=short.last_accept).obstacle == ""
    ended = replace(short.asked, status=type(short.asked.status).CANCELLED)
    assert replace(short, asked=ended).obstacle == ""
