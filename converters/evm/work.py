"""A net's code under construction, and what its stages share.

Below everything the stack holds the three masks. Loops that sweep over positions have
`q`, where the next result goes, and `pix`, where the next window begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from converters.evm.assembler import Assembler, Label
from converters.evm.numbers import BELOW_HALF, HALF_WORD, LANES, MASKS, SHIFT, Scale
from converters.evm.rooms import Room
from converters.evm.store import OWN, Run, Store

BASE = tuple(f"M{g}" for g in reversed(range(len(MASKS))))
MOST_BYTE = 255


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes of a room from `offset` on."""

    room: Room
    offset: int = 0

    @property
    def address(self) -> int:
        return self.room.address + self.offset


class Stage(Protocol):
    """One thing that a net does; rooms live from its making on."""

    def needs(self) -> dict[str, int]:
        """Scratch areas by name, in bytes."""

    def lay(self, store: Store) -> None:
        """Puts its constants into the store."""

    def emit(self, work: "Work") -> None:
        """Its code; the stack is as before afterwards."""


@dataclass(slots=True)
class Work:
    """`chunks` are the addresses of the store's chunks."""

    asm: Assembler
    chunks: Sequence[bytes]
    areas: dict[str, Room] = field(default_factory=dict)
    data: Label | None = None

    def area(self, name: str) -> int:
        """Address of the current stage's scratch area."""
        return self.areas[name].address

    def copy(self, chunk: int, offset: int, target: int, size: int) -> None:
        """Constants to memory."""
        self.asm.push(offset)
        self.copy_at(chunk, target, size, lambda: self.push_chunk(chunk))

    def copy_at(
        self, chunk: int, target: int, size: int, address: Callable[[], None]
    ) -> None:
        """The same from the offset on top, of the chunk whose address is pushed."""
        asm = self.asm
        asm.push(size)
        asm.swap()
        if chunk == OWN:
            assert self.data is not None
            asm.push_label(self.data)
            asm.op("ADD")
            asm.push(target)
            asm.op("CODECOPY")
        else:
            asm.push(target)
            address()
            asm.op("EXTCODECOPY")

    def push_chunk(self, chunk: int) -> None:
        """A chunk's address."""
        self.asm.push(int.from_bytes(self.chunks[chunk], "big"))

    def copy_runs(self, runs: Sequence[Run], target: int, block: int) -> None:
        """All blocks of so many bytes, to memory, one behind the other."""
        for run in runs:
            start = target + run.first * block
            self.copy(run.chunk, run.offset, start, run.count * block)

    def repeat(
        self, name: str, limit: Callable[[], None], body: Callable[[], None]
    ) -> None:
        """Runs the body until the word `name` is not below what `limit` pushes."""
        asm = self.asm
        again = asm.here()
        body()
        limit()
        asm.get(name)
        asm.op("LT")
        asm.jump_if(again)

    def sweep(
        self,
        positions: tuple[int, int],
        steps: tuple[int, int],
        lands: tuple[int, int],
        body: Callable[[], None],
    ) -> None:
        """Rows and columns of positions, from `q` and `pix`, which it moves on.

        `steps` are those of pix from one row to the next and within it; `lands` are
        those of q. It needs the areas "line" and "plane".
        """
        asm, (rows, columns), (down, right) = self.asm, positions, steps
        below, across = lands

        def limit(area: str, size: int) -> Callable[[], None]:
            if rows == columns == 1:
                return lambda: None
            address = self.area(area)
            asm.get("q")
            asm.push(size)
            asm.op("ADD")
            asm.store(address)
            return lambda: asm.load(address)

        def move(name: str, step: int) -> None:
            if step:
                asm.push(step)
                asm.op("ADD")
                asm.named(name)

        def one() -> None:
            body()
            assert asm.stack[-1] == "pix", asm.stack
            move("pix", right)
            asm.swap()
            move("q", across)
            asm.swap()

        def row() -> None:
            if columns == 1:
                one()
            else:
                self.repeat("q", limit("line", columns * across), one)
            move("pix", down - columns * right)
            if below != columns * across:
                asm.swap()
                move("q", below - columns * across)
                asm.swap()

        if rows == 1:
            row()
        else:
            self.repeat("q", limit("plane", rows * below), row)

    # What several stages do with a number on top.

    def greater(self) -> None:
        """The greater of two signed words."""
        asm = self.asm
        asm.dup(0)
        asm.swap(2)  # v v m
        asm.dup(1)
        asm.dup(1)
        asm.op("SGT")  # v v m c
        asm.swap(2)  # v c m v
        asm.swap(1)
        asm.op("SUB", "MUL", "ADD")

    def requantized(self, scale: Scale, factor: Callable[[], None]) -> None:
        """int32 to a byte in the low bits: what is above them is to be cut off.

        `factor` pushes it. The clamp's upper end sets all bits: MSTORE8 takes eight.
        """
        asm = self.asm
        factor()
        asm.op("MUL")
        asm.dup()
        asm.push(SHIFT)
        asm.op("SAR")
        asm.push(1)
        asm.op("AND", "ADD")
        asm.push(BELOW_HALF)
        asm.op("ADD")
        asm.push(SHIFT)
        asm.op("SAR")
        if scale.zero:
            asm.push(scale.zero)
            asm.op("ADD")
        asm.dup()
        asm.push(0)
        asm.op("SLT", "MUL")
        asm.dup()
        asm.push(MOST_BYTE)
        asm.op("LT")
        asm.push(0)
        asm.op("SUB", "OR")

    def low_half(self, signed: bool) -> None:
        """The factor in the low half of a word."""
        if signed:
            self.asm.push(15)
            self.asm.op("SIGNEXTEND")
        else:
            self.asm.push(HALF_WORD)
            self.asm.op("AND")


def lanes_mask(terms: int) -> int:
    """Bytes of a word's thirty that hold the first so many of them."""
    return (1 << 8 * LANES) - (1 << 8 * (LANES - terms))


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
