"""LLVM IR of pairs of elements turned by the angles of a pass.

`rope.neighbours`, `rope.halves`: words are y, x, cosines, sines, pass, rows of x, their
width, rows of the tables, pairs. The pass is read at each call.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from ..lanes import Real
from ..writing import FLOAT, I32, I64, Values, Writer, word


def module_ir() -> str:
    """The module with both."""
    module = ir.Module("rope")
    _turn(module, "rope.neighbours", halves=False)
    _turn(module, "rope.halves", halves=True)
    return str(module)


def _turn(module: ir.Module, name: str, *, halves: bool) -> None:
    write = Writer(module, name, 9)
    build = write.build
    y, x, cosines, sines, number = (write.pointer(i) for i in range(5))
    lines, width, rows, pairs = write.words[5:]
    wanted = build.zext(build.load(number, typ=I32, align=4), I64)
    last = build.sub(rows, word(1))
    row = build.select(build.icmp_unsigned(">", wanted, last), last, wanted)
    start = build.mul(row, pairs)
    cosines, sines = write.element(cosines, start), write.element(sines, start)
    turned = build.mul(pairs, word(2))

    def line(index: ir.Value, _: Values) -> Values:
        at = build.mul(index, width)
        source, target = write.element(x, at), write.element(y, at)

        def number_at(kind: ir.Type, base: ir.Value, i: ir.Value) -> Real:
            return Real(write, write.load(kind, write.element(base, i)))

        def pair(kind: ir.Type, i: ir.Value) -> None:
            first = i if halves else build.mul(i, word(2))
            second = build.add(first, pairs if halves else word(1))
            a, b = (number_at(kind, source, place) for place in (first, second))
            cosine, sine = number_at(kind, cosines, i), number_at(kind, sines, i)
            for place, value in (
                (first, a * cosine - b * sine),
                (second, a * sine + b * cosine),
            ):
                write.store(write.canonical(value.value), write.element(target, place))

        def rest(i: ir.Value, _: Values) -> Values:
            value = number_at(FLOAT, source, i)
            write.store(write.canonical(value.value), write.element(target, i))
            return []

        if halves:
            write.vectors(pairs, pair)
        else:
            write.each(pairs, lambda i: pair(FLOAT, i))
        write.loop(turned, width, rest)
        return []

    write.loop(word(0), lines, line)
    write.finish()
