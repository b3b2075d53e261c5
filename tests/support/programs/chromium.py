"""A headless Chromium, skipped where there is none, and what is seen in it.

PLUMB_SCREENSHOTS names a folder to keep the pictures in.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, by Playwright."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install -e '.[dev]'"
    )
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # In a container there is no other sandbox's privilege, and no stranger's page.
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def quiet_page(browser: Any, url: str, **settings: Any) -> Iterator[Any]:
    """A page that must not complain."""
    context = browser.new_context(base_url=url, **settings)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not [text for text in said if "404" not in text]


def kept(tmp_path: Path, name: str) -> str:
    """Where a picture of that name goes."""
    folder = Path(os.environ.get("PLUMB_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / f"{name}.png")
