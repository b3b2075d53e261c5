"""An answer's check as one file: in Chromium, without a server, without a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.programs.chromium import kept, quiet_page

from oracle.web.pages import saving
from oracle.web.trial.company import RPC, Up
from tinynn import models


@pytest.fixture
def file(client: httpx.Client, tmp_path: Path) -> Path:
    answer = client.get("/requests/1/saved")
    assert answer.headers["content-disposition"].startswith("attachment")
    found = tmp_path / "saved.html"
    found.write_bytes(answer.content)
    return found


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    with quiet_page(browser, file.as_uri()) as page:
        yield page


def verdict(page: Any, url: str, rpc: str = "") -> str:
    page.goto(url)
    page.fill("#rpc", rpc)
    page.click("#checking button")
    page.locator(".verdict:not([hidden])").wait_for(timeout=10_000)
    return str(page.inner_text(".verdict"))


def test_file_checks_an_answer_without_a_network(
    page: Any, file: Path, tmp_path: Path
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    told = verdict(page, file.as_uri())
    assert told.startswith("Same 44 bytes, computed in this browser in")
    assert page.locator(".steps li.warn").count() == 1, "no chain was asked"
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob", "data"}
    page.screenshot(path=kept(tmp_path, "saved"), full_page=True)


def test_file_asks_the_chain_that_is_named(page: Any, file: Path, up: Up) -> None:
    told = verdict(page, file.as_uri(), up.url + RPC)
    assert told.startswith("Same 44 bytes") and "Provisional" in told
    assert page.locator(".steps li.good").count() == 4


@pytest.mark.parametrize(
    ("field", "what"), [("output", "the output's root"), ("input", "the input's root")]
)
def test_file_that_was_tampered_with_is_found_out(
    page: Any, file: Path, field: str, what: str
) -> None:
    text = file.read_text()
    first = re.search(rf'"{field}": "0x(..)', text)
    assert first is not None
    other = f"{int(first[1], 16) ^ 1:02x}"
    file.write_text(text[: first.start(1)] + other + text[first.end(1) :])
    assert what in verdict(page, file.as_uri()).lower()


def test_large_image_is_a_file_beside_it(
    page: Any, file: Path, up: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_EMBEDDED", 1000)
    found = saving.saved(up.onlooker.scene, 1)
    assert found is not None and len(found) < 600_000
    file.write_text(found)
    page.goto(file.as_uri())
    page.set_input_files("#image", models.path("mnist"))
    page.click("#checking button")
    page.locator(".verdict.good").wait_for(timeout=10_000)


def test_what_was_not_answered_can_t_be_saved(client: httpx.Client, up: Up) -> None:
    assert client.get("/requests/99/saved").status_code == 404
    assert saving.saved(up.onlooker.scene, 0) is None
