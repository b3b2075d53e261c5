// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a symbolic executor lets a test say about the chain it runs on.
interface Symbols {
    function assume(bool condition) external pure;
    function warp(uint256 timestamp) external;
    function fee(uint256 basefee) external;
    function prank(address sender) external;
    function deal(address account, uint256 balance) external;
}

Symbols constant SYMBOLS = Symbols(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
