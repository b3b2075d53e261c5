"""Worker and challenger on an embedded chain: the happy path, disputes, resuming."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from support.testbeds.embedded import CLOCK, ETHER, FEE, WINDOW, EmbeddedTestbed

from challenge.game import Stage
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.chain import events
from oracle.node.actions import Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.choice import Choice
from oracle.node.collector import Collector
from oracle.node.node import Node
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Status
from oracle.record.views import view_of
from oracle.sending.sender import Sender

K = 8
Make = Callable[[], Node]


def until_idle(*nodes: Node) -> list[Done]:
    """Every action of the nodes in turn, until none finds anything to do."""
    done: list[Done] = []
    while acted := [act for node in nodes if (act := node.step()) is not None]:
        done += acted
    return done


def functions(done: list[Done]) -> list[str]:
    return [act.action.function for act in done]


def status(world: EmbeddedTestbed, request: int) -> Status:
    return world.record().tables.requests[request].status


def honest_worker(world: EmbeddedTestbed, sender: Sender) -> Worker:
    world.stake(sender)
    return Worker(sender, world.contracts, world.honest())


def lying_worker(
    world: EmbeddedTestbed, sender: Sender, kind: str = "activation"
) -> Worker:
    """With stake for one lie only: it would take every request that reopens."""
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(sender, bond)
    strategy = LyingWorker(world.honest(), LIES[kind], K, seed=1)
    return Worker(sender, world.contracts, strategy)


def test_worker_request_answered_and_paid(world: EmbeddedTestbed) -> None:
    worker = honest_worker(world, world.senders[2])
    request = world.ask()
    assert functions(until_idle(worker)) == ["accept", "submit"]
    assert status(world, request) is Status.CLAIMED
    world.travel(WINDOW)
    assert functions(until_idle(worker)) == ["finalize"]
    assert status(world, request) is Status.FINAL
    output = world.record().tables.requests[request].output
    asked = world.record().tables.requests[request]
    assert output == world.honest().answer(asked)
    assert worker.stake() == (ETHER + FEE * 95 // 100, 0)
    worker.withdraw(ETHER)
    assert worker.stake() == (FEE * 95 // 100, 0)


def test_worker_many_requests_all_answered(world: EmbeddedTestbed) -> None:
    worker = honest_worker(world, world.senders[2])
    requests = [world.ask(bytes([n, 2 * n, 3 * n, 4 * n])) for n in range(5)]
    until_idle(worker)
    world.travel(WINDOW)
    until_idle(worker)
    assert {status(world, request) for request in requests} == {Status.FINAL}


def test_worker_unknown_model_left_alone(world: EmbeddedTestbed) -> None:
    identity = (b"\1" * 32, b"\2" * 32, 0, [])
    world.senders[0].send(world.contracts.registry, "register", *identity)
    (foreign,) = set(world.record().tables.models) - {world.model_id}
    world.model_id = foreign
    world.ask()
    assert honest_worker(world, world.senders[2]).step() is None


def test_worker_without_stake_does_not_accept(world: EmbeddedTestbed) -> None:
    world.ask()
    worker = Worker(world.senders[2], world.contracts, world.honest())
    assert worker.step() is None
    assert worker.refused == []


def test_worker_fee_below_its_least_left_alone(world: EmbeddedTestbed) -> None:
    world.ask()
    world.stake(world.senders[2])
    strategy = world.honest()
    guard = Guard(least_fee_wei=FEE + 1)
    worker = Worker(world.senders[2], world.contracts, strategy, guard)
    assert worker.step() is None
    (reason,) = worker.declined.values()
    assert reason.startswith("fee: expected at least 0.001000000000000001 ether")


def test_worker_lease_that_ran_out_expired_and_answered(world: EmbeddedTestbed) -> None:
    request = world.ask()
    silent = honest_worker(world, world.senders[2])
    assert functions([silent.step()]) == ["accept"]
    world.travel(3600)
    other = honest_worker(world, world.senders[3])
    assert functions(until_idle(other)) == ["expireLease", "accept", "submit"]
    assert status(world, request) is Status.CLAIMED


def test_challenger_true_claim_left_alone(world: EmbeddedTestbed) -> None:
    world.ask()
    until_idle(honest_worker(world, world.senders[2]))
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    assert challenger.step() is None


def test_challenger_claims_left_out_are_not_challenged(world: EmbeddedTestbed) -> None:
    """Those below a value; and of many, only the share that was drawn."""
    world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    dear = Choice(least_value_wei=FEE + 1)
    picky = Challenger(world.senders[3], world.contracts, world.honest(), dear)
    assert picky.step() is None
    fair = Choice(least_value_wei=FEE)
    eager = Challenger(world.senders[3], world.contracts, world.honest(), fair)
    assert functions([eager.step()]) == ["challenge"]
    (answered,) = world.record().tables.claims.values()
    drawn = sum(
        Choice(0.25, secret=bytes([n])).takes(replace(answered, hash=bytes([n] * 32)))
        for n in range(256)
    )
    assert 40 <= drawn <= 88
    assert len({Choice(0.5).takes(answered) for _ in range(64)}) == 2


def test_dispute_lying_worker_loses_and_request_reopens(world: EmbeddedTestbed) -> None:
    request = world.ask()
    liar = lying_worker(world, world.senders[2])
    staked, _ = liar.stake()
    assert functions(until_idle(liar)) == ["accept", "submit"]
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    done = until_idle(challenger, liar)
    assert functions(done)[-2:] == ["prove", "withdraw"]
    (lost,) = (
        e for d in done for e in d.receipt.events if type(e) is events.WorkerLost
    )
    assert lost.challenger == challenger.address
    assert lost.paid > 0
    assert lost.burned > lost.paid
    free, locked = liar.stake()
    assert (free + lost.paid + lost.burned, locked) == (staked, 0)
    assert status(world, request) is Status.OPEN
    worker = honest_worker(world, world.senders[4])
    until_idle(worker)
    world.travel(WINDOW)
    until_idle(worker)
    assert status(world, request) is Status.FINAL


@pytest.mark.parametrize("kind", ["random", "believer", "forger"])
def test_dispute_false_challenger_loses(world: EmbeddedTestbed, kind: str) -> None:
    request = world.ask()
    worker = honest_worker(world, world.senders[2])
    until_idle(worker)
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS[kind], LIES["activation"], K, seed=3
    )
    slanderer = Challenger(world.senders[3], world.contracts, strategy)
    done = until_idle(slanderer, worker)
    assert "prove" in functions(done)
    (lost,) = (
        e for d in done for e in d.receipt.events if type(e) is events.ChallengerLost
    )
    assert lost.challenger == slanderer.address
    world.travel(WINDOW)
    until_idle(worker)
    assert status(world, request) is Status.FINAL


def test_dispute_silent_worker_timed_out(world: EmbeddedTestbed) -> None:
    request = world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    assert functions(until_idle(challenger)) == ["challenge"]
    world.travel(CLOCK)
    assert functions(until_idle(challenger)) == ["timeout", "withdraw"]
    assert status(world, request) is Status.OPEN


def test_dispute_silent_challenger_timed_out(world: EmbeddedTestbed) -> None:
    request = world.ask()
    worker = honest_worker(world, world.senders[2])
    until_idle(worker)
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["silent"], LIES["activation"], K, seed=3
    )
    silent = Challenger(world.senders[3], world.contracts, strategy)
    assert functions(until_idle(silent, worker)) == ["challenge", "open"]
    world.travel(max(CLOCK, WINDOW))
    assert functions(until_idle(worker)) == ["timeout", "finalize"]
    assert status(world, request) is Status.FINAL


def test_dispute_several_challengers_all_made_whole(world: EmbeddedTestbed) -> None:
    world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    challengers = [
        Challenger(sender, world.contracts, world.honest())
        for sender in world.senders[3:6]
    ]
    before = [world.chain.balance(c.address) for c in challengers]
    done = until_idle(*challengers, liar)
    ends = [
        type(event).__name__
        for act in done
        for event in act.receipt.events
        if isinstance(event, events.WorkerLost | events.Settled)
    ]
    assert sorted(ends) == ["Settled", "Settled", "WorkerLost"]
    assert all(challenger.stake() == (0, 0) for challenger in challengers)
    for challenger, had in zip(challengers, before, strict=True):
        spent = sum(
            act.receipt.fee_wei
            for act in done
            if act.receipt.sender == challenger.address
        )
        assert world.chain.balance(challenger.address) + spent >= had


def test_dispute_many_games_at_once_all_end(world: EmbeddedTestbed) -> None:
    requests = [world.ask(bytes([n, 7, 9, 200])) for n in range(3)]
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], len(requests) * bond)
    strategy = LyingWorker(world.honest(), LIES["last-step"], K, seed=2)
    liar = Worker(world.senders[2], world.contracts, strategy)
    until_idle(liar)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    until_idle(challenger, liar)
    assert {status(world, request) for request in requests} == {Status.OPEN}
    assert not list(world.record().games())


def test_worker_plays_the_nearest_deadline_first(world: EmbeddedTestbed) -> None:
    """The claims were made in one order, and challenged in the other."""
    for n in range(2):
        world.ask(bytes([n, 7, 9, 200]))
    worker = honest_worker(world, world.senders[2])
    until_idle(worker)
    first, second = world.record().tables.claims.values()
    held = first.claim.bond
    bond, *_ = world.chain.call(world.contracts.game, "challengerBond", held)
    for answered in (second, first):
        game, claim = world.contracts.game, answered.claim
        world.senders[3].send(game, "challenge", claim.abi(), value=2 * bond)
        world.travel(30)
    done = [worker.step(), worker.step()]
    played = [d.action.request_id for d in done if d is not None]
    assert played == [second.claim.request_id, first.claim.request_id]


def test_nearest_deadline_is_first_whatever_began_first(world: EmbeddedTestbed) -> None:
    """The game that began first has gone on meanwhile, and ends last. A worker has an
    order of its own, see test_defence."""
    for n in range(2):
        world.ask(bytes([n, 7, 9, 200]))
    worker = honest_worker(world, world.senders[2])
    until_idle(worker)
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["believer"], LIES["activation"], K, seed=3
    )
    slanderer = Challenger(world.senders[3], world.contracts, strategy)
    begun = [slanderer.step(), worker.step()]
    assert functions(begun) == ["challenge", "open"]
    game, tables = world.contracts.game, world.record().tables
    ((_, first),) = world.record().games()
    (second,) = (a for a in tables.claims.values() if a.hash != first.hash)
    bond, *_ = world.chain.call(game, "challengerBond", second.claim.bond)
    world.senders[4].send(game, "challenge", second.claim.abi(), value=bond)
    world.travel(CLOCK // 6)
    assert functions([slanderer.step()]) == ["select"]
    record = world.record()
    games = [(answered, played.challenger) for played, answered in record.games()]
    found = [(about[0], view_of(record, *about)) for about in games]
    assert [answered.hash for answered, _ in found] == [first.hash, second.hash]
    assert found[1][1].clock.deadline < found[0][1].clock.deadline
    collector = Collector(world.senders[5], world.contracts)
    assert collector.in_order(found) == [found[1], found[0]]


def test_nodes_reborn_between_all_steps_still_finish(world: EmbeddedTestbed) -> None:
    """Both honest nodes know nothing but the chain, at every single step."""
    request = world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    world.stake(world.senders[4])

    def challenger() -> Node:
        return Challenger(world.senders[3], world.contracts, world.honest())

    def worker() -> Node:
        return Worker(world.senders[4], world.contracts, world.honest())

    def reborn_until_idle(*makes: Make) -> list[str]:
        done: list[str] = []
        while acted := [act for make in makes if (act := make().step()) is not None]:
            done += functions(acted)
        return done

    played = reborn_until_idle(challenger, lambda: liar)
    assert played[-2:] == ["prove", "withdraw"]
    assert status(world, request) is Status.OPEN
    assert reborn_until_idle(worker) == ["accept", "submit"]
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["random"], LIES["activation"], K, seed=5
    )
    slanderer = Challenger(world.senders[5], world.contracts, strategy)
    defended = reborn_until_idle(lambda: slanderer, worker)
    assert "prove" in defended
    world.travel(WINDOW)
    assert reborn_until_idle(worker) == ["finalize"]
    assert status(world, request) is Status.FINAL


def test_node_reorg_reads_again_and_moves_on(world: EmbeddedTestbed) -> None:
    """A select is undone together with the opening that it answered."""
    world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    challenge = challenger.step()
    assert challenge is not None
    liar.step()
    assert functions([challenger.step()]) == ["select"]
    world.embedded.rewind(challenge.receipt.block)
    assert challenger.step() is None  # nothing is open any more: it is not its move
    record = world.record()
    ((_, answered),) = list(record.games())
    view = view_of(record, answered, challenger.address)
    assert view.stage is Stage.OPEN
    assert functions(until_idle(challenger, liar))[-2:] == ["prove", "withdraw"]


def test_random_interleavings_always_end_the_same(world: EmbeddedTestbed) -> None:
    """Whoever is quicker at each step, the liar loses."""
    rng = Random(7)
    request = world.ask()
    liar = lying_worker(world, world.senders[2])
    until_idle(liar)
    nodes: list[Node] = [
        liar,
        Challenger(world.senders[3], world.contracts, world.honest()),
        Challenger(world.senders[4], world.contracts, world.honest()),
    ]
    idle = 0
    while idle < 8:
        idle = 0 if rng.choice(nodes).step() is not None else idle + 1
    assert status(world, request) is Status.OPEN
    assert liar.stake()[1] == 0
