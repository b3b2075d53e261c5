"""What translated code does besides the guest's work, and what it can do without."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Instruments:
    """Steps are counted, so that a run stops where it was told to; pages that are
    written are marked, so that hashing, snapshots and wipes cost what was written."""

    steps: bool = True
    pages: bool = True


ALL: Final = Instruments()
NONE: Final = Instruments(steps=False, pages=False)
"""For measuring what they cost. Guest loops have no end then but their own."""
