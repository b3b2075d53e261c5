"""Products of bytes: matmul_integer and conv_integer, scheme B of docs/evm.md.

Windows of the source become words X once a position; rows of weights are multiplied
with them, three products a word of thirty terms.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from converters.evm.errors import TooLargeForEvm
from converters.evm.numbers import (
    BIAS_SHIFT,
    HALF_WORD,
    TOP_LANE,
    WORD_BYTES,
    WORDS_A_FLUSH,
    Ints,
    Scale,
    joined,
    packed,
    words_of,
)
from converters.evm.stages.gathering import Gathering
from converters.evm.stages.windows import Grid, Section, Windows
from converters.evm.store import MAX_CODE, OWN, Run, Store
from converters.evm.work import Place, Work

INT32_MOST = (1 << 31) - 1
MANY_WINDOWS = 16
"""So many make up for masking the weights ahead: 9 gas a word and window for some 110
a word."""

TERM_BYTES, EPILOGUE_BYTES = 28, 75
"""Of code, about: a word of a row, and what comes after a row."""


@dataclass(slots=True)
class Product:
    """Windows of a source times rows of weights.

    Of a position's taps the greatest sum is taken: that commutes with a factor that is
    not negative. `weights` (outputs, terms) are bytes, `offset` above what they stand
    for; `bias` (outputs,) is added. Without `scale` the results are int32, a word each.
    Each of the `sections` has as many outputs, its own planes and its own results.
    """

    source: Place
    target: Place
    windows: Windows
    sections: tuple[Section, ...]
    weights: Ints
    offset: int
    bias: Ints
    scale: Scale | None
    grid: Grid
    together: int = 1
    """Rows whose code is written out."""

    _runs: list[Run] = field(default_factory=list)

    @property
    def outputs(self) -> int:
        return len(self.weights)

    @property
    def unit(self) -> int:
        """Bytes of a result."""
        return WORD_BYTES if self.scale is None else 1

    @property
    def gathering(self) -> Gathering:
        return Gathering(self.source, self.windows, self.offset)

    @property
    def row_step(self) -> int:
        """Bytes from a row of weights' result to the next row's."""
        return self.unit * self.grid.row

    @property
    def position_steps(self) -> tuple[int, int]:
        """Bytes from one row of positions' results to the next, and within a row."""
        return self.unit * self.grid.down, self.unit * self.grid.right

    @property
    def taps(self) -> int:
        return len(self.windows.taps)

    @property
    def words(self) -> int:
        return words_of(self.windows.terms)

    @property
    def row_bytes(self) -> int:
        """Of constants: the bias and the factor, and the weights."""
        return WORD_BYTES * (1 + self.words)

    @property
    def row_code(self) -> int:
        return self.words * TERM_BYTES * self.taps + EPILOGUE_BYTES

    def needs(self) -> dict[str, int]:
        registers = dict.fromkeys(
            ("chunk", "offset", "end", "in", "line", "plane"), WORD_BYTES
        )
        rows = self.row_bytes * self.together
        if self.masks_ahead:
            registers["masked"] = 2 * rows
        return registers | {
            "x": self.gathering.size,
            "rows": rows,
        }

    def fitted(self, code: int) -> "Product":
        """With as many rows written out as so many bytes of code hold.

        TooLargeForEvm if a chunk does not hold one row.
        """
        if self.row_bytes >= MAX_CODE:
            what = f"a row of {self.windows.terms:,} weights"
            raise TooLargeForEvm(what, MAX_CODE - 1, self.row_bytes)
        rows = self.outputs // len(self.sections)
        most = max(1, code // self.row_code)
        most = min(most, (MAX_CODE - 1) // self.row_bytes)
        together = max(g for g in range(1, rows + 1) if rows % g == 0 and g <= most)
        return replace(self, together=together, _runs=[])

    @property
    def masks_ahead(self) -> bool:
        """Whether weights are masked once a block: they meet that many windows."""
        return self.windows.count * self.taps >= MANY_WINDOWS

    @property
    def wraps(self) -> bool:
        """Whether a sum may leave 32 bits."""
        signed = self.weights - self.offset
        high = np.maximum(signed, 0).sum(1) * 255 + self.bias
        low = np.minimum(signed, 0).sum(1) * 255 + self.bias
        return bool(high.max() > INT32_MOST or low.min() < -INT32_MOST - 1)

    def lay(self, store: Store) -> None:
        scale = self.scale
        blocks = []
        for start in range(0, self.outputs, self.together):
            block = []
            for row in range(start, start + self.together):
                bias, factor = int(self.bias[row]), 0
                if scale is not None and not scale.uniform:
                    factor = scale.factors[row] & HALF_WORD
                block += [(bias << BIAS_SHIFT) + factor, *packed(self.weights[row])]
            blocks.append(joined(block))
        self._runs = store.add(blocks)

    # Code.

    @property
    def blocks_a_section(self) -> int:
        return self.outputs // len(self.sections) // self.together

    @property
    def in_step(self) -> int:
        """From a block's planes to the next block's, if one loop goes through all
        sections: each is one block, and their results follow one another."""
        if len(self.sections) == 1 or self.blocks_a_section > 1:
            return 0
        first, second = self.sections[:2]
        step = second.source - first.source
        results = self.together * self.grid.row
        even = tuple(
            Section(first.source + i * step, first.target + i * results)
            for i in range(len(self.sections))
        )
        return step if even == self.sections else 0

    def parts(self) -> Iterator[tuple[Run, Section]]:
        """Runs of blocks that a loop covers, and where the first one's section is."""
        block = self.row_bytes * self.together
        for run in self._runs:
            done = 0
            while done < run.count:
                first = run.first + done
                number, inside = divmod(first, self.blocks_a_section)
                count = run.count - done
                if len(self.sections) > 1 and not self.in_step:
                    count = min(count, self.blocks_a_section - inside)
                offset = run.offset + done * block
                section = self.sections[number]
                yield Run(run.chunk, offset, inside, count), section
                done += count

    @property
    def alone(self) -> bool:
        """Whether there is one window: its words are made before all rows."""
        return self.windows.count == 1 and len(self.sections) == 1

    def emit(self, work: Work) -> None:
        """Each part sets the registers; more than one share the code of the loop."""
        asm, parts = work.asm, list(self.parts())
        if self.alone:
            self.gathering.emit(work)
        loop, over = asm.label([*asm.stack, "ret", "o"]), asm.label()
        for part, section in parts:
            back = asm.label()
            if len(parts) > 1:
                asm.push_label(back)
                asm.named("ret")
            self._set(work, part, section)
            asm.push(self._target_of(section, part.first), "o")
            if len(parts) > 1:
                asm.jump(loop)
                asm.begin(back)
        if len(parts) == 1:
            self._blocks(work, parts[0][0])
            asm.op("POP")
        else:
            asm.jump(over)
            asm.begin(loop)
            self._blocks(work, parts[0][0])
            asm.op("POP", "JUMP")
            asm.begin(over)
        if self.alone:
            self.gathering.forget(work)

    def _set(self, work: Work, part: Run, section: Section) -> None:
        """The registers of a part's loop."""
        asm = work.asm
        values = {
            "offset": part.offset,
            "end": self._target_of(section, part.first + part.count),
            "in": self.source.address + section.source,
        }
        for name, value in values.items():
            asm.push(value)
            asm.store(work.area(name))
        if part.chunk != OWN:
            work.push_chunk(part.chunk)
            asm.store(work.area("chunk"))

    def _target_of(self, section: Section, block: int) -> int:
        start = self.target.address + section.target * self.unit
        return start + block * self.together * self.row_step

    def _blocks(self, work: Work, part: Run) -> None:
        """The loop over the blocks that the registers tell."""
        asm, size = work.asm, self.row_bytes * self.together

        def one() -> None:
            asm.load(work.area("offset"))
            work.copy_at(
                part.chunk,
                work.area("rows"),
                size,
                lambda: asm.load(work.area("chunk")),
            )
            self._block(work)
            self._add_to(work, "offset", size)
            if self.in_step:
                self._add_to(work, "in", self.in_step)
            asm.push(self.together * self.row_step)
            asm.op("ADD")
            asm.named("o")

        work.repeat("o", lambda: asm.load(work.area("end")), one)

    def _add_to(self, work: Work, register: str, step: int) -> None:
        work.asm.load(work.area(register))
        work.asm.push(step)
        work.asm.op("ADD")
        work.asm.store(work.area(register))

    def _block(self, work: Work) -> None:
        """Rows written out, over all positions."""
        asm = work.asm
        if self.alone:
            self._rows(work, "o")
            return
        if self.masks_ahead:
            self._mask(work)
        asm.get("o")
        asm.named("q")
        asm.load(work.area("in"), "pix")

        def position() -> None:
            self.gathering.emit(work, "pix")
            self._rows(work, "q")
            self.gathering.forget(work)

        work.sweep(
            self.windows.positions, self.windows.steps, self.position_steps, position
        )
        asm.op("POP", "POP")

    def _mask(self, work: Work) -> None:
        """Every word of the block under two masks, to an area of its own."""
        asm, rows = work.asm, work.area("rows")
        size = self.row_bytes * self.together
        asm.push(work.area("masked"), "to")
        asm.push(rows, "at")

        def one() -> None:
            for g in range(2):
                asm.get("at")
                asm.op("MLOAD")
                asm.get(f"M{g}")
                asm.op("AND")
                asm.get("to")
                asm.push(g * WORD_BYTES)
                asm.op("ADD", "MSTORE")
            asm.get("to")
            asm.push(2 * WORD_BYTES)
            asm.op("ADD")
            asm.put("to")
            asm.push(WORD_BYTES)
            asm.op("ADD")
            asm.named("at")

        work.repeat("at", lambda: asm.push(rows + size), one)
        asm.op("POP", "POP")

    def _rows(self, work: Work, target: str) -> None:
        for row in range(self.together):
            at = work.area("rows") + row * self.row_bytes
            for tap in range(self.taps):
                self._dot(work, at + WORD_BYTES, tap)
                if self.offset:
                    work.asm.get(f"base{tap}")
                    work.asm.op("ADD")
                if tap:
                    work.greater()
            self.finish(work, partial(work.asm.load, at))
            work.asm.get(target)
            work.asm.push(row * self.row_step)
            work.asm.op("ADD", "MSTORE" if self.scale is None else "MSTORE8")

    def finish(self, work: Work, parameter: Callable[[], None]) -> None:
        """The bias, and requantize; `parameter` pushes both numbers in one word."""
        asm, scale = work.asm, self.scale
        parameter()
        asm.push(BIAS_SHIFT)
        asm.op("SAR", "ADD")
        if self.wraps:
            asm.push(3)
            asm.op("SIGNEXTEND")
        if scale is None:
            return

        def factor() -> None:
            if scale.uniform:
                asm.push(scale.factors[0])
            else:
                parameter()
                work.low_half(scale.signed)

        work.requantized(scale, factor)

    def _term(self, work: Work, at: int, near: int) -> None:
        """A word of weights times a window's word, which are three at `near`."""
        asm = work.asm
        if self.masks_ahead:
            masked = work.area("masked") + 2 * (at - work.area("rows"))
            for g, address in enumerate((masked, masked + WORD_BYTES, at)):
                asm.load(address)
                asm.load(near + g * WORD_BYTES)
                asm.op("MUL", *["ADD"] * (g > 0))
            return
        asm.load(at)
        for g in range(2):
            asm.dup(g)
            asm.get(f"M{g}")
            asm.op("AND")
            asm.load(near + g * WORD_BYTES)
            asm.op("MUL", *["ADD"] * g)
        asm.swap()
        asm.load(near + 2 * WORD_BYTES)
        asm.op("MUL", "ADD")

    def _dot(self, work: Work, at: int, tap: int) -> None:
        """The products of all words; lanes are shifted out before they overflow."""
        asm, x = work.asm, self.gathering.at(work, tap)
        for start in range(0, self.words, WORDS_A_FLUSH):
            for word in range(start, min(start + WORDS_A_FLUSH, self.words)):
                near = x + 3 * WORD_BYTES * word
                self._term(work, at + word * WORD_BYTES, near)
                if word > start:
                    asm.op("ADD")
            asm.push(TOP_LANE)
            asm.op("SHR", *["ADD"] * (start > 0))
