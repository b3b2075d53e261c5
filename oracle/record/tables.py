"""What a log tells, folded: models, requests, claims, games, and where each stands.

Events that don't fit what came before are holes: something was never told.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import singledispatchmethod
from typing import Any

from challenge import game
from challenge.claim import Claim, Lease, Meter, Request, Work
from oracle.chain import events
from oracle.chain.events import Event
from oracle.errors import Hole


class Status(IntEnum):
    """A request's, as `IInferenceOracle.Status`."""

    NONE = 0
    OPEN = 1
    ACCEPTED = 2
    CLAIMED = 3
    FINAL = 4
    CANCELLED = 5
    UNSEEDED = 6


KEPT_OUTCOMES = 256
ENDED = (Status.FINAL, Status.CANCELLED)
NO_METER = Meter(0, 0, 0)
OfRequest = (
    events.Metered
    | events.SeedFixed
    | events.Accepted
    | events.LeaseExpired
    | events.AuditsPermitted
    | events.Claimed
    | events.Confessed
    | events.SecretWithheld
    | events.ClaimKilled
    | events.Finalized
    | events.Cancelled
)
"""What changes where a request stands."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and where it stands. `lease` while accepted; `claim` since claimed."""

    request: Request
    model: events.ModelRegistered
    input: bytes
    status: Status = Status.OPEN
    lease: Lease | None = None
    claim: Claim | None = None
    output: bytes = b""
    attempt: int = 0
    """Leases before this one that came to nothing."""
    missed: tuple[bytes, ...] = ()
    """The workers whose leases on it ran out, in order."""
    block: int = 0
    """In which its status came about."""
    meter: Meter = NO_METER
    permits: bool = False
    """Whether its worker may be audited, if that has joined."""
    audit: events.Audited | None = None
    """Of its lease or claim: then the answer may be false on purpose, until it is
    final."""

    @property
    def may_be_test(self) -> bool:
        return self.audit is not None and self.status is Status.CLAIMED

    @property
    def commitment(self) -> bytes:
        """What the oracle stores of it."""
        return (self.claim or self.lease or self.request).hash()


@dataclass(frozen=True, slots=True)
class Answered:
    """A claim, alive or not, with what a dispute over it needs."""

    asked: Asked
    claim: Claim
    hash: bytes
    output: bytes
    alive: bool = True
    may_be_test: bool = False
    proved_false: bool = False
    confessed: bool = False
    """Whether it was a test: then its challengers have a prize to collect."""


@dataclass(frozen=True, slots=True)
class Played:
    """A game, and the positions shown in it since the claim's opening."""

    id: bytes
    claim_hash: bytes
    challenger: bytes
    shown: tuple[game.Event, ...] = ()
    over: bool = False


