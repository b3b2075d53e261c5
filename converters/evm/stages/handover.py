"""What one part of a net leaves to the next: tensors end to end, as they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from converters.evm.numbers import WORD_BYTES
from converters.evm.rooms import Room
from converters.evm.store import Store
from converters.evm.work import Work


@dataclass(slots=True)
class Handover:
    """Rooms, and how many bytes of each are needed later."""

    rooms: Sequence[tuple[Room, int]]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.rooms)

    def needs(self) -> dict[str, int]:
        return {"state": self.size + WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm, at = work.asm, work.area("state")
        for room, size in self.rooms:
            asm.push(size)
            asm.push(room.address)
            asm.push(at)
            asm.op("MCOPY")
            at += size
        asm.push(self.size)
        asm.push(work.area("state"))
        asm.op("RETURN")
