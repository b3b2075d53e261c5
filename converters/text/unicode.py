"""What tokenizers know of characters, as the pinned package `tokenizers` has it."""

import json
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from tinynn.memory.tensor import Array
from tinynn.tokens.table import Flag, Unicode, Words

FILE: Final = Path(__file__).parent / "unicode.json"
"""Made by probe.py."""


@cache
def _parts() -> dict[str, Array]:
    held = json.loads(FILE.read_text())
    return {name: np.array(rows, np.int64) for name, rows in held.items()}


def unicode_of(words: Words, flags: Flag) -> Unicode:
    """As much of it as such a tokenizer needs."""
    known, nothing = _parts(), Unicode()
    classes = known["classes"] if words != Words.WHOLE else nothing.classes
    if not flags & Flag.NORMAL:
        return Unicode(classes=classes)
    return Unicode(classes, known["marks"], known["apart"], known["together"])
