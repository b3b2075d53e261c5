"""Loads and stores of one block: what must be checked, and the access itself.

A check leaves the translated code before an access that faults. Addresses that differ
by a constant are known to, so one check and one mark serve for a run of stores to the
same few bytes, as in a function's prologue. A check may be too strict, never too lax:
the reference interpreter executes what it turns away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mips_vm.constants import WRITABLE_BASE, WRITABLE_END
from mips_vm.hashing.tree import BLOCK_BYTES
from mips_vm.isa.decode import Decoded
from mips_vm.isa.instructions import Kind
from mips_vm.storage.flags import DIRTY
from mips_vm.storage.memory import FLAGS_BYTES
from mips_vm.translate.arithmetic import literal
from mips_vm.translate.code import Code
from mips_vm.translate.flow import Block
from mips_vm.translate.registers import writes

_WRITABLE_BYTES: Final = WRITABLE_END - WRITABLE_BASE
_BLOCK_SHIFT: Final = BLOCK_BYTES.bit_length() - 1
_MASK: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class _Place:
    """An address as an unknown number plus a known one."""

    symbol: int
    offset: int


class Accesses:
    """The accesses of a block, by index among its instructions."""

    def __init__(self, code: Code, block: Block, marks: bool) -> None:
        """`marks` is whether stores set the flags of their blocks."""
        self._code = code
        self._marks = marks
        self._instructions = tuple(block.instructions())
        self._places = _places(self._instructions)
        self._aligned: set[tuple[int, int, int]] = set()
        self._writable: set[int] = set()

    def obstacles(self, index: int, base: str) -> list[str]:
        """Conditions under which the access must be left to the reference."""
        instruction = self._instructions[index].instruction
        if instruction.kind is Kind.STORE:
            return self._store_obstacles(index, base)
        return self._misaligned(index, base)

    def load(self, index: int, base: str, register: str) -> str:
        """The new value of rt, whose present one is `register`."""
        operation = self._instructions[index].instruction.operation
        return _LOADS[operation](self._code, self._address(index, base), register)

    def store(self, index: int, base: str, register: str) -> None:
        """Puts rt into memory."""
        operation = self._instructions[index].instruction.operation
        _STORES[operation](self._code, self._address(index, base), register)

    def _address(self, index: int, base: str, shift: int = 0) -> str:
        immediate = self._instructions[index].immediate + shift & _MASK
        if not immediate:
            return base
        return self._code.let(f"add i32 {base}, {literal(immediate)}")

    def _misaligned(self, index: int, base: str) -> list[str]:
        alignment = self._instructions[index].instruction.alignment
        if self._take_alignment(index, alignment):
            return []
        address = self._address(index, base)
        low = self._code.let(f"and i32 {address}, {alignment - 1}")
        return [self._code.let(f"icmp ne i32 {low}, 0")]

    def _take_alignment(self, index: int, alignment: int) -> bool:
        """Whether alignment is known; from here on it is."""
        place = self._places[index]
        key = place.symbol, place.offset % alignment, alignment
        known = alignment == 1 or key in self._aligned
        self._aligned.add(key)
        if alignment == 4:
            self._aligned.add((place.symbol, place.offset % 2, 2))
        return known

    def _store_obstacles(self, index: int, base: str) -> list[str]:
        """Region and alignment in one comparison: rotating a misaligned distance from
        the writable range's start makes it larger than the range."""
        if index in self._writable:
            return self._misaligned(index, base)
        code = self._code
        members = self._neighbours(index)
        self._writable.update(members)
        own = self._places[index].offset
        offsets = [self._places[member].offset for member in members]
        lowest, span = min(offsets), max(offsets) - min(offsets)
        first = self._address(index, base, lowest - own)
        for address in (first, code.add(first, span))[: 2 if span else 1]:
            self._mark(address)
        distance = code.let(f"sub i32 {first}, {literal(WRITABLE_BASE)}")
        limit = _WRITABLE_BYTES - 1 - span
        alignment = self._instructions[index].instruction.alignment
        if lowest % alignment == own % alignment and not self._take_alignment(
            index, alignment
        ):
            shift = alignment.bit_length() - 1
            twice = f"i32 {distance}, i32 {distance}"
            distance = code.call("llvm.fshr.i32", twice, f"i32 {shift}")
            limit >>= shift
            return [code.let(f"icmp ugt i32 {distance}, {literal(limit)}")]
        beyond = code.let(f"icmp ugt i32 {distance}, {literal(limit)}")
        return [beyond, *self._misaligned(index, base)]

    def _neighbours(self, index: int) -> list[int]:
        """Stores, this one first, that lie within a block's size of each other."""
        place = self._places[index]
        low = high = place.offset
        members = [index]
        for other in range(index + 1, len(self._instructions)):
            if self._instructions[other].instruction.kind is not Kind.STORE:
                continue
            at = self._places[other]
            if at.symbol != place.symbol:
                continue
            if max(high, at.offset) - min(low, at.offset) < BLOCK_BYTES:
                low, high = min(low, at.offset), max(high, at.offset)
                members.append(other)
        return members

    def _mark(self, address: str) -> None:
        """Sets the flags of a block that is about to be written. It is no harm if it is
        not: the flags say what may differ."""
        if not self._marks:
            return
        code = self._code
        block = code.let(f"lshr i32 {address}, {_BLOCK_SHIFT}")
        wide = code.let(f"zext i32 {block} to i64")
        flags = code.field("%memory", -FLAGS_BYTES)
        code.do(f"store i8 {DIRTY}, ptr {code.field(flags, wide)}")


