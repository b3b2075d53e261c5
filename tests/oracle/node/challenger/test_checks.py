"""What a challenger checks first, and what it foresees that it won't check."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from challenge.claim import Claim, Request
from oracle.chain.events import ModelRegistered
from oracle.errors import ComputationFailed
from oracle.node.challenger.checks import CHALLENGE_SECONDS, LEAST_LEFT_SECONDS, Checks
from oracle.record.record import Answered, Asked

NOW, WINDOW, FLOOR = 10_000, 600, 37_000_000 * 10**9
ROUNDS = 150


@dataclass
class Slow:
    """Computes `width` answers at a time, in a simulated time that the test moves."""

    each: float = 60.0
    width: int = 1
    now: int = NOW
    ends: dict[int, float] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    def check_seconds(self, asked: Asked) -> float:
        return self.seconds.get(asked.request.id, self.each)

    def ready(self, asked: Asked) -> bool:
        request = asked.request.id
        if request not in self.ends:
            self.ends[request] = self.now + self.check_seconds(asked)
        return self.now >= self.ends[request]


def answered(
    number: int, bond: int = FLOOR, fee: int = 1, left: int = WINDOW
) -> Answered:
    word = number.to_bytes(32, "big")
    request = Request(number, word, bytes(20), fee, word, 0, 600, 0, bond, bytes(20))
    model = ModelRegistered(0, b"", word, bytes(20), word, word, 0, ())
    claim = Claim(number, word, word, word, word, bytes(20), 0, NOW + left, bond, 10**9)
    return Answered(Asked(request, model, b""), claim, word, b"")


def until(
    checks: Checks, claims: Sequence[Answered], strategy: Slow, end: int
) -> list[int]:
    """The requests whose claims are checked until that instant, in order."""
    done: list[int] = []
    while strategy.now < end:
        left = [c for c in claims if c.claim.request_id not in done]
        open_claims = [c for c in left if strategy.now < c.claim.window_end]
        done += [a.claim.request_id for a in checks.ready(open_claims, strategy.now)]
        strategy.now += 60
    return done


def chance(claims: Sequence[Answered], wanted: int, **strategy: Any) -> float:
    """Of being checked in time to be challenged, over many secrets."""
    found = 0
    for luck in range(ROUNDS):
        slow = Slow(**strategy)
        checks = Checks(slow, luck.to_bytes(32, "big"))
        (lie,) = (c for c in claims if c.claim.request_id == wanted)
        last = lie.claim.window_end - CHALLENGE_SECONDS - int(slow.each) + 1
        found += wanted in until(checks, claims, slow, last)
    return found / ROUNDS


def test_checks_begins_no_more_than_are_computed_at_a_time() -> None:
    strategy = Slow(width=2)
    checks = Checks(strategy, b"s")
    claims = [answered(n) for n in range(9)]
    assert list(checks.ready(claims, NOW)) == []
    assert len(strategy.ends) == 2 == len(checks.backlog.checking) + 2
    assert list(checks.ready(claims, NOW + 1)) == []
    assert len(strategy.ends) == 2 == len(checks.backlog.checking)
    assert len(checks.backlog.waiting) == 7
    strategy.now += 60
    assert len(list(checks.ready(claims, strategy.now))) == 2
    assert len(strategy.ends) == 4


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        pytest.param({"bond": 1000 * FLOOR}, 0.95, id="more-at-stake"),
        pytest.param({"fee": 1000 * FLOOR}, 0.95, id="a-higher-fee"),
    ],
)
def test_checks_first_what_most_is_at_stake_on(
    changes: dict[str, int], least: float
) -> None:
    claims = [answered(n) for n in range(20)] + [answered(99, **changes)]
    firsts = 0
    for luck in range(ROUNDS):
        strategy = Slow()
        list(Checks(strategy, luck.to_bytes(32, "big")).ready(claims, NOW))
        firsts += 99 in strategy.ends
    assert firsts / ROUNDS > least


def test_checks_first_what_takes_less_or_ends_sooner() -> None:
    quick = {99: 0.06}
    claims = [answered(n) for n in range(20)] + [answered(99)]
    assert chance(claims, 99, seconds=quick) > 0.99
    far = [answered(n, left=30 * 24 * 3600) for n in range(200)]
    assert chance([*far, answered(99_999)], 99_999) > 0.99


def test_checks_by_lot_no_flood_is_sure_to_hide_a_lie() -> None:
    """Twelve true claims and a lie, all alike; eight of the thirteen can be checked.
    In the order of arrival it would be the last, and missed for certain."""
    claims = [answered(n) for n in range(13)]
    assert abs(chance(claims, 12) - 8 / 13) < 0.1


def test_checks_by_lot_what_is_bound_beside_a_lie_hides_it() -> None:
    """Twelve times what is bound on the lie, in twelve claims or in 120, against eight
    checks; and much less against a lie on which more is bound."""
    lie = answered(999, bond=10 * FLOOR)
    few = chance([*(answered(n, bond=10 * FLOOR) for n in range(12)), lie], 999)
    many = chance([*(answered(n) for n in range(120)), lie], 999)
    against_few = chance([*(answered(n) for n in range(12)), lie], 999)
    assert abs(few - 8 / 13) < 0.1
    assert abs(many - (1 - (12 / 13) ** 8)) < 0.1
    assert against_few > 0.98


def test_checks_short_windows_buy_no_first_places() -> None:
    """What ends before the least window would is no more urgent than that."""
    claims = [answered(1, left=70), answered(2, left=LEAST_LEFT_SECONDS)]
    firsts = 0
    for luck in range(ROUNDS):
        strategy = Slow(each=1.0)
        list(Checks(strategy, luck.to_bytes(32, "big")).ready(claims, NOW))
        firsts += 1 in strategy.ends
    assert abs(firsts / ROUNDS - 1 / 2) < 0.1


def test_checks_what_cannot_be_challenged_any_more_comes_last() -> None:
    lie = answered(999, left=LEAST_LEFT_SECONDS)
    flood = [answered(n, left=170) for n in range(50)]
    assert chance([*flood, lie], 999) == 1.0


def test_checks_foretell_what_comes_too_late_and_tell_it_once() -> None:
    told: list[Any] = []
    strategy = Slow()
    checks = Checks(strategy, b"s", told.append)
    claims = [answered(n) for n in range(12)]
    list(checks.ready(claims, NOW))
    # The first ends after 60 seconds; the eighth, at 480, leaves two minutes.
    assert len(checks.backlog.late) == 4
    assert checks.backlog.late_wei == 4 * FLOOR
    late = {check.answered.claim.request_id for check in checks.backlog.late}
    assert {facts["request_id"] for facts in told} == late
    assert told[0] == {
        "event": "unchecked",
        "request_id": told[0]["request_id"],
        "claim": "0x" + told[0]["request_id"].to_bytes(32, "big").hex(),
        "value": FLOOR,
        "window_end": NOW + WINDOW,
    }
    done = until(checks, claims, strategy, NOW + WINDOW + 60)
    assert len(done) == 9, "one more than can still be challenged"
    assert checks.unchecked == 3
    assert len(told) == len({facts["request_id"] for facts in told})
    assert list(checks.ready([], strategy.now)) == []
    assert checks.backlog.late == () and checks.unchecked == 3


def test_checks_with_more_at_a_time_keep_up() -> None:
    strategy = Slow(width=2)
    checks = Checks(strategy, b"s")
    list(checks.ready([answered(n) for n in range(12)], NOW))
    assert checks.backlog.late == ()


def test_checks_of_a_run_that_takes_longer_than_its_window_are_told_and_begun() -> None:
    """Nothing else waits: the figure may be wrong, and then it is checked after all."""
    strategy = Slow(each=5000.0)
    checks = Checks(strategy, b"s")
    list(checks.ready([answered(1)], NOW))
    assert len(checks.backlog.late) == 1 and strategy.ends


def test_checks_foretelling_alone_begins_nothing() -> None:
    strategy = Slow()
    checks = Checks(strategy, b"s")
    checks.foretell([answered(n) for n in range(12)], NOW)
    assert len(checks.backlog.late) == 4 and not strategy.ends


class Broken(Slow):
    """Can't begin one of the answers, or foretell it."""

    broken = ""

    def ready(self, asked: Asked) -> bool:
        if self.broken == "ready" and asked.request.id == 3:
            raise ComputationFailed("no memory")
        return super().ready(asked)

    def check_seconds(self, asked: Asked) -> float:
        if self.broken == "check_seconds" and asked.request.id == 3:
            raise ComputationFailed("no such image")
        return super().check_seconds(asked)


@pytest.mark.parametrize("broken", ["ready", "check_seconds"])
def test_checks_what_goes_wrong_about_one_claim_stops_no_other(broken: str) -> None:
    strategy = Broken(each=1.0)
    strategy.broken = broken
    checks = Checks(strategy, b"s")
    done = until(checks, [answered(n) for n in range(6)], strategy, NOW + WINDOW)
    assert sorted(done) == [0, 1, 2, 4, 5]
    assert [job for job in checks.troubles.reasons] == [
        ("check", (3).to_bytes(32, "big"))
    ]
