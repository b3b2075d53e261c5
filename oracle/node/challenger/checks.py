"""Which claims a challenger checks first, when it can't check all at once.

By lot: a claim is drawn the sooner, the more is at stake on it for a second of
computing, and the less time is left. Whoever wants to hide a lie among true claims must
bind as much in each of them as in the lie, for as long; and no order that it knows
beforehand tells it how many are enough. `docs/economics.md` has the argument.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import log as ln
from typing import Protocol, TypeVar

from mips_vm.hashing.keccak import keccak256
from mips_vm.json_text import Json, JsonObject
from oracle.logs import logger
from oracle.record.record import Answered, Asked
from oracle.sending.troubles import Troubles

S = TypeVar("S")
T = TypeVar("T")
LEAST_LEFT_SECONDS = 300
"""The least window that a request can have: what has less time left is no more urgent
for that, or short windows would buy a flood the first places."""
LEAST_SECONDS = 0.05
"""Nothing is checked for nothing."""
CHALLENGE_SECONDS = 60
"""From an answer's being there until the challenge is mined: some five blocks, after
the run was entered in the machine, which takes as long as the answer did."""

log = logger(__name__)


class Strategy(Protocol):
    """What knows the answers."""

    @property
    def width(self) -> int:
        """How many answers are computed at a time."""
        ...

    def ready(self, asked: Asked) -> bool:
        """Whether the answer is there; if not, it will be worked on from now on."""
        ...

    def check_seconds(self, asked: Asked) -> float:
        """How long it takes to compute, as foretold."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """A claim to be checked. `seconds` of computing; `lot` of no dimension, drawn."""

    answered: Answered
    seconds: float
    lot: float

    @property
    def value_wei(self) -> int:
        """What somebody has bound on it: by the requester's wish, or by the worker."""
        return max(self.answered.asked.request.fee, self.answered.claim.bond)

    @property
    def must_end(self) -> float:
        """The instant by which the answer must be there, for a challenge in time."""
        return self.answered.claim.window_end - CHALLENGE_SECONDS - self.seconds

    def turn(self, now: int) -> tuple[bool, float]:
        """The lowest is checked first. What can't be challenged any more comes after
        all that can."""
        left = max(self.answered.claim.window_end - now, LEAST_LEFT_SECONDS)
        hopeless = now + self.seconds > self.must_end
        return hopeless, self.lot * self.seconds * left / self.value_wei


@dataclass(frozen=True, slots=True)
class Backlog:
    """As of the last look. `late`: what won't be checked in time at this pace."""

    waiting: tuple[Check, ...] = ()
    checking: tuple[Check, ...] = ()
    late: tuple[Check, ...] = ()

    @property
    def late_wei(self) -> int:
        """At stake on what won't be checked in time."""
        return sum(check.value_wei for check in self.late)


