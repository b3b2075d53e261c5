"""The page: how light it is, how soon an event is on it, how soon an answer is checked.

Chromium is found through playwright, where both are installed.
"""

import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from web3.types import RPCEndpoint

from oracle.bench.figure import Figure, least_seconds
from oracle.chain.local.accounts import development_accounts
from oracle.sending.sender import Sender
from oracle.web.trial.company import Up, everything

FIRST_PAGE: Final = (
    "/",
    "/static/style.css",
    "/static/live.js",
    "/static/ask.js",
    "/static/executor.js",
    "/static/icon.svg",
)
"""With all that it loads before anyone does anything."""
EVENTS: Final = 5
PATIENCE_SECONDS: Final = 60.0
PEER: Final = "headless Chromium"


def figures() -> Iterator[Figure]:
    """On a devnet of their own, with a worker and a challenger."""
    with everything(0, 3600.0) as up:
        sizes = [len(_get(up.url + path)) for path in FIRST_PAGE]
        yield Figure("web.first_page_bytes", sum(sizes), "bytes")
        (seconds,) = least_seconds(lambda: [_get(up.url + p) for p in FIRST_PAGE])
        yield Figure("web.first_page_seconds", seconds, "s")
        yield Figure("web.event_seconds", event_seconds(up), "s")
        yield Figure("web.check_digit_seconds", check_seconds(up), "s", PEER, None)


def event_seconds(up: Up) -> float:
    """From a block's being mined to the message that tells a page: the slowest."""
    manager = up.company.site.chain.endpoint.web3.manager
    slowest = 0.0
    with urllib.request.urlopen(f"{up.url}/api/v1/events") as stream:  # noqa: S310
        _told(stream, 0)
        for _ in range(EVENTS):
            manager.request_blocking(RPCEndpoint("evm_mine"), [])
            begin = time.perf_counter()
            number = manager.request_blocking(RPCEndpoint("eth_blockNumber"), [])
            _told(stream, int(number, 16) if isinstance(number, str) else int(number))
            slowest = max(slowest, time.perf_counter() - begin)
    return slowest


def check_seconds(up: Up) -> float | None:
    """From the button to the verdict on a digit; None without Chromium."""
    try:
        from playwright.sync_api import (  # type: ignore[import-not-found, unused-ignore]
            sync_playwright,
        )
    except ImportError:
        return None
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    _ask(up)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto(f"{up.url}/requests/1")
        page.locator("#checking").wait_for(timeout=PATIENCE_SECONDS * 1000)
        begin = time.perf_counter()
        page.click("#checking button")
        page.locator(".verdict.good").wait_for()
        seconds = time.perf_counter() - begin
        browser.close()
    return seconds


def _ask(up: Up) -> None:
    """A digit, by the example contract."""
    site = up.company.site
    deployments = site.deployments
    reader, oracle = deployments.contract("DigitReader"), deployments.contracts.oracle
    sender = Sender(site.chain, development_accounts(2)[1])
    image = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8).tobytes()
    gas = site.chain.call(reader, "CALLBACK_GAS")
    sizes = len(image), 44, gas
    fee = site.chain.call(oracle, "estimateFee", deployments.models["mnist"], *sizes)
    sender.send(reader, "read", image, value=2 * fee, listening=(oracle,))


def _told(stream: Any, block: int) -> None:
    """Until a message of that block or a later one."""
    for line in stream:
        if line.startswith(b"data: ") and json.loads(line[6:])["block"] >= block:
            return


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found
