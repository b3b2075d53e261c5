"""Numbers in LLVM IR as formulas have them: `x * y + z`, one or eight at a time.

A formula over `Real` and `Whole` is the same for one float and for a vector of eight.
Constants are written as they are stored: an `int` beside a Real is a float's bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import FLOAT, I32, I64, LANES, Writer, constant


def kind_like(element: ir.Type, value: ir.Value) -> ir.Type:
    """The type of as many elements as the value has."""
    wide = isinstance(value.type, ir.VectorType)
    return ir.VectorType(element, LANES) if wide else element


def spread(element: ir.Type, number: int, value: ir.Value) -> ir.Constant:
    """An integer in as many lanes as the value has."""
    kind = kind_like(element, value)
    return ir.Constant(kind, number if kind == element else [number] * LANES)


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether; a bit a lane."""

    write: Writer
    value: ir.Value

    def __and__(self, other: "Truth") -> "Truth":
        return Truth(self.write, self.write.build.and_(self.value, other.value))

    def __or__(self, other: "Truth") -> "Truth":
        return Truth(self.write, self.write.build.or_(self.value, other.value))

    def __xor__(self, other: "Truth") -> "Truth":
        return Truth(self.write, self.write.build.xor(self.value, other.value))

    def __invert__(self) -> "Truth":
        return Truth(self.write, self.write.build.not_(self.value))


@dataclass(frozen=True, slots=True)
class Real:
    """Floats; every operation is rounded by itself."""

    write: Writer
    value: ir.Value

    def like(self, bits: int) -> "Real":
        """A constant in as many lanes."""
        return Real(self.write, constant(self.value.type, bits))

    def _with(self, name: str, other: "Real | int") -> "Real":
        by = self.like(other) if isinstance(other, int) else other
        return Real(self.write, getattr(self.write.build, name)(self.value, by.value))

    def __add__(self, other: "Real | int") -> "Real":
        return self._with("fadd", other)

    def __sub__(self, other: "Real | int") -> "Real":
        return self._with("fsub", other)

    def __mul__(self, other: "Real | int") -> "Real":
        return self._with("fmul", other)

    def __truediv__(self, other: "Real | int") -> "Real":
        return self._with("fdiv", other)

    def _compared(self, order: str, other: "Real | int") -> Truth:
        by = self.like(other) if isinstance(other, int) else other
        found = self.write.build.fcmp_ordered(order, self.value, by.value)
        return Truth(self.write, found)

    def __lt__(self, other: "Real | int") -> Truth:
        return self._compared("olt", other)

    def __gt__(self, other: "Real | int") -> Truth:
        return self._compared("ogt", other)

    def __le__(self, other: "Real | int") -> Truth:
        return self._compared("ole", other)

    def __ge__(self, other: "Real | int") -> Truth:
        return self._compared("oge", other)

    def equals(self, other: "Real | int") -> Truth:
        """False of NaNs; zeros are equal."""
        return self._compared("oeq", other)

    @property
    def is_nan(self) -> Truth:
        found = self.write.build.fcmp_unordered("uno", self.value, self.value)
        return Truth(self.write, found)

    @property
    def bits(self) -> "Whole":
        """As they are stored."""
        kind = kind_like(I32, self.value)
        return Whole(self.write, self.write.build.bitcast(self.value, kind))

    @property
    def root(self) -> "Real":
        """The square root."""
        return Real(self.write, self.write.root(self.value))

    def towards_zero(self) -> "Whole":
        """Without the fraction; of what is below 2^31 in magnitude only."""
        kind = kind_like(I32, self.value)
        return Whole(self.write, self.write.build.fptosi(self.value, kind))


@dataclass(frozen=True, slots=True)
class Whole:
    """Integers of 32 or 64 bits, which wrap; `>>` keeps the sign."""

    write: Writer
    value: ir.Value

    @property
    def element(self) -> ir.Type:
        kind = self.value.type
        return kind.element if isinstance(kind, ir.VectorType) else kind

    def like(self, number: int) -> "Whole":
        """A constant in as many lanes."""
        return Whole(self.write, spread(self.element, number, self.value))

    def _with(self, name: str, other: "Whole | int") -> "Whole":
        by = self.like(other) if isinstance(other, int) else other
        return Whole(self.write, getattr(self.write.build, name)(self.value, by.value))

    def __add__(self, other: "Whole | int") -> "Whole":
        return self._with("add", other)

    def __sub__(self, other: "Whole | int") -> "Whole":
        return self._with("sub", other)

    def __mul__(self, other: "Whole | int") -> "Whole":
        return self._with("mul", other)

    def __and__(self, other: "Whole | int") -> "Whole":
        return self._with("and_", other)

    def __or__(self, other: "Whole | int") -> "Whole":
        return self._with("or_", other)

    def __xor__(self, other: "Whole | int") -> "Whole":
        return self._with("xor", other)

    def __lshift__(self, other: "Whole | int") -> "Whole":
        return self._with("shl", other)

    def __rshift__(self, other: "Whole | int") -> "Whole":
        return self._with("ashr", other)

    def unsigned_shift(self, other: "Whole | int") -> "Whole":
        """To the right; zeros come in."""
        return self._with("lshr", other)

    def _compared(self, order: str, other: "Whole | int") -> Truth:
        by = self.like(other) if isinstance(other, int) else other
        found = self.write.build.icmp_signed(order, self.value, by.value)
        return Truth(self.write, found)

    def __lt__(self, other: "Whole | int") -> Truth:
        return self._compared("<", other)

    def __gt__(self, other: "Whole | int") -> Truth:
        return self._compared(">", other)

    def __le__(self, other: "Whole | int") -> Truth:
        return self._compared("<=", other)

    def equals(self, other: "Whole | int") -> Truth:
        return self._compared("==", other)

    @property
    def real(self) -> Real:
        """The floats that are stored so."""
        kind = kind_like(FLOAT, self.value)
        return Real(self.write, self.write.build.bitcast(self.value, kind))

    @property
    def rounded(self) -> Real:
        """The nearest floats."""
        kind = kind_like(FLOAT, self.value)
        return Real(self.write, self.write.build.sitofp(self.value, kind))

    @property
    def wide(self) -> "Whole":
        """In 64 bits, with the sign."""
        kind = kind_like(I64, self.value)
        return Whole(self.write, self.write.build.sext(self.value, kind))

    @property
    def narrow(self) -> "Whole":
        """The lower 32 bits."""
        kind = kind_like(I32, self.value)
        return Whole(self.write, self.write.build.trunc(self.value, kind))


Number = TypeVar("Number", Real, Whole)


def choose(condition: Truth, a: Number, b: Number | int) -> Number:
    """a where the condition holds, else b: bits are moved."""
    other = a.like(b) if isinstance(b, int) else b
    found = a.write.build.select(condition.value, a.value, other.value)
    return type(a)(a.write, found)


def polynomial(coefficients: Sequence[int], x: Real) -> Real:
    """By Horner's rule, the highest power first."""
    total = x.like(coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total
