"""The challenger: recomputes claims, and brings down what is false."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

from challenge import tariff
from challenge.game import Crowd, GameView, Stage
from mips_vm.json_text import JsonObject
from oracle.amounts import brief_wei
from oracle.chain.contracts import Contracts
from oracle.logs import logger
from oracle.node.actions import Action, Player
from oracle.node.challenger import checks, joining
from oracle.node.challenger.checks import Checks
from oracle.node.challenger.choice import EVERY_CLAIM, Choice
from oracle.node.collector import Collector
from oracle.record.record import Answered, Asked
from oracle.record.views import expect_challenge
from oracle.sending.sender import Sender

log = logger(__name__)


class Strategy(checks.Strategy, Protocol):
    """What a challenger thinks; `oracle.node.honest.Honest`, or a liar."""

    def can(self, asked: Asked) -> bool:
        """Whether it could check the answer to this request."""
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
        strategy: Strategy,
        choice: Choice = EVERY_CLAIM,
    ) -> None:
        super().__init__(sender, contracts)
        self._strategy, self._choice = strategy, choice
        tell, troubles = lambda facts: self.tell(facts), self.troubles
        self.checks = Checks(strategy, choice.secret, tell, troubles)
        self.verdicts: dict[bytes, bool] = {}
        """Whether each standing claim that was checked is true."""
        self.unpaid: dict[bytes, str] = {}
        """Why false claims are not challenged: what the account lacks, by claim."""
        self._crowded: set[bytes] = set()

    def actions(self) -> Iterator[Action]:
        return self.in_parts(self._games, self._challenges, self._withdrawal)

    def waiting(self) -> list[Answered]:
        """Standing claims that it can check and has not yet, nor challenged."""
        mine = {
            played.claim_hash
            for played in self.record.tables.games.values()
            if played.challenger == self.address
        }
        return [
            answered
            for answered in self.record.tables.standing()
            if answered.hash not in mine and self._open_to_challenge(answered)
        ]

    def _player(self, answered: Answered) -> Player:
        return self._strategy.attacker(answered)

    def _challenges(self) -> Iterator[Action]:
        """What was found false, the dearest first; meanwhile the next are checked."""
        standing = {answered.hash for answered in self.record.tables.standing()}
        self.verdicts = {h: v for h, v in self.verdicts.items() if h in standing}
        self.unpaid = {h: why for h, why in self.unpaid.items() if h in standing}
        self._crowded &= standing
        open_claims = [a for a in self.waiting() if not self.troubles.puts_off(a.hash)]
        begun: set[bytes] = set()
        for answered in self.checks.ready(open_claims, self.seen.now):
            about = {"request_id": answered.claim.request_id}
            check = partial(self._challenge, answered, begun)
            yield from self.troubles.safely(answered.hash, check, **about)

    def _challenge(self, answered: Answered, begun: set[bytes]) -> Iterator[Action]:
        """`begun`: claims that were challenged since the last look."""
        false = self._strategy.doubts(answered)
        if answered.hash not in self.verdicts:
            found = "false claim" if false else "true claim"
            request_id, worker = answered.claim.request_id, answered.claim.worker
            log.info(found, request_id=request_id, worker="0x" + worker.hex())
        self.verdicts[answered.hash] = not false
        if not false:
            return
        expect_challenge(self.record, answered, self.address)
        if (view := self._view(answered, self.address)) is None:
            return
        if view.stage is Stage.NONE:
            if not self._pays_for(view, begun):
                return
            view = replace(view, crowd=self._crowd(answered, view))
        for action in self._moves(view, answered, self._player):
            begun.add(answered.hash)
            yield action

    def _crowd(self, answered: Answered, view: GameView) -> Crowd | None:
        """Who may do without us; joining those who are many is told beforehand."""
        seconds = self._strategy.check_seconds(answered.asked)
        window_end = answered.claim.window_end
        last_call = window_end - joining.LAST_CALL_SECONDS - int(2 * seconds)
        crowd = joining.crowd_of(self.record, view, last_call)
        terms = joining.terms_of(self.record, view)
        if terms.may_lack_wei and answered.hash not in self._crowded:
            self._crowded.add(answered.hash)
            log.info(
                "one more of many",
                request_id=answered.claim.request_id,
                open_games=terms.open_games,
                may_lack=terms.may_lack_wei,
                bond=terms.bond_wei,
            )
        return crowd

    def _pays_for(self, view: GameView, begun: set[bytes]) -> bool:
        """Whether the account has the gas of the longest game, and of all that it
        plays already, at the most that it pays for gas. Of nothing but lies that it
        can't afford it takes the first, which is the dearest."""
        posted = [
            (w.view.claim_hash, w.value)
            for w in self.posted.actions.values()
            if w.function == "challenge" and w.view is not None
        ]
        others = {claim: value for claim, value in posted if claim != view.claim_hash}
        playing = {p.claim_hash for p, _ in self._own_games()} | begun | others.keys()
        gas = (len(playing) + 1) * tariff.max_challenger_due(view.k)
        needed = gas * self.sender.worst_price() + view.challenge_wei
        has = self.chain.known_balance(self.address) - sum(others.values())
        if has >= needed or not playing:
            self.unpaid = {h: w for h, w in self.unpaid.items() if h != view.claim_hash}
            return True
        self._lacks(view, f"expected {brief_wei(needed)}, got {brief_wei(has)}")
        return False

    def _lacks(self, view: GameView, reason: str) -> None:
        if view.claim_hash not in self.unpaid:
            facts: JsonObject = {
                "request_id": view.claim.request_id,
                "claim": f"0x{view.claim_hash.hex()}",
                "window_end": view.claim.window_end,
            }
            cure = "send the account ether"
            log.warning("false claim not challenged", reason=reason, cure=cure, **facts)
            self.tell({"event": "unpaid", "reason": reason} | facts)
        self.unpaid = self.unpaid | {view.claim_hash: reason}

    def _open_to_challenge(self, answered: Answered) -> bool:
        if self.verdicts.get(answered.hash):
            return False  # what is true stays true
        in_time = self.seen.now < answered.claim.window_end
        if not (answered.alive and in_time and self._choice.takes(answered)):
            return False
        can = partial(self._strategy.can, answered.asked)
        about = {"request_id": answered.claim.request_id}
        return bool(self.troubles.tried(("can", answered.hash), can, **about))
