// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The memory tree: roots of regions, and of the whole memory from its regions.
/// @notice Leaves are 32 raw bytes, a parent is keccak256(left, right); docs/state-encoding.md has the table.
/// `ZERO[0]` is 32 zero bytes, `ZERO[l + 1]` the parent of two `ZERO[l]`.
library MemoryTree {
    uint256 internal constant SMALL_REGION_DEPTH = 23; // program, input, output, stack
    uint256 internal constant ARENA_DEPTH = 25;
    uint256 internal constant MODEL_DEPTH = 26;

    bytes32 internal constant ZERO_SMALL_REGION =
        0x4df84f40ae0c8229d0d6069e5c8f39a7c299677a09d367fc7b05e3bc380ee652;
    bytes32 internal constant ZERO_ARENA =
        0x0abf5ac974a1ed57f4050aa510dd9c74f508277b39d7973bb2dfccc5eeb0618d;

    /// @notice Root of the memory whose regions have these roots.
    function memoryRoot(bytes32 program, bytes32 input, bytes32 output, bytes32 stack, bytes32 arena, bytes32 model)
        internal
        pure
        returns (bytes32)
    {
        bytes32 low = parent(parent(program, input), parent(output, stack));
        return parent(parent(low, arena), model);
    }

    /// @dev `parent` in plain Solidity; a test compares the two.
    function parentPlain(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(left, right));
    }

    /// @dev In scratch space: a proof hashes a hundred times, and allocating costs more than hashing.
    function parent(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }

    /// @notice Root of an input or output region: the length as a little-endian u32, the bytes, zeros.
    /// @dev `regionRoot` in plain Solidity; a test compares the two.
    function regionRootPlain(bytes calldata data) internal pure returns (bytes32) {
        uint256 count = (4 + data.length + 31) / 32;
        bytes memory padded = abi.encodePacked(littleEndian(uint32(data.length)), data, bytes32(0));
        bytes32[] memory nodes = new bytes32[](count + 1);
        for (uint256 i = 0; i < count; i++) {
            for (uint256 j = 0; j < 32; j++) {
                nodes[i] |= bytes32(padded[32 * i + j]) >> (8 * j);
            }
        }
        bytes32 zero = 0;
        for (uint256 level = 0; level < SMALL_REGION_DEPTH; level++) {
            nodes[count] = zero;
            count = (count + 1) / 2;
            for (uint256 i = 0; i < count; i++) {
                nodes[i] = parent(nodes[2 * i], nodes[2 * i + 1]);
            }
            zero = parent(zero, zero);
        }
        return nodes[0];
    }

    /// @notice Root of an input or output region: the length as a little-endian u32, the bytes, zeros.
    /// @dev About 100 gas a leaf and 6,000 once. Hashes each level over the one below it, in unallocated memory.
    function regionRoot(bytes calldata data) internal pure returns (bytes32 root) {
        bytes4 length = littleEndian(uint32(data.length));
        assembly ("memory-safe") {
            let nodes := mload(0x40)
            mstore(nodes, length)
            calldatacopy(add(nodes, 4), data.offset, data.length)
            mstore(add(add(nodes, 4), data.length), 0)

            let size := and(add(data.length, 35), not(31))
            let zero := 0
            for { let level := 0 } lt(level, SMALL_REGION_DEPTH) { level := add(level, 1) } {
                // The sibling of the last node, if that is a left child; unread otherwise.
                mstore(add(nodes, size), zero)
                let end := add(nodes, size)
                let target := nodes
                for { let pair := nodes } lt(pair, end) { pair := add(pair, 0x40) } {
                    mstore(target, keccak256(pair, 0x40))
                    target := add(target, 0x20)
                }
                size := sub(target, nodes)
                mstore(0x00, zero)
                mstore(0x20, zero)
                zero := keccak256(0x00, 0x40)
            }
            root := mload(nodes)
        }
    }

    /// @notice Root of a region whose first leaf has these siblings, from below; above them are zeros.
    /// @dev `siblings` beyond the region's depth make another root than any region has.
    function rootOfFirst(bytes32 leaf, bytes32[] calldata siblings) internal pure returns (bytes32 root) {
        root = leaf;
        bytes32 zero = 0;
        uint256 depth = siblings.length > SMALL_REGION_DEPTH ? siblings.length : SMALL_REGION_DEPTH;
        for (uint256 level = 0; level < depth; level++) {
            root = parent(root, level < siblings.length ? siblings[level] : zero);
            zero = parent(zero, zero);
        }
    }

    function littleEndian(uint32 word) internal pure returns (bytes4) {
        word = ((word & 0x00ff00ff) << 8) | ((word >> 8) & 0x00ff00ff);
        return bytes4((word << 16) | (word >> 16));
    }
}
