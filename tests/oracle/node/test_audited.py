"""Nodes under audits: tests are answered falsely, noticed, paid for and confessed."""

from dataclasses import replace

import pytest
from support.testbeds.embedded import CLOCK, ETHER, FEE, PATIENCE, EmbeddedTestbed

from challenge.claim import Options
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.audits.auditee import Auditee, Stage
from oracle.audits.secrets import false_output
from oracle.chain.events import Requested
from oracle.node.actions import Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.collector import Collector
from oracle.node.node import Node
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Asked, Status
from oracle.sending.sender import Sender

WINDOW, MIN_LEASE = 300, 300
RATE, PRIZE, FEED = 5000, 3_000_000, 1000
SELDOM = 1
NO_GUARD = Guard()


def ask(world: EmbeddedTestbed, data: bytes = b"\x10\x80\x00\xff") -> int:
    """A request that permits audits."""
    deadline = world.chain.now() + PATIENCE
    asker, oracle = world.senders[1], world.contracts.oracle
    terms = (world.model_id, data, 50_000, deadline, WINDOW, 0, asker.address)
    receipt = asker.send(oracle, "requestWith", *terms, Options(audits=True), value=FEE)
    (told,) = (e for e in receipt.events if isinstance(e, Requested))
    return told.request_id


def joined(
    world: EmbeddedTestbed, sender: Sender, rate: int = RATE, guard: Guard = NO_GUARD
) -> Worker:
    world.stake(sender)
    worker = Worker(sender, world.contracts, world.honest(), guard)
    terms = (worker.auditee.next_tree().root, rate, PRIZE, FEED, 0)
    sender.send(world.contracts.audits, "join", *terms, value=ETHER // 10)
    return worker


def until_idle(*nodes: Node) -> list[Done]:
    done: list[Done] = []
    while acted := [act for node in nodes if (act := node.step()) is not None]:
        done += acted
    return done


def functions(done: list[Done]) -> list[str]:
    return [act.action.function for act in done]


def asked_of(world: EmbeddedTestbed, request: int) -> Asked:
    return world.record().tables.requests[request]


def claimed(world: EmbeddedTestbed, worker: Worker, test: bool) -> int:
    """A claim of the worker's that is a test, or none; others are paid before."""
    for number in range(40):
        request = ask(world, bytes([number, 1, 2, 3]))
        assert functions(until_idle(worker))[-1] == "accept"
        world.embedded.mine()
        assert functions(until_idle(worker)) == ["submitAudited"]
        asked = asked_of(world, request)
        assert asked.may_be_test
        truth = world.honest().answer(asked)
        if (asked.output != truth) == test:
            return request
        world.travel(WINDOW)
        until_idle(worker)
        if asked.output != truth:
            world.travel(WINDOW)
            until_idle(worker)
        assert asked_of(world, request).status is Status.FINAL
    raise AssertionError("none in 40")


def test_secrets_and_their_proof_are_the_contracts(world: EmbeddedTestbed) -> None:
    """From the key alone: another process of the same account has the same."""
    worker = joined(world, world.senders[2], SELDOM)
    request = claimed(world, worker, test=False)
    claim = asked_of(world, request).claim
    assert claim is not None
    again = Auditee(world.senders[2], world.contracts)
    assert again.shown(claim) == worker.auditee.shown(claim)
    secret, _ = again.shown(claim)
    asked = ("isTest", request, secret)
    assert not world.chain.call(world.contracts.audits, *asked)
    other = Auditee(world.senders[3], world.contracts)
    assert other.next_tree().root != again.next_tree().root


def test_claim_that_is_no_test_is_cleared_and_paid(world: EmbeddedTestbed) -> None:
    worker = joined(world, world.senders[2], SELDOM)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    request = claimed(world, worker, test=False)
    assert functions(until_idle(challenger)) == []
    world.travel(WINDOW)
    assert functions(until_idle(worker)) == ["clear", "finalize"]
    assert asked_of(world, request).status is Status.FINAL
    assert worker.stake()[1] == 0


def test_test_is_challenged_confessed_and_paid_for(world: EmbeddedTestbed) -> None:
    """Nobody tells the challenger; its worker doesn't defend it."""
    worker = joined(world, world.senders[2])
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    request = claimed(world, worker, test=True)
    before = world.chain.balance(challenger.address)
    assert functions(until_idle(challenger, worker)) == ["challenge"]
    world.travel(WINDOW)
    done = functions(until_idle(worker, challenger))
    assert done == ["confess", "collect", "withdraw"]
    asked = asked_of(world, request)
    assert asked.status is Status.CLAIMED and not asked.may_be_test
    assert asked.output == world.honest().answer(asked)
    assert world.chain.balance(challenger.address) > before
    world.travel(WINDOW)
    assert functions(until_idle(worker, challenger)) == ["finalize"]
    tables = world.record().tables
    assert tables.requests[request].status is Status.FINAL
    assert tables.confessions[worker.address] == 1
    assert tables.earned[challenger.address] > 0
    assert worker.stake()[1] == 0


def test_worker_that_was_killed_confesses_all_the_same(world: EmbeddedTestbed) -> None:
    worker = joined(world, world.senders[2])
    request = claimed(world, worker, test=True)
    Challenger(world.senders[3], world.contracts, world.honest()).step()
    world.travel(WINDOW)
    again = Worker(world.senders[2], world.contracts, world.honest())
    assert functions(until_idle(again)) == ["confess"]
    collector = Collector(world.senders[3], world.contracts)
    assert functions(until_idle(collector)) == ["collect", "withdraw"]
    world.travel(WINDOW)
    assert functions(until_idle(again)) == ["finalize"]
    assert asked_of(world, request).status is Status.FINAL


def test_worker_that_slept_too_long_pays_for_a_lease(world: EmbeddedTestbed) -> None:
    """And frees the rest of its bond itself."""
    worker = joined(world, world.senders[2], SELDOM)
    request = claimed(world, worker, test=False)
    world.travel(WINDOW + MIN_LEASE)
    done = functions(until_idle(worker))
    assert done[0] == "reopenWithheld"
    tables = world.record().tables
    assert tables.silences[worker.address] == 1
    assert tables.requests[request].status is not Status.CLAIMED
    assert tables.requests[request].missed == (worker.address,)


def test_true_claim_that_is_challenged_is_defended(world: EmbeddedTestbed) -> None:
    worker = joined(world, world.senders[2], SELDOM)
    manner, belief = FALSE_CHALLENGERS["silent"], LIES["activation"]
    slander = LyingChallenger(world.honest(), manner, belief, 8, seed=1)
    challenger = Challenger(world.senders[3], world.contracts, slander)
    request = claimed(world, worker, test=False)
    assert "open" in functions(until_idle(challenger, worker))
    world.travel(WINDOW)
    assert functions(until_idle(worker, challenger)) == ["clear"]
    world.travel(CLOCK - WINDOW)
    assert functions(until_idle(worker)) == ["timeout", "finalize"]
    assert asked_of(world, request).status is Status.FINAL


def test_answer_waits_for_the_block_that_draws(world: EmbeddedTestbed) -> None:
    worker = joined(world, world.senders[2])
    ask(world)
    assert functions(until_idle(worker)) == ["accept"]
    assert functions(until_idle(worker)) == []
    world.embedded.mine()
    assert functions(until_idle(worker)) == ["submitAudited"]


def test_reorg_between_accept_and_submit_is_answered_for_the_new_draw(
    world: EmbeddedTestbed,
) -> None:
    """Whatever it was about to send for the other."""
    worker = joined(world, world.senders[2])
    request = ask(world)
    until_idle(worker)
    height = world.chain.height
    found = set()
    for number in range(6):
        world.embedded.rewind(height)
        world.travel(number + 1)  # another block, so another hash
        world.embedded.mine()
        world.embedded.mine()
        again = Worker(world.senders[2], world.contracts, world.honest())
        assert functions(until_idle(again)) == ["submitAudited"]
        asked = asked_of(world, request)
        claim = asked.claim
        assert claim is not None
        secret, _ = again.auditee.shown(claim)
        test = world.chain.call(world.contracts.audits, "isTest", request, secret)
        assert test == (asked.output != world.honest().answer(asked))
        found.add(test)
    assert found == {True, False}


def test_worker_reckons_with_what_an_audit_costs(world: EmbeddedTestbed) -> None:
    """The gas, and what of the fee feeds the pool."""
    worker = joined(world, world.senders[2], guard=Guard(least_profit_wei=0))
    ask(world)
    worker.look()
    (asked,) = worker.record.requests(Status.OPEN)
    market = worker.market()
    audited = market.offer(asked, 10)
    plain = market.offer(replace(asked, permits=False), 10)
    assert (audited.feed_bps, plain.feed_bps) == (FEED, None)
    assert audited.gas == plain.gas + 200_000
    paid = FEE * 95 // 100
    more = 200_000 * audited.gas_price_wei
    assert plain.left_wei(0) - audited.left_wei(0) == paid // 10 + more


def test_stage_of_what_is_not_audited_is_none(world: EmbeddedTestbed) -> None:
    worker = joined(world, world.senders[2])
    request = world.ask()
    until_idle(worker)
    claim = asked_of(world, request).claim
    assert claim is not None
    assert worker.auditee.stage(claim) is Stage.NONE


@pytest.mark.parametrize("size", [0, 1, 44])
def test_false_output_is_another_one(size: int) -> None:
    truth = bytes(range(size))
    for number in range(50):
        lie = false_output(truth, bytes([number]) * 32)
        assert lie != truth and len(lie) == max(1, size)
