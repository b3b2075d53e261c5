// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim, Lease, Request} from "../interfaces/IInferenceOracle.sol";

/// @title The hashes by which a request, a lease and a claim are stored.
/// @notice Each is `keccak256(abi.encode(x))`. Their fields are static, so calldata and memory hold that encoding
/// already; encoding it again cost more than hashing it. A field whose unused bits aren't zero, which the plain ones
/// refuse, makes another hash here, and so is refused by whoever compares. A test compares the two.
library Commitment {
    uint256 private constant REQUEST_BYTES = 10 * 32;
    uint256 private constant LEASE_BYTES = 6 * 32;
    uint256 private constant CLAIM_BYTES = 10 * 32;

    /// @dev `ofCalldata` in plain Solidity.
    function ofPlain(Request calldata r) internal pure returns (bytes32) {
        return keccak256(abi.encode(r));
    }

    function ofCalldata(Request calldata r) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, r, REQUEST_BYTES)
            hash := keccak256(free, REQUEST_BYTES)
        }
    }

    /// @dev `ofMemory` in plain Solidity.
    function ofMemoryPlain(Request memory r) internal pure returns (bytes32) {
        return keccak256(abi.encode(r));
    }

    function ofMemory(Request memory r) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(r, REQUEST_BYTES)
        }
    }

    /// @dev `ofCalldata` in plain Solidity.
    function ofPlain(Lease calldata lease) internal pure returns (bytes32) {
        return keccak256(abi.encode(lease));
    }

    function ofCalldata(Lease calldata lease) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, lease, LEASE_BYTES)
            hash := keccak256(free, LEASE_BYTES)
        }
    }

    /// @dev `ofCalldata` in plain Solidity.
    function ofPlain(Claim calldata claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(claim));
    }

    function ofCalldata(Claim calldata claim) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, claim, CLAIM_BYTES)
            hash := keccak256(free, CLAIM_BYTES)
        }
    }

    /// @dev `ofMemory` in plain Solidity.
    function ofMemoryPlain(Claim memory claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(claim));
    }

    function ofMemory(Claim memory claim) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(claim, CLAIM_BYTES)
        }
    }
}
