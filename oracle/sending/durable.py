"""A sender that survives: it writes down, then sends, then looks after what it sent.

A transaction whose fate is unknown is never made anew. Its hash is looked for, or the
same bytes are sent again; only its fees change, under the same nonce, of which the
chain takes one. So neither a kill, nor a lost answer, nor a reorg sends a move twice.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

from eth_account.signers.local import LocalAccount
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.types import TxParams, TxReceipt, Wei

from mips_vm.hashing.keccak import keccak256
from oracle.chain.abi import Abi
from oracle.chain.chain import Chain, Contract, refusal_of
from oracle.chain.errors import (
    Displaced,
    FeeAboveCap,
    InsufficientFunds,
    NotMined,
    Refused,
    Rejected,
    Unavailable,
)
from oracle.chain.head import Head
from oracle.chain.journal import Journal
from oracle.chain.words import said
from oracle.sending import sender as plain
from oracle.sending.nonces import Nonces
from oracle.sending.offers import Answer, Offers
from oracle.sending.receipts import Receipts
from oracle.sending.sender import (
    Intent,
    Outcome,
    Post,
    Receipt,
    Sender,
    fee_of,
)
from oracle.sending.signer import MOST_ATTEMPTS, Signer
from oracle.store.errors import NonceTaken, OnItsWay
from oracle.store.journal import StoredJournal
from oracle.store.outbox import Draft, Entry, Outbox

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE_BLOCKS = 3
"""After so many blocks without it, a transaction is signed anew with a higher fee."""
OFFERING = "eth_sendRawTransaction"
TRANSFER_GAS = 21_000
MOST_TRIES = 8
"""So often another process of the account may be quicker to take the next nonce."""
MOST_OFFERS = 5
"""So often what is next is offered in vain: all others wait behind it."""
OTHERS_WAIT_SECONDS = 4.0
"""So long at most is a transaction put off that went wrong, for the same reason."""
MOST_AHEAD = 64
"""Nonces before the first of ours that are worth closing: as many as a node has on
their way at once. Beyond, an endpoint has told of more nonces than were ever used."""


class DurableSender(Sender):
    """One account's transactions on one chain, kept in an outbox."""

    def __init__(
        self,
        chain: Chain,
        account: LocalAccount,
        outbox: Outbox,
        fee_cap: int | None = None,
        patience_blocks: int = PATIENCE_BLOCKS,
    ) -> None:
        super().__init__(chain, account, fee_cap)
        self.outbox, self._patience = outbox, patience_blocks
        self._signer = Signer(chain, account, outbox, self._fees, fee_cap)
        self._offers = Offers(chain)
        self._nonces = Nonces(chain, self.address, outbox)
        self._receipts = Receipts(chain)
        self._there: tuple[bytes, bytes] | None = None
        """Our last mined block, and the head with which it was there."""
        self._abis: dict[bytes, Abi] = {}
        """Of the contracts that it has sent to, by address."""
        self._waiting: list[Entry] | None = None
        """What is written down, and will be sent together; None if that is done at
        once."""
        self._doubtful = False
        """Whether something was given up in this look, so that what is behind it may
        have to be, too."""

    @property
    def nonce(self) -> int:
        """The next one that is free. Raises `WentBack`."""
        return self._nonces.next()

    @property
    def on_its_way(self) -> frozenset[str]:
        """The keys of what is signed and not settled, by whatever process."""
        return frozenset(entry.draft.key for entry in self.outbox.open())

    @property
    def mined_height(self) -> int:
        last = self.outbox.last_mined()
        return 0 if last is None or last.block is None else last.block

    def journal(self, oracle: bytes) -> Journal:
        """Of this account, in the outbox's database."""
        chain_id, account = self.outbox.chain_id, self.address.hex()
        name = f"{chain_id}:{oracle.hex()}:{account}"
        return StoredJournal(self.outbox.store, name)

    def settle(self, head: Head | None = None) -> list[tuple[Entry, TxReceipt]]:
        """Finds out what came of what is open; sends again, or for more, what lags.

        What was mined since the last time, as of the head; the latest if none is given.
        """
        head = self.chain.head() if head is None else head
        self._look_back(head)
        entries = self.outbox.open()
        return self._look_after(entries, head) if entries else []

    def news(
        self, contracts: Sequence[Contract], head: Head | None = None
    ) -> list[Outcome]:
        known = {contract.address: contract for contract in contracts}
        self._abis |= {contract.address: contract.abi for contract in contracts}
        found: list[Outcome] = []
        settled = [
            (entry, intent_of(entry.draft, known[entry.draft.to]), mined)
            for entry, mined in self.settle(head)
            if entry.draft.to in known
        ]
        failed = [(each, mined) for _, each, mined in settled if not mined["status"]]
        self.chain.ahead([partial(self._replay, *each) for each in failed])
        for entry, intent, mined in settled:
            work = partial(self._outcome, intent, mined, contracts)
            outcome = self._tried("outcome", entry, work)
            found += [] if outcome is None else [outcome]
        self.chain.ahead(())
        return found

    def post(self, post: Post, listening: Sequence[Contract] = ()) -> Receipt | None:
        intent = post.intent
        name = intent.key or _digest(intent)
        if self.outbox.find(name) is None:
            with suppress(OnItsWay):  # another process of this account was quicker
                self._begin(intent, name)
        return None

    @property
    def bundles(self) -> bool:
        return True

    def expect(self, posts: Sequence[Post]) -> None:
        sender = self._account.address
        fields = [post.intent.fields(sender) for post in posts]
        estimates = [partial(self._estimate, wanted) for wanted in fields]
        self._nonces.share(self._ask_together(estimates))
        self._waiting = []

    def _ask_together(self, estimates: Sequence[Callable[[], object]]) -> bool:
        """All that signing takes, the head aside, which is before it; whether that was
        to be had at once."""
        self.chain.recent(sent_seconds=plain.FEE_SECONDS)
        return self.chain.ahead([*estimates, *self._nonces.questions])

    def flush(self) -> dict[str, Rejected]:
        entries, self._waiting = self._waiting or [], None
        self._nonces.share(False)
        self._offers.expect(entries)
        rejected = {}
        for entry in entries:
            if self.stop.is_set():
                break  # what is left is written down, and the next process's
            error = self._tried("offer", entry, partial(self._first_offer, entry))
            if error is not None:
                rejected[entry.draft.key] = error
        return rejected

    def _first_offer(self, entry: Entry) -> Rejected | None:
        """A node's no. Raises `Unavailable` where none answers anything any more: what
        is left is offered at the next look."""
        try:
            answer = self._offer(entry, fresh=True)
        except Rejected as error:
            return error
        if answer is Answer.UNKNOWN and not self.chain.reachable():
            raise Unavailable(OFFERING, {"all endpoints": "no answer"})
        return None

    def _outcome(
        self, intent: Intent, mined: TxReceipt, listening: Sequence[Contract]
    ) -> Outcome:
        try:
            return Outcome(intent, self._receipt(intent, mined, listening))
        except Refused as refused:
            return Outcome(intent, refused)

    def _transact(self, intent: Intent, listening: Sequence[Contract]) -> Receipt:
        key = intent.key or _digest(intent)
        entry = self.outbox.find(key) or self._begin(intent, key)
        self.sent = entry.last.hash
        return self._receipt(intent, self._until_mined(entry), listening)

    def _begin(self, intent: Intent, key: str) -> Entry:
        self._abis[intent.to] = intent.contract.abi
        if self._waiting is None:
            fields = intent.fields(self._account.address)
            self._ask_together([partial(self._estimate, fields)])
        try:
            wanted = self._estimated(intent)
            draft = Draft(
                key, intent.name, intent.to, intent.data, intent.value, wanted["gas"]
            )
            entry = self._written_down(draft)
        finally:
            if self._waiting is None:
                self.chain.ahead(())
        if self._waiting is None:
            self._offer(entry, fresh=True)
        else:
            self._waiting.append(entry)
        return entry

    def _written_down(self, draft: Draft) -> Entry:
        """Raises `NonceTaken` if others are quicker again and again."""
        for _ in range(MOST_TRIES):
            nonce = self.nonce
            attempt = self._signer.sign(draft, nonce)
            try:
                return self.outbox.add(draft, nonce, attempt)
            except NonceTaken as error:
                taken = error  # by another process of this account, this very moment
        raise taken

    def _until_mined(self, entry: Entry) -> TxReceipt:
        """Raises `Refused` or `Displaced` if it was given up meanwhile."""
        pause = self.chain.endpoint.poll_seconds
        for _ in range(max(1, int(plain.RECEIPT_SECONDS / (pause or 1)))):
            # A reorg may undo what came before it, which then has to be mined again.
            head = self.chain.head()
            self._look_back(head)
            current = self.outbox.find(entry.draft.key)
            if current is None:
                receipt = self._receipts.find(entry)
            else:
                receipt = self._advance(current, head, self._nonces.used())
            if receipt is not None:
                return receipt
            if current is None:
                raise Refused(entry.draft.action, "", {}, b"")
            before = [e for e in self.outbox.open() if e.nonce < current.nonce]
            self._look_after(before, head)
            time.sleep(pause)
        raise NotMined(entry.last.hash, plain.RECEIPT_SECONDS)

    def _look_back(self, head: Head) -> None:
        self.troubles.tried("undone", partial(self._reopen_undone, head))

    def _look_after(
        self, entries: Sequence[Entry], head: Head
    ) -> list[tuple[Entry, TxReceipt]]:
        """Those that are mined, lowest nonce first: what comes after cannot be mined
        before. What goes wrong about one keeps no other from being looked after."""
        found: list[tuple[Entry, TxReceipt]] = []
        gather = partial(self._receipts.gather, entries, head)
        if entries:
            self.chain.ahead([self._nonces.used, gather])
        mined = self._nonces.used() if entries else 0
        gather()
        missing = self._receipts.missing(
            entry for entry in entries if entry.nonce < mined
        )
        self.chain.ahead([partial(self._receipts.find, entry) for entry in missing])
        self._doubtful = False
        for entry in entries:
            if self.stop.is_set():
                return found
            work = partial(self._moved_on, entry, head, mined)
            if (receipt := self._tried("transaction", entry, work)) is not None:
                found.append((entry, receipt))
        self.troubles.tried("gap", self._close_gap)
        return found

    def _tried(self, what: str, entry: Entry, work: Callable[[], T]) -> T | None:
        about = {"action": entry.draft.action, "nonce": entry.nonce}
        job, longest = (what, entry.id), OTHERS_WAIT_SECONDS
        return self.troubles.tried(job, work, longest, **about)

    def _moved_on(self, entry: Entry, head: Head, mined: int) -> TxReceipt | None:
        """Its receipt, if it is mined. What is given up for a good reason is told."""
        try:
            return self._advance(entry, head, mined)
        except (Displaced, Refused, Rejected, InsufficientFunds) as error:
            log.warning("%s", error)
            self._doubtful = True
            return None

    def _advance(self, entry: Entry, head: Head, mined: int) -> TxReceipt | None:
        """Its receipt, if it is mined; else what can be done so that it will be.

        `mined`, the number of nonces used, was read before: no receipt is missed.
        Raises `Displaced`, `Refused` if a reorg left nothing for it to do,
        `InsufficientFunds`, or `Rejected` if no node takes it, whose turn it is: others
        wait behind it. Behind one that was given up, what undid that may have undone
        the next as well: it is asked before it is offered.
        """
        if entry.nonce < mined:
            return self._receipt_of(entry)
        if self._offers.made_lately(entry, head.number):
            return None
        lags = self._lags(entry, head, mined)
        if not lags and self._offers.was_taken(entry, self._nonces.pending()):
            return None
        if entry.nonce == mined:
            self._check_taken(entry)
        if entry.nonce == mined or self._doubtful:
            self._check_wanted(entry)
        if lags:
            entry = self._bumped(entry)
        self._offer(entry)
        return None

    def _receipt_of(self, entry: Entry) -> TxReceipt | None:
        """Of an entry whose nonce is used. Raises `Displaced` if there is none."""
        try:
            receipt = self._receipts.due(entry)
        except Displaced:
            self.outbox.dropped(entry, "another transaction took its nonce")
            raise
        if receipt is None:
            return None
        fee = fee_of(receipt)
        self._spent_wei += fee
        place = (receipt["blockNumber"], bytes(receipt["blockHash"]))
        self.outbox.mined(entry, *place, bool(receipt["status"]), fee)
        if receipt["blockNumber"] > self.chain.latest.number:
            self.chain.forget()
        return receipt

    def _lags(self, entry: Entry, head: Head, mined: int) -> bool:
        """Whether it is time to pay more: for the next to be mined, in any case; for
        those behind it, if their turn would not help them either."""
        if head.number - entry.last.block < self._patience:
            return False
        return entry.nonce == mined or entry.last.max_fee < head.base_fee

    def _check_taken(self, entry: Entry) -> None:
        """Drops what was offered again and again, and never taken; what is made of it
        anew, and not taken either, at once.

        Raises `Rejected`. Should a node have it after all, nothing is lost: of what is
        sent under its nonce instead, only one is mined.
        """
        if self._offers.count(entry) > MOST_OFFERS:
            self.outbox.dropped(entry, "no node takes it")
            raise Rejected(entry.draft.action, f"no, {MOST_OFFERS} times")

    def _check_wanted(self, entry: Entry) -> None:
        """Drops what would fail by now: a reorg, or someone quicker, undid its cause.

        Raises `Refused`, with the contract's reason, or `InsufficientFunds`. Its nonce
        is used by whatever is sent next.
        """
        draft = entry.draft
        to: TxParams = {"to": cast(Any, draft.to)} if draft.to else {}
        call: TxParams = {**to, "data": draft.data, "value": Wei(draft.value)}
        call["from"] = self._account.address
        try:
            self.chain.endpoint.web3.eth.estimate_gas(call, "latest")
        except (ContractLogicError, Web3RPCError) as error:
            refusal = refusal_of(self._abis.get(draft.to), draft.action, error)
            if refusal is None:
                log.warning("%s may fail by now: %s", draft.action, said(error))
                return  # a node that cannot tell is no reason to give it up
            if self._nonces.asked() > entry.nonce:
                return  # it failed because it is done, this very moment
            self.outbox.dropped(entry, f"would fail by now: {refusal}")
            raise refusal from None

    def _close_gap(self) -> None:
        """Sends nothing to ourselves under a nonce that was given up before others.

        The chain takes nonces in order, and what comes after the gap may be with nodes
        already: made anew under another nonce, it would be there twice. But what was
        signed for a nonce that won't come is given up, and wanted again.
        """
        entries = self.outbox.open()
        if not entries or entries[0].nonce <= (mined := self._nonces.used()):
            return
        if entries[0].nonce - mined > MOST_AHEAD:
            for entry in entries:
                log.warning("%s: its nonce is far away", entry.draft.action)
                self.outbox.dropped(entry, f"nonce {entry.nonce}, after {mined}")
            return
        if self.too_dear() is not None:
            return
        if self.chain.count(self.address, "pending") > mined:
            return  # somebody's transaction is there
        if not any(self._is_wanted(entry) for entry in entries):
            return
        draft = Draft(f"gap:{mined}", "nothing", self.address, b"", 0, TRANSFER_GAS)
        attempt = self._signer.sign(draft, mined)
        self._offer(self.outbox.add(draft, mined, attempt))

    def _is_wanted(self, entry: Entry) -> bool:
        """Whether it would not fail by now; if it would, it is dropped."""
        try:
            self._check_wanted(entry)
        except (Refused, InsufficientFunds) as error:
            log.warning("%s", error)
            return False
        return True

    def _offer(self, entry: Entry, fresh: bool = False) -> Answer:
        """Sends the signed bytes, for more as long as nodes want more. `fresh`: for the
        first time, so no node has them.

        Raises `Rejected` if a node that answered says no to what is fresh.
        """
        heard = self._offers.make(entry)
        for _ in range(MOST_ATTEMPTS):
            if heard.answer is not Answer.WANTS_MORE:
                break
            raised = self._bumped(entry)
            if raised is entry:
                self._offers.note(entry)  # it waits for want of a higher fee
                return heard.answer
            entry, fresh = raised, False
            heard = self._offers.make(entry)
        if heard.answer is Answer.REFUSED and fresh:
            self.outbox.rejected(entry, heard.words)
            raise Rejected(entry.draft.action, heard.words)
        if heard.words:
            self._nonces.doubt()
        if heard.answer is Answer.TAKEN:
            self.chain.stale()
        else:
            log.warning("%s may not be sent: %s", entry.draft.action, heard.words)
        return heard.answer

    def _bumped(self, entry: Entry) -> Entry:
        """The same, signed with a higher fee; as it is, if that is above the cap, or
        would be no higher."""
        try:
            attempt = self._signer.raised(entry.draft, entry.nonce)
        except FeeAboveCap as error:
            log.warning("%s waits: %s", entry.draft.action, error)
            return entry
        if any(attempt.hash == known.hash for known in entry.attempts):
            return entry
        log.info("%s: fee raised to %d", entry.draft.action, attempt.max_fee)
        return self.outbox.add_attempt(entry, attempt)

    def _reopen_undone(self, head: Head) -> None:
        """What was mined in blocks that are gone, or that this endpoint doesn't have.

        Both look alike, and need the same: the bytes are offered again, to no harm.
        """
        while (last := self.outbox.last_mined()) and not self.stop.is_set():
            assert last.block is not None, "it was mined in a block"
            if self._there == (last.block_hash, head.hash):
                return
            follows = self._there == (last.block_hash, head.parent)
            here = last.block_hash in (head.hash, head.parent) or follows
            if here or self.chain.block_hash(last.block) == last.block_hash:
                self._there = last.block_hash, head.hash
                return
            log.warning("%s: block %d is gone", last.draft.action, last.block)
            self.outbox.reopen(last)
            self._offers.forget()


def intent_of(draft: Draft, contract: Contract) -> Intent:
    """What was written down, of the contract that it goes to."""
    function = draft.action.partition(".")[2]
    content = draft.data, draft.value, draft.to, draft.key
    return Intent(contract, function, *content)


def _digest(intent: Intent) -> str:
    """A key for a move that has no name: what it says, to whom, with how much."""
    content = intent.to + intent.value.to_bytes(32, "big") + intent.data
    return f"{intent.name}:{keccak256(content).hex()}"
