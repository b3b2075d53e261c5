"""Control flow of guest code: chunks of blocks, the unit of translation.

A chunk is what one native function translates: the code that branches reach from one
address, calls excluded, up to a size. It is entered at its *heads*: its first address,
the return points of its calls, and one block of every loop. So no path through the
chunk is long without a head, and the steps that are left need be checked only there.
"""

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mips_vm.constants import PROGRAM, WORD_BYTES, WORD_MASK
from mips_vm.isa.decode import Decoded, decode
from mips_vm.isa.instructions import Kind
from mips_vm.step import JUMP_REGION
from mips_vm.translate.registers import RA, writes

Words = NDArray[np.uint32]

MAX_CHUNK: Final = 1024
"""Instructions of a chunk, about: compile time grows faster than a function's size."""

MAX_OVERLAP: Final = 128
"""Instructions of a chunk, about, before it ends where another can be entered. So the
arms of a switch, each a way into the rest of its function, do not all translate that;
but an interpreter's arms have its loop's head each, and go on without leaving."""

NOP_RUN: Final = 64
"""So many zero words are not code, but memory that nobody filled."""

_LIKELY: Final = frozenset({Kind.BRANCH_LIKELY, Kind.BRANCH_LINK_LIKELY})
_CONDITIONAL: Final = _LIKELY | {Kind.BRANCH, Kind.BRANCH_LINK}
_DIRECT: Final = frozenset({Kind.JUMP, Kind.JUMP_LINK})
_INDIRECT: Final = frozenset({Kind.JUMP_REGISTER, Kind.JUMP_REGISTER_LINK})
_TRANSFERS: Final = _CONDITIONAL | _DIRECT | _INDIRECT
_LINKS_RA: Final = frozenset(
    {Kind.BRANCH_LINK, Kind.BRANCH_LINK_LIKELY, Kind.JUMP_LINK}
)
LINKS: Final = _LINKS_RA | {Kind.JUMP_REGISTER_LINK}
"""Calls: their targets begin functions."""

_REFERENCE_ONLY: Final = frozenset({Kind.SYSCALL, Kind.BREAK})


@dataclass(frozen=True, slots=True)
class Transfer:
    """A branch or jump with the instruction in its delay slot."""

    address: int
    decoded: Decoded
    slot: Decoded

    @property
    def kind(self) -> Kind:
        """The branch's kind."""
        return self.decoded.instruction.kind

    @property
    def conditional(self) -> bool:
        """Whether it may fall through."""
        return self.kind in _CONDITIONAL

    @property
    def likely(self) -> bool:
        """Whether the slot is skipped when it falls through."""
        return self.kind in _LIKELY

    @property
    def link(self) -> int | None:
        """The register that takes the return address, if any."""
        if self.kind is Kind.JUMP_REGISTER_LINK:
            return self.decoded.rd
        return RA if self.kind in _LINKS_RA else None

    @property
    def target(self) -> int | None:
        """Where it goes if it is taken; None if a register says."""
        following = self.address + WORD_BYTES
        if self.kind in _INDIRECT:
            return None
        if self.kind in _DIRECT:
            return following & JUMP_REGION | self.decoded.immediate
        return following + self.decoded.immediate & WORD_MASK

    @property
    def after(self) -> int:
        """The address behind the delay slot: where a call returns to."""
        return self.address + 2 * WORD_BYTES


@dataclass(frozen=True, slots=True)
class Block:
    """Instructions that run in sequence, and the transfer that ends them, if one does.

    Without a transfer, control goes on at `end`; where the block is `stuck`, only the
    reference interpreter can say how.
    """

    start: int
    body: tuple[Decoded, ...]
    transfer: Transfer | None = None
    stuck: bool = False

    @property
    def end(self) -> int:
        """The address behind the body: that of the transfer, if there is one."""
        return self.start + WORD_BYTES * len(self.body)

    @property
    def steps(self) -> int:
        """Instructions executed, the delay slot included."""
        return len(self.body) + (2 if self.transfer else 0)

    @property
    def calls(self) -> bool:
        """Whether it ends in a call; a return point follows then."""
        return self.transfer is not None and self.transfer.link is not None

    @property
    def slot_index(self) -> int:
        """Of the delay slot among the instructions."""
        return len(self.body) + 1

    def addresses(self) -> range:
        """Addresses of the body and of the transfer, not of its slot."""
        return range(self.start, self.end + (WORD_BYTES if self.transfer else 0), 4)

    def instructions(self) -> Iterator[Decoded]:
        """In program order."""
        yield from self.body
        if self.transfer:
            yield self.transfer.decoded
            yield self.transfer.slot

    def leaders(self) -> Iterator[int]:
        """Where blocks begin that this one leads to, a callee excepted."""
        transfer = self.transfer
        if transfer is None:
            if not self.stuck:
                yield self.end
            return
        if transfer.conditional or self.calls:
            yield transfer.after
        if transfer.target is not None and not self.calls:
            yield transfer.target

    def successors(self) -> Iterator[int]:
        """Blocks that follow directly: a return point only if no call is made."""
        if not self.calls:
            yield from self.leaders()
        elif self.transfer and self.transfer.conditional:
            yield self.transfer.after


