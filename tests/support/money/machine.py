"""Whatever anyone may do, in any order: a hypothesis state machine."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from support.chains.evm import ETHER
from support.games.protocol import ZERO_ADDRESS
from support.money.actors import (
    CHALLENGERS,
    CLOCK,
    HONEST_WORKER,
    NAMES,
    PASSES,
    REQUESTERS,
    WORKERS,
)
from support.money.ledger import FLOOR, GWEI, MIN_LEASE, Asked, Claimed, Played
from support.money.testbed import MoneyTestbed

DAY = 86_400
EVERYONE = [name for name in NAMES if name != "contract"]
FEES = [0, 1, 10**15, FLOOR // 10, FLOOR, 5 * ETHER, 200 * ETHER]
BONDS = [0, 1, FLOOR - 1, FLOOR, FLOOR + 1, FLOOR + 9, ETHER, 90 * ETHER, 2**96 - 1]
WINDOWS = [299, 300, 301, CLOCK, 3600, 30 * DAY, 30 * DAY + 1]
PATIENCE = [
    MIN_LEASE + 59,
    MIN_LEASE + 60,
    MIN_LEASE + 61,
    2 * MIN_LEASE + 1,
    3600,
    7200,
    90 * DAY,
    90 * DAY + 1,
]
BASE_FEES = [0, 1, GWEI // 2, GWEI // 2 + 1, GWEI, 7 * GWEI, 100 * GWEI]
CALLBACK_GAS = [0, 100_000, 2_000_000, 2_000_001]
STEPS = [1, 59, 60, 61, 149, 299, 300, 301, 599, 600, 601, 1800, 3600, DAY]
STAKES = [1, FLOOR // 2, FLOOR, 2 * FLOOR, ETHER, 95 * ETHER]

ACTIONS = [
    "accept",
    "submit",
    "expire",
    "cancel",
    "finalize",
    "retry",
    "challenge",
    "timeout",
    "settle",
]

seldom = st.sampled_from([False, False, False, True])
place = st.integers(0, 10**6)


def some(*statuses: int) -> Callable[[Any], bool]:
    """Whether a request is in one of them."""
    return lambda self: any(a.status in statuses for a in self.requests)


class Money(RuleBasedStateMachine):
    """Requests, leases, claims and games are picked by place, those that wait first."""

    def __init__(self) -> None:
        super().__init__()
        self.testbed: MoneyTestbed | None = None

    @property
    def requests(self) -> list[Asked]:
        return list(self.testbed.ledger.requests.values()) if self.testbed else []

    @property
    def open_games(self) -> list[tuple[Asked, Claimed, Played]]:
        """Of standing claims and of fallen ones."""
        return [
            (asked, claimed, played)
            for asked in self.requests
            for claimed in (*([asked.claimed] if asked.claimed else []), *asked.dead)
            for played in claimed.open_games
        ]

    @initialize(seed=st.integers(0, 2**32))
    def found(self, seed: int) -> None:
        self.testbed = MoneyTestbed(seed)
        for name in dict.fromkeys((*WORKERS, *CHALLENGERS)):
            self.testbed.deposit(name, name, 4 * FLOOR)

    # Picking.

    def _asked(self, at: int, *statuses: int) -> Asked | None:
        """A request in one of the statuses if there is any; else any."""
        assert self.testbed is not None
        every = list(self.testbed.ledger.requests.values())
        found = [asked for asked in every if asked.status in statuses] or every
        return found[at % len(found)] if found else None

    def _game(self, at: int) -> tuple[Asked, Claimed, Played]:
        return self.open_games[at % len(self.open_games)]

    def _act(self) -> MoneyTestbed:
        """Before anything happens, the honest do what can't wait."""
        assert self.testbed is not None
        self.testbed.be_honest()
        return self.testbed

    # What a requester may do.

    @precondition(lambda self: len(self.requests) < 6)
    @rule(
        who=st.sampled_from(REQUESTERS),
        fee=st.sampled_from(FEES),
        bond=st.sampled_from(BONDS),
        window=st.sampled_from(WINDOWS),
        patience=st.sampled_from(PATIENCE),
        gas=st.sampled_from(CALLBACK_GAS),
        refund=st.sampled_from([None, *REQUESTERS]),
    )
    def ask(self, who, fee, bond, window, patience, gas, refund) -> None:  # type: ignore[no-untyped-def]
        testbed = self._act()
        if testbed.ledger.hand[testbed.address[who]] < fee:
            return
        terms: dict[str, Any] = {
            "callback_gas": gas,
            "deadline": testbed.now + patience,
            "window": window,
            "min_bond": bond,
            "refund_to": testbed.address[refund] if refund else ZERO_ADDRESS,
        }
        testbed.ask(who, terms, fee)

    @precondition(lambda self: len(self.requests) < 4)
    @rule(
        who=st.sampled_from(REQUESTERS),
        fee=st.sampled_from(FEES[:5]),
        bond=st.sampled_from(BONDS[:6]),
        window=st.sampled_from(WINDOWS[1:5]),
        patience=st.sampled_from(PATIENCE[1:6]),
    )
    def ask_soundly(self, who, fee, bond, window, patience) -> None:  # type: ignore[no-untyped-def]
        self.ask(who, fee, bond, window, patience, 0, None)

    @precondition(lambda self: len(self.requests) < 6)
    @rule(
        who=st.sampled_from(REQUESTERS),
        fee=st.sampled_from(FEES[2:6]),
        share=st.sampled_from([0, 1, 2, 3]),
        passes=st.sampled_from([0, 1, PASSES - 1, PASSES, PASSES + 1, 100, 2**32 - 1]),
        from_block=st.booleans(),
        patience=st.sampled_from([MIN_LEASE + 659, MIN_LEASE + 660, 7200]),
    )
    def ask_metered(self, who, fee, share, passes, from_block, patience) -> None:  # type: ignore[no-untyped-def]
        """Of which a part, all, or more than all hangs on passes."""
        testbed = self._act()
        if testbed.ledger.hand[testbed.address[who]] < fee:
            return
        price = share * fee // 2 // max(1, passes) + (share == 3)
        terms: dict[str, Any] = {
            "callback_gas": 0,
            "deadline": testbed.now + patience,
            "window": 300,
        }
        testbed.ask(who, terms, fee, (price, passes, from_block))

    @precondition(some(6))
    @rule(
        who=st.sampled_from(EVERYONE),
        at=place,
        blocks=st.sampled_from([0, 1, 1, 1, 1, 40, 8191, 8192]),
    )
    def fix(self, who: str, at: int, blocks: int) -> None:
        testbed = self._act()
        if asked := self._asked(at, 6):
            testbed.fix(who, asked, blocks)

    @precondition(some(1, 6))
    @rule(who=st.sampled_from(NAMES), at=place)
    def cancel(self, who: str, at: int) -> None:
        testbed = self._act()
        if asked := self._asked(at, 1, 6):
            testbed.cancel(who, asked)

    # Whole paths, so that what comes after them is often reached.

    @precondition(lambda self: len(self.requests) < 5)
    @rule(
        asker=st.sampled_from(REQUESTERS),
        worker=st.sampled_from(WORKERS),
        fee=st.sampled_from(FEES[:6]),
        bond=st.sampled_from(BONDS[:7]),
        window=st.sampled_from(WINDOWS[1:5]),
        false=st.booleans(),
    )
    def claim(self, asker, worker, fee, bond, window, false) -> None:  # type: ignore[no-untyped-def]
        """Asked, accepted and answered, if its worker has the stake."""
        self.ask(asker, fee, bond, window, 7200, 0, None)
        testbed = self._act()
        if not self.requests or self.requests[-1].status != 1:
            return
        asked = self.requests[-1]
        testbed.accept(worker, asked, 0, 0, 0)
        if asked.status == 2:
            testbed.submit(worker, asked, false and worker != HONEST_WORKER)

    @precondition(lambda self: len(self.requests) < 5)
    @rule(
        asker=st.sampled_from(REQUESTERS),
        worker=st.sampled_from(WORKERS),
        fee=st.sampled_from(FEES[:5]),
        dear=st.booleans(),
        polite=st.booleans(),
        again=st.lists(st.sampled_from(EVERYONE), max_size=3),
    )
    def deliver(self, asker, worker, fee, dear, polite, again) -> None:  # type: ignore[no-untyped-def]
        """A true answer becomes final by its worker, maybe when gas has become dear;
        then its callback is made again."""
        self._act().price_gas(0)
        self.claim(asker, worker, fee, 0, 300, False)
        testbed = self._act()
        if not self.requests or self.requests[-1].status != 3:
            return
        asked = self.requests[-1]
        testbed.mood(polite)
        testbed.travel(300)
        testbed.price_gas(BASE_FEES[-1] if dear else 0)
        testbed.finalize(worker, asked)
        for who in again:
            testbed.retry(who, asked)

    @precondition(some(3))
    @rule(
        at=place,
        who=st.lists(st.sampled_from(CHALLENGERS[1:]), min_size=1, unique=True),
        order=st.lists(place, max_size=40),
        by=st.sampled_from(EVERYONE),
    )
    def dispute(self, at: int, who: list[str], order: list[int], by: str) -> None:
        """Some challenge it, and moves are made in some order."""
        for name in who:
            # What the honest owe by now is done first, and may end the claim.
            testbed, asked = self._act(), self._asked(at, 3)
            if asked is not None and asked.claimed is not None and asked.status == 3:
                testbed.challenge(name, asked, asked.claimed)
        for game in order:
            self.move(game, by)

    # What a worker may do.

    @precondition(some(1))
    @rule(
        who=st.sampled_from(WORKERS),
        at=place,
        stale=st.sampled_from([0, 0, 0, 0, 1]),
        early=st.sampled_from([0, 0, 0, 1, -100, -(10**9)]),
        short=st.sampled_from([0, 0, 0, 1, -ETHER]),
    )
    def accept(self, who, at, stale, early, short) -> None:  # type: ignore[no-untyped-def]
        testbed = self._act()
        if asked := self._asked(at, 1):
            testbed.accept(who, asked, stale, early, short)

    @precondition(lambda self: any(a.status == 1 and a.attempt for a in self.requests))
    @rule(who=st.sampled_from(WORKERS), stale=st.integers(0, 1))
    def accept_again(self, who: str, stale: int) -> None:
        """What is open again, by what was signed for now or for before."""
        testbed = self._act()
        for asked in self.requests:
            if asked.status == 1 and asked.attempt:
                testbed.accept(who, asked, stale, 0, 0)

    @precondition(lambda self: any(a.status == 1 and a.dead for a in self.requests))
    @rule(who=st.sampled_from(WORKERS), false=st.booleans())
    def answer_again(self, who: str, false: bool) -> None:
        """What an answer fell about, and is open."""
        testbed = self._act()
        for asked in self.requests:
            if asked.status == 1 and asked.dead:
                testbed.accept(who, asked, 0, 0, 0)
            if asked.status == 2 and asked.dead:
                holder = asked.lease.worker
                if holder == testbed.address[who]:
                    testbed.submit(who, asked, false and who != HONEST_WORKER)

    @precondition(some(2))
    @rule(at=place, false=st.booleans())
    def answer(self, at: int, false: bool) -> None:
        """By whoever holds the lease."""
        testbed = self._act()
        asked = self._asked(at, 2)
        if asked is None or asked.status != 2:
            return
        names = {address: name for name, address in testbed.address.items()}
        who = names[asked.lease.worker]
        testbed.submit(who, asked, false and who != HONEST_WORKER)

    @precondition(some(2))
    @rule(who=st.sampled_from(EVERYONE), at=place)
    def expire(self, who: str, at: int) -> None:
        testbed = self._act()
        if asked := self._asked(at, 2):
            testbed.expire(who, asked)

    @precondition(some(3))
    @rule(who=st.sampled_from(EVERYONE), at=place, own=st.booleans())
    def finalize(self, who: str, at: int, own: bool) -> None:
        """By anyone; or, if `own`, by its worker, who may leave out a callback."""
        testbed = self._act()
        if asked := self._asked(at, 3):
            if own and asked.claimed is not None:
                worker = asked.claimed.claim.worker
                who = next(n for n in NAMES if testbed.address[n] == worker)
            testbed.finalize(who, asked)

    @precondition(lambda self: any(a.callback_failed for a in self.requests))
    @rule(who=st.sampled_from(EVERYONE), at=place)
    def retry(self, who: str, at: int) -> None:
        testbed = self._act()
        if failed := [a for a in self.requests if a.callback_failed]:
            testbed.retry(who, failed[at % len(failed)])

    # Games.

    @precondition(some(3))
    @rule(who=st.sampled_from(CHALLENGERS), at=place, old=seldom)
    def challenge(self, who: str, at: int, old: bool) -> None:
        testbed = self._act()
        asked = self._asked(at, 3)
        if asked is None:
            return
        claimed = asked.dead[0] if old and asked.dead else asked.claimed
        if claimed is None:
            return
        if who == CHALLENGERS[0] and not claimed.false:
            return  # the honest one doesn't
        testbed.challenge(who, asked, claimed)

    @precondition(lambda self: any(a.dead for a in self.requests))
    @rule(who=st.sampled_from(CHALLENGERS[1:]))
    def challenge_fallen(self, who: str) -> None:
        """Whether or not somebody has answered since."""
        testbed = self._act()
        for asked in [a for a in self.requests if a.dead]:
            testbed.challenge(who, asked, asked.dead[0])

    @precondition(lambda self: self.open_games)
    @rule(at=place, by=st.sampled_from(EVERYONE))
    def move(self, at: int, by: str) -> None:
        self._act()
        if self.open_games:
            self._act().move(*self._game(at), by)

    @precondition(lambda self: self.open_games)
    @rule(at=place, by=st.sampled_from(EVERYONE), moves=st.integers(2, 9))
    def play(self, at: int, by: str, moves: int) -> None:
        """Several moves of one game."""
        for _ in range(moves):
            self.move(at, by)

    @precondition(lambda self: self.open_games)
    @rule(who=st.sampled_from(EVERYONE), at=place)
    def timeout(self, who: str, at: int) -> None:
        self._act()
        if self.open_games:
            self._act().timeout(who, *self._game(at))

    @precondition(lambda self: any(claimed.dead for _, claimed, _ in self.open_games))
    @rule(who=st.sampled_from(EVERYONE), at=place)
    def settle(self, who: str, at: int) -> None:
        testbed = self._act()
        found = [game for game in self.open_games if game[1].dead]
        if found:
            _, claimed, played = found[at % len(found)]
            testbed.settle(who, claimed, played)

    @rule(who=st.sampled_from(EVERYONE), at=place, action=st.sampled_from(ACTIONS))
    def misstep(self, who: str, at: int, action: str) -> None:
        """Any action, whatever the request's status is, by anyone."""
        testbed = self._act()
        if not self.requests:
            return
        asked = self.requests[at % len(self.requests)]
        if action == "accept" and asked.status != 1:
            testbed.accept(who, asked, 0, 0, 0)
        elif action == "submit":
            testbed.submit(who, asked, who != HONEST_WORKER)
        elif action in ("expire", "cancel", "finalize", "retry"):
            getattr(testbed, action)(who, asked)
        for claimed in asked.dead if action == "challenge" else ():
            testbed.challenge(who, asked, claimed)
        for claimed in asked.dead:
            for played in claimed.games.values():
                if action == "timeout":
                    testbed.timeout(who, asked, claimed, played)
                elif action == "settle" and played.stage == 6:
                    testbed.settle(who, claimed, played)

    # Money, time, forks.

    @rule(who=st.sampled_from(WORKERS + CHALLENGERS), stake=st.sampled_from(STAKES))
    def deposit(self, who: str, stake: int) -> None:
        testbed = self._act()
        if testbed.ledger.hand[testbed.address[who]] >= stake:
            testbed.deposit(who, who, stake)

    @rule(
        who=st.sampled_from(EVERYONE), most=st.booleans(), more=st.sampled_from([0, 1])
    )
    def withdraw(self, who: str, most: bool, more: int) -> None:
        testbed = self._act()
        free = testbed.ledger.free[testbed.address[who]]
        testbed.withdraw(who, (free if most else free // 2) + more)

    @rule(base_fee=st.sampled_from(BASE_FEES))
    def price_gas(self, base_fee: int) -> None:
        self._act().price_gas(base_fee)

    @rule(polite=st.booleans())
    def mood(self, polite: bool) -> None:
        self._act().mood(polite)

    @rule(seconds=st.sampled_from(STEPS))
    def wait(self, seconds: int) -> None:
        self._act().travel(seconds)

    @rule(at=place, sooner=st.integers(-1, 1))
    def wait_for(self, at: int, sooner: int) -> None:
        """Until an instant at which something changes, or a second beside it."""
        testbed = self._act()
        if instants := sorted(testbed.instants()):
            chosen = instants[at % len(instants)] + sooner
            testbed.travel(max(0, chosen - testbed.now))

    @rule()
    def keep(self) -> None:
        self._act().keep()

    @precondition(lambda self: self.testbed is not None and self.testbed.kept)
    @rule()
    def reorganise(self) -> None:
        assert self.testbed is not None
        self.testbed.reorganise()

    @invariant()
    def books_agree(self) -> None:
        if self.testbed is not None:
            self.testbed.check()

    def teardown(self) -> None:
        testbed = self.testbed
        if testbed is None:
            return
        testbed.be_honest()
        testbed.finish()
        testbed.check()
        assert testbed.ledger.fees == 0 and not any(testbed.ledger.locked.values())
        for asked in testbed.ledger.requests.values():
            assert asked.status in (4, 5)
            if asked.status == 4:
                assert asked.claimed is not None and not asked.claimed.false
