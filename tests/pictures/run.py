"""The README's pictures, made anew: a request's page after its answer was checked, in
Chromium; and a saved dispute, as one moving picture.

`make pictures`, where Chromium and Playwright are.
"""

import json
import sys
import time
from pathlib import Path

from support.programs.chromium import chromium

from oracle.chain.local.accounts import development_accounts
from oracle.sending.sender import Sender
from oracle.web.server.animated import main as draw
from oracle.web.trial.company import Up, everything

SIZE = {"width": 1040, "height": 800}
PATIENCE_MS = 120_000
QUIET = ".asof, footer, details { display: none !important }"
"""What says when it was, and what nobody reads in a picture."""


def ask(up: Up, digit: bytes) -> None:
    """By the example contract."""
    site = up.company.site
    deployments = site.deployments
    reader, oracle = deployments.contract("DigitReader"), deployments.contracts.oracle
    gas = site.chain.call(reader, "CALLBACK_GAS")
    sizes = (deployments.models["mnist"], len(digit), 44, gas)
    fee = site.chain.call(oracle, "estimateFee", *sizes)
    sender = Sender(site.chain, development_accounts(2)[1])
    sender.send(reader, "read", digit, value=fee * 2, listening=(oracle,))


def photographed(docs: Path) -> None:
    digit = bytes(sum(json.loads((docs / "seven.json").read_text()), []))
    with everything(0, 0.5) as up, chromium() as browser:
        ask(up, digit)
        end = time.monotonic() + PATIENCE_MS / 1000
        while not up.onlooker.scene.tables.claims:
            assert time.monotonic() < end, "it is answered in time"
            time.sleep(0.1)
        page = browser.new_page(
            base_url=up.url, viewport=SIZE, device_scale_factor=1.5, bypass_csp=True
        )
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/requests/1")
        page.add_style_tag(content=QUIET)
        page.click("#checking button:enabled")
        page.locator(".verdict.good").wait_for()
        page.mouse.move(0, 0)
        box = page.locator("section.check").bounding_box()
        clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": 24 + box["height"]}
        clip["height"] += box["y"]
        page.screenshot(path=str(docs / "page.png"), clip=clip, full_page=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    draw(str(folder / "dispute.json"), str(folder / "dispute.svg"))
    photographed(folder)
