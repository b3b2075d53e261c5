"""Offering signed bytes to nodes, and what they say to that."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.errors import Unavailable
from oracle.chain.words import said
from oracle.store.outbox import Entry

OFFER_AGAIN_SECONDS = 15.0
"""Where blocks come only with transactions, what was lost would wait for ever."""
HAS_IT = (
    "already known",
    "known transaction",
    "already imported",
    "already exists",
    "already in mempool",
    "nonce too low",
    "nonce is too low",
    "old nonce",
    "transaction nonce",
    "invalid nonce",
    "invalid sequence",
)
"""Nodes have the bytes, or their nonce is used: the receipt will tell. Or it is not its
turn yet, where nodes keep nothing that has to wait."""
MOST_IN_VAIN = 1024
"""Actions of which is known how often they were offered: those of the last hours."""
UNDERPRICED = ("underpriced", "fee too low", "replacement")


class Answer(Enum):
    TAKEN = auto()
    WANTS_MORE = auto()
    REFUSED = auto()
    UNKNOWN = auto()
    """None, or a lost one: it may have been taken."""


@dataclass(frozen=True, slots=True)
class Heard:
    answer: Answer
    words: str = ""


class Offers:
    """What one process has offered, when, and how often in vain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._made: dict[bytes, tuple[int, float]] = {}
        self._in_vain: Counter[str] = Counter()
        """By key: what is given up, and then wanted again, is no other thing."""

    def make(self, entry: Entry) -> Heard:
        """Sends the bytes that were signed last."""
        try:
            self._chain.endpoint.web3.eth.send_raw_transaction(entry.last.raw)
        except Web3RPCError as error:
            heard = Heard(_meaning(str(error)), said(error))
        except (Unavailable, OSError) as error:
            return Heard(Answer.UNKNOWN, str(error))
        else:
            heard = Heard(Answer.TAKEN)
        if heard.answer is Answer.TAKEN:
            self.note(entry)
        return heard

    def expect(self, entries: Sequence[Entry]) -> None:
        """All of these are about to be offered: together, where that can be done."""
        send = self._chain.endpoint.web3.eth.send_raw_transaction
        self._chain.ahead([partial(send, entry.last.raw) for entry in entries])

    def note(self, entry: Entry) -> None:
        """They have it, or will not before something changes."""
        self._in_vain.pop(entry.draft.key, None)
        self._made[entry.last.hash] = (self._chain.latest.number, time.monotonic())

    def made_lately(self, entry: Entry, head: int) -> bool:
        """Whether these bytes were sent since the last block, and not long ago."""
        if (made := self._made.get(entry.last.hash)) is None:
            return False
        at_head, at = made
        return at_head == head and time.monotonic() - at < OFFER_AGAIN_SECONDS

    def was_taken(self, entry: Entry, pending: int) -> bool:
        """Whether these bytes were offered, and by the count of what is pending nodes
        have something under that nonce: asking once is cheaper than offering each."""
        if entry.last.hash not in self._made or entry.nonce >= pending:
            return False
        self.note(entry)
        return True

    def forget(self) -> None:
        """Blocks are gone: nodes may not have what they had."""
        self._made.clear()

    def count(self, entry: Entry) -> int:
        """How often it was to be offered, this time included, since it was taken."""
        if len(self._in_vain) >= MOST_IN_VAIN:
            del self._in_vain[next(iter(self._in_vain))]
        self._in_vain[entry.draft.key] += 1
        return self._in_vain[entry.draft.key]


def _meaning(complaint: str) -> Answer:
    said = complaint.lower()
    if any(sign in said for sign in HAS_IT):
        return Answer.TAKEN
    if any(sign in said for sign in UNDERPRICED):
        return Answer.WANTS_MORE
    return Answer.REFUSED
