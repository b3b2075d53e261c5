"""A node: read the chain, see what it could do, do the first thing that is not refused.

It remembers nothing that it cannot read again. So it may be killed at any instant, and
the next one goes on where the chain says.
"""

import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView, Side, Stage
from mips_vm.json_text import Json
from oracle.chain.contracts import Contracts
from oracle.chain.errors import (
    ChainError,
    FeeAboveCap,
    GasAboveCap,
    InsufficientFunds,
    Refused,
    Rejected,
)
from oracle.chain.head import Head
from oracle.node.actions import (
    MOST_PATIENCE_BLOCKS,
    Action,
    Done,
    Failure,
    Look,
    Player,
    Posted,
)
from oracle.record.audit import Auditor
from oracle.record.quiet import Quiet
from oracle.record.record import Answered, Asked, Record
from oracle.record.views import view_of
from oracle.sending.sender import Receipt, Sender

MOVED_ON = (PositionMismatch, PositionMissing)
"""The chain told of a move after the log was read: next time."""
REFUSALS = (Refused, Rejected, InsufficientFunds, GasAboveCap, FeeAboveCap)
"""Of one action; others may come true nevertheless."""
TOPIC_BYTES = 32
QUICK_SECONDS = 0.25
"""What is thought of within that time can be sent together."""


