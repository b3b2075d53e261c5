"""Agents and askers that play against the round; each rule's attack must not pay."""

import random
from statistics import mean

import pytest
from support.chains.evm import reverts
from support.games.protocol import ZERO_ADDRESS
from support.games.swarm import (
    ALL,
    REWARD,
    SILENT,
    TICKET,
    VOID,
    Agent,
    Company,
    in_order,
)

from oracle.swarm.ring import degree, order
from oracle.swarm.scoring import Ring


def opened(company: Company, **changes) -> None:
    """Up to the rankings."""
    company.ask(**changes)
    company.enter()
    company.draw()
    company.reveal()


def scores(company: Company) -> dict[str, int]:
    known = company.by_index
    entries = [company.entry(known[i]) for i in range(len(known))]
    rankings = {i: e.ranking for i, e in enumerate(entries) if e.fate != SILENT}
    ring = Ring(order(company.seed, len(known)), rankings, [e.weight for e in entries])
    return {known[i].name: score for i, score in ring.scores().items()}


def test_withheld_rankings_don_t_lower_the_best(company):
    """Two of the winner's four rankers keep their rankings to themselves. A sum would
    lose half of its score; the mean stays, it wins all the same, and they pay."""
    opened(company)
    with company.chain.undone():
        company.rank()
        company.finish()
        best = company.by_index[company.state.best - 1]
    silent = [a for a in company.agents if best in company.targets(a)][:2]
    company.rank([agent for agent in company.agents if agent not in silent])
    owned = [company.owned(agent) for agent in silent]
    company.finish()
    assert company.by_index[company.state.best - 1] is best
    assert company.state.bestScore == scores(company)[best.name]
    assert [company.owned(agent) for agent in silent] == [o - TICKET for o in owned]


def test_one_ranker_alone_makes_no_winner(company):
    """All others are silent; one answer is ranked, first, by one friend."""
    opened(company)
    friend = company.agents[0]
    chosen = company.targets(friend)[0]
    company.rank([friend, chosen], places=lambda agent: [3, 2, 1, 0])
    client = company.owned(company.client)
    burned = company.chain.balance(ZERO_ADDRESS)
    tallied, _ = company.finish()
    assert tallied.event("Won").agent == ZERO_ADDRESS
    prize = tallied.event("Won").prize
    assert company.owned(company.client) == client + prize
    rank_pay = tallied.event("Won").rankPay
    burned = company.chain.balance(ZERO_ADDRESS) - burned
    assert burned == 12 * TICKET + 10 * rank_pay  # their silence enriches nobody


def test_who_ranks_nobody_wins_nothing(company):
    """The best answer's agent saves itself the work of ranking."""
    opened(company)
    best = max(company.agents, key=lambda agent: agent.quality)
    company.rank([agent for agent in company.agents if agent is not best])
    owned = company.owned(best)
    company.finish()
    assert company.by_index[company.state.best - 1] is not best
    assert company.owned(best) == owned - TICKET


def test_nobody_can_give_every_answer_the_same_place(company):
    """Whoever always says the mean would be near every other; places are strict."""
    opened(company)
    company.to_seal()
    lazy = company.agents[0]
    for places in ([1, 1, 1, 1], [1, 2, 1, 2], [0, 0, 0, 0], [3, 3, 2, 1]):
        with company.chain.undone():
            company.seal_one(lazy, places)
            company.to_show()
            with reverts("NotARanking", 15, ...):
                company.show_one(lazy)


@pytest.mark.parametrize("way", ["in ring order", "at random"])
def test_lazy_ranker_is_rated_below_every_honest_one(way):
    """Honest rankers see an answer's quality with some noise, each its own."""
    company, rng = Company(24), random.Random(3)
    lazy = company.agents[:4]

    def places(agent: Agent) -> list[int]:
        m = degree(24)
        if agent in lazy:
            return list(range(m)) if way == "in ring order" else rng.sample(range(m), m)
        seen = [t.quality + rng.gauss(0, 0.1) for t in company.targets(agent)]
        return in_order(seen)

    for _ in range(4):
        opened(company)
        company.rank(places=places)
        company.finish()
    weights = {a.name: company.view("ratingOf", a.address)[0] for a in company.agents}
    honest = [weights[a.name] for a in company.agents if a not in lazy]
    assert max(weights[agent.name] for agent in lazy) < min(honest)
    company.audit()


