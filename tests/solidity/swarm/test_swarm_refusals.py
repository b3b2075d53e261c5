"""What a round refuses, each with the error that says why."""

import pytest
from eth_utils import keccak
from support.chains.evm import GWEI, Chain, reverts
from support.games.swarm import (
    ALL,
    DRAW,
    ENTRY,
    MAJORITY,
    NONE,
    REVEAL,
    SEAL,
    SETTLE,
    SHOW,
    TALLY,
    TICKET,
    Company,
)

from oracle.swarm.ring import REVEALED, tagged
from solidity.deployment import create_address

DAYS_30 = 30 * 24 * 3600


@pytest.mark.parametrize(
    ("field", "value", "minimum", "maximum"),
    [
        ("maxAgents", 9, 10, 1000),
        ("maxAgents", 1001, 10, 1000),
        ("cutBps", 5001, 0, 5000),
        ("ticket", TICKET - 1, TICKET, 2**80 - 1),
        ("ticket", 2**80, TICKET, 2**80 - 1),
        ("revealSeconds", 59, 60, DAYS_30),
        ("revealSeconds", DAYS_30 + 1, 60, DAYS_30),
        ("sealSeconds", 59, 60, DAYS_30),
        ("showSeconds", 59, 60, DAYS_30),
    ],
)
def test_terms_out_of_range_refused(company, field, value, minimum, maximum):
    with reverts("OutOfRange", minimum, maximum, value):
        company.ask(**{field: value})


@pytest.mark.parametrize(("offset", "fits"), [(59, False), (60, True)])
def test_entries_end_a_minute_from_now_at_least(company, offset, fits):
    now = company.chain.now
    if fits:
        company.ask(entryEnd=now + offset)
        return
    with reverts("OutOfRange", now + 60, now + DAYS_30, now + offset):
        company.ask(entryEnd=now + offset)


def test_entries_end_a_month_from_now_at_most(company):
    now = company.chain.now
    with reverts("OutOfRange", now + 60, now + DAYS_30, now + DAYS_30 + 1):
        company.ask(entryEnd=now + DAYS_30 + 1)


def test_prompt_and_reward_have_bounds(company):
    with reverts("OutOfRange", 1, 96 * 1024, 0):
        company.ask(prompt=b"")
    company.chain.evm.set_balance(company.client, 2**90)
    company.chain.minted += 2**90
    with reverts("OutOfRange", 0, 2**80 - 1, 2**80):
        company.ask(reward=2**80)


def test_least_ticket_follows_the_price_of_gas():
    company = Company(0, Chain(protocol=False, fees=True))
    assert company.view("leastTicket") == TICKET
    company.chain.set_basefee(50 * GWEI)
    assert company.view("leastTicket") == 100 * TICKET


def test_no_round_no_entry(company):
    with reverts("WrongPhase", 7, ENTRY, NONE):
        company.send("enter", 7, bytes(32), 0, sender=company.client)


def test_each_agent_enters_once_and_pays(company):
    company.ask(maxAgents=11)
    agent = company.agents[0]
    company.enter_one(agent)
    with reverts("AlreadyEntered", 1, agent.address):
        company.enter_one(agent)
    poor = company.chain.account("poor")
    with reverts("InsufficientBalance", poor, TICKET, 0):
        company.send("enter", 1, bytes(32), 0, sender=poor)
    with reverts("OutOfRange", 0, 0, 5):
        company.enter_one(company.agents[1], stake=5)
    company.send("enter", 1, bytes(32), 0, sender=poor, value=TICKET)
    company.enter(company.agents[1:10])
    with reverts("RoundFull", 11, 11):
        company.enter_one(company.agents[10])
    company.chain.travel_to(company.state.entryEnd)
    with reverts("WrongPhase", 1, ENTRY, DRAW):
        company.enter_one(company.agents[10])


def test_answer_is_revealed_once_in_its_time(company):
    company.ask()
    company.enter(company.agents[:11])
    agent, outsider = company.agents[0], company.agents[11]
    with reverts("WrongPhase", 1, REVEAL, ENTRY):
        company.reveal_one(agent)
    company.draw()
    with reverts("WrongPhase", 1, DRAW, REVEAL):
        company.draw()
    right, agent.answer = agent.answer, b"changed"
    with reverts("WrongSeal", ..., ...):
        company.reveal_one(agent)
    agent.answer = bytes(16 * 1024 + 1)
    with reverts("OutOfRange", 0, 16 * 1024, 16 * 1024 + 1):
        company.reveal_one(agent)
    agent.answer = right
    company.reveal_one(agent)
    with reverts("WrongSeal", ..., ...):
        company.reveal_one(agent)
    with reverts("WrongSeal", bytes(32), ...):
        company.reveal_one(outsider)
    company.to_seal()
    with reverts("WrongPhase", 1, REVEAL, 9):  # one of ten revealed: void
        company.reveal_one(company.agents[1])


