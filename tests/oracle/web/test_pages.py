"""Pages: what strangers wrote is inert, and a chain that is silent is told of."""

import asyncio
from dataclasses import replace
from html.parser import HTMLParser

import httpx
import pytest

from oracle.chain.events import ModelRegistered
from oracle.models.library import Library
from oracle.record.tables import Tables
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server.application import application
from oracle.web.trial.company import Up
from oracle.web.views.disputes import Disputes

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "javascript:alert(1)",
    'https://x.example/"><script>alert(1)</script>',
    "data:text/html,<script>alert(1)</script>",
    "\u202egnp.exe",
    "\x1b[31mred\x07",
    "&lt;b&gt; &amp; &#x3c;script&#x3e;",
    "<!-- --><![CDATA[",
)


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def page_of(onlooker: Onlooker, path: str) -> str:
    app = application(onlooker, {"test"}, ["/rpc"])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get(path)).text


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_text_is_inert(up: Up, text: str) -> None:
    """In a model's URI, and in what is searched for."""
    onlooker = Onlooker(up.company.site, Library())
    told = ModelRegistered(
        1, bytes(32), b"\1" * 32, bytes(20), bytes(32), bytes(32), 0, (text,)
    )
    tables = Tables(models={told.model_id: told})
    onlooker.scene = replace(up.onlooker.scene, tables=tables, library=Library())
    page = asyncio.run(page_of(onlooker, "/models"))
    harmless = Tags(asyncio.run(page_of(onlooker, "/health")))
    kinds = {tag for tag, _ in harmless.found}
    kinds |= {"article", "h2", "h1", "p", "dl", "code"}
    for tag, attributes in Tags(page).found:
        assert tag in kinds
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "a" and str(attributes["href"])[0] not in "/#":
            assert str(attributes["href"]).startswith("https://")
            assert "noopener" in str(attributes["rel"])
    assert "\x1b" not in page and "\u202e" not in page
    assert ("7 * 7" in page) == ("7 * 7" in text)
    searched = asyncio.run(page_of(onlooker, f"/search?q={httpx.QueryParams(q=text)}"))
    assert "<script>alert" not in searched


def test_chain_that_is_silent_is_told_of(up: Up) -> None:
    onlooker = Onlooker(up.company.site, Library())
    problem = "connection refused <b>"
    onlooker.scene = replace(up.onlooker.scene, problem=problem)
    page = asyncio.run(page_of(onlooker, "/"))
    assert "The chain doesn&#39;t answer" in page or "The chain doesn't answer" in page
    assert "connection refused &lt;b&gt;" in page and "stale" in page
    assert 'href="/requests/1"' in page, "what was known is still there"


def test_dispute_of_a_model_that_is_not_here_is_drawn_without_verdicts(up: Up) -> None:
    scene = replace(up.onlooker.scene, library=Library())
    (game,) = scene.tables.games
    whole = Disputes().whole(scene, game)
    assert whole is not None and not whole["checked"]
    verdicts = {p["verdict"] for level in whole["levels"] for p in level["parts"]}
    assert verdicts == {"unknown"}


@pytest.mark.parametrize(
    ("words", "page"),
    [("1", "/requests/1"), ("#2", "/requests/2"), ("mnist", "/models/0x")],
)
def test_search_finds_numbers_and_names(
    client: httpx.Client, words: str, page: str
) -> None:
    answer = client.get("/search", params={"q": words})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(page)


def test_search_finds_transactions_and_accounts(client: httpx.Client) -> None:
    asked = client.get("/api/v1/requests/2").json()["request"]
    sent = asked["timeline"][0]["transaction"]
    for words in (sent, sent[:12]):
        answer = client.get("/search", params={"q": words})
        assert answer.headers["location"] == "/requests/2"
    assert client.get("/search", params={"q": "0xdeadbeef"}).status_code == 404


def test_first_page_is_light(client: httpx.Client) -> None:
    """With all that it loads, before anyone checks anything."""
    parts = ("/", "/static/style.css", "/static/live.js", "/static/ask.js")
    parts += ("/static/executor.js", "/static/icon.svg")
    assert sum(len(client.get(part).content) for part in parts) < 150_000
