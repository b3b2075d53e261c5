// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Dissections} from "../../solidity/src/test/Dissections.sol";
import {Interval} from "../../solidity/src/interfaces/IDisputeGame.sol";
import {Claim, Lease, Request} from "../../solidity/src/interfaces/IInferenceOracle.sol";
import {Libraries} from "../../solidity/src/test/Libraries.sol";

/// @notice Each routine in assembly gives what its plain twin gives, on whatever it is handed.
contract TwinsTest {
    Libraries private immutable libraries = new Libraries();
    Dissections private immutable dissections = new Dissections();

    /// @notice Boundaries as they should be, and of statuses, counts or lengths that they can't have.
    function testFuzz_dissection_root(
        bytes32 first,
        bytes32[] memory inner,
        bytes32 last,
        uint8 kSeed,
        uint64 length,
        uint8 level,
        uint256 odd
    ) external view {
        uint256 k = 2 + uint256(kSeed) % 63;
        uint256 count = odd % 3 == 0 ? inner.length : inner.length % k;
        assembly ("memory-safe") {
            mstore(inner, count)
        }
        // Mostly running or yielded states; now and then one of any status.
        for (uint256 i = 0; i < count; i++) {
            if ((odd >> (8 + i)) & 7 != 0) inner[i] = bytes32((uint256(inner[i]) << 8 >> 8) | (uint256(level % 2) << 248));
        }
        uint64 whole = odd % 3 == 1 && length != 0 ? length : uint64(count + 1);
        bytes memory arguments = abi.encode(first, inner, last, k, Interval(level % 3, 7, 11, whole));
        (bool fast, bytes memory fastAnswer) =
            address(dissections).staticcall(bytes.concat(Dissections.root.selector, arguments));
        (bool plain, bytes memory plainAnswer) =
            address(dissections).staticcall(bytes.concat(Dissections.rootPlain.selector, arguments));
        require(fast == plain && keccak256(fastAnswer) == keccak256(plainAnswer), "another answer");
    }

    /// @notice A path of any nodes, from a leaf at any place.
    function testFuzz_climbed(bytes32 leaf, uint256 index, bytes32[] calldata path) external view {
        require(
            dissections.climbed(leaf, index, path) == dissections.climbedPlain(leaf, index, path), "another node"
        );
    }

    function testFuzz_region_root(bytes calldata data) external view {
        require(libraries.regionRoot(data) == libraries.regionRootPlain(data), "another root");
    }

    function testFuzz_parent(bytes32 left, bytes32 right) external view {
        require(libraries.parent(left, right) == libraries.parentPlain(left, right), "another parent");
    }

    function testFuzz_commitments(Request calldata r, Lease calldata lease, Claim calldata claim) external view {
        (bytes32 fast, bytes32 memoryFast) = libraries.hashOfRequest(r);
        (bytes32 plain, bytes32 memoryPlain) = libraries.hashOfRequestPlain(r);
        require(fast == plain && memoryFast == memoryPlain && fast == memoryFast, "another hash");
        require(libraries.hashOfLease(lease) == libraries.hashOfLeasePlain(lease), "another hash");
        (fast, memoryFast) = libraries.hashOfClaim(claim);
        (plain, memoryPlain) = libraries.hashOfClaimPlain(claim);
        require(fast == plain && memoryFast == memoryPlain && fast == memoryFast, "another hash");
    }

    /// @notice Whole proofs, and proofs with bytes too few, bits too high or zeros where none may be.
    function testFuzz_leaf_root(bytes32[27] calldata siblings, uint256 bits, uint8 depth, uint8 cut, uint256 index)
        external
        view
    {
        uint256 levels = uint256(depth) % 27;
        uint32 bitmap = uint32(bits & ((1 << levels) - 1));
        bytes memory proof = abi.encodePacked(keccak256(abi.encode(index)), bitmap);
        for (uint256 i = 0; i < levels; i++) {
            // One sibling in sixteen is a zero, which must be refused where it is sent.
            if ((bitmap >> i) & 1 != 0) proof = bytes.concat(proof, (bits >> (64 + 4 * i)) & 15 == 0 ? bytes32(0) : siblings[i]);
        }
        if (cut == 0 && proof.length > 0) {
            assembly ("memory-safe") {
                mstore(proof, sub(mload(proof), 1))
            }
        }
        bytes memory arguments = abi.encode(proof, levels, index, siblings[26]);
        (bool fast, bytes memory fastAnswer) =
            address(libraries).staticcall(bytes.concat(Libraries.leafRoot.selector, arguments));
        (bool plain, bytes memory plainAnswer) =
            address(libraries).staticcall(bytes.concat(Libraries.leafRootPlain.selector, arguments));
        require(fast == plain && keccak256(fastAnswer) == keccak256(plainAnswer), "another answer");
    }
}
