"""How long a dispute takes and what it costs, on the embedded chain.

The demo's story is told without its words: two requests end in a dispute each, one
brought by an honest challenger, one by a liar. Seconds are those of all its players and
of the chain; what others need is in their papers, but none of them installs beside us.
"""

from collections.abc import Iterator

from oracle.bench.figure import Figure
from oracle.demo.outcome import Outcome
from oracle.demo.story import Story, script
from oracle.demo.teller import Mute
from tinynn import models

PEER = "opML's dispute on a local chain"


def told() -> Outcome:
    """The story, once, with a lie that takes as many rounds as any."""
    return Story(script(models.path("mnist"), 0, "weight-read"), Mute()).tell()


def figures() -> Iterator[Figure]:
    """For each dispute, challenge to resolution; then the whole story."""
    Story(script(models.path("mnist"), 1, None), Mute()).tell()  # warms up
    outcome = told()
    for verdict in outcome.disputes:
        name = f"dispute won by the {verdict.winner}"
        yield Figure(f"{name}, time", verdict.seconds, "s", PEER)
        yield Figure(f"{name}, transactions", verdict.transactions, "transactions")
        yield Figure(f"{name}, gas", verdict.gas, "gas")
    yield Figure("whole demo, warm", outcome.seconds["total"], "s")
