"""LLVM IR of elements as another type: `cast.{from}.{to}`.

Words are target, source, count. Floats become integers towards zero, at most the
type's ends; a NaN becomes 0. Bytes that are not 0 are true.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .lanes import Real, Truth, Whole, choose
from .writing import FLOAT, FLOAT_BYTES, I8, I32, Writer, kinds, word

ELEMENTS: Final = {
    "float32": FLOAT,
    "int32": I32,
    "uint8": I8,
    "int8": I8,
    "bool": I8,
}

ENDS: Final = {
    "int32": (-(2**31), 2**31 - 1),
    "uint8": (0, 255),
    "int8": (-128, 127),
}

TWO_TO_31: Final = 0x4F00_0000
MINUS_TWO_TO_31: Final = 0xCF00_0000


def module_ir() -> str:
    """The module with all pairs."""
    module = ir.Module("cast")
    for source in ELEMENTS:
        for target in ELEMENTS:
            _cast(module, source, target)
    return str(module)


def to_whole(x: Real) -> Whole:
    """Towards zero, at most the ends of int32; of a NaN 0."""
    inside = (x < TWO_TO_31) & (x > MINUS_TWO_TO_31)
    y = choose(inside, x, 0).towards_zero()
    least, most = ENDS["int32"]
    y = choose(x >= TWO_TO_31, y.like(most), y)
    return choose(x <= MINUS_TWO_TO_31, y.like(least), y)


def clamped(x: Whole, ends: tuple[int, int]) -> Whole:
    """Moved to the nearest end if it is outside."""
    low, high = ends
    x = choose(x < low, x.like(low), x)
    return choose(x > high, x.like(high), x)


def widened(write: Writer, value: ir.Value, dtype: str) -> Whole:
    """A byte or a word as 32 bits."""
    if dtype == "int32":
        return Whole(write, value)
    wide = isinstance(value.type, ir.VectorType)
    kind = ir.VectorType(I32, value.type.count) if wide else I32
    extend = write.build.sext if dtype == "int8" else write.build.zext
    return Whole(write, extend(value, kind))


def narrowed(x: Whole, dtype: str) -> ir.Value:
    """The low bits, as an element of the type."""
    if dtype == "int32":
        return x.value
    wide = isinstance(x.value.type, ir.VectorType)
    return x.write.build.trunc(
        x.value, ir.VectorType(I8, x.value.type.count) if wide else I8
    )


def _truth_of(x: Real | Whole) -> Truth:
    return ~x.equals(0)


def _converted(x: Real | Whole, target: str) -> Real | Whole:
    """To a float, or to 32 bits of which the low ones are stored."""
    if target == "float32":
        return x.rounded if isinstance(x, Whole) else x
    if isinstance(x, Whole):
        return x
    return clamped(to_whole(x), ENDS[target])


def _cast(module: ir.Module, source: str, target: str) -> None:
    write = Writer(module, f"cast.{source}.{target}", 3)
    build = write.build
    sizes = [1 if ELEMENTS[dtype] == I8 else FLOAT_BYTES for dtype in (source, target)]
    to, of = write.pointer(0), write.pointer(1)

    def body(kind: ir.Type, index: ir.Value) -> None:
        at = write.at(of, build.mul(index, word(sizes[0])))
        value = build.load(at, typ=kinds(ELEMENTS[source], kind), align=sizes[0])
        x = Real(write, value) if source == "float32" else widened(write, value, source)
        if "bool" in (source, target):
            whole = x.bits if isinstance(x, Real) else x
            x = choose(_truth_of(x), whole.like(1), 0)
        y = _converted(x, target)
        if isinstance(y, Real):
            stored = write.canonical(y.value)
        else:
            stored = narrowed(y, target)
        at = write.at(to, build.mul(index, word(sizes[1])))
        build.store(stored, at, align=sizes[1])

    write.vectors(write.words[2], body)
    write.finish()
