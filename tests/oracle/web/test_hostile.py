"""A hundred hostile strings, where strangers may put them, in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from support.chromium import quiet_page

from oracle.chain.events import ModelRegistered
from oracle.devnet.serving import serving
from oracle.models.library import Library
from oracle.record.tables import Tables
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server.application import application
from oracle.web.server.guarding import Later, hosts_of
from oracle.web.trial.company import Up

HOST = "127.0.0.1"
ACTIONS = ("fetch('/owned')", "owned=1", "document.title='owned'", "alert(1)")
FRAMES = (
    "<script>{0}</script>",
    '"><img src=x onerror={0}>',
    "'><svg onload={0}>",
    '" onmouseover="{0}" x="',
    "javascript:{0}",
    'https://x.example/" onclick="{0}',
    "https://x.example/<script>{0}</script>",
    "</code></dd><iframe srcdoc='<script>{0}</script>'></iframe>",
    "</title><body onload={0}>",
    "<details open ontoggle={0}>",
    "<style>*{{background:url(javascript:{0})}}</style>",
    "<math><mtext><script>{0}</script></mtext></math>",
    "<a href=javascript:{0} autofocus onfocus={0}>x</a>",
    "<input autofocus onfocus={0}>",
    "<video><source onerror={0}></video>",
    "<template><script>{0}</script></template><marquee onstart={0}>",
    "--><script>{0}</script><!--",
    "]]><script>{0}</script>",
    "<object data=javascript:{0}>",
    "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "<base href=//x.example/><form action=javascript:{0}><button>x",
    "data:text/html,<script>{0}</script>",
    "\u202e<script>{0}</script>\u2066",
    "\x00<scr\x00ipt>{0}</script>",
    "{{{{ self.__init__.__globals__ }}}} ${{{0}}} {{% include '/etc/passwd' %}}",
)
HOSTILE = [frame.format(action) for frame in FRAMES for action in ACTIONS]


@pytest.fixture(scope="module")
def url(up: Up) -> Iterator[str]:
    """A page of a hundred models, each published at such a place."""
    told = [
        ModelRegistered(
            1, bytes(32), i.to_bytes(32), bytes(20), bytes(32), bytes(32), 0, (text,)
        )
        for i, text in enumerate(HOSTILE, 1)
    ]
    tables = Tables(models={each.model_id: each for each in told})
    onlooker = Onlooker(up.company.site, Library())
    onlooker.scene = replace(
        up.onlooker.scene, tables=tables, library=Library(), problem=HOSTILE[0]
    )
    later = Later()
    with serving(later, HOST, 0) as url:
        hosts = hosts_of(HOST, httpx.URL(url).port or 0)
        later.app = application(onlooker, hosts, [])
        yield url


def test_a_hundred_hostile_strings_are_inert(browser: Any, url: str) -> None:
    assert len(set(HOSTILE)) == 100
    asked: list[str] = []
    with quiet_page(browser, url) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append("dialog"))
        page.goto("/models")
        assert page.locator("main article").count() == 100
        page.locator("main a[href]").evaluate_all("all => all.forEach(a => a.focus())")
        page.mouse.move(300, 300)
        assert page.evaluate("typeof owned") == "undefined"
        assert page.title().startswith("Models")
        foreign = "script, img, iframe, object, svg, style, meta, base, input, form"
        assert page.locator(f"main :is({foreign})").count() == 0
        handlers = """() => [...document.querySelectorAll("main *")].filter(
          (e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length"""
        assert page.evaluate(handlers) == 0
        links = page.locator(
            "main a[target], main a:not([href^='https:']):not([href^='/'])"
        )
        assert links.count() == 0
    assert all(each.startswith(url) and "owned" not in each for each in asked)


def test_hostile_words_that_are_searched_for_are_inert(browser: Any, url: str) -> None:
    with quiet_page(browser, url) as page:
        for text in HOSTILE[::9]:
            page.goto(f"/search?{httpx.QueryParams(q=text)}")
            assert page.evaluate("typeof owned") == "undefined"
            assert (
                page.locator("main :is(script, img, iframe, svg, style)").count() == 0
            )