def test_new_identities_decide_nothing_where_old_ones_rank(veterans):
    """Eleven Sybils, nearly half of the round, put their own worst answer first and
    all others last. They pay, and count nothing."""
    sybils = veterans.join(11, "sybil")
    chosen = sybils[0]
    chosen.quality = -1.0
    opened(veterans)

    def places(agent: Agent) -> list[int]:
        if agent not in sybils:
            return veterans.honest(agent)
        targets = veterans.targets(agent)
        return in_order(
            [(t is chosen, t in sybils, -t.quality, t.name) for t in targets]
        )

    veterans.rank(places=places)
    before = scores(veterans)
    owned = sum(map(veterans.owned, sybils))
    veterans.finish()
    assert veterans.by_index[veterans.state.best - 1] is not chosen
    assert before.get(chosen.name, 0) == 0
    pay = REWARD * 2 // 10 // 23
    won = veterans.by_index[veterans.state.best - 1] in sybils
    if not won:
        assert sum(map(veterans.owned, sybils)) == owned - 11 * (TICKET - pay)


def test_new_identity_costs_its_tickets_before_it_counts(company):
    """Whitewashing: who is badly rated can come back as another, at a price."""
    for _ in range(3):
        company.play(reward=0)
    burned = company.chain.balance(ZERO_ADDRESS)
    assert burned == 3 * 12 * TICKET
    assert all(company.view("ratingOf", a.address)[0] for a in company.agents)


@pytest.mark.parametrize("reward", [0, 10**9, REWARD, 10 * REWARD])
@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_client_that_farms_tickets_gains_nothing(reward, share):
    """The asker's own agents, rated ones, are most of the round. They put each other
    first and the few honest last, whose tickets are then lost. If half of those went to
    the winner whatever the reward, asking for nothing would be a living."""
    company = Company(20)
    for _ in range(3):
        company.play(reward=0)
    mine = company.agents[: int(20 * share)]
    honest = [agent for agent in company.agents if agent not in mine]

    def places(agent: Agent) -> list[int]:
        targets = company.targets(agent)
        return in_order(
            [(agent in mine and t in mine, t.quality, t.name) for t in targets]
        )

    team = [company.client, *(agent.address for agent in mine)]
    rich = sum(map(company.owned, team))
    opened(company, reward=reward, cutBps=5000, ticket=100 * TICKET)
    company.rank(places=places)
    company.finish()
    assert company.by_index[company.state.best - 1] in mine
    fates = {company.entry(agent).fate for agent in honest}
    assert fates & {3}, "no honest ticket was lost: the attack isn't one"
    # the reward came from outside the bank
    assert sum(map(company.owned, team)) <= rich + reward
    company.audit()


def test_agent_with_many_answers_pays_for_each(veterans):
    """It may commit five and reveal the best: allowed, and the others' tickets burn."""
    many = veterans.join(5, "many")
    veterans.ask()
    veterans.enter()
    veterans.draw()
    veterans.reveal([agent for agent in veterans.agents if agent not in many[1:]])
    owned = sum(map(veterans.owned, many[1:]))
    veterans.rank()
    veterans.finish()
    assert sum(map(veterans.owned, many[1:])) == owned - 4 * TICKET


