"""`plumb model verify` of a language model: its image is made again of its files.

Nobody else's implementation is asked: what is compared is every byte of the image with
what the converter makes of SOURCE within the same limits. So weights, tokenizer and
template are the files'; how good the answers are is not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from converters.errors import BadOption
from converters.language import template
from converters.language.conversion import (
    ANSWER_BYTES_PER_TOKEN,
    MOST_ANSWER,
    Options,
    converted,
)
from oracle.cards.card import Accuracy
from oracle.cli.common.errors import BadInputFile
from oracle.legible import number_of
from tinynn.text import TextModel

AGAIN: Final = "made again, byte for byte"
ANOTHER: Final = "another image"


@dataclass(frozen=True, slots=True)
class Remade:
    """The template whose image is nearest; the first byte that differs, None if none
    does; and how many bytes do."""

    template: str
    first: int | None
    differing: int
    size: int

    @property
    def passed(self) -> bool:
        """Whether the image is what the files make."""
        return self.first is None

    @property
    def verdict(self) -> str:
        """For a person, and for the card."""
        return AGAIN if self.passed else ANOTHER

    @property
    def data(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "passed": self.passed,
            "verdict": self.verdict,
            "reference": None,
            "template": self.template,
            "first_byte": self.first,
            "bytes_that_differ": self.differing,
        }

    @property
    def facts(self) -> dict[str, object]:
        """For a person, with what this is no proof of."""
        told: dict[str, object] = {"compared": number_of(self.size, "byte")}
        told["template"] = self.template
        if not self.passed:
            many = number_of(self.differing, "byte")
            told["differs"] = f"in {many}, the first at {self.first}"
        told["not compared"] = "how good its answers are: no other implementation"
        return told | {"verdict": self.verdict}

    def noted(self, source: Path) -> Accuracy:
        """For the card: no shares of samples, since there are none."""
        verdict = f"{self.verdict}, of {source.name}" if self.passed else self.verdict
        return Accuracy(verdict, "", 0, source.name, None, None, None, None)


def remade(model: TextModel, source: Path, tokenizer: Path | None) -> Remade:
    """The nearest of the images that `source` makes. BadInputFile if it makes none
    within the image's limits; what a conversion raises."""
    found = list(_each(model, source, tokenizer))
    if not found:
        rows = f"one that has room for {model.rows} tokens"
        raise BadInputFile(source, rows, "a smaller one")
    return min(found, key=lambda one: one.differing)


def _each(model: TextModel, source: Path, tokenizer: Path | None) -> Iterator[Remade]:
    """One for each template that the files have."""
    answer = model.model.outputs[-1].size
    tokens = answer // ANSWER_BYTES_PER_TOKEN
    if answer == MOST_ANSWER:
        expected = f"an image of answers below {MOST_ANSWER} bytes"
        raise BadInputFile(source, expected, "one whose limits can't be told")
    for name in template.NAMES:
        options = Options(
            model.model.name,
            name,
            tokens,
            model.rows - tokens,
            model.text.size,
            tokenizer,
        )
        try:
            yield compared(model, name, converted(source, options).image)
        except BadOption as error:
            if name == template.NONE and "--max-tokens" not in str(error):
                raise


def compared(model: TextModel, name: str, made: bytes) -> Remade:
    """Every byte; where one is longer, all that it has more."""
    ours, theirs = model.model.image, np.frombuffer(made, np.uint8)
    both = min(len(ours), len(theirs))
    wrong = np.flatnonzero(ours[:both] != theirs[:both])
    more = max(len(ours), len(theirs)) - both
    first = int(wrong[0]) if len(wrong) else both if more else None
    return Remade(name, first, len(wrong) + more, len(ours))
