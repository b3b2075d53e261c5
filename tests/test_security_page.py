"""docs/security.md: each test, command and place that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
BEGIN = PAGE.index("## Threats, and the test")
TABLE = PAGE[BEGIN : PAGE.index("## What was tested how")]
ROWS = [line for line in TABLE.splitlines() if line.startswith("|")][2:]
NAMED = re.compile(r"`((?:test_|tests/|make )[\w/. -]+)`")


def defined() -> set[str]:
    """Every test of the repository, by its function's name."""
    sources = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in sources for name in re.findall(r"def (test_\w+)\(", text)}


def test_each_threat_has_a_test_that_stands_for_it() -> None:
    assert len(ROWS) > 25
    for row in ROWS:
        assert row.count("|") == 5, row
        tests = row.rstrip("| ").rsplit("|", 1)[1]
        assert re.search(r"`(test_|tests/)", tests), row


def test_each_test_that_the_page_names_exists() -> None:
    known = defined()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    names = NAMED.findall(PAGE)
    assert len(names) > 50
    for name in names:
        if name.startswith("make "):
            assert name.removeprefix("make ") in targets, name
        elif name.startswith("tests/"):
            assert (ROOT / name).is_file(), name
        else:
            assert name in known, name


def slug(heading: str) -> str:
    """As pages are linked to: words in lower case, joined by hyphens."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", ["security.md", "swarm-paper.md"])
def test_each_place_that_the_page_links_to_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        if path.startswith("http"):
            continue
        file = (ROOT / "docs" / path).resolve() if path else ROOT / "docs" / page
        assert file.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
            assert anchor in map(slug, headings), target
