"""What the chain has told so far, kept up with it: the tables of its events.

A record is made of nothing but the log, so a node that lost its memory reads it again
and knows what it knew. It notices when a block that it read is gone (a reorg), and when
something was never told (a hole), and then goes back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from time import monotonic
from typing import Any

from challenge import game
from challenge.claim import game_id
from oracle.chain.chain import Chain, events_of
from oracle.chain.contracts import Contracts
from oracle.chain.events import Event
from oracle.chain.head import NOTHING, Head
from oracle.chain.journal import Forgetful, Journal, Tip
from oracle.chain.words import said
from oracle.errors import Hole
from oracle.logs import logger
from oracle.record.audit import Auditor
from oracle.record.memory import Memory
from oracle.record.reading import Reader, Reading
from oracle.record.tables import ENDED, Answered, Asked, Played, Status, Tables

__all__ = ["ENDED", "Answered", "Asked", "Played", "Record", "Status", "Tables"]

AUDIT_SECONDS = 60
"""Of block time, from one comparison with the contracts to the next."""
MOST_UNANSWERED = 3
"""Comparisons in a row to which an endpoint that answers other things gives no answer:
then a record makes do without."""
FIRST_PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS = 30.0, 600.0
"""How long a record makes do with what can't be made whole, before it tries again."""

log = logger(__name__)


