"""Rounds of registered models, and two whole disputes: a false answer, a false rank."""

import math
import struct
from collections.abc import Iterator

import pytest
from support.chains.evm import Chain, reverts
from support.chains.py_evm import PyEvm
from support.games.duel import Nobody, honest_challenger, honest_worker
from support.games.model_swarm import (
    DRAW,
    ENTRY,
    FLOAT,
    LETTERS_AT,
    OVER,
    PROMPT,
    RANK,
    REWARD,
    SECONDS,
    SETTLE,
    STAKE,
    TEXT,
    TURN,
    VOID,
    WINDOW,
    ModelCompany,
)

from challenge.lies import FALSE_CHALLENGERS, LIES, Scene
from oracle.swarm.ring import unpacked
from solidity import artifact
from solidity.deployment import create_address

CAROL, MALLORY = "carol", "mallory"
BOND = 37_000_000 * 10**9
BURNED = "0x" + "00" * 20


@pytest.fixture
def company() -> Iterator[ModelCompany]:
    company = ModelCompany()
    yield company
    company.audit()


def ranked(company: ModelCompany) -> None:
    company.ask()
    company.answer_all()
    company.draw()
    company.rank_all()


def test_honest_round_pays_its_winner_and_rankers(company):
    company.ask()
    assert company.phase == ENTRY
    company.answer_all()
    company.chain.travel_to(company.state.terms.entryEnd)
    assert company.phase == DRAW
    company.draw()
    assert company.phase == RANK
    company.rank_all()
    for runner in company.runners:
        assert company.entry(runner).ranking == company.expected_ranking(runner)
    company.chain.travel(SECONDS)
    assert company.phase == WINDOW
    company.to_settle()
    assert company.phase == SETTLE
    company.settle(4)
    company.settle()
    assert company.phase == OVER
    # All have one taste: whose letters come last in the alphabet wins everywhere.
    best = max(company.runners, key=lambda runner: runner.answer[4:8])
    pay = REWARD * 2 // 10 // 10
    for runner in company.runners:
        prize = REWARD - 10 * pay if runner is best else 0
        assert company.bank(runner) == (STAKE + pay + prize, 0)
    with reverts("WrongModelPhase", 1, SETTLE, OVER):
        company.settle()


@pytest.mark.parametrize("kind", ["output", "output-length"])
def test_false_answer_loses_a_whole_dispute(company, kind):
    """Played to the end with the real verifier; the liar's entry is struck."""
    company.ask()
    liar = company.runners[3]
    data = company.input_of(liar)
    lie = LIES[kind].plant(Scene(lambda: company.trace(data), company.k))
    assert lie.output != company.model.answer(data)
    company.answer_all({liar.name: lie.output})
    company.draw()
    company.rank_all()
    company.stake(CAROL)
    before = company.wealth(CAROL)
    company.expose_answer(liar, CAROL)
    company.play(lie, {CAROL: honest_challenger(company.trace(data))})
    assert company.killed
    assert company.entry(liar).dead
    company.check_made_whole(CAROL, before)
    assert company.chain.balance(BURNED) >= BOND // 2
    with reverts("Struck", 1, 3):
        company.expose_rank(liar, 1, CAROL)
    company.to_settle()
    company.settle()
    assert company.bank(liar) == (STAKE - BOND, 0)
    pay = REWARD * 2 // 10 // 10
    others = [r for r in company.runners if r is not liar]
    assert all(company.bank(r).free >= STAKE + pay for r in others)
    best = max(others, key=lambda runner: runner.answer[4:8])
    assert company.bank(best).free == STAKE + pay + REWARD - 10 * pay


def test_false_rank_loses_a_whole_dispute(company):
    """A ranker says of one answer what its model didn't; its input is Merkleised by the
    contract only when somebody challenges it."""
    company.ask()
    company.answer_all()
    company.draw()
    liar = company.runners[6]
    truths = company.truths(liar)
    data = company.rank_input(company.targets(liar)[1])
    lie = LIES["output"].plant(Scene(lambda: company.trace(data), company.k))
    liar.outputs = (truths[0], lie.output, *truths[2:])
    company.rank_all()
    company.stake(CAROL)
    before = company.wealth(CAROL)
    company.expose_rank(liar, 2, CAROL)
    company.play(lie, {CAROL: honest_challenger(company.trace(data))})
    assert company.killed and company.entry(liar).dead
    company.check_made_whole(CAROL, before)
    company.to_settle()
    company.settle()
    assert company.bank(liar) == (STAKE - BOND, 0)


