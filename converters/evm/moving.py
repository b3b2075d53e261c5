"""Stages that move bytes, choose among them, or look them up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from converters.evm.numbers import WORD_BYTES, Scale, joined
from converters.evm.store import Run, Store
from converters.evm.work import Place, Work

INT32_BYTES = 4
UNROLLED = 16
TABLE = 256
POSITION = (1 << 32) - 1


def divisor(count: int, most: int) -> int:
    """The largest of `count` that is not above `most`."""
    return max(d for d in range(1, most + 1) if count % d == 0)


@dataclass(slots=True)
class Pad:
    """Planes with a border of one byte all around."""

    source: Place
    target: Place
    planes: int
    height: int
    width: int
    top: int
    left: int
    bottom: int
    right: int
    fill: int

    @property
    def padded(self) -> tuple[int, int]:
        """Rows and columns of a plane with its border."""
        return (
            self.height + self.top + self.bottom,
            self.width + self.left + self.right,
        )

    @property
    def size(self) -> int:
        """Bytes of the target, and those that filling it word by word may reach."""
        high, wide = self.padded
        return self.planes * high * wide + WORD_BYTES

    def needs(self) -> dict[str, int]:
        return {"line": WORD_BYTES, "plane": WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        """Memory may have been another's, so that zeros are written, too."""
        asm, (high, wide) = work.asm, self.padded
        start, count = self.target.address, -(-self.planes * high * wide // WORD_BYTES)
        asm.push(start, "q")
        asm.push(int.from_bytes(bytes([self.fill]) * WORD_BYTES), "fill")
        end = start + count * WORD_BYTES

        def one() -> None:
            asm.dup()
            asm.get("q")
            asm.op("MSTORE")
            asm.swap()
            asm.push(WORD_BYTES)
            asm.op("ADD")
            asm.named("q")
            asm.swap()

        work.repeat("q", lambda: asm.push(end), one)
        asm.op("POP", "POP")
        asm.push(start + self.top * wide + self.left, "q")
        asm.push(self.source.address, "pix")

        def row() -> None:
            asm.push(self.width)
            asm.get("pix")
            asm.get("q")
            asm.op("MCOPY")

        # Whole planes: q jumps over what lies between two planes' rows.
        self._planes(work, row, high * wide, wide)
        asm.op("POP", "POP")

    def _planes(
        self, work: Work, row: Callable[[], None], plane: int, wide: int
    ) -> None:
        asm = work.asm

        def one() -> None:
            work.sweep((self.height, 1), (self.width, self.width), wide, row)
            asm.swap()
            asm.push(plane - self.height * wide)
            asm.op("ADD")
            asm.named("q")
            asm.swap()

        if self.planes == 1:
            one()
            return
        end = self.source.address + self.planes * self.height * self.width
        work.repeat("pix", lambda: asm.push(end), one)


@dataclass(slots=True)
class MaxPool:
    """The greatest byte of each window; all windows lie inside the planes."""

    source: Place
    target: Place
    planes: int
    height: int
    width: int
    window: tuple[int, int]
    dilations: tuple[int, int]
    strides: tuple[int, int]
    positions: tuple[int, int]

    def needs(self) -> dict[str, int]:
        return {"line": WORD_BYTES, "plane": WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm = work.asm
        rows, columns = self.positions
        steps = (self.strides[0] * self.width, self.strides[1])
        asm.push(self.target.address, "q")
        asm.push(self.source.address, "pix")

        def plane() -> None:
            work.sweep(self.positions, steps, 1, lambda: self._window(work))
            asm.push(self.height * self.width - rows * steps[0])
            asm.op("ADD")
            asm.named("pix")

        if self.planes == 1:
            plane()
        else:
            end = self.target.address + self.planes * rows * columns
            work.repeat("q", lambda: asm.push(end), plane)
        asm.op("POP", "POP")

    def _window(self, work: Work) -> None:
        """Words of each row, of which the taps are taken."""
        asm, first = work.asm, True
        for start, taps in self.words():
            asm.get("pix")
            asm.push(start)
            asm.op("ADD", "MLOAD")
            if not first:
                asm.swap()
            for tap in taps:
                asm.dup(0 if first else 1)
                asm.push(tap)
                asm.op("BYTE")
                if not first:
                    work.greater()
                first = False
            asm.swap()
            asm.op("POP")
        asm.get("q")
        asm.op("MSTORE8")

    def words(self) -> list[tuple[int, list[int]]]:
        """Where words begin, and which of their bytes are taps."""
        found: list[tuple[int, list[int]]] = []
        for row in range(self.window[0]):
            start = row * self.dilations[0] * self.width
            taps = [column * self.dilations[1] for column in range(self.window[1])]
            for begin in range(0, taps[-1] + 1, WORD_BYTES):
                held = [tap - begin for tap in taps if 0 <= tap - begin < WORD_BYTES]
                if held:
                    found.append((start + begin, held))
        return found


@dataclass(slots=True)
class Lookup:
    """Each byte's entry in a table of 256."""

    source: Place
    target: Place
    count: int
    table: bytes
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        return {"table": TABLE + WORD_BYTES}

    def lay(self, store: Store) -> None:
        self._runs = store.add([self.table])

    def emit(self, work: Work) -> None:
        asm, table = work.asm, work.area("table")
        work.copy_runs(self._runs, table, TABLE)
        asm.push(self.target.address, "q")
        asm.push(self.source.address, "pix")
        many = divisor(self.count, UNROLLED)

        def some() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            for index in range(many):
                asm.dup()
                asm.push(index)
                asm.op("BYTE")
                asm.push(table)
                asm.op("ADD", "MLOAD")
                asm.push(0)
                asm.op("BYTE")
                asm.get("q")
                asm.push(index)
                asm.op("ADD", "MSTORE8")
            asm.op("POP")

        sweep_row(work, self.target.address + self.count, (many, many), some)


def sweep_row(
    work: Work, end: int, steps: tuple[int, int], body: Callable[[], None]
) -> None:
    """The body until q reaches `end`; steps are of q and pix. Both are taken off."""
    asm = work.asm

    def one() -> None:
        body()
        for name, step in zip(("pix", "q"), (steps[1], steps[0]), strict=True):
            asm.push(step)
            asm.op("ADD")
            asm.named(name)
            asm.swap()

    work.repeat("q", lambda: asm.push(end), one)
    asm.op("POP", "POP")


@dataclass(slots=True)
class AddConstant:
    """int32 words and as many constants, modulo 2^32."""

    source: Place
    target: Place
    constants: Sequence[int]
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        return {"constants": WORD_BYTES * len(self.constants)}

    def lay(self, store: Store) -> None:
        self._runs = store.add([joined([c]) for c in self.constants])

    def emit(self, work: Work) -> None:
        asm, held = work.asm, work.area("constants")
        work.copy_runs(self._runs, held, WORD_BYTES)
        start, count = self.target.address, len(self.constants)
        asm.push(start, "q")
        asm.push(self.source.address, "pix")

        def one() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            asm.get("q")
            asm.push(held - start)
            asm.op("ADD", "MLOAD", "ADD")
            asm.push(3)
            asm.op("SIGNEXTEND")
            asm.get("q")
            asm.op("MSTORE")

        end = start + count * WORD_BYTES
        sweep_row(work, end, (WORD_BYTES, WORD_BYTES), one)


@dataclass(slots=True)
class Requantize:
    """int32 words to bytes: a factor for all, or one for every `inner` in turn."""

    source: Place
    target: Place
    count: int
    inner: int
    scale: Scale
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        registers = dict.fromkeys(("at", "factor", "end"), WORD_BYTES)
        return registers | {"factors": WORD_BYTES * len(self.scale.factors)}

    def lay(self, store: Store) -> None:
        if not self.scale.uniform:
            self._runs = store.add([joined([f]) for f in self.scale.factors])

    def emit(self, work: Work) -> None:
        asm, end = work.asm, self.target.address + self.count
        asm.push(self.source.address, "pix")
        asm.push(self.target.address, "q")
        if self.scale.uniform:
            factor = self.scale.factors[0]
            self._row(work, lambda: asm.push(end), lambda: asm.push(factor))
        else:
            work.copy_runs(self._runs, work.area("factors"), WORD_BYTES)
            work.repeat("q", lambda: asm.push(end), lambda: self._channels(work))
        asm.op("POP", "POP")

    def _channels(self, work: Work) -> None:
        """Each factor in turn, for `inner` numbers."""
        asm, at = work.asm, work.area("at")
        first = work.area("factors")
        asm.push(first)
        asm.store(at)
        again = asm.here()
        asm.load(at)
        asm.op("MLOAD")
        asm.store(work.area("factor"))
        asm.get("q")
        asm.push(self.inner)
        asm.op("ADD")
        asm.store(work.area("end"))
        self._row(
            work,
            lambda: asm.load(work.area("end")),
            lambda: asm.load(work.area("factor")),
        )
        asm.load(at)
        asm.push(WORD_BYTES)
        asm.op("ADD")
        asm.store(at)
        asm.push(first + WORD_BYTES * len(self.scale.factors))
        asm.load(at)
        asm.op("LT")
        asm.jump_if(again)

    def _row(
        self, work: Work, limit: Callable[[], None], factor: Callable[[], None]
    ) -> None:
        asm = work.asm

        def element() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            work.requantized(self.scale, factor)
            asm.get("q")
            asm.op("MSTORE8")
            for name, step in (("pix", WORD_BYTES), ("q", 1)):
                asm.get(name)
                asm.push(step)
                asm.op("ADD")
                asm.put(name)

        work.repeat("q", limit, element)


@dataclass(slots=True)
class Argmax:
    """Where the greatest, or the least, of int32 words lies along an axis: the first.

    A key is the number and, below it, how far its place is from the end.
    """

    source: Place
    target: Place
    outer: int
    length: int
    inner: int
    least: bool

    def needs(self) -> dict[str, int]:
        return {"line": WORD_BYTES, "plane": WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm, step = work.asm, self.inner * WORD_BYTES
        asm.push(self.target.address, "q")
        asm.push(self.source.address, "pix")
        steps = (self.length * step, WORD_BYTES)
        work.sweep(
            (self.outer, self.inner), steps, WORD_BYTES, lambda: self._one(work, step)
        )
        asm.op("POP", "POP")

    def _one(self, work: Work, step: int) -> None:
        asm = work.asm

        def key() -> None:
            """Of the place `at`, whose number from the end is `left`."""
            asm.get("at")
            asm.op("MLOAD")
            if self.least:
                asm.push(0)
                asm.op("SUB")
            asm.push(32)
            asm.op("SHL")
            asm.get("left")
            asm.op("OR")

        asm.get("pix")
        asm.named("at")
        asm.push(POSITION, "left")
        key()
        asm.named("best")

        def next_one() -> None:
            asm.get("at")
            asm.push(step)
            asm.op("ADD")
            asm.put("at")
            asm.push(1)
            asm.get("left")
            asm.op("SUB")
            asm.put("left")
            key()
            work.greater()
            asm.named("best")

        if self.length > 1:
            self._rest(work, next_one)
        asm.push(POSITION)
        asm.op("AND")
        asm.push(POSITION)
        asm.op("SUB")
        asm.get("q")
        asm.op("MSTORE")
        asm.op("POP", "POP")

    def _rest(self, work: Work, next_one: Callable[[], None]) -> None:
        """All but the first: until `left` has gone down by as many."""
        asm = work.asm
        again = asm.here()
        next_one()
        asm.push(POSITION - self.length + 1)
        asm.get("left")
        asm.op("GT")
        asm.jump_if(again)


@dataclass(slots=True)
class Part:
    """A piece of the output: bytes as they are, or words as int32, least byte first."""

    source: Place
    count: int
    whole: bool


@dataclass(slots=True)
class Output:
    """The parts, end to end, as what the call returns."""

    parts: Sequence[Part]

    @property
    def size(self) -> int:
        return sum(
            part.count * (INT32_BYTES if part.whole else 1) for part in self.parts
        )

    def needs(self) -> dict[str, int]:
        return {"output": self.size + WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm, at = work.asm, work.area("output")
        for part in self.parts:
            if part.whole:
                self._words(work, part, at)
                at += part.count * INT32_BYTES
            elif len(self.parts) > 1:
                asm.push(part.count)
                asm.push(part.source.address)
                asm.push(at)
                asm.op("MCOPY")
                at += part.count
        alone = len(self.parts) == 1 and not self.parts[0].whole
        asm.push(self.size)
        asm.push(self.parts[0].source.address if alone else work.area("output"))
        asm.op("RETURN")

    def _words(self, work: Work, part: Part, at: int) -> None:
        """Four bytes turned round are written at once, and what is behind them is
        written over by the next."""
        asm = work.asm
        asm.push(at, "q")
        asm.push(part.source.address, "pix")

        def one() -> None:
            asm.push(0)
            for byte in range(INT32_BYTES):
                asm.get("pix")
                asm.op("MLOAD")
                asm.push(WORD_BYTES - 1 - byte)
                asm.op("BYTE")
                asm.push(8 * (WORD_BYTES - 1 - byte))
                asm.op("SHL", "OR")
            asm.get("q")
            asm.op("MSTORE")

        end = at + part.count * INT32_BYTES
        sweep_row(work, end, (INT32_BYTES, WORD_BYTES), one)
