"""What is mutated, and which tests should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`source`: a path in the repository. `tests`: those that notice soonest first.

    `contracts`: Solidity sources to compile again, for a Solidity source. Tests that
    measure gas exactly don't belong here: see `mutants.compiler`. `function`: of a
    Python source, the only one that is changed.
    """

    source: str
    tests: tuple[str, ...]
    contracts: tuple[str, ...] = ()
    function: str = ""


EXACT = (
    "tests/solidity/test_economics.py::"
    "test_account_that_is_paid_more_than_its_gas_is_paid_by_the_liar",
)
"""Tests that are left out of those files, for that reason."""


ORACLE_TESTS = (
    "tests/solidity/test_oracle.py",
    "tests/solidity/test_oracle_refusals.py",
    "tests/solidity/test_metered.py",
    "tests/solidity/test_seeds.py",
    "tests/solidity/test_contracts_act.py",
    "tests/solidity/test_callback.py",
    "tests/solidity/test_deployment.py",
    "tests/solidity/test_dispute_game.py",
)
GAME_TESTS = (
    "tests/solidity/test_dispute_money.py",
    "tests/solidity/test_dispute_game.py",
    "tests/solidity/test_dispute_refusals.py",
    "tests/solidity/test_contracts_act.py",
    "tests/solidity/test_deployment.py",
    "tests/solidity/test_economics.py",
    "tests/challenge/test_tariff.py",
)

TARGETS = {
    "staking": Target(
        "solidity/src/Staking.sol",
        ("tests/solidity/test_staking.py", "tests/solidity/test_deployment.py"),
        ("Staking",),
    ),
    "oracle": Target(
        "solidity/src/InferenceOracle.sol", ORACLE_TESTS, ("InferenceOracle",)
    ),
    "seed": Target(
        "solidity/src/libraries/BlockSeed.sol",
        ("tests/solidity/test_seeds.py",),
        ("InferenceOracle",),
    ),
    "game": Target("solidity/src/DisputeGame.sol", GAME_TESTS, ("DisputeGame",)),
    "clock": Target("solidity/src/libraries/Clock.sol", GAME_TESTS, ("DisputeGame",)),
    "tariff": Target(
        "solidity/src/libraries/Tariff.sol",
        ("tests/challenge/test_tariff.py", *GAME_TESTS),
        ("DisputeGame", "InferenceOracle"),
    ),
    "guard": Target(
        "oracle/pricing/guard.py",
        (
            "tests/oracle/pricing/test_guard.py",
            "tests/oracle/pricing/test_market_sums.py",
        ),
    ),
    "market": Target(
        "oracle/pricing/market.py",
        (
            "tests/oracle/pricing/test_market_sums.py",
            "tests/oracle/pricing/test_market.py",
        ),
    ),
    "outbox": Target(
        "oracle/store/outbox.py",
        (
            "tests/oracle/store/test_store.py",
            "tests/oracle/sending/test_durable.py",
        ),
    ),
    "turns": Target(
        "oracle/node/node.py", ("tests/oracle/node/test_nodes.py",), function="in_order"
    ),
    "validator": Target(
        "tinynn/validate.py",
        ("tests/tinynn/test_validate.py", "tests/tinynn/test_hostile.py"),
    ),
}

SAME_EITHER_WAY = "where both sides are equal, so is what comes of them"
NO_GAME_EARNS_HALF = (
    "the limit, half of the bond, is out of reach: the longest game of any k earns an "
    "eighth of the least at most, see test_half_of_the_bond_pays_sixteen_games_of_"
    "full_length"
)
ORACLE, GAME = "solidity/src/InferenceOracle.sol", "solidity/src/DisputeGame.sol"
DUE = (
    "uint256 due = _min(uint256(game.challengerDue) * claim.gasPrice, "
    "bond / TARIFF_SHARE);"
)

EXPLAINED: dict[tuple[str, str, str], str] = {
    (
        "solidity/src/Staking.sol",
        "if (!success) revert TransferFailed(address(0), amount);",
        "",
    ): "a payment to an account without code, of ether that is there, can't fail",
    (ORACLE, "if (credit > penalty) credit = penalty;", ">="): SAME_EITHER_WAY,
    (
        "solidity/src/libraries/BlockSeed.sol",
        "if (first < 0x80) return at + 1;",
        "<=",
    ): "the empty string, 0x80, ends behind its first byte either way",
    (
        ORACLE,
        "return (bond > minBond ? bond : minBond, uint96(price));",
        ">=",
    ): SAME_EITHER_WAY,
    (ORACLE, "if (time < minLease) time = minLease;", "<="): SAME_EITHER_WAY,
    (ORACLE, "if (time > MAX_LEASE) time = MAX_LEASE;", ">="): SAME_EITHER_WAY,
    (
        ORACLE,
        "return least / PENALTY_SHARE + (fee < more ? fee : more);",
        "<=",
    ): SAME_EITHER_WAY,
    (GAME, "return a < b ? a : b;", "<="): SAME_EITHER_WAY,
    (GAME, DUE, "uint256(game.challengerDue) * claim.gasPrice;"): NO_GAME_EARNS_HALF,
    (GAME, DUE, "*"): NO_GAME_EARNS_HALF,
    (
        "tinynn/validate.py",
        'check_range("elements", 1, total - covered, row.count)',
        "+",
    ): "rows that cover too much are refused behind them, as elements in all",
    (
        "tinynn/validate.py",
        "if end <= ARENA.end:",
        "<",
    ): "a target that ends where the arena does is out of bounds of fewer bytes anyway",
    (
        "tinynn/validate.py",
        'reads = [("the segment index", Extent(SEGMENT_INDEX, 4))]',
        "(4 + 1)",
    ): "targets are within the arena's data, which begins behind the index, aligned",
}
"""Survivors that change nothing, by source, line and replacement, and why."""
