"""A challenger can pay for what it begins; else it takes the dearest, and tells."""

from typing import Any

import pytest
from support.testbeds.embedded import ETHER, FEE, NO_CAPS, EmbeddedTestbed

from challenge import tariff
from challenge.lies import LIES
from oracle.chain.events import Requested
from oracle.chain.local.accounts import development_accounts
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered
from oracle.sending.sender import Sender

K, LIAR, OURS = 8, 2, 3
GAME_GAS = tariff.max_challenger_due(K)
HAS = 100 * ETHER


def lied(world: EmbeddedTestbed) -> tuple[Answered, Answered]:
    """A cheap lie, and one on which ten times as much is bound."""
    oracle, asker = world.contracts.oracle, world.senders[1]
    bond, _ = world.chain.call(oracle, "bondFor", 0)
    deadline = world.chain.now() + 24 * 3600
    for times, data in ((1, b"\1\2\3\4"), (10, b"\4\3\2\1")):
        terms = (world.model_id, data, 0, deadline, 3600, times * int(bond))
        receipt = asker.send(oracle, "request", *terms, asker.address, value=FEE)
        assert any(isinstance(event, Requested) for event in receipt.events)
    world.stake(world.senders[LIAR], 12 * int(bond))
    strategy = LyingWorker(world.honest(), LIES["activation"], K, seed=1)
    liar = Worker(world.senders[LIAR], world.contracts, strategy, NO_CAPS)
    while liar.step() is not None:
        pass
    claims = world.record().tables.claims.values()
    cheap, dear = sorted(claims, key=lambda answered: answered.claim.bond)
    return cheap, dear


def challenger(world: EmbeddedTestbed, games: float) -> tuple[Challenger, list[Any]]:
    """Its account has the gas of so many games, at the most that it pays for gas. Both
    answers are there already."""
    cap = int(HAS / (games * GAME_GAS))
    key = development_accounts(OURS + 1)[OURS]
    node = Challenger(Sender(world.chain, key, cap), world.contracts, world.honest())
    told: list[Any] = []
    node.tell = told.append
    node.look()
    list(node.checks.ready(node.waiting(), node.seen.now))
    return node, told


def challenged(node: Challenger, turns: int) -> list[int]:
    done = [node.step() for _ in range(turns)]
    return [
        act.action.request_id
        for act in done
        if act is not None and act.action.function == "challenge"
    ]


def test_purse_for_both_challenges_both(world: EmbeddedTestbed) -> None:
    cheap, dear = lied(world)
    node, told = challenger(world, games=2.1)
    assert challenged(node, 3) == [dear.claim.request_id, cheap.claim.request_id]
    assert not node.unpaid and not told


def test_purse_for_one_challenges_the_dearest_and_tells_of_the_other(
    world: EmbeddedTestbed,
) -> None:
    cheap, dear = lied(world)
    node, told = challenger(world, games=1.9)
    assert challenged(node, 3) == [dear.claim.request_id]
    assert list(node.unpaid) == [cheap.hash]
    (facts,) = told
    assert facts.pop("reason").startswith("expected ")
    assert facts == {
        "event": "unpaid",
        "request_id": cheap.claim.request_id,
        "claim": "0x" + cheap.hash.hex(),
        "window_end": cheap.claim.window_end,
    }
    world.travel(600)  # the liar was silent, and has lost that one
    assert challenged(node, 4) == [cheap.claim.request_id]
    assert not node.unpaid


@pytest.mark.parametrize("games", [0.5, 0.99])
def test_purse_for_none_still_challenges_the_dearest(
    world: EmbeddedTestbed, games: float
) -> None:
    cheap, dear = lied(world)
    node, told = challenger(world, games)
    assert challenged(node, 3) == [dear.claim.request_id]
    assert list(node.unpaid) == [cheap.hash]
