"""What a round's rules say, each by an attack that works where the rule is left out.

Seals are copied as they were sent, so that nothing here depends on how our own players
make them.
"""

import pytest
from eth_utils import keccak
from support.chains.evm import reverts
from support.games.protocol import ZERO_ADDRESS
from support.games.swarm import REWARD, TICKET, VOID, Agent

from oracle.swarm.ring import RANKING_SEALED, SEALED, tagged


def test_copied_answer_seal_opens_for_nobody_else(company):
    """The thief sends the victim's very bytes, waits for its salt, and sends that."""
    company.ask()
    victim, thief = company.agents[:2]
    seal = company.enter_one(victim).event("Entered").seal
    company.send("enter", 1, seal, 0, sender=thief.address)
    company.enter(company.agents[2:])
    drawn = company.draw().event("Drawn").drawn
    told = company.reveal_one(victim).event("Revealed")
    with reverts("WrongSeal", tagged(SEALED, seal), ...):
        args = (1, drawn, told.answer, told.salt)
        company.send("reveal", *args, sender=thief.address)


def test_copied_ranking_seal_opens_for_nobody_else(company):
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    company.to_seal()
    victim, thief = company.agents[:2]
    seal = company.seal_one(victim).event("RankingSealed").seal
    args = (1, thief.index, company.seed, seal)
    company.send("sealRanking", *args, sender=thief.address)
    company.to_show()
    shown = company.show_one(victim).event("RankingRevealed")
    salt = victim.salt(1, "ranking")
    held = company.view("commitmentOf", 1, thief.address)
    assert held[0] == RANKING_SEALED
    for answer in (thief.answer, victim.answer):
        with reverts("WrongSeal", held, ...):
            args = (1, thief.index, keccak(answer), shown.ranking, salt)
            company.send("revealRanking", *args, sender=thief.address)


def test_few_first_places_beat_many_second_ones(company):
    """Two of four rankers reveal, and put one answer first: its mean is the scale's
    end, its sum below that of an answer that four put second."""
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    chosen = company.agents[0]
    rankers = [a for a in company.agents if chosen in company.targets(a)]
    silent = rankers[:2]
    assert len(rankers) == 4

    def places(agent: Agent) -> list[int]:
        """The chosen one first; else second whoever is next in the ring."""
        targets = company.targets(agent)
        if chosen not in targets:
            return [2, 1, 0, 3] if agent.index % 2 else [2, 3, 1, 0]
        at = targets.index(chosen)
        rest = iter([2, 1, 0])
        return [3 if i == at else next(rest) for i in range(4)]

    company.rank([a for a in company.agents if a not in silent], places)
    given: dict[str, list[int]] = {agent.name: [] for agent in company.agents}
    for agent in company.agents:
        if agent not in silent:
            for target, place in zip(
                company.targets(agent), places(agent), strict=True
            ):
                given[target.name].append(place)
    company.finish()
    assert given[chosen.name] == [3, 3]
    others = [a for a in company.agents if a is not chosen and a not in silent]
    assert max(sum(given[a.name]) for a in others) > 6, "a sum would choose another"
    assert company.by_index[company.state.best - 1] is chosen
    assert company.state.bestScore == 1 << 32


@pytest.mark.parametrize("void", [True, False])
def test_client_that_is_a_contract_and_takes_no_ether_stops_nobody(company, void):
    """Its reward comes back as a credit in the bank, to be had when it wants ether."""
    chain, stranger = company.chain, company.client
    puppet = chain.deploy("Hostile")
    chain.accounts["puppet"] = puppet.address
    chain.send(puppet, "setMood", 1, sender=stranger)  # Reverting
    swarm, bank = chain.contracts["Swarm"], chain.contracts["Bank"]
    call = swarm.abi.encode_call("ask", (company.terms(), b"?"))
    args = (swarm.address, REWARD, call)
    chain.send(puppet, "execute", *args, sender=stranger, value=REWARD)
    company.round = 1
    assert company.state.asker == puppet.address
    company.enter(company.agents[: 9 if void else 12])
    if void:
        chain.travel_to(company.state.entryEnd)
        assert company.phase == VOID
    else:
        company.draw()
        company.reveal()
        company.to_tally()  # nobody ranks, so nobody wins
    company.finish()
    prize = REWARD if void else REWARD - 12 * (REWARD * 2 // 10 // 12)
    assert company.owned(puppet.address) == prize
    assert company.state.held == 0
    take = bank.abi.encode_call("withdraw", (puppet.address, prize))
    with reverts("TransferFailed", puppet.address, prize):
        chain.send(puppet, "execute", bank.address, 0, take, sender=stranger)
    chain.send(puppet, "setReentry", bank.address, 0, take, sender=stranger)
    chain.send(puppet, "execute", bank.address, 0, take, sender=stranger)
    assert not chain.call("Hostile", "reentered")  # twice is once
    assert chain.balance(puppet.address) == prize
    assert company.owned(puppet.address) == 0


def test_round_in_which_nobody_ranks_burns_what_was_for_ranking(company):
    company.ask()
    company.enter()
    company.draw()
    company.reveal()
    company.to_tally()
    burned = company.chain.balance(ZERO_ADDRESS)
    company.finish()
    pay = REWARD * 2 // 10 // 12
    assert company.chain.balance(ZERO_ADDRESS) - burned == 12 * (TICKET + pay)
    assert company.state.best == 0
