"""What the chain has told so far, from events alone: models, requests, claims, games.

A record is made of nothing but the log, so a node that lost its memory reads it again
and knows what it knew. It notices when a block that it read is gone (a reorg), and then
starts over.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property, singledispatchmethod

from challenge import game
from challenge.claim import Claim, Lease, Request
from oracle.chain import events
from oracle.chain.chain import Chain, events_of
from oracle.chain.events import Event
from oracle.chain.head import NOTHING
from oracle.contracts import Contracts
from oracle.journal import Forgetful, Journal, Tip

BLOCKS_A_QUERY = 10_000
KEPT_OUTCOMES = 256


class Status(IntEnum):
    """A request's, as `IInferenceOracle.Status`."""

    NONE = 0
    OPEN = 1
    ACCEPTED = 2
    CLAIMED = 3
    FINAL = 4
    CANCELLED = 5


ENDED = (Status.FINAL, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and where it stands. `lease` while accepted; `claim` since claimed."""

    request: Request
    model: events.ModelRegistered
    input: bytes
    status: Status = Status.OPEN
    attempt: int = 0
    """Leases that ran out, and claims that were proved false."""
    missed: tuple[bytes, ...] = ()
    """The workers whose leases on it ran out, in order."""
    lease: Lease | None = None
    claim: Claim | None = None
    output: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """A claim, alive or not, with what a dispute over it needs."""

    asked: Asked
    claim: Claim
    hash: bytes
    output: bytes
    alive: bool = True


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
    earned: Counter[bytes] = field(default_factory=Counter)
    """Wei that answers and won games have brought, by account."""
    missed: Counter[bytes] = field(default_factory=Counter)
    """Leases that ran out, by worker."""
    outcomes: defaultdict[bytes, deque[bool]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=KEPT_OUTCOMES))
    )
    """By worker, the latest leases that came to something: paid for, or run out."""
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
        for event in told:
            self._learn(event)

    def with_status(self, status: Status) -> list[Asked]:
        """Oldest first."""
        return [self.requests[request] for request in sorted(self._by_status[status])]

    def standing(self) -> list[Answered]:
        """Claims that are neither dead nor paid for, oldest request first."""
        found = (self.claims[claim] for claim in self._standing())
        return [answered for answered in found if answered.alive]

    def open_games(self) -> list[Played]:
        return [self.games[each] for each in list(self._open_games)]

    def forget_ended(self) -> None:
        """Drops requests that nothing can happen to any more, and all about them."""
        stirred, self._stirred = self._stirred, set()
        playing = {played.claim_hash for played in self.open_games()}
        for request in stirred:
            ended = self.requests[request].status in ENDED
            if ended and playing.isdisjoint(self._claims_on[request]):
                self._forget(request)

    def _forget(self, request: int) -> None:
        self._by_status[self.requests.pop(request).status].discard(request)
        for claim in self._claims_on.pop(request, ()):
            del self.claims[claim]
            self.openings.pop(claim, None)
            for game_id in self._games_over.pop(claim, ()):
                del self.games[game_id]

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
    def _(self, event: events.Requested) -> None:
        model = self.models[event.model_id]
        self.requests[event.request_id] = Asked(event.request, model, event.input)
        self._by_status[Status.OPEN].add(event.request_id)

    @_learn.register
    def _(self, event: events.Accepted) -> None:
        self._change(event.request_id, status=Status.ACCEPTED, lease=event.lease)

    @_learn.register
    def _(self, event: events.LeaseExpired) -> None:
        missed = (*self.requests[event.request_id].missed, event.worker)
        self._reopen(event.request_id, lease=None, missed=missed)
        self.missed[event.worker] += 1
        self.outcomes[event.worker].append(False)

    @_learn.register
    def _(self, event: events.Claimed) -> None:
        asked = self._change(
            event.request_id,
            status=Status.CLAIMED,
            lease=None,
            claim=event.claim,
            output=event.output,
        )
        self.claims[event.claim_hash] = Answered(
            asked, event.claim, event.claim_hash, event.output
        )
        self._claims_on[event.request_id].append(event.claim_hash)

    @_learn.register
    def _(self, event: events.ClaimKilled) -> None:
        self._reopen(event.request_id, claim=None, output=b"")
        dead = replace(self.claims[event.claim_hash], alive=False)
        self.claims[event.claim_hash] = dead

    @_learn.register
    def _(self, event: events.Finalized) -> None:
        self._change(event.request_id, status=Status.FINAL)
        self.earned[event.worker] += event.paid
        self.outcomes[event.worker].append(True)

    @_learn.register
    def _(self, event: events.Cancelled) -> None:
        self._change(event.request_id, status=Status.CANCELLED)

    @_learn.register
    def _(self, event: events.Challenged) -> None:
        self.games[event.game_id] = Played(
            event.game_id, event.claim_hash, event.challenger
        )
        self._open_games[event.game_id] = None

    @_learn.register
    def _(self, event: events.Opened) -> None:
        self.openings[event.claim_hash] = event.shown

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
        self.games[event.game_id] = replace(self.games[event.game_id], over=True)
        del self._open_games[event.game_id]
        self._games_over[event.claim_hash].append(event.game_id)
        claim = self.claims[event.claim_hash].claim
        self._stirred.add(claim.request_id)
        winner = event.challenger
        if isinstance(event, events.ChallengerLost):
            winner = claim.worker
        self.earned[winner] += event.paid

    def _reopen(self, request_id: int, **changes: object) -> None:
        attempt = self.requests[request_id].attempt + 1
        self._change(request_id, status=Status.OPEN, attempt=attempt, **changes)

    def _change(self, request_id: int, **changes: object) -> Asked:
        before = self.requests[request_id]
        asked = replace(before, **changes)  # type: ignore[arg-type]
        self.requests[request_id] = asked
        self._by_status[before.status].discard(request_id)
        self._by_status[asked.status].add(request_id)
        if asked.status in ENDED:
            self._stirred.add(request_id)
        return asked


class Record:
    """The tables, kept up with the chain by `refresh`."""

    def __init__(
        self, chain: Chain, contracts: Contracts, journal: Journal | None = None
    ) -> None:
        self.chain, self.contracts = chain, contracts
        self.tables = Tables()
        self.head = NOTHING
        """The latest block at the last look."""
        self._journal: Journal = Forgetful() if journal is None else journal
        self._begun = False
        self.heard: Callable[[Event], None] | None = None
        """Hears what is new, if anything was known before."""
        self.forgets = False
        """Whether what has ended is dropped, so that a node may run for years."""

    def refresh(self) -> None:
        """Reads the blocks since the last time, and again those that are gone."""
        self.head = self.chain.head()
        self._rewind()
        tip, height = self._journal.tip, self.head.number
        first = self.contracts.block if tip is None else tip.block + 1
        for start in range(first, height + 1, BLOCKS_A_QUERY):
            end = min(start + BLOCKS_A_QUERY - 1, height)
            at_head = end == height
            expected = self.head.hash if at_head else self.chain.block_hash(end)
            logs = self.chain.logs(self.contracts.telling, start, end)
            # INVARIANT: logs and hash are of one branch. A reorg, or an endpoint that
            # lags, may have come between.
            if not expected or self.chain.block_hash(end) != expected:
                return
            told = events_of(self.contracts.telling, logs)
            self._journal.append(Tip(end, expected), logs)
            self.tables.fold(told)
            if tip is not None and self.heard is not None:
                for event in told:
                    self.heard(event)
            self._forget_ended()

    @property
    def height(self) -> int:
        """The last block that was read."""
        tip = self._journal.tip
        return -1 if tip is None else tip.block

    @cached_property
    def k(self) -> int:
        """Into how many parts a dissection cuts at most."""
        return int(self.chain.call(self.contracts.game, "k"))

    @cached_property
    def clock_seconds(self) -> int:
        """One side's time for a whole game."""
        return int(self.chain.call(self.contracts.game, "clockSeconds"))

    def _rewind(self) -> None:
        """Goes back to the last block read that is still there."""
        undone = not self._begun
        while (tip := self._journal.tip) is not None:
            if self._is_there(tip):
                break
            self._journal.drop()
            undone = True
        if undone:
            self.tables, self._begun = Tables(), True
            self.tables.fold(events_of(self.contracts.telling, self._journal.logs()))
            self._forget_ended()

    def _is_there(self, tip: Tip) -> bool:
        if tip.hash in (self.head.hash, self.head.parent):
            return True
        return self.chain.block_hash(tip.block) == tip.hash

    def _forget_ended(self) -> None:
        if self.forgets:
            self.tables.forget_ended()

    def requests(self, status: Status) -> list[Asked]:
        """The requests of that status, oldest first."""
        return self.tables.with_status(status)

    def games(self) -> Iterator[tuple[Played, Answered]]:
        """The games that are not over, with the claims that they dispute."""
        for played in self.tables.open_games():
            yield played, self.tables.claims[played.claim_hash]

    def shown(self, played: Played) -> tuple[game.Event, ...]:
        """Every position of the game, from the claim's opening on."""
        opening = self.tables.openings.get(played.claim_hash)
        return played.shown if opening is None else (opening, *played.shown)