@pytest.mark.parametrize("what", ["answer", "rank"])
def test_true_claim_stands_against_a_false_challenger(company, what):
    ranked(company)
    runner = company.runners[2]
    if what == "answer":
        company.expose_answer(runner, MALLORY)
        data = company.input_of(runner)
    else:
        company.expose_rank(runner, 3, MALLORY)
        data = company.rank_input(company.targets(runner)[2])
    company.stake(MALLORY)
    before = company.wealth(MALLORY)
    truth = company.trace(data)
    false = FALSE_CHALLENGERS["first"].make(truth, Scene(lambda: truth, 8).rng)
    company.play(honest_worker(truth), {MALLORY: false})
    assert not company.killed and company.open_games == 0
    assert company.wealth(MALLORY) < before
    assert company.bank(runner).free > STAKE - BOND  # its moves are paid
    if company.chain.now < company.entry(runner).turnEnd:
        company.chain.travel_to(company.entry(runner).turnEnd)
    company.close(runner)
    company.to_settle()
    company.chain.travel(TURN)
    company.settle()
    assert company.bank(runner).locked == 0


def test_sybil_that_occupies_a_liar_s_turns_runs_out_of_claims(company):
    """One bond stands behind an answer and four ranks, so one of them has its turn at a
    time. The liar's accomplice exposes the true ones, one after the other, to keep its
    false answer out until the window is over: each gives a turn more, and has but
    one."""
    company.ask()
    liar = company.runners[0]
    company.answer_all({liar.name: b"\x04\0\0\0false"})
    company.draw()
    company.rank_all()
    company.to_settle()
    company.chain.travel_to(company.chain.now)
    r = company.state
    last = r.drawnAt + 2 * SECONDS
    company.chain.now = last - 5
    company.chain.travel(0)
    for distance in (1, 2, 3, 4):
        company.expose_rank(liar, distance, MALLORY)
        with reverts("TurnOpen", 1, 0):
            company.expose_answer(liar, CAROL)
        with reverts("TurnOpen", 1, 0):
            company.close(liar)
        company.chain.travel(TURN)
        with reverts("TurnOpen", 1, 0):
            company.settle()
        company.close(liar)
    with reverts("HadItsTurn", 1, 0, 2):
        company.expose_rank(liar, 2, MALLORY)
    company.expose_answer(liar, CAROL)
    company.stake(CAROL)
    challenge = honest_challenger(company.trace(company.input_of(liar)))
    company.play(Nobody(), {CAROL: challenge})
    assert company.killed
    company.settle()


def test_window_ends(company):
    ranked(company)
    company.to_settle()
    end = company.state.drawnAt + 2 * SECONDS
    with reverts("WindowOver", end, company.chain.now):
        company.expose_answer(company.runners[0], CAROL)
    company.settle()
    with reverts("NoTurn", 1, 0):
        company.close(company.runners[0])


