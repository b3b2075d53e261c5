"""Games between those who may act, on the contracts and the ledger alike."""

from copy import copy
from dataclasses import replace
from random import Random

from eth_utils import keccak
from support.games.made_up import (
    DESCEND,
    DISSECT,
    HALTED,
    OPEN,
    OVER,
    PROVE,
    SELECT,
    MadeUpGame,
    Run,
    first_difference,
    status,
)
from support.money.actors import (
    CLOCK,
    HONEST_CHALLENGER,
    INSTRUCTIONS,
    SEGMENTS,
    Actors,
    K,
    tally,
)
from support.money.ledger import Asked, Claimed, Played

from challenge import tariff
from challenge.roots import end_root, start_root


class Players(Actors):
    """What may be done about claims."""

    def challenge(self, who: str, asked: Asked, claimed: Claimed) -> None:
        address = self.address[who]
        price = self.ledger.price
        bond = self.ledger.challenger_bond(claimed, price)
        value = max(0, bond - self.ledger.free[address])
        expected = ""
        if asked.status != 3:
            expected = "NotDisputable"
        elif asked.claimed is not claimed:
            expected = "WrongClaim"
        elif self.now >= claimed.claim.windowEnd:
            expected = "TooLate"
        elif address in claimed.games:
            expected = "GameExists"
        now, player = self.now, self._player(claimed, who)
        call = ("DisputeGame", "challenge", claimed.claim)
        sent = self.attempt(
            expected, lambda: self.chain.send(*call, sender=address, value=value)
        )
        if sent is None:
            return
        played = Played(address, player, price, now, CLOCK, CLOCK)
        if claimed.opened_at:
            played.stage = SELECT
        self.ledger.challenge(claimed, played, value)

    def _player(self, claimed: Claimed, who: str) -> MadeUpGame:
        """Of the claim's worker, and of a challenger who points rightly or anywhere."""
        story = copy(self.story)
        story.claim, story.claim_hash = claimed.claim, claimed.hash
        story.worker = claimed.claim.worker
        roots = (self.story.program_root, claimed.claim.inputRoot)
        model = self.story.model_root
        start = start_root(*roots, model)
        end = end_root(*roots, claimed.claim.outputRoot, model)
        never = (SEGMENTS, 0)
        where = Random(claimed.hash)
        place = (where.randrange(SEGMENTS), where.randrange(1, INSTRUCTIONS + 1))
        lie = place if claimed.false else never
        run = Run(start, end, SEGMENTS, INSTRUCTIONS, lie, b"lie")
        truth = run
        if claimed.false:
            truth = replace(run, end=status(keccak(end), HALTED), salt=b"truth")
        pick = first_difference if claimed.false and who == HONEST_CHALLENGER else None
        anywhere = lambda mine, _: self.rng.randrange(len(mine) - 1)  # noqa: E731
        address = self.address[who]
        return MadeUpGame(story, run, truth, address, pick or anywhere)

    def move(self, asked: Asked, claimed: Claimed, played: Played, by: str) -> None:
        """The mover's next move; a proof is made by whoever `by` names."""
        claimed.caught_up(played)
        if claimed.dead or played.stage == OVER:
            return
        if self.now >= played.flag:
            return
        player, now, stage = played.player, self.now, played.stage
        if stage == PROVE:
            self._prove(asked, claimed, played, by)
            return
        shown = self._next_shown(player, stage)
        tally.update(event.name for event in player.step().events)
        played.press(now)
        if stage == SELECT:
            played.challenger_due += tariff.SELECT
            played.stage = self._after_select(player)
        else:
            if stage == OPEN:
                claimed.opened_at = now
            fixed = {OPEN: tariff.OPEN, DISSECT: tariff.DISSECT}
            due = fixed.get(stage, tariff.DESCEND)
            played.worker_due += due + shown * tariff.ROOT
            played.stage = SELECT

    def _next_shown(self, player: MadeUpGame, stage: int) -> int:
        length = INSTRUCTIONS if stage == DESCEND else player.interval.length
        return min(K, length) - 1

    def _after_select(self, player: MadeUpGame) -> int:
        if player.interval.length > 1:
            return DISSECT
        return DESCEND if player.interval.level == 1 else PROVE

    def _prove(self, asked: Asked, claimed: Claimed, played: Played, by: str) -> None:
        player, sender = played.player, self.address[by]
        at = player.interval
        mine = player.run.state(at.segment, at.start)
        agreed = player.truth.state(at.segment, at.start) == player.start
        source = player.truth if agreed else player.run
        post = source.state(at.segment, at.start + 1)
        assert agreed or mine == player.start
        self.chain.send("TableVerifier", "learn", player.start, post, sender=sender)
        if self.now >= played.flag:
            return
        args = (claimed.claim, *player.position_args(), player.witness())
        sent = self.chain.send("DisputeGame", "prove", *args, sender=sender)
        tally.update(event.name for event in sent.events)
        self._ended(asked, claimed, played, sender, post == player.end, tariff.PROVE)

    def _ended(
        self,
        asked: Asked,
        claimed: Claimed,
        played: Played,
        sender: str,
        worker_wins: bool,
        worth: int,
    ) -> None:
        if worker_wins:
            if sender == claimed.claim.worker:
                played.worker_due += worth
            self.ledger.challenger_loses(claimed, played)
        else:
            if sender == played.challenger:
                played.challenger_due += worth
            self.ledger.worker_loses(asked, claimed, played)

    def timeout(self, who: str, asked: Asked, claimed: Claimed, played: Played) -> None:
        claimed.caught_up(played)
        expected = ""
        if claimed.dead:
            expected = "ClaimDead"
        elif played.stage == OVER:
            expected = "WrongStage"
        elif self.now < played.flag:
            expected = "TooEarly"
        sender, stage = self.address[who], played.stage
        call = ("DisputeGame", "timeout", claimed.claim, played.challenger)
        if self.attempt(expected, lambda: self.chain.send(*call, sender=sender)):
            worth, won = tariff.TIMEOUT, stage == SELECT
            self._ended(asked, claimed, played, sender, won, worth)

    def settle(self, who: str, claimed: Claimed, played: Played) -> None:
        expected = ""
        if not claimed.dead:
            expected = "ClaimAlive"
        elif played.stage == OVER:
            expected = "WrongStage"
        sender = self.address[who]
        call = ("DisputeGame", "settle", claimed.claim, played.challenger)
        if self.attempt(expected, lambda: self.chain.send(*call, sender=sender)):
            claimed.caught_up(played)
            if sender == played.challenger:
                played.challenger_due += tariff.SETTLE
            self.ledger.settle(claimed, played)
