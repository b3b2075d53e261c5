// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Bonds and what a move is worth, in gas units: a move's is a little more than it uses at most, as a
/// transaction of its own.
/// @notice Paid to a winner by the loser, and to every challenger of a claim that died. Fixed, so that
/// nobody gains by wasting gas. tests/solidity/test_gas.py measures every move against it, cold.
library Tariff {
    uint256 internal constant MAX_SEGMENTS = 2 ** 32;
    uint256 internal constant MAX_INSTRUCTIONS = 2 ** 36;

    /// @dev The least bond of a worker. Half of it pays 16 challengers for games of full length.
    uint256 internal constant WORKER_BOND = 37_000_000;
    /// @dev INVARIANT: of the least bond, whatever the bond is: a share of all of it would pay a worker's own second
    /// account, or challengers in step, the more a requester asks for.
    uint256 internal constant WINNER_BONUS = WORKER_BOND / 10;

    uint256 internal constant CHALLENGE = 150_000; // and the slot that the first select fills
    uint256 internal constant OPEN = 84_000;
    uint256 internal constant SELECT = 50_000;
    uint256 internal constant DISSECT = 48_500;
    uint256 internal constant DESCEND = 48_500;
    uint256 internal constant ROOT = 1_250; // each boundary of open, dissect and descend
    uint256 internal constant PROVE = 202_000; // and with it all that ends the game
    uint256 internal constant TIMEOUT = 122_000; // likewise
    uint256 internal constant SETTLE = 78_000;

    /// @notice Dissections that bring `steps` down to one.
    function rounds(uint256 k, uint256 steps) internal pure returns (uint256 count) {
        for (uint256 reach = 1; reach < steps; reach *= k) count++;
    }

    /// @notice No game earns its challenger more.
    function maxChallengerDue(uint256 k) internal pure returns (uint256) {
        uint256 selects = rounds(k, MAX_SEGMENTS) + rounds(k, MAX_INSTRUCTIONS);
        return CHALLENGE + selects * SELECT + PROVE;
    }

    /// @notice No game earns its worker more.
    function maxWorkerDue(uint256 k) internal pure returns (uint256) {
        uint256 dissections = rounds(k, MAX_SEGMENTS) + rounds(k, MAX_INSTRUCTIONS);
        return OPEN + DESCEND + (dissections - 2) * DISSECT + dissections * (k - 1) * ROOT + PROVE;
    }
}
