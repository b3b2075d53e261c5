// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The price of gas that bonds and tariffs are reckoned in.
/// @notice A bond is a number of gas units at this price, taken when the bond is locked, so that it pays for a
/// defence whatever gas costs. The multiple covers tips, and a base fee that rises while the dispute runs.
library GasPrice {
    uint256 internal constant FLOOR = 1 gwei;
    uint256 internal constant BASE_FEE_MULTIPLE = 2;

    /// @notice Wei a gas unit.
    function current() internal view returns (uint256) {
        uint256 price = BASE_FEE_MULTIPLE * block.basefee;
        return price > FLOOR ? price : FLOOR;
    }
}
