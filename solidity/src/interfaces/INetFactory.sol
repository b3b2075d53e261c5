// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Puts chunks of weights, and the nets that read them, where their bytes alone decide.
interface INetFactory {
    error CreationFailed(address expected);

    event Created(address indexed at);

    /// @notice Creates by CREATE2 with salt 0 what `creation` leaves; anyone may. What is there already counts as
    /// created, so that a deployment can be taken up again by anybody.
    function create(bytes calldata creation) external returns (address at);

    /// @notice Where this creation code's contract comes to lie.
    function addressOf(bytes calldata creation) external view returns (address at);
}
