"""One step of the machine, in plain Python: the definition of truth.

Written to be checked line by line against docs/machine.md and the manual. Every kind
of instruction is one function, its phases always in the order FETCH, DECODE, OPERATE,
WRITE BACK, NEXT PC. A fault is raised before anything is written, so it changes
nothing but the status. `translate/` is the fast second implementation.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from mips_vm.constants import (
    PROGRAM,
    WORD_BYTES,
    WORD_MASK,
    WRITABLE_BASE,
    WRITABLE_END,
    Status,
)
from mips_vm.isa import operations, syscalls
from mips_vm.isa.decode import Decoded, Kind, decode
from mips_vm.isa.operations import GuestFault
from mips_vm.state import State
from mips_vm.storage.memory import Memory

Operation = Callable[..., Any]
Execute = Callable[[State, Memory, Decoded, Operation], None]

RA: Final = 31
"""The register that linking branches and jal write."""

JUMP_REGION: Final = 0xF000_0000
"""The bits of pc + 4 that j and jal keep."""

# Looked up once: every step needs them.
_RUNNING: Final = Status.RUNNING
_PROGRAM_END: Final = PROGRAM.end


def step(state: State, memory: Memory) -> None:
    """Take one step. Total: every state has exactly one post-state."""
    if state.status is not _RUNNING:
        return
    try:
        # FETCH
        pc = state.pc
        if pc % WORD_BYTES or pc >= _PROGRAM_END:
            raise GuestFault
        word = memory.load_word(pc)
        # DECODE
        execute, decoded, operation = _bind(word)
        # OPERATE, WRITE BACK, NEXT PC
        execute(state, memory, decoded, operation)
    except GuestFault:
        state.status = Status.FAULTED


def run(state: State, memory: Memory, max_steps: int | None = None) -> int:
    """Step until the status is not running, or `max_steps` are done; steps taken."""
    steps = 0
    while state.status is _RUNNING and steps != max_steps:
        step(state, memory)
        steps += 1
    return steps


# Next pc.


def _advance(state: State) -> None:
    state.pc = state.next_pc
    state.next_pc = state.next_pc + WORD_BYTES & WORD_MASK


def _jump(state: State, target: int) -> None:
    state.pc = state.next_pc
    state.next_pc = target


def _skip_slot(state: State) -> None:
    state.pc = state.next_pc + WORD_BYTES & WORD_MASK
    state.next_pc = state.next_pc + 2 * WORD_BYTES & WORD_MASK


def _return_address(state: State) -> int:
    return state.pc + 2 * WORD_BYTES & WORD_MASK


# Registers.


def _write(state: State, register: int, value: int) -> None:
    if register:
        state.registers[register] = value


def _compute(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    registers = state.registers
    dest, left, right = d.registers
    # OPERATE: the right operand is a register or an immediate; the other one is zero.
    result = operation(registers[left], registers[right] + d.immediate)
    # WRITE BACK
    if dest:
        registers[dest] = int(result)
    # NEXT PC
    state.pc = state.next_pc
    state.next_pc = state.next_pc + WORD_BYTES & WORD_MASK


def _unary(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    dest, source, _ = d.registers
    # OPERATE
    result = operation(state.registers[source])
    # WRITE BACK
    _write(state, dest, result)
    # NEXT PC
    _advance(state)


def _select(state: State, memory: Memory, d: Decoded, condition: Operation) -> None:
    # OPERATE
    moved = condition(state.registers[d.rt], 0)
    # WRITE BACK
    if moved:
        _write(state, d.rd, state.registers[d.rs])
    # NEXT PC
    _advance(state)


def _field(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    registers = state.registers
    # OPERATE
    result = operation(registers[d.rs], registers[d.rt], d.sa, d.rd)
    # WRITE BACK
    _write(state, d.rt, result)
    # NEXT PC
    _advance(state)


# hi and lo.


def _multiply(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    registers = state.registers
    # OPERATE
    pair = operation(state.hi << 32 | state.lo, registers[d.rs], registers[d.rt])
    # WRITE BACK
    state.hi, state.lo = pair >> 32, pair & WORD_MASK
    # NEXT PC
    _advance(state)


def _move_from(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # OPERATE
    value = getattr(state, d.instruction.operation)
    # WRITE BACK
    _write(state, d.rd, value)
    # NEXT PC
    _advance(state)


def _move_to(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # OPERATE
    value = state.registers[d.rs]
    # WRITE BACK
    setattr(state, d.instruction.operation, value)
    # NEXT PC
    _advance(state)


# Branches and jumps. A target is relative to the branch's own pc, a condition is read
# before the link is written, and the link is written whether or not it is taken.


def _branch(state: State, memory: Memory, d: Decoded, condition: Operation) -> None:
    registers = state.registers
    left, right, _ = d.registers
    # OPERATE
    taken = condition(registers[left], registers[right])
    target = state.pc + WORD_BYTES + d.immediate & WORD_MASK
    # NEXT PC
    state.pc = state.next_pc
    state.next_pc = target if taken else state.next_pc + WORD_BYTES & WORD_MASK


def _branch_likely(
    state: State, memory: Memory, d: Decoded, condition: Operation
) -> None:
    left, right, _ = d.registers
    # OPERATE
    taken = condition(state.registers[left], state.registers[right])
    target = state.pc + WORD_BYTES + d.immediate & WORD_MASK
    # NEXT PC
    if taken:
        _jump(state, target)
    else:
        _skip_slot(state)


def _branch_link(
    state: State, memory: Memory, d: Decoded, condition: Operation
) -> None:
    link = _return_address(state)
    _branch(state, memory, d, condition)
    # WRITE BACK
    _write(state, RA, link)


def _branch_link_likely(
    state: State, memory: Memory, d: Decoded, condition: Operation
) -> None:
    link = _return_address(state)
    _branch_likely(state, memory, d, condition)
    # WRITE BACK
    _write(state, RA, link)


def _jump_region(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # OPERATE
    target = state.pc + WORD_BYTES & JUMP_REGION | d.immediate
    # NEXT PC
    _jump(state, target)


def _jump_region_link(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # OPERATE
    target = state.pc + WORD_BYTES & JUMP_REGION | d.immediate
    # WRITE BACK
    _write(state, RA, _return_address(state))
    # NEXT PC
    _jump(state, target)


def _jump_register(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # NEXT PC
    _jump(state, state.registers[d.rs])


def _jump_register_link(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # OPERATE: rd may be rs, so the target is read first.
    target = state.registers[d.rs]
    # WRITE BACK
    _write(state, d.rd, _return_address(state))
    # NEXT PC
    _jump(state, target)


# Memory. Sub-word accesses work on the aligned word that holds the address.


def effective_address(state: State, d: Decoded) -> int:
    """Where a load or store accesses memory; GuestFault if it may not."""
    address = state.registers[d.rs] + d.immediate & WORD_MASK
    if address % d.instruction.alignment:
        raise GuestFault
    if d.instruction.kind is Kind.STORE and not (
        WRITABLE_BASE <= address < WRITABLE_END
    ):
        raise GuestFault
    return address


def _load(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    registers = state.registers
    address = effective_address(state, d)
    byte = address % WORD_BYTES
    # OPERATE: memory is read even if the result goes to r0.
    result = operation(memory.load_word(address - byte), byte, registers[d.rt])
    # WRITE BACK
    _write(state, d.rt, result)
    # NEXT PC
    _advance(state)


def _store(state: State, memory: Memory, d: Decoded, operation: Operation) -> None:
    address = effective_address(state, d)
    byte = address % WORD_BYTES
    aligned = address - byte
    # OPERATE
    result = operation(memory.load_word(aligned), byte, state.registers[d.rt])
    # WRITE BACK
    memory.store_word(aligned, result)
    # NEXT PC
    _advance(state)


# Traps and the system.


def _trap(state: State, memory: Memory, d: Decoded, condition: Operation) -> None:
    left, right, _ = d.registers
    # OPERATE
    if condition(state.registers[left], state.registers[right] + d.immediate):
        raise GuestFault
    # NEXT PC
    _advance(state)


def _syscall(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    syscalls.call(state, memory)


def _break(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    raise GuestFault


def _nothing(state: State, memory: Memory, d: Decoded, _: Operation) -> None:
    # NEXT PC
    _advance(state)


EXECUTE: Final[dict[Kind, Execute]] = {
    Kind.COMPUTE: _compute,
    Kind.UNARY: _unary,
    Kind.SELECT: _select,
    Kind.FIELD: _field,
    Kind.MULTIPLY: _multiply,
    Kind.MOVE_FROM: _move_from,
    Kind.MOVE_TO: _move_to,
    Kind.BRANCH: _branch,
    Kind.BRANCH_LIKELY: _branch_likely,
    Kind.BRANCH_LINK: _branch_link,
    Kind.BRANCH_LINK_LIKELY: _branch_link_likely,
    Kind.JUMP: _jump_region,
    Kind.JUMP_LINK: _jump_region_link,
    Kind.JUMP_REGISTER: _jump_register,
    Kind.JUMP_REGISTER_LINK: _jump_register_link,
    Kind.LOAD: _load,
    Kind.STORE: _store,
    Kind.TRAP: _trap,
    Kind.SYSCALL: _syscall,
    Kind.BREAK: _break,
    Kind.NOTHING: _nothing,
}


# A program's few words run often.
@lru_cache(maxsize=1 << 16)
def _bind(word: int) -> tuple[Execute, Decoded, Operation]:
    """How to execute `word`; GuestFault if no row of the table matches it."""
    decoded = decode(word)
    if decoded is None:
        raise GuestFault
    instruction = decoded.instruction
    operation = getattr(operations, instruction.operation, None) or _no_operation
    return EXECUTE[instruction.kind], decoded, operation


def _no_operation() -> None:
    """Stands in where the kind alone says what happens."""
