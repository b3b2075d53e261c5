"""The greatest byte of each window."""

from dataclasses import dataclass

from converters.evm.numbers import WORD_BYTES
from converters.evm.store import Store
from converters.evm.work import Place, Work


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
            work.sweep(self.positions, steps, (columns, 1), lambda: self._window(work))
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
