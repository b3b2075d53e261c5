// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Bytes that are kept as an account's code: 200 gas each, where a slot for 32 of them costs 22,100.
/// @notice The code begins with STOP, so that nobody can have it do anything. It is there for ever.
library Blob {
    error NotKept();

    /// @dev What creates an account with the code behind it: 11 bytes, then STOP and the data.
    bytes11 private constant CREATOR = 0x600b5981380380925939f3;

    function keep(bytes memory data) internal returns (address at) {
        bytes memory creation = bytes.concat(CREATOR, bytes1(0), data);
        assembly ("memory-safe") {
            at := create(0, add(creation, 0x20), mload(creation))
        }
        if (at == address(0)) revert NotKept();
    }

    function load(address at) internal view returns (bytes memory data) {
        uint256 size = at.code.length;
        if (size == 0) revert NotKept();
        data = new bytes(size - 1);
        assembly ("memory-safe") {
            extcodecopy(at, add(data, 0x20), 1, mload(data))
        }
    }
}
