"""A language model read from its files: sizes, weights, tokenizer, and its template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from converters.errors import OddLanguageModel, OddTokenizer
from tinynn.tokens.table import Tokenizer

from . import config as configs
from . import tensors as tables
from .config import Config
from .matrix import Matrix
from .template import TURN_ENDS


@dataclass(frozen=True, slots=True)
class Words:
    """A tokenizer, and what else is known of its tokens.

    `begin` are those that the model wants before every text, `ends` those that end an
    answer, `specials` all that have a meaning, by their names; `template` is the file's
    own, unread.
    """

    tokenizer: Tokenizer
    begin: tuple[int, ...]
    ends: frozenset[int]
    specials: Mapping[str, int]
    template: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """A model of which an image can be made; `origin` says whose file it is."""

    path: Path
    origin: str
    name: str
    licence: str
    config: Config
    tensors: Mapping[str, Matrix]
    words: Words

    @property
    def parameters(self) -> int:
        """Numbers in all tensors."""
        return sum(held.rows * held.columns for held in self.tensors.values())


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds, before it is looked at as a whole; without a config there are
    reasons."""

    origin: str
    config: Config | None
    reasons: Sequence[str]
    tensors: Mapping[str, Matrix]
    words: Callable[[], Words]
    name: str = ""
    licence: str = ""


def checked(path: Path, found: Found) -> Source:
    """OddLanguageModel with all that no image can hold."""
    config, reasons = found.config, [*found.reasons]
    if config is not None:
        wrong = configs.problems_of(config)
        if not wrong and not reasons:
            wrong = tables.problems_of(config, found.tensors)
        reasons += wrong
    words: Words | None = None
    try:
        words = found.words()
    except OddTokenizer as error:
        reasons += [f"tokenizer: {reason}" for reason in error.reasons]
    if config is not None and words is not None:
        reasons += _of_tokens(config, words)
    if reasons or config is None or words is None:
        raise OddLanguageModel(path, reasons)
    name = found.name or path.stem
    return Source(path, found.origin, name, found.licence, config, found.tensors, words)


def _of_tokens(config: Config, words: Words) -> list[str]:
    """Every token has an embedding."""
    most = config.vocabulary
    if words.tokenizer.tokens > most:
        actual = words.tokenizer.tokens
        return [f"expected a tokenizer of at most {most} tokens, got {actual}"]
    used = {*words.begin, *words.ends, *words.specials.values()}
    wrong = sorted(id for id in used if not 0 <= id < most)
    return [f"expected tokens of 0 to {most - 1}, got {id}" for id in wrong[:3]]


def ends_of(words: Words) -> tuple[int, ...]:
    """Those that the file names, and those that are known by their names."""
    named = (words.specials[text] for text in TURN_ENDS if text in words.specials)
    return tuple(sorted({*words.ends, *named}))
