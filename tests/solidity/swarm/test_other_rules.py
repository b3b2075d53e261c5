"""Majority and stake-weighted choice: two more rules of the same round."""

import pytest
from support.chains.evm import ETHER
from support.games.protocol import ZERO_ADDRESS
from support.games.swarm import MAJORITY, REWARD, STAKE, TICKET, Company


def play(company: Company, answers: str, stakes: list[int], **changes) -> list[int]:
    """What each agent's credit changes by; an answer `-` is never revealed."""
    company.ask(**changes)
    before = [company.owned(agent) for agent in company.agents]
    for agent, answer, stake in zip(company.agents, answers, stakes, strict=True):
        agent.answer = answer.encode()
        company.enter_one(agent, stake)
    company.draw()
    company.reveal(a for a in company.agents if a.answer != b"-")
    company.finish()
    assert company.state.held == 0
    return [company.owned(a) - b for a, b in zip(company.agents, before, strict=True)]


@pytest.mark.parametrize("cut", [0, 1])
def test_most_frequent_answer_shares_the_reward(company, cut):
    changes = play(company, "aabbbbcbbaab", [0] * 12, rule=MAJORITY, cutBps=cut)
    share = REWARD // 7
    lost = -TICKET if cut else 0
    assert changes == [share if x == "b" else lost for x in "aabbbbcbbaab"]
    assert company.view("hasWon", 1, b"b") and not company.view("hasWon", 1, b"a")
    burned = company.chain.balance(ZERO_ADDRESS)
    assert burned == REWARD - 7 * share + (5 * TICKET if cut else 0)


def test_unrevealed_answer_counts_nothing_and_costs_a_ticket(company):
    changes = play(company, "aaaaa------b", [0] * 12, rule=MAJORITY)
    assert changes[0] == 0  # six revealed: too few, void
    assert changes[5] == -TICKET
    assert not company.view("hasWon", 1, b"a")


@pytest.mark.parametrize(("rich", "winner"), [(6, "a"), (8, "b")])
def test_stake_behind_an_answer_decides(company, rich, winner):
    """Five stand for b with `rich` tenths each, seven for a with half an ether."""
    answers = "aaaaaaabbbbb"
    tenth = ETHER // 20
    stakes = [5 * tenth] * 7 + [rich * tenth] * 5
    changes = play(company, answers, stakes, rule=STAKE, cutBps=1)
    share = REWARD // answers.count(winner)
    assert changes == [share if x == winner else -TICKET for x in answers]
    free, locked = company.chain.call("Bank", "balanceOf", company.agents[0].address)
    assert locked == 0 and free > 0


def test_stake_of_who_never_reveals_comes_back_without_the_ticket(company):
    stakes = [ETHER // 2] * 12
    changes = play(company, "aaaaaaaaaaa-", stakes, rule=STAKE)
    assert changes[11] == -TICKET
    _, locked = company.chain.call("Bank", "balanceOf", company.agents[11].address)
    assert locked == 0


def test_stake_comes_back_from_a_void_round(company):
    company.ask(rule=STAKE)
    company.enter(company.agents[:9], stake=ETHER // 2)
    company.chain.travel_to(company.state.entryEnd)
    company.finish()
    for agent in company.agents:
        assert company.chain.call("Bank", "balanceOf", agent.address) == (ETHER, 0)


def test_majority_of_one_s_own_earns_no_ticket_of_others(company):
    """The asker's seven outvote five honest ones: their tickets burn, and it has
    its reward back, no more."""
    mine = [company.client, *(agent.address for agent in company.agents[:7])]
    before = sum(map(company.owned, mine))
    play(company, "aaaaaaabbbbb", [0] * 12, rule=MAJORITY, cutBps=5000)
    assert sum(map(company.owned, mine)) <= before + REWARD
