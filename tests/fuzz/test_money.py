"""Stateful fuzzing of the contracts' money: CI's share of `make fuzz-money`."""

import pytest
from support.money.actors import REACHED, tally
from support.money.campaign import run

from challenge import tariff

SEQUENCES = 100


def test_money_is_conserved_and_nobody_honest_loses() -> None:
    """Each action is taken on the way, and refused for each of its main reasons."""
    run(SEQUENCES, first_seed=20261130)
    missed = {name for name in REACHED if not tally[name]}
    assert not missed, tally


def test_wei_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: the twin's bonus is one unit of gas more."""
    monkeypatch.setattr(tariff, "WINNER_BONUS", tariff.WINNER_BONUS + 1)
    with pytest.raises(AssertionError):
        run(SEQUENCES, first_seed=20261130, shrink=False)
