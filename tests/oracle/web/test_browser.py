"""The pages in Chromium, as a person meets them; skipped where there is none.

PLUMB_SCREENSHOTS names a folder to keep the pictures in.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.language.small_llama import small, written
from support.programs.chromium import kept, quiet_page

import tinynn
from converters.language.conversion import Options, converted
from oracle.web.trial.company import Up, everything
from tinynn import models
from tinynn.asking import Asking
from tinynn.text import TextModel

PAGES = ("/", "/requests/1", "/requests/2", "/disputes", "/models", "/workers")
PAGES += ("/health", "/requests/77")
DIGITS = 20

RUN = """async ({ build, images }) => {
  const { Executor, hex, unhex } = await import("/static/executor.js");
  const { models } = await (await fetch("/api/v1/models")).json();
  const url = `/api/v1/models/${models[0].model_id}/image`;
  const image = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const module = await (await fetch(`/wasm/${build}.wasm`)).arrayBuffer();
  const { instance } = await WebAssembly.instantiate(module);
  if (!instance.exports.exact()) throw new Error("floats are not exact");
  const executor = new Executor(instance.exports, build);
  executor.put(image);
  executor.open();
  return images.map((each) => hex(executor.run(unhex(each), () => {})));
}"""

TEXT = """async ({ image, request }) => {
  const { Executor, hex } = await import("/static/executor.js");
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const executor = await Executor.load("/wasm/");
  executor.put(bytes(image));
  executor.open();
  return hex(executor.run(bytes(request), () => {}));
}"""

JUDGE = """async (steps) => {
  const { hex, unhex } = await import("/static/executor.js");
  const module = await (await fetch("/wasm/judge.wasm")).arrayBuffer();
  const { instance } = await WebAssembly.instantiate(module);
  const { memory, judge, judge_notes } = instance.exports;
  const notes = new Uint8Array(memory.buffer, judge_notes());
  return steps.map(([roots, witness]) => {
    notes.set(unhex(roots));
    notes.set(unhex(witness), 196);
    return judge((witness.length - 2) / 2) ? "" : hex(notes.slice(96, 128));
  });
}"""


@pytest.fixture
def page(browser: Any, up: Up) -> Iterator[Any]:
    with quiet_page(browser, up.url) as page:
        yield page


@pytest.mark.parametrize("build", ["simd", "scalar"])
def test_digits_in_chromium_have_the_native_bits(page: Any, build: str) -> None:
    model = tinynn.load(models.path("mnist"))
    rng = np.random.default_rng(20)
    images = [rng.bytes(784) for _ in range(DIGITS)]
    page.goto("/health")
    given = {"build": build, "images": [image.hex() for image in images]}
    found = page.evaluate(RUN, given)
    assert found == [f"0x{model.answer(image).hex()}" for image in images]


@pytest.mark.parametrize("which", ["random", "stories260K"])
def test_text_of_twenty_tokens_in_chromium_has_the_native_bits(
    page: Any, which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if which == "random":
        source, tokenizer = written(tmp_path, small()), tmp_path / "tokenizer.bin"
    else:
        folder = request.getfixturevalue("shared_data") / "llama2c"
        source, tokenizer = folder / f"{which}.bin", folder / "tok512.bin"
    options = Options(tokens=20, prompt_tokens=20, tokenizer=tokenizer)
    image = converted(source, options).image
    model = TextModel.of(tinynn.load(image))
    assert model is not None
    asked = model.request(b"Lily and Tom went", Asking(20))
    expected = model.model.answer(asked)
    assert len(model.answer_of(expected)) >= 20
    page.goto("/health")
    given = {"image": b64encode(image).decode(), "request": b64encode(asked).decode()}
    assert page.evaluate(TEXT, given) == f"0x{expected.hex()}"


def test_disputed_steps_in_chromium_are_judged_as_by_the_machine(page: Any) -> None:
    """A whole short segment, instruction by instruction."""
    model = tinynn.load(models.path("mnist"))
    machine = model.machine(bytes(784))
    for _ in range(len(model.tables.segments) - 1):
        machine.resume()
        machine.run()
    machine.resume()
    steps, expected = [], []
    for _ in range(120):
        witness = machine.witness()
        roots = witness.pre_root + witness.program_root + witness.model_root
        steps.append([f"0x{roots.hex()}", f"0x{witness.data.hex()}"])
        machine.step()
        expected.append(f"0x{machine.state_root().hex()}")
    page.goto("/health")
    assert page.evaluate(JUDGE, steps) == expected


def test_true_answer_is_checked_in_the_browser(page: Any, tmp_path: Path) -> None:
    page.goto("/requests/1")
    page.click("#checking button")
    verdict = page.locator(".verdict")
    verdict.wait_for(timeout=10_000)
    assert verdict.inner_text().startswith("Same 44 bytes, computed in this browser")
    assert "Provisional" in verdict.inner_text()
    assert page.locator(".steps li.good").count() == 4
    page.screenshot(path=kept(tmp_path, "checked"), full_page=True)


@pytest.mark.parametrize(
    ("what", "spoil"),
    [
        ("the claim's hash", lambda r: r["claim"].update(bond="1")),
        ("the output's root", lambda r: r.update(output="0x" + "00" * 44)),
        ("the input's root", lambda r: r.update(input="0x" + "00" * 784)),
    ],
)
def test_page_that_lies_about_a_claim_is_found_out(
    page: Any, what: str, spoil: Any
) -> None:
    """What the server hands out is held against the chain."""

    def spoilt(route: Any) -> None:
        data = route.fetch().json()
        spoil(data["request"])
        route.fulfill(body=json.dumps(data), content_type="application/json")

    page.route("**/api/v1/requests/1", spoilt)
    page.goto("/requests/1")
    page.click("#checking button")
    verdict = page.locator(".verdict.bad")
    verdict.wait_for(timeout=10_000)
    assert what in verdict.inner_text().lower()


def test_other_image_is_found_out(page: Any) -> None:
    def spoilt(route: Any) -> None:
        image = bytearray(route.fetch().body())
        image[-100] ^= 1
        route.fulfill(body=bytes(image))

    page.route("**/image", spoilt)
    page.goto("/requests/1")
    page.click("#checking button")
    page.locator(".verdict.bad").wait_for(timeout=10_000)
    assert "the model's root" in page.inner_text(".verdict").lower()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_the_screen(
    browser: Any, up: Up, tmp_path: Path, scheme: str, width: int
) -> None:
    """Nothing is wider than the window, and each is kept as a picture."""
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=up.url, viewport=size, color_scheme=scheme)
    page = context.new_page()
    (game,) = up.onlooker.scene.tables.games
    for path in (*PAGES, f"/disputes/0x{game.hex()}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        name = path.strip("/").replace("/", "-")[:14] or "requests"
        page.screenshot(path=kept(tmp_path, f"{name}-{scheme}-{width}"), full_page=True)
    context.close()


@pytest.mark.slow
def test_digit_is_drawn_asked_for_and_the_lie_about_it_caught(
    browser: Any, tmp_path: Path
) -> None:
    """By keyboard alone, on a devnet of its own, without reloading a page."""
    with everything(0, 0.5) as up:
        context = browser.new_context(base_url=up.url)
        page = context.new_page()
        page.goto("/")
        page.locator("#asking [type=submit]:enabled").wait_for()
        page.focus("#pad")
        page.keyboard.press("7")
        page.focus("[name=lie]")
        page.keyboard.press("Space")
        page.focus("#asking [type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/requests/1", timeout=60_000)
        page.locator("#checking button").click(timeout=60_000)
        page.locator(".verdict.bad").wait_for(timeout=10_000)
        assert "The answer is false" in page.inner_text(".verdict")
        page.locator(".games .lied").wait_for(timeout=120_000)
        page.locator(".games a").click()
        page.locator("svg.game").first.wait_for()
        assert "the worker was wrong" in page.inner_text("main")
        page.screenshot(path=kept(tmp_path, "dispute"), full_page=True)
        context.close()
