"""The page: how light it is, how soon an event is on it, how soon an answer is checked,
and what two hundred who look on cost.

Chromium is found through playwright, where both are installed.
"""

import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
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
VIEWERS: Final = 200
BLOCKS: Final = 10
LOOKING_ON: Final = """
import selectors, socket, sys, urllib.parse
url, many = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2])
ask = "GET {} HTTP/1.1\\r\\nHost: " + url.netloc + "\\r\\n\\r\\n"
def connected(path):
    found = socket.create_connection((url.hostname, url.port))
    found.sendall(ask.format(path).encode())
    return found
looking = selectors.DefaultSelector()
for _ in range(many):
    stream = connected("/api/v1/events")
    while b"event: block" not in stream.recv(4096):
        pass
    looking.register(stream, selectors.EVENT_READ, connected("/healthz"))
print("connected", flush=True)
while True:
    for key, _ in looking.select():
        if b"event: block" in key.fileobj.recv(4096):
            key.data.recv(1 << 20)
            key.data.sendall(ask.format("/").encode())
"""
"""A program that looks on: so many streams, each with the connection that the page is
fetched by."""


def figures() -> Iterator[Figure]:
    """On a devnet of their own, with a worker and a challenger."""
    with everything(0, 3600.0) as up:
        sizes = [len(_get(up.url + path)) for path in FIRST_PAGE]
        yield Figure("web.first_page_bytes", sum(sizes), "bytes")
        (seconds,) = least_seconds(lambda: [_get(up.url + p) for p in FIRST_PAGE])
        yield Figure("web.first_page_seconds", seconds, "s")
        with chromium() as browser:
            yield Figure("web.event_seconds", event_seconds(up, browser), "s", PEER)
            checked = check_seconds(up, browser)
            yield Figure("web.check_digit_seconds", checked, "s", PEER)
        yield Figure("web.viewers_percent", viewers_percent(up), "% of a core")


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, or None."""
    path = shutil.which("chromium")
    try:
        from playwright.sync_api import (  # type: ignore[import-not-found, unused-ignore]
            sync_playwright,
        )
    except ImportError:
        path = None
    if path is None:
        yield None
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def event_seconds(up: Up, browser: Any) -> float | None:
    """From a block's being mined to its number on a page that is open: the slowest;
    None without Chromium."""
    if browser is None:
        return None
    manager = up.company.site.chain.endpoint.web3.manager
    page = browser.new_page()
    page.goto(up.url)
    slowest = 0.0
    for _ in range(EVENTS):
        page.wait_for_timeout(500)
        manager.request_blocking(RPCEndpoint("evm_mine"), [])
        begin = time.perf_counter()
        found = manager.request_blocking(RPCEndpoint("eth_blockNumber"), [])
        number = int(found, 16) if isinstance(found, str) else int(found)
        page.locator(".asof", has_text=f"As of block {number:,}").wait_for()
        slowest = max(slowest, time.perf_counter() - begin)
    page.close()
    return slowest


def check_seconds(up: Up, browser: Any) -> float | None:
    """From the button to the verdict on a digit; None without Chromium."""
    if browser is None:
        return None
    _ask(up)
    manager = up.company.site.chain.endpoint.web3.manager
    page = browser.new_page()
    end = time.monotonic() + PATIENCE_SECONDS
    page.goto(f"{up.url}/requests/1")
    while page.locator("#checking").count() == 0 and time.monotonic() < end:
        manager.request_blocking(RPCEndpoint("evm_mine"), [])
        page.wait_for_timeout(200)
    page.locator("#checking button:enabled").wait_for()
    begin = time.perf_counter()
    page.click("#checking button")
    page.locator(".verdict.good").wait_for()
    seconds = time.perf_counter() - begin
    page.close()
    return seconds


def viewers_percent(up: Up) -> float:
    """What this process works more while others look on, a block a second: each hears
    of it and fetches the page again."""
    alone = _busy(up)
    command = [sys.executable, "-c", LOOKING_ON, up.url, str(VIEWERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as lookers:
        assert lookers.stdout is not None
        lookers.stdout.readline()  # all are connected
        watched = _busy(up)
        lookers.kill()
    return 100 * max(0.0, watched - alone) / BLOCKS


def _busy(up: Up) -> float:
    """Seconds of processor time in so many seconds, each with a block."""
    manager = up.company.site.chain.endpoint.web3.manager
    begin, end = time.process_time(), time.monotonic()
    for _ in range(BLOCKS):
        manager.request_blocking(RPCEndpoint("evm_mine"), [])
        end += 1
        time.sleep(max(0.0, end - time.monotonic()))
    return time.process_time() - begin


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


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found
