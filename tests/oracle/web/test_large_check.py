"""A language model of 135 million weights is asked on the page, and its answer checked
in the browser; skipped where its file is not (`make model-smollm2`)."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.programs.chromium import kept, quiet_page

from converters.language.conversion import Options, converted
from oracle.web.trial.company import Up, everything

SMOLLM2 = Path(__file__).parents[3] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"
TOKENS = 20
SECONDS = 60.0
PROMPT = "Tell me a story."
SEEN = """() => {
  window.doings = new Set();
  new MutationObserver(() => {
    const bar = document.querySelector(".progress span");
    if (bar) window.doings.add(bar.textContent);
  }).observe(document.querySelector("#checking"), { subtree: true, childList: true });
}"""


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    if not SMOLLM2.exists():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    image = tmp_path_factory.mktemp("smollm2") / "smollm2.plumb"
    options = Options(template="chat", tokens=64, prompt_tokens=64)
    image.write_bytes(converted(SMOLLM2, options).image)
    with everything(0, 1.0, images=[image]) as up:
        yield up


@pytest.mark.heavy
def test_answer_of_twenty_tokens_is_checked_within_a_minute(
    browser: Any, smollm2: Up, tmp_path: Path
) -> None:
    with quiet_page(browser, smollm2.url) as page:
        page.set_default_timeout(300_000)
        model = smollm2.ready.deployments.models["smollm2"]
        page.goto(f"/models/0x{model.hex()}/ask")
        page.fill("[name=text]", PROMPT)
        page.fill("[name=tokens]", str(TOKENS))
        page.click("#inputs [type=submit]")
        page.click("[name=send]")
        page.wait_for_url("**/requests/*")
        page.locator("#checking button:enabled").wait_for()
        page.evaluate(SEEN)
        begin = time.monotonic()
        page.click("#checking button")
        page.locator(".verdict:not([hidden])").wait_for()
        took = time.monotonic() - begin
        verdict = page.inner_text(".verdict")
        same = re.match(r"Same (\d+) bytes, computed in this browser in", verdict)
        assert same is not None and int(same[1]) > TOKENS
        doings = set(page.evaluate("[...window.doings]"))
        assert {"Fetching the model", "Computing the answer"} <= doings
        page.screenshot(path=kept(tmp_path, "smollm2"), full_page=True)
        print(f"{took:.1f} s; {verdict}")
        assert took < SECONDS
