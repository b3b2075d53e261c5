"""The table of what strangers choose: each test that it names is there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "economics.md").read_text()
TABLE = PAGE[PAGE.index("## Every parameter that a stranger chooses") :]
NAMED = sorted(set(re.findall(r"`((?:test_|tests/)[\w/.]+)`", TABLE)))


def test_each_row_names_a_test_or_says_that_there_is_none() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 40
    for row in rows:
        assert "`test" in row or "none: it can't be cured" in row, row


def test_each_test_that_the_table_names_exists() -> None:
    source = "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    for name in NAMED:
        if name.startswith("tests/"):
            assert (TESTS.parent / name).is_file(), name
        else:
            assert f"def {name}(" in source, name
