// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What instructions compute from words.
/// @notice Arguments and results are below 2^32, pairs (hi:lo) below 2^64. Nothing here reverts.
/// `mips_vm/isa/operations.py` is the twin, function by function.
library MipsOperations {
    uint256 internal constant WORD_MASK = 0xffffffff;
    uint256 internal constant PAIR_MASK = 0xffffffffffffffff;

    /// @notice The two's complement reading of a word.
    function signed(uint256 value) internal pure returns (int256) {
        return int32(uint32(value));
    }

    /// @notice The low 32 bits of a two's complement number.
    function unsigned(int256 value) internal pure returns (uint256) {
        return uint32(uint256(value));
    }

    // Sums, comparisons: f(left, right).

    /// @return ok False on signed overflow.
    function add(uint256 left, uint256 right) internal pure returns (bool ok, uint256 sum) {
        unchecked {
            int256 exact = signed(left) + signed(right);
            return (exact == int32(exact), unsigned(exact));
        }
    }

    function addu(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (left + right) & WORD_MASK;
        }
    }

    /// @return ok False on signed overflow.
    function sub(uint256 left, uint256 right) internal pure returns (bool ok, uint256 difference) {
        unchecked {
            int256 exact = signed(left) - signed(right);
            return (exact == int32(exact), unsigned(exact));
        }
    }

    function subu(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (left - right) & WORD_MASK;
        }
    }

    function mul(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (left * right) & WORD_MASK;
        }
    }

    function bitNor(uint256 left, uint256 right) internal pure returns (uint256) {
        return (left | right) ^ WORD_MASK;
    }

    function less(uint256 left, uint256 right) internal pure returns (bool) {
        return signed(left) < signed(right);
    }

    // Shifts: f(value, amount); the amount counts mod 32.

    function sll(uint256 value, uint256 amount) internal pure returns (uint256) {
        return (value << (amount & 31)) & WORD_MASK;
    }

    function srl(uint256 value, uint256 amount) internal pure returns (uint256) {
        return value >> (amount & 31);
    }

    function sra(uint256 value, uint256 amount) internal pure returns (uint256) {
        return unsigned(signed(value) >> (amount & 31));
    }

    function rotr(uint256 value, uint256 amount) internal pure returns (uint256) {
        return (((value << 32) | value) >> (amount & 31)) & WORD_MASK;
    }

    // Bits and bytes of one word: f(value).

    function clz(uint256 value) internal pure returns (uint256 count) {
        unchecked {
            count = 32;
            for (uint256 half = 16; half > 0; half >>= 1) {
                if (value >> half != 0) {
                    count -= half;
                    value >>= half;
                }
            }
            return count - value;
        }
    }

    function clo(uint256 value) internal pure returns (uint256) {
        return clz(value ^ WORD_MASK);
    }

    function wsbh(uint256 value) internal pure returns (uint256) {
        return ((value << 8) & 0xff00ff00) | ((value >> 8) & 0x00ff00ff);
    }

    function seb(uint256 value) internal pure returns (uint256) {
        return unsigned(int8(uint8(value)));
    }

    function seh(uint256 value) internal pure returns (uint256) {
        return unsigned(int16(uint16(value)));
    }

    // Bit fields: f(rs, rt, lowest bit, rd field).

    function ext(uint256 source, uint256 lowest, uint256 sizeLessOne) internal pure returns (uint256) {
        unchecked {
            return (source >> lowest) & ((2 << sizeLessOne) - 1);
        }
    }

    function ins(uint256 source, uint256 target, uint256 lowest, uint256 highest) internal pure returns (uint256) {
        unchecked {
            if (highest < lowest) return target;
            uint256 field = (2 << highest) - (1 << lowest);
            return (target & ~field) | ((source << lowest) & field);
        }
    }

    // Products and quotients: f(hi:lo, rs, rt) -> hi:lo.

    function mult(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return uint256(signed(left) * signed(right)) & PAIR_MASK;
        }
    }

    function multu(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return left * right;
        }
    }

    function madd(uint256 pair, uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (pair + mult(left, right)) & PAIR_MASK;
        }
    }

    function maddu(uint256 pair, uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (pair + multu(left, right)) & PAIR_MASK;
        }
    }

    function msub(uint256 pair, uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (pair - mult(left, right)) & PAIR_MASK;
        }
    }

    function msubu(uint256 pair, uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            return (pair - multu(left, right)) & PAIR_MASK;
        }
    }

    /// @notice Truncates towards zero; by zero is as if by one.
    function div(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            int256 dividend = signed(left);
            int256 divisor = right == 0 ? int256(1) : signed(right);
            return (unsigned(dividend % divisor) << 32) | unsigned(dividend / divisor);
        }
    }

    /// @notice By zero is as if by one.
    function divu(uint256 left, uint256 right) internal pure returns (uint256) {
        unchecked {
            uint256 divisor = right == 0 ? 1 : right;
            return ((left % divisor) << 32) | (left / divisor);
        }
    }

    // Loads: f(memory word, 8 * byte in the word, rt) -> rt. Byte 0 is the lowest.

    function lwl(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        unchecked {
            return ((word << (24 - shift)) & WORD_MASK) | (register & ((1 << (24 - shift)) - 1));
        }
    }

    function lwr(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        return (word >> shift) | (register & ~(WORD_MASK >> shift));
    }

    // Stores: f(memory word, 8 * byte in the word, rt) -> memory word.

    function sb(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        return (word & ~(0xff << shift)) | ((register & 0xff) << shift);
    }

    function sh(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        return (word & ~(0xffff << shift)) | ((register & 0xffff) << shift);
    }

    function swl(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        unchecked {
            return (word & ~(WORD_MASK >> (24 - shift))) | (register >> (24 - shift));
        }
    }

    function swr(uint256 word, uint256 shift, uint256 register) internal pure returns (uint256) {
        unchecked {
            return (word & ((1 << shift) - 1)) | ((register << shift) & WORD_MASK);
        }
    }

    // Bytes of a leaf: memory is little-endian, the EVM's words are not.

    /// @notice The aligned word that holds the byte at `address_`, from its leaf.
    function wordAt(bytes32 leaf, uint256 address_) internal pure returns (uint256) {
        unchecked {
            return reversed(uint256(leaf) >> (224 - 8 * (address_ & 28)));
        }
    }

    /// @notice `leaf` with that word replaced.
    function withWordAt(bytes32 leaf, uint256 address_, uint256 word) internal pure returns (bytes32) {
        unchecked {
            uint256 shift = 224 - 8 * (address_ & 28);
            return bytes32((uint256(leaf) & ~(WORD_MASK << shift)) | (reversed(word) << shift));
        }
    }

    /// @notice The low four bytes in the opposite order.
    function reversed(uint256 value) internal pure returns (uint256) {
        uint256 swapped = wsbh(value & WORD_MASK);
        return rotr(swapped, 16);
    }
}
