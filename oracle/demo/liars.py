"""The two liars of the story, as the minds of a worker and of a challenger."""

from random import Random

from challenge.lies import FalseChallenger, Liar, Lie, Scene
from challenge.trace import Trace
from oracle.honest import Honest
from oracle.node import Player
from oracle.record import Answered, Asked


class LyingWorker:
    """Answers with a lie of one kind, and stands by it."""

    def __init__(self, honest: Honest, lie: Lie, k: int, seed: int) -> None:
        self._honest, self._lie, self._k, self._seed = honest, lie, k, seed
        self._liar: Liar | None = None

    def can(self, asked: Asked) -> bool:
        return self._honest.can(asked)

    def answer(self, asked: Asked) -> bytes:
        if self._liar is None:
            scene = Scene(lambda: self._honest.fork(asked), self._k, self._seed)
            self._liar = self._lie.plant(scene)
        return self._liar.output

    @property
    def told(self) -> Liar:
        """The lie, once told."""
        assert self._liar is not None, "it has answered nothing yet"
        return self._liar

    def defender(self, answered: Answered) -> Player:
        return self.told

    def notice_reorg(self) -> None:
        """A block with its move is gone: time to tell another story."""
        self._liar = self.told.after_reorg()


class LyingChallenger:
    """Challenges every claim that it sees, whatever the truth."""

    def __init__(
        self, honest: Honest, manner: FalseChallenger, belief: Lie, k: int, seed: int
    ) -> None:
        """`belief` is the lie in the trace that it takes for the truth."""
        self._honest, self._manner, self._belief = honest, manner, belief
        self._k, self._seed = k, seed
        self._player: Player | None = None

    def can(self, asked: Asked) -> bool:
        return self._honest.can(asked)

    def doubts(self, answered: Answered) -> bool:
        return True

    def attacker(self, answered: Answered) -> Player:
        if self._player is None:
            trace = self._false_trace(answered.asked)
            self._player = self._manner.make(trace, Random(self._seed))
        return self._player

    def _false_trace(self, asked: Asked) -> Trace:
        scene = Scene(lambda: self._honest.fork(asked), self._k, self._seed)
        return self._belief.plant(scene).trace
