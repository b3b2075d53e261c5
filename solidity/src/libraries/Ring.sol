// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The ring of a round: who ranks whom.
/// @notice Agents stand in a random order; each ranks the `degree` that follow it. So every answer has as many rankers
/// as every other, and nobody ranks itself.
library Ring {
    uint256 internal constant LEAST = 4;
    uint256 internal constant MOST = 16; // a ranking's places have 4 bits
    uint256 internal constant PLACE_BITS = 4;
    uint256 internal constant PLACE = 15;

    error NotARanking(uint256 expected, uint256 actual);

    /// @notice How many answers each agent ranks: about a third, between LEAST and MOST.
    function degree(uint256 agents) internal pure returns (uint256 m) {
        m = (agents + 1) / 3; // the ceiling of a third of the others
        if (m < LEAST) return LEAST;
        return m > MOST ? MOST : m;
    }

    /// @notice The agent at each place of the ring. Every order is as likely as any other (Fisher and Yates).
    /// @dev A few hundred gas an agent: cheaper than to keep a ring, so it is made again by each step that needs it.
    function order(bytes32 seed, uint256 agents) internal pure returns (uint256[] memory ring) {
        ring = new uint256[](agents);
        for (uint256 i = 0; i < agents; i++) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            ring[i] = ring[j];
            ring[j] = i;
        }
    }

    /// @notice The place that a ranking gives the agent `distance` steps on; the best has the highest.
    function place(uint256 ranking, uint256 distance) internal pure returns (uint256) {
        return (ranking >> (PLACE_BITS * (distance - 1))) & PLACE;
    }

    /// @notice Reverts unless `ranking` gives each place from 0 to m - 1 once, and nothing else.
    /// @dev INVARIANT: the order is strict. Who could give all the same place would be near every mean.
    function check(uint256 ranking, uint256 m) internal pure {
        uint256 seen;
        for (uint256 distance = 1; distance <= m; distance++) {
            seen |= 1 << place(ranking, distance);
        }
        uint256 all = (1 << m) - 1;
        if (seen != all || ranking >> (PLACE_BITS * m) != 0) revert NotARanking(all, seen);
    }
}
