"""What each instruction computes, as functions on unsigned 32-bit integers.

The table in `instructions.py` names them; `step.py` decides where operands come from
and results go. All arguments and results are u32, conditions are bools.
"""

from typing import Final

from mips_vm.constants import SIGN_BIT, WORD_MASK

_DOUBLE_MASK: Final = (1 << 64) - 1


class GuestFault(Exception):
    """The instruction faults. Never leaves `step`, which makes it a post-state."""


def signed(value: int) -> int:
    """The two's complement reading of a u32."""
    return (value ^ SIGN_BIT) - SIGN_BIT


def _no_overflow(total: int) -> int:
    """`total` as a u32, or a fault if no i32 can hold it."""
    if not -SIGN_BIT <= total < SIGN_BIT:
        raise GuestFault
    return total & WORD_MASK


# Sums, bits, comparisons: f(left, right).


def add(left: int, right: int) -> int:
    return _no_overflow(signed(left) + signed(right))


def addu(left: int, right: int) -> int:
    return left + right & WORD_MASK


def sub(left: int, right: int) -> int:
    return _no_overflow(signed(left) - signed(right))


def subu(left: int, right: int) -> int:
    return left - right & WORD_MASK


def mul(left: int, right: int) -> int:
    return left * right & WORD_MASK


def bit_and(left: int, right: int) -> int:
    return left & right


def bit_or(left: int, right: int) -> int:
    return left | right


def bit_xor(left: int, right: int) -> int:
    return left ^ right


def bit_nor(left: int, right: int) -> int:
    return (left | right) ^ WORD_MASK


def equal(left: int, right: int) -> bool:
    return left == right


def unequal(left: int, right: int) -> bool:
    return left != right


def less(left: int, right: int) -> bool:
    return left ^ SIGN_BIT < right ^ SIGN_BIT


def not_less(left: int, right: int) -> bool:
    return left ^ SIGN_BIT >= right ^ SIGN_BIT


def greater(left: int, right: int) -> bool:
    return left ^ SIGN_BIT > right ^ SIGN_BIT


def not_greater(left: int, right: int) -> bool:
    return left ^ SIGN_BIT <= right ^ SIGN_BIT


def below(left: int, right: int) -> bool:
    return left < right


def not_below(left: int, right: int) -> bool:
    return left >= right


# Shifts: f(value, amount); the amount counts mod 32.


def sll(value: int, amount: int) -> int:
    return value << (amount & 31) & WORD_MASK


def srl(value: int, amount: int) -> int:
    return value >> (amount & 31)


def sra(value: int, amount: int) -> int:
    return signed(value) >> (amount & 31) & WORD_MASK


def rotr(value: int, amount: int) -> int:
    return (value << 32 | value) >> (amount & 31) & WORD_MASK


# Bits and bytes of one word: f(value).


def clz(value: int) -> int:
    return 32 - value.bit_length()


def clo(value: int) -> int:
    return clz(value ^ WORD_MASK)


def wsbh(value: int) -> int:
    return value << 8 & 0xFF00_FF00 | value >> 8 & 0x00FF_00FF


def seb(value: int) -> int:
    return ((value & 0xFF ^ 0x80) - 0x80) & WORD_MASK


def seh(value: int) -> int:
    return ((value & 0xFFFF ^ 0x8000) - 0x8000) & WORD_MASK


# Bit fields: f(rs, rt, lowest bit, rd field).


def ext(source: int, _target: int, lowest: int, size_less_one: int) -> int:
    return source >> lowest & (2 << size_less_one) - 1


def ins(source: int, target: int, lowest: int, highest: int) -> int:
    if highest < lowest:
        return target
    field = (2 << highest) - (1 << lowest)
    return target & ~field | source << lowest & field


# Products and quotients: f(hi:lo, rs, rt) -> hi:lo, 64 bits.


def mult(_pair: int, left: int, right: int) -> int:
    return signed(left) * signed(right) & _DOUBLE_MASK


def multu(_pair: int, left: int, right: int) -> int:
    return left * right


def madd(pair: int, left: int, right: int) -> int:
    return pair + signed(left) * signed(right) & _DOUBLE_MASK


def maddu(pair: int, left: int, right: int) -> int:
    return pair + left * right & _DOUBLE_MASK


def msub(pair: int, left: int, right: int) -> int:
    return pair - signed(left) * signed(right) & _DOUBLE_MASK


def msubu(pair: int, left: int, right: int) -> int:
    return pair - left * right & _DOUBLE_MASK


def div(_pair: int, left: int, right: int) -> int:
    dividend, divisor = signed(left), signed(right) or 1
    quotient = abs(dividend) // abs(divisor)
    if (dividend < 0) != (divisor < 0):
        quotient = -quotient
    rest = dividend - quotient * divisor
    return (rest & WORD_MASK) << 32 | quotient & WORD_MASK


def divu(_pair: int, left: int, right: int) -> int:
    quotient, rest = divmod(left, right or 1)
    return rest << 32 | quotient


# Loads: f(memory word, byte in the word, rt) -> rt. Byte 0 is the lowest.


def lb(word: int, byte: int, _register: int) -> int:
    return seb(word >> 8 * byte)


def lbu(word: int, byte: int, _register: int) -> int:
    return word >> 8 * byte & 0xFF


def lh(word: int, byte: int, _register: int) -> int:
    return seh(word >> 8 * byte)


def lhu(word: int, byte: int, _register: int) -> int:
    return word >> 8 * byte & 0xFFFF


def lw(word: int, _byte: int, _register: int) -> int:
    return word


def lwl(word: int, byte: int, register: int) -> int:
    shift = 24 - 8 * byte
    return word << shift & WORD_MASK | register & (1 << shift) - 1


def lwr(word: int, byte: int, register: int) -> int:
    shift = 8 * byte
    return word >> shift | register & ~(WORD_MASK >> shift)


# Stores: f(memory word, byte in the word, rt) -> memory word.


def sb(word: int, byte: int, register: int) -> int:
    shift = 8 * byte
    return word & ~(0xFF << shift) | (register & 0xFF) << shift


def sh(word: int, byte: int, register: int) -> int:
    shift = 8 * byte
    return word & ~(0xFFFF << shift) | (register & 0xFFFF) << shift


def sw(_word: int, _byte: int, register: int) -> int:
    return register


def swl(word: int, byte: int, register: int) -> int:
    shift = 24 - 8 * byte
    return word & ~(WORD_MASK >> shift) | register >> shift


def swr(word: int, byte: int, register: int) -> int:
    shift = 8 * byte
    return word & (1 << shift) - 1 | register << shift & WORD_MASK