class Record:
    """The tables, kept up with the chain by `refresh`.

    What the journal keeps was proved whole. Without an `auditor` nothing is compared
    with the contracts: for commands that look once, and keep nothing.
    """

    def __init__(
        self,
        chain: Chain,
        contracts: Contracts,
        journal: Journal | None = None,
        auditor: Auditor | None = None,
    ) -> None:
        self.chain, self.contracts = chain, contracts
        self.tables = Tables()
        self.head = NOTHING
        """The latest block at the last look."""
        self._auditor = auditor
        self._reader = Reader(chain, contracts)
        self._memory = Memory()
        self._kept: Journal = Forgetful() if journal is None else journal
        self._journal = self._kept
        self._begun = False
        self._audited: Tip | None = None
        """Up to where tables and contracts were last found to agree."""
        self._audited_at = 0
        self._unanswered = 0
        """Comparisons in a row that could not be made."""
        self._closely = False
        """Whether ranges are not to be trusted, as far as that can be afforded."""
        self._patience, self._patient_until = 0.0, 0.0
        """Seconds, and an instant of the process's steady clock."""
        self.heard: Callable[[Event], None] | None = None
        """Hears what is new, if anything was known before."""
        self._told: int | None = None
        """The last block of which something was told."""
        self.forgets = False
        """Whether what has ended is dropped, so that a node may run for years."""

    def refresh(self, head: Head | None = None) -> None:
        """Reads the blocks since the last time, and again those that are gone, up to
        that head; the latest if none is given.

        Where logs turn out to lack something it looks closer, then reads everything
        again; if that doesn't help it makes do with what there is, and keeps nothing.
        """
        self.head = self.chain.head() if head is None else head
        if self._makes_do and monotonic() > self._patient_until:
            self._journal = self._kept
            self._start_over()
        for remedy in (self._look_closer, self._start_over, self._make_do):
            try:
                self._read()
                break
            except Hole as hole:
                log.warning("logs lack something", reason=str(hole))
                remedy()
        else:
            self._read()
        if self._told is None and self._journal.tip is not None:
            self._told = self.height

    @property
    def blooms(self) -> bool:
        """Whether blooms say what blocks have logged, and nothing is in doubt."""
        return self._reader.blocks.blooms and not self._makes_do

    @property
    def _makes_do(self) -> bool:
        return self._journal is not self._kept

    def _read(self) -> None:
        self._rewind()
        reader = self._reader
        if reader.is_far(self._journal.tip, self.head, self._closely):
            self._read_far()
        found = reader.near(self._journal.tip, self.head)
        told = [] if found is None else self._folded(found)
        if found is None or found.proved:
            self._audit(self._journal.tip if found is None else found.tip)
        else:
            self._insist(found.tip, all_of_it=True)
        if found is not None:
            self._keep(found, told)
        tip = self._journal.tip
        if reader.is_far(tip, self.head, closely=False) and not self._makes_do:
            missing = "expected its logs to be whole, got some that are not"
            raise Hole(missing, reader.first(tip))
        self._closely = False
        if not self._makes_do:
            self._patience = 0.0

    def _read_far(self) -> None:
        """What no header proves is kept only if it agrees with the contracts."""
        found = self._reader.far(self._journal.tip, self.head)
        told = [self._folded(reading) for reading in found]
        if found:
            self._insist(found[-1].tip, all_of_it=True)
        for reading, events in zip(found, told, strict=True):
            self._keep(reading, events)

    def _folded(self, reading: Reading) -> list[Event]:
        """Its events, now in the tables. After a `Hole` those are good for nothing."""
        told = events_of(self.contracts.telling, reading.logs)
        self.tables.fold(told)
        self._memory.hear(told)
        return told

    def _keep(self, reading: Reading, told: Sequence[Event]) -> None:
        self._journal.append(reading.tip, reading.logs)
        if self._told is not None:
            for event in told:
                if self.heard is not None and event.block > self._told:
                    self.heard(event)
            self._told = max(self._told, reading.tip.block)
        self._forget_ended()

    def _audit(self, tip: Tip | None) -> None:
        """Now and then, and always where no bloom proves anything. Where blooms do, and
        all was well before, nothing waits for it."""
        if tip is None or tip == self._audited:
            return
        if self._audited is None or not self._reader.blocks.blooms:
            self._insist(tip, all_of_it=self._audited is None)
        elif self.head.timestamp - self._audited_at >= AUDIT_SECONDS:
            try:
                self._compare(tip, all_of_it=False)
            except Hole:
                raise
            except Exception as error:
                log.warning("not audited", reason=said(error))
                self._audited_at = self.head.timestamp

    def _insist(self, tip: Tip, all_of_it: bool) -> None:
        """Compares what nothing else proves.

        Raises what goes wrong then; but of an endpoint that answers, only not this,
        for ever, no more is to be had: a `Hole`.
        """
        try:
            self._compare(tip, all_of_it)
        except Hole:
            raise
        except Exception as error:
            self._unanswered += 1
            if self._unanswered < MOST_UNANSWERED or not self.chain.reachable():
                raise
            missing = f"expected to be told what the contracts hold, got {error!r}"
            raise Hole(missing, tip.block) from error

    def _compare(self, tip: Tip, all_of_it: bool) -> None:
        """Raises `Hole` if tables and contracts disagree as of that block."""
        if self._auditor is None or self._makes_do:
            return
        asked = (self.tables, tip.block, all_of_it)
        problem = self._auditor.disagreement(*asked)
        self._unanswered = 0
        if not problem:
            self._audited, self._audited_at = tip, self.head.timestamp
        elif self.chain.block_hash(tip.block) == tip.hash:
            raise Hole(problem, tip.block)

    def _look_closer(self) -> None:
        """Goes back to where all was well, and on from there block by block."""
        self._reader.blocks.blooms = False
        well = None if self._audited is None else self._audited.block
        self._journal.drop()
        while well is not None and self.height > well:
            self._journal.drop()
        if self._told is not None and well is not None:
            self._told = min(self._told, well)
        self._closely, self._begun, self._audited = True, False, None

    def _start_over(self) -> None:
        """From the contracts' first block."""
        self._closely, self._begun, self._audited = True, False, None
        while self._journal.tip is not None:
            self._journal.drop()

    def _make_do(self) -> None:
        """With events that don't fit, and without keeping any, until patience ends."""
        self._patience = min(
            max(2 * self._patience, FIRST_PATIENCE_SECONDS), LONGEST_PATIENCE_SECONDS
        )
        self._patient_until = monotonic() + self._patience
        self._journal, self._begun, self._closely = Forgetful(), False, False
        log.warning("going on with what is known", seconds=self._patience)

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
        if tip is not None and (undone or self._told is None):
            self._told = tip.block if self._told is None else min(self._told, tip.block)
        if undone:
            self._memory.clear()
            self.tables = Tables(lenient=self._makes_do)
            self.tables.fold(events_of(self.contracts.telling, self._journal.logs()))
            self._begun = True
            self._forget_ended()

    def _is_there(self, tip: Tip) -> bool:
        if tip.hash in (self.head.hash, self.head.parent):
            return True
        return self.chain.block_hash(tip.block) == tip.hash

    def _forget_ended(self) -> None:
        if self.forgets and self.tables.forget_ended():
            self._memory.forget_all_but(self.tables)

    def dispute_of(self, claim: bytes) -> game.Dispute:
        """Of that claim, as the contract has it; not asked for again before the log
        tells of it."""
        told = self._asked((claim,), "getDispute", claim)
        return game.Dispute.from_abi(told)

    def game_of(self, claim: bytes, challenger: bytes) -> game.Game:
        """The same of a game."""
        subjects = claim, game_id(claim, challenger)
        return game.Game.from_abi(self._asked(subjects, "getGame", claim, challenger))

    def expect(
        self,
        games: Iterable[tuple[Answered, bytes]],
        others: Sequence[Callable[[], object]] = (),
    ) -> None:
        """Is about to be asked about these games, by claim and challenger, and then for
        the others: what isn't known is asked for at once."""
        asks: list[Callable[[], object]] = []
        for answered, challenger in games:
            asks.append(partial(self.dispute_of, answered.hash))
            asks.append(partial(self.game_of, answered.hash, challenger))
        self.chain.ahead([*asks, *others])

    def _asked(self, subjects: tuple[bytes, ...], function: str, *about: bytes) -> Any:
        contract = self.contracts.game
        ask = partial(self.chain.known, contract, function, *about)
        if self._makes_do:
            return ask()
        return self._memory.get(subjects, (function, about), ask)

    def doubt(self, claim: bytes) -> None:
        """What was answered about the claim doesn't fit what the log tells."""
        self._memory.doubt(claim)

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
