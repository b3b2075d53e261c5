// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What the oracle calls when an answer is claimed, if its requester asked for that: it may be false.
/// @notice `onInference` follows when the answer is final, perhaps with another one. A claim that falls is followed by the
/// next attempt's, or by none.
interface IEarlyCallback {
    /// @dev Check that `msg.sender` is the oracle and that the request is yours. Called again for each attempt.
    /// @param bond Wei that its worker loses if the answer is proved false, two fifths of which burn in any case.
    /// @param windowEnd Instant until which it can be challenged.
    function onEarlyInference(uint256 requestId, bytes calldata output, uint256 bond, uint256 windowEnd) external;
}
