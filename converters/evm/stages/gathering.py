"""Windows of a source as words: thirty terms each, under three masks."""

from dataclasses import dataclass

from converters.evm.numbers import LANE, LANES, WORD_BYTES, words_of
from converters.evm.stages.windows import Windows
from converters.evm.work import Place, Work


@dataclass(frozen=True, slots=True)
class Gathering:
    """The words X of all taps' windows, in the area "x"; `offset` is the weights'."""

    source: Place
    windows: Windows
    offset: int

    @property
    def words(self) -> int:
        return words_of(self.windows.terms)

    @property
    def size(self) -> int:
        """Bytes of the area."""
        return 3 * WORD_BYTES * self.words * len(self.windows.taps)

    def at(self, work: Work, tap: int) -> int:
        """Where the words of a tap's window are."""
        return work.area("x") + 3 * WORD_BYTES * self.words * tap

    def emit(self, work: Work, pointer: str = "") -> None:
        """The words of all taps' windows, and what the offset adds to each.

        The first begins at the source, or at the pointer on the stack.
        """
        for tap, offset in enumerate(self.windows.taps):
            for index, pieces in enumerate(self.windows.words()):
                self._gather(work, pointer, offset, pieces)
                self._split(work, self.at(work, tap) + 3 * WORD_BYTES * index)
                if self.offset and index:
                    work.asm.op("ADD")
            if self.offset:
                self._base(work, tap)

    def _base(self, work: Work, tap: int) -> None:
        """From sums in lanes, of all words."""
        asm = work.asm
        asm.push(LANE)
        asm.swap()
        asm.op("MOD")
        asm.push(self.offset)
        asm.op("MUL")
        asm.push(0)
        asm.op("SUB")
        asm.named(f"base{tap}")

    def forget(self, work: Work) -> None:
        """What the offset adds is taken off the stack."""
        if self.offset:
            work.asm.op(*["POP"] * len(self.windows.taps))

    def _gather(
        self, work: Work, pointer: str, start: int, pieces: list[tuple[int, int]]
    ) -> None:
        """Thirty terms from their pieces: big-endian, the first one the top byte."""
        asm, room = work.asm, LANES
        for number, (offset, length) in enumerate(pieces):
            room -= length
            if pointer:
                asm.get(pointer)
                asm.push(start + offset)
                asm.op("ADD", "MLOAD")
            else:
                asm.load(self.source.address + start + offset)
            asm.push(8 * (WORD_BYTES - length))
            asm.op("SHR")
            if room:
                asm.push(8 * room)
                asm.op("SHL")
            if number:
                asm.op("OR")

    def _split(self, work: Work, at: int) -> None:
        """Thirty terms to the three words at `at`; their sums in lanes, if needed."""
        asm = work.asm
        asm.dup()
        asm.get("M0")
        asm.op("AND")  # v x2
        asm.dup()
        asm.store(at + 2 * WORD_BYTES)
        asm.dup(1)
        asm.get("M1")
        asm.op("AND")  # v x2 x1
        asm.dup(1)
        asm.dup(1)
        asm.op("SUB")
        asm.store(at + WORD_BYTES)
        asm.push(8)
        asm.op("SHR")
        asm.dup(1)
        asm.op("ADD")  # v x2 sums
        asm.swap(2)
        asm.get("M2")
        asm.op("AND")  # sums x2 x0
        asm.swap()
        asm.dup(1)
        asm.op("SUB")
        asm.store(at)
        asm.push(16)
        asm.op("SHR", "ADD")
        if not self.offset:
            asm.op("POP")
