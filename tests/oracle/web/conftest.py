"""What `plumb up` serves, with one true answer and one that was refuted."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import numpy as np
import pytest
from support.programs.chromium import chromium
from support.programs.npm import installed

from oracle.chain.local.accounts import development_accounts
from oracle.sending.sender import Sender
from oracle.web.trial.company import Up, everything

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (rules) => (await axe.run({ runOnly: rules })).violations.map(
  ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.target).join(" ")}`)"""
PLAIN = ".scroll { background: var(--card) !important }"
"""A table's shadows would keep axe from knowing what its text stands on."""
PATIENCE_SECONDS = 60.0
WINDOW_SECONDS = 6 * 3600
"""Answers stay provisional however long the suite takes."""


def until(holds: Callable[[], Any]) -> Any:
    """What it gives once that is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := holds()):
        assert time.monotonic() < end, "it holds in time"
        time.sleep(0.05)
    return found


def ask(up: Up, image: bytes) -> None:
    """By the example contract, for the development account 1."""
    site = up.company.site
    deployments = site.deployments
    reader, oracle = deployments.contract("DigitReader"), deployments.contracts.oracle
    sender = Sender(site.chain, development_accounts(2)[1])
    gas = site.chain.call(reader, "CALLBACK_GAS")
    model = deployments.models["mnist"]
    fee = site.chain.call(oracle, "estimateFee", model, 784, 44, gas)
    sender.send(reader, "read", image, value=fee * 2, listening=(oracle,))


def picture(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, 784, dtype=np.uint8).tobytes()


@pytest.fixture(scope="session")
def up() -> Iterator[Up]:
    """Request 1 was answered truly; 2 by a lie, which was refuted, and then truly."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("oracle.devnet.setup.WINDOW_SECONDS", WINDOW_SECONDS)
            found = stack.enter_context(everything(0, 0.5))
        with httpx.Client(base_url=found.url) as client:

            def request(number: int) -> Any:
                answer = client.get(f"/api/v1/requests/{number}")
                return answer.json()["request"] if answer.status_code == 200 else {}

            ask(found, picture(1))
            until(lambda: request(1).get("status") == "claimed")
            found.company.lie()
            ask(found, picture(2))
            until(lambda: request(2).get("lies"))
            until(lambda: request(2).get("status") == "claimed")
        yield found


@pytest.fixture(scope="session")
def client(up: Up) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=up.url) as client:
        yield client


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """The rules that a page breaks."""
    code = (installed("axe", AXE) / "axe-core" / "axe.min.js").read_text()

    def broken(page: Any) -> list[str]:
        page.add_style_tag(content=PLAIN)
        page.evaluate(code)
        found: list[str] = page.evaluate(RUN, RULES)
        return found

    return broken


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Gone with its module, since Playwright runs a loop that others' would be in."""
    with chromium() as found:
        yield found
