"""Whether what a record has learned is what the contracts hold, as of one block.

Logs are what a record is made of; the contracts' own state is the second witness. It
tells of requests that were never heard of, of claims whose end was missed, of games.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import Dispute, Game, Stage, position_of
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.logs import logger
from oracle.record.tables import Answered, Asked, Played, Status, Tables

log = logger(__name__)

MOST_UNTOLD = 3
"""Requests in a row of which a node tells nothing, until it counts as unable to."""
AT_ONCE = 100
"""Requests that are asked about together."""
SAMPLE, AUDITS_A_ROUND = 32, 10
"""So many requests at most are looked at by an audit that is one of many, and fewer
where so many audits get around to all of them."""


class Auditor:
    """Compares tables with the contracts. `k`: parts of a dissection at most."""

    def __init__(self, chain: Chain, contracts: Contracts) -> None:
        self._chain, self._contracts = chain, contracts
        self._last = 0
        self._owed: set[int] = set()
        """Of which the last audit was told nothing: the next one begins there."""
        self._k: int | None = None

    def disagreement(self, tables: Tables, block: int, all_of_it: bool) -> str:
        """What the tables lack as of that block, in words; empty if nothing is found.

        Not `all_of_it`: how many requests there are, and some of those that have not
        ended; others each time. Raises `ChainError` if the node can't tell.
        """
        expected = int(self._ask("lastRequestId", block=block))
        if expected != tables.last_request:
            return f"requests: expected {expected}, got {tables.last_request}"
        alive = tables.unended()
        few = min(SAMPLE, -(-len(alive) // AUDITS_A_ROUND))
        chosen = alive if all_of_it else list(islice(self._next(alive), few))
        if self._owed:
            first = [a for a in alive if a.request.id in self._owed]
            chosen = [*first, *(a for a in chosen if a.request.id not in self._owed)]
            self._owed = set()
        untold = 0
        for start in range(0, len(chosen), AT_ONCE):
            some = chosen[start : start + AT_ONCE]
            with suppress(Exception):  # then they are asked one by one
                self._chain.ahead(list(self._questions(tables, some, block)))
            for asked in some:
                try:
                    problem = self._problem(tables, asked, block)
                except Exception as error:
                    # What can't be told of one request keeps no other from its turn;
                    # of a node that tells nothing, nothing is believed.
                    untold += 1
                    self._owed.add(asked.request.id)
                    if untold == min(MOST_UNTOLD, len(chosen)):
                        raise
                    about = {"request_id": asked.request.id, "reason": str(error)}
                    log.warning("not audited", **about)
                    continue
                untold = 0
                if problem:
                    return problem
        return ""

    def _questions(
        self, tables: Tables, chosen: Sequence[Asked], block: int
    ) -> Iterator[Callable[[], object]]:
        """All that will be asked of these, so that it can be asked at once."""
        game = partial(self._chain.call, self._contracts.game, block=block)
        for asked in chosen:
            identity = asked.request.id
            yield partial(self._ask, "getRequest", identity, block=block)
            for answered, games in tables.disputable(identity):
                yield partial(game, "getDispute", answered.hash)
                for played in games:
                    yield partial(game, "getGame", answered.hash, played.challenger)

    def about(self, tables: Tables, request: int, block: int) -> str:
        """The same about one request, known or not."""
        if (asked := tables.requests.get(request)) is not None:
            return self._problem(tables, asked, block)
        there = int(self._ask("lastRequestId", block=block))
        if there < request:
            return ""
        return f"request {request}: expected one of {there}, got none"

    def _next(self, alive: Sequence[Asked]) -> Iterator[Asked]:
        """From where the last audit ended, and round to there again."""
        start = self._last
        later = [a for a in alive if a.request.id > start]
        sooner = [a for a in alive if a.request.id <= start]
        for asked in (*later, *sooner):
            self._last = asked.request.id
            yield asked

    def _problem(self, tables: Tables, asked: Asked, block: int) -> str:
        """What is missing about a request, its claims, and the games about them."""
        identity = asked.request.id
        held = self._ask("getRequest", identity, block=block)
        status, _, attempt, _, _, commitment, _ = held
        expected, actual = Status(status), asked.status
        if (expected, attempt) != (actual, asked.attempt):
            told = f"expected {expected.name.lower()} after {attempt} attempts"
            mine = f"got {actual.name.lower()} after {asked.attempt}"
            return f"request {identity}: {told}, {mine}"
        if commitment != asked.commitment:
            actual_hash = asked.commitment.hex()
            return f"request {identity}: expected {commitment.hex()}, got {actual_hash}"
        found = tables.disputable(identity)
        problems = (self._dispute(tables, *about, block) for about in found)
        problem = next(filter(None, problems), "")
        return problem and f"request {identity}: {problem}"

    def _dispute(
        self, tables: Tables, answered: Answered, games: Sequence[Played], block: int
    ) -> str:
        """The same about a claim's games."""
        contract, claim = self._contracts.game, answered.hash
        told = self._chain.call(contract, "getDispute", claim, block=block)
        dispute = Dispute.from_abi(told)
        if dispute.open_games != len(games):
            return f"expected {dispute.open_games} open games, got {len(games)}"
        opening = tables.openings.get(claim)
        if dispute.opened_at and opening is None:
            return "expected an opening, got none"
        for played in games:
            who = played.challenger
            held = self._chain.call(contract, "getGame", claim, who, block=block)
            shown = played.shown if opening is None else (opening, *played.shown)
            game = Game.from_abi(held)
            if game.stage == Stage.OVER:
                return "expected the end of a game, got none"
            try:
                position_of(game, dispute, shown, self._parts)
            except (PositionMismatch, PositionMissing) as problem:
                return str(problem)
        return ""

    @property
    def _parts(self) -> int:
        if self._k is None:
            self._k = int(self._chain.call(self._contracts.game, "k"))
        return self._k

    def _ask(self, function: str, *arguments: int, block: int) -> Any:
        return self._chain.call(
            self._contracts.oracle, function, *arguments, block=block
        )
