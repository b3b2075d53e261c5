"""Requesters who waste others' gas, ask nonsense, or for what nobody has."""

import pytest
from griefing.village import ASKER, CHALLENGER, GWEI, WORKER, Village
from support.world import FEE

from oracle.chain.errors import Refused
from oracle.chain.events import CallbackFailed
from oracle.record.record import Status

MOST_CALLBACK_GAS = 2_000_000


def test_consumer_that_burns_gas_has_paid_for_it_beforehand(village: Village) -> None:
    world, worker = village.world, village.worker()
    consumer = village.gas_eater()
    sizes = (world.model_id, 4, 12, MOST_CALLBACK_GAS)
    fee = int(world.chain.call(world.contracts.oracle, "estimateFee", *sizes))
    request = village.ask_through(consumer, MOST_CALLBACK_GAS, 2 * fee)
    before = village.wealth(WORKER)
    village.live(worker, until=village.all_final)
    assert village.gas_of(WORKER, "finalize") > MOST_CALLBACK_GAS
    assert village.wealth(WORKER) > before
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    failed = [e.request_id for e in told if isinstance(e, CallbackFailed)]
    assert failed == [request]


def test_consumer_that_pays_too_little_for_its_gas_is_declined(
    village: Village,
) -> None:
    worker = village.worker()
    consumer = village.gas_eater()
    village.ask_through(consumer, MOST_CALLBACK_GAS, MOST_CALLBACK_GAS * GWEI // 10)
    before = village.wealth(WORKER)
    assert worker.step() is None
    (reason,) = worker.declined.values()
    assert reason.startswith("profit: expected at least")
    assert village.wealth(WORKER) == before


@pytest.mark.parametrize("data", [b"", b"abc", b"abcde", bytes(5000)])
def test_malformed_input_has_an_answer_and_is_paid(
    village: Village, data: bytes
) -> None:
    """The machine halts with nothing in the output: that is the truth about it."""
    world, worker, challenger = village.world, village.worker(), village.challenger()
    griefer = village.griefing_challenger("last")
    before = village.wealth(WORKER)
    request = world.ask(data)
    village.live(worker, challenger, griefer, until=village.all_final)
    assert world.record().tables.requests[request].output == b""
    assert village.wealth(WORKER) > before
    assert village.count(CHALLENGER, "challenge") == 0


def test_model_that_does_not_exist_costs_its_requester_nothing_but_gas(
    village: Village,
) -> None:
    world = village.world
    world.model_id = b"\1" * 32
    before = village.wealth(ASKER)
    with pytest.raises(Refused, match="UnknownModel"):
        world.ask()
    assert village.wealth(ASKER) == before


def test_model_that_nobody_can_fetch_is_left_alone_and_the_fee_comes_back(
    village: Village,
) -> None:
    world = village.world
    worker, challenger = village.worker(), village.challenger()
    uris = ["https://127.0.0.1:9/nothing"]
    identity = (b"\1" * 32, b"\2" * 32, 0, uris)
    world.senders[0].send(world.contracts.registry, "register", *identity)
    (withheld,) = set(world.record().tables.models) - {world.model_id}
    world.model_id = withheld
    before = {who: village.wealth(who) for who in (ASKER, WORKER, CHALLENGER)}
    request = world.ask()
    assert worker.step() is None and challenger.step() is None
    assert worker.declined[request].startswith("no image held")
    asked = world.record().tables.requests[request].request
    world.travel(60)
    world.senders[ASKER].send(world.contracts.oracle, "cancel", asked)
    assert village.status(request) is Status.CANCELLED
    lost = {who: was - village.wealth(who) for who, was in before.items()}
    assert 0 < lost[ASKER] < FEE, "gas alone"
    assert lost[WORKER] == lost[CHALLENGER] == 0
