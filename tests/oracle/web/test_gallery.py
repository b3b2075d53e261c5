"""Pictures that the chain draws, looked at and minted in Chromium."""

from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from support.chains.picture_tokens import seen
from support.programs.chromium import kept, quiet_page

import tinynn
from oracle.web.trial.company import Up, everything
from tinynn import models

PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def drawing() -> Iterator[Up]:
    with everything(0, 0.5, pictures=True) as up:
        yield up


def minted(page: Any, count: int) -> str:
    """Draws and mints; the newest picture's address in a data URI."""
    page.locator("[name=another]:not([disabled])").wait_for(timeout=PATIENCE_MS)
    before = page.get_attribute(".drawn", "src")
    page.click("[name=another]")
    page.locator("[name=another]:not([disabled])").wait_for(timeout=PATIENCE_MS)
    drawn = page.get_attribute(".drawn", "src")
    assert drawn and drawn != before
    page.click("#gallery [type=submit]")
    page.locator(".told:has-text('Minted for')").wait_for(timeout=PATIENCE_MS)
    assert page.locator(".wall li[data-done]").count() == count
    assert page.get_attribute(".wall li:first-child img", "src") == drawn
    return str(drawn)


@pytest.mark.heavy
def test_picture_is_drawn_minted_and_hung(
    browser: Any, drawing: Up, tmp_path: Any
) -> None:
    with quiet_page(browser, drawing.url) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/models")
        page.click("nav >> text=Pictures")
        for count in (1, 2, 3):
            minted(page, count)
        page.screenshot(path=kept(tmp_path, "gallery-hand"), full_page=True)
        page.click("text=painter")
        svg = minted(page, 1)
        page.screenshot(path=kept(tmp_path, "gallery"), full_page=True)
        identity = page.get_attribute(".wall li:first-child", "data-id")
        assert page.locator(".drawn").evaluate("image => image.naturalWidth") > 0
    model = tinynn.load(models.path("painter"))
    pixels = np.frombuffer(model.answer(bytes.fromhex(identity[2:])), np.uint8)
    assert np.array_equal(seen(svg), pixels.reshape(3, 32, 32).transpose(1, 2, 0))


def test_page_without_tokens_says_how_to_have_some(client: httpx.Client) -> None:
    page = client.get("/pictures").text
    assert "plumb model deploy --evm hand --pictures" in page
