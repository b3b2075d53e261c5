"""Liars as a library: for the tests, and for `plumb demo --lie KIND`.

A lie is planted in a run and gives a `Liar`, a worker with a false answer and a trace
to defend it with. A false challenger attacks an answer that is right.
"""

from challenge.lies.challengers import FALSE_CHALLENGERS, FalseChallenger, Player
from challenge.lies.kinds import LIES, Lie, lie_named
from challenge.lies.liar import Liar
from challenge.lies.scene import Scene

__all__ = [
    "FALSE_CHALLENGERS",
    "LIES",
    "FalseChallenger",
    "Liar",
    "Lie",
    "Player",
    "Scene",
    "lie_named",
]
