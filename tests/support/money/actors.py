"""Everyone who may act on one chain; each action is done on both the contracts and the
ledger, and refused by both or by neither."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from support.chains.beacon import MIX, Beacon
from support.chains.evm import ETHER, MAX_GAS, Chain, Receipt, Reverted
from support.games.protocol import (
    ANY_BOND,
    POLITE,
    REVERTING,
    ZERO_ADDRESS,
    Puppet,
    Story,
)
from support.money.ledger import (
    MIN_LEASE,
    MIN_OPEN,
    Asked,
    Claimed,
    Ledger,
)

from oracle.node.worker.seeds import seed_of, siblings
from solidity.deployment import Parameters

K, CLOCK = 3, 600
SEGMENTS, INSTRUCTIONS = 5, 7
PASSES = 5
TRUTH, LIE = PASSES.to_bytes(4, "little") + b"true", b"\xff" * 4 + b"a lie"
"""Behind the passes that were run, if they say so."""
INPUT = bytes(28) + b"four"
DELAY, HISTORY, SEED_TIME = 32, 8191, 600
RICH = 1000 * ETHER
CALLBACK_GAS = 100_000
"""Enough for a polite contract."""

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
    "CallbackFailed", "CallbackNotPending", "CallbackSucceeded",
    "Cancelled", "Challenged", "Opened", "Selected", "Dissected",
    "Proved", "TimedOut", "WorkerLost", "ChallengerLost", "Settled", "WrongStatus",
    "TooLate", "TooEarly", "InsufficientBalance", "WrongSender", "DeadlineOutOfRange",
    "WindowOutOfRange", "CallbackGasTooHigh", "Metered", "SeedFixed",
)  # fmt: skip
"""What some hundreds of sequences come by."""
SELDOM = (
    "WrongAttempt", "LeaseTooShort", "BondTooHigh", "DisputeOpen", "GameExists",
    "ClaimDead", "NotDisputable", "WrongClaim", "CallbackSkipped",
    "CallbackStillFails", "Unspent", "Binding", "NoBlockHash",
)  # fmt: skip
"""What a thousand do."""


class Actors:
    """What may be done about requests. `rng` draws what players of games choose: where
    they lie, where they point."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.chain = chain = Chain(
            Parameters(K, CLOCK), verifier="TableVerifier", fees=True
        )
        self.beacon = Beacon(chain)
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
        """The story staked for its worker; the bank begins empty."""
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
        self.chain.set_basefee(ledger.base_fee)
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

    def ask(
        self,
        who: str,
        terms: dict[str, Any],
        fee: int,
        meter: tuple[int, int, bool] | None = None,
    ) -> Asked | None:
        """`meter`: a price a pass, passes at most, and whether a block draws a seed."""
        sender, now, number = self.address[who], self.now, self.chain.number
        price, passes, from_block = meter or (0, 0, False)
        expected = self._request_error(terms, now)
        if not expected and fee < price * passes:
            expected = "FeeTooLow"
        least = now + MIN_LEASE + 60 + SEED_TIME
        if not expected and from_block and terms["deadline"] < least:
            expected = "DeadlineOutOfRange"
        self.beacon.remember(number - 1)

        def send() -> Receipt:
            arguments = tuple(self.story.terms(input=INPUT, **terms))
            function = "request" if meter is None else "requestMetered"
            arguments += meter or ()
            if who == "contract":
                oracle = "InferenceOracle"
                return self.puppet.do(oracle, function, *arguments, value=fee)
            call = ("InferenceOracle", function, *arguments)
            return self.chain.send(*call, sender=sender, value=fee)

        receipt = self.attempt(expected, send)
        if receipt is None:
            return None
        asked = Asked(receipt.event("Requested").request, now)
        asked.pass_price, asked.max_passes = price, passes
        if from_block:
            asked.status, asked.seed_block = 6, number + DELAY
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

    def fix(self, who: str, asked: Asked, blocks: int) -> None:
        """Shows the block of its seed, so many blocks behind that, if not later."""
        chain, number = self.chain, asked.seed_block
        chain.number = max(chain.number, number + blocks)
        chain._set_block()
        expected = ""
        if asked.status != 6:
            expected = "WrongStatus"
        elif not number < chain.number <= number + HISTORY:
            expected = "NoBlockHash"
        raw = self.beacon.header(number)
        terms = (asked.r, raw, len(INPUT), siblings(INPUT))
        receipt = self._oracle(expected, "fixSeed", *terms, sender=self.address[who])
        if receipt is not None:
            told = receipt.event("SeedFixed")
            asked.posted = receipt.timestamp  # it is open since then
            assert told.seed == seed_of(MIX, int(asked.r.id))
            asked.status = 1
            asked.r = asked.r._replace(inputRoot=told.inputRoot)

    def accept(
        self, who: str, asked: Asked, stale: int, early: int, short: int
    ) -> None:
        """`stale`: of how many attempts ago it is; `early`: seconds that the lease is
        to last beyond what it would; `short`: wei that its bond is above the agreed."""
        address, now, ledger = self.address[who], self.now, self.ledger
        last = asked.r.deadline - MIN_LEASE
        end, bond = asked.lease_end(now), asked.bond_at(ledger.price)
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
        elif ledger.free[address] < bond:
            expected = "InsufficientBalance"
        most = min(bond - short, ANY_BOND)
        terms = (asked.r, attempt, max(0, end + early), most)
        receipt = self._oracle(expected, "accept", *terms, sender=address)
        if receipt is not None:
            ledger.accept(asked, receipt.event("Accepted").lease)
            told = (asked.lease.end, asked.lease.bond, asked.lease.gasPrice)
            assert told == (end, bond, ledger.price)

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
            self.ledger.expire(asked, address)

    def cancel(self, who: str, asked: Asked) -> None:
        address, now = self.address[who], self.now
        expected = ""
        lapsed = self.chain.number > asked.seed_block + HISTORY
        if asked.status not in (1, 6):
            expected = "WrongStatus"
        elif address != asked.r.requester and now < asked.r.deadline:
            expected = "WrongSender"
        elif (
            asked.seed_block
            and now < asked.r.deadline
            and not (asked.status == 6 and lapsed)
        ):
            expected = "Binding"
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
            dear = self.ledger.base_fee > known.claim.gasPrice
            skipped = dear and address == known.claim.worker
            fails = self._refuses(asked, int(asked.r.callbackGas))
            told = "Skipped" if skipped else "Failed" if fails else "Succeeded"
            assert receipt.has(f"Callback{told}")
            asked.callback_failed = skipped or fails
            self.ledger.finalize(asked)

    def retry(self, who: str, asked: Asked) -> None:
        """The callback again, with all the gas that there is."""
        expected = ""
        if asked.status != 4:
            expected = "WrongStatus"
        elif not asked.callback_failed:
            expected = "CallbackNotPending"
        elif self._refuses(asked, MAX_GAS):
            expected = "CallbackStillFails"
        known = asked.claimed or next(iter(asked.dead), None)
        if known is None:
            return
        terms = (asked.r, known.claim, known.output)
        sender = self.address[who]
        receipt = self._oracle(expected, "retryCallback", *terms, sender=sender)
        if receipt is not None:
            assert receipt.has("CallbackSucceeded")
            asked.callback_failed = False

    def _refuses(self, asked: Asked, gas: int) -> bool:
        """Whether the requester won't take its answer, or can't for so much gas."""
        is_contract = asked.r.requester == self.puppet.address
        return is_contract and not (self.ledger.polite and gas >= CALLBACK_GAS)

    def mood(self, polite: bool) -> None:
        """The contract that asks changes its mind about answers."""
        self.puppet.mood(POLITE if polite else REVERTING)
        self.ledger.polite = polite

    def price_gas(self, base_fee: int) -> None:
        """Of the next blocks; wei."""
        self.chain.set_basefee(base_fee)
        self.ledger.base_fee = base_fee

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
