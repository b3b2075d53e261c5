// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Base64 (RFC 4648), with padding.
/// @notice Twenty-four bytes are taken at once: their thirty-two groups of six bits are moved to a byte each, half by
/// half, and all letters are then made together, in the lanes of one word.
library Base64 {
    uint256 private constant GROUP = 24; // bytes, which are 32 letters
    uint256 private constant LOW_192 = type(uint192).max;
    uint256 private constant ONES = type(uint256).max / 255; // 1 in each byte
    uint256 private constant TOPS = ONES << 7;

    // The low half of what each lane holds: of 256 bits, of 128, and so on.
    uint256 private constant HALF_256 = type(uint96).max;
    uint256 private constant HALF_128 = uint256(type(uint48).max) * (1 + (1 << 128));
    uint256 private constant HALF_64 = uint256(type(uint24).max) * (type(uint256).max / type(uint64).max);
    uint256 private constant HALF_32 = 0xfff * (type(uint256).max / type(uint32).max);
    uint256 private constant HALF_16 = 0x3f * (type(uint256).max / type(uint16).max);

    function encode(bytes memory data) internal pure returns (string memory text) {
        uint256 size = data.length;
        uint256 letters = 4 * ((size + 2) / 3);
        bytes memory made = new bytes(letters + 32);
        uint256 from;
        uint256 to;
        uint256 end;
        assembly ("memory-safe") {
            // A word's low 24 bytes: the word begins 8 bytes before them.
            from := add(data, 0x18)
            end := add(from, size)
            to := add(made, 0x20)
        }
        uint256 word;
        unchecked {
            for (; from + GROUP <= end; (from, to) = (from + GROUP, to + 32)) {
                assembly ("memory-safe") {
                    word := mload(from)
                }
                word = lettersOf(word & LOW_192);
                assembly ("memory-safe") {
                    mstore(to, word)
                }
            }
        }
        uint256 beyond = 8 * (from + GROUP - end);
        assembly ("memory-safe") {
            word := mload(from)
        }
        word = lettersOf((word & LOW_192) >> beyond << beyond);
        assembly ("memory-safe") {
            mstore(to, word)
            mstore(made, letters)
        }
        if (size % 3 != 0) made[letters - 1] = "=";
        if (size % 3 == 1) made[letters - 2] = "=";
        return string(made);
    }

    /// @dev The 32 letters of the low 192 bits.
    function lettersOf(uint256 word) internal pure returns (uint256) {
        unchecked {
            word = (word & HALF_256) | ((word & (HALF_256 << 96)) << 32);
            word = (word & HALF_128) | ((word & (HALF_128 << 48)) << 16);
            word = (word & HALF_64) | ((word & (HALF_64 << 24)) << 8);
            word = (word & HALF_32) | ((word & (HALF_32 << 12)) << 4);
            word = (word & HALF_16) | ((word & (HALF_16 << 6)) << 2);
            // A to Z from 0 on, a to z from 26, 0 to 9 from 52, + and /. No lane borrows from another.
            uint256 letters = word + ONES * 65 + _from(word, 26) * 6;
            return letters - _from(word, 52) * 75 - _from(word, 62) * 15 + _from(word, 63) * 3;
        }
    }

    /// @dev 1 in each byte that is `least` or more; bytes are below 64.
    function _from(uint256 word, uint256 least) private pure returns (uint256) {
        unchecked {
            return ((word + ONES * (128 - least)) & TOPS) >> 7;
        }
    }
}
