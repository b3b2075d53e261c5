"""What each operation of `operations.py` is in LLVM IR, under the same name.

Operands are names or literals of i32 values. LLVM leaves shifts by 32 and more,
division by zero and INT_MIN / -1 undefined: each is guarded here.
"""

from collections.abc import Callable
from typing import Final

from mips_vm.constants import WORD_MASK
from mips_vm.translate.code import Code

Binary = Callable[[Code, str, str], str]
Unary = Callable[[Code, str], str]
Wide = Callable[[Code, str, str, str], tuple[str, str]]


def literal(value: int) -> str:
    """A u32 as LLVM writes it: signed."""
    return str((value ^ 0x8000_0000) - 0x8000_0000 if value >> 31 else value)


def is_literal(value: str) -> bool:
    """Whether `value` is a number, not a name."""
    return not value.startswith("%")


def _simple(operator: str) -> Binary:
    return lambda code, left, right: code.let(f"{operator} i32 {left}, {right}")


def _compare(predicate: str) -> Binary:
    """A condition, i1."""
    return lambda code, left, right: code.let(f"icmp {predicate} i32 {left}, {right}")


def _flag(predicate: str) -> Binary:
    """A condition as a word, 0 or 1."""

    def emit(code: Code, left: str, right: str) -> str:
        bit = code.let(f"icmp {predicate} i32 {left}, {right}")
        return code.let(f"zext i1 {bit} to i32")

    return emit


def _shift(operator: str) -> Binary:
    def emit(code: Code, value: str, amount: str) -> str:
        return code.let(f"{operator} i32 {value}, {_modulo_32(code, amount)}")

    return emit


def _modulo_32(code: Code, amount: str) -> str:
    if is_literal(amount):
        return str(int(amount) & 31)
    return code.let(f"and i32 {amount}, 31")


def _rotate(code: Code, value: str, amount: str) -> str:
    return code.call("llvm.fshr.i32", f"i32 {value}", f"i32 {value}", f"i32 {amount}")


def _add(code: Code, left: str, right: str) -> str:
    return left if right == "0" else code.let(f"add i32 {left}, {right}")


def _or(code: Code, left: str, right: str) -> str:
    return left if right == "0" else code.let(f"or i32 {left}, {right}")


def _nor(code: Code, left: str, right: str) -> str:
    return _not(code, _or(code, left, right))


def _not(code: Code, value: str) -> str:
    return code.let(f"xor i32 {value}, -1")


COMPUTE: Final[dict[str, Binary]] = {
    "addu": _add,
    "subu": _simple("sub"),
    "bit_and": _simple("and"),
    "bit_or": _or,
    "bit_xor": _simple("xor"),
    "bit_nor": _nor,
    "less": _flag("slt"),
    "below": _flag("ult"),
    "mul": _simple("mul"),
    "sll": _shift("shl"),
    "srl": _shift("lshr"),
    "sra": _shift("ashr"),
    "rotr": _rotate,
}
"""COMPUTE operations that can't fault."""

OVERFLOWING: Final = {
    "add": "llvm.sadd.with.overflow.i32",
    "sub": "llvm.ssub.with.overflow.i32",
}
"""COMPUTE operations that fault on signed overflow."""

CONDITIONS: Final[dict[str, Binary]] = {
    "equal": _compare("eq"),
    "unequal": _compare("ne"),
    "less": _compare("slt"),
    "not_less": _compare("sge"),
    "greater": _compare("sgt"),
    "not_greater": _compare("sle"),
    "below": _compare("ult"),
    "not_below": _compare("uge"),
}


def _leading_zeros(code: Code, value: str) -> str:
    return code.call("llvm.ctlz.i32", f"i32 {value}", "i1 false")


def _swap_in_halves(code: Code, value: str) -> str:
    swapped = code.call("llvm.bswap.i32", f"i32 {value}")
    return _rotate(code, swapped, "16")


def sign_extend(code: Code, value: str, bits: int) -> str:
    """The low `bits` of a word as a signed number."""
    low = code.let(f"trunc i32 {value} to i{bits}")
    return code.let(f"sext i{bits} {low} to i32")


UNARY: Final[dict[str, Unary]] = {
    "clz": _leading_zeros,
    "clo": lambda code, value: _leading_zeros(code, _not(code, value)),
    "wsbh": _swap_in_halves,
    "seb": lambda code, value: sign_extend(code, value, 8),
    "seh": lambda code, value: sign_extend(code, value, 16),
}


def extract(code: Code, source: str, lowest: int, size_less_one: int) -> str:
    """The field of `ext`; bits above 31 read as zero."""
    shifted = code.let(f"lshr i32 {source}, {lowest}") if lowest else source
    mask = (2 << size_less_one) - 1 & WORD_MASK
    return code.let(f"and i32 {shifted}, {literal(mask)}")


def insert(code: Code, source: str, target: str, lowest: int, highest: int) -> str:
    """The word of `ins`: the target itself if the field is empty."""
    if highest < lowest:
        return target
    mask = (2 << highest) - (1 << lowest)
    shifted = code.let(f"shl i32 {source}, {lowest}") if lowest else source
    moved = code.let(f"and i32 {shifted}, {literal(mask)}")
    kept = code.let(f"and i32 {target}, {literal(mask ^ WORD_MASK)}")
    return code.let(f"or disjoint i32 {kept}, {moved}")


def _halves(code: Code, pair: str) -> tuple[str, str]:
    """hi and lo of an i64."""
    high = code.let(f"lshr i64 {pair}, 32")
    return code.let(f"trunc i64 {high} to i32"), code.let(f"trunc i64 {pair} to i32")


def _product(extension: str, accumulate: str = "") -> Wide:
    def emit(code: Code, pair: str, left: str, right: str) -> tuple[str, str]:
        wide = [code.let(f"{extension} i32 {x} to i64") for x in (left, right)]
        product = code.let(f"mul i64 {wide[0]}, {wide[1]}")
        if accumulate:
            product = code.let(f"{accumulate} i64 {pair}, {product}")
        return _halves(code, product)

    return emit


def _quotient(code: Code, left: str, right: str, kind: str) -> tuple[str, str]:
    rest = code.let(f"{kind}rem i32 {left}, {right}")
    return rest, code.let(f"{kind}div i32 {left}, {right}")


def _divide_unsigned(code: Code, _pair: str, left: str, right: str) -> tuple[str, str]:
    zero = code.let(f"icmp eq i32 {right}, 0")
    divisor = code.let(f"select i1 {zero}, i32 1, i32 {right}")
    return _quotient(code, left, divisor, "u")


def _divide_signed(code: Code, _pair: str, left: str, right: str) -> tuple[str, str]:
    """Both special cases have the result of a division by one."""
    zero = code.let(f"icmp eq i32 {right}, 0")
    least = code.let(f"icmp eq i32 {left}, {literal(0x8000_0000)}")
    minus = code.let(f"icmp eq i32 {right}, -1")
    overflow = code.let(f"and i1 {least}, {minus}")
    special = code.let(f"or i1 {zero}, {overflow}")
    divisor = code.let(f"select i1 {special}, i32 1, i32 {right}")
    return _quotient(code, left, divisor, "s")


MULTIPLY: Final[dict[str, Wide]] = {
    "mult": _product("sext"),
    "multu": _product("zext"),
    "madd": _product("sext", "add"),
    "maddu": _product("zext", "add"),
    "msub": _product("sext", "sub"),
    "msubu": _product("zext", "sub"),
    "div": _divide_signed,
    "divu": _divide_unsigned,
}
"""f(hi:lo as i64 or empty, rs, rt) -> hi, lo."""
