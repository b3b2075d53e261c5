"""Products that skip zeros: scheme A of docs/evm.md, where a row is an input.

Rows of a few inputs at a time come to memory, unless all these are zeros; two inputs
that are not both zero add their rows, times themselves, to words of thirty outputs.
"""

from dataclasses import dataclass, field, replace
from functools import partial

from converters.evm.errors import TooLargeForEvm
from converters.evm.numbers import (
    BIAS_SHIFT,
    HALF_WORD,
    INPUTS_A_FLUSH,
    LANE,
    LANES,
    WORD_BYTES,
    joined,
    packed,
    words_of,
)
from converters.evm.stages.product import Product
from converters.evm.store import MAX_CODE, OWN, Run, Store
from converters.evm.work import Work

PAIR_BYTES = 110
"""Of code, about: two inputs and one word."""

AT_ONCE = (16, 8, 4, 2)
SUMS = 3
"""Words of sums for a word of outputs: of all bytes, and of two of three masks."""

EVERY_OTHER = int.from_bytes(b"\0\xff" * 16)
LOW_BITS = int.from_bytes(b"\x7f" * WORD_BYTES)
TOP_BITS = int.from_bytes(b"\x80" * WORD_BYTES)


def can_skip(product: Product) -> bool:
    """Whether the product is of one row, as it lies."""
    windows = product.windows
    return product.alone and product.grid.row == 1 and windows.terms == windows.width


