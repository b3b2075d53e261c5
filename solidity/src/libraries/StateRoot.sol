// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {MemoryTree} from "./MemoryTree.sol";

/// @title State roots: keccak256 of the packed state, its first byte replaced by the status.
/// @notice The byte table is in docs/state-encoding.md.
library StateRoot {
    uint256 internal constant RUNNING = 0;
    uint256 internal constant YIELDED = 1;
    uint256 internal constant HALTED = 2;
    uint256 internal constant FAULTED = 3;

    uint256 internal constant PACKED_SIZE = 176;

    bytes32 internal constant STATUS_MASK = bytes32(uint256(0xff) << 248);

    /// @notice The first byte of a state root; one above FAULTED is no state's.
    function statusOf(bytes32 root) internal pure returns (uint256) {
        return uint256(root) >> 248;
    }

    /// @notice The root of the same state but for its status, at most 255.
    function withStatus(bytes32 root, uint256 status) internal pure returns (bytes32) {
        return (root & ~STATUS_MASK) | bytes32(status << 248);
    }

    /// @notice The state in which every run of a model on an input starts: yielded, before its first segment.
    function initial(bytes32 programRoot, bytes32 inputRoot, bytes32 modelRoot) internal pure returns (bytes32) {
        bytes32 empty = MemoryTree.ZERO_SMALL_REGION;
        bytes32 root =
            MemoryTree.memoryRoot(programRoot, inputRoot, empty, empty, MemoryTree.ZERO_ARENA, modelRoot);
        return rebooted(root, YIELDED);
    }

    /// @notice The state in which the run ends if its output is that of `outputRoot`: halted.
    function terminal(bytes32 programRoot, bytes32 inputRoot, bytes32 outputRoot, bytes32 modelRoot)
        internal
        pure
        returns (bytes32)
    {
        bytes32 empty = MemoryTree.ZERO_SMALL_REGION;
        bytes32 root =
            MemoryTree.memoryRoot(programRoot, inputRoot, outputRoot, empty, MemoryTree.ZERO_ARENA, modelRoot);
        return rebooted(root, HALTED);
    }

    /// @notice Root of the state with this memory, registers zero, `pc` 0 and `next_pc` 4.
    function rebooted(bytes32 root, uint256 status) internal pure returns (bytes32) {
        uint128 counters = uint128(4) << 64; // pc, next_pc, lo, hi
        uint256 none = 0; // eight registers
        return withStatus(keccak256(abi.encodePacked(root, counters, none, none, none, none)), status);
    }
}
