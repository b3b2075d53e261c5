// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IModelCode} from "../interfaces/IModelCode.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";

/// @title A list of chunks, as code: 0x00, then 20 bytes each.
/// @dev Its creation code is constant, so that its address is a function of the root.
contract Manifest {
    constructor() {
        bytes memory data = IModelCode(msg.sender).pending();
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }
}

/// @title Model images by root.
contract ModelCode is IModelCode {
    uint256 public constant CHUNK_SIZE = 24_576; // of code, EIP-170

    bytes private held;

    /// @inheritdoc IModelCode
    function store(bytes32 modelRoot, address[] calldata chunks) external returns (address manifest) {
        manifest = manifestOf(modelRoot);
        if (manifest.code.length != 0) return manifest;
        (bytes32 actual, uint256 size) = _rootOf(chunks);
        if (actual != modelRoot) revert WrongRoot(modelRoot, actual);
        bytes memory data = hex"00";
        for (uint256 i = 0; i < chunks.length; i++) {
            data = bytes.concat(data, bytes20(chunks[i]));
        }
        held = data;
        new Manifest{salt: modelRoot}();
        delete held;
        emit Stored(modelRoot, manifest, size);
    }

    /// @inheritdoc IModelCode
    function manifestOf(bytes32 modelRoot) public view returns (address manifest) {
        bytes32 code = keccak256(type(Manifest).creationCode);
        bytes32 digest = keccak256(abi.encodePacked(bytes1(0xff), address(this), modelRoot, code));
        return address(uint160(uint256(digest)));
    }

    /// @inheritdoc IModelCode
    function pending() external view returns (bytes memory) {
        return held;
    }

    /// @dev Root of the model region that holds the chunks end to end. Hashes each level over the one below it, in
    /// unallocated memory, as `MemoryTree.regionRoot` does.
    function _rootOf(address[] calldata chunks) private view returns (bytes32 root, uint256 size) {
        if (chunks.length == 0) revert NoChunks();
        uint256 nodes;
        assembly ("memory-safe") {
            nodes := mload(0x40)
        }
        for (uint256 i = 0; i < chunks.length; i++) {
            uint256 length = chunks[i].code.length;
            if (length < 2) revert NotAChunk(chunks[i]);
            if (i + 1 < chunks.length && length != CHUNK_SIZE) revert NotFull(chunks[i], CHUNK_SIZE, length);
            size += _copy(chunks[i], nodes + size, length);
        }
        uint256 last;
        assembly ("memory-safe") {
            last := byte(31, mload(sub(add(nodes, size), 32)))
        }
        if (last == 0) revert TrailingZero(chunks[chunks.length - 1]);
        root = _hash(nodes, size);
    }

    function _copy(address chunk, uint256 to, uint256 length) private view returns (uint256) {
        uint256 first;
        assembly ("memory-safe") {
            extcodecopy(chunk, to, 0, 1)
            first := byte(0, mload(to))
            extcodecopy(chunk, to, 1, sub(length, 1))
        }
        if (first != 0) revert NotAChunk(chunk);
        return length - 1;
    }

    function _hash(uint256 nodes, uint256 size) private pure returns (bytes32 root) {
        uint256 depth = MemoryTree.MODEL_DEPTH;
        assembly ("memory-safe") {
            mstore(add(nodes, size), 0)
            size := and(add(size, 31), not(31))
            let zero := 0
            for { let level := 0 } lt(level, depth) { level := add(level, 1) } {
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
}
