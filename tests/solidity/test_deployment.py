"""The plan's addresses, and contracts that refuse to be wired otherwise."""

import pytest
from support.chains.evm import Chain, reverts
from support.games.made_up import lying_game
from support.games.protocol import Story

from solidity.deployment import Parameters, create_address, plan


def test_plan_foretells_every_address(chain):
    steps = plan(chain.deployer, 0)
    assert [step.name for step in steps] == [
        "MipsVerifier",
        "ModelRegistry",
        "Staking",
        "InferenceOracle",
        "DisputeGame",
        "Audits",
    ]
    verifier, registry, staking, oracle, game, audits = [s.address for s in steps]
    assert (game, oracle) == (
        chain.address("DisputeGame"),
        chain.address("InferenceOracle"),
    )
    ask = chain.call
    assert (ask("Staking", "oracle"), ask("Staking", "game")) == (oracle, game)
    assert ask("InferenceOracle", "registry") == registry
    assert ask("InferenceOracle", "staking") == staking
    assert ask("InferenceOracle", "game") == game
    assert ask("InferenceOracle", "audits") == audits
    assert ask("Audits", "oracle") == oracle
    assert (ask("Audits", "game"), ask("Audits", "staking")) == (game, staking)
    assert ask("DisputeGame", "oracle") == oracle
    assert ask("DisputeGame", "staking") == staking
    assert ask("DisputeGame", "registry") == registry
    assert ask("DisputeGame", "verifier") == verifier


def test_create_address_matches_a_known_one():
    """The Beacon deposit contract's deployer and nonce 0."""
    sender = "0xb20a608c624Ca5003905aA834De7156C68b2E1d0"
    assert create_address(sender, 0) == "0x00000000219ab540356cBB839Cbe05303d7705Fa"


def bare() -> tuple[Chain, list[str]]:
    """A chain without contracts, and the addresses of the next six."""
    chain = Chain(protocol=False)
    return chain, [create_address(chain.deployer, nonce) for nonce in range(6)]


def test_oracle_elsewhere_than_the_bank_expects_refused():
    chain, at = bare()
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[4], at[3])  # expects the oracle one later
    with reverts("Miswired", at[2], at[4]):
        chain.deploy("InferenceOracle", at[0], at[1], at[3], 300, at[5])


def test_oracle_with_another_game_than_the_banks_refused():
    chain, at = bare()
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[2], at[3])
    with reverts("Miswired", at[4], at[3]):
        chain.deploy("InferenceOracle", at[0], at[1], at[4], 300, at[5])


def test_game_elsewhere_than_the_oracle_expects_refused():
    chain, at = bare()
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[2], at[4])
    chain.deploy("InferenceOracle", at[0], at[1], at[4], 300, at[5])
    with reverts("Miswired", at[3], at[4]):
        chain.deploy("DisputeGame", at[2], at[0], 32, 60)


def test_audits_elsewhere_than_the_oracle_expects_refused():
    chain, at = bare()
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[2], at[3])
    chain.deploy("InferenceOracle", at[0], at[1], at[3], 300, at[5])
    chain.deploy("DisputeGame", at[2], at[0], 32, 60)
    with reverts("Miswired", at[4], at[5]):
        chain.deploy("Audits", at[2])


@pytest.mark.parametrize("seconds", [0, 1801, 2**32 - 1])
def test_oracle_with_another_least_lease_refused(seconds):
    chain, at = bare()
    chain.deploy("ModelRegistry")
    chain.deploy("Staking", at[2], at[4])
    with reverts("LeaseOutOfRange", 1, 1800, seconds):
        chain.deploy("InferenceOracle", at[0], at[1], at[4], seconds, at[5])


@pytest.mark.parametrize("seconds", [1, 1800])
def test_oracle_with_a_least_lease_at_the_bounds_deployed(seconds):
    chain = Chain(Parameters(min_lease_seconds=seconds))
    assert chain.call("InferenceOracle", "minLease") == seconds


@pytest.mark.parametrize(("k", "clock"), [(1, 60), (65, 60), (32, 0), (32, 2**32 - 1)])
def test_game_with_other_parameters_refused(k, clock):
    chain = Chain(protocol=False)
    with reverts("ParameterOutOfRange", ..., ..., clock if 2 <= k <= 64 else k):
        deploy_all(chain, k=k, clock=clock)


def test_clock_of_ninety_days_is_the_longest():
    longest = 90 * 24 * 3600
    chain = Chain(Parameters(32, longest))
    assert chain.call("DisputeGame", "clockSeconds") == longest
    with reverts("ParameterOutOfRange", 1, longest, longest + 1):
        deploy_all(Chain(protocol=False), k=32, clock=longest + 1)


def deploy_all(chain: Chain, k: int, clock: int) -> None:
    parameters = Parameters(k, clock)
    for step in plan(chain.deployer, chain.nonce(chain.deployer), parameters):
        chain.deploy(step.name, *step.args)


@pytest.mark.parametrize("k", [2, 3, 7, 64])
def test_game_of_any_arity_ends(k):
    chain = Chain(Parameters(k, 3600), verifier="TableVerifier")
    story = Story(chain).claimed()
    challenger = chain.account("challenger")
    story.stake(challenger)
    game = lying_game(story, challenger, segments=100, instructions=1000, lie=(77, 777))
    game.challenge()
    assert game.play().prove().has("WorkerLost")
