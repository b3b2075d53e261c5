"""Whose money is where, by the rules of docs/economics.md: written from the page, not
from the contracts, and compared with them after every action.

Amounts are in wei. Nobody pays for gas here: what ends a lease is credited is counted,
so that it can be left out where the question is who has gained.
"""

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from support.games.made_up import MadeUpGame

from challenge import tariff

GWEI = 10**9
LEAST_PRICE = GWEI
FLOOR = tariff.WORKER_BOND * LEAST_PRICE
"""At the least price of gas."""
EXPIRE_GAS = 71_000
ROYALTY_BPS = 500
MIN_LEASE, MAX_LEASE, MIN_OPEN = 300, 1800, 60


@dataclass
class Played:
    """One game: its clocks, its dues, and the player that knows its position. `price`
    of a gas unit, when the challenger's bond was locked."""

    challenger: str
    player: MadeUpGame
    price: int
    since: int
    worker_left: int
    challenger_left: int
    stage: int = 1  # as IDisputeGame.Stage
    worker_due: int = 0
    challenger_due: int = tariff.CHALLENGE

    @property
    def flag(self) -> int:
        """When the mover's time is over."""
        left = self.challenger_left if self.stage == 2 else self.worker_left
        return self.since + left

    def press(self, now: int) -> None:
        """The mover has moved."""
        left = self.flag - now
        if self.stage == 2:
            self.challenger_left = left
        else:
            self.worker_left = left
        self.since = now


@dataclass
class Claimed:
    """A claim, and the games about it by challenger; `reserve` once it is dead."""

    claim: Any
    hash: bytes
    output: bytes
    false: bool
    opened_at: int = 0
    dead: bool = False
    reserve: int = 0
    games: dict[str, Played] = field(default_factory=dict)

    @property
    def open_games(self) -> list[Played]:
        return [played for played in self.games.values() if played.stage != 6]

    def caught_up(self, played: Played) -> Played:
        """With an opening that came in another game, if it came in time."""
        if played.stage == 1 and 0 < self.opened_at < played.flag:
            played.worker_left -= self.opened_at - played.since
            played.since, played.stage = self.opened_at, 2
        return played


