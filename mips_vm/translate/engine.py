"""Runs a machine in native code, and by reference wherever that can't.

Native code is entered at heads of chunks (`flow.py`) and hands back what it does not
do: the last steps before a stop, system calls, faults, unusual control flow. So the
reference interpreter stays the only place where those are defined.

A run may begin anywhere: a game stops machines at steps that it happens to ask about.
Nothing is translated there, but further on, where a chunk begins that others come to as
well. So what is translated is bounded by the program, however many the stops.
"""

import ctypes
import mmap
import threading
from collections import OrderedDict
from functools import cache
from typing import Any, Final

import numpy as np

from mips_vm.compiled import native
from mips_vm.constants import (
    ENTRY_POINT,
    PROGRAM,
    REGISTER_COUNT,
    WORD_BYTES,
    Status,
)
from mips_vm.isa.decode import decode
from mips_vm.isa.instructions import Kind
from mips_vm.state import State
from mips_vm.step import step
from mips_vm.storage.memory import HEADER_BYTES, Memory
from mips_vm.translate import unit
from mips_vm.translate.flow import LINKS, Words, translatable
from mips_vm.translate.instruments import ALL, NONE, Instruments
from mips_vm.translate.layout import HANDED_OVER_WORD, MAX_DEPTH, PC_WORD, TABLE_WORD
from mips_vm.translate.registers import COUNT, HI, LO

UNLIMITED: Final = 1 << 62
"""Steps, if nobody limits them."""

SLICE: Final = 1 << 29
"""Steps of one call of native code: Python sees to signals in between."""

PATIENCE: Final = 1 << 14
"""Steps by reference, to where a call or a loop leads or native code is known, before
code is translated from where it is."""

MAX_TRANSLATED: Final = 1 << 18
"""Instructions of a program that are translated: beyond, hostile code runs by reference
instead of filling memory."""

PROGRAMS_KEPT: Final = 16

_MAP_NORESERVE: Final = 0x4000


