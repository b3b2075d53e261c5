// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Model images as chain state: found by their root alone.
/// @notice An image lies in chunks of code, each behind a first byte 0x00; a manifest names them. The manifest of a
/// root lies at an address that follows from the root, and only chunks that have this root get there.
interface IModelCode {
    error NoChunks();
    error NotAChunk(address at);
    error NotFull(address at, uint256 expected, uint256 actual);
    error TrailingZero(address at);
    error WrongRoot(bytes32 expected, bytes32 actual);

    event Stored(bytes32 indexed modelRoot, address manifest, uint256 bytesStored);

    /// @notice Makes the manifest of an image whose chunks are on the chain; anyone may, once.
    /// @dev Zeros at the image's end are left out: they have the same root, and its header says how long it is. So an
    /// image has one form only, with all chunks full but the last, and nobody can store a dearer one first.
    function store(bytes32 modelRoot, address[] calldata chunks) external returns (address manifest);

    /// @notice Where the manifest of a root lies, or would.
    function manifestOf(bytes32 modelRoot) external view returns (address manifest);

    /// @notice The manifest that is being made; empty at any other time.
    function pending() external view returns (bytes memory);
}
