"""Whole rounds: phases, ring, scores, ratings and fates, against plain fractions."""

import random
from fractions import Fraction
from statistics import mean

import pytest
from eth_utils import keccak
from support.chains.evm import reverts
from support.games.swarm import (
    ALL,
    DRAW,
    ENTRY,
    LOW,
    NEWCOMER,
    OVER,
    RANKED,
    RETURNED,
    REVEAL,
    REWARD,
    SEAL,
    SETTLE,
    SHOW,
    SILENT,
    TALLY,
    TICKET,
    VOID,
    Company,
)

from oracle.swarm.ring import degree, order, unpacked
from oracle.swarm.scoring import ONE, PROBATION, Rating, Ring


def ring_of(company: Company) -> Ring:
    """What the twins in Python make of the round's rankings."""
    known = company.by_index
    entries = [company.entry(known[i]) for i in range(len(known))]
    rankings = {i: e.ranking for i, e in enumerate(entries) if e.fate != SILENT}
    weights = [entry.weight for entry in entries]
    return Ring(order(company.seed, len(known)), rankings, weights)


def test_round_goes_through_its_phases(company):
    assert company.view("phaseOf", 1) == 0
    company.ask()
    assert company.phase == ENTRY
    company.enter()
    company.chain.travel_to(company.state.entryEnd)
    assert company.phase == DRAW
    company.draw()
    assert company.phase == REVEAL
    company.reveal()
    company.to_seal()
    assert company.phase == SEAL
    for agent in company.agents:
        company.seal_one(agent)
    company.to_show()
    assert company.phase == SHOW
    for agent in company.agents:
        company.show_one(agent)
        assert company.entry(agent).fate == RANKED
    company.to_tally()
    assert company.phase == TALLY
    company.send("tally", company.round, ALL, sender=company.client)
    assert company.phase == SETTLE
    company.send("settle", company.round, ALL, sender=company.client)
    assert company.phase == OVER


