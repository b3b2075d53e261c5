"""LLVM IR of functions of one or two floats, element by element; NaNs made canonical.

`element.{function}` of one: words are target, source, count, and two numbers (bits).
`element.scale_u8`: the same; the source is bytes, the first number their factor.

`element.{function}.{how}` of two: target, a, b; four extents; the strides of a, then of
b, in bytes, along the first three. The target is row-major. `how` says what goes along
the last axis: `vv` both sources, `vs` a only, `sv` b only.
"""

from collections.abc import Callable, Mapping
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import FLOAT, I8, I32, LANES, VECTOR, Values, Writer, word

AXES: Final = 4

Formula = Callable[..., ir.Value]


def _zero(kind: ir.Type) -> ir.Constant:
    return ir.Constant(kind, 0.0 if kind == FLOAT else [0.0] * LANES)


def _rectified(write: Writer, x: ir.Value) -> ir.Value:
    """x if it is above zero or a NaN, else +0."""
    zero = _zero(x.type)
    return write.build.select(write.build.fcmp_ordered("ole", x, zero), zero, x)


def _leaky(write: Writer, x: ir.Value, alpha: ir.Value, _: ir.Value) -> ir.Value:
    below = write.build.fcmp_ordered("olt", x, _zero(x.type))
    return write.build.select(below, write.build.fmul(alpha, x), x)


def _clipped(write: Writer, x: ir.Value, low: ir.Value, high: ir.Value) -> ir.Value:
    build = write.build
    x = build.select(build.fcmp_ordered("olt", x, low), low, x)
    return build.select(build.fcmp_ordered("ogt", x, high), high, x)


def _extreme(order: str) -> Formula:
    """a where it is beyond b or a NaN, else b."""

    def formula(write: Writer, a: ir.Value, b: ir.Value) -> ir.Value:
        build = write.build
        beyond = build.fcmp_ordered(order, a, b)
        return build.select(build.or_(beyond, build.fcmp_unordered("uno", a, a)), a, b)

    return formula


ONE: Final[Mapping[str, Formula]] = {
    "canonical": lambda write, x, *_: x,
    "relu": lambda write, x, *_: _rectified(write, x),
    "leaky_relu": _leaky,
    "clip": _clipped,
}
TWO: Final[Mapping[str, Formula]] = {
    "add": lambda write, a, b: write.build.fadd(a, b),
    "sub": lambda write, a, b: write.build.fsub(a, b),
    "mul": lambda write, a, b: write.build.fmul(a, b),
    "div": lambda write, a, b: write.build.fdiv(a, b),
    "min": _extreme("olt"),
    "max": _extreme("ogt"),
}


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("element")
    for name, formula in ONE.items():
        _one(module, name, formula)
    _scale(module)
    for name, formula in TWO.items():
        for how in ("vv", "vs", "sv"):
            _two(module, f"{name}.{how}", formula, how)
    return str(module)


def _one(module: ir.Module, name: str, formula: Formula) -> None:
    write = Writer(module, f"element.{name}", 5)
    build = write.build
    singles = [build.bitcast(build.trunc(w, I32), FLOAT) for w in write.words[3:]]
    vectors = [write.spread(single) for single in singles]
    target, source = write.pointer(0), write.pointer(1)

    def body(kind: ir.Type, index: ir.Value) -> None:
        x = write.load(kind, write.element(source, index))
        y = formula(write, x, *(vectors if kind == VECTOR else singles))
        write.store(write.canonical(y), write.element(target, index))

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


def _two(module: ir.Module, name: str, formula: Formula, how: str) -> None:
    write = Writer(module, f"element.{name}", 3 + AXES + 2 * (AXES - 1))
    build = write.build
    extents = write.words[3 : 3 + AXES]
    strides = [write.words[3 + AXES + 3 * i :][: AXES - 1] for i in range(2)]
    target = write.pointer(0)
    inner = extents[-1]

    def axis(number: int, row: ir.Value, sources: Values) -> None:
        if number == AXES - 1:
            at = write.element(target, build.mul(row, inner))
            _row(write, formula, how, at, sources, inner)
            return

        def body(index: ir.Value, _: Values) -> Values:
            below = build.add(build.mul(row, extents[number]), index)
            places = [
                write.at(source, build.mul(index, steps[number]))
                for source, steps in zip(sources, strides, strict=True)
            ]
            axis(number + 1, below, places)
            return []

        write.loop(word(0), extents[number], body)

    axis(0, word(0), [write.pointer(1), write.pointer(2)])
    write.finish()


def _row(
    write: Writer,
    formula: Formula,
    how: str,
    target: ir.Value,
    sources: Values,
    count: ir.Value,
) -> None:
    held: dict[int, dict[ir.Type, ir.Value]] = {}
    for i, source in enumerate(sources):
        if how[i] == "s":
            single = write.load(FLOAT, source)
            held[i] = {FLOAT: single, VECTOR: write.spread(single)}

    def body(kind: ir.Type, index: ir.Value) -> None:
        values = [
            held[i][kind] if i in held else write.load(kind, write.element(at, index))
            for i, at in enumerate(sources)
        ]
        result = write.canonical(formula(write, *values))
        write.store(result, write.element(target, index))

    write.vectors(count, body)