class Translation:
    """What is translated of one program: a table from its words to native code."""

    def __init__(self, words: Words, root: bytes, instruments: Instruments) -> None:
        """`words` are the program's, up to where only zeros are left."""
        self._root = root
        self._instruments = instruments
        self._tried: set[int] = set()
        self._wanted: set[int] = set()
        self._units: list[unit.Unit] = []
        self._size = 0
        count = PROGRAM.size // WORD_BYTES + 1
        kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
        self.table = np.frombuffer(mmap.mmap(-1, count * 8, flags=kind), np.uint64)
        """Host address for each word of the program, or 0; costs nothing where 0."""
        used = np.flatnonzero(words)
        self.code_end = int(used[-1] + 1) * WORD_BYTES if len(used) else 0
        """Only zeros, which are nops, from here to the end of the program region."""

    def knows(self, pc: int) -> bool:
        """Whether native code can be entered at `pc`."""
        return bool(self.table[pc // WORD_BYTES])

    def translate(self, words: Words, pc: int) -> bool:
        """Adds native code for `pc`, if it can be had, and says whether."""
        if self._size >= MAX_TRANSLATED or pc in self._tried:
            return False
        self._tried.add(pc)
        if not translatable(words, pc):
            return False
        known = _Known(self.table)
        found = unit.obtain(
            words, self._root, pc, known, self._wanted, self._instruments
        )
        self._units.append(found)
        self._wanted |= found.exits
        self._size += max(found.size, 1)
        for entry, address in found.entries.items():
            if not self.table[entry // WORD_BYTES]:
                self.table[entry // WORD_BYTES] = address
        return self.knows(pc)


class _Known:
    """Addresses that a table has native code for, as a container."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __contains__(self, address: object) -> bool:
        assert isinstance(address, int)
        return address < PROGRAM.end and bool(self._table[address // WORD_BYTES])


_translations: OrderedDict[tuple[bytes, Instruments], Translation] = OrderedDict()
_translations_lock = threading.Lock()


def _translation(memory: Memory, words: Words, instruments: Instruments) -> Translation:
    """That of the program in memory, which machines with equal programs share."""
    root = memory.program_root()
    key = root, instruments
    with _translations_lock:
        found = _translations.get(key)
        if found is None:
            end = memory.extent(PROGRAM) // WORD_BYTES
            found = Translation(words[:end], root, instruments)
            _translations[key] = found
            if len(_translations) > PROGRAMS_KEPT:
                _translations.popitem(last=False)
        _translations.move_to_end(key)
    return found


def run(state: State, memory: Memory, max_steps: int | None = None) -> int:
    """Executes until yield, halt, fault, or exactly `max_steps`; steps executed."""
    steps = UNLIMITED if max_steps is None else max_steps
    return _Run(state, memory, ALL).run(steps)


def run_bare(state: State, memory: Memory) -> None:
    """Executes until yield, halt or fault without instruments, to tell their cost.

    Memory's flags don't say afterwards what was written: that is for the caller.
    """
    _Run(state, memory, NONE).run(UNLIMITED)


class _Run:
    """One run of one machine, whose program does not change meanwhile."""

    def __init__(self, state: State, memory: Memory, instruments: Instruments) -> None:
        self.state = state
        self.memory = memory
        self.words = memory.array[: PROGRAM.end].view(np.uint32)
        self.translation = _translation(memory, self.words, instruments)
        self.left = 0
        self.handed_over = False
        self.arrived = state.pc == ENTRY_POINT
        """Whether pc was come to as any run would: a chunk may begin here."""

    def run(self, steps: int) -> int:
        """As `run` of this module."""
        self.left = steps
        while self.left and self.state.status is Status.RUNNING:
            if self.handed_over or not self._ready() or not self._native():
                self._by_reference()
        return steps - self.left

    def _ready(self) -> bool:
        """Whether native code may start here, now or after translating."""
        pc = self.state.pc
        if not self._straight() or self._skip_nops():
            return False
        if self.translation.knows(pc):
            return True
        return self.arrived and self.translation.translate(self.words, pc)

    def _straight(self) -> bool:
        """Whether pc is a word of the program, and no delay slot is pending."""
        pc = self.state.pc
        inside = pc % WORD_BYTES == 0 and pc < PROGRAM.end
        return inside and self.state.next_pc == pc + WORD_BYTES

    def _native(self) -> bool:
        """Runs native code, and says whether it came further."""
        header, state = self.memory.header, self.state
        header[:REGISTER_COUNT] = state.registers
        header[LO], header[HI] = state.lo, state.hi
        header[PC_WORD], header[PC_WORD + 1] = state.pc, state.next_pc
        table = self.translation.table.ctypes.data
        header[TABLE_WORD : TABLE_WORD + 2].view(np.uint64)[0] = table
        header[HANDED_OVER_WORD] = 0
        granted = min(self.left, SLICE)
        left = _dispatch()(self.memory.address, granted)
        if left == granted:
            return False
        values = header[: PC_WORD + 2].tolist()
        state.registers[:] = values[:REGISTER_COUNT]
        state.lo, state.hi, state.pc, state.next_pc = values[LO : COUNT + 2]
        self.left -= granted - left
        self.handed_over = bool(header[HANDED_OVER_WORD])
        self.arrived = not self.handed_over
        return True

    def _by_reference(self) -> None:
        """Steps to the next place where native code exists or should.

        That is a head, or where a call or a branch back leads; other code gets some
        patience.
        """
        self.handed_over = False
        for _ in range(PATIENCE):
            self._skip_nops()
            slot = self.state.pc
            jumping = self.state.next_pc != slot + WORD_BYTES
            if not self.left or self.state.status is not Status.RUNNING:
                return
            step(self.state, self.memory)
            self.left -= 1
            if not self._straight():
                continue
            self.arrived = jumping and self._begins(slot)
            if self.arrived or self.translation.knows(self.state.pc):
                return
        self.arrived = True

    def _begins(self, slot: int) -> bool:
        """Whether pc, where the jump before the delay slot leads, begins a function or
        closes a loop."""
        decoded = decode(int(self.words[slot // WORD_BYTES - 1]))
        kind = decoded.instruction.kind if decoded else Kind.NOTHING
        back = self.state.pc <= slot and kind is not Kind.JUMP_REGISTER
        return back or kind in LINKS

    def _skip_nops(self) -> bool:
        """Passes at once over the zeros behind the program's last word."""
        state = self.state
        if not self._straight() or state.pc < self.translation.code_end:
            return False
        count = min(self.left, (PROGRAM.end - state.pc) // WORD_BYTES)
        state.pc += count * WORD_BYTES
        state.next_pc = state.pc + WORD_BYTES
        self.left -= count
        return count > 0


@cache
def _dispatch() -> Any:
    """The native loop: enters the chunk that `pc` asks for until there is none.

    i64 dispatch(ptr memory, i64 left) -> steps left; it stops as well when a chunk
    makes no step.
    """
    library = native.load_ir(_DISPATCH_IR)
    return library.function("dispatch", ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)


_DISPATCH_IR: Final = f"""
define i64 @dispatch(ptr %memory, i64 %steps) nounwind {{
entry:
  %pcs.at = getelementptr i8, ptr %memory, i64 {PC_WORD * 4 - HEADER_BYTES}
  %table.at = getelementptr i8, ptr %memory, i64 {TABLE_WORD * 4 - HEADER_BYTES}
  %table = load ptr, ptr %table.at
  br label %loop
loop:
  %left = phi i64 [ %steps, %entry ], [ %after, %entered ]
  %pcs = load i64, ptr %pcs.at
  %pc = trunc i64 %pcs to i32
  %wide = lshr i64 %pcs, 32
  %next = trunc i64 %wide to i32
  %following = add i32 %pc, {WORD_BYTES}
  %straight = icmp eq i32 %next, %following
  %word = call i32 @llvm.fshr.i32(i32 %pc, i32 %pc, i32 2)
  %inside = icmp ult i32 %word, {PROGRAM.size // WORD_BYTES}
  %fine = and i1 %straight, %inside
  br i1 %fine, label %look, label %done
look:
  %index = zext i32 %word to i64
  %at = getelementptr ptr, ptr %table, i64 %index
  %chunk = load ptr, ptr %at
  %missing = icmp eq ptr %chunk, null
  br i1 %missing, label %done, label %entered
entered:
  %after = call i64 %chunk(ptr %memory, i32 %pc, i64 %left, i32 {MAX_DEPTH})
  %moved = icmp ne i64 %after, %left
  br i1 %moved, label %loop, label %done
done:
  %result = phi i64 [ %left, %loop ], [ %left, %look ], [ %after, %entered ]
  ret i64 %result
}}
declare i32 @llvm.fshr.i32(i32, i32, i32)
"""
