"""Whole disputes against the real contracts: players, clocks, reorgs and balances.

    duel = Duel(trace, k=4)
    duel.claim(output)
    duel.play(worker, {"carol": challenger})
    assert duel.killed

The players get what a node would get: stored games, events, block time. The log is kept
beside the chain, so that undoing blocks undoes their events.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from support.chains.evm import ETHER, Chain, Receipt, Reverted

from challenge import challenger_moves, worker_moves
from challenge.claim import Claim, Interval, game_id
from challenge.game import (
    Dispute,
    Dissected,
    Event,
    Game,
    GameView,
    Opened,
    Selected,
    Stage,
    position_of,
)
from challenge.lies import Player
from challenge.moves import Move
from challenge.trace import Trace
from mips_vm.constants import MODEL, PROGRAM
from solidity.deployment import Parameters

CLOCK_SECONDS = 600
WINDOW = 3600
STAKE = 100 * ETHER
WORKER = "worker"
MOVES_MAX = 200


@dataclass(frozen=True, slots=True)
class Honest:
    """Plays what `next_move` says."""

    next_move: Callable[[GameView, Trace, int], Move | None]
    trace: Trace

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        move = self.next_move(view, self.trace, now)
        return () if move is None else (move,)


def honest_worker(trace: Trace) -> Honest:
    return Honest(worker_moves.next_move, trace)


def honest_challenger(trace: Trace) -> Honest:
    return Honest(challenger_moves.next_move, trace)


@dataclass(frozen=True, slots=True)
class Nobody:
    """Never moves."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A move that a player tried, and what became of it."""

    who: str
    move: Move
    receipt: Receipt | None
    error: Reverted | None