class Node(ABC):
    """One account acting on one deployment. `refused` is why actions of the last time
    did not come true: mostly that someone else was quicker."""

    def __init__(self, sender: Sender, contracts: Contracts) -> None:
        self.sender, self.contracts = sender, contracts
        self.chain = sender.chain
        journal = sender.journal(contracts.oracle.address)
        auditor = Auditor(sender.chain, contracts)
        self.record = Record(sender.chain, contracts, journal, auditor)
        self.refused: list[ChainError] = []
        self.troubles = sender.troubles
        """What goes wrong about one thing, in sending or thinking, stops no other."""
        self.posted = Posted()
        self._failed: dict[str, Failure] = {}
        self.seen = Look()
        topic = bytes(TOPIC_BYTES - len(self.address)) + self.address
        self._stake = Quiet((contracts.staking.address, topic))
        self.deadlines: list[int] = []
        """Instants at which own clocks would have run out, as of the last look."""
        self.head_seconds = 0.0
        """A look may begin with a head that was seen so long ago: when something was
        worked out, the chain need not be asked for it."""
        self.tell: Callable[[Mapping[str, Json]], None] = lambda facts: None
        """Somebody who wants to know what its people should look at."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """What it spent its time with."""

    @property
    def address(self) -> bytes:
        return self.sender.address

    @property
    def waits(self) -> str:
        """Why what it sends waits for another block; empty if it doesn't. A worker
        accepts nothing at such a fee, so there need be nothing that waits yet."""
        dear = [error for error in self.refused if isinstance(error, FeeAboveCap)]
        now = dear[-1] if dear else self.sender.too_dear()
        return "" if now is None else str(now)

    def step(self) -> Done | None:
        """The first thing to come true; None if nothing does now."""
        return next(self.act(), None)

    def act(self) -> Iterator[Done]:
        """Sends all that is wanted, and tells what comes true meanwhile.

        It sends nothing while something is on its way that it knows nothing of, such as
        what a node sent that was killed since: what that changes cannot be read yet.
        """
        self.refused = []
        with self._timed("settle"):
            head = self.chain.recent(self.head_seconds)
            news = self.troubles.tried("news", partial(self._news, head))
        yield from news or ()
        if self.sender.on_its_way != self.posted.actions.keys():
            return
        with self._timed("read"):
            self.record.refresh(head)
            if self.record.height < self.sender.mined_height:
                return  # by an endpoint that lags: our own moves are not in it
            self._look()
        yield from self._come_true()

    def look(self) -> None:
        """Reads what there is, and does nothing about it."""
        self.record.refresh()
        self._look()

    def _look(self) -> None:
        stake = self.troubles.tried("stake", self._known_stake)
        last = (self.seen.free_wei, self.seen.locked_wei)
        self.seen = Look(self.record.head.timestamp, *(stake or last))

    def _known_stake(self) -> tuple[int, int]:
        staking = self.contracts.staking
        free, locked = self._stake.get(
            self.record.head,
            self.record.blooms,
            lambda: self.chain.known(staking, "balanceOf", self.address),
        )
        return int(free), int(locked)

    def _news(self, head: Head) -> list[Done]:
        """What became of what was posted, as of that head."""
        done = []
        news = self.sender.news(self.contracts.all, head)
        actions, open_keys = self.posted.actions, self.sender.on_its_way
        self.posted = Posted({k: w for k, w in actions.items() if k in open_keys})
        for outcome in news:
            intent, result = outcome.intent, outcome.result
            unknown = Action(intent.contract, intent.function, ())
            before = self._failed.pop(intent.key, Failure())
            if isinstance(result, Refused):
                self.refused.append(result)
                self._note_failure(intent.key, before)
            else:
                done.append(Done(actions.get(intent.key, unknown), result))
        return done

    def _note_failure(self, key: str, before: Failure) -> None:
        now, forgotten = self.record.head.number, MOST_PATIENCE_BLOCKS
        found = self._failed.items()
        self._failed = {k: f for k, f in found if f.block + forgotten > now}
        self._failed[key] = before.again(now)

    def _come_true(self) -> Iterator[Done]:
        done: set[str] = set()
        for bundle in self._bundles(done):
            if self.sender.stop.is_set():
                return
            with self._timed("send"):
                receipts = self._sent_together(bundle)
            for action, receipt in zip(bundle, receipts, strict=True):
                if receipt is not None:
                    yield Done(action, receipt)
                if receipt is not None or action.key in self.posted.actions:
                    done.add(action.place)

    def _bundles(self, done: set[str]) -> Iterator[list[Action]]:
        """The actions about places that nothing is done about yet, in their order; such
        as were thought of in no time together, if the sender can. Moves in games go by
        themselves: each takes time to think of, and none is to wait for the next."""
        bundle: list[Action] = []
        begun = time.monotonic()
        actions = self.actions()
        while (action := self._thought_of(actions)) is not None:
            alone = action.view is not None or not self.sender.bundles
            again = any(other.place == action.place for other in bundle)
            late = time.monotonic() - begun > QUICK_SECONDS
            if bundle and (alone or again or late):
                yield bundle
                bundle = []
            if action.place in done or self.is_on_its_way(action):
                continue
            if not self.posted.has_room(action, len(bundle)):
                break
            begun = begun if bundle else time.monotonic()
            bundle.append(action)
            if alone:
                yield bundle
                bundle = []
        if bundle:
            yield bundle

    def _sent_together(self, bundle: Sequence[Action]) -> list[Receipt | None]:
        """The receipt of each that is there at once."""
        if len(bundle) < 2 or self.sender.too_dear() is not None:
            return [self._sent(action) for action in bundle]
        ready = [action for action in bundle if not self._puts_off(action)]
        self.sender.expect([action.post for action in ready])
        try:
            receipts = [self._sent(action) for action in bundle]
        finally:
            for key, rejected in self.sender.flush().items():
                self.posted.actions.pop(key, None)
                self.refused.append(rejected)
        return receipts

    def _puts_off(self, action: Action) -> bool:
        """Something went wrong with it, and it isn't time to try again."""
        failed = self._failed.get(action.key, Failure())
        late = self.record.head.number < failed.block
        return late or self.troubles.puts_off(("send", action.key))

    def _sent(self, action: Action) -> Receipt | None:
        """Its receipt, if it is there at once. What is on its way is noted, even if
        something went wrong then: else the next look would wait for what it doesn't
        know."""
        job = ("send", action.key)
        if self._puts_off(action):
            return None
        if (too_dear := self.sender.too_dear()) is not None:
            self.refused.append(too_dear)  # without asking the node about each action
            return None
        about = {"function": action.function, "request_id": action.request_id}
        with self.troubles.facing(job, **about):
            try:
                receipt = self._post(action)
            except REFUSALS as refused:
                self.refused.append(refused)
                return None
            if receipt is None:
                self.posted.actions[action.key] = action
            return receipt
        if action.key in self.sender.on_its_way:
            self.posted.actions[action.key] = action
        return None

    def _thought_of(self, actions: Iterator[Action]) -> Action | None:
        with self._timed("think"):
            return next(actions, None)

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - begin

    def is_on_its_way(self, action: Action) -> bool:
        return action.place in self.posted.places

    @abstractmethod
    def actions(self) -> Iterator[Action]:
        """What to send, the most urgent first; computed as it is asked for."""

    def in_parts(self, *parts: Callable[[], Iterator[Action]]) -> Iterator[Action]:
        """The actions of each, though something goes wrong in those before."""
        for part in parts:
            yield from self.troubles.safely(("part", part.__name__), part)

    def of_each(
        self,
        part: str,
        requests: Iterable[Asked],
        actions: Callable[[Asked], Iterator[Action]],
    ) -> Iterator[Action]:
        """The actions about each request, though something goes wrong about others."""
        for asked in requests:
            job, about = (part, asked.request.id), {"request_id": asked.request.id}
            yield from self.troubles.safely(job, partial(actions, asked), **about)

    def open_games(self) -> int:
        """How many that are not over it plays in, on either side."""
        return sum(
            self.address in (played.challenger, answered.claim.worker)
            for played, answered in list(self.record.games())
        )

    def stake(self) -> tuple[int, int]:
        """Own stake in wei, free and locked."""
        free, locked = self.chain.call(
            self.contracts.staking, "balanceOf", self.address
        )
        return int(free), int(locked)

    def withdraw(self, amount: int) -> Receipt:
        """Free stake back to the account."""
        arguments = (self.address, amount)
        return self.sender.send(self.contracts.staking, "withdraw", *arguments)

    def in_order(
        self, games: Sequence[tuple[Answered, GameView]]
    ) -> Sequence[tuple[Answered, GameView]]:
        """Which game to move in first: the one whose clock runs out soonest."""
        return sorted(games, key=lambda game: game[1].clock.deadline)

    def play(
        self,
        games: Sequence[tuple[Answered, bytes]],
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Action]:
        """The moves in each game, given by claim and challenger, in their order."""
        found = []
        self.record.expect(games)
        for answered, challenger in games:
            job = ("look", answered.hash, challenger)
            look = partial(self._view, answered, challenger)
            about = {"request_id": answered.claim.request_id}
            if (view := self.troubles.tried(job, look, **about)) is not None:
                found.append((answered, view))
        self.deadlines = [v.clock.deadline for _, v in found if self._must_move(v)]
        for rank, (answered, seen) in enumerate(self.in_order(found)):
            view = replace(seen, rank=rank)
            job = ("play", answered.hash, view.challenger)
            about = {"request_id": answered.claim.request_id}
            actions = partial(self._moves, view, answered, player_of)
            yield from self.troubles.safely(job, actions, **about)

    def moves(
        self, answered: Answered, challenger: bytes, player: Player
    ) -> Iterator[Action]:
        """The player's next moves in one game."""
        if (view := self._view(answered, challenger)) is not None:
            yield from self._moves(view, answered, lambda _: player)

    def _must_move(self, view: GameView) -> bool:
        sides = {
            Side.WORKER: view.claim.worker,
            Side.CHALLENGER: view.challenger,
        }
        return view.mover is not None and sides[view.mover] == self.address

    def _view(self, answered: Answered, challenger: bytes) -> GameView | None:
        """None if the chain has moved on since the log was read."""
        free = self._unreserved if challenger == self.address else None
        try:
            return view_of(self.record, answered, challenger, free)
        except MOVED_ON:
            return None

    def _unreserved(self) -> int:
        """Own free stake that nothing on its way may lock, in wei. Nothing where that
        can't be told: then a bond is sent along whole, and what is too much is free."""
        staking = self.contracts.staking
        ask = partial(self.chain.known, staking, "balanceOf", self.address)
        stake = self.troubles.tried("free stake", ask)
        return 0 if stake is None else max(0, int(stake[0]) - self.posted.locks_wei)

    def _moves(
        self,
        view: GameView,
        answered: Answered,
        player_of: Callable[[Answered], Player],
    ) -> Iterator[Action]:
        player = player_of(answered)
        for move in player.attempts(view, self.seen.now):
            challenges = view.stage is Stage.NONE
            yield Action(
                contract=self.contracts.game,
                function=move.function,
                arguments=move.args,
                value=move.value,
                request_id=answered.claim.request_id,
                view=view,
                move=move,
                locks_wei=self.seen.free_wei if challenges else 0,
            )

    def _post(self, action: Action) -> Receipt | None:
        return self.sender.post(action.post, self.contracts.telling)