@pytest.mark.parametrize("agents", [10, 11, 12, 13, 14, 17, 40, 49, 60])
def test_every_answer_has_as_many_rankers_and_nobody_ranks_itself(agents):
    company = Company(agents)
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    m = degree(agents)
    assert m == min(max(4, -(-(agents - 1) // 3)), 16)
    rankers = {agent.name: 0 for agent in company.agents}
    for agent in company.agents:
        chosen = company.targets(agent)
        assert len({t.name for t in chosen}) == m and agent not in chosen
        for target in chosen:
            rankers[target.name] += 1
    assert set(rankers.values()) == {m}


def test_contract_makes_the_ring_that_its_twin_makes(company):
    """The winner's index, found by each of both from rankings that all differ."""
    rng = random.Random(1)
    for _ in range(6):
        company.ask()
        company.enter()
        company.draw()
        company.reveal()
        company.rank(places=lambda a: rng.sample(range(4), 4))
        before = [company.view("ratingOf", a.address) for a in company.agents]
        company.finish()
        ring = ring_of(company)
        assert company.state.best - 1 == ring.best()
        assert company.state.bestScore == ring.scores()[ring.best()]
        assert ring.rated == any(weight for weight, _ in before)


@pytest.mark.parametrize("agents", [10, 13, 25])
@pytest.mark.parametrize("batch", [1, 3, ALL])
def test_score_is_the_mean_of_places_whatever_the_batches(agents, batch):
    """An oracle of its own: fractions over the rankings as their makers meant them."""
    company, rng = Company(agents), random.Random(agents)
    meant: dict[str, list[Fraction]] = {agent.name: [] for agent in company.agents}
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    company.to_seal()
    m = degree(agents)
    chosen = rng.sample(company.agents, agents - 2)
    for agent in chosen:
        places = rng.sample(range(m), m)
        company.seal_one(agent, places)
        for target, place in zip(company.targets(agent), places, strict=True):
            meant[target.name].append(Fraction(place, m - 1))
    company.to_show()
    for agent in chosen:
        company.show_one(agent)
    company.finish(batch)
    scores = {a.name: mean(meant[a.name]) for a in chosen if len(meant[a.name]) > 1}
    best = max(scores.values())
    winner = company.by_index[company.state.best - 1]
    assert scores[winner.name] == best
    assert abs(Fraction(company.state.bestScore, 2**32) - best) < Fraction(1, 2**31)
    assert company.state.held == 0
    company.audit()


def test_low_answers_lose_their_tickets_and_others_get_theirs_back(veterans):
    before = veterans.books()
    (_, settled) = veterans.play()
    scores = ring_of(veterans).scores()
    for agent in veterans.agents:
        low = scores[agent.index] < 2**32 // 4
        assert veterans.entry(agent).fate == (LOW if low else RETURNED)
    told = settled.event("Distributed")
    lost = sum(score < 2**32 // 4 for score in scores.values())
    rank_pay = REWARD * 2 // 10 // 12
    assert lost > 0
    assert told.returned == (12 - lost) * TICKET
    assert told.toWinner == lost * min(TICKET // 2, rank_pay)
    assert told.toRankers == 12 * rank_pay
    assert told.burned == lost * TICKET - told.toWinner
    assert veterans.chain.balance("0x" + "00" * 20) - before.burned == told.burned


def test_winner_gets_the_prize_and_rankers_their_part(veterans):
    owned = {a.name: veterans.owned(a) for a in veterans.agents}
    tallied, settled = veterans.play()
    won = tallied.event("Won")
    winner = veterans.by_index[veterans.state.best - 1]
    assert won.agent == winner.address
    assert won.answerHash[1:] == keccak(winner.answer)[1:]
    assert won.prize + 12 * won.rankPay == REWARD
    assert won.prize >= REWARD * 8 // 10
    spoils = settled.event("Distributed").toWinner
    for agent in veterans.agents:
        lost = TICKET if veterans.entry(agent).fate == LOW else 0
        extra = won.prize + spoils if agent is winner else 0
        assert veterans.owned(agent) == owned[agent.name] + won.rankPay + extra - lost
    assert veterans.view("hasWon", veterans.round, winner.answer)
    assert not veterans.view("hasWon", veterans.round, b"another")


def test_agent_weighs_nothing_until_it_has_burned_its_tickets(company):
    for burned in range(PROBATION):
        agent = company.agents[0]
        assert company.view("ratingOf", agent.address) == (0, burned)
        owned = company.owned(agent)
        company.play(reward=0)
        assert company.owned(agent) == owned - TICKET
        assert company.entry(agent).fate == NEWCOMER
    weight, burned = company.view("ratingOf", agent.address)
    assert weight > 0 and burned == PROBATION
    company.play()
    assert company.entry(agent).weight == weight
    assert company.entry(agent).fate in (RETURNED, LOW)


def test_rating_is_one_minus_the_deviation_from_the_others(company):
    """Against plain floats, over rounds; and bit for bit against the twin."""
    rng = random.Random(7)
    squares: dict[str, list[float]] = {agent.name: [] for agent in company.agents}
    twins = {agent.name: Rating() for agent in company.agents}
    for _ in range(5):
        company.ask()
        company.enter()
        company.draw()
        company.reveal()
        company.to_seal()
        given: dict[str, dict[str, float]] = {a.name: {} for a in company.agents}
        silent = company.agents[rng.randrange(12)]
        rankers = [agent for agent in company.agents if agent is not silent]
        for agent in rankers:
            places = rng.sample(range(4), 4)
            company.seal_one(agent, places)
            for target, place in zip(company.targets(agent), places, strict=True):
                given[target.name][agent.name] = place / 3
        company.to_show()
        for agent in rankers:
            company.show_one(agent)
        company.finish()
        for marks in given.values():
            for name, mark in marks.items():
                others = [x for other, x in marks.items() if other != name]
                if len(others) >= 3:
                    squares[name].append((mark - mean(others)) ** 2)
        ring = ring_of(company)
        for agent in rankers:
            known = twins[agent.name].noted(ring.deviations(agent.index))
            burned = min(known.burned + 1, PROBATION)
            twins[agent.name] = Rating(known.squares, known.count, burned)
    for agent in company.agents:
        weight, burned = company.view("ratingOf", agent.address)
        assert (weight, burned) == (twins[agent.name].weight, twins[agent.name].burned)
        sigma = mean(squares[agent.name]) ** 0.5
        assert weight / ONE == pytest.approx(1 - sigma, abs=2e-4)


def test_rankings_keep_their_places(company):
    company.play()
    for agent in company.agents:
        assert unpacked(company.entry(agent).ranking, 4) == company.honest(agent)


def test_best_answer_wins_where_all_rank_honestly():
    company = Company(40)
    company.play()
    winner = company.by_index[company.state.best - 1]
    assert winner.quality >= sorted(a.quality for a in company.agents)[-3]
    company.audit()


def test_asker_of_a_void_round_gets_all_back(company):
    client = company.owned(company.client)
    company.ask()
    company.enter(company.agents[:9])
    company.chain.travel_to(company.state.entryEnd)
    assert company.phase == VOID
    with reverts("WrongPhase", 1, DRAW, VOID):
        company.send("draw", 1, sender=company.client)
    owned = [company.owned(agent) for agent in company.agents]
    company.finish()
    assert [company.owned(agent) for agent in company.agents] == owned
    assert company.owned(company.client) == client + REWARD
    free, locked = company.chain.call("Bank", "balanceOf", company.agents[0].address)
    assert locked == 0 and free == owned[0]
    company.send("settle", 1, ALL, sender=company.client)  # pays nothing twice
    assert company.owned(company.client) == client + REWARD


def test_round_that_nobody_draws_in_time_is_void(company):
    company.ask()
    company.enter()
    company.chain.travel_to(company.state.entryEnd + company.state.revealSeconds)
    assert company.phase == VOID
    company.finish()
    assert company.state.held == 0
    assert company.state.swept == 12
