"""How long a dispute takes and what it costs, on the embedded chain.

The demo's story is told without its words: two requests end in a dispute each, one
brought by an honest challenger, one by a liar. Seconds are those of all its players and
of the chain. No peer's game installs beside us: opML's two minutes are what its own
documentation says of MNIST, Optimism's game is that of its contracts at full depth.
"""

from collections.abc import Iterator

from oracle.bench.figure import Figure
from oracle.demo.outcome import Outcome
from oracle.demo.story import Story, script
from oracle.demo.teller import Mute
from tinynn import models

OPML = "opML's dispute on a local chain"
OPML_SECONDS = 120
OPTIMISM = "Optimism's FaultDisputeGame"
OPTIMISM_MOVES, OPTIMISM_MOVE_GAS = 73, 150_000


def told() -> Outcome:
    """The story, once, with a lie that takes as many rounds as any."""
    return Story(script(models.path("mnist"), 0, "weight-read"), Mute()).tell()


def figures() -> Iterator[Figure]:
    """The dearer dispute, from challenge to resolution; both; then the whole story."""
    Story(script(models.path("mnist"), 1, None), Mute()).tell()  # warms up
    outcome = told()
    transactions = max(verdict.transactions for verdict in outcome.disputes)
    gas = max(verdict.gas for verdict in outcome.disputes)
    seconds = max(verdict.seconds for verdict in outcome.disputes)
    unit, peer_gas = "transactions", OPTIMISM_MOVES * OPTIMISM_MOVE_GAS
    yield Figure("game.transactions", transactions, unit, OPTIMISM, OPTIMISM_MOVES)
    yield Figure("game.gas", gas, "gas", OPTIMISM, peer_gas)
    yield Figure("game.seconds", seconds, "s", OPML, OPML_SECONDS)
    for verdict in outcome.disputes:
        name = f"dispute won by the {verdict.winner}"
        yield Figure(f"{name}, time", verdict.seconds, "s")
        yield Figure(f"{name}, transactions", verdict.transactions, unit)
        yield Figure(f"{name}, gas", verdict.gas, "gas")
    yield Figure("whole demo, warm", outcome.seconds["total"], "s")
