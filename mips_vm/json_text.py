"""JSON: what it can hold; and strangers' JSON, read only if it is not nested so deep
as to kill us.

Python's own limit would do, but py-evm lifts it, for the depth of calls; and then the
parser, which is written in C, runs over the end of the stack.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = (
    None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
)
JsonObject: TypeAlias = dict[str, Json]

MOST_DEPTH = 500
TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def parse(text: bytes) -> Any:
    """The value. Raises `ValueError` for what is no JSON, or nested too deep."""
    if text.count(b"[") + text.count(b"{") > MOST_DEPTH and _depth(text) > MOST_DEPTH:
        raise ValueError(f"JSON: expected at most {MOST_DEPTH} levels, got more")
    return json.loads(text)


def _depth(text: bytes) -> int:
    """How deep it is nested; beyond what is allowed, that it is."""
    depth = deepest = 0
    for token in TOKENS.finditer(text):
        mark = token.group()[:1]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if depth > MOST_DEPTH:
                break
        elif mark in b"]}":
            depth -= 1
    return deepest
