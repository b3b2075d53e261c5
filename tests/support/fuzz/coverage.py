"""What cases have reached: the guide to which of them are worth changing further."""

from collections.abc import Hashable

from support.machine.twins import ACCESSES

from mips_vm import Machine
from mips_vm.constants import PROGRAM, REGIONS, WORD_BYTES, WORD_MASK
from mips_vm.isa.decode import Decoded, decode

Feature = Hashable


class Coverage:
    """Features seen so far, and those that the present case was first to show.

    A feature is an instruction after another one, each with what is special about it:
    a delay slot, a branch from slot to slot, the region and alignment of its access.
    """

    def __init__(self) -> None:
        self.seen: set[Feature] = set()
        self.fresh = 0
        self._before: Feature = None

    def begin(self) -> None:
        """A new case."""
        self.fresh, self._before = 0, None

    def watch(self, machine: Machine) -> None:
        """The machine is about to take a step."""
        feature = _feature(machine)
        both = self._before, feature
        if both not in self.seen:
            self.seen.add(both)
            self.fresh += 1
        self._before = feature


def _feature(machine: Machine) -> Feature:
    state = machine.state
    slot = state.next_pc != state.pc + WORD_BYTES & WORD_MASK
    if state.pc % WORD_BYTES or state.pc >= PROGRAM.end:
        return "no fetch", state.pc % WORD_BYTES, slot
    decoded = decode(machine.memory.load_word(state.pc))
    if decoded is None:
        return "no instruction", slot
    return decoded.instruction.mnemonic, slot, _place(machine, decoded)


def _place(machine: Machine, decoded: Decoded) -> Feature:
    """Region and alignment of an access."""
    if decoded.instruction.kind not in ACCESSES:
        return None
    address = machine.state.registers[decoded.rs] + decoded.immediate & WORD_MASK
    region = next(region for region in REGIONS if region.contains(address))
    return region.name, address % WORD_BYTES
