"""The draw: what a builder, a late caller, a withholder and a reorganisation can do."""

from dataclasses import replace

import pytest
from eth_utils import keccak
from support.chains.evm import Chain, reverts
from support.chains.py_evm import PyEvm
from support.games.protocol import ZERO_ADDRESS
from support.games.swarm import RANDAO, SEAL, TICKET, Company

from oracle.swarm.ring import order, word


def seed(round: int, random: bytes, salts: list[bytes]) -> bytes:
    """Of the contract's rule, by hand."""
    drawn = int.from_bytes(keccak(word(round) + random)[16:])
    mix = 0
    for salt in salts:
        mix ^= int.from_bytes(salt[16:])
    return keccak(word(round) + word(drawn) + word(mix))


def start(company: Company) -> None:
    company.ask()
    company.enter()
    company.chain.travel_to(company.state.entryEnd)


def test_seed_is_of_the_block_and_of_every_salt(company):
    start(company)
    company.draw()
    company.reveal()
    salts = [agent.salt(1, "answer") for agent in company.agents]
    assert company.seed == seed(1, RANDAO, salts)


def test_builder_that_knows_its_own_salts_alone_grinds_nothing(company):
    """It takes, of 64 blocks that it could build, the one whose ring would have its
    two agents rank each other; with the other salts that ring is another. Where the
    seed was the block's alone, it would have its way each time."""
    mine, friend = company.agents[:2]
    hits = 0
    for _ in range(12):
        start(company)
        own = [agent.salt(company.round, "answer") for agent in (mine, friend)]

        def wanted(random: bytes, own: list[bytes] = own) -> bool:
            ring = order(seed(company.round, random, own), 12)
            return (ring.index(1) - ring.index(0)) % 12 == 1

        ground = (keccak(word(i)) for i in range(1000))
        company.chain.prevrandao = next(filter(wanted, ground))
        company.chain.travel(0)
        company.draw()
        company.reveal()
        hits += company.targets(mine)[0] is friend
        company.rank()
        company.finish()
    assert hits < 6  # one in eleven is luck


def test_withheld_salt_burns_its_ticket(company):
    """What a choice between two seeds costs."""
    mine = company.agents[0]
    start(company)
    company.draw()
    company.reveal(company.agents[1:])
    without = company.seed
    with company.chain.undone():
        company.reveal_one(mine)
        assert company.seed != without
        mine.index = None
    owned = company.owned(mine)
    burned = company.chain.balance(ZERO_ADDRESS)
    company.rank(company.agents[1:])
    *_, swept = company.finish()
    assert company.owned(mine) == owned - TICKET
    assert swept.event("Swept").args[1:] == ((mine.address,), 0, TICKET)
    burned = company.chain.balance(ZERO_ADDRESS) - burned
    assert burned == 12 * TICKET  # the others are newcomers
    with reverts("NotSealed", 1, mine.address):
        company.send("sweep", 1, [mine.address], sender=company.client)


def test_draw_takes_the_block_in_which_it_is_called(company):
    """However late: 300 blocks on, a block hash of the target would be zero."""
    start(company)
    for _ in range(300):
        company.chain._mine()
    company.chain.prevrandao = keccak(text="another")
    company.chain.travel(0)
    told = company.draw().event("Drawn")
    assert told.drawn == int.from_bytes(keccak(word(1) + keccak(text="another"))[16:])
    assert told.at == company.state.drawnAt


@pytest.mark.parametrize("constant", [0, 1, 2**64 - 1])
def test_where_prevrandao_is_constant_the_last_block_hash_is_taken(company, constant):
    company.chain.prevrandao = word(constant)
    start(company)
    told = company.draw().event("Drawn")
    assert told.drawn != int.from_bytes(keccak(word(1) + word(constant))[16:])
    assert company.state.drawn == told.drawn != 0


def test_draw_without_randomness_refused(monkeypatch):
    """No beacon, and no hash of the last block."""
    monkeypatch.setattr("support.chains.py_evm._Ancestors", lambda number: ())
    company = Company(10, Chain(protocol=False, evm=PyEvm()))
    company.chain.prevrandao = bytes(32)
    start(company)
    with reverts("NoRandomness", company.chain.number):
        company.draw()


def test_salt_of_one_draw_is_no_salt_of_another(company):
    """A reorganisation between draw and reveal: a reveal that was sent for the first
    draw does nothing after the second."""
    start(company)
    with company.chain.undone():
        first = company.draw().event("Drawn").drawn
    company.chain.prevrandao = keccak(text="reorganised")
    company.chain.travel(0)
    second = company.draw().event("Drawn").drawn
    agent = company.agents[0]
    salt = agent.salt(1, "answer")
    with reverts("WrongDraw", second, first):
        args = (1, first, agent.answer, salt)
        company.send("reveal", *args, sender=agent.address)
    company.reveal()
    company.rank()
    company.finish()
    assert company.state.held == 0


def test_ranking_for_another_ring_is_refused(company):
    """A reorganisation of the reveals: the ring is another, and an honest ranking of
    the first one's agents isn't taken for one of the second's."""
    start(company)
    company.draw()
    with company.chain.undone():
        company.reveal()
        first = company.seed
    company.reveal([*company.agents[:4], *company.agents[5:]])  # one was left out
    for agent in company.agents:
        agent.index = None if agent is company.agents[4] else agent.index
    company.to_seal()
    agent = company.agents[0]
    second = company.seed
    with reverts("WrongSeed", second, first):
        args = (1, agent.index, first, bytes(32))
        company.send("sealRanking", *args, sender=agent.address)
    seal = company.site.ranking_seal(
        1, agent.canonical, agent.salt(1, "ranking"), first, 0x3210
    )
    company.send("sealRanking", 1, agent.index, second, seal, sender=agent.address)
    assert company.phase == SEAL
    company.to_show()
    agent.ranking = 0x3210
    with reverts("WrongSeal", ..., ...):
        company.show_one(agent)


def test_seals_are_for_one_chain_contract_round_and_agent(company):
    """A copy of a seal opens for nobody else, and nowhere else."""
    company.ask()
    mine, thief = company.agents[:2]
    salt = mine.salt(1, "answer")
    answer = b"42"
    seals = {
        "copied": company.site.answer_seal(1, mine.canonical, salt, answer),
        "chain": replace(company.site, chain_id=2).answer_seal(
            1, thief.canonical, salt, answer
        ),
        "contract": replace(company.site, contract=bytes(20)).answer_seal(
            1, thief.canonical, salt, answer
        ),
        "round": company.site.answer_seal(2, thief.canonical, salt, answer),
        "kind": company.site.ranking_seal(1, thief.canonical, salt, keccak(answer), 0),
        "salt": company.site.answer_seal(1, thief.canonical, bytes(32), answer),
    }
    agents = company.agents[1:7]
    for agent, seal in zip(agents, seals.values(), strict=True):
        company.send("enter", 1, seal, 0, sender=agent.address)
    company.enter([*company.agents[7:], *company.join(6, "more")])
    drawn = company.draw().event("Drawn").drawn
    for agent in agents:
        with reverts("WrongSeal", ..., ...):
            args = (1, drawn, answer, salt)
            company.send("reveal", *args, sender=agent.address)
