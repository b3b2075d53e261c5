"""A hundred hostile strings, where strangers may put them, in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.language.small_llama import small, written
from support.programs.chromium import quiet_page
from support.testbeds.asked import made_up_request

import tinynn
from challenge.claim import Claim
from converters.language.conversion import Options, converted
from oracle.chain.events import CallbackFailed, ModelRegistered
from oracle.devnet.serving import serving
from oracle.legible import legible
from oracle.models.library import Library
from oracle.record.tables import Asked, Status, Tables
from oracle.web.scene.onlooker import Onlooker, Told
from oracle.web.server.application import application
from oracle.web.server.guarding import Later, hosts_of
from oracle.web.trial.company import Up
from tinynn import guest
from tinynn.asking import Asking
from tinynn.builder.graph import NAME_BYTES, GraphBuilder
from tinynn.image.image import PASSES_BYTES
from tinynn.text import TextModel

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


SCENE_BLOCK = 9


def named(text: str) -> tinynn.Model:
    """A model that has the text as its own name and its tensors', as far as fits."""
    name = text.replace("\0", "").encode()[:NAME_BYTES].decode(errors="ignore")
    g = GraphBuilder(name)
    g.output(g.op("Neg", g.input(name, "float32", (2,))), f"{name[:-1]}.")
    return tinynn.load(bytes(g.build()))


def of_text(folder: Path) -> TextModel:
    source = written(folder, small())
    options = Options(tokens=20, prompt_tokens=20, tokenizer=folder / "tokenizer.bin")
    found = TextModel.of(tinynn.load(bytes(converted(source, options).image)))
    assert found is not None
    return found


def registered(number: int, model: tinynn.Model, uri: str) -> ModelRegistered:
    identity, program = number.to_bytes(32), guest.program_root()
    roots = (program, model.model_root)
    return ModelRegistered(1, bytes(32), identity, bytes(20), *roots, 0, (uri,))


def answered(number: int, of: ModelRegistered, model: TextModel, text: str) -> Asked:
    """Somebody asked with this text, and was answered with it."""
    asked = made_up_request(id=number, model_id=of.model_id)
    claim = Claim(number, *[bytes(32)] * 4, bytes(20), 0, 2**31, 1, 1)
    return replace(
        asked,
        model=of,
        status=Status.CLAIMED,
        claim=claim,
        input=model.request(text.encode()[:60], Asking(5)),
        output=bytes(PASSES_BYTES) + text.encode(),
    )


def complained(number: int, text: str) -> Told:
    """The contract that asked says this when it is told."""
    data = text.encode()[:100]
    length = len(data).to_bytes(32)
    reason = bytes.fromhex("08c379a0") + (32).to_bytes(32) + length + data.ljust(128)
    return Told(CallbackFailed(SCENE_BLOCK, bytes(32), number, bytes(20), reason), 1)


@pytest.fixture(scope="module")
def url(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hundred models, each published at such a place, of such a name, with tensors of
    such names; and a hundred requests with such texts and answers."""
    models = [named(text) for text in HOSTILE]
    pairs = zip(models, HOSTILE, strict=True)
    told = [registered(i, m, t) for i, (m, t) in enumerate(pairs, 1)]
    writer = of_text(tmp_path_factory.mktemp("text"))
    speaks = registered(1000, writer.model, "")
    tables = Tables(
        models={each.model_id: each for each in (*told, speaks)},
        requests={
            i: answered(i, speaks, writer, text) for i, text in enumerate(HOSTILE, 1)
        },
    )
    library = Library()
    for model in (*models, writer.model):
        library.add(model)
    names = {each.uris[0]: each.model_id for each in told[::2]}
    site = up.company.site
    site = replace(site, deployments=replace(site.deployments, models=names))
    onlooker = Onlooker(site, library)
    onlooker.scene = replace(
        up.onlooker.scene,
        site=site,
        tables=tables,
        library=library,
        problem=HOSTILE[0],
        told=tuple(complained(i, text) for i, text in enumerate(HOSTILE, 1)),
    )
    later = Later()
    with serving(later, HOST, 0) as url:
        hosts = hosts_of(HOST, httpx.URL(url).port or 0)
        later.app = application(onlooker, hosts, [])
        yield url


FOREIGN = "script, img, iframe, object, style, meta, base, input, video, math, template"
HANDLERS = """() => [...document.querySelectorAll("main *")].filter(
  (e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length"""
LINKS = "main a[target], main a:not([href^='https:']):not([href^='/'])"


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """One on which nothing of theirs may run, and from which nothing may be asked."""
    asked: list[str] = []
    with quiet_page(browser, url) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append("dialog"))
        yield page
    assert all(each.startswith(f"{url}/") for each in asked)
    assert not [each for each in asked if httpx.URL(each).path == "/owned"]


def assert_inert(page: Any, what: str) -> None:
    page.locator("main a[href]").evaluate_all("all => all.forEach(a => a.focus())")
    page.mouse.move(300, 300)
    assert page.evaluate("typeof owned") == "undefined", what
    assert page.title() != "owned", what
    assert page.locator(f"main :is({FOREIGN})").count() == 0, what
    assert page.evaluate(HANDLERS) == 0, what
    assert page.locator(LINKS).count() == 0, what


def test_a_hundred_hostile_models_are_inert(page: Any) -> None:
    assert len(set(HOSTILE)) == 100
    page.goto("/models")
    assert page.locator("main article").count() == 101
    assert page.title().startswith("Models")
    assert_inert(page, "models")


@pytest.mark.parametrize("number", range(1, 101, 9))
def test_hostile_model_s_own_page_is_inert(page: Any, number: int) -> None:
    page.goto(f"/models/0x{number.to_bytes(32).hex()}")
    assert page.locator("h1 .pill.final").count() == 1, "its image is here"
    assert_inert(page, HOSTILE[number - 1])


@pytest.mark.parametrize("first", range(1, 101, 20))
def test_hostile_texts_and_answers_are_inert(page: Any, first: int) -> None:
    """Also what the contract that asked says of them."""
    for number in range(first, first + 20, 3):
        page.goto(f"/requests/{number}")
        page.locator("#checking").evaluate("form => form.remove()")
        page.locator("#check + p").wait_for()
        text = page.locator("p.text").last.inner_text()
        assert text.strip()[:6] == legible(HOSTILE[number - 1]).strip()[:6]
        assert page.locator(".warned").count() == 1
        assert_inert(page, HOSTILE[number - 1])


def test_hostile_words_that_are_searched_for_are_inert(page: Any) -> None:
    for text in HOSTILE[::9]:
        page.goto(f"/search?{httpx.QueryParams(q=text)}")
        assert_inert(page, text)
