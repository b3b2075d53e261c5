// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDisputeGame, Interval} from "../interfaces/IDisputeGame.sol";
import {StateRoot} from "./StateRoot.sol";

/// @title Dissections: an interval cut into parts, and the Merkle root that commits to them.
/// @notice Part i of m of [start, start + length) begins at start + i*length/m. Its leaf is
/// keccak256(startRoot, endRoot); the leaves are padded with zero to a power of two.
library Dissection {
    /// @notice How many parts there are if at most `k` are cut.
    function parts(uint256 k, uint256 length) internal pure returns (uint256) {
        return length < k ? length : k;
    }

    /// @notice Part `index` of `count`.
    function part(Interval calldata whole, uint256 count, uint256 index) internal pure returns (Interval memory) {
        uint256 begin = (index * whole.length) / count;
        uint256 end = ((index + 1) * whole.length) / count;
        return Interval(whole.level, whole.segment, uint64(whole.start + begin), uint64(end - begin));
    }

    /// @notice The root that commits to the parts between these boundaries.
    /// @param first The first part's start; `last`: the last part's end; `inner`: those in between.
    /// @dev `root` in plain Solidity; a test compares the two.
    function rootPlain(bytes32 first, bytes32[] calldata inner, bytes32 last) internal pure returns (bytes32) {
        uint256 count = inner.length + 1;
        bytes32[] memory nodes = new bytes32[](1 << levels(count));
        bytes32 start = first;
        for (uint256 i = 0; i < count; i++) {
            bytes32 end = i == inner.length ? last : inner[i];
            nodes[i] = pair(start, end);
            start = end;
        }
        for (uint256 width = nodes.length / 2; width > 0; width /= 2) {
            for (uint256 i = 0; i < width; i++) {
                nodes[i] = pair(nodes[2 * i], nodes[2 * i + 1]);
            }
        }
        return nodes[0];
    }

    /// @notice The root that commits to the parts between these boundaries.
    /// @dev A third of the gas. The boundaries lie side by side in unallocated memory, so that a part's ends are 64
    /// bytes in a row, and each leaf is written over the start that it was made from.
    function root(bytes32 first, bytes32[] calldata inner, bytes32 last) internal pure returns (bytes32 result) {
        uint256 count = inner.length + 1;
        uint256 size = 32 << levels(count);
        assembly ("memory-safe") {
            let nodes := mload(0x40)
            mstore(nodes, first)
            calldatacopy(add(nodes, 0x20), inner.offset, mul(inner.length, 0x20))
            let end := add(nodes, mul(count, 0x20))
            mstore(end, last)
            for { let leaf := nodes } lt(leaf, end) { leaf := add(leaf, 0x20) } {
                mstore(leaf, keccak256(leaf, 0x40))
            }
            calldatacopy(end, calldatasize(), sub(add(nodes, size), end)) // zeros
            for {} gt(size, 0x20) { size := shr(1, size) } {
                end := add(nodes, size)
                let target := nodes
                for { let children := nodes } lt(children, end) { children := add(children, 0x40) } {
                    mstore(target, keccak256(children, 0x40))
                    target := add(target, 0x20)
                }
            }
            result := mload(nodes)
        }
    }

    /// @notice Checks that part `index` of `count` has these ends in the dissection of this root.
    /// @dev INVARIANT: the path's length is fixed by `count`, so an inner node can't pass for a leaf, though both
    /// are hashes of 64 bytes.
    function check(
        bytes32 expected,
        uint256 count,
        uint256 index,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata path
    ) internal pure {
        if (index >= count) revert IDisputeGame.WrongPart(count, index);
        uint256 depth = levels(count);
        if (path.length != depth) revert IDisputeGame.WrongPathLength(depth, path.length);
        bytes32 node = pair(startRoot, endRoot);
        for (uint256 level = 0; level < depth; level++) {
            bool isRight = (index >> level) & 1 == 1;
            node = isRight ? pair(path[level], node) : pair(node, path[level]);
        }
        if (node != expected) revert IDisputeGame.WrongPath(expected, node);
    }

    /// @notice Checks number and statuses of the boundaries between `count` parts.
    /// @dev INVARIANT: no state that is running passes for a boundary between segments. It would split a segment
    /// in two, and a liar could win with true steps.
    function checkBoundaries(bytes32[] calldata inner, uint256 count, uint256 level) internal pure {
        if (inner.length != count - 1) revert IDisputeGame.WrongRootCount(count - 1, inner.length);
        uint256 least = level == 1 ? StateRoot.YIELDED : StateRoot.RUNNING;
        for (uint256 i = 0; i < inner.length; i++) {
            uint256 status = StateRoot.statusOf(inner[i]);
            if (status < least || status > StateRoot.FAULTED) revert IDisputeGame.WrongRootStatus(i, status);
        }
    }

    /// @notice Levels of the tree over `count` leaves.
    function levels(uint256 count) internal pure returns (uint256 depth) {
        while (1 << depth < count) depth++;
    }

    function pair(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            // keccak256(abi.encodePacked(left, right)), in scratch space
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }
}
