"""False challengers in step, on each side of what a slow worker can hold out."""

import pytest

from oracle.bench.griefing.in_step import InStep, moves_a_game
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.town import PARAMETERS, PRICE_WEI, Town
from oracle.node import Node
from oracle.worker import Worker

BOND_GAS = 37_000_000
MOVE_SECONDS = 30
MOST_GAMES = (PARAMETERS.clock_seconds // MOVE_SECONDS - 1) // moves_a_game()
"""That a worker finishes within one clock: the opening, and then one by one."""


class InEveryGame(Worker):
    """Serves the nearest deadline first, whatever the pace: as workers once did."""

    def in_order(self, games):
        return Node.in_order(self, games)


def spread_thin(town: Town) -> Worker:
    worker = town.worker()
    worker.__class__ = InEveryGame
    return worker


def played(attack: InStep) -> Outcome:
    outcome = attack()
    print(attack, outcome)
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
