"""Data that a net reads: chunks of code on the chain, or the end of its own code.

A chunk begins with 0x00, so that nobody runs it and EIP-3541 takes it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

MAX_CODE: Final = 24_576
"""Bytes of a contract, EIP-170."""

OWN: Final = -1
"""In the place of a chunk's number: the net's own code."""


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks [first, first + count) that lie one behind the other, at `offset`."""

    chunk: int
    offset: int
    first: int
    count: int


@dataclass(slots=True)
class Store:
    """Data in the order in which it came; `own` puts it all behind the code."""

    own: bool
    chunks: list[bytearray] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def add(self, blocks: Sequence[bytes]) -> list[Run]:
        """Blocks, none of them cut by a chunk's end."""
        if self.own:
            run = Run(OWN, len(self.data), 0, len(blocks))
            self.data += b"".join(blocks)
            return [run]
        return list(self._spread(blocks))

    def _spread(self, blocks: Sequence[bytes]) -> Iterator[Run]:
        done = 0
        while done < len(blocks):
            size = len(blocks[done])
            assert size < MAX_CODE, "callers bound their blocks"
            if not self.chunks or len(self.chunks[-1]) + size > MAX_CODE:
                self.chunks.append(bytearray(1))
            chunk = self.chunks[-1]
            count = min((MAX_CODE - len(chunk)) // size, len(blocks) - done)
            run = Run(len(self.chunks) - 1, len(chunk), done, count)
            chunk += b"".join(blocks[done : done + count])
            yield run
            done += count
