"""A fresh chain for each test, and its books audited afterwards."""

from collections.abc import Iterator

import pytest
from support.chains.evm import Chain
from support.chains.py_evm import PyEvm
from support.chains.verifier import Verifier
from support.games.made_up import MadeUpGame, lying_game
from support.games.protocol import ZERO_ADDRESS, Story
from support.machine.c_judge import JUDGES, Judge


def audit(chain: Chain) -> None:
    """No wei appeared or vanished, and the bank holds what it owes."""
    contracts = [contract.address for contract in chain.contracts.values()]
    holders = {*chain.accounts.values(), *contracts}
    held = sum(map(chain.balance, holders)) + chain.balance(ZERO_ADDRESS)
    assert held == chain.minted
    owed = sum(sum(chain.call("Staking", "balanceOf", holder)) for holder in holders)
    assert chain.balance(chain.address("Staking")) == owed


@pytest.fixture
def chain() -> Iterator[Chain]:
    chain = Chain(verifier="TableVerifier")
    yield chain
    audit(chain)


@pytest.fixture
def story(chain: Chain) -> Story:
    return Story(chain)


@pytest.fixture
def exact_story() -> Iterator[Story]:
    """On py-evm, where gas is what a chain would charge."""
    chain = Chain(verifier="TableVerifier", evm=PyEvm())
    yield Story(chain)
    audit(chain)


@pytest.fixture(scope="session")
def verifier() -> Verifier:
    """A verifier deployed alone; it has no state, so all tests share it."""
    return Verifier()


@pytest.fixture(scope="session", params=JUDGES)
def judge(request: pytest.FixtureRequest) -> Judge:
    """One step, by the contract and by its twins in C."""
    return JUDGES[request.param]()


@pytest.fixture
def challenger(story: Story) -> str:
    challenger = story.chain.account("challenger")
    story.stake(challenger)
    return challenger


@pytest.fixture
def game(story: Story, challenger: str) -> MadeUpGame:
    """Challenged, not opened; 1000 segments of 2000 instructions."""
    story.claimed()
    game = lying_game(story, challenger, segments=1000, instructions=2000, lie=(20, 30))
    game.challenge()
    return game
