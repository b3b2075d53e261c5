"""Rounds of the swarm on pages: each phase, strangers' texts, and how they look."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from support.programs.chromium import kept, quiet_page
from support.testbeds.town import Town, thinker

from oracle.models.library import Library
from oracle.swarm.mind import Mind, Thought
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server.application import application
from oracle.web.trial.company import Up

AGENTS = 10
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m {{ 7 * 7 }}"


def loud(number: int) -> Mind:
    """Says something hostile, and its number."""
    plain = thinker(number)
    said = f"{HOSTILE}{number}".encode()

    def marks(prompt: bytes, answers: Any) -> list[float]:
        return plain.marking(prompt, [answer[-1:] for answer in answers])

    return Thought(lambda prompt: said, marks)


def told(up: Up, town: Town | None, path: str) -> httpx.Response:
    """What is there, with that town's swarm."""
    onlooker = Onlooker(up.company.site, Library())
    scene = up.onlooker.scene
    if town is not None:
        head = replace(scene.head, timestamp=town.place.chain.now())
        scene = replace(scene, rounds=town.rounds, head=head)
    else:
        scene = replace(scene, rounds=None)
    onlooker.scene = scene

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(onlooker, {"test"}, ["/rpc"]))
        where = "http://test"
        async with httpx.AsyncClient(transport=transport, base_url=where) as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_round_is_shown_in_each_of_its_phases(up: Up) -> None:
    town = Town(AGENTS, loud)
    assert "No round yet" in told(up, town, "/rounds").text
    assert told(up, town, "/rounds/1").status_code == 404
    town.ask()
    seen: dict[str, Any] = {}
    for _ in range(40):
        found = told(up, town, "/api/v1/rounds/1").json()["round"]
        seen[found["phase"]] = found
        page = told(up, town, "/rounds/1").text
        assert found["words"] in page
        assert "<script>alert" not in page
        assert "\x1b" not in page and "\u202e" not in page
        assert ("{{ 7 * 7 }}" in page) is bool(found["answers"])
        if not town.step():
            if found["phase"] == "over":
                break
            town.next_phase()
    assert {"entry", "reveal", "seal", "show", "over"} <= seen.keys()
    assert seen["entry"]["answers"] == [] and seen["entry"]["ring"] is None
    assert seen["reveal"]["ring"] is None, "not before no more may reveal"
    for phase in ("seal", "show", "over"):
        assert sorted(seen[phase]["ring"]["order"]) == list(range(AGENTS))
    best, *_, worst = seen["over"]["answers"]
    assert best["won"] and best["answer"].endswith("9") and best["score"] == 1.0
    assert worst["answer"].endswith("0") and seen["over"]["prize"]["winner"]
    picture = told(up, town, "/rounds/1").text
    assert (
        picture.count("<circle") >= AGENTS and picture.count('class="best"') == AGENTS
    )
    (row,) = told(up, town, "/api/v1/rounds").json()["rounds"]
    assert (row["agents"], row["ranked"], row["phase"]) == (AGENTS, AGENTS, "over")


def test_round_of_too_few_is_void(up: Up) -> None:
    town = Town(AGENTS - 1)
    town.ask()
    town.play()
    page = told(up, town, "/rounds/1").text
    assert "Too few agents" in page and 'class="pill lied"' in page


def test_page_without_a_swarm_says_how_to_get_one(up: Up) -> None:
    assert "plumb swarm deploy" in told(up, None, "/rounds").text
    assert told(up, None, "/api/v1/rounds").json()["rounds"] == []


def test_rounds_are_shown_a_page_at_a_time(up: Up) -> None:
    """However many a stranger opens."""
    town = Town(1)
    town.ask()
    (found,) = town.rounds.values()
    many = {i: replace(found, id=i) for i in range(1, 121)}

    class Crowded(Town):
        rounds = many

    town.__class__ = Crowded
    first = told(up, town, "/rounds").text
    assert first.count('href="/rounds/') == 50 and "/rounds?before=71" in first
    last = told(up, town, "/api/v1/rounds?before=21").json()
    assert [row["id"] for row in last["rounds"]] == list(range(20, 0, -1))
    assert last["next"] is None


def test_swarm_that_cannot_be_read_keeps_nobody_from_the_rest(up: Up) -> None:
    def hole() -> None:
        raise KeyError(7)  # an event of a round that was never told of

    swarm: Any = SimpleNamespace(look=hole, rounds=SimpleNamespace(by_id={}))
    onlooker = Onlooker(up.company.site, Library(), swarm=swarm)
    onlooker.look()
    assert onlooker.scene.tables.requests and not onlooker.scene.problem


@pytest.fixture
def ended(up: Up) -> Iterator[None]:
    """The page of the session shows a round that is over, until then none."""
    town = Town(AGENTS, loud)
    town.ask()
    town.play()
    rounds = SimpleNamespace(by_id=town.rounds)
    # The two chains' clocks differ.
    ahead = town.place.chain.now() - up.onlooker.scene.head.timestamp
    for each in rounds.by_id.values():
        each.terms = replace(each.terms, entry_end=each.terms.entry_end - ahead)
        each.draw = replace(each.draw, at=each.draw.at - ahead)
    before = up.onlooker._swarm
    up.onlooker._swarm = SimpleNamespace(look=lambda: None, rounds=rounds)  # type: ignore[assignment]
    up.onlooker.scene = replace(up.onlooker.scene, rounds=rounds.by_id)
    yield
    up.onlooker._swarm = before


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_round_fits_the_screen_and_breaks_no_rule(
    browser: Any, up: Up, ended: None, axe: Any, tmp_path: Path, scheme: str, width: int
) -> None:
    how = {
        "reduced_motion": "reduce",
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 900},
    }
    with quiet_page(browser, up.url, bypass_csp=True, **how) as page:
        for path in ("/rounds", "/rounds/1"):
            page.goto(path)
            page.locator("h1").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            name = f"{path[1:].replace('/', '-')}-{scheme}-{width}"
            page.screenshot(path=kept(tmp_path, name), full_page=True)
            assert axe(page) == [], path
        assert page.locator("svg.ring .won").count() == 1
