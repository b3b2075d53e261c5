"""The two system calls. Both reboot, so that a boundary is a function of memory alone.

Wiping here, not in the guest, means that no hygiene of the guest is trusted: whatever
it leaves in registers, stack or (at the end) arena, the state that a contract derives
from declared memory is the state that the machine is in.
"""

from typing import Final

from mips_vm.constants import ARENA, STACK, SYSCALL_HALT, SYSCALL_YIELD, Region, Status
from mips_vm.isa.operations import GuestFault
from mips_vm.state import State
from mips_vm.storage.memory import Memory

V0: Final = 2
"""The register that holds the system call's number."""

EFFECTS: Final[dict[int, tuple[Status, tuple[Region, ...]]]] = {
    SYSCALL_YIELD: (Status.YIELDED, (STACK,)),
    SYSCALL_HALT: (Status.HALTED, (STACK, ARENA)),
}
"""Number -> the status that it ends in and the regions that it wipes."""


def call(state: State, memory: Memory) -> None:
    """Reboot as the number in $v0 says; GuestFault if it is not one of ours."""
    effect = EFFECTS.get(state.registers[V0])
    if effect is None:
        raise GuestFault
    status, wiped = effect
    for region in wiped:
        memory.clear(region)
    state.reboot(status)
