"""LLVM IR of a vector times a constant matrix whose columns were packed in panels.

`column.sum`: words are y, x, panels, bias, list, room, columns, terms. From +0 on, adds
x[k] times row k for every k of `row.list`'s list; then the bias; NaNs are made
canonical. Columns are a multiple of eight. A panel is some columns of all rows,
[k][width]: 64 wide as long as there are so many, then 32, 16 and 8 of what is left. So
all sums of a panel stay in registers, and weights are read from one end to the other.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import sizes
from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I64,
    LANES,
    VECTOR,
    WORD_BYTES,
    Values,
    Writer,
    word,
)

WIDEST, WIDTHS = sizes.WIDEST, sizes.WIDTHS

TERMS: Final = 2
"""Of one round."""


def module_ir() -> str:
    """The module."""
    module = ir.Module("column")
    _Sum(module).write_all()
    return str(module)


class _Sum:
    """Writes the kernel."""

    def __init__(self, module: ir.Module) -> None:
        self.write = write = Writer(module, "column.sum", 8)
        self.build = write.build
        self.y, self.x, self.panels, self.bias, self.listed, room = map(
            write.pointer, range(6)
        )
        self.columns, self.terms = write.words[6:]
        self.count = write.load(I64, room)

    def write_all(self) -> None:
        """Panels of the greatest width, then one at most of each other."""
        build, write = self.build, self.write
        whole = build.and_(self.columns, word(-WIDEST))

        def widest(first: ir.Value, _: Values) -> Values:
            self._panel(first, WIDEST)
            return []

        write.loop(word(0), whole, widest, step=WIDEST)
        first = whole
        for width in WIDTHS[1:]:
            part = build.and_(self.columns, word(width))
            with build.if_then(build.icmp_signed("!=", part, word(0))):
                self._panel(first, width)
            first = build.add(first, part)
        write.finish()

    def _panel(self, first: ir.Value, width: int) -> None:
        """`width` columns from `first` on."""
        build, write = self.build, self.write
        panel = write.element(self.panels, build.mul(first, self.terms))
        places = range(0, width, LANES)

        def term(index: ir.Value, sums: Values) -> Values:
            k = write.load(
                I64, write.at(self.listed, build.mul(index, word(WORD_BYTES)))
            )
            spread = write.spread(write.load(FLOAT, write.element(self.x, k)))
            row = write.at(panel, build.mul(k, word(FLOAT_BYTES * width)))
            added = []
            for place, total in zip(places, sums, strict=True):
                weights = write.load(VECTOR, write.at(row, word(FLOAT_BYTES * place)))
                added.append(build.fadd(total, build.fmul(spread, weights)))
            return added

        def several(index: ir.Value, sums: Values) -> Values:
            for i in range(TERMS):
                sums = term(build.add(index, word(i)), sums)
            return sums

        zero = ir.Constant(VECTOR, [0.0] * LANES)
        even = build.and_(self.count, word(-TERMS))
        sums = write.loop(word(0), even, several, [zero] * len(places), step=TERMS)
        sums = write.loop(even, self.count, term, sums)
        for place, total in zip(places, sums, strict=True):
            column = build.add(first, word(place))
            added = write.load(VECTOR, write.element(self.bias, column))
            total = write.canonical(build.fadd(total, added))
            write.store(total, write.element(self.y, column))
