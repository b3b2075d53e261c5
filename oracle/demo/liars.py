"""The two liars of the story, as the minds of a worker and of a challenger."""

from random import Random

from challenge.lies import FalseChallenger, Liar, Lie, Scene
from challenge.trace import Trace
from oracle.honest import Honest
from oracle.node import Player
from oracle.record import Answered, Asked


class LyingWorker:
    """Answers every request with a lie of one kind, and stands by it."""

    def __init__(self, honest: Honest, lie: Lie, k: int, seed: int) -> None:
        self._honest, self._lie, self._k, self._seed = honest, lie, k, seed
        self._told: dict[int, Liar] = {}

    def can(self, asked: Asked) -> bool:
        return self._honest.can(asked)

    def told(self, asked: Asked) -> Liar:
        """What it says about the request, thought out when it is first asked."""
        request = asked.request.id
        if request not in self._told:
            scene = Scene(lambda: self._honest.fork(asked), self._k, self._seed)
            self._told[request] = self._lie.plant(scene)
        return self._told[request]

    def answer(self, asked: Asked) -> bytes:
        return self.told(asked).output

    def defender(self, answered: Answered) -> Player:
        return self.told(answered.asked)

    def trace(self, asked: Asked) -> Trace:
        """The run as it tells it."""
        return self.told(asked).trace

    def notice_reorg(self, asked: Asked) -> None:
        """A block with its move is gone: time to tell another story."""
        self._told[asked.request.id] = self.told(asked).after_reorg()


class LyingChallenger:
    """Challenges every claim that it sees, whatever the truth."""

    def __init__(
        self, honest: Honest, manner: FalseChallenger, belief: Lie, k: int, seed: int
    ) -> None:
        """`belief` is the lie in the trace that it takes for the truth."""
        self._honest, self._manner, self._belief = honest, manner, belief
        self._k, self._seed = k, seed
        self._player: Player | None = None
        self._trace: Trace | None = None

    def can(self, asked: Asked) -> bool:
        return self._honest.can(asked)

    def doubts(self, answered: Answered) -> bool:
        return True

    def attacker(self, answered: Answered) -> Player:
        if self._player is None:
            trace = self.trace(answered.asked)
            self._player = self._manner.make(trace, Random(self._seed))
        return self._player

    def trace(self, asked: Asked) -> Trace:
        """The run as it would have it."""
        if self._trace is None:
            scene = Scene(lambda: self._honest.fork(asked), self._k, self._seed)
            self._trace = self._belief.plant(scene).trace
        return self._trace
