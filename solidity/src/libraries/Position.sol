// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDisputeGame, Interval} from "../interfaces/IDisputeGame.sol";

/// @title Positions: what a game stores, as a hash, of where its players stand.
/// @notice keccak256(abi.encode(kind, interval, a, b)); a move supplies the preimage.
library Position {
    uint256 internal constant DISSECTED = 1;
    uint256 internal constant DISPUTED = 2;

    /// @notice The interval is cut into the parts of this dissection: the challenger points at one.
    function dissected(Interval memory interval, bytes32 dissectionRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(DISSECTED, interval, dissectionRoot, bytes32(0)));
    }

    /// @notice Both agree on the start, not on the end: the worker goes on.
    function disputed(Interval memory interval, bytes32 startRoot, bytes32 endRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(DISPUTED, interval, startRoot, endRoot));
    }

    function check(bytes32 expected, bytes32 actual) internal pure {
        if (expected != actual) revert IDisputeGame.WrongPosition(expected, actual);
    }
}
