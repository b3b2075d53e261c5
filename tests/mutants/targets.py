"""What is mutated, and which tests should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`source`: a path in the repository. `tests`: those that notice soonest first.

    `contracts`: Solidity sources to compile again, for a Solidity source. Tests that
    measure gas exactly don't belong here: see `mutants.compiler`. `function`: of a
    Python source, the only one that is changed; `only`: what alone is changed in it.
    `rules`: what is replaced besides, by what: a rule left out, for which one operator
    isn't enough. Each text is found once in the source.
    """

    source: str
    tests: tuple[str, ...]
    contracts: tuple[str, ...] = ()
    function: str = ""
    only: str = ""
    rules: tuple[tuple[str, str], ...] = ()


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
    "tests/solidity/audits/test_cheats.py",
    "tests/solidity/audits/test_audits.py",
    "tests/solidity/audits/test_contracts.py",
    "tests/solidity/audits/test_edges.py",
    "tests/solidity/test_early.py",
)
GAME_TESTS = (
    "tests/solidity/test_dispute_money.py",
    "tests/solidity/test_dispute_game.py",
    "tests/solidity/test_dispute_refusals.py",
    "tests/solidity/test_contracts_act.py",
    "tests/solidity/test_deployment.py",
    "tests/solidity/test_economics.py",
    "tests/solidity/audits/test_cheats.py",
    "tests/solidity/audits/test_audits.py",
    "tests/challenge/test_tariff.py",
)

SWARM_TESTS = tuple(
    f"tests/solidity/swarm/test_{name}.py"
    for name in ("rounds", "swarm_refusals", "other_rules", "draws", "attacks", "rules")
)
MODEL_SWARM_TESTS = ("tests/solidity/swarm/test_model_swarm.py",)

