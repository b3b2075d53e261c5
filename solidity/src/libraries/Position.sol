// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDisputeGame, Interval} from "../interfaces/IDisputeGame.sol";

/// @title Positions: what a game stores, as a hash, of where its players stand.
/// @notice keccak256(abi.encode(kind, interval, a, b)); a move supplies the preimage.
library Position {
    uint256 internal constant DISSECTED = 1;
    uint256 internal constant DISPUTED = 2;

    uint256 private constant INTERVAL_BYTES = 4 * 32;
    uint256 private constant BYTES = 7 * 32;

    /// @notice The interval is cut into the parts of this dissection: the challenger points at one.
    function dissected(Interval memory interval, bytes32 dissectionRoot) internal pure returns (bytes32) {
        return ofMemory(DISSECTED, interval, dissectionRoot, 0);
    }

    /// @notice Both agree on the start, not on the end: the worker goes on.
    function disputed(Interval memory interval, bytes32 startRoot, bytes32 endRoot) internal pure returns (bytes32) {
        return ofMemory(DISPUTED, interval, startRoot, endRoot);
    }

    /// @dev `ofMemory` in plain Solidity; a test compares the two.
    function ofMemoryPlain(uint256 kind, Interval memory interval, bytes32 a, bytes32 b)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(kind, interval, a, b));
    }

    /// @dev Memory holds the interval's encoding already.
    function ofMemory(uint256 kind, Interval memory interval, bytes32 a, bytes32 b)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, kind)
            mcopy(add(free, 0x20), interval, INTERVAL_BYTES)
            mstore(add(free, 0xa0), a)
            mstore(add(free, 0xc0), b)
            hash := keccak256(free, BYTES)
        }
    }

    /// @notice The same of what a move supplies.
    /// @dev Calldata holds that encoding, too. A field whose unused bits aren't zero, which the plain form refuses,
    /// makes another hash here, and so is refused by `check`.
    function supplied(uint256 kind, Interval calldata interval, bytes32 a, bytes32 b)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, kind)
            calldatacopy(add(free, 0x20), interval, INTERVAL_BYTES)
            mstore(add(free, 0xa0), a)
            mstore(add(free, 0xc0), b)
            hash := keccak256(free, BYTES)
        }
    }

    function check(bytes32 expected, bytes32 actual) internal pure {
        if (expected != actual) revert IDisputeGame.WrongPosition(expected, actual);
    }
}
