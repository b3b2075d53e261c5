"""The tariff's twin: every constant, and the derived bounds, as in Solidity."""

import re
from pathlib import Path

import pytest
from support.chains.evm import Chain

from challenge import tariff
from solidity.deployment import Parameters

SOURCES = Path(__file__).parents[2] / "solidity" / "src"
CONSTANT = re.compile(r"uint256 (?:internal|public) constant (\w+) = ([\w* /]+);")
UNIT = re.compile(r"\d [a-z]")


def constants(path: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in CONSTANT.findall((SOURCES / path).read_text()):
        if not UNIT.search(value):
            found[name] = eval(value.replace("/", "//"), found.copy())  # arithmetic
    return found


@pytest.mark.parametrize("name", sorted(constants("libraries/Tariff.sol")))
def test_tariff_constant_is_the_librarys(name: str) -> None:
    assert getattr(tariff, name) == constants("libraries/Tariff.sol")[name]


@pytest.mark.parametrize("name", ["RENT_SHARE", "TARIFF_SHARE"])
def test_share_of_the_bond_is_the_games(name: str) -> None:
    assert getattr(tariff, name) == constants("DisputeGame.sol")[name]


@pytest.mark.parametrize("k", [2, 3, 32, 64])
def test_bounds_for_any_k_are_the_games(k: int) -> None:
    chain = Chain(Parameters(k=k))
    due = chain.call("DisputeGame", "maxChallengerDue")
    assert tariff.max_challenger_due(k) == due
    held = 123 * 10**15 + 4
    bond, gas_price, rent = chain.call("DisputeGame", "challengerBond", held)
    clock = chain.call("DisputeGame", "clockSeconds")
    assert rent == tariff.rent_wei(held, clock)
    assert tariff.challenger_bond_gas(k) * gas_price + rent == bond


@pytest.mark.parametrize(
    ("k", "steps", "count"),
    [(2, 1, 0), (2, 2, 1), (2, 3, 2), (32, 32, 1), (32, 33, 2), (32, 2**36, 8)],
)
def test_rounds_to_one_step(k: int, steps: int, count: int) -> None:
    assert tariff.rounds(k, steps) == count
