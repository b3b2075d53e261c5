"""The collector: ends own games that are decided, and takes the money home.

It needs no model: what is decided, the chain knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from challenge.game import GameView, Side, Stage
from challenge.moves import Move, Settle, Timeout
from oracle.node.actions import Action, Player
from oracle.node.node import Node
from oracle.pricing.purse import is_worth_it
from oracle.record.record import Answered, Played


@dataclass(frozen=True, slots=True)
class Settler:
    """Moves only where the other side has lost already."""

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        if view.stage in (Stage.NONE, Stage.OVER):
            return ()
        if view.dispute.dead:
            return (Settle(view.claim, view.challenger),)
        if view.clock.expired(now) and view.mover is Side.WORKER:
            return (Timeout(view.claim, view.challenger),)
        return ()


class Collector(Node):
    """What is due to one account from the games that it began."""

    def actions(self) -> Iterator[Action]:
        return self.in_parts(self._games, self._withdrawal)

    @property
    def open_challenges(self) -> int:
        """Own games that are not over."""
        return len(self._own_games())

    def _own_games(self) -> list[tuple[Played, Answered]]:
        """Those that this account began and that are not over."""
        games = self.record.games()
        return [game for game in games if game[0].challenger == self.address]

    def _player(self, answered: Answered) -> Player:
        return Settler()

    def _games(self) -> Iterator[Action]:
        """Moves in own games, the nearest deadline first; and prizes of tests."""
        games = [answered for _, answered in self._own_games()]
        tests = [answered for answered in games if answered.confessed]
        for answered in tests:
            about = {"request_id": answered.claim.request_id}
            prize = partial(self._prize, answered)
            yield from self.troubles.safely(("prize", answered.hash), prize, **about)
        others = [(a, self.address) for a in games if not a.confessed]
        yield from self.play(others, self._player)

    def _prize(self, answered: Answered) -> Iterator[Action]:
        """The share of a test that it noticed, and with it the end of its game; but
        where too many have noticed, nothing is left but the bond."""
        audits, claim = self.contracts.audits, answered.claim
        about = (answered.hash, self.address)
        if self.chain.known(audits, "shareOf", *about):
            call = (claim, self.address)
            yield Action(audits, "collect", call, request_id=claim.request_id)
        else:
            yield from self.play([(answered, self.address)], self._player)

    def _withdrawal(self) -> Iterator[Action]:
        """All that is free, once no own game is open, nor anything on its way; but not
        what a stranger has given to have it spend gas."""
        free = self.seen.free_wei
        if not free or self.open_challenges or self.posted.actions:
            return
        if is_worth_it(free, self.record.head.base_fee + self.chain.tip()):
            arguments = (self.address, free)
            yield Action(self.contracts.staking, "withdraw", arguments)