AUDIT_TESTS = tuple(
    f"tests/oracle/record/test_unanswered.py::test_record_{name}"
    for name in (
        "whose_audit_is_never_answered_makes_do_and_keeps_nothing",
        "is_audited_whole_once_then_in_part_and_no_more_than_it_must",
        "whose_audit_nothing_answers_waits",
        "that_blooms_prove_does_not_wait_for_an_audit",
    )
)
KERNELS_OF_FLOATS = {
    "casting": ("reduce",),
    "elements": ("binary", "unary", "execution"),
    "folds": ("reduce", "operators", "normalize"),
    "pooling": ("pool",),
    "quantising": ("quantize",),
    "rows": ("operators",),
    "tiles": ("matmul", "conv"),
    "trees": ("trees",),
}
"""Where NaNs are made canonical, and which tests look at their bits first."""

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
    "prizes": Target(
        "solidity/src/Audits.sol",
        (
            "tests/solidity/audits/test_cheats.py",
            "tests/solidity/audits/test_audits.py",
            "tests/solidity/audits/test_edges.py",
            "tests/solidity/audits/test_contracts.py",
            "tests/solidity/test_deployment.py",
        ),
        ("Audits",),
    ),
    "game": Target("solidity/src/DisputeGame.sol", GAME_TESTS, ("DisputeGame",)),
    "clock": Target("solidity/src/libraries/Clock.sol", GAME_TESTS, ("DisputeGame",)),
    "time": Target("solidity/src/libraries/Time.sol", GAME_TESTS, ("DisputeGame",)),
    "tariff": Target(
        "solidity/src/libraries/Tariff.sol",
        ("tests/challenge/test_tariff.py", *GAME_TESTS),
        ("DisputeGame", "InferenceOracle"),
    ),
    "swarm": Target(
        "solidity/src/swarm/Swarm.sol",
        SWARM_TESTS,
        ("Swarm",),
        rules=(
            # Seals that name no agent, no round, no contract, no chain, no kind.
            ("round, msg.sender, salt, x, y", "round, address(0), salt, x, y"),
            ("address(this), round, msg.sender, salt", "address(this), 0, salt"),
            ("block.chainid, address(this), round", "block.chainid, round"),
            ("abi.encode(kind, block.chainid, address", "abi.encode(kind, address"),
            ("abi.encode(kind, block.chainid", "abi.encode(block.chainid"),
            # Reveals that name no draw; rankings that name no ring.
            ("if (drawn != r.drawn) revert WrongDraw(r.drawn, drawn);", ""),
            ("r.mix ^= uint128(uint256(salt));", ""),
            (
                "_min(ticket / WINNER_SHARE, rankPay)",
                "ticket / WINNER_SHARE",
            ),
        ),
    ),
    "scores": Target(
        "solidity/src/libraries/Scores.sol",
        SWARM_TESTS,
        ("Swarm",),
        rules=(
            ("(sum << POINT) / (parts * (m - 1))", "(sum << POINT) / (m * (m - 1))"),
            ("_field(sums, 0) < LEAST_RANKERS || ", ""),
            (
                "rated ? _field(sums, WEIGHTED) : _field(sums, PLACES)",
                "_field(sums, PLACES)",
            ),
        ),
    ),
    "ratings": Target("solidity/src/libraries/Ratings.sol", SWARM_TESTS, ("Swarm",)),
    "ring": Target(
        "solidity/src/libraries/Ring.sol",
        SWARM_TESTS,
        ("Swarm",),
        rules=(("seen != all || ", ""), (" || ranking >> (PLACE_BITS * m) != 0", "")),
    ),
    "model-swarm": Target(
        "solidity/src/swarm/ModelSwarm.sol", MODEL_SWARM_TESTS, ("ModelSwarm",)
    ),
    "marks": Target(
        "solidity/src/libraries/Marks.sol", MODEL_SWARM_TESTS, ("ModelSwarm",)
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
    "offers": Target(
        "oracle/sending/offers.py",
        (
            "tests/oracle/sending/test_offers.py",
            "tests/oracle/sending/test_durable.py",
            "tests/oracle/node/test_isolation.py",
        ),
    ),
    "audits": Target(
        "oracle/record/record.py",
        (*AUDIT_TESTS, "tests/oracle/record/test_whole.py"),
        function="_audit",
    ),
    "audit-terms": Target(
        "oracle/audits/terms.py", ("tests/oracle/audits/test_terms.py",)
    ),
    "audit-income": Target(
        "oracle/audits/simulation.py",
        ("tests/oracle/audits/test_terms.py",),
        function="played",
    ),
    "unaudited": Target("oracle/record/record.py", AUDIT_TESTS, function="_insist"),
    "refused": Target(
        "oracle/record/whole.py",
        ("tests/oracle/record/test_whole.py",),
        function="_asked_for",
    ),
    "turns": Target(
        "oracle/node/node.py", ("tests/oracle/node/test_nodes.py",), function="in_order"
    ),
    "wanted": Target(
        "oracle/requester/requests.py",
        (
            "tests/oracle/requester/test_shortfall.py",
            "tests/oracle/requester/test_declines.py",
        ),
        function="_too_little",
    ),
    "obstacle": Target(
        "oracle/requester/requests.py",
        (
            "tests/oracle/requester/test_shortfall.py",
            "tests/oracle/requester/test_declines.py",
        ),
        function="obstacle",
    ),
    "advice": Target(
        "oracle/cli/onchain/asking.py",
        ("tests/oracle/cli/test_window_advice.py",),
        function="window_advice",
    ),
    **{
        f"nan-{name}": Target(
            f"tinynn/kernels/{name}.py",
            tuple(f"tests/tinynn/test_{test}.py" for test in (*tests, "any_bits")),
            only="canonical",
        )
        for name, tests in KERNELS_OF_FLOATS.items()
    },
    "validator": Target(
        "tinynn/validator/validate.py",
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
AUDITS = "solidity/src/Audits.sol"
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
    (
        AUDITS,
        "if (!success) revert TransferFailed(address(0), burned);",
        "",
    ): "a payment to an account without code, of ether that is there, can't fail",
    (
        AUDITS,
        "uint256 room = most > program.pool ? most - program.pool : 0;",
        ">=",
    ): SAME_EITHER_WAY,
    (AUDITS, "if (share > room) share = room;", ">="): SAME_EITHER_WAY,
    (
        AUDITS,
        "return number < (type(uint256).max / BPS) * audit.rateBps;",
        "<=",
    ): "a hash that is one number of 2^256: nobody can find a secret that has it",
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
        "penalty = least / PENALTY_SHARE + (fee < more ? fee : more);",
        "<=",
    ): SAME_EITHER_WAY,
    (
        "oracle/sending/offers.py",
        "MOST_IN_VAIN = 1024",
        "(1024 + 1)",
    ): "so much memory at most, or one key more",
    (GAME, "return a < b ? a : b;", "<="): SAME_EITHER_WAY,
    (GAME, DUE, "uint256(game.challengerDue) * claim.gasPrice;"): NO_GAME_EARNS_HALF,
    (GAME, DUE, "*"): NO_GAME_EARNS_HALF,
    (
        "tinynn/kernels/quantising.py",
        "write.store(write.canonical(y.value), write.pointer(0))",
        "",
    ): "of the least and the greatest, with +0 among them, none is a NaN, nor what "
    "lies between",
    (
        "tinynn/validator/validate.py",
        'check_range("elements", 1, total - covered, row.count)',
        "+",
    ): "rows that cover too much are refused behind them, as elements in all",
    (
        "tinynn/validator/validate.py",
        "if end <= ARENA.end:",
        "<",
    ): "a target that ends where the arena does is out of bounds of fewer bytes anyway",
    (
        "tinynn/validator/validate.py",
        'reads = [("the segment index", Extent(SEGMENT_INDEX, 4))]',
        "(4 + 1)",
    ): "targets are within the arena's data, which begins behind the index, aligned",
}
"""Survivors that change nothing, by source, line and replacement, and why."""
