// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @dev A moment of block time, in seconds since 1970. Zero stands for one that has not come.
type Instant is uint40;

/// @dev A length of block time, in seconds.
type Duration is uint32;

using {_before as <, _notBefore as >=, Time.isSet, Time.plus, Time.since} for Instant global;

function _before(Instant a, Instant b) pure returns (bool) {
    return Instant.unwrap(a) < Instant.unwrap(b);
}

function _notBefore(Instant a, Instant b) pure returns (bool) {
    return Instant.unwrap(a) >= Instant.unwrap(b);
}

/// @title Instants and durations, which nothing but these may mix.
library Time {
    /// @notice This block's.
    function current() internal view returns (Instant) {
        return Instant.wrap(uint40(block.timestamp));
    }

    /// @notice Whether it has come.
    function isSet(Instant instant) internal pure returns (bool) {
        return Instant.unwrap(instant) != 0;
    }

    /// @notice So much later.
    function plus(Instant instant, Duration duration) internal pure returns (Instant) {
        return Instant.wrap(Instant.unwrap(instant) + Duration.unwrap(duration));
    }

    /// @notice From the earlier one to this. At most 136 years lie between two instants of one clock.
    function since(Instant instant, Instant earlier) internal pure returns (Duration) {
        return Duration.wrap(uint32(Instant.unwrap(instant) - Instant.unwrap(earlier)));
    }
}
