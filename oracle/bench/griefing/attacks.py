"""Every attack that is played, by name."""

from collections.abc import Mapping

from oracle.bench.griefing import leases, relapses, stakes
from oracle.bench.griefing.flood import Flood
from oracle.bench.griefing.in_step import InStep
from oracle.bench.griefing.outcome import Attack

ATTACKS: Mapping[str, Attack] = {
    **leases.ATTACKS,
    **stakes.ATTACKS,
    **relapses.ATTACKS,
    "true claims before a lie": Flood(),
    "challengers in step": InStep(3),
    "challengers in step, each holding before its last move": InStep(3, holding=True),
}