@dataclass
class Asked:
    """A request: its terms, and where it stands. The lease, and then the claim, have
    the bond, and the price that it was reckoned at."""

    r: Any
    posted: int  # or since when it is open, if its seed was fixed later
    status: int = 1  # as IInferenceOracle.Status
    attempt: int = 0
    lease: Any = None
    claimed: Claimed | None = None
    callback_failed: bool = False
    dead: list[Claimed] = field(default_factory=list)
    """Claims that fell; games about them may wait to be settled."""
    pass_price: int = 0
    max_passes: int = 0
    seed_block: int = 0
    """0: its seed is no block's. Its status is 6 until it is fixed."""

    def bond_at(self, price: int) -> int:
        """That is locked by who accepts now."""
        return max(tariff.WORKER_BOND * price, self.r.minBond)

    def refund(self, output: bytes) -> int:
        """Of the fee, for passes that the answer says weren't run."""
        passes = int.from_bytes(output[:4], "little")
        return self.pass_price * max(0, self.max_passes - passes)

    @property
    def penalty(self) -> int:
        least, bond = tariff.WORKER_BOND * self.lease.gasPrice, self.lease.bond
        return int(least // 10 + min(self.r.fee, (bond - least) // 10))

    def lease_end(self, now: int) -> int:
        half = (self.r.deadline - now) // 2
        return now + min(MAX_LEASE, max(MIN_LEASE, half))


@dataclass
class Ledger:
    """By address: in hand, and in the bank; and what is nobody's any more."""

    k: int
    clock: int
    publisher: str
    hand: Counter[str] = field(default_factory=Counter)
    free: Counter[str] = field(default_factory=Counter)
    locked: Counter[str] = field(default_factory=Counter)
    fees: int = 0
    """With the oracle."""
    burned: int = 0
    requests: dict[int, Asked] = field(default_factory=dict)
    base_fee: int = 0
    polite: bool = False
    """Whether the contract among the requesters takes its answers."""
    credited: Counter[str] = field(default_factory=Counter)
    """For ending leases: less than the gas for it."""

    def copy(self) -> "Ledger":
        """One that goes its own way, as a chain does after a fork."""
        twin = copy(self)
        twin.hand, twin.free = self.hand.copy(), self.free.copy()
        twin.locked, twin.credited = self.locked.copy(), self.credited.copy()
        twin.requests = {}
        for number, asked in self.requests.items():
            twin.requests[number] = other = copy(asked)
            other.dead = [_twin(each) for each in asked.dead]
            if asked.claimed is not None:
                other.claimed = _twin(asked.claimed)
        return twin

    @property
    def total(self) -> int:
        bank = self.free.total() + self.locked.total()
        return self.hand.total() + bank + self.fees + self.burned

    def wealth(self, account: str) -> int:
        return self.hand[account] + self.free[account] + self.locked[account]

    @property
    def price(self) -> int:
        """That bonds are reckoned at which are locked now."""
        return max(LEAST_PRICE, 2 * self.base_fee)

    def rent(self, claimed: Claimed) -> int:
        return tariff.rent_wei(int(claimed.claim.bond), self.clock)

    def challenger_bond(self, claimed: Claimed, price: int) -> int:
        return tariff.challenger_bond_gas(self.k) * price + self.rent(claimed)

    def _bond_of(self, claimed: Claimed, played: Played) -> int:
        return self.challenger_bond(claimed, played.price)

    # What the actions do.

    def request(self, asked: Asked) -> None:
        self.requests[int(asked.r.id)] = asked
        self.hand[asked.r.requester] -= asked.r.fee
        self.fees += asked.r.fee

    def deposit(self, sender: str, account: str, amount: int) -> None:
        self.hand[sender] -= amount
        self.free[account] += amount

    def withdraw(self, account: str, amount: int) -> None:
        self.free[account] -= amount
        self.hand[account] += amount

    def accept(self, asked: Asked, lease: Any) -> None:
        asked.status, asked.lease = 2, lease
        self._lock(lease.worker, int(lease.bond))

    def expire(self, asked: Asked, who: str) -> None:
        worker, penalty = asked.lease.worker, asked.penalty
        credit = min(penalty, EXPIRE_GAS * self.base_fee)
        self._release(worker, int(asked.lease.bond) - penalty)
        self._move(worker, who, credit)
        self._burn(worker, penalty - credit)
        self.credited[who] += credit
        self._reopen(asked)

    def cancel(self, asked: Asked) -> None:
        asked.status = 5
        self.fees -= asked.r.fee
        self.free[asked.r.refundTo] += asked.r.fee

    def finalize(self, asked: Asked) -> None:
        assert asked.claimed is not None
        back = asked.refund(asked.claimed.output)
        asked.status, fee = 4, int(asked.r.fee) - back
        royalty = fee * ROYALTY_BPS // 10_000
        worker = asked.claimed.claim.worker
        self._release(worker, int(asked.claimed.claim.bond))
        self.free[worker] += fee - royalty
        self.free[self.publisher] += royalty
        self.free[asked.r.refundTo] += back
        self.fees -= fee + back

    def challenge(self, claimed: Claimed, played: Played, value: int) -> None:
        claimed.games[played.challenger] = played
        self.deposit(played.challenger, played.challenger, value)
        self._lock(played.challenger, self._bond_of(claimed, played))

    def challenger_loses(self, claimed: Claimed, played: Played) -> None:
        bond, worker = self._bond_of(claimed, played), claimed.claim.worker
        paid = min(bond, played.worker_due * played.price + self.rent(claimed))
        self._move(played.challenger, worker, paid)
        self._burn(played.challenger, bond - paid)
        played.stage = 6

    def worker_loses(self, asked: Asked, claimed: Claimed, played: Played) -> None:
        bond, price = int(claimed.claim.bond), int(claimed.claim.gasPrice)
        worker = claimed.claim.worker
        due = min(played.challenger_due * price, bond // 2)
        paid = due + tariff.WINNER_BONUS * price
        played.stage, claimed.dead = 6, True
        longest = tariff.max_challenger_due(self.k) * price
        reserve = min(len(claimed.open_games) * longest, bond // 2 - due)
        claimed.reserve = reserve
        self._release(played.challenger, self._bond_of(claimed, played))
        self._move(worker, played.challenger, paid)
        self._burn(worker, bond - paid - reserve)
        asked.dead.append(claimed)
        self._reopen(asked)

    def settle(self, claimed: Claimed, played: Played) -> None:
        others = len(claimed.open_games)
        price = int(claimed.claim.gasPrice)
        paid = min(played.challenger_due * price, claimed.reserve // others)
        played.stage = 6
        claimed.reserve -= paid
        self._release(played.challenger, self._bond_of(claimed, played))
        self._move(claimed.claim.worker, played.challenger, paid)
        if others == 1:
            self._burn(claimed.claim.worker, claimed.reserve)
            claimed.reserve = 0

    def _reopen(self, asked: Asked) -> None:
        asked.status, asked.lease, asked.claimed = 1, None, None
        asked.attempt += 1

    def _lock(self, account: str, amount: int) -> None:
        self.free[account] -= amount
        self.locked[account] += amount

    def _release(self, account: str, amount: int) -> None:
        self.locked[account] -= amount
        self.free[account] += amount

    def _move(self, sender: str, to: str, amount: int) -> None:
        self.locked[sender] -= amount
        self.free[to] += amount

    def _burn(self, account: str, amount: int) -> None:
        self.locked[account] -= amount
        self.burned += amount


def _twin(claimed: Claimed) -> Claimed:
    other = copy(claimed)
    other.games = {}
    for challenger, played in claimed.games.items():
        other.games[challenger] = mine = copy(played)
        mine.player = copy(played.player)
        mine.player.receipts = []
    return other
