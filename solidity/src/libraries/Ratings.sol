// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What is kept of an agent's rankings, over all its rounds. One slot.
struct Rating {
    uint64 squares; // sum of squared deviations; 2^32 is that of the whole scale
    uint32 count; // of deviations in it
    uint16 burned; // tickets that it paid as a newcomer
}

/// @title How far an agent's rankings are from those of the others.
/// @notice An agent weighs 1 minus the root of the mean squared deviation of its places from the mean of the *other*
/// rankers of the same answers, as 16-bit fractions; and nothing until it has burned PROBATION tickets, so that a new
/// identity is worth less than an old one, whatever that one did.
library Ratings {
    uint256 internal constant ONE = 2 ** 16;
    uint16 internal constant PROBATION = 3;
    /// @dev A mean of two is as much one of them as the other.
    uint256 internal constant LEAST_OTHERS = 3;
    /// @dev Of deviations; then half of what was before is forgotten, so that an agent can become better or worse.
    uint256 internal constant MEMORY = 1024;

    /// @notice The weight of its rankings, below 2^16; at least 1 if it has any.
    function weight(Rating memory rating) internal pure returns (uint16) {
        if (rating.burned < PROBATION || rating.count == 0) return 0;
        uint256 sigma = root(rating.squares / rating.count);
        return sigma >= ONE - 1 ? 1 : uint16(ONE - 1 - sigma);
    }

    /// @notice The squared deviation of a place from the mean of `others` places with this sum, where the highest place
    /// is `scale`; at most ONE squared.
    function squared(uint256 place, uint256 sum, uint256 others, uint256 scale) internal pure returns (uint256) {
        unchecked {
            uint256 mine = place * others;
            uint256 apart = mine > sum ? mine - sum : sum - mine;
            uint256 deviation = (apart * ONE) / (others * scale);
            return deviation * deviation;
        }
    }

    /// @notice Adds a round's deviations.
    function note(Rating memory rating, uint256 squares, uint256 count) internal pure {
        if (rating.count >= MEMORY) {
            rating.squares /= 2;
            rating.count /= 2;
        }
        rating.squares += uint64(squares);
        rating.count += uint32(count);
    }

    /// @notice The integer part of the square root (Newton, from above).
    function root(uint256 x) internal pure returns (uint256 y) {
        if (x == 0) return 0;
        y = x;
        uint256 next = (x + 1) / 2;
        while (next < y) {
            y = next;
            next = (x / next + next) / 2;
        }
    }
}
