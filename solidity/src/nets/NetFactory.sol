// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {INetFactory} from "../interfaces/INetFactory.sol";

/// @title The factory of nets. It holds nothing, and nobody owns it.
contract NetFactory is INetFactory {
    /// @inheritdoc INetFactory
    function create(bytes calldata creation) external returns (address at) {
        address expected = addressOf(creation);
        if (expected.code.length != 0) return expected;
        bytes memory code = creation;
        assembly ("memory-safe") {
            at := create2(0, add(code, 0x20), mload(code), 0)
        }
        if (at != expected) revert CreationFailed(expected);
        emit Created(at);
    }

    /// @inheritdoc INetFactory
    function addressOf(bytes calldata creation) public view returns (address at) {
        bytes32 digest = keccak256(abi.encodePacked(bytes1(0xff), address(this), bytes32(0), keccak256(creation)));
        return address(uint160(uint256(digest)));
    }
}