@dataclass(slots=True)
class Sparse:
    """A product whose source is mostly zeros; `inputs` are looked at together."""

    product: Product
    inputs: int = AT_ONCE[-1]
    _runs: list[Run] = field(default_factory=list)
    _rows: list[Run] = field(default_factory=list)

    @property
    def words(self) -> int:
        """Of thirty outputs."""
        return words_of(self.product.outputs)

    @property
    def blocks(self) -> int:
        return -(-self.product.windows.terms // self.inputs)

    @property
    def block_bytes(self) -> int:
        return self.inputs * self.words * WORD_BYTES

    @property
    def wide_bytes(self) -> int:
        """Of the wide sums; as many follow for biases and factors."""
        return LANES * self.words * WORD_BYTES

    def needs(self) -> dict[str, int]:
        registers = dict.fromkeys(
            ("chunk", "offset", "end", "count", "total"), WORD_BYTES
        )
        return registers | {
            "rows": self.block_bytes,
            "sums": SUMS * self.words * WORD_BYTES,
            "wide": 2 * self.wide_bytes,
        }

    def fitted(self, code: int) -> "Sparse":
        """With as many inputs together as so many bytes of code hold.

        TooLargeForEvm if a chunk does not hold the rows of two.
        """
        least = AT_ONCE[-1] * self.words * WORD_BYTES
        if least >= MAX_CODE:
            what = f"two rows of {self.product.outputs:,} weights"
            raise TooLargeForEvm(what, MAX_CODE - 1, least)
        good = [
            inputs
            for inputs in AT_ONCE
            if inputs * self.words * PAIR_BYTES <= 2 * code
            and inputs * self.words * WORD_BYTES < MAX_CODE
        ]
        inputs = (*good, AT_ONCE[-1])[0]
        return replace(self, inputs=inputs, _runs=[], _rows=[])

    def lay(self, store: Store) -> None:
        product, blocks = self.product, []
        for start in range(0, self.blocks * self.inputs, self.inputs):
            words: list[int] = []
            for number in range(start, start + self.inputs):
                if number < product.windows.terms:
                    words += packed(product.weights[:, number])
                else:
                    words += [0] * self.words
            blocks.append(joined(words))
        self._runs = store.add(blocks)
        parameters = [self._parameter(row) for row in range(product.outputs)]
        self._rows = store.add([joined([word]) for word in parameters])

    def _parameter(self, row: int) -> int:
        scale, factor = self.product.scale, 0
        if scale is not None and not scale.uniform:
            factor = scale.factors[row] & HALF_WORD
        return (int(self.product.bias[row]) << BIAS_SHIFT) + factor

    # Code.

    def emit(self, work: Work) -> None:
        asm = work.asm
        self._clear(work)
        work.copy_runs(self._rows, work.area("wide") + self.wide_bytes, WORD_BYTES)
        asm.push(self.product.source.address, "pix")
        over = asm.label()
        loop = asm.label([*asm.stack, "ret"])
        for run in self._runs:
            self._set(work, run)
            back = asm.label()
            asm.push_label(back)
            asm.named("ret")
            asm.jump(loop)
            asm.begin(back)
        asm.jump(over)
        asm.begin(loop)
        self._loop(work, self._runs[0].chunk)
        asm.begin(over)
        asm.op("POP")
        self._flush(work)
        self._results(work)

    def _clear(self, work: Work) -> None:
        """Memory may have been another's. Calldata ends where the input does, and
        beyond it are zeros; zeros stand behind the source, too."""
        asm = work.asm
        for name in ("sums", "wide", "count", "total"):
            asm.push(self.needs()[name])
            asm.op("CALLDATASIZE")
            asm.push(work.area(name))
            asm.op("CALLDATACOPY")
        asm.push(0)
        asm.store(self.product.source.address + self.product.windows.terms)

    def _set(self, work: Work, run: Run) -> None:
        """The registers of a run's loop."""
        asm = work.asm
        asm.push(run.offset)
        asm.store(work.area("offset"))
        source = self.product.source.address
        asm.push(source + (run.first + run.count) * self.inputs)
        asm.store(work.area("end"))
        if run.chunk != OWN:
            work.push_chunk(run.chunk)
            asm.store(work.area("chunk"))

    def _loop(self, work: Work, chunk: int) -> None:
        """Blocks of inputs up to the end that the register tells: stack pix, ret."""
        asm = work.asm
        asm.swap()
        again = asm.here()  # ret, pix
        asm.get("pix")
        asm.op("MLOAD")
        if self.inputs < WORD_BYTES:
            asm.push(8 * (WORD_BYTES - self.inputs))
            asm.op("SHR")
        asm.named("w")
        skip = asm.label()
        asm.dup()
        asm.op("ISZERO")
        asm.jump_if(skip)
        asm.load(work.area("offset"))
        work.copy_at(
            chunk,
            work.area("rows"),
            self.block_bytes,
            lambda: asm.load(work.area("chunk")),
        )
        self._count(work)
        for first in range(0, self.inputs, 2):
            self._pair(work, first)
        asm.put_label(skip)
        asm.op("POP")
        asm.push(self.inputs)
        asm.op("ADD")
        asm.named("pix")
        asm.load(work.area("offset"))
        asm.push(self.block_bytes)
        asm.op("ADD")
        asm.store(work.area("offset"))
        asm.load(work.area("end"))
        asm.get("pix")
        asm.op("LT")
        asm.jump_if(again)
        asm.swap()
        asm.op("JUMP")

    def _count(self, work: Work) -> None:
        """Adds up the inputs, and counts those that are not zero: lanes are flushed
        before they overflow."""
        asm = work.asm
        asm.push((1 << 16) - 1)
        asm.get("w")
        asm.push(EVERY_OTHER)
        asm.op("AND")
        asm.get("w")
        asm.push(8)
        asm.op("SHR")
        asm.push(EVERY_OTHER)
        asm.op("AND", "ADD", "MOD")
        asm.load(work.area("total"))
        asm.op("ADD")
        asm.store(work.area("total"))
        asm.push((1 << 8) - 1)
        asm.get("w")
        asm.push(LOW_BITS)
        asm.op("AND")
        asm.push(LOW_BITS)
        asm.op("ADD")
        asm.get("w")
        asm.op("OR")
        asm.push(TOP_BITS)
        asm.op("AND")
        asm.push(7)
        asm.op("SHR", "MOD")
        asm.dup()
        asm.load(work.area("count"))
        asm.op("ADD")  # new, count
        asm.push(INPUTS_A_FLUSH)
        asm.dup(1)
        asm.op("GT")
        full, good = asm.label(asm.stack[:-1]), asm.label(asm.stack[:-1])
        asm.jump_if(full)
        asm.jump(good)
        asm.begin(full)
        asm.op("POP")
        asm.dup()
        self._flush(work)
        asm.put_label(good)
        asm.store(work.area("count"))
        asm.op("POP")

    def _pair(self, work: Work, first: int) -> None:
        """Two inputs' rows, if one of the two is not zero."""
        asm, rows = work.asm, work.area("rows")
        nothing = asm.label()
        asm.dup()
        asm.push(((1 << 16) - 1) << 8 * (self.inputs - 2 - first))
        asm.op("AND", "ISZERO")
        asm.jump_if(nothing)
        for number in range(2):
            asm.get("w")
            asm.push(WORD_BYTES - self.inputs + first + number)
            asm.op("BYTE")
            asm.named(f"x{number}")
        for word in range(self.words):
            for number in range(2):
                row = (first + number) * self.words + word
                asm.load(rows + row * WORD_BYTES, f"w{number}")
            for kind in range(SUMS):
                self._add(work, word, kind)
            asm.op("POP", "POP")
        asm.op("POP", "POP")
        asm.put_label(nothing)

    def _add(self, work: Work, word: int, kind: int) -> None:
        """x0 w0 + x1 w1 to a word of sums: of all bytes, or of a mask's."""
        asm, at = work.asm, self._sums(work, word) + kind * WORD_BYTES
        for number in range(2):
            asm.get(f"w{number}")
            if kind:
                asm.get(f"M{kind - 1}")
                asm.op("AND")
            asm.get(f"x{number}")
            asm.op("MUL", *["ADD"] * number)
        asm.load(at)
        asm.op("ADD")
        asm.store(at)

    def _sums(self, work: Work, word: int) -> int:
        return work.area("sums") + SUMS * WORD_BYTES * word

    def _flush(self, work: Work) -> None:
        """Lanes to the wide sums, a word each; then they are zeros again."""
        asm = work.asm
        asm.push(work.area("wide"), "to")
        asm.push(self._sums(work, 0), "at")

        def word() -> None:
            for kind in range(1, SUMS):
                asm.get("at")
                asm.push(kind * WORD_BYTES)
                asm.op("ADD", "MLOAD")
                asm.named(f"a{kind - 1}")
            asm.get("a0")
            asm.get("a1")
            asm.op("ADD")
            asm.get("at")
            asm.op("MLOAD", "SUB")
            asm.named("a2")
            for lane in range(LANES):
                asm.get("to")
                asm.push(lane * WORD_BYTES)
                asm.op("ADD")
                asm.get(f"a{lane % 3}")
                asm.push(8 * lane)
                asm.op("SHR")
                asm.push(LANE)
                asm.op("AND")
                asm.dup(1)
                asm.op("MLOAD", "ADD")
                asm.swap()
                asm.op("MSTORE")
            asm.op("POP", "POP", "POP")
            for kind in range(SUMS):
                asm.push(0)
                asm.get("at")
                asm.push(kind * WORD_BYTES)
                asm.op("ADD", "MSTORE")
            asm.get("to")
            asm.push(LANES * WORD_BYTES)
            asm.op("ADD")
            asm.put("to")
            asm.push(SUMS * WORD_BYTES)
            asm.op("ADD")
            asm.named("at")

        end = self._sums(work, self.words)
        work.repeat("at", lambda: asm.push(end), word)
        asm.op("POP", "POP")

    def _results(self, work: Work) -> None:
        """All sums with their bias, requantized if the product's are."""
        asm, product = work.asm, self.product
        beyond = self.wide_bytes
        asm.load(work.area("total"))
        asm.push(product.offset)
        asm.op("MUL")
        asm.push(0)
        asm.op("SUB")
        asm.named("base0")
        asm.push(product.target.address, "q")
        asm.push(work.area("wide"), "at")

        def parameter(lane: int) -> None:
            asm.get("at")
            asm.push(beyond + lane * WORD_BYTES)
            asm.op("ADD", "MLOAD")

        def word() -> None:
            for lane in range(LANES):
                asm.get("at")
                asm.push(lane * WORD_BYTES)
                asm.op("ADD", "MLOAD")
                asm.get("base0")
                asm.op("ADD")
                product.finish(work, partial(parameter, lane))
                asm.get("q")
                asm.push(lane * product.unit)
                asm.op("ADD", "MSTORE" if product.scale is None else "MSTORE8")
            asm.get("q")
            asm.push(LANES * product.unit)
            asm.op("ADD")
            asm.put("q")
            asm.push(LANES * WORD_BYTES)
            asm.op("ADD")
            asm.named("at")

        end = work.area("wide") + self.wide_bytes
        work.repeat("at", lambda: asm.push(end), word)
        asm.op("POP", "POP", "POP")
