// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMipsVerifier} from "../interfaces/IMipsVerifier.sol";
import {MemoryTree} from "./MemoryTree.sol";

/// @notice A leaf and the siblings on its way up; zero siblings are not sent.
struct Leaf {
    bytes32 content;
    uint256 levels;
    uint256 bitmap; // bit l is set if the sibling at level l is among `siblings`
    uint256 siblings; // where in the witness they start, lowest level first
}

/// @title Leaf proofs, as docs/state-encoding.md lays them out in a witness.
library LeafProof {
    uint256 internal constant HEADER_SIZE = 36; // leaf and bitmap

    /// @notice The leaf proof at `cursor`, and where it ends.
    function read(bytes calldata witness, uint256 cursor, uint256 levels)
        internal
        pure
        returns (Leaf memory leaf, uint256 end)
    {
        unchecked {
            end = cursor + HEADER_SIZE;
            requireLength(witness, end);
            leaf.content = bytes32(witness[cursor:cursor + 32]);
            leaf.levels = levels;
            leaf.bitmap = uint32(bytes4(witness[cursor + 32:end]));
            leaf.siblings = end;
            if (leaf.bitmap >> levels != 0) revert IMipsVerifier.WrongBitmap(levels, leaf.bitmap);
            end += 32 * ones(leaf.bitmap);
            requireLength(witness, end);
        }
    }

    /// @notice How many bits of a 32-bit number are set.
    function ones(uint256 bits) internal pure returns (uint256) {
        unchecked {
            bits -= (bits >> 1) & 0x55555555;
            bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333);
            bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
            return uint8((bits * 0x01010101) >> 24);
        }
    }

    /// @notice Root of the subtree of `leaf.levels` levels whose leaf at `index` holds `content` and whose other
    /// leaves are as the siblings say.
    /// @dev `root` in plain Solidity; a test compares the two.
    function rootPlain(Leaf memory leaf, bytes calldata witness, uint256 index, bytes32 content)
        internal
        pure
        returns (bytes32 node)
    {
        node = content;
        bytes32 zero = 0;
        uint256 cursor = leaf.siblings;
        for (uint256 level = 0; level < leaf.levels; level++) {
            bytes32 sibling = zero;
            if ((leaf.bitmap >> level) & 1 != 0) {
                sibling = bytes32(witness[cursor:cursor + 32]);
                cursor += 32;
                // INVARIANT: one witness a state. A zero sibling has two spellings, and only the short one is valid.
                if (sibling == zero) revert IMipsVerifier.NonCanonicalSibling(level);
            }
            bool isRight = (index >> level) & 1 != 0;
            node = isRight ? MemoryTree.parentPlain(sibling, node) : MemoryTree.parentPlain(node, sibling);
            zero = MemoryTree.parentPlain(zero, zero);
        }
    }

    /// @notice Root of the subtree of `leaf.levels` levels whose leaf at `index` holds `content` and whose other
    /// leaves are as the siblings say.
    /// @dev About 260 gas a level, where the plain loop takes 620. SAFETY: writes scratch space only; reads calldata
    /// that `read` has found to be there.
    function root(Leaf memory leaf, bytes calldata witness, uint256 index, bytes32 content)
        internal
        pure
        returns (bytes32 node)
    {
        unchecked {
            uint256 bitmap = leaf.bitmap;
            uint256 cursor = leaf.siblings;
            // The path's lowest bits from the leaf up, and a one above them that ends the loop.
            uint256 path = (1 << leaf.levels) | (index & ((1 << leaf.levels) - 1));
            uint256 repeated; // set if a sibling is sent that is zero
            assembly ("memory-safe") {
                node := content
                cursor := add(witness.offset, cursor)
                let zero := 0
                for {} gt(path, 1) { path := shr(1, path) } {
                    let sibling := zero
                    if and(bitmap, 1) {
                        sibling := calldataload(cursor)
                        cursor := add(cursor, 0x20)
                        repeated := or(repeated, eq(sibling, zero))
                    }
                    bitmap := shr(1, bitmap)
                    mstore(0x00, zero)
                    mstore(0x20, zero)
                    zero := keccak256(0x00, 0x40)

                    let side := shl(5, and(path, 1))
                    mstore(side, node)
                    mstore(xor(side, 0x20), sibling)
                    node := keccak256(0x00, 0x40)
                }
            }
            // Says at which level.
            if (repeated != 0) return rootPlain(leaf, witness, index, content);
        }
    }

    /// @notice Refuses a witness of fewer bytes than the parts read so far need.
    function requireLength(bytes calldata witness, uint256 minimum) internal pure {
        if (witness.length < minimum) revert IMipsVerifier.WrongWitnessLength(minimum, witness.length);
    }
}
