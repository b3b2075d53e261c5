"""The register file as translated code sees it, and who reads and writes what."""

from typing import Final

from mips_vm.constants import REGISTER_COUNT
from mips_vm.isa.decode import Decoded
from mips_vm.isa.instructions import Kind

LO: Final = REGISTER_COUNT
HI: Final = REGISTER_COUNT + 1
RA: Final = 31
COUNT: Final = REGISTER_COUNT + 2

SPECIAL: Final = {"lo": LO, "hi": HI}

ACCUMULATE: Final = frozenset({"madd", "maddu", "msub", "msubu"})
"""Products that are added to hi:lo, not put there."""

_DEST_FIRST: Final = frozenset({Kind.COMPUTE, Kind.UNARY, Kind.JUMP_REGISTER_LINK})
_SOURCES_ONLY: Final = frozenset(
    {
        Kind.BRANCH,
        Kind.BRANCH_LIKELY,
        Kind.BRANCH_LINK,
        Kind.BRANCH_LINK_LIKELY,
        Kind.JUMP_REGISTER,
        Kind.TRAP,
    }
)
_LINK_TO_RA: Final = frozenset(
    {Kind.BRANCH_LINK, Kind.BRANCH_LINK_LIKELY, Kind.JUMP_LINK}
)


def reads(decoded: Decoded) -> frozenset[int]:
    """Registers whose value the instruction needs; r0 is none."""
    kind, operation = decoded.instruction.kind, decoded.instruction.operation
    found: set[int] = set()
    if kind in _DEST_FIRST:
        found.update(decoded.registers[1:])
    elif kind in _SOURCES_ONLY:
        found.update(decoded.registers)
    elif kind is Kind.SELECT:
        found.update((decoded.rs, decoded.rt, decoded.rd))
    elif kind in (Kind.FIELD, Kind.LOAD, Kind.STORE):
        found.update((decoded.rs, decoded.rt))
    elif kind is Kind.MULTIPLY:
        found.update((decoded.rs, decoded.rt))
        if operation in ACCUMULATE:
            found.update((LO, HI))
    elif kind is Kind.MOVE_FROM:
        found.add(SPECIAL[operation])
    elif kind is Kind.MOVE_TO:
        found.add(decoded.rs)
    return frozenset(found - {0})


def writes(decoded: Decoded) -> frozenset[int]:
    """Registers that the instruction may change; r0 is none."""
    kind, operation = decoded.instruction.kind, decoded.instruction.operation
    found: set[int] = set()
    if kind in _DEST_FIRST:
        found.add(decoded.registers[0])
    elif kind in _LINK_TO_RA:
        found.add(RA)
    elif kind in (Kind.SELECT, Kind.MOVE_FROM):
        found.add(decoded.rd)
    elif kind in (Kind.FIELD, Kind.LOAD):
        found.add(decoded.rt)
    elif kind is Kind.MULTIPLY:
        found.update((LO, HI))
    elif kind is Kind.MOVE_TO:
        found.add(SPECIAL[operation])
    return frozenset(found - {0})
