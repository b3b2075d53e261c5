"""Every attack that is played, by name."""

from collections.abc import Mapping

from oracle.bench.griefing import leases, stakes
from oracle.bench.griefing.outcome import Attack

ATTACKS: Mapping[str, Attack] = {**leases.ATTACKS, **stakes.ATTACKS}
