"""No page breaks a rule of WCAG 2.2 AA that axe-core knows: in Chromium, offline."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.programs.chromium import quiet_page

from oracle.web.trial.company import Up

LISTS = ("/", "/disputes", "/models", "/workers", "/rounds", "/health")
Axe = Callable[[Any], list[str]]
HURT = """document.querySelector("footer").insertAdjacentHTML("beforeend",
  "<img src='data:,'><p style='color: #999; background: #fff'>pale</p>")"""


@pytest.fixture
def pages(up: Up) -> tuple[str, ...]:
    """One of each kind, and one that is none."""
    scene = up.onlooker.scene
    (game,), (model, *_) = scene.tables.games, scene.tables.models
    one = f"/models/0x{model.hex()}"
    of_things = (f"/disputes/0x{game.hex()}", one, f"{one}/ask")
    return (*LISTS, "/requests/2", "/requests/77", *of_things)


@pytest.fixture(params=[("light", 1280), ("dark", 390)])
def page(browser: Any, up: Up, request: pytest.FixtureRequest) -> Iterator[Any]:
    scheme, width = request.param
    # Nothing is looked at half-way from one colour to another.
    how = {
        "reduced_motion": "reduce",
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 900},
    }
    with quiet_page(browser, up.url, bypass_csp=True, **how) as page:
        yield page


def test_no_page_breaks_a_rule(page: Any, axe: Axe, pages: tuple[str, ...]) -> None:
    for path in pages:
        page.goto(path)
        assert axe(page) == [], path


def test_a_page_that_breaks_rules_is_found(page: Any, axe: Axe) -> None:
    page.goto("/health")
    page.evaluate(HURT)
    found = " ".join(axe(page))
    assert "image-alt" in found and "color-contrast" in found
