"""A testbed of actors: what the honest must do and when, how all ends, and that
contracts and ledger agree."""

from collections.abc import Callable, Iterator
from typing import Any

from eth_utils import keccak
from support.games.made_up import PROVE, SELECT
from support.games.protocol import ZERO_ADDRESS
from support.money.actors import (
    HONEST_CHALLENGER,
    HONEST_WORKER,
    NAMES,
    PUBLISHER,
    REQUESTERS,
    STRANGER,
)
from support.money.games import Players

SLACK = 150
"""Seconds before its deadline at which an honest account does its duty, at the latest:
each of its transactions takes one."""
ACCOUNTS_SLOT = 0
"""Of the bank's mapping."""


class MoneyTestbed(Players):
    """Nobody honest sleeps through a deadline."""

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
                # Once the worker's clock has run out, there is nothing left to prove.
                runs = self.now < played.flag
                proves = played.stage == PROVE and claimed.false and runs
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
                case 1 | 6:
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
            elif asked.status in (1, 6) and self.now >= asked.r.deadline:
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
        # What it is credited for ending a lease is less than the gas that it takes.
        credited = sum(ledger.credited[self.address[name]] for name in REQUESTERS)
        assert sum(map(self.gain, REQUESTERS)) <= credited
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
