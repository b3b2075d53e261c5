"""Requesters who waste others' gas, ask nonsense, or for what nobody has."""

import pytest
from griefing.testbed import ASKER, CHALLENGER, GWEI, WORKER, GriefersTestbed
from support.testbeds.embedded import FEE

from oracle.chain.errors import Refused
from oracle.chain.events import CallbackFailed
from oracle.record.record import Status

MOST_CALLBACK_GAS = 2_000_000


def test_consumer_that_burns_gas_has_paid_for_it_beforehand(
    testbed: GriefersTestbed,
) -> None:
    world, worker = testbed.world, testbed.worker()
    consumer = testbed.gas_eater()
    sizes = (world.model_id, 4, 0, MOST_CALLBACK_GAS)
    fee = int(world.chain.call(world.contracts.oracle, "estimateFee", *sizes))
    request = testbed.ask_through(consumer, MOST_CALLBACK_GAS, 2 * fee)
    before = testbed.wealth(WORKER)
    testbed.live(worker, until=testbed.all_final)
    assert testbed.gas_of(WORKER, "finalize") > MOST_CALLBACK_GAS
    assert testbed.wealth(WORKER) > before
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    failed = [e.request_id for e in told if isinstance(e, CallbackFailed)]
    assert failed == [request]


def test_consumer_that_pays_too_little_for_its_gas_is_declined(
    testbed: GriefersTestbed,
) -> None:
    worker = testbed.worker()
    consumer = testbed.gas_eater()
    testbed.ask_through(consumer, MOST_CALLBACK_GAS, MOST_CALLBACK_GAS * GWEI // 10)
    before = testbed.wealth(WORKER)
    assert worker.step() is None
    (reason,) = worker.declined.values()
    assert reason.startswith("profit: expected at least")
    assert testbed.wealth(WORKER) == before


@pytest.mark.parametrize("data", [b"", b"abc", b"abcde", bytes(5000)])
def test_malformed_input_has_an_answer_and_is_paid(
    testbed: GriefersTestbed, data: bytes
) -> None:
    """The machine halts with nothing in the output: that is the truth about it."""
    world, worker, challenger = testbed.world, testbed.worker(), testbed.challenger()
    griefer = testbed.griefing_challenger("last")
    before = testbed.wealth(WORKER)
    request = world.ask(data)
    testbed.live(worker, challenger, griefer, until=testbed.all_final)
    assert world.record().tables.requests[request].output == b""
    assert testbed.wealth(WORKER) > before
    assert testbed.count(CHALLENGER, "challenge") == 0


def test_model_that_does_not_exist_costs_its_requester_nothing_but_gas(
    testbed: GriefersTestbed,
) -> None:
    world = testbed.world
    world.model_id = b"\1" * 32
    before = testbed.wealth(ASKER)
    with pytest.raises(Refused, match="UnknownModel"):
        world.ask()
    assert testbed.wealth(ASKER) == before


def test_model_that_nobody_can_fetch_is_left_alone_and_the_fee_comes_back(
    testbed: GriefersTestbed,
) -> None:
    world = testbed.world
    worker, challenger = testbed.worker(), testbed.challenger()
    uris = ["https://127.0.0.1:9/nothing"]
    identity = (b"\1" * 32, b"\2" * 32, 0, uris)
    world.senders[0].send(world.contracts.registry, "register", *identity)
    (withheld,) = set(world.record().tables.models) - {world.model_id}
    world.model_id = withheld
    before = {who: testbed.wealth(who) for who in (ASKER, WORKER, CHALLENGER)}
    request = world.ask()
    assert worker.step() is None and challenger.step() is None
    assert worker.declined[request].startswith("no image held")
    asked = world.record().tables.requests[request].request
    world.travel(60)
    world.senders[ASKER].send(world.contracts.oracle, "cancel", asked)
    assert testbed.status(request) is Status.CANCELLED
    lost = {who: was - testbed.wealth(who) for who, was in before.items()}
    assert 0 < lost[ASKER] < FEE, "gas alone"
    assert lost[WORKER] == lost[CHALLENGER] == 0