@dataclass(frozen=True)
class Chunk:
    """Blocks by address; the first one is at `entry`, `wanted` are ways in besides."""

    entry: int
    blocks: Mapping[int, Block]
    wanted: frozenset[int] = frozenset()

    @cached_property
    def size(self) -> int:
        """Instructions in all blocks."""
        return sum(block.steps for block in self.blocks.values())

    @cached_property
    def callees(self) -> tuple[int, ...]:
        """Addresses that it calls by name, ascending."""
        calls = (block.transfer for block in self.blocks.values() if block.calls)
        targets = {call.target for call in calls if call and call.target is not None}
        return tuple(sorted(targets))

    @cached_property
    def heads(self) -> frozenset[int]:
        """Blocks where the chunk can be entered and where steps are checked."""
        returns = {
            block.transfer.after
            for block in self.blocks.values()
            if block.transfer and block.calls
        }
        loops, _ = self._depth_first(frozenset())
        ways_in = loops | returns | self.wanted | {self.entry}
        return frozenset(ways_in & self.blocks.keys())

    @cached_property
    def exits(self) -> frozenset[int]:
        """Addresses of the program that it branches to, or goes on at, outside."""
        leaders = {to for block in self.blocks.values() for to in block.leaders()}
        return frozenset(to for to in leaders - self.blocks.keys() if to < PROGRAM.end)

    @cached_property
    def reach(self) -> Mapping[int, int]:
        """For each block the most steps from its start to the next head or way out."""
        reach: dict[int, int] = {}
        _, order = self._depth_first(self.heads)
        for start in order:
            onward = (reach[s] for s in self.inner(start) if s not in self.heads)
            reach[start] = self.blocks[start].steps + max(onward, default=0)
        return reach

    @cached_property
    def dirty(self) -> Mapping[int, frozenset[int]]:
        """For each block the registers that, at its start, may differ from memory."""
        dirty = dict.fromkeys(self.blocks, frozenset[int]())
        pending = set(self.blocks)
        while pending:
            start = pending.pop()
            block = self.blocks[start]
            written = (writes(decoded) for decoded in block.instructions())
            after = dirty[start].union(*written)
            for successor in self.inner(start):
                if not after <= dirty[successor]:
                    dirty[successor] |= after
                    pending.add(successor)
        return dirty

    def inner(self, start: int) -> Iterator[int]:
        """Blocks of this chunk that directly follow the one at `start`."""
        return (s for s in self.blocks[start].successors() if s in self.blocks)

    def _depth_first(self, cut: Container[int]) -> tuple[set[int], list[int]]:
        """Blocks that close a cycle, and all in postorder; no edge into `cut` is taken.

        Every cycle has an edge back to a block that the search has not left yet.
        """
        closing: set[int] = set()
        order: list[int] = []
        state: dict[int, bool] = {}  # False while the search is inside, then True
        for root in self.blocks:
            stack: list[tuple[int, Iterator[int]]] = []
            if root not in state:
                stack.append((root, iter(())))
            while stack:
                start, successors = stack[-1]
                if start not in state:
                    state[start] = False
                    successors = iter([s for s in self.inner(start) if s not in cut])
                    stack[-1] = start, successors
                following = next(successors, None)
                if following is None:
                    state[start] = True
                    order.append(start)
                    stack.pop()
                elif following not in state:
                    stack.append((following, iter(())))
                elif not state[following]:
                    closing.add(following)
        return closing, order


def translatable(words: Words, pc: int) -> bool:
    """Whether native code can execute the instruction at `pc`."""
    return _read(words, pc, ()).steps > 0


def discover(
    words: Words,
    entry: int,
    known: Container[int] = (),
    wanted: Iterable[int] = (),
    limit: int = MAX_CHUNK,
) -> Chunk:
    """The chunk that begins at `entry`, an aligned address of the program.

    `known` are addresses where other chunks can be entered, `wanted` some that they
    leave to: where this one has them, it can be entered there.
    """
    leaders, reached = {entry}, set[int]()
    pending = deque([entry])
    while pending and len(reached) < limit:
        start = pending.popleft()  # the nearest: what is left out lies further on
        if start in reached or len(reached) >= MAX_OVERLAP and start in known:
            continue
        block = _read(words, start, reached)
        reached.update(block.addresses())
        fresh = [leader for leader in block.leaders() if leader not in leaders]
        leaders.update(fresh)
        pending += fresh
    ways_in = reached.intersection(wanted)
    starts = sorted(leaders & (reached | {entry}) | ways_in)
    stops = frozenset(starts)
    blocks = {start: _read(words, start, stops) for start in starts}
    return Chunk(entry, blocks, frozenset(ways_in))


def _read(words: Words, start: int, stops: Container[int]) -> Block:
    """The block at `start`, up to a transfer, an address in `stops`, or an obstacle."""
    body: list[Decoded] = []
    for address in range(start, start + WORD_BYTES * MAX_CHUNK, WORD_BYTES):
        if body and address in stops:
            break
        decoded = _decode(words, address)
        if decoded is None or _unfilled(words, address):
            return Block(start, tuple(body), stuck=True)
        if decoded.instruction.kind in _TRANSFERS:
            slot = _decode(words, address + WORD_BYTES)
            if slot is None or slot.instruction.kind in _TRANSFERS:
                return Block(start, tuple(body), stuck=True)
            return Block(start, tuple(body), Transfer(address, decoded, slot))
        body.append(decoded)
    return Block(start, tuple(body))


def _decode(words: Words, address: int) -> Decoded | None:
    """The instruction at `address`, or None if translated code can't execute it."""
    if not 0 <= address < PROGRAM.end:
        return None
    decoded = decode(int(words[address // WORD_BYTES]))
    if decoded is None or decoded.instruction.kind in _REFERENCE_ONLY:
        return None
    return decoded


def _unfilled(words: Words, address: int) -> bool:
    """Whether a run of zeros begins here: translating nops might never end."""
    index = address // WORD_BYTES
    return not words[index] and not words[index : index + NOP_RUN].any()
