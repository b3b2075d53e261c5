"""Everyone who may act, honest or not, on one chain; each action is done on both the
contracts and the ledger, and refused by both or by neither."""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from random import Random
from typing import Any

from eth_utils import keccak
from support.evm import ETHER, Chain, Receipt, Reverted
from support.made_up import (
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
from support.money.ledger import (
    MIN_LEASE,
    MIN_OPEN,
    Asked,
    Claimed,
    Ledger,
    Played,
)
from support.protocol import (
    ANY_BOND,
    REVERTING,
    ZERO_ADDRESS,
    Puppet,
    Story,
)

from challenge import tariff
from challenge.roots import end_root, start_root
from solidity.deployment import Parameters

K, CLOCK = 3, 600
SEGMENTS, INSTRUCTIONS = 5, 7
TRUTH, LIE = b"true", b"a lie"
RICH = 1000 * ETHER
SLACK = 150
"""Seconds before its deadline at which an honest account does its duty, at the latest:
each of its transactions takes one."""
ACCOUNTS_SLOT = 0
"""Of the bank's mapping."""

HONEST_WORKER, HONEST_CHALLENGER = "honest worker", "honest challenger"
WORKERS = (HONEST_WORKER, "worker", "another worker")
CHALLENGERS = (HONEST_CHALLENGER, "challenger", "another challenger", "worker")
REQUESTERS = ("requester", "another requester", "contract")
STRANGER, PUBLISHER = "stranger", "publisher"
NAMES = tuple(dict.fromkeys((*WORKERS, *CHALLENGERS, *REQUESTERS, STRANGER, PUBLISHER)))


tally: Counter[str] = Counter()
"""How often each event was told, and each refusal came."""
REACHED = (
    "Requested", "Accepted", "LeaseExpired", "Claimed", "ClaimKilled", "Finalized",
    "CallbackFailed", "Cancelled", "Challenged", "Opened", "Selected", "Dissected",
    "Proved", "TimedOut", "WorkerLost", "ChallengerLost", "Settled", "WrongStatus",
    "TooLate", "TooEarly", "InsufficientBalance", "WrongSender", "DeadlineOutOfRange",
    "WindowOutOfRange", "CallbackGasTooHigh",
)  # fmt: skip
"""What a hundred sequences come by."""
SELDOM = (
    "WrongAttempt", "LeaseTooShort", "BondTooHigh", "DisputeOpen", "GameExists",
    "ClaimDead", "NotDisputable", "WrongClaim",
)  # fmt: skip
"""What a thousand do."""


class Town:
    """`rng` draws what players of games choose: where they lie, where they point."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.chain = chain = Chain(Parameters(K, CLOCK), verifier="TableVerifier")
        self.story = Story(chain)
        self.puppet = Puppet(chain, "contract", funds=0)
        self.puppet.mood(REVERTING)
        self.puppet.give(RICH)
        self.address = {name: chain.account(name) for name in NAMES}
        self.address["contract"] = self.puppet.address
        self.ledger = Ledger(K, CLOCK, self.address[PUBLISHER])
        for address in self.address.values():
            self.ledger.hand[address] = RICH
        self._drain(self.story.worker)
        for address in self.address.values():
            chain.evm.set_balance(address, RICH)
        self.begun = self.ledger.copy()
        self._kept: tuple[Any, int, int, Ledger] | None = None

    def _drain(self, account: str) -> None:
        """The story staked for its worker; the town begins with nothing in the bank."""
        free = self.story.free(account)
        call = ("withdraw", account, free)
        self.chain.send("Staking", *call, sender=account)

    # The chain, forked and not.

    def keep(self) -> None:
        """From here the chain may fork."""
        chain = self.chain
        self._kept = (
            chain.evm.snapshot(),
            chain.now,
            chain.number,
            self.ledger.copy(),
        )

    def reorganise(self) -> None:
        """All since `keep` is undone."""
        if self._kept is None:
            return
        mark, now, number, ledger = self._kept
        self.chain.evm.revert(mark)
        self.chain.now, self.chain.number = now, number
        self.chain._set_block()
        self.ledger, self._kept = ledger, None

    @property
    def kept(self) -> bool:
        """Whether there is something to go back to."""
        return self._kept is not None

    @property
    def now(self) -> int:
        return self.chain.now

    # Actions. Each returns the error's name, or "" if it was taken.

    def attempt(self, expected: str, send: Callable[[], Receipt]) -> Receipt | None:
        """Sends; the contracts must answer as the rules say. None if they refuse."""
        try:
            receipt = send()
        except Reverted as error:
            assert error.name == expected, (expected, error)
            tally[expected] += 1
            return None
        assert expected == "", f"expected {expected}, got none"
        tally.update(event.name for event in receipt.events)
        return receipt

    def _oracle(
        self, expected: str, function: str, *arguments: Any, sender: str
    ) -> Receipt | None:
        call = ("InferenceOracle", function, *arguments)
        return self.attempt(expected, lambda: self.chain.send(*call, sender=sender))

    def ask(self, who: str, terms: dict[str, Any], fee: int) -> Asked | None:
        sender, now = self.address[who], self.now
        expected = self._request_error(terms, now)

        def send() -> Receipt:
            arguments = tuple(self.story.terms(input=b"four", **terms))
            if who == "contract":
                oracle = "InferenceOracle"
                return self.puppet.do(oracle, "request", *arguments, value=fee)
            call = ("InferenceOracle", "request", *arguments)
            return self.chain.send(*call, sender=sender, value=fee)

        receipt = self.attempt(expected, send)
        if receipt is None:
            return None
        asked = Asked(receipt.event("Requested").request, now)
        refund = terms.get("refund_to", ZERO_ADDRESS)
        assert asked.r.refundTo == (sender if refund == ZERO_ADDRESS else refund)
        self.ledger.request(asked)
        return asked

    def _request_error(self, terms: dict[str, Any], now: int) -> str:
        if terms["callback_gas"] > 2_000_000:
            return "CallbackGasTooHigh"
        if not 300 <= terms["window"] <= 30 * 86_400:
            return "WindowOutOfRange"
        if not now + MIN_LEASE + 60 <= terms["deadline"] <= now + 90 * 86_400:
            return "DeadlineOutOfRange"
        return ""

    def accept(
        self, who: str, asked: Asked, stale: int, early: int, short: int
    ) -> None:
        """`stale`: of how many attempts ago it is; `early`: seconds that the lease is
        to last beyond what it would; `short`: wei that its bond is above the agreed."""
        address, now, ledger = self.address[who], self.now, self.ledger
        last = asked.r.deadline - MIN_LEASE
        end = asked.lease_end(now)
        attempt = max(0, asked.attempt - stale)
        expected = ""
        if asked.status != 1:
            expected = "WrongStatus"
        elif attempt != asked.attempt:
            expected = "WrongAttempt"
        elif now >= last:
            expected = "TooLate"
        elif early > 0:
            expected = "LeaseTooShort"
        elif short > 0:
            expected = "BondTooHigh"
        elif ledger.free[address] < asked.bond:
            expected = "InsufficientBalance"
        most = min(asked.bond - short, ANY_BOND)
        terms = (asked.r, attempt, max(0, end + early), most)
        receipt = self._oracle(expected, "accept", *terms, sender=address)
        if receipt is not None:
            ledger.accept(asked, receipt.event("Accepted").lease)
            assert asked.lease.end == end and asked.lease.bond == asked.bond

    def submit(self, who: str, asked: Asked, false: bool) -> None:
        address, now = self.address[who], self.now
        expected = ""
        if asked.status != 2:
            expected = "WrongStatus"
        elif asked.lease.worker != address:
            expected = "WrongSender"
        elif now >= asked.lease.end:
            expected = "TooLate"
        lease = asked.lease or (bytes(32), 0, address, 0, 0, 0)
        output = LIE if false else TRUTH
        receipt = self._oracle(
            expected, "submit", asked.r, lease, output, sender=address
        )
        if receipt is not None:
            told = receipt.event("Claimed")
            asked.status, asked.lease = 3, None
            asked.claimed = Claimed(told.claim, told.claimHash, output, false)
            assert told.claim.windowEnd == now + asked.r.window

    def expire(self, who: str, asked: Asked) -> None:
        address, lease = self.address[who], asked.lease
        expected = ""
        if asked.status != 2:
            expected = "WrongStatus"
        elif self.now < lease.end:
            expected = "TooEarly"
        terms = (asked.r, lease or (bytes(32), 0, address, 0, 0, 0))
        if self._oracle(expected, "expireLease", *terms, sender=address) is not None:
            self.ledger.expire(asked)

    def cancel(self, who: str, asked: Asked) -> None:
        address, now = self.address[who], self.now
        expected = ""
        if asked.status != 1:
            expected = "WrongStatus"
        elif address != asked.r.requester and now < asked.r.deadline:
            expected = "WrongSender"
        elif asked.attempt == 0 and now < asked.posted + MIN_OPEN:
            expected = "TooEarly"
        if who == "contract":
            send = lambda: self.puppet.do("InferenceOracle", "cancel", asked.r)  # noqa: E731
            receipt = self.attempt(expected, send)
        else:
            receipt = self._oracle(expected, "cancel", asked.r, sender=address)
        if receipt is not None:
            self.ledger.cancel(asked)

    def finalize(self, who: str, asked: Asked) -> None:
        address, claimed = self.address[who], asked.claimed
        expected = ""
        if asked.status != 3:
            expected = "WrongStatus"
        elif claimed is not None and self.now < claimed.claim.windowEnd:
            expected = "TooEarly"
        elif claimed is not None and claimed.open_games:
            expected = "DisputeOpen"
        known = claimed or next(iter(asked.dead), None)
        if known is None:
            return
        terms = (asked.r, known.claim, known.output)
        receipt = self._oracle(expected, "finalize", *terms, sender=address)
        if receipt is not None:
            asked.callback_failed = receipt.has("CallbackFailed")
            hostile = asked.r.requester == self.puppet.address
            assert asked.callback_failed == hostile
            self.ledger.finalize(asked)

    def deposit(self, who: str, whom: str, amount: int) -> None:
        sender, account = self.address[who], self.address[whom]
        send = ("Staking", "deposit", account)
        self.chain.send(*send, sender=sender, value=amount)
        self.ledger.deposit(sender, account, amount)

    def withdraw(self, who: str, amount: int) -> None:
        account = self.address[who]
        expected = "" if amount <= self.ledger.free[account] else "InsufficientBalance"
        call = ("Staking", "withdraw", account, amount)
        sent = self.attempt(expected, lambda: self.chain.send(*call, sender=account))
        if sent is not None:
            self.ledger.withdraw(account, amount)

    # Games.

    def challenge(self, who: str, asked: Asked, claimed: Claimed) -> None:
        address = self.address[who]
        bond = self.ledger.challenger_bond(claimed)
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
        played = Played(address, player, now, CLOCK, CLOCK)
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

    # What an honest account must do, and when at the latest.

    def duties(self) -> Iterator[tuple[int, Callable[[], None]]]:
        worker = self.address[HONEST_WORKER]
        challenger = self.address[HONEST_CHALLENGER]
        for asked in list(self.ledger.requests.values()):
            if asked.status == 2 and asked.lease.worker == worker:
                yield asked.lease.end, _do(self.submit, HONEST_WORKER, asked, False)
            claimed = asked.claimed
            if claimed is None or asked.status != 3:
                continue
            if claimed.false and challenger not in claimed.games:
                end = claimed.claim.windowEnd
                yield end, _do(self.challenge, HONEST_CHALLENGER, asked, claimed)
            for played in claimed.open_games:
                claimed.caught_up(played)
                mover = played.challenger if played.stage == SELECT else worker
                proves = played.stage == PROVE and claimed.false
                if proves and played.challenger == challenger:
                    act = _do(self.move, asked, claimed, played, HONEST_CHALLENGER)
                    yield played.flag, act
                elif mover == challenger and played.stage == SELECT:
                    act = _do(self.move, asked, claimed, played, HONEST_CHALLENGER)
                    yield played.flag, act
                elif claimed.claim.worker == worker and mover == worker:
                    act = _do(self.move, asked, claimed, played, HONEST_WORKER)
                    yield played.flag, act

    def travel(self, seconds: int) -> None:
        """So long; whoever is honest wakes in time."""
        end = self.now + seconds
        while wakes := [d - SLACK for d, _ in self.duties() if d - SLACK < end]:
            if min(wakes) > self.now:
                self.chain.travel_to(min(wakes))
            self.be_honest()
        if end > self.now:
            self.chain.travel_to(end)

    def be_honest(self) -> None:
        """Does all that is due within the slack, the most urgent first."""
        for _ in range(1000):
            due = [d for d in self.duties() if d[0] - SLACK <= self.now]
            if not due:
                return
            min(due, key=lambda duty: duty[0])[1]()
        raise AssertionError("an honest account is never done")

    # The end of everything.

    def finish(self) -> None:
        """Time passes, and a stranger ends what clocks have ended: nothing is stuck."""
        for _ in range(1000):
            self._end_all()
            instants = list(self.instants())
            if not instants:
                return
            self.travel(max(1, min(instants) - self.now))
        raise AssertionError("something is stuck")

    def instants(self) -> Iterator[int]:
        """When something that goes on can be ended by anyone."""
        for asked in self.ledger.requests.values():
            match asked.status:
                case 1:
                    yield int(asked.r.deadline)
                case 2:
                    yield int(asked.lease.end)
                case 3:
                    assert asked.claimed is not None
                    games = [*map(asked.claimed.caught_up, asked.claimed.open_games)]
                    flags = [played.flag for played in games]
                    yield min(flags, default=int(asked.claimed.claim.windowEnd))

    def _end_all(self) -> None:
        for asked in list(self.ledger.requests.values()):
            claimed = asked.claimed
            for played in claimed.open_games if claimed else ():
                claimed.caught_up(played)
                if not claimed.dead and self.now >= played.flag:
                    self.timeout(STRANGER, asked, claimed, played)
            for fallen in asked.dead:
                for played in fallen.open_games:
                    self.settle(STRANGER, fallen, played)
            if asked.status == 3 and not claimed.open_games:
                if self.now >= claimed.claim.windowEnd:
                    self.finalize(STRANGER, asked)
            elif asked.status == 2 and self.now >= asked.lease.end:
                self.expire(STRANGER, asked)
            elif asked.status == 1 and self.now >= asked.r.deadline:
                self.cancel(STRANGER, asked)

    # Comparison.

    def check(self) -> None:
        """The contracts hold what the ledger says, and nobody honest lost."""
        ledger, chain = self.ledger, self.chain
        for name, address in self.address.items():
            held = (*self._account(address), chain.balance(address))
            told = [book[address] for book in (ledger.free, ledger.locked, ledger.hand)]
            assert held == tuple(told), name
        bank = ledger.free.total() + ledger.locked.total()
        assert chain.balance(chain.address("Staking")) == bank
        assert chain.balance(chain.address("InferenceOracle")) == ledger.fees
        assert chain.balance(ZERO_ADDRESS) == ledger.burned
        assert ledger.total == self.begun.total
        for name in (HONEST_WORKER, HONEST_CHALLENGER, PUBLISHER):
            assert self.gain(name) >= 0, (name, self.gain(name))
        # Whoever asks pays fees, and gets some back: no miss and no lie enriches it.
        assert sum(map(self.gain, REQUESTERS)) <= 0
        assert sum(map(self.gain, NAMES)) <= 0

    def _account(self, address: str) -> tuple[int, int]:
        """Free and locked, from the bank's storage: quicker than a call."""
        key = bytes(12) + bytes.fromhex(address[2:]) + ACCOUNTS_SLOT.to_bytes(32)
        bank = self.chain.address("Staking")
        word = int(self.chain.evm.storage(bank, int.from_bytes(keccak(key))))
        return word & (2**128 - 1), word >> 128

    def gain(self, name: str) -> int:
        """Wei since the beginning, in hand and in the bank."""
        address = self.address[name]
        return self.ledger.wealth(address) - self.begun.wealth(address)


def _do(function: Callable[..., None], *arguments: Any) -> Callable[[], None]:
    return lambda: function(*arguments)