def test_equal_outputs_share_one_prize():
    """Copies of a model that say the same earn no more than the model. (The echo says
    letters of its agent's seed; here three agents claim one output.)"""
    company = ModelCompany(12)
    company.ask()
    same = b"\x04\0\0\0zzzz" + bytes(24) + PROMPT
    copies = company.runners[:3]
    company.answer_all({runner.name: same for runner in copies})
    company.draw()
    company.rank_all()
    company.to_settle()
    company.settle()
    pay = REWARD * 2 // 10 // 12
    prize = REWARD - 12 * pay
    gained = [company.bank(runner).free - STAKE - pay for runner in company.runners]
    assert gained == [prize // 3] * 3 + [0] * 9
    company.audit()


def test_agent_has_one_entry_a_model_and_its_own_seed(company):
    company.ask()
    first, second = company.runners[:2]
    first.answer = company.model.answer(company.input_of(first))
    told = company.answer_one(first).event("Answered")
    assert told.seed == company.seed_of(first) != company.seed_of(second)
    with reverts("SameAgain", ...):
        company.answer_one(first)
    second.answer = first.answer  # what the first one's seed gave
    company.answer_one(second)
    assert company.model.answer(company.input_of(second)) != second.answer


def test_silent_ranker_pays_a_penalty_and_others_do_not_gain(company):
    company.ask()
    company.answer_all()
    company.draw()
    silent = company.runners[4]
    company.rank_all(skip=(silent,))
    company.to_settle()
    burned = company.settle().event("Paid").burned
    pay = REWARD * 2 // 10 // 10
    assert company.bank(silent) == (STAKE - BOND // 10, 0)
    assert burned == BOND // 10 + pay


def test_void_round_returns_everything():
    company = ModelCompany(9)
    company.ask()
    company.answer_all()
    company.chain.travel_to(company.state.terms.entryEnd)
    assert company.phase == VOID
    company.settle()
    assert all(company.bank(runner) == (STAKE, 0) for runner in company.runners)
    assert company.chain.call("Staking", "balanceOf", company.client).free == REWARD
    company.audit()


def test_refusals_name_what_is_wrong(company):
    with reverts("NotInRange", 10, 100, 9):
        company.ask(maxAgents=9)
    with reverts("NotInRange", 300, 30 * 24 * 3600, 299):
        company.ask(turnSeconds=299)
    company.ask(maxAgents=10)
    with reverts("WrongModelPhase", 1, DRAW, ENTRY):
        company.send_swarm("draw", 1, sender=company.client)
    company.answer_all()
    late = company.account("late")
    args = (1, company.model_id, company.model_id, b"", 2**96 - 1)
    with reverts("Full", 10, 10):
        company.send_swarm("answer", *args, sender=late)
    with reverts("WrongModelPhase", 1, WINDOW, ENTRY):
        company.expose_answer(company.runners[0], CAROL)
    company.draw()
    runner, other = company.runners[:2]
    outputs = company.truths(runner)
    seed = company.state.seed
    rank = ("rank", 1, runner.index)
    with reverts("NotTheAgent", runner.address, other.address):
        company.send_swarm(*rank, seed, outputs, sender=other.address)
    with reverts("WrongRing", seed, bytes(32)):
        company.send_swarm(*rank, bytes(32), outputs, sender=runner.address)
    with reverts("WrongOutputCount", 4, 3):
        company.send_swarm(*rank, seed, outputs[:3], sender=runner.address)
    with reverts("NotInRange", 0, 256, 257):
        long = (bytes(257), *outputs[1:])
        company.send_swarm(*rank, seed, long, sender=runner.address)
    company.rank_all()
    with reverts("AlreadyRanked", 1, 0):
        company.rank_one(runner)
    question = (b"other", *company.question[1:])
    with reverts("WrongQuestion", ..., ...):
        args = (1, 0, question, runner.answer)
        company.send_swarm("exposeAnswer", *args, sender=other.address)
    with reverts("WrongAnswer", ..., ...):
        args = (1, 0, company.question, b"other")
        company.send_swarm("exposeAnswer", *args, sender=other.address)
    target = company.targets(runner)[0].answer
    with reverts("WrongOutputs", ..., ...):
        args = (1, 0, 1, company.question, target, other.outputs)
        company.send_swarm("exposeRank", *args, sender=other.address)
    with reverts("NotInRange", 1, 4, 5):
        args = (1, 0, 5, company.question, target, runner.outputs)
        company.send_swarm("exposeRank", *args, sender=other.address)
    claim = company.expose_answer(runner, CAROL)
    with reverts("NotTheGame", company.chain.address("DisputeGame"), company.client):
        company.send_swarm("killClaim", claim.abi(), sender=company.client)


FLOATS = [
    ([0.5, 0.25, -1.0, 2.0], [2, 1, 0, 3]),
    ([math.nan, -math.inf, -1e-45, -0.5], [0, 1, 3, 2]),
    ([0.0, -0.0, 1e-45, math.inf], [1, 0, 2, 3]),  # of equals the nearer is better
    ([math.nan, math.nan, -math.inf, -3.0], [1, 0, 2, 3]),
]


@pytest.mark.parametrize(("marks", "expected"), FLOATS)
def test_float_marks_are_in_their_order(company, marks, expected):
    """As one token's logit: NaN is worst."""
    company.ask(mark=FLOAT, markAt=1)
    company.answer_all()
    company.draw()
    runner = company.runners[0]
    runner.outputs = tuple(b"." + struct.pack("<f", mark) for mark in marks)
    company.rank_one(runner)
    assert unpacked(company.entry(runner).ranking, 4) == expected


def test_output_that_is_too_short_has_a_low_mark(company):
    company.ask(markAt=3)
    company.answer_all()
    company.draw()
    runner = company.runners[0]
    runner.outputs = (b"...b", b"", b"...ba", b"...a")
    company.rank_one(runner)
    assert unpacked(company.entry(runner).ranking, 4) == [2, 0, 3, 1]


def test_round_without_randomness_is_not_drawn(monkeypatch):
    """No beacon, and no hash of the last block."""
    monkeypatch.setattr("support.chains.py_evm._Ancestors", lambda number: ())
    chain = Chain(protocol=False, evm=PyEvm())
    at = [create_address(chain.deployer, i) for i in range(3)]
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[2], chain.deployer)
    chain.deploy("ModelSwarm", at[0], at[1], chain.deployer)
    client = chain.account("client")
    registered = chain.send(
        "ModelRegistry", "register", b"m" * 32, b"p" * 32, 0, [], sender=client
    )
    ids = (registered.result, registered.result)
    terms = (TEXT, 0, 10, chain.now + SECONDS, SECONDS, SECONDS, TURN, 0)
    question = (PROMPT, bytes(32), bytes(32), b"", b"", b"")
    chain.send("ModelSwarm", "ask", terms, question, sender=client)
    for i in range(10):
        agent = chain.account(f"agent{i}")
        args = (1, *ids, b"", BOND)
        chain.send("ModelSwarm", "answer", *args, sender=agent, value=BOND)
    chain.travel(SECONDS)
    with reverts("NotRandom", chain.number):
        chain.send("ModelSwarm", "draw", 1, sender=client)


def test_swarm_with_another_s_bank_or_game_refused():
    chain = Chain(protocol=False)
    here = create_address(chain.deployer, 2)
    registry = chain.deploy("ModelRegistry").address
    bank = chain.deploy("Staking", registry, registry).address
    with reverts("MiswiredSwarm", here, registry):
        chain.deploy("ModelSwarm", registry, bank, registry)
    here = create_address(chain.deployer, chain.nonce(chain.deployer) + 1)
    bank = chain.deploy("Staking", here, registry).address
    with reverts("MiswiredSwarm", bank, registry):
        chain.deploy("ModelSwarm", registry, bank, bank)


def test_answer_is_checked_before_its_bond_is_locked(company):
    company.ask()
    poor = company.account("poor")
    ids = (company.model_id, company.model_id)
    with reverts("TooDear", BOND - 1, BOND):
        company.send_swarm("answer", 1, *ids, b"", BOND - 1, sender=poor)
    with reverts("InsufficientBalance", poor, BOND, 0):
        company.send_swarm("answer", 1, *ids, b"", BOND, sender=poor)
    with reverts("UnknownModel", bytes(32)):
        args = (1, company.model_id, bytes(32), b"", BOND)
        company.send_swarm("answer", *args, sender=poor)
    company.send_swarm("answer", 1, *ids, b"", BOND, sender=poor, value=BOND)


def test_game_asks_no_more_of_a_source_than_the_oracle_has():
    """So that it may be either: the interface's functions are the oracle's, bit for
    bit."""

    def functions(name: str) -> set[str]:
        return {
            f"{e['name']}({','.join(p['internalType'] for p in e['inputs'])})"
            for e in artifact(name).abi
            if e["type"] == "function"
        }

    wanted = functions("IClaimSource")
    assert wanted <= functions("InferenceOracle")
    assert wanted <= functions("ModelSwarm")


def test_more_than_a_hundred_registered_agents_refused(company):
    with reverts("NotInRange", 10, 100, 101):
        company.ask(maxAgents=101)


def test_round_of_a_hundred_registered_agents_is_decided_in_one_step():
    """As many as there may be; what they say is nobody's concern here."""
    company = ModelCompany(100)
    company.ask()
    for i, runner in enumerate(company.runners):
        runner.answer = b"answer %d" % i
        company.answer_one(runner)
    with reverts("Full", 100, 100):
        ids = (company.model_id, company.model_id)
        late = company.account("late")
        company.send_swarm("answer", 1, *ids, b"", 2**96 - 1, sender=late)
    company.draw()
    # Some taste, the same for all: the later it came, the better.
    for runner in company.runners:
        marks = [bytes([1 + target.index]) * 4 for target in company.targets(runner)]
        runner.outputs = tuple(bytes(LETTERS_AT) + mark for mark in marks)
        company.rank_one(runner)
    company.to_settle()
    assert company.settle(0).gas_used < 2_000_000
    assert company.settle(50).gas_used < 1_000_000
    company.settle()
    assert company.phase == OVER
    pay = REWARD * 2 // 10 // 100
    gained = [company.bank(runner).free - STAKE - pay for runner in company.runners]
    assert sorted(gained) == [0] * 99 + [REWARD - 100 * pay]
    assert gained[99] > 0
    company.audit()
