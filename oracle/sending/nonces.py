"""Which nonces of one account are used, and which is the next: chain, nodes and outbox.

The three differ. What others sent with this account is respected, what we dropped is
replaced, and nothing is sent on a chain that went back.
"""

from collections.abc import Callable
from dataclasses import dataclass

from oracle.chain.chain import Chain
from oracle.chain.errors import WentBack
from oracle.store.outbox import Entry, Outbox

MOST_TOLD = 2
"""Blocks in a row of which it is believed that nobody else used this account."""


@dataclass(frozen=True, slots=True)
class Count:
    """Nonces that were used as of a head (its hash). `told`: how many blocks ago that
    was asked for."""

    head: bytes
    mined: int
    told: int


NEVER = Count(b"", 0, 0)


class Nonces:
    """One account's (20 bytes). `used` and `pending` are as of the latest head."""

    def __init__(self, chain: Chain, address: bytes, outbox: Outbox) -> None:
        self._chain, self._address, self._outbox = chain, address, outbox
        self._count = NEVER
        self._shares = False
        self._shared: int | None = None

    def next(self) -> int:
        """One that is free, here and on the chain.

        Raises `WentBack` if the chain lacks what was mined at the last look.
        """
        # Asked anew: what was estimated just now holds only where nothing was undone.
        mined = self._shared if self._shared is not None else self.asked()
        if self._shares:
            self._shared = mined
        if mined < (expected := self._outbox.mined_nonces()):
            raise WentBack(expected, mined)
        ours = {entry.nonce for entry in self._outbox.open()}
        dropped = self._outbox.dropped_nonces(mined) - ours
        # One of so many is free, whatever the endpoint says of others.
        after = range(start := max(mined, self.pending()), start + len(ours) + 1)
        return min(dropped | (set(after) - ours))

    @property
    def questions(self) -> tuple[Callable[[], int], ...]:
        """What `next` will ask, to be asked behind the estimate that it is for."""
        return self.asked, self.pending

    def share(self, shares: bool) -> None:
        """From now on, what is asked for the first `next` is good for others as well:
        what they are for was estimated before. Or no longer."""
        self._shares, self._shared = shares, None

    def asked(self) -> int:
        """How many are used, this very moment."""
        return self._chain.count(self._address, "latest")

    def used(self) -> int:
        """How many. Where the head lists transactions of ours they are counted, and
        nothing is asked; what else uses this account is noticed a little later."""
        head, count = self._chain.latest, self._count
        if head.hash == count.head:
            return count.mined
        listed, ours = set(head.transactions), 0
        if head.parent == count.head and count.told < MOST_TOLD:
            ours = sum(is_among(listed, entry) for entry in self._outbox.open())
        if ours:
            self._count = Count(head.hash, count.mined + ours, count.told + 1)
        else:
            self._count = Count(head.hash, self.asked(), 0)
        return self._count.mined

    def pending(self) -> int:
        """How many, with what nodes had waiting then."""
        return self._chain.known_count(self._address, "pending")

    def doubt(self) -> None:
        """A node says that one is used."""
        self._count = NEVER


def is_among(hashes: set[bytes], entry: Entry) -> bool:
    return any(attempt.hash in hashes for attempt in entry.attempts)
