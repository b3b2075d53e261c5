"""The challenger: recomputes every claim, and brings down what is false."""

from collections.abc import Iterator
from functools import partial
from typing import Protocol

from oracle.chain.sender import Sender
from oracle.choice import EVERY_CLAIM, Choice
from oracle.collector import Collector
from oracle.contracts import Contracts
from oracle.logs import logger
from oracle.node import Player, Wish
from oracle.record import Answered, Asked

log = logger(__name__)


class Mind(Protocol):
    """What a challenger thinks; `oracle.honest.Honest`, or a liar."""

    def can(self, asked: Asked) -> bool:
        """Whether it could check the answer to this request."""
        ...

    def ready(self, asked: Asked) -> bool:
        """Whether its own answer is there; if not, someone is working on it now."""
        ...

    def doubts(self, answered: Answered) -> bool:
        """Whether to challenge the claim."""
        ...

    def attacker(self, answered: Answered) -> Player: ...


class Challenger(Collector):
    """Challenges, plays, ends silent games, settles; then takes its money home."""

    def __init__(
        self,
        sender: Sender,
        contracts: Contracts,
        mind: Mind,
        choice: Choice = EVERY_CLAIM,
    ) -> None:
        super().__init__(sender, contracts)
        self._mind, self._choice = mind, choice
        self.verdicts: dict[bytes, bool] = {}
        """Whether each standing claim that was checked is true."""

    def wishes(self) -> Iterator[Wish]:
        return self.in_parts(self._games, self._challenges, self._withdrawal)

    def _player(self, answered: Answered) -> Player:
        return self._mind.attacker(answered)

    def _challenges(self) -> Iterator[Wish]:
        """False claims, those whose window closes soonest first."""
        mine = {
            played.claim_hash
            for played in self.record.tables.games.values()
            if played.challenger == self.address
        }
        claims = self.record.tables.standing()
        standing = {answered.hash for answered in claims}
        self.verdicts = {h: v for h, v in self.verdicts.items() if h in standing}
        for answered in sorted(claims, key=lambda a: a.claim.window_end):
            if answered.hash in mine:
                continue
            about = {"request_id": answered.claim.request_id}
            check = partial(self._challenge, answered)
            yield from self.troubles.safely(answered.hash, check, **about)

    def _challenge(self, answered: Answered) -> Iterator[Wish]:
        if not self._open_to_challenge(answered):
            return
        if not self._mind.ready(answered.asked):
            return
        false = self._mind.doubts(answered)
        if answered.hash not in self.verdicts:
            found = "false claim" if false else "true claim"
            request_id, worker = answered.claim.request_id, answered.claim.worker
            log.info(found, request_id=request_id, worker="0x" + worker.hex())
        self.verdicts[answered.hash] = not false
        if false:
            player = self._mind.attacker(answered)
            yield from self.moves(answered, self.address, player)

    def _open_to_challenge(self, answered: Answered) -> bool:
        if self.verdicts.get(answered.hash):
            return False  # what is true stays true
        in_time = self.seen.now < answered.claim.window_end
        wanted = answered.alive and in_time and self._choice.takes(answered)
        return wanted and self._mind.can(answered.asked)