def test_ranking_is_sealed_once_and_shown_once_in_their_times(company):
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    agent, other, late = company.agents[:3]
    with reverts("WrongPhase", 1, SEAL, REVEAL):
        company.seal_one(agent)
    company.to_seal()
    index, agent.index = agent.index, other.index
    with reverts("WrongAgent", other.address, agent.address):
        company.seal_one(agent, [0, 1, 2, 3])
    agent.index = index
    company.seal_one(agent)
    with reverts("NotSealed", 1, agent.address):
        company.seal_one(agent)
    with reverts("WrongPhase", 1, SHOW, SEAL):
        company.show_one(agent)
    company.to_show()
    with reverts("WrongPhase", 1, SEAL, SHOW):
        company.seal_one(late)
    agent.index = other.index
    with reverts("WrongAgent", other.address, agent.address):
        company.show_one(agent)
    agent.index = index
    right, agent.ranking = agent.ranking, 0x3201 if agent.ranking != 0x3201 else 0x123
    with reverts("WrongSeal", ..., ...):
        company.show_one(agent)
    agent.ranking = right
    held, agent.answer = agent.answer, b"another answer"
    with reverts("WrongSeal", ..., ...):
        company.show_one(agent)
    agent.answer = held
    company.show_one(agent)
    with reverts("WrongSeal", tagged(4, keccak(agent.answer)), ...):
        company.show_one(agent)
    with reverts("WrongSeal", tagged(REVEALED, keccak(late.answer)), ...):
        company.show_one(late)


@pytest.mark.parametrize("extra", [1 << 16, 4 << 16, 1 << 63])
def test_ranking_with_more_places_than_answers_refused(company, extra):
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    company.to_seal()
    agent = company.agents[0]
    ranking = 0x3210 | extra
    seal = company.site.ranking_seal(
        1, agent.canonical, agent.salt(1, "ranking"), company.seed, ranking
    )
    args = (1, agent.index, company.seed, seal)
    company.send("sealRanking", *args, sender=agent.address)
    company.to_show()
    agent.ranking = ranking
    with reverts("NotARanking", 15, 15):
        company.show_one(agent)


def test_tally_settle_and_sweep_wait_for_their_turn(company):
    company.ask()
    company.enter()
    first = company.agents[0]
    with reverts("WrongPhase", 1, SETTLE, ENTRY):
        company.send("sweep", 1, [first.address], sender=company.client)
    company.draw()
    with reverts("WrongPhase", 1, SETTLE, REVEAL):
        company.send("sweep", 1, [first.address], sender=company.client)
    company.reveal(company.agents[1:])
    with reverts("WrongPhase", 1, TALLY, REVEAL):
        company.send("tally", 1, ALL, sender=company.client)
    company.rank(company.agents[1:])
    with reverts("WrongPhase", 1, SETTLE, SHOW):
        company.send("settle", 1, ALL, sender=company.client)
    with reverts("NotSealed", 1, company.agents[1].address):
        company.send("sweep", 1, [company.agents[1].address], sender=company.client)
    with reverts("NotSealed", 1, first.address):
        twice = [first.address, first.address]
        company.send("sweep", 1, twice, sender=company.client)
    company.finish()
    with reverts("WrongPhase", 1, SETTLE, 8):
        company.send("settle", 1, ALL, sender=company.client)
    with reverts("WrongPhase", 1, TALLY, 8):
        company.send("tally", 1, ALL, sender=company.client)
    assert company.state.held == 0


def test_majority_round_has_no_rankings(company):
    company.ask(rule=MAJORITY, sealSeconds=0, showSeconds=0)
    company.enter()
    company.draw()
    company.reveal()
    company.to_seal()
    with reverts("WrongPhase", 1, SEAL, SETTLE):
        company.seal_one(company.agents[0])
    company.finish()


def test_swarm_with_another_s_bank_refused():
    chain = Chain(protocol=False)
    at = create_address(chain.deployer, 1)
    chain.deploy("Staking", chain.deployer, chain.deployer)
    with reverts("Miswired", at, chain.deployer):
        chain.deploy("Swarm", chain.address("Staking"))
