"""What one process remembers of what it has offered."""

from types import SimpleNamespace
from typing import Any

import pytest

from oracle.sending import offers
from oracle.sending.offers import MOST_IN_VAIN, OFFER_AGAIN_SECONDS, Offers


def entry(key: str, nonce: int = 0) -> Any:
    draft, last = SimpleNamespace(key=key), SimpleNamespace(hash=key.encode())
    return SimpleNamespace(draft=draft, last=last, nonce=nonce)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    wall = SimpleNamespace(now=1000.0)
    time = SimpleNamespace(monotonic=lambda: wall.now)
    monkeypatch.setattr(offers, "time", time)
    return wall


def made(head: int) -> Offers:
    chain: Any = SimpleNamespace(latest=SimpleNamespace(number=head))
    return Offers(chain)


def test_offer_is_made_again_with_the_next_block_or_after_a_while(
    clock: SimpleNamespace,
) -> None:
    known = made(head=7)
    assert not known.made_lately(entry("a"), 7)
    known.note(entry("a"))
    clock.now += OFFER_AGAIN_SECONDS / 2
    assert known.made_lately(entry("a"), 7)
    assert not known.made_lately(entry("a"), 8)
    clock.now += OFFER_AGAIN_SECONDS / 2
    assert not known.made_lately(entry("a"), 7)


def test_offers_in_vain_are_counted_by_what_is_done_until_it_is_taken() -> None:
    known = made(head=7)
    assert [known.count(entry("a", nonce)) for nonce in (1, 1, 4)] == [1, 2, 3]
    assert known.count(entry("b")) == 1
    known.note(entry("a"))
    assert known.count(entry("a")) == 1


def test_offers_in_vain_are_forgotten_when_they_are_too_many() -> None:
    """A process that runs for years keeps no more than so many."""
    known = made(head=7)
    for n in range(2 * MOST_IN_VAIN):
        known.count(entry(str(n)))
    assert len(known._in_vain) == MOST_IN_VAIN
    assert known.count(entry("0")) == 1


def test_offer_was_taken_if_it_was_made_and_something_waits_under_its_nonce(
    clock: SimpleNamespace,
) -> None:
    known = made(head=7)
    assert not known.was_taken(entry("a", nonce=3), pending=4), "never offered"
    known.note(entry("a", nonce=3))
    assert not known.was_taken(entry("a", nonce=3), pending=3)
    clock.now += 2 * OFFER_AGAIN_SECONDS
    assert known.was_taken(entry("a", nonce=3), pending=4)
    assert known.made_lately(entry("a", nonce=3), 7), "as if offered just now"
    known.forget()
    assert not known.was_taken(entry("a", nonce=3), pending=4)
