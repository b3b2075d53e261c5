"""LLVM IR of rows scaled by their root mean square and by weights.

`rms.norm`: words are y, x, rows, n, weights, epsilon's bits.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from ..folds import ONE, Rows, add_square
from ..writing import FLOAT, I32, constant


def module_ir() -> str:
    """The module with the kernel."""
    module = ir.Module("rms")
    rows = Rows(module, "rms.norm", 6)
    write, build = rows.write, rows.build
    size, weights = build.sitofp(rows.n, FLOAT), write.pointer(4)
    added = build.bitcast(build.trunc(write.words[5], I32), FLOAT)

    def group(first: ir.Value, count: int) -> None:
        def scale(row: ir.Value, place: ir.Value) -> None:
            source, target = rows.line(rows.x, row), rows.line(rows.y, row)
            mean = build.fdiv(write.load(FLOAT, place), size)
            root = write.root(build.fadd(mean, added))
            scales = write.both(build.fdiv(constant(FLOAT, ONE), root))

            def element(kind: ir.Type, i: ir.Value) -> None:
                value = write.load(kind, write.element(source, i))
                weight = write.load(kind, write.element(weights, i))
                scaled = build.fmul(build.fmul(value, scales[kind]), weight)
                write.store(write.canonical(scaled), write.element(target, i))

            write.vectors(rows.n, element)

        rows.total(rows.x, first, count, add_square)
        rows.each(first, count, scale)

    rows.write_all(group)
    return str(module)
