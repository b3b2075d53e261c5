"""What an attack came to: the attackers' money, and what the honest lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`attacker_gain_wei` of all the attacker's accounts together, balances and stakes,
    gas included. `honest`: by how many gas units each honest account is poorer; below
    zero if it is richer."""

    attacker_gain_wei: int
    honest: Mapping[str, int]

    @property
    def worst_honest_loss_gas(self) -> int:
        return max(0, *self.honest.values())

    @property
    def attacker_ahead(self) -> bool:
        return self.attacker_gain_wei >= 0

    def __str__(self) -> str:
        gain = f"attacker {self.attacker_gain_wei / 10**18:+.6f} ether"
        lost = (f"{name} {-gas:+,} gas" for name, gas in self.honest.items())
        return "; ".join((gain, *lost))


Attack = Callable[[], Outcome]
"""Plays on a chain of its own, and is the same each time."""