def _places(instructions: tuple[Decoded, ...]) -> dict[int, _Place]:
    """Where each load and store accesses memory.

    Symbol 0 is zero; the others are numbered as unknown values turn up.
    """
    known = {0: _Place(0, 0)}
    places: dict[int, _Place] = {}
    symbols = iter(range(1, 1 << 30))

    def value(register: int) -> _Place:
        return known.setdefault(register, _Place(next(symbols), 0))

    for index, d in enumerate(instructions):
        if d.instruction.kind in (Kind.LOAD, Kind.STORE):
            base = value(d.rs)
            places[index] = _Place(base.symbol, _sum(base.offset, d.immediate))
        copied = _copied(d)
        result = copied and _Place(
            value(copied[0]).symbol, _sum(value(copied[0]).offset, copied[1])
        )
        for register in writes(d):
            known[register] = result or _Place(next(symbols), 0)
    return places


def _copied(d: Decoded) -> tuple[int, int] | None:
    """The register and the constant whose sum the instruction writes."""
    operation = d.instruction.operation
    if d.instruction.kind is not Kind.COMPUTE or d.registers[2]:
        return None
    if operation == "addu" or (operation == "bit_or" and not d.immediate):
        return d.registers[1], d.immediate
    return None


def _sum(offset: int, immediate: int) -> int:
    """Offsets are signed, so that neighbours are near each other."""
    return (offset + immediate & _MASK ^ 1 << 31) - (1 << 31)


# Accesses at an address that has been checked: f(code, address, rt).

Load = Callable[[Code, str, str], str]
Store = Callable[[Code, str, str], None]


def _pointer(code: Code, address: str) -> str:
    """SAFETY: a zero-extended u32 past the start of memory is inside of it."""
    return code.field("%memory", code.let(f"zext i32 {address} to i64"))


def _loaded(bits: int, extension: str) -> Load:
    def emit(code: Code, address: str, _register: str) -> str:
        pointer = _pointer(code, address)
        value = code.let(f"load i{bits}, ptr {pointer}, align {bits // 8}")
        return code.let(f"{extension} i{bits} {value} to i32") if extension else value

    return emit


def _stored(bits: int) -> Store:
    def emit(code: Code, address: str, register: str) -> None:
        pointer = _pointer(code, address)
        value = register
        if bits < 32:
            value = code.let(f"trunc i32 {register} to i{bits}")
        code.do(f"store i{bits} {value}, ptr {pointer}, align {bits // 8}")

    return emit


def _word_around(code: Code, address: str) -> tuple[str, str, str]:
    """The aligned word's pointer and value, and the address's bit in it."""
    pointer = _pointer(code, code.let(f"and i32 {address}, -4"))
    byte = code.let(f"and i32 {address}, 3")
    bit = code.let(f"shl i32 {byte}, 3")
    return pointer, code.let(f"load i32, ptr {pointer}, align 4"), bit


def _up(code: Code, bit: str) -> str:
    """How far the bytes up to the address are from a word's top: 24 - bit."""
    return code.let(f"xor i32 {bit}, 24")


def _merge(code: Code, kept: str, mask: str, moved: str) -> str:
    """`moved`, and `kept` in the bits of `mask`."""
    rest = code.let(f"and i32 {kept}, {mask}")
    return code.let(f"or i32 {rest}, {moved}")


def _below(code: Code, bit: str) -> str:
    """Mask of the bits below `bit`."""
    power = code.let(f"shl i32 1, {bit}")
    return code.let(f"add i32 {power}, -1")


def _above(code: Code, bit: str) -> str:
    """Mask of the `bit` uppermost bits."""
    rest = code.let(f"lshr i32 -1, {bit}")
    return code.let(f"xor i32 {rest}, -1")


def _load_left(code: Code, address: str, register: str) -> str:
    _, word, bit = _word_around(code, address)
    shift = _up(code, bit)
    moved = code.let(f"shl i32 {word}, {shift}")
    return _merge(code, register, _below(code, shift), moved)


def _load_right(code: Code, address: str, register: str) -> str:
    _, word, bit = _word_around(code, address)
    moved = code.let(f"lshr i32 {word}, {bit}")
    return _merge(code, register, _above(code, bit), moved)


def _store_left(code: Code, address: str, register: str) -> None:
    pointer, word, bit = _word_around(code, address)
    shift = _up(code, bit)
    moved = code.let(f"lshr i32 {register}, {shift}")
    merged = _merge(code, word, _above(code, shift), moved)
    code.do(f"store i32 {merged}, ptr {pointer}, align 4")


def _store_right(code: Code, address: str, register: str) -> None:
    pointer, word, bit = _word_around(code, address)
    moved = code.let(f"shl i32 {register}, {bit}")
    merged = _merge(code, word, _below(code, bit), moved)
    code.do(f"store i32 {merged}, ptr {pointer}, align 4")


_LOADS: Final[dict[str, Load]] = {
    "lb": _loaded(8, "sext"),
    "lbu": _loaded(8, "zext"),
    "lh": _loaded(16, "sext"),
    "lhu": _loaded(16, "zext"),
    "lw": _loaded(32, ""),
    "lwl": _load_left,
    "lwr": _load_right,
}

_STORES: Final[dict[str, Store]] = {
    "sb": _stored(8),
    "sh": _stored(16),
    "sw": _stored(32),
    "swl": _store_left,
    "swr": _store_right,
}