class Duel:
    """One claim about one run, and all games over it."""

    def __init__(self, trace: Trace, k: int) -> None:
        self.k = k
        self.chain = Chain(Parameters(k=k, clock_seconds=CLOCK_SECONDS))
        machine = trace.machine_at(0, 0)
        self.program_root = machine.memory.region_root(PROGRAM)
        self.model_root = machine.memory.region_root(MODEL)
        size = machine.memory.load_word(0x10000000)
        self.input = machine.memory.read(0x10000004, size)
        self.worker = self.account(WORKER)
        self.requester = self.account("requester")
        self.sent: list[Sent] = []
        self._log: dict[bytes, list[Event]] = {}
        registered = self.chain.send(
            "ModelRegistry",
            "register",
            self.model_root,
            self.program_root,
            0,
            [],
            sender=self.requester,
        )
        self.model_id = registered.result
        self.stake(WORKER)

    # What happens before a dispute.

    def account(self, name: str) -> str:
        return self.chain.account(name)

    def stake(self, name: str) -> None:
        account = self.account(name)
        self.chain.send("Staking", "deposit", account, sender=account, value=STAKE)

    def claim(self, output: bytes) -> Claim:
        """The worker's claim of `output`, requested and submitted."""
        deadline = self.chain.now + 7200
        terms = (self.model_id, self.input, 0, deadline, WINDOW, 0, self.requester)
        requested = self._oracle("request", *terms, sender=self.requester, value=10**16)
        self.request = requested.event("Requested").request
        return self.answer(output)

    def answer(self, output: bytes) -> Claim:
        """Accepts and submits, at first or again."""
        attempt = self.chain.call("InferenceOracle", "getRequest", self.request.id)[2]
        terms = (self.request, attempt, 0, 2**96 - 1)
        lease = self._oracle("accept", *terms, sender=self.worker).result
        args = (self.request, lease, output)
        submitted = self._oracle("submit", *args, sender=self.worker)
        self.output = output
        self.the_claim = Claim.from_abi(submitted.event("Claimed").claim)
        return self.the_claim

    def finalize(self) -> Receipt:
        args = (self.request, self.the_claim.abi(), self.output)
        return self._oracle("finalize", *args, sender=self.requester)

    # What players see and do.

    def view(self, challenger: str) -> GameView:
        """The game of that challenger, as of now."""
        claim, address = self.the_claim, bytes.fromhex(self.account(challenger)[2:])
        claim_hash = claim.hash()
        game = Game.from_abi(self._game("getGame", claim_hash, address))
        dispute = Dispute.from_abi(self._game("getDispute", claim_hash))
        own = self._log.get(game_id(claim_hash, address), [])
        events = self._log.get(claim_hash, []) + own
        bond, _, rent = self._game("challengerBond", claim.bond)
        return GameView(
            claim,
            claim_hash,
            address,
            self.program_root,
            self.model_root,
            self.k,
            game,
            dispute,
            position_of(game, dispute, events, self.k),
            bond,
            rent,
        )

    def send(self, move: Move, who: str) -> Receipt:
        """Sends the move as it is; Reverted if the contract refuses it."""
        try:
            receipt = self.chain.send(
                "DisputeGame",
                move.function,
                *move.args,
                sender=self.account(who),
                value=move.value,
            )
        except Reverted as error:
            self.sent.append(Sent(who, move, None, error))
            raise
        self.sent.append(Sent(who, move, receipt, None))
        for event in receipt.events:
            self._learn(event)
        return receipt

    def attempt(self, player: Player, who: str, view: GameView) -> bool:
        """Sends what the player wants to, until something is not refused."""
        for move in player.attempts(view, self.chain.now):
            try:
                self.send(move, who)
            except Reverted:
                continue
            return True
        return False

    def reach(
        self, stage: Stage, worker: Player, who: str, challenger: Player
    ) -> GameView:
        """Plays one game on to a stage, and no further."""
        turns = itertools.cycle([(challenger, who), (worker, WORKER)])
        idle = 0
        while (view := self.view(who)).stage is not stage:
            assert idle < 2, f"{view.stage!r} waits, expected {stage!r}"
            idle = 0 if self.attempt(*next(turns), view) else idle + 1
        return view

    def play(self, worker: Player, challengers: Mapping[str, Player]) -> "Duel":
        """Until nobody has anything to do and no clock runs."""
        for _ in range(MOVES_MAX):
            if not self._round(worker, challengers) and not self._wait(challengers):
                return self
        raise AssertionError("the game does not end")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Blocks that a reorg takes back, with their events."""
        log = {key: list(events) for key, events in self._log.items()}
        with self.chain.undone():
            yield
        self._log = log

    # What came of it.

    @property
    def killed(self) -> bool:
        return bool(self._game("getDispute", self.the_claim.hash()).dead)

    @property
    def open_games(self) -> int:
        return int(self._game("openGames", self.the_claim.hash()))

    def done(self, who: str | None = None) -> list[Sent]:
        """Moves that were not refused."""
        return [s for s in self.sent if s.receipt and who in (None, s.who)]

    def event(self, name: str) -> Any:
        """The one event of that name in all that was done."""
        (found,) = self.events(name)
        return found

    def events(self, name: str) -> list[Any]:
        """All events of that name, in order."""
        receipts = [sent.receipt for sent in self.sent if sent.receipt]
        return [e for receipt in receipts for e in receipt.events if e.name == name]

    def errors(self, who: str | None = None) -> list[str]:
        """Names of what refused moves were refused with."""
        return [s.error.name for s in self.sent if s.error and who in (None, s.who)]

    def wealth(self, name: str) -> int:
        """Wei that an account has: in hand, and free or locked in the bank."""
        account = self.account(name)
        bank = self.chain.call("Staking", "balanceOf", account)
        return self.chain.balance(account) + int(bank.free) + int(bank.locked)

    def burned(self) -> int:
        return self.chain.balance("0x" + "00" * 20)

    def check_made_whole(self, name: str, before: int) -> None:
        """An honest challenger's wealth grew by what its moves are worth, at least."""
        due = self.view(name).game.challenger_due * self.the_claim.gas_price
        assert due > 0
        assert self.wealth(name) >= before + due

    def check_conserved(self, names: Iterable[str]) -> None:
        """The bank holds what its accounts own, to the wei; nobody else holds any."""
        accounts = {WORKER, "requester", "deployer", *names}
        held = 0
        for name in accounts:
            bank = self.chain.call("Staking", "balanceOf", self.account(name))
            held += int(bank.free) + int(bank.locked)
        chain = self.chain
        assert chain.balance(chain.address("Staking")) == held
        assert chain.balance(chain.address("DisputeGame")) == 0

    def _round(self, worker: Player, challengers: Mapping[str, Player]) -> bool:
        moved = False
        for name, challenger in challengers.items():
            moved |= self.attempt(challenger, name, self.view(name))
            view = self.view(name)
            if view.stage is not Stage.NONE:
                moved |= self.attempt(worker, WORKER, view)
        return moved

    def _wait(self, challengers: Mapping[str, Player]) -> bool:
        """Lets time pass to the last second of the next clock, then over it."""
        views = [self.view(name) for name in challengers]
        running = [v.clock for v in views if v.mover and not v.dispute.dead]
        if not running:
            return False
        now = self.chain.now
        deadline = min(clock.deadline for clock in running)
        self.chain.travel_to(max(deadline - 1, now) if now < deadline - 1 else deadline)
        return True

    def _learn(self, event: Any) -> None:
        known = EVENTS.get(event.name)
        if known:
            key = event.claimHash if event.name == "Opened" else event.gameId
            self._log.setdefault(key, []).append(known(event))

    def _oracle(self, function: str, *args: Any, **options: Any) -> Receipt:
        return self.chain.send("InferenceOracle", function, *args, **options)

    def _game(self, function: str, *args: Any) -> Any:
        return self.chain.call("DisputeGame", function, *args)


EVENTS: dict[str, Callable[[Any], Event]] = {
    "Opened": lambda e: Opened(e.startRoot, e.endRoot, e.segments, e.roots),
    "Selected": lambda e: Selected(
        Interval.from_abi(e.interval), e.startRoot, e.endRoot, e.stage
    ),
    "Dissected": lambda e: Dissected(
        Interval.from_abi(e.interval), e.startRoot, e.endRoot, e.roots
    ),
}
