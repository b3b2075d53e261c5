"""LLVM IR of functions of one element, two or three; NaNs of floats made canonical.

`element.{function}` of one: words are target, source, count, and two numbers (bits).
`element.scale_u8`: the same; the source is bytes, the first number their factor.

`element.{function}.{how}` of two floats: target, a, b; four extents; the strides of a,
then of b, in bytes, along the first three. The target is row-major. `how` says what
goes along the last axis: `vv` both sources, `vs` a only, `sv` b only.

`whole.{function}.{how}`: of int32. `truth.{comparison}.{type}.{how}`: of float32 or
int32 to bool; `truth.{and, or, xor}.{how}`: of bools. `choice.{size}.{how}` of three: a
condition, and elements of so many bytes, which are moved.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import signature
from itertools import product
from typing import Any, Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import formulas, sizes, turns
from .formulas import greater_or_nan, less_or_nan
from .lanes import Real, Truth, Whole, choose
from .writing import FLOAT, I8, I32, LANES, VECTOR, Values, Writer, word

AXES: Final = sizes.AXES

Formula = Callable[..., Any]

ONE: Final[Mapping[str, formulas.Formula]] = {
    **formulas.ONE_NUMBER,
    "sin": turns.sin,
    "cos": turns.cos,
}

ALONE: Final = ("sin", "cos")
"""One at a time: they look up digits of 2 / pi."""

TWO: Final[Mapping[str, Formula]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "min": lambda a, b: choose(less_or_nan(a, b), a, b),
    "max": lambda a, b: choose(greater_or_nan(a, b), a, b),
    "prelu": lambda x, slope: choose(x < 0, slope * x, x),
    "pow": formulas.power,
}


def _quotient(a: Whole, b: Whole) -> Whole:
    """Towards zero; 0 where the divisor is 0; of the least by -1 the least."""
    unusual = b.equals(0) | b.equals(-1)
    divisor = choose(unusual, b.like(1), b)
    y = Whole(a.write, a.write.build.sdiv(a.value, divisor.value))
    y = choose(b.equals(0), y.like(0), y)
    return choose(b.equals(-1), a.like(0) - a, y)


TWO_WHOLE: Final[Mapping[str, Formula]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _quotient,
    "min": lambda a, b: choose(a < b, a, b),
    "max": lambda a, b: choose(a > b, a, b),
    "bit_and": lambda a, b: a & b,
    "bit_or": lambda a, b: a | b,
    "bit_xor": lambda a, b: a ^ b,
}

COMPARED: Final[Mapping[str, Formula]] = {
    "equal": lambda a, b: a.equals(b),
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
}


def _truth(x: Whole) -> Truth:
    return ~x.equals(0)


LOGICAL: Final[Mapping[str, Formula]] = {
    "and": lambda a, b: _truth(a) & _truth(b),
    "or": lambda a, b: _truth(a | b),
    "xor": lambda a, b: _truth(a) ^ _truth(b),
}


def _where(condition: Whole, a: Whole, b: Whole) -> Whole:
    return choose(_truth(condition), a, b)


def _modules() -> Iterator[tuple[str, Callable[[ir.Module], None]]]:
    """Each function in a module of its own: few are used, and writing takes longest."""
    for name, formula in ONE.items():
        yield f"element.{name}", partial(_one, name, formula)
    yield "element.scale_u8", _scale
    for name, formula in TWO.items():
        zipped = Zip(f"element.{name}", formula, (FLOAT, FLOAT), FLOAT)
        yield zipped.name, zipped.write_all
    for name, formula in TWO_WHOLE.items():
        zipped = Zip(f"whole.{name}", formula, (I32, I32), I32)
        yield zipped.name, zipped.write_all
    for name, formula in COMPARED.items():
        yield f"truth.{name}", partial(_compared, name, formula)
    for name, formula in LOGICAL.items():
        zipped = Zip(f"truth.{name}", formula, (I8, I8), I8)
        yield zipped.name, zipped.write_all
    for element in (I32, I8):
        name = f"choice.{element.width // 8}"
        zipped = Zip(name, _where, (I8, element, element), element)
        yield name, zipped.write_all


def _module_ir(name: str, write: Callable[[ir.Module], None]) -> str:
    module = ir.Module(name)
    write(module)
    return str(module)


def _compared(name: str, formula: Formula, module: ir.Module) -> None:
    for element, dtype in ((FLOAT, "float32"), (I32, "int32")):
        zipped = Zip(f"truth.{name}.{dtype}", formula, (element, element), I8)
        zipped.write_all(module)


def _one(name: str, formula: Formula, module: ir.Module) -> None:
    if name in ALONE:
        turns.add_table(module)
    write = Writer(module, f"element.{name}", 5)
    build = write.build
    singles = [build.bitcast(build.trunc(w, I32), FLOAT) for w in write.words[3:]]
    held = [write.both(single) for single in singles]
    target, source = write.pointer(0), write.pointer(1)
    extra = len(signature(formula).parameters) - 1

    def body(kind: ir.Type, index: ir.Value) -> None:
        x = Real(write, write.load(kind, write.element(source, index)))
        y = formula(x, *(Real(write, number[kind]) for number in held[:extra]))
        write.store(write.canonical(y.value), write.element(target, index))

    if name in ALONE:
        write.each(write.words[2], lambda index: body(FLOAT, index))
    else:
        write.vectors(write.words[2], body)
    write.finish()


def _scale(module: ir.Module) -> None:
    write = Writer(module, "element.scale_u8", 5)
    build = write.build
    factors = write.both(build.bitcast(build.trunc(write.words[3], I32), FLOAT))
    target, source = write.pointer(0), write.pointer(1)

    def body(kind: ir.Type, index: ir.Value) -> None:
        byte = I8 if kind == FLOAT else ir.VectorType(I8, LANES)
        x = build.load(write.at(source, index), typ=byte, align=1)
        y = build.fmul(build.uitofp(x, kind), factors[kind])
        write.store(write.canonical(y), write.element(target, index))

    write.vectors(write.words[2], body)
    write.finish()


def size_of(element: ir.Type) -> int:
    """Bytes."""
    return 4 if element == FLOAT else element.width // 8


@dataclass(frozen=True, slots=True)
class Zip:
    """A function of several elements, over grids."""

    name: str
    formula: Formula
    sources: tuple[ir.Type, ...]
    target: ir.Type

    def write_all(self, module: ir.Module, ways: Sequence[str] = ()) -> None:
        """A kernel for each way that sources go along the last axis, or for some."""
        for letters in ways or product("vs", repeat=len(self.sources)):
            if "v" in letters:
                self._write(module, "".join(letters))

    def _write(self, module: ir.Module, how: str) -> None:
        number = len(self.sources)
        write = Writer(
            module, f"{self.name}.{how}", 1 + number + AXES + number * (AXES - 1)
        )
        build, (target, *sources) = write.build, map(write.pointer, range(1 + number))
        extents, rest = (
            write.words[1 + number :][:AXES],
            write.words[1 + number + AXES :],
        )
        strides = [rest[(AXES - 1) * i :][: AXES - 1] for i in range(number)]
        inner = extents[-1]

        def axis(level: int, row: ir.Value, places: Values) -> None:
            if level == AXES - 1:
                bytes_before = build.mul(row, word(size_of(self.target)))
                at = write.at(target, build.mul(bytes_before, inner))
                self._row(write, how, at, places, inner)
                return

            def body(index: ir.Value, _: Values) -> Values:
                below = build.add(build.mul(row, extents[level]), index)
                further = [
                    write.at(place, build.mul(index, steps[level]))
                    for place, steps in zip(places, strides, strict=True)
                ]
                axis(level + 1, below, further)
                return []

            write.loop(word(0), extents[level], body)

        axis(0, word(0), sources)
        write.finish()

    def _row(
        self, write: Writer, how: str, target: ir.Value, places: Values, count: ir.Value
    ) -> None:
        held = [
            write.both(_load(write, element, place, word(0), FLOAT))
            if letter == "s"
            else None
            for element, place, letter in zip(self.sources, places, how, strict=True)
        ]

        def body(kind: ir.Type, index: ir.Value) -> None:
            values = [
                _number(
                    write,
                    known[kind]
                    if known is not None
                    else _load(write, element, place, index, kind),
                )
                for element, place, known in zip(
                    self.sources, places, held, strict=True
                )
            ]
            self._store(write, target, index, self.formula(*values))

        write.vectors(count, body)

    def _store(self, write: Writer, target: ir.Value, index: ir.Value, y: Any) -> None:
        size = size_of(self.target)
        value = y.value
        if isinstance(y, Truth):
            wide = isinstance(value.type, ir.VectorType)
            value = write.build.zext(value, ir.VectorType(I8, LANES) if wide else I8)
        if isinstance(y, Real):
            value = write.canonical(value)
        at = write.at(target, write.build.mul(index, word(size)))
        write.build.store(value, at, align=size)


def _load(
    write: Writer, element: ir.Type, at: ir.Value, index: ir.Value, kind: ir.Type
) -> ir.Value:
    """One element or eight."""
    size = size_of(element)
    place = write.at(at, write.build.mul(index, word(size)))
    wide = ir.VectorType(element, LANES) if kind == VECTOR else element
    return write.build.load(place, typ=wide, align=size)


def _number(write: Writer, value: ir.Value) -> Real | Whole:
    kind = value.type
    element = kind.element if isinstance(kind, ir.VectorType) else kind
    return Real(write, value) if element == FLOAT else Whole(write, value)


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    name: partial(_module_ir, name, write) for name, write in _modules()
}
"""By the first two parts of a kernel's name."""
