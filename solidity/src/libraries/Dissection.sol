// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDisputeGame, Interval} from "../interfaces/IDisputeGame.sol";
import {StateRoot} from "./StateRoot.sol";

/// @title Dissections: an interval cut into parts, and the Merkle root that commits to them.
/// @notice Part i of m of [start, start + length) begins at start + i*length/m. Its leaf is
/// keccak256(startRoot, endRoot); the leaves are padded with zero to a power of two.
library Dissection {
    /// @notice Into how many parts an interval of this length, at least 1, is cut.
    /// @dev If `rounds` dissections by at most `k` bring it down to one step, then the least power of two with which
    /// as many do. Cut by k each time, the last would be left with few parts, and the others post more roots than
    /// it saves. The least rounds stay the least: the longest part is at most k to the rounds that are left. But a
    /// length of less than one and a half times what one round less could do is cut by k: of its last parts, most are
    /// one step already.
    function parts(uint256 k, uint256 length) internal pure returns (uint256 count) {
        if (length <= k) return length;
        unchecked {
            uint256 rounds = 2;
            uint256 less = k;
            for (; less * k < length; less *= k) rounds++;
            if (2 * length < 3 * less) return k;
            uint256 bits = 1;
            while (1 << (bits * rounds) < length) bits++;
            count = 1 << bits;
        }
        if (count > k) count = k;
    }

    /// @notice Part `index` of `count`.
    /// @dev No product exceeds a word: `index` is at most `count`, which is 64 at most.
    function part(Interval calldata whole, uint256 count, uint256 index) internal pure returns (Interval memory) {
        unchecked {
            uint256 length = whole.length;
            uint256 begin = (index * length) / count;
            uint256 end = ((index + 1) * length) / count;
            return Interval(whole.level, whole.segment, uint64(whole.start + begin), uint64(end - begin));
        }
    }

    /// @notice The root that commits to the parts between these boundaries, the inner of which are checked as
    /// `checkBoundaries` does.
    /// @param first The first part's start; `last`: the last part's end; `inner`: those in between.
    /// @dev `root` in plain Solidity; a test compares the two.
    function rootPlain(bytes32 first, bytes32[] calldata inner, bytes32 last, uint256 k, Interval memory whole)
        internal
        pure
        returns (bytes32)
    {
        checkBoundaries(inner, parts(k, whole.length), whole.level);
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

    /// @notice The root that commits to the parts between these boundaries, the inner of which are checked as
    /// `checkBoundaries` does.
    /// @dev A third of the gas. The boundaries lie side by side in unallocated memory, so that a part's ends are 64
    /// bytes in a row, and each leaf is written over the start that it was made from. `wrong` is set by an inner
    /// boundary of a status that it can't have; then the plain form says which.
    function root(bytes32 first, bytes32[] calldata inner, bytes32 last, uint256 k, Interval memory whole)
        internal
        pure
        returns (bytes32 result)
    {
        uint256 count = parts(k, whole.length);
        uint256 least = whole.level == 1 ? StateRoot.YIELDED : StateRoot.RUNNING;
        bool wrong;
        unchecked {
            wrong = inner.length + 1 != count;
        }
        if (!wrong) {
            uint256 size = 32 * (count & (count - 1) == 0 ? count : 1 << levels(count));
            uint256 range = StateRoot.FAULTED - least;
            assembly ("memory-safe") {
                let nodes := mload(0x40)
                mstore(nodes, first)
                calldatacopy(add(nodes, 0x20), inner.offset, shl(5, inner.length))
                let end := add(nodes, shl(5, count))
                mstore(end, last)
                mstore(nodes, keccak256(nodes, 0x40))
                for { let leaf := add(nodes, 0x20) } lt(leaf, end) { leaf := add(leaf, 0x20) } {
                    wrong := or(wrong, gt(sub(shr(248, mload(leaf)), least), range))
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
        if (wrong) checkBoundaries(inner, count, whole.level);
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
        if (!_isDepth(path.length, count)) revert IDisputeGame.WrongPathLength(levels(count), path.length);
        bytes32 node = climbed(pair(startRoot, endRoot), index, path);
        if (node != expected) revert IDisputeGame.WrongPath(expected, node);
    }

    /// @dev `climbed` in plain Solidity; a test compares the two.
    function climbedPlain(bytes32 leaf, uint256 index, bytes32[] calldata path) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 level = 0; level < path.length; level++) {
            bool isRight = (index >> level) & 1 == 1;
            node = isRight ? pair(path[level], node) : pair(node, path[level]);
        }
    }

    /// @notice The root of the tree in which the leaf at `index` has these siblings, lowest first.
    function climbed(bytes32 leaf, uint256 index, bytes32[] calldata path) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            node := leaf
            let end := add(path.offset, shl(5, path.length))
            for { let cursor := path.offset } lt(cursor, end) { cursor := add(cursor, 0x20) } {
                let side := shl(5, and(index, 1))
                mstore(side, node)
                mstore(xor(side, 0x20), calldataload(cursor))
                node := keccak256(0x00, 0x40)
                index := shr(1, index)
            }
        }
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

    /// @dev Whether `levels(count)` is `depth`: cheaper than to count.
    function _isDepth(uint256 depth, uint256 count) private pure returns (bool) {
        unchecked {
            // Of the shift by -1 nothing is left, which is below 1.
            return depth <= 64 && 1 << depth >= count && 1 << (depth - 1) < count;
        }
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
