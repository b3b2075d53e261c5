"""LLVM IR of max pooling, a pixel at a time: taps in the padding are left out.

`pool.max`: words are target, source, planes, height, width, first row and rows of the
result in a plane, columns of the result; window rows and columns, strides, dilations,
pads at the top and the left. Every plane of the result begins where the last ends.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import FLOAT, I1, Values, Writer, word

MINUS_INFINITY = float("-inf")


def module_ir() -> str:
    """The module with `pool.max`."""
    module = ir.Module("pool")
    _largest(module)
    return str(module)


def _largest(module: ir.Module) -> None:
    write = Writer(module, "pool.max", 16)
    build = write.build
    planes, height, width, first, rows, columns = write.words[2:8]
    window, strides, dilations, pads = (write.words[8 + 2 * i :][:2] for i in range(4))
    target, source = write.pointer(0), write.pointer(1)
    plane_size = build.mul(height, width)

    def plane(p: ir.Value, _: Values) -> Values:
        x = write.element(source, build.mul(p, plane_size))
        y = write.element(target, build.mul(p, build.mul(rows, columns)))

        def row(r: ir.Value, _: Values) -> Values:
            low, high, top = span(build.add(r, first), 0, height)
            line = write.element(y, build.mul(r, columns))

            def column(c: ir.Value, _: Values) -> Values:
                left, right, beside = span(c, 1, width)
                best = taps(x, (low, high, top), (left, right, beside))
                write.store(write.canonical(best), write.element(line, c))
                return []

            write.loop(word(0), columns, column)
            return []

        write.loop(word(0), rows, row)
        return []

    def span(index: ir.Value, axis: int, length: ir.Value) -> tuple[ir.Value, ...]:
        """Taps [first, end) that lie in the picture, and where tap 0 would lie."""
        start = build.sub(build.mul(index, strides[axis]), pads[axis])
        by = dilations[axis]
        behind = build.sub(build.add(by, word(-1)), start)
        low = maximum(build.sdiv(behind, by), word(0))
        room = build.sub(length, start)
        end = build.sdiv(build.add(room, build.add(by, word(-1))), by)
        return low, minimum(end, window[axis]), start

    def maximum(a: ir.Value, b: ir.Value) -> ir.Value:
        return build.select(build.icmp_signed(">", a, b), a, b)

    def minimum(a: ir.Value, b: ir.Value) -> ir.Value:
        return build.select(build.icmp_signed("<", a, b), a, b)

    def taps(
        x: ir.Value, rows: tuple[ir.Value, ...], columns: tuple[ir.Value, ...]
    ) -> ir.Value:
        def down(a: ir.Value, held: Values) -> Values:
            at = build.add(rows[2], build.mul(a, dilations[0]))
            line = write.element(x, build.mul(at, width))

            def across(b: ir.Value, held: Values) -> Values:
                best, empty = held
                place = build.add(columns[2], build.mul(b, dilations[1]))
                value = write.load(FLOAT, write.element(line, place))
                above = build.fcmp_ordered("ogt", value, best)
                nan = build.fcmp_unordered("uno", value, value)
                better = build.or_(build.or_(above, nan), empty)
                chosen = build.select(better, value, best)
                return [chosen, ir.Constant(I1, 0)]

            return write.loop(columns[0], columns[1], across, held)

        nothing = [ir.Constant(FLOAT, MINUS_INFINITY), ir.Constant(I1, 1)]
        return write.loop(rows[0], rows[1], down, nothing)[0]

    write.loop(word(0), planes, plane)
    write.finish()