@dataclass
class Checks:
    """Has as many answers computed as its strategy computes at a time, and no more."""

    strategy: Strategy
    secret: bytes
    tell: Callable[[Mapping[str, Json]], None] = lambda facts: None
    troubles: Troubles = field(default_factory=Troubles)
    backlog: Backlog = field(default_factory=Backlog)
    unchecked: int = 0
    """Claims whose window has ended before they were checked, since the start."""
    _begun: dict[bytes, int] = field(default_factory=dict)
    _lots: dict[bytes, float] = field(default_factory=dict)
    _told: set[bytes] = field(default_factory=set)

    def ready(self, claims: Sequence[Answered], now: int) -> Iterator[Answered]:
        """Those whose answer is there, the dearest first; others are begun as there is
        room. `claims` are all that are to be checked or challenged."""
        self._forget({answered.hash for answered in claims}, now)
        checks = self._checks(claims)
        begun = [check for check in checks if check.answered.hash in self._begun]
        waiting = [check for check in checks if check.answered.hash not in self._begun]
        there = [(check, self._is_there(check)) for check in begun]
        done = [check for check, found in there if found]
        busy = [check for check, found in there if found is False]
        waiting.sort(key=lambda check: check.turn(now))
        self._foretell(waiting, busy, now)
        for check in sorted(done, key=lambda check: -check.value_wei):
            yield check.answered
        room = self.strategy.width - len(busy)
        for check in waiting:
            if room <= 0:
                return
            self._begun[check.answered.hash] = now
            if found := self._is_there(check):
                yield check.answered
            elif found is False:
                room -= 1

    def foretell(self, claims: Sequence[Answered], now: int) -> None:
        """Sets `backlog` as if all were begun from now on; begins nothing."""
        checks = sorted(self._checks(claims), key=lambda check: check.turn(now))
        self._foretell(checks, (), now)

    def _checks(self, claims: Sequence[Answered]) -> list[Check]:
        found = [self._tried(answered, self._check, answered) for answered in claims]
        return [check for check in found if check is not None]

    def _is_there(self, check: Check) -> bool | None:
        """Whether its answer is; None if it can't even be begun."""
        return self._tried(check.answered, self.strategy.ready, check.answered.asked)

    def _tried(
        self, answered: Answered, work: Callable[[S], T], argument: S
    ) -> T | None:
        """What goes wrong about one claim keeps no other from being checked."""
        job, about = ("check", answered.hash), {"request_id": answered.claim.request_id}
        found = self.troubles.safely(job, lambda: iter((work(argument),)), **about)
        return next(iter(list(found)), None)

    def _check(self, answered: Answered) -> Check:
        seconds = max(self.strategy.check_seconds(answered.asked), LEAST_SECONDS)
        if answered.hash not in self._lots:
            self._lots[answered.hash] = drawn(self.secret, answered.hash)
        return Check(answered, seconds, self._lots[answered.hash])

    def _foretell(
        self, waiting: Sequence[Check], busy: Sequence[Check], now: int
    ) -> None:
        """When each would be done, if nothing else came; tells what comes too late."""
        free = [
            max(0.0, self._begun[check.answered.hash] + check.seconds - now)
            for check in busy
        ]
        late = [c for c, end in zip(busy, free, strict=True) if now + end > c.must_end]
        free += [0.0] * (self.strategy.width - len(free))
        heapify(free)
        for check in waiting:
            end = heappop(free) + check.seconds
            heappush(free, end)
            if now + end > check.must_end:
                late.append(check)
        self.backlog = Backlog(tuple(waiting), tuple(busy), tuple(late))
        for check in late:
            self._tell(check)

    def _tell(self, check: Check) -> None:
        """Once for each claim."""
        answered = check.answered
        if answered.hash in self._told:
            return
        self._told.add(answered.hash)
        facts: JsonObject = {
            "request_id": answered.claim.request_id,
            "claim": f"0x{answered.hash.hex()}",
            "value": check.value_wei,
            "window_end": answered.claim.window_end,
        }
        log.warning("will not be checked in time", **facts)
        self.tell({"event": "unchecked"} | facts)

    def _forget(self, known: set[bytes], now: int) -> None:
        """Claims that are gone; counts those whose window ended unchecked."""
        unfinished = (*self.backlog.waiting, *self.backlog.checking)
        for check in unfinished:
            gone = check.answered.hash not in known
            self.unchecked += gone and now >= check.answered.claim.window_end
        self._begun = {h: at for h, at in self._begun.items() if h in known}
        self._lots = {h: lot for h, lot in self._lots.items() if h in known}
        self._told &= known


def drawn(secret: bytes, claim_hash: bytes) -> float:
    """A lot that nobody else can foretell: the exponential distribution's, of mean one.

    Of lots divided by weights the lowest is each one's with a chance that is its share
    of the weights (Efraimidis and Spirakis, 2006): so splitting a stake among many
    claims, or accounts, changes no chance.
    """
    number = int.from_bytes(keccak256(secret + claim_hash))
    return -ln((number + 1) / 2**256)
