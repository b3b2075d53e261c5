"""Models asked by forms that follow their inputs, in Chromium: by a devnet's account,
and by a wallet. PLUMB_SCREENSHOTS names a folder to keep the pictures in."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from support.language.small_llama import small, written
from support.programs.chromium import kept, quiet_page

import tinynn
from converters.language.conversion import Options, converted
from oracle.chain.local.accounts import development_accounts
from oracle.web.trial.company import Up, everything
from tinynn.asking import Asking
from tinynn.builder.graph import GraphBuilder
from tinynn.text import TextModel

PROMPT = "Lily and Tom wént"
HOST_CHAIN = 31337

# A wallet as extensions inject one. Its keys are the devnet's, so it needs none.
WALLET = """(chain) => {
  const asked = (window.asked = []);
  const request = async ({ method, params = [] }) => {
    asked.push(method);
    if (method === "eth_chainId") return "0x" + chain.toString(16);
    if (method === "wallet_switchEthereumChain") throw new Error("no such chain here");
    if (method === "eth_requestAccounts") method = "eth_accounts";
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/rpc", { method: "POST", headers, body });
    const { result, error } = await answer.json();
    if (error) throw new Error(error.message);
    return result;
  };
  const info = { uuid: "1", name: "<b>Purse</b>", icon: "data:,", rdns: "x" };
  const detail = Object.freeze({ info, provider: { request } });
  const tell = () =>
    dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", tell);
}"""


def text_image(folder: Path) -> bytes:
    source = written(folder, small())
    options = Options(tokens=20, prompt_tokens=20, tokenizer=folder / "tokenizer.bin")
    return bytes(converted(source, options).image)


def sums_image() -> bytes:
    """Three numbers and a scale; their products."""
    g = GraphBuilder("sums")
    x, scale = g.input("numbers", "float32", (3,)), g.input("scale", "float32", (1,))
    g.output(g.op("Mul", x, scale), "scaled")
    return bytes(g.build())


def picture_image() -> bytes:
    """A picture in colours; the same."""
    g = GraphBuilder("picture")
    g.output(g.op("Neg", g.input("<picture>", "float32", (3, 12, 8))), "negative")
    return bytes(g.build())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("images")
    images = {
        "text": text_image(folder),
        "sums": sums_image(),
        "picture": picture_image(),
    }
    for name, image in images.items():
        (folder / f"{name}.plumb").write_bytes(image)
    paths = [folder / f"{name}.plumb" for name in images]
    with everything(0, 0.3, images=paths) as up:
        yield up


@pytest.fixture
def page(browser: Any, served: Up) -> Iterator[Any]:
    with quiet_page(browser, served.url) as page:
        yield page


def opened(page: Any, up: Up, name: str) -> tinynn.Model:
    """Its form, where the list's button leads. A click itself could meet a block that
    draws the list anew, again and again on a busy machine."""
    page.goto("/models")
    card = page.locator("article", has=page.locator(f"h2 a:text-is('{name}')"))
    page.goto(card.get_by_text("Ask it").get_attribute("href"))
    page.locator("#inputs").wait_for()
    identity = up.ready.deployments.models[name]
    found = up.onlooker.scene.model_of(up.onlooker.scene.tables.models[identity])
    assert found is not None
    return found


def sent(page: Any, up: Up) -> dict[str, Any]:
    """The total is shown, then it is sent; the request once it is answered."""
    page.click("#inputs [type=submit]")
    page.locator(".total:not([hidden])").wait_for()
    assert "ether" in page.inner_text(".total")
    page.click("[name=send]")
    page.wait_for_url("**/requests/*", timeout=20_000)
    page.locator("#checking button").wait_for(timeout=30_000)
    number = page.url.rpartition("/")[2]
    answer = httpx.get(f"{up.url}/api/v1/requests/{number}").json()
    found: dict[str, Any] = answer["request"]
    return found


def test_text_is_asked_for_and_shown_as_text(
    page: Any, served: Up, tmp_path: Path
) -> None:
    model = TextModel.of(opened(page, served, "text"))
    assert model is not None
    page.fill("[name=text]", PROMPT)
    page.fill("[name=tokens]", "5")
    asked = sent(page, served)
    assert bytes.fromhex(asked["input"][2:]) == model.request(
        PROMPT.encode(), Asking(5)
    )
    assert page.locator("p.text").first.inner_text() == PROMPT
    page.click("#checking button")
    page.locator(".verdict.good").wait_for(timeout=10_000)
    page.screenshot(path=kept(tmp_path, "text-answer"), full_page=True)


def test_chance_has_a_seed_of_its_own(page: Any, served: Up) -> None:
    model = TextModel.of(opened(page, served, "text"))
    assert model is not None
    page.fill("[name=text]", "x")
    page.fill("[name=tokens]", "3")
    page.fill("[name=temperature]", "0.7")
    page.click("summary")
    page.fill("[name=top_p]", "0.9")
    page.fill("[name=top_k]", "7")
    page.fill("[name=penalty]", "1.5")
    given = bytes.fromhex(sent(page, served)["input"][2:])
    seed = given[:28]
    assert any(seed)
    how = Asking(3, np.float32(0.7), 7, np.float32(0.9), 1.5, seed)
    assert given == model.request(b"x", how)


def test_numbers_are_asked_by_name(page: Any, served: Up, tmp_path: Path) -> None:
    opened(page, served, "sums")
    page.get_by_label("numbers").fill("1.5, -2 3e2")
    page.get_by_label("scale").fill("2")
    page.screenshot(path=kept(tmp_path, "numbers-form"), full_page=True)
    asked = sent(page, served)
    expected = np.array([1.5, -2, 300, 2], "<f4").tobytes()
    assert bytes.fromhex(asked["input"][2:]) == expected
    assert "3, -4, 600" in page.inner_text("main")


def test_wrong_numbers_are_told_of_and_nothing_is_sent(page: Any, served: Up) -> None:
    opened(page, served, "sums")
    before = len(served.onlooker.scene.tables.requests)
    page.get_by_label("scale").fill("2")
    for given, told in (("1 2", "expected 3 numbers, got 2"), ("1 x 2", "got x")):
        page.get_by_label("numbers").fill(given)
        page.click("#inputs [type=submit]")
        page.locator(".told.bad", has_text=told).wait_for()
        assert page.locator(".total[hidden]").count() == 1
    assert len(served.onlooker.scene.tables.requests) == before


def test_picture_is_asked_as_the_command_reads_it(
    page: Any, served: Up, tmp_path: Path
) -> None:
    images = pytest.importorskip("PIL.Image")
    model = opened(page, served, "picture")
    pixels = np.random.default_rng(3).integers(0, 256, (12, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    images.fromarray(pixels).save(file, "PNG")
    given = {"name": "x.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.set_input_files("[type=file]", given)
    page.select_option("select[name^=range]", "0 255")
    asked = sent(page, served)
    (spec,) = model.inputs
    expected = pixels.transpose(2, 0, 1).astype("<f4").reshape(spec.shape)
    assert bytes.fromhex(asked["input"][2:]) == expected.tobytes()
    page.screenshot(path=kept(tmp_path, "picture-answer"), full_page=True)


def walleted(page: Any, chain: int) -> None:
    page.add_init_script(f"({WALLET})({json.dumps(chain)})")


def test_wallet_pays_once_the_total_was_seen(
    page: Any, served: Up, tmp_path: Path
) -> None:
    walleted(page, HOST_CHAIN)
    opened(page, served, "sums")
    page.get_by_label("numbers").fill("1 2 3")
    page.get_by_label("scale").fill("1")
    page.get_by_label("Pay with").select_option(label="<b>Purse</b>")
    page.click("#inputs [type=submit]")
    page.locator(".total:not([hidden])").wait_for()
    assert "eth_sendTransaction" not in page.evaluate("asked")
    shown = page.inner_text(".total")
    assert str(HOST_CHAIN) in shown and "total" in shown
    page.screenshot(path=kept(tmp_path, "wallet-total"), full_page=True)
    asked = sent(page, served)
    assert asked["requester"] == development_accounts(1)[0].address.lower()
    assert asked["callback_gas"] == 0


def test_wallet_on_another_chain_sends_nothing(page: Any, served: Up) -> None:
    walleted(page, 1)
    opened(page, served, "sums")
    page.get_by_label("numbers").fill("1 2 3")
    page.get_by_label("scale").fill("1")
    page.get_by_label("Pay with").select_option(label="<b>Purse</b>")
    page.click("#inputs [type=submit]")
    page.locator(".told.bad", has_text="expected chain 31337").wait_for()
    assert "wallet_switchEthereumChain" in page.evaluate("asked")
    assert "eth_sendTransaction" not in page.evaluate("asked")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_forms_fit_the_screen(
    browser: Any, served: Up, tmp_path: Path, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    with quiet_page(browser, served.url, viewport=size, color_scheme=scheme) as page:
        for name in ("text", "sums", "picture"):
            opened(page, served, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            shot = kept(tmp_path, f"ask-{name}-{scheme}-{width}")
            page.screenshot(path=shot, full_page=True)
