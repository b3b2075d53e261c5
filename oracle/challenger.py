"""The challenger: recomputes every claim, and brings down what is false."""

from collections.abc import Iterator
from typing import Protocol

from oracle.chain.sender import Sender
from oracle.contracts import Contracts
from oracle.node import Node, Player, Wish
from oracle.record import Answered, Asked


class Mind(Protocol):
    """What a challenger thinks; `oracle.honest.Honest`, or a liar."""

    def can(self, asked: Asked) -> bool:
        """Whether it could check the answer to this request."""
        ...

    def doubts(self, answered: Answered) -> bool:
        """Whether to challenge the claim."""
        ...

    def attacker(self, answered: Answered) -> Player: ...


class Challenger(Node):
    """Challenges, plays, ends silent games, settles; then takes its money home."""

    def __init__(self, sender: Sender, contracts: Contracts, mind: Mind) -> None:
        super().__init__(sender, contracts)
        self._mind = mind

    def wishes(self) -> Iterator[Wish]:
        yield from self._games()
        yield from self._challenges()
        yield from self._withdrawal()

    def _games(self) -> Iterator[Wish]:
        for played, answered in self.record.games():
            if played.challenger == self.address:
                player = self._mind.attacker(answered)
                yield from self.moves(answered, self.address, player)

    def _challenges(self) -> Iterator[Wish]:
        mine = {
            played.claim_hash
            for played in self.record.tables.games.values()
            if played.challenger == self.address
        }
        for answered in self.record.tables.claims.values():
            if answered.hash in mine or not self._open_to_challenge(answered):
                continue
            if self._mind.doubts(answered):
                player = self._mind.attacker(answered)
                yield from self.moves(answered, self.address, player)

    def _open_to_challenge(self, answered: Answered) -> bool:
        in_time = self.chain.now() < answered.claim.window_end
        return answered.alive and in_time and self._mind.can(answered.asked)

    def _withdrawal(self) -> Iterator[Wish]:
        """All that is free, once no game of its own is open."""
        playing = any(p.challenger == self.address for p, _ in self.record.games())
        free, _ = self.stake()
        if free and not playing:
            arguments = (self.address, free)
            yield Wish(self.contracts.staking, "withdraw", arguments)
