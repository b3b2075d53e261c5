"""The two liars of the story, as the strategies of a worker and of a challenger."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Final

from challenge.claim import Work
from challenge.lies import LIES, FalseChallenger, Liar, Lie, Scene, instructions, places
from challenge.precedence import Run
from challenge.trace import Trace
from mips_vm import Machine
from mips_vm.constants import IO_HEADER_BYTES, OUTPUT, WORD_BYTES
from oracle.node.actions import Player
from oracle.node.honest import Honest
from oracle.record.record import Answered, Asked

DIGITS: Final = 10
DIGIT_ADDRESS: Final = OUTPUT.base + IO_HEADER_BYTES + DIGITS * WORD_BYTES
"""Behind the probabilities."""


def another_digit(scene: Scene, machine: Machine) -> int:
    """The digit that was stored is another."""
    decoded = places.instruction(machine)
    assert decoded is not None
    at = places.address(machine, decoded)
    machine.step()
    digit = machine.memory.load_word(at)
    machine.memory.store_word(at, (digit + scene.rng.randrange(1, DIGITS)) % DIGITS)
    return 1


DIGIT_LIE = Lie(
    "digit",
    "a store writes another digit into the answer",
    partial(
        instructions.at_instruction,
        find=places.find_last,
        wanted=places.stores_to(DIGIT_ADDRESS, DIGIT_ADDRESS + WORD_BYTES),
        change=another_digit,
    ),
)

WORKER_LIES: dict[str, Lie] = {DIGIT_LIE.name: DIGIT_LIE} | LIES
"""The library's, and one that needs to know what the answer means."""


class LyingWorker:
    """Answers every request with a lie of one kind, and stands by it."""

    def __init__(self, honest: Honest, lie: Lie, k: int, seed: int) -> None:
        self._honest, self._lie, self._k, self._seed = honest, lie, k, seed
        self._told: dict[int, Liar] = {}

    @property
    def models(self) -> int:
        return self._honest.models

    def can(self, asked: Asked) -> bool:
        return self._honest.can(asked)

    def serves(self, asked: Asked) -> bool:
        return self.can(asked) and self._honest.serves(asked)

    def objection(self, asked: Asked) -> str:
        return ""

    def keep(self, asked: Asked) -> None:
        self._honest.keep(asked)

    def ready(self, asked: Asked) -> bool:
        return True

    def output_bytes(self, asked: Asked) -> int:
        return self._honest.output_bytes(asked)

    def work(self, asked: Asked) -> Work:
        return self._honest.work(asked)

    def passes(self, asked: Asked) -> int:
        return self._honest.passes(asked)

    width = 1

    def seconds(self, asked: Asked) -> float:
        return 0.0

    def elsewhere(self, held: Iterable[Asked]) -> tuple[float, ...]:
        return ()

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

    def longest_run(self, asked: Asked) -> Run:
        return self._honest.longest_run(asked)

    def trace(self, asked: Asked) -> Trace:
        """The run as it tells it."""
        return self.told(asked).trace

    def notice_reorg(self, asked: Asked) -> None:
        """A block with its move is gone: time to tell another story."""
        self._told[asked.request.id] = self.told(asked).after_reorg()


class LyingChallenger:
    """Challenges every claim that it sees, whatever the truth."""

    width = 1

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

    def ready(self, asked: Asked) -> bool:
        return True

    def check_seconds(self, asked: Asked) -> float:
        return 0.0

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
