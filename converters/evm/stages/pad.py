"""Planes with a border."""

from collections.abc import Callable
from dataclasses import dataclass

from converters.evm.numbers import WORD_BYTES
from converters.evm.store import Store
from converters.evm.work import Place, Work


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
            work.sweep((self.height, 1), (self.width, self.width), (wide, wide), row)
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
