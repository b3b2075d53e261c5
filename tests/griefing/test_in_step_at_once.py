"""False challengers in step against a node as it is: it moves in all games at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from griefing.test_in_step import MOST_GAMES
from support.endpoints.mempool import MempoolEndpoint

from oracle.bench.griefing.in_step import WORKER, InStep, _play_all
from oracle.bench.griefing.testbed import DEFAULT_GUARD, PRICE_WEI, GriefingTestbed
from oracle.chain.chain import Chain
from oracle.chain.local.known import CHAIN_ID
from oracle.node.worker.worker import Worker
from oracle.requester.requests import Terms
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store

BLOCK_SECONDS = 12
CHALLENGERS = MOST_GAMES + 1
"""As many as end a worker that makes a move in 30 seconds."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    yield opened
    opened.close()


@pytest.mark.parametrize("holding", [False, True], ids=["playing-on", "holding"])
def test_in_step_against_a_default_node_all_challengers_lose(
    store: Store, holding: bool
) -> None:
    testbed = GriefingTestbed.made()
    endpoint = MempoolEndpoint(testbed.endpoint.chain)
    testbed.worker()  # for its stake
    address = testbed.sender(WORKER).address
    sender = DurableSender(
        Chain(endpoint), testbed.key(WORKER), Outbox(store, CHAIN_ID, address)
    )
    worker = Worker(sender, testbed.contracts, testbed.honest(), DEFAULT_GUARD)
    attack = InStep(CHALLENGERS, holding=holding)
    names = [f"challenger {n}" for n in range(CHALLENGERS)]
    attackers = [attack._attacker(testbed, name, n) for n, name in enumerate(names)]
    testbed.ask("requester", Terms(fee_wei=testbed.usual_fee(), window=600))

    def block() -> None:
        list(worker.act())
        height = -1
        while height < (height := testbed.chain.height):
            endpoint.provider.mine()
        testbed.travel(BLOCK_SECONDS)

    while not testbed.record.tables.claims:
        block()
        testbed.record.refresh()
    testbed.open_books(WORKER, "requester", *names)
    for attacker in attackers:
        attacker.step()
    testbed.record.refresh()
    assert len(list(testbed.record.games())) == CHALLENGERS
    while list(testbed.record.games()):
        for attacker in attackers:
            _play_all(attacker)
        block()
        testbed.record.refresh()
    outcome = testbed.outcome(names)
    print(outcome)
    assert outcome.attacker_gain_wei < -CHALLENGERS * 3_000_000 * PRICE_WEI
    assert outcome.worst_honest_loss_gas == 0
    assert outcome.honest[WORKER] < 0
