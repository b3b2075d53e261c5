// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What a token desk needs of an ERC-20, with the permits of ERC-2612.
interface IPermitToken {
    function balanceOf(address account) external view returns (uint256);

    function transfer(address to, uint256 amount) external returns (bool);

    function transferFrom(address from, address to, uint256 amount) external returns (bool);

    /// @notice Allows `spender` to take `amount` of `owner`'s, as `owner` has signed.
    function permit(
        address owner,
        address spender,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
