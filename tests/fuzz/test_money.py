"""Stateful fuzzing of the contracts' money: CI's share of `make fuzz-money`."""

from collections import Counter

import pytest
from support.chains.evm import GWEI, Chain
from support.chains.py_evm import PyEvm
from support.money.actors import HONEST_WORKER, REACHED
from support.money.campaign import run
from support.money.machine import Money

from challenge import tariff

SEQUENCES, MOST = 100, 800
"""What is drawn hangs on the constants of the sources, too, so no number of sequences
is right for ever: as many hundreds as it takes."""


def test_money_is_conserved_and_nobody_honest_loses() -> None:
    """Each action is taken on the way, and refused for each of its main reasons."""
    seen: Counter[str] = Counter()
    missed = set(REACHED)
    for begun in range(0, MOST, SEQUENCES):
        seen += run(SEQUENCES, first_seed=20261130 + begun)
        missed = {name for name in REACHED if not seen[name]}
        if not missed:
            break
    assert not missed, seen


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


def test_honest_challenger_needs_no_proof_once_the_worker_has_no_time() -> None:
    """A liar that moves at its last second, three times, has one left for the proof:
    then its clock ends the game as well. (Found by the machine, in itself.)"""
    money = Money()
    money.found(seed=0)
    money.claim("requester", "another worker", 0, 0, 300, True)
    money.wait_for(at=0, sooner=0)
    money.play(at=0, by=HONEST_WORKER, moves=3)
    money.dispute(at=0, by=HONEST_WORKER, order=[0], who=["challenger"])
    money.wait_for(at=0, sooner=-1)
    money.play(at=0, by=HONEST_WORKER, moves=3)
    money.books_agree()
    money.teardown()
    assert money.requests[0].dead


def test_wei_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: the twin's bonus is one unit of gas more."""
    monkeypatch.setattr(tariff, "WINNER_BONUS", tariff.WINNER_BONUS + 1)
    with pytest.raises(AssertionError):
        run(MOST, first_seed=20261130, shrink=False)
