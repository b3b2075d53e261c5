"""The machine whose steps a contract can check: MIPS32r2, integer, little-endian.

`Machine` is the way in. docs/machine.md defines what a step does,
docs/state-encoding.md the bytes that are hashed.
"""

from mips_vm import sources  # noqa: F401  before all else: see there
from mips_vm.constants import Region, Status
from mips_vm.errors import MachineError
from mips_vm.machine import Machine, Snapshot
from mips_vm.state import State
from mips_vm.witness import Witness

__all__ = [
    "Machine",
    "MachineError",
    "Region",
    "Snapshot",
    "State",
    "Status",
    "Witness",
]