@dataclass(slots=True)
class Tables:
    """The events, folded."""

    models: dict[bytes, events.ModelRegistered] = field(default_factory=dict)
    requests: dict[int, Asked] = field(default_factory=dict)
    claims: dict[bytes, Answered] = field(default_factory=dict)
    games: dict[bytes, Played] = field(default_factory=dict)
    openings: dict[bytes, game.Opened] = field(default_factory=dict)
    works: dict[bytes, Work] = field(default_factory=dict)
    """What models take, as their publishers state it, by model id."""
    earned: Counter[bytes] = field(default_factory=Counter)
    """Wei that answers and won games have brought, by account."""
    missed: Counter[bytes] = field(default_factory=Counter)
    """Leases that ran out, by worker."""
    outcomes: defaultdict[bytes, deque[bool]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=KEPT_OUTCOMES))
    )
    """By worker, the latest leases that came to something: paid for, or run out."""
    programs: dict[bytes, events.Joined] = field(default_factory=dict)
    """What workers that are audited have agreed to, by worker."""
    confessions: Counter[bytes] = field(default_factory=Counter)
    """Tests that were confessed, by worker."""
    silences: Counter[bytes] = field(default_factory=Counter)
    """Secrets that were withheld, by worker."""
    last_request: int = 0
    """The highest id; the oracle counts from one."""
    lenient: bool = field(default=False, compare=False)
    """Whether events are made the best of that don't fit what came before."""
    _by_status: defaultdict[Status, set[int]] = field(
        default_factory=lambda: defaultdict(set), compare=False
    )
    _claims_on: defaultdict[int, list[bytes]] = field(
        default_factory=lambda: defaultdict(list), compare=False
    )
    _games_over: defaultdict[bytes, list[bytes]] = field(
        default_factory=lambda: defaultdict(list), compare=False
    )
    _open_games: dict[bytes, None] = field(default_factory=dict, compare=False)
    _stirred: set[int] = field(default_factory=set, compare=False)
    """Requests that have ended, or a game about them: perhaps all about them has."""

    def fold(self, told: Iterable[Event]) -> None:
        """Raises `Hole` at an event that others must have come before."""
        for event in told:
            try:
                self._learn(event)
            except KeyError:  # about something unknown
                self._check(event, False)

    def with_status(self, status: Status) -> list[Asked]:
        """Oldest first."""
        return [self.requests[request] for request in sorted(self._by_status[status])]

    def standing(self) -> list[Answered]:
        """Claims that are neither dead nor paid for, oldest request first."""
        found = (self.claims[claim] for claim in self._standing())
        return [answered for answered in found if answered.alive]

    def open_games(self) -> list[Played]:
        return [self.games[each] for each in list(self._open_games)]

    def unended(self) -> list[Asked]:
        """Requests to which something can still happen, or a game about them."""
        ended = {s: self._by_status[s] for s in ENDED}
        playing = {
            self.claims[p.claim_hash].claim.request_id for p in self.open_games()
        }
        found = {
            i for i in self.requests if not any(i in ids for ids in ended.values())
        }
        return [self.requests[i] for i in sorted(found | playing)]

    def disputable(self, request: int) -> list[tuple[Answered, list[Played]]]:
        """The claims on it that stand or are played about, with their open games."""
        claims = [self.claims[claim] for claim in self._claims_on.get(request, ())]
        games: defaultdict[bytes, list[Played]] = defaultdict(list)
        for played in self.open_games():
            games[played.claim_hash].append(played)
        return [(a, games[a.hash]) for a in claims if a.alive or games[a.hash]]

    def forget_ended(self) -> bool:
        """Drops requests that nothing can happen to any more, and all about them;
        whether there were any."""
        before = len(self.requests)
        stirred, self._stirred = self._stirred, set()
        playing = {played.claim_hash for played in self.open_games()}
        for request in stirred:
            ended = self.requests[request].status in ENDED
            if ended and playing.isdisjoint(self._claims_on[request]):
                self._forget(request)
        return len(self.requests) < before

    def _forget(self, request: int) -> None:
        self._by_status[self.requests.pop(request).status].discard(request)
        for claim in self._claims_on.pop(request, ()):
            del self.claims[claim]
            self.openings.pop(claim, None)
            for game_id in self._games_over.pop(claim, ()):
                del self.games[game_id]

    def _check(self, event: Event, fits: bool) -> None:
        if not fits and not self.lenient:
            expected = f"expected what comes before {type(event).__name__}, got nothing"
            raise Hole(expected, event.block)

    def _standing(self) -> Iterator[bytes]:
        for request in sorted(self._by_status[Status.CLAIMED]):
            yield self._claims_on[request][-1]

    @singledispatchmethod
    def _learn(self, event: Event) -> None:
        """Events that change no table are no news."""

    @_learn.register
    def _(self, event: events.ModelRegistered) -> None:
        self.models[event.model_id] = event

    @_learn.register
    def _(self, event: events.WorkStated) -> None:
        self.works[self.models[event.model_id].model_id] = event.work

    @_learn.register
    def _(self, event: events.Requested) -> None:
        model, identity = self.models[event.model_id], event.request_id
        self._check(event, identity == self.last_request + 1)
        self.last_request = max(self.last_request, identity)
        self.requests[identity] = Asked(
            event.request, model, event.input, block=event.block
        )
        self._by_status[Status.OPEN].add(identity)

    @_learn.register
    def _(self, event: events.Metered) -> None:
        status = Status.UNSEEDED if event.meter.seed_block else Status.OPEN
        self._change(event, Status.OPEN, status=status, meter=event.meter)

    @_learn.register
    def _(self, event: events.AuditsPermitted) -> None:
        status = self.requests[event.request_id].status
        self._change(event, status, permits=True)

    @_learn.register
    def _(self, event: events.Audited) -> None:
        before = self.requests[event.request_id]
        self._check(event, before.status is Status.ACCEPTED)
        self.requests[event.request_id] = replace(before, audit=event)

    @_learn.register
    def _(self, event: events.Joined) -> None:
        self.programs[event.worker] = event

    @_learn.register
    def _(self, event: events.Left) -> None:
        self.programs.pop(event.worker, None)

    @_learn.register
    def _(self, event: events.Collected) -> None:
        self.earned[event.challenger] += event.share

    @_learn.register
    def _(self, event: events.SeedFixed) -> None:
        before, seed = self.requests[event.request_id], event.seed
        request = replace(before.request, input_root=event.input_root)
        data = seed + before.input[len(seed) :]
        changes = {"request": request, "input": data}
        self._change(event, Status.UNSEEDED, status=Status.OPEN, **changes)

    @_learn.register
    def _(self, event: events.Accepted) -> None:
        lease = event.lease
        changes = {"lease": lease, "attempt": lease.attempt}
        self._change(event, Status.OPEN, status=Status.ACCEPTED, **changes)

    @_learn.register
    def _(self, event: events.LeaseExpired) -> None:
        missed = (*self.requests[event.request_id].missed, event.worker)
        self._reopen(event, Status.ACCEPTED, missed=missed)
        self.missed[event.worker] += 1
        self.outcomes[event.worker].append(False)

    @_learn.register
    def _(self, event: events.Claimed) -> None:
        asked = self._change(
            event,
            Status.ACCEPTED,
            status=Status.CLAIMED,
            lease=None,
            claim=event.claim,
            output=event.output,
            attempt=event.claim.attempt,
        )
        self.claims[event.claim_hash] = Answered(
            asked,
            event.claim,
            event.claim_hash,
            event.output,
            may_be_test=event.may_be_test,
        )
        self._claims_on[event.request_id].append(event.claim_hash)

    @_learn.register
    def _(self, event: events.Confessed) -> None:
        """The next attempt's claim follows at once."""
        before = self.requests[event.request_id]
        dead = replace(self.claims[event.claim_hash], alive=False, confessed=True)
        self._change(
            event,
            Status.CLAIMED,
            status=Status.ACCEPTED,
            claim=None,
            output=b"",
            audit=None,
            attempt=before.attempt + 1,
        )
        self.claims[event.claim_hash] = dead
        self.confessions[event.worker] += 1

    @_learn.register
    def _(self, event: events.SecretWithheld) -> None:
        missed = (*self.requests[event.request_id].missed, event.worker)
        dead = replace(self.claims[event.claim_hash], alive=False)
        self._reopen(event, Status.CLAIMED, missed=missed)
        self.claims[event.claim_hash] = dead
        self.missed[event.worker] += 1
        self.silences[event.worker] += 1
        self.outcomes[event.worker].append(False)

    @_learn.register
    def _(self, event: events.ClaimKilled) -> None:
        dead = replace(self.claims[event.claim_hash], alive=False, proved_false=True)
        self._reopen(event, Status.CLAIMED)
        self.claims[event.claim_hash] = dead

    @_learn.register
    def _(self, event: events.Finalized) -> None:
        self._change(event, Status.CLAIMED, status=Status.FINAL)
        self.earned[event.worker] += event.paid
        self.outcomes[event.worker].append(True)

    @_learn.register
    def _(self, event: events.Cancelled) -> None:
        known = self.requests[event.request_id].status
        waits = Status.UNSEEDED if known is Status.UNSEEDED else Status.OPEN
        self._change(event, waits, status=Status.CANCELLED)

    @_learn.register
    def _(self, event: events.Challenged) -> None:
        claim = self.claims[event.claim_hash].hash
        self.games[event.game_id] = Played(event.game_id, claim, event.challenger)
        self._open_games[event.game_id] = None

    @_learn.register
    def _(self, event: events.Opened) -> None:
        self.openings[self.claims[event.claim_hash].hash] = event.shown

    @_learn.register(events.Selected)
    @_learn.register(events.Dissected)
    def _(self, event: events.Selected | events.Dissected) -> None:
        played = self.games[event.game_id]
        shown = (*played.shown, event.shown)
        self.games[event.game_id] = replace(played, shown=shown)

    @_learn.register(events.WorkerLost)
    @_learn.register(events.ChallengerLost)
    @_learn.register(events.Settled)
    def _(
        self, event: events.WorkerLost | events.ChallengerLost | events.Settled
    ) -> None:
        claim = self.claims[event.claim_hash].claim
        self.games[event.game_id] = replace(self.games[event.game_id], over=True)
        del self._open_games[event.game_id]
        self._games_over[event.claim_hash].append(event.game_id)
        self._stirred.add(claim.request_id)
        winner = event.challenger
        if isinstance(event, events.ChallengerLost):
            winner = claim.worker
        self.earned[winner] += event.paid

    def _reopen(
        self,
        event: events.LeaseExpired | events.ClaimKilled | events.SecretWithheld,
        expected: Status,
        **changes: Any,
    ) -> None:
        """For the next attempt."""
        attempt = self.requests[event.request_id].attempt + 1
        nothing = {"lease": None, "claim": None, "output": b"", "attempt": attempt}
        nothing["audit"] = None
        self._change(event, expected, status=Status.OPEN, **nothing, **changes)

    def _change(self, event: OfRequest, expected: Status, **changes: Any) -> Asked:
        before = self.requests[event.request_id]
        self._check(event, before.status is expected)
        asked = replace(before, block=event.block, **changes)
        self.requests[event.request_id] = asked
        self._by_status[before.status].discard(event.request_id)
        self._by_status[asked.status].add(event.request_id)
        if asked.status in ENDED:
            self._stirred.add(event.request_id)
        return asked
