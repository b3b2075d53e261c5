"""False challengers in step, on each side of what a slow worker can hold out."""

import re
from pathlib import Path

import pytest

from challenge import tariff
from oracle.bench.griefing.in_step import InStep, moves_a_game
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.testbed import ETHER, PARAMETERS, PRICE_WEI, GriefingTestbed
from oracle.node.challenger import joining
from oracle.node.node import Node
from oracle.node.worker.worker import Worker

BOND_GAS = 37_000_000
MOVE_SECONDS = 30
MOST_GAMES = (PARAMETERS.clock_seconds // MOVE_SECONDS - 1) // moves_a_game()
"""That a worker finishes within one clock: the opening, and then one by one."""
STATED_WITHIN = 0.0002
"""Ether: a guest that is laid out anew moves a step's gas by less."""
TEXT = " ".join(
    (Path(__file__).parents[2] / "docs" / "economics.md").read_text().split()
)


class InEveryGame(Worker):
    """Serves the nearest deadline first, whatever the pace: as workers once did."""

    def in_order(self, games):
        return Node.in_order(self, games)


def spread_thin(testbed: GriefingTestbed) -> Worker:
    worker = testbed.worker()
    worker.__class__ = InEveryGame
    return worker


def played(attack: InStep) -> Outcome:
    """The page states what came of it."""
    outcome = attack()
    print(attack, outcome)
    gain = outcome.attacker_gain_wei / ETHER
    word = r"\*gain\*" if gain > 0 else "lose"
    stated = [float(ether) for ether in re.findall(rf"{word} ([\d.]+) ether", TEXT)]
    assert min(abs(ether - abs(gain)) for ether in stated) < STATED_WITHIN, gain
    return outcome


@pytest.mark.parametrize("holding", [False, True], ids=["playing-on", "holding"])
def test_in_step_within_the_workers_pace_all_challengers_lose(holding: bool) -> None:
    outcome = played(InStep(MOST_GAMES, MOVE_SECONDS, holding))
    assert outcome.attacker_gain_wei < -MOST_GAMES * 3_000_000 * PRICE_WEI
    assert outcome.worst_honest_loss_gas == 0


def test_in_step_beyond_it_those_who_play_on_pay_more_than_they_win() -> None:
    """Six, as they were proved to gain before: the claim falls, but two of the bonds
    that would have come back are burned by then."""
    outcome = played(InStep(6, MOVE_SECONDS))
    assert outcome.attacker_gain_wei < -2_000_000 * PRICE_WEI
    assert BOND_GAS * 0.95 < outcome.worst_honest_loss_gas < BOND_GAS * 1.05


def test_in_step_against_a_worker_that_spreads_thin_they_gain() -> None:
    outcome = played(InStep(6, MOVE_SECONDS, make_worker=spread_thin))
    assert outcome.attacker_gain_wei > 3_000_000 * PRICE_WEI


def test_in_step_beyond_it_those_who_hold_the_last_selection_gain() -> None:
    """What no order of moves can cure, and `docs/economics.md` says so: a worker that
    is too slow for its clock loses its bond, and nobody else loses anything."""
    outcome = played(InStep(MOST_GAMES + 1, MOVE_SECONDS, holding=True))
    assert outcome.attacker_ahead
    assert BOND_GAS < outcome.worst_honest_loss_gas < BOND_GAS * 1.05


def test_page_states_how_many_games_are_not_worth_their_gas() -> None:
    """Four selections a game; what can be won is the bonus and half of the bond."""
    won = tariff.WINNER_BONUS + tariff.WORKER_BOND // tariff.TARIFF_SHARE
    own = tariff.CHALLENGE + 4 * tariff.SELECT + tariff.SETTLE
    games = round(2 * won / own)
    paces = [days * 86_400 // (1 + games * 5) for days in (7, 1, 1 / 24)]
    assert f"n > 2 * {won / 10**6:.1f} / {own / 10**6:.3f} = {games} games" in TEXT
    week, day, hour = (f"{int(pace):,}" for pace in paces)
    assert f"a move in {week} seconds for a clock of seven days" in TEXT
    assert f"in {day} for one of a day, and in {hour} for one of an hour" in TEXT


def test_page_states_what_thirty_accounts_of_a_liars_own_cost() -> None:
    bonds = joining.ENOUGH * tariff.challenger_bond_gas(32)
    assert f"thirty bonds, {bonds / 10**6:.1f} million units" in TEXT
    kept = tariff.WORKER_BOND // tariff.TARIFF_SHARE - tariff.max_challenger_due(32)
    late = tariff.CHALLENGE + tariff.SETTLE
    assert f"{late:,} units, which the bond pays in full for {kept // late} of" in TEXT
