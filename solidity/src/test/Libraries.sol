// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim, Lease, Request} from "../interfaces/IInferenceOracle.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {Leaf, LeafProof} from "../libraries/LeafProof.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";
import {StateRoot} from "../libraries/StateRoot.sol";

/// @title The libraries' functions, callable one by one.
contract Libraries {
    function regionRoot(bytes calldata data) external pure returns (bytes32) {
        return MemoryTree.regionRoot(data);
    }

    function regionRootPlain(bytes calldata data) external pure returns (bytes32) {
        return MemoryTree.regionRootPlain(data);
    }

    function parent(bytes32 left, bytes32 right) external pure returns (bytes32) {
        return MemoryTree.parent(left, right);
    }

    function parentPlain(bytes32 left, bytes32 right) external pure returns (bytes32) {
        return MemoryTree.parentPlain(left, right);
    }

    function memoryRoot(bytes32[6] calldata regions) external pure returns (bytes32) {
        return MemoryTree.memoryRoot(regions[0], regions[1], regions[2], regions[3], regions[4], regions[5]);
    }

    function leafRoot(bytes calldata proof, uint256 levels, uint256 index, bytes32 content)
        external
        pure
        returns (bytes32)
    {
        (Leaf memory leaf,) = LeafProof.read(proof, 0, levels);
        return LeafProof.root(leaf, proof, index, content);
    }

    function leafRootPlain(bytes calldata proof, uint256 levels, uint256 index, bytes32 content)
        external
        pure
        returns (bytes32)
    {
        (Leaf memory leaf,) = LeafProof.read(proof, 0, levels);
        return LeafProof.rootPlain(leaf, proof, index, content);
    }

    function hashOfRequest(Request calldata r) external pure returns (bytes32, bytes32) {
        return (Commitment.ofCalldata(r), Commitment.ofMemory(r));
    }

    function hashOfRequestPlain(Request calldata r) external pure returns (bytes32, bytes32) {
        return (Commitment.ofPlain(r), Commitment.ofMemoryPlain(r));
    }

    function hashOfLease(Lease calldata lease) external pure returns (bytes32) {
        return Commitment.ofCalldata(lease);
    }

    function hashOfLeasePlain(Lease calldata lease) external pure returns (bytes32) {
        return Commitment.ofPlain(lease);
    }

    function hashOfClaim(Claim calldata claim) external pure returns (bytes32, bytes32) {
        return (Commitment.ofCalldata(claim), Commitment.ofMemory(claim));
    }

    function hashOfClaimPlain(Claim calldata claim) external pure returns (bytes32, bytes32) {
        return (Commitment.ofPlain(claim), Commitment.ofMemoryPlain(claim));
    }

    function ones(uint256 bits) external pure returns (uint256) {
        return LeafProof.ones(bits);
    }

    function initial(bytes32 programRoot, bytes32 inputRoot, bytes32 modelRoot) external pure returns (bytes32) {
        return StateRoot.initial(programRoot, inputRoot, modelRoot);
    }

    function terminal(bytes32 programRoot, bytes32 inputRoot, bytes32 outputRoot, bytes32 modelRoot)
        external
        pure
        returns (bytes32)
    {
        return StateRoot.terminal(programRoot, inputRoot, outputRoot, modelRoot);
    }

    function statusOf(bytes32 root) external pure returns (uint256) {
        return StateRoot.statusOf(root);
    }

    function withStatus(bytes32 root, uint256 status) external pure returns (bytes32) {
        return StateRoot.withStatus(root, status);
    }
}
