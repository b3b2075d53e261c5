"""What attacks come to: how many are played, and the worst that they do to the honest.

No peer's nodes were attacked beside ours.
"""

from collections.abc import Iterator

from oracle.bench.figure import Figure
from oracle.bench.griefing.attacks import ATTACKS


def figures() -> Iterator[Figure]:
    """Each attack's two sides, then all together."""
    outcomes = []
    for name, attack in ATTACKS.items():
        outcome = attack()
        outcomes.append(outcome)
        gain = outcome.attacker_gain_wei / 10**18
        yield Figure(f"{name}, attacker's gain", gain, "ether")
        for who, loss in outcome.honest.items():
            yield Figure(f"{name}, lost by the {who}", loss, "gas")
    worst = max(outcome.worst_honest_loss_gas for outcome in outcomes)
    ahead = sum(outcome.attacker_ahead for outcome in outcomes)
    yield Figure("griefing.attacks", len(outcomes), "attacks")
    yield Figure("griefing.worst_honest_loss_gas", worst, "gas")
    yield Figure("griefing.attackers_ahead", ahead, "attacks")
