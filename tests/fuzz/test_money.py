"""Stateful fuzzing of the contracts' money: CI's share of `make fuzz-money`."""

import pytest
from support.evm import GWEI, Chain
from support.money.actors import REACHED, tally
from support.money.campaign import run
from support.py_evm import PyEvm

from challenge import tariff

SEQUENCES = 100


def test_money_is_conserved_and_nobody_honest_loses() -> None:
    """Each action is taken on the way, and refused for each of its main reasons."""
    run(SEQUENCES, first_seed=20261130)
    missed = {name for name in REACHED if not tally[name]}
    assert not missed, tally


def test_base_fee_is_what_another_machine_has_contracts_read() -> None:
    """Told to pyrevm by another opcode; py-evm has the real one."""
    chains = [Chain(fees=True), Chain(evm=PyEvm())]
    for base_fee in (0, GWEI // 2, GWEI // 2 + 1, 7 * GWEI):
        for chain in chains:
            chain.set_basefee(base_fee)
        bonds = [chain.call("InferenceOracle", "bondFor", 0) for chain in chains]
        assert bonds[0] == bonds[1]
        assert bonds[0].gasPrice == max(GWEI, 2 * base_fee)
        owed = [chain.call("DisputeGame", "challengerBond", 0) for chain in chains]
        assert owed[0] == owed[1] and owed[0].gasPrice == bonds[0].gasPrice


def test_wei_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: the twin's bonus is one unit of gas more."""
    monkeypatch.setattr(tariff, "WINNER_BONUS", tariff.WINNER_BONUS + 1)
    with pytest.raises(AssertionError):
        run(SEQUENCES, first_seed=20261130, shrink=False)
