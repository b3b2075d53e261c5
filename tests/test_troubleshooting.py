"""docs/troubleshooting.md quotes what is really said."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/troubleshooting.md"
FOLDERS = ("converters", "mips_vm", "oracle", "solidity", "tinynn")
GAP = "\0"
"""Stands for what a message puts in."""


@cache
def said() -> str:
    """All text in the sources, what is put in left out."""
    texts = []
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(source.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (getattr(part, "value", GAP) for part in node.values)
                    texts.append(
                        "".join(p if isinstance(p, str) else GAP for p in parts)
                    )
    return "\n".join(texts)


def quoted() -> list[str]:
    """What the first columns of the tables quote."""
    rows = re.findall(r"^\|(.*?)\|", PAGE.read_text(), re.MULTILINE)
    return [text for row in rows for text in re.findall(r"`([^`]+)`", row)]


def test_page_quotes_messages() -> None:
    assert len(quoted()) > 30


@pytest.mark.parametrize("text", quoted())
def test_message_is_said_as_it_is_quoted(text: str) -> None:
    """Subject and complaint may come from two places."""
    assert all(part in said() for part in text.split(": "))
