"""What is mutated, and which tests should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`source`: a path in the repository. `tests`: those that notice soonest first.

    `contracts`: Solidity sources to compile again, for a Solidity source.
    """

    source: str
    tests: tuple[str, ...]
    contracts: tuple[str, ...] = ()


ORACLE_TESTS = (
    "tests/solidity/test_oracle.py",
    "tests/solidity/test_oracle_refusals.py",
    "tests/solidity/test_callback.py",
    "tests/solidity/test_deployment.py",
    "tests/solidity/test_gas.py",
    "tests/fuzz/test_money.py",
)
GAME_TESTS = (
    "tests/solidity/test_dispute_money.py",
    "tests/solidity/test_dispute_game.py",
    "tests/solidity/test_dispute_refusals.py",
    "tests/solidity/test_deployment.py",
    "tests/solidity/test_economics.py",
    "tests/challenge/test_tariff.py",
    "tests/adversary/test_clocks.py",
    "tests/fuzz/test_money.py",
)

TARGETS = {
    "staking": Target(
        "solidity/src/Staking.sol",
        ("tests/solidity/test_staking.py", "tests/fuzz/test_money.py"),
        ("Staking",),
    ),
    "oracle": Target(
        "solidity/src/InferenceOracle.sol", ORACLE_TESTS, ("InferenceOracle",)
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
            "tests/oracle/pricing/test_market.py",
            "tests/oracle/sending/test_troubles.py",
        ),
    ),
    "market": Target(
        "oracle/pricing/market.py",
        (
            "tests/oracle/pricing/test_market.py",
            "tests/oracle/pricing/test_guard.py",
            "tests/oracle/chain/test_rhythm.py",
            "tests/griefing/test_floods.py",
        ),
    ),
    "outbox": Target(
        "oracle/store/outbox.py",
        (
            "tests/oracle/store/test_store.py",
            "tests/oracle/sending/test_durable.py",
            "tests/oracle/sending/test_feeless.py",
            "tests/oracle/node/test_isolation.py",
        ),
    ),
    "validator": Target(
        "tinynn/validate.py",
        ("tests/tinynn/test_validate.py", "tests/tinynn/test_hostile.py"),
    ),
}

EXPLAINED: dict[tuple[str, str, str], str] = {
    (
        "tinynn/validate.py",
        '_check_range("elements", 1, total - covered, row.count)',
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
