"""Agents on a chain: whole rounds, crashes, reorganisations, rounds not worth it."""

from itertools import count

import pytest
from support.testbeds.town import ETHER, REWARD, Town, thinker

from oracle.swarm.asking import standings
from oracle.swarm.errors import ForgottenAnswer
from oracle.swarm.mind import Thought
from oracle.swarm.notebook import FileNotebook
from oracle.swarm.player import Wishes
from oracle.swarm.record import Phase, Rule


def test_agents_play_a_round_by_themselves():
    town = Town(10)
    town.ask()
    town.play()
    round = town.rounds[1]
    assert round.phase(town.place.chain.now()) is Phase.OVER
    assert len(round.answers) == len(round.rankings) == 10
    best, *_, worst = standings(round)
    assert (best.answer.answer, best.score, best.won) == (b"9", 1.0, True)
    assert worst.answer.answer == b"0" and worst.score == 0
    assert round.prize and round.prize.winner == town.seats[9].agent.address
    assert all(town.owned(seat)[1] == 0 for seat in town.seats)
    free = town.owned(town.seats[9])[0]
    assert free == round.prize.prize + round.prize.rank_pay  # and a newcomer's ticket
    assert town.step() == []


def test_agent_killed_before_every_move_loses_nothing():
    """Each look is that of a new process, which knows its key and nothing else."""
    town = Town(10)
    town.ask()
    victim = 4
    for _ in range(40):
        town.seats[victim] = town.seat(victim)
        sent = town.step()
        if not sent and town.phase() is Phase.OVER:
            break
        if not sent:
            town.next_phase()
    round = town.rounds[1]
    index = round.index_of(town.seats[victim].agent.address)
    assert index in round.rankings and round.settled == 10


@pytest.mark.parametrize("kept", [True, False])
def test_agent_that_thinks_otherwise_each_time_needs_a_notebook(tmp_path, kept):
    town = Town(10)
    fickle = count(100)
    mind = Thought(lambda prompt: str(next(fickle)).encode(), thinker(0).marking)

    def reborn():
        notebook = FileNotebook(tmp_path) if kept else None
        return town.seat(0, mind=mind, notebook=notebook)

    town.seats[0] = reborn()
    town.ask()
    town.step()
    town.next_phase()
    town.step()
    assert town.phase() is Phase.REVEAL
    town.seats[0] = reborn()
    if kept:
        town.play()
        round = town.rounds[1]
        index = round.index_of(town.seats[0].agent.address)
        assert index is not None and round.answers[index].answer == b"100"
        assert index in round.rankings
        return
    round = town.rounds[1]
    agent = town.seats[0].agent
    now, block = town.place.chain.now(), town.place.chain.height
    with pytest.raises(ForgottenAnswer):
        agent.move(round, now, block, 0)
    town.play()  # the others go on, and its ticket is swept
    assert agent.address in town.rounds[1].swept


@pytest.mark.parametrize(
    ("wishes", "enters"),
    [
        (Wishes(), True),
        (Wishes(most_ticket=10**14), False),
        (Wishes(least_reward=REWARD + 1), False),
        (Wishes(seconds=601), False),
    ],
)
def test_agent_enters_only_what_is_worth_it(wishes, enters):
    town = Town(1)
    town.ask()
    town.seats[0] = town.seat(0, wishes)
    assert town.step() == (["enter"] if enters else [])


def test_round_that_is_full_or_of_stakes_is_left_alone():
    town = Town(11)
    town.ask(rule=Rule.STAKE)
    town.ask(max_agents=10)
    assert town.step() == ["enter"] * 10
    assert len(town.rounds[2].seals) == 10


def test_ticket_is_paid_from_the_bank_as_far_as_it_goes():
    town = Town(1)
    town.ask()
    seat = town.seats[0]
    ticket = town.rounds[1].terms.ticket
    value = ticket // 3
    address = seat.agent.address
    seat.sender.send(town.place.bank, "deposit", address, value=value)
    round = town.rounds[1]
    move = seat.agent.move(round, town.place.chain.now(), 1, value)
    assert move is not None and move.value == ticket - value
    town.step()
    assert town.owned(seat) == (0, ticket)


def test_salt_is_shown_once_the_draw_is_deep_or_time_runs_out():
    town = Town(10)
    town.ask()
    town.step()
    town.next_phase()
    town.draw()
    careful = town.seat(9, Wishes(confirmations=50))
    round = town.rounds[1]
    at, block = round.draw.at + 1, round.draw.block
    assert careful.agent.move(round, at, block + 49, 0) is None
    move = careful.agent.move(round, at, block + 50, 0)
    assert move is not None and move.function == "reveal"
    late = round.draw.at + round.terms.reveal_seconds // 2
    assert careful.agent.move(round, late, round.draw.block, 0) == move


def test_reorganised_draw_is_answered_anew():
    """The draw and a reveal are undone; the next draw is another, and everybody plays
    on for that one. No salt for the first is taken for the second."""
    town = Town(10)
    town.ask()
    town.step()
    town.next_phase()
    chain = town.endpoint.chain
    mark = chain.head.block_number
    town.draw()
    town.step(town.seats[:4])
    first = town.rounds[1].draw
    assert town.rounds[1].answers
    chain.rewind(mark)
    town.endpoint.travel(24)
    assert town.rounds[1].draw is None
    town.play()
    round = town.rounds[1]
    assert round.draw is not None and first is not None
    assert round.draw != first
    assert len(round.rankings) == 10 and round.prize is not None


def test_reorganised_ring_is_ranked_anew():
    """A reveal is undone after others have sealed their rankings for the first ring."""
    town = Town(11)
    town.ask()
    town.step()
    town.next_phase()
    town.draw()
    town.step(town.seats[:10])
    chain = town.endpoint.chain
    mark = chain.head.block_number
    town.step(town.seats[10:])
    first = town.rounds[1].seed
    town.next_phase()
    town.step(town.seats[:3])
    chain.rewind(mark)
    town.next_phase()
    round = town.rounds[1]
    assert round.seed != first and len(round.answers) == 10
    town.play()
    assert len(town.rounds[1].rankings) == len(town.rounds[1].answers) == 10
    assert town.rounds[1].swept == {town.seats[10].agent.address}


def test_void_round_is_refunded_by_its_agents():
    town = Town(3)
    town.ask()
    town.play()
    assert town.phase() is Phase.VOID
    round = town.rounds[1]
    assert round.refunded and len(round.swept) == 3
    free = town.place.chain.call(town.place.bank, "balanceOf", town.client.address)[0]
    assert free == REWARD
    assert all(town.owned(seat) == (round.terms.ticket, 0) for seat in town.seats)


def test_majority_round_is_played_without_rankings():
    town = Town(10, minds=lambda i: thinker(i % 3))
    town.ask(rule=Rule.MAJORITY)
    town.play()
    round = town.rounds[1]
    assert not round.rankings and round.settled == 10
    won = [s for s in standings(round) if s.won]
    assert {s.answer.answer for s in won} == {b"0"} and len(won) == 4
    assert town.place.chain.call(town.place.swarm, "hasWon", 1, b"0")
    paid = [town.owned(seat)[0] for seat in town.seats]
    ticket = round.terms.ticket
    assert sorted(set(paid)) == [0, ticket + REWARD // 4]
    assert sum(paid) <= 10 * ETHER
