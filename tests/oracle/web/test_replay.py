"""A finished dispute, replayed: on its page, and of a file without any chain."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from support.programs.chromium import kept, quiet_page
from support.programs.process import running

from oracle.devnet.serving import serving
from oracle.web.pages.drawing import drawn
from oracle.web.pages.looks import environment
from oracle.web.server import animated
from oracle.web.server.guarding import Later, hosts_of
from oracle.web.server.replay import BadReplay, application, read
from oracle.web.trial.company import Up

HOST = "127.0.0.1"
KEPT = Path(__file__).parents[3] / "docs" / "dispute.json"


@pytest.fixture(scope="module")
def saved(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As somebody would save it."""
    (game,) = up.onlooker.scene.tables.games
    data = httpx.get(f"{up.url}/api/v1/disputes/0x{game.hex()}").content
    file = tmp_path_factory.mktemp("saved") / "dispute.json"
    file.write_bytes(data)
    return file


@pytest.fixture
def page(browser: Any, saved: Path) -> Iterator[Any]:
    later = Later()
    with serving(later, HOST, 0) as url:
        later.app = application(read(saved), hosts_of(HOST, httpx.URL(url).port or 0))
        with quiet_page(browser, url) as page:
            yield page


def test_slider_shows_what_had_come_by_a_move(
    page: Any, saved: Path, tmp_path: Path
) -> None:
    moves = json.loads(saved.read_text())["dispute"]["moves"]
    names = [move["name"] for move in moves]
    page.goto("/")
    slider = page.get_by_role("slider")
    levels = page.locator("svg.wide [data-level]")
    coming = page.locator("svg.wide .coming")
    assert levels.count() == names.count("opened") + names.count("dissected")
    assert coming.count() == 0
    for step in range(1, len(moves) + 1):
        slider.fill(str(step))
        past = names[:step]
        there = past.count("opened") + past.count("dissected")
        assert coming.count() == levels.count() - there
        assert page.locator("tr.coming").count() == len(moves) - step
        assert page.locator("#judgement").is_visible() == ("proved" in past)
        if step == 4:
            page.screenshot(path=kept(tmp_path, "replay-4"), full_page=True)


def test_replay_plays_by_keyboard_to_the_end(page: Any) -> None:
    page.clock.install()
    page.goto("/")
    page.get_by_role("button", name="Replay").focus()
    page.keyboard.press("Enter")
    page.locator("svg.wide .coming").first.wait_for(state="attached")
    page.clock.run_for(30_000)
    assert page.locator("svg.wide .coming").count() == 0
    assert page.get_by_role("button", name="Replay").is_visible()


def test_page_of_a_file_leads_to_no_chain(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.locator("#board .replay").wait_for()
    assert not [url for url in asked if "/api/" in url or "/rpc" in url]
    assert page.locator("main a").count() == 0


def test_clocks_are_those_of_the_history(up: Up, saved: Path) -> None:
    """Each second of block time between moves is one side's."""
    dispute = json.loads(saved.read_text())["dispute"]
    times = {move["name"]: move["time"] for move in dispute["moves"]}
    used = sum(clock["used"] for clock in dispute["clocks"].values())
    assert used == times["proved"] - times["challenged"]
    assert dispute["clock_seconds"] == up.onlooker.scene.clock_seconds
    assert not any(clock["running"] for clock in dispute["clocks"].values())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("over",), 1),
        (("levels", 0, "parts", 0, "end"), -1),
        (("levels", 0, "parts", 0, "end"), 1 << 63),
        (("levels", 0, "parts", 0, "verdict"), '"><script>'),
        (("moves", 0, "name"), 'x" onclick="'),
        (("moves", 0, "transaction"), "javascript:alert(1)"),
        (("proof", "worker_says"), None),
        (("levels",), [{}] * 100),
    ],
)
def test_file_that_is_no_dispute_is_refused(
    saved: Path, tmp_path: Path, path: tuple[Any, ...], value: Any
) -> None:
    data = json.loads(saved.read_text())
    *way, last = path
    place = data["dispute"]
    for step in way:
        place = place[step]
    place[last] = value
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(data))
    with pytest.raises(BadReplay, match="expected a dispute"):
        read(file)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_file_that_is_no_json_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(data)
    with pytest.raises(BadReplay, match="expected a dispute"):
        read(file)


def test_words_in_a_file_are_escaped(saved: Path, tmp_path: Path) -> None:
    data = json.loads(saved.read_text())
    data["dispute"]["moves"][0]["text"] = "<script>alert(1)</script>\u202e"
    data["dispute"]["levels"][0]["where"] = "</svg><img src=x onerror=alert(1)>"
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(data))
    dispute = read(file)
    text = (
        environment()
        .get_template("dispute.html")
        .render(game=dispute, picture="", replay=True, path="/")
    )
    assert "<script>alert" not in text and "\u202e" not in text
    assert "<img" not in drawn(dispute["levels"])


@pytest.mark.slow
def test_web_replays_the_kept_dispute_without_a_chain(tmp_path: Path) -> None:
    with running(tmp_path, "web", "--port", 0, "--json", "--replay", KEPT) as web:
        page = httpx.get(web.wait_for_json()["url"])
        assert page.status_code == 200 and "the worker was wrong" in page.text
        assert web.stop() == 0


def test_moving_picture_is_that_of_the_kept_dispute(tmp_path: Path) -> None:
    """`make pictures` makes the committed file; all that moves is from the dispute."""
    drawn_anew = tmp_path / "dispute.svg"
    animated.main(str(KEPT), str(drawn_anew))
    text = KEPT.with_suffix(".svg").read_text()
    assert drawn_anew.read_text() == text
    root = ElementTree.fromstring(text)
    kinds = {element.tag.partition("}")[2] for element in root.iter()}
    assert kinds == {"svg", "title", "style", "g", "rect", "path", "polygon", "text"}
    dispute = read(KEPT)
    marks = [e for e in root.iter() if e.get("class") == "mark"]
    assert len(marks) == len(dispute["levels"])
    assert dispute["proof"]["verifier_says"] in text


def test_moving_picture_escapes_what_a_file_says(saved: Path, tmp_path: Path) -> None:
    data = json.loads(saved.read_text())
    data["dispute"]["moves"][0]["text"] = "</text><script>alert(1)</script>"
    data["dispute"]["proof"]["instruction"] = "<image href='x'/>&"
    hostile, picture = tmp_path / "hostile.json", tmp_path / "hostile.svg"
    hostile.write_text(json.dumps(data))
    animated.main(str(hostile), str(picture))
    root = ElementTree.fromstring(picture.read_text())
    assert not [e for e in root.iter() if e.tag.endswith(("script", "image"))]
