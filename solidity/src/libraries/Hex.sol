// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A word in hexadecimal, with 0x: half a word's digits are made together, in the lanes of one word.
library Hex {
    uint256 private constant ONES = type(uint256).max / 255; // 1 in each byte
    uint256 private constant HALF_256 = type(uint64).max; // of 256 bits, of 128, and so on
    uint256 private constant HALF_128 = uint256(type(uint32).max) * (1 + (1 << 128));
    uint256 private constant HALF_64 = 0xffff * (type(uint256).max / type(uint64).max);
    uint256 private constant HALF_32 = 0xff * (type(uint256).max / type(uint32).max);
    uint256 private constant HALF_16 = 0xf * (type(uint256).max / type(uint16).max);

    function encode(uint256 value) internal pure returns (string memory) {
        return string(bytes.concat("0x", digitsOf(value >> 128), digitsOf(value & type(uint128).max)));
    }

    /// @dev The 32 digits of 128 bits.
    function digitsOf(uint256 word) internal pure returns (bytes32) {
        unchecked {
            word = (word & HALF_256) | ((word & (HALF_256 << 64)) << 64);
            word = (word & HALF_128) | ((word & (HALF_128 << 32)) << 32);
            word = (word & HALF_64) | ((word & (HALF_64 << 16)) << 16);
            word = (word & HALF_32) | ((word & (HALF_32 << 8)) << 8);
            word = (word & HALF_16) | ((word & (HALF_16 << 4)) << 4);
            // 0 to 9, and a to f from 10 on.
            uint256 letters = ((word + ONES * (16 - 10)) >> 4) & ONES;
            return bytes32(word + ONES * 48 + letters * 39);
        }
    }
}