def test_round_that_is_too_small_is_not_ranked(company):
    """Ten enter and nine reveal: with so few, ratings say nothing. The one pays."""
    company.ask()
    company.enter(company.agents[:10])
    company.draw()
    company.reveal(company.agents[:9])
    company.to_seal()
    assert company.phase == VOID
    owned = [company.owned(agent) for agent in company.agents]
    client = company.owned(company.client)
    company.finish()
    lost = [TICKET if i == 9 else 0 for i in range(12)]
    now = [company.owned(agent) for agent in company.agents]
    assert now == [o - x for o, x in zip(owned, lost, strict=True)]
    assert company.owned(company.client) == client + REWARD
    assert company.state.held == 0


def test_recipient_that_reverts_stops_nobody(veterans):
    """Credits are pulled: a contract that takes no ether has its own in the bank."""
    chain = veterans.chain
    puppet = chain.deploy("Hostile")
    chain.send(puppet, "setMood", 1, sender=veterans.client)  # Reverting
    chain.accounts["puppet"] = puppet.address
    chain.send("Bank", "deposit", puppet.address, sender=veterans.client, value=10**18)
    veterans.agents[0].address = puppet.address
    veterans.puppets[puppet.address] = puppet
    veterans.play()
    paid = REWARD * 2 // 10 // 12
    assert veterans.owned(puppet.address) >= 10**18 - TICKET + paid
    call = chain.contracts["Bank"].abi.encode_call("withdraw", (puppet.address, 1))
    args = (chain.address("Bank"), 0, call)
    with reverts("TransferFailed", puppet.address, 1):
        chain.send(puppet, "execute", *args, sender=veterans.client)
    other = veterans.agents[1].address
    chain.send("Bank", "withdraw", other, 1, sender=other)


def test_silence_at_each_phase_costs_a_ticket_and_stops_nobody(veterans):
    """One agent is silent after its entry, one after its answer, one after its seal."""
    a, b, c = veterans.agents[:3]
    owned = [veterans.owned(agent) for agent in (a, b, c)]
    veterans.join(3)
    veterans.ask()
    veterans.enter()
    veterans.draw()
    veterans.reveal([agent for agent in veterans.agents if agent is not a])
    veterans.to_seal()
    present = [agent for agent in veterans.agents if agent not in (a, b)]
    for agent in present:
        veterans.seal_one(agent)
    veterans.to_show()
    for agent in present:
        if agent is not c:
            veterans.show_one(agent)
    veterans.finish()
    assert [veterans.owned(agent) for agent in (a, b, c)] == [o - TICKET for o in owned]
    assert veterans.state.best and veterans.state.held == 0


@pytest.mark.parametrize("seed", range(25))
def test_money_is_conserved_whatever_anyone_does(seed):
    """Agents of 13 leave at random; batches, rewards and cuts are random, too."""
    rng = random.Random(seed)
    company = Company(rng.choice([10, 11, 13]))
    in_bank = company.chain.balance(company.chain.address("Bank"))
    asked = 0
    for _ in range(3):
        reward = rng.choice([0, 1, 12345, REWARD])
        asked += reward
        company.ask(reward=reward, cutBps=rng.choice([0, 2500, 5000]))
        stay = rng.choice([0.5, 0.9, 1.0])
        company.enter(a for a in company.agents if rng.random() < stay)
        company.chain.travel_to(company.state.entryEnd)
        if company.phase == VOID:
            company.finish(rng.choice([1, 5, ALL]))
            continue
        company.draw()
        entered = [a for a in company.agents if company.tag(a) == 1]
        company.reveal(a for a in entered if rng.random() < stay)
        revealed = [a for a in entered if a.index is not None]
        company.to_seal()
        if company.phase != VOID:
            company.rank([a for a in revealed if rng.random() < stay])
        company.finish(rng.choice([1, 5, ALL]))
        assert company.state.held == 0
    company.audit()
    burned = company.chain.balance(ZERO_ADDRESS)
    left = company.chain.balance(company.chain.address("Bank"))
    assert in_bank + asked == left + burned
    people = [company.client, *(agent.address for agent in company.agents)]
    for person in people:
        assert company.chain.call("Bank", "balanceOf", person).locked == 0
    assert mean(map(company.owned, people)) > 0
