"""Who asks too often is told to wait; others don't notice."""

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from oracle.web.server import rates
from oracle.web.server.rates import Rates, visitor_of

App = PlainTextResponse("ok")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    limited = Rates(App, each_second=8, at_once=3, clock=clock)
    assert [limited.asked("a") for _ in range(3)] == [0, 0, 0]
    assert limited.asked("a") == 0.125
    assert limited.asked("b") == 0, "another visitor's bucket is full"
    clock.now += 0.125
    assert limited.asked("a") == 0 and limited.asked("a") > 0
    clock.now += 1000
    assert [limited.asked("a") > 0 for _ in range(4)] == [False] * 3 + [True]


def test_visitors_without_end_take_no_more_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "MOST_KNOWN", 5)
    limited = Rates(App, at_once=1, clock=Clock())
    for number in range(50):
        assert limited.asked(str(number)) == 0
    assert limited.asked("49") > 0, "the latest are remembered"
    assert len(limited._buckets) == 5


def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    async def ask() -> list[httpx.Response]:
        limited = Rates(App, each_second=0.5, at_once=2)
        home = httpx.ASGITransport(limited)
        async with httpx.AsyncClient(transport=home, base_url="http://x") as one:
            assert {(await one.get("/")).status_code for _ in range(9)} == {200}
        transport = httpx.ASGITransport(limited, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as one:
            return [await one.get("/") for _ in range(3)]

    first, second, third = asyncio.run(ask())
    assert first.text == second.text == "ok"
    assert third.status_code == 429 and third.headers["Retry-After"] == "2"
    assert "expected at most 0.5 requests a second" in third.text


@pytest.mark.parametrize(
    ("behind_proxy", "visitor"), [(False, "10.0.0.1"), (True, "192.0.2.7")]
)
def test_proxys_word_counts_only_where_there_is_one(
    behind_proxy: bool, visitor: str
) -> None:
    """The last address is the one that the proxy saw; those before are the visitor's
    own words."""
    headers = [(b"x-forwarded-for", b"203.0.113.9, 192.0.2.7")]
    scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": headers}
    assert visitor_of(scope, behind_proxy) == visitor
