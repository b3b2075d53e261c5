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
            for (uint256 bits = leaf.bitmap; bits != 0; bits &= bits - 1) {
                end += 32;
            }
            requireLength(witness, end);
        }
    }

    /// @notice Root of the subtree of `leaf.levels` levels whose leaf at `index` holds `content` and whose other
    /// leaves are as the siblings say.
    function root(Leaf memory leaf, bytes calldata witness, uint256 index, bytes32 content)
        internal
        pure
        returns (bytes32 node)
    {
        unchecked {
            node = content;
            bytes32 zero = 0;
            uint256 cursor = leaf.siblings;
            for (uint256 level = 0; level < leaf.levels; level++) {
                bytes32 sibling = zero;
                if ((leaf.bitmap >> level) & 1 != 0) {
                    sibling = bytes32(witness[cursor:cursor + 32]);
                    cursor += 32;
                    // INVARIANT: one witness a state; a zero sibling has two spellings, and only the short one is valid.
                    if (sibling == zero) revert IMipsVerifier.NonCanonicalSibling(level);
                }
                node = (index >> level) & 1 == 0
                    ? MemoryTree.parent(node, sibling)
                    : MemoryTree.parent(sibling, node);
                zero = MemoryTree.parent(zero, zero);
            }
        }
    }

    /// @notice Refuses a witness of fewer bytes than the parts read so far need.
    function requireLength(bytes calldata witness, uint256 minimum) internal pure {
        if (witness.length < minimum) revert IMipsVerifier.WrongWitnessLength(minimum, witness.length);
    }
}
