"""The memory of one call: where every tensor and every scratch area lies, and when.

A room has a life, from one stage to another, both included; rooms that live at the same
time must not overlap. The plan is made by tinynn's rule, and then checked by another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tinynn.builder.placement import Lifetime, place
from tinynn.image.image import ARENA_DATA

WORD_BYTES = 32


@dataclass(slots=True, eq=False)
class Room:
    """So many bytes; `address` once the plan is made."""

    name: str
    size: int
    born: int
    dies: int
    address: int = -1

    @property
    def end(self) -> int:
        return self.address + self.size


def plan(rooms: Sequence[Room]) -> int:
    """Gives all rooms their addresses; the bytes that are used."""
    lives = [Lifetime(room.size, room.born, room.dies) for room in rooms]
    for room, address in zip(rooms, place(lives), strict=True):
        room.address = address - ARENA_DATA
    check(rooms)
    return max((room.end for room in rooms), default=0)


def check(rooms: Sequence[Room]) -> None:
    """INVARIANT: no two rooms that live at once share a byte: one by one, by stage."""
    for stage in range(max((room.dies for room in rooms), default=-1) + 1):
        alive = [room for room in rooms if room.born <= stage <= room.dies]
        alive.sort(key=lambda room: room.address)
        for lower, upper in zip(alive, alive[1:], strict=False):
            assert lower.address >= 0, lower
            assert lower.end <= upper.address, (stage, lower, upper)
