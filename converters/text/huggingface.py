"""Hugging Face's tokenizer.json: read as data, whatever wrote it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mips_vm.json_text import parse
from tinynn.tokens.table import Added, Flag, Tokenizer, Words

from ..errors import BadModelFile, OddTokenizer
from .bytelevel import AddedTokens, Merge, byte_level
from .characters import MARK, from_merges

CONTRACTIONS: Final = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST: Final = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITS: Final = {
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+": (
        Words.GPT2
    ),
    CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + REST: Words.QWEN2,
    CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + REST: Words.LLAMA3,
}
"""Expressions, word for word, and who reads them as words.c does."""

Part = Mapping[str, Any]
"""An object of the file."""


def read(path: Path) -> Tokenizer:
    """OddTokenizer, BadModelFile."""
    return parsed(path, path.read_bytes())


def parsed(path: Path, data: bytes) -> Tokenizer:
    """The same of a file's bytes; `path` is for messages.

    Truncation, padding and the post-processor are not part of the text: templates are.
    """
    try:
        return _File(path, parse(data)).tokenizer()
    except ValueError as error:
        raise BadModelFile(path, "JSON", str(error)) from None
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        problem = f"{type(error).__name__} at {error}"
        raise BadModelFile(path, "a tokenizer.json", problem) from None


class _File:
    """One file's parts, and what can't be done with them."""

    def __init__(self, path: Path, held: Part) -> None:
        self._path = path
        self._model: Part = held["model"]
        self._normaliser: Part | None = held.get("normalizer")
        self._pre: Part | None = held.get("pre_tokenizer")
        self._added: Sequence[Part] = held.get("added_tokens") or []
        self._reasons: list[str] = []

    def tokenizer(self) -> Tokenizer:
        if self._model.get("type", "BPE") != "BPE":
            self._refuse("a model of BPE", self._model["type"])
            raise OddTokenizer(self._path, self._reasons)
        self._check_model()
        words = self._words()
        flags = self._flags(words is not None)
        added = self._added_tokens(words is not None)
        if self._reasons:
            raise OddTokenizer(self._path, self._reasons)
        vocabulary = self._vocabulary()
        named = self._model.get("unk_token")
        unknown = None if named is None else vocabulary[named]
        merges = self._merges()
        if words is None:
            return from_merges(self._path, vocabulary, merges, added, unknown, flags)
        return byte_level(self._path, vocabulary, merges, added, words, flags, unknown)

    def _refuse(self, expected: str, actual: object) -> None:
        self._reasons.append(f"expected {expected}, got {actual}")

    def _check_model(self) -> None:
        for name in ("continuing_subword_prefix", "end_of_word_suffix", "dropout"):
            if self._model.get(name):
                self._refuse(f"no {name}", self._model[name])

    def _vocabulary(self) -> Mapping[str, int]:
        held: Mapping[str, int] = self._model["vocab"]
        for text, id in held.items():
            if type(id) is not int:
                raise BadModelFile(self._path, "tokens with numbers", repr(text))
        return held

    def _merges(self) -> list[Merge]:
        """Pairs, or as older files have them, two words."""
        pairs = []
        for held in self._model["merges"]:
            pair = held.split(" ") if isinstance(held, str) else held
            if len(pair) != 2:
                raise BadModelFile(self._path, "merges of two tokens", repr(held))
            pairs.append((str(pair[0]), str(pair[1])))
        return pairs

    def _words(self) -> Words | None:
        """How bytes are cut into words; None if there are characters instead."""
        steps = _steps(self._pre, "pretokenizers")
        if not steps or steps[-1]["type"] != "ByteLevel":
            self._check_characters(steps)
            return None
        if steps[-1].get("add_prefix_space"):
            self._refuse("ByteLevel without add_prefix_space", "one with it")
        words = Words.GPT2 if steps[-1].get("use_regex", True) else Words.WHOLE
        for step in steps[:-1]:
            words = self._word_step(step, words)
        return words

    def _word_step(self, step: Part, words: Words) -> Words:
        kind = step["type"]
        if kind == "Digits" and step.get("individual_digits") and words == Words.GPT2:
            return Words.SMOLLM
        if kind == "Split" and words == Words.WHOLE:
            expression = step["pattern"].get("Regex")
            known = SPLITS.get(expression)
            isolated = step["behavior"] == "Isolated" and not step.get("invert")
            if known is not None and isolated:
                return known
            self._refuse(
                "the pre-tokenizer of GPT-2, SmolLM2, Qwen 2 or Llama 3",
                step["pattern"],
            )
        else:
            self._refuse("a pre-tokenizer that is known", kind)
        return words

    def _check_characters(self, steps: Sequence[Part]) -> None:
        for step in steps:
            if step["type"] == "Metaspace" and step is steps[-1]:
                if step.get("split", True) or step["replacement"] != MARK:
                    self._refuse(f"Metaspace of {MARK} without split", step)
            elif step["type"] == "Split" and step["pattern"] == {"String": " "}:
                # Gemma's, which finds none: they are marks by then.
                if not self._has_marks():
                    self._refuse("no Split", step)
            else:
                self._refuse("a pre-tokenizer that is known", step["type"])

    def _has_marks(self) -> bool:
        steps = _steps(self._normaliser, "normalizers")
        return any(_is_mark(step) for step in steps)

    def _flags(self, bytes_: bool) -> Flag:
        flags = Flag.WHOLE if self._model.get("ignore_merges") else Flag(0)
        steps = _steps(self._normaliser, "normalizers")
        if bytes_:
            for step in steps:
                if step["type"] == "NFC" and len(steps) == 1:
                    flags |= Flag.NORMAL
                else:
                    self._refuse("no normaliser but NFC", step["type"])
            return flags
        flags |= Flag.FALLBACK if self._model.get("byte_fallback") else Flag(0)
        flags |= Flag.FUSE if self._model.get("fuse_unk") else Flag(0)
        for step in steps:
            if _is_mark(step):
                flags |= Flag.MARK
            elif step["type"] == "Prepend" and step["prepend"] == MARK:
                flags |= Flag.SPACE_EACH
            else:
                self._refuse("a normaliser that is known", step["type"])
        if flags & Flag.SPACE_EACH and not flags & Flag.MARK:
            self._refuse(f"spaces replaced by {MARK}", "Prepend alone")
        for step in _steps(self._pre, "pretokenizers"):
            if step["type"] == "Metaspace":
                flags |= Flag.MARK | self._scheme(step)
        return flags

    def _scheme(self, step: Part) -> Flag:
        scheme = step.get("prepend_scheme")
        known = {
            "never": Flag(0),
            "first": Flag.SPACE_FIRST | Flag.SPACE_ONCE,
            "always": Flag.SPACE_EACH | Flag.SPACE_ONCE,
        }
        if scheme not in known:
            self._refuse("prepend_scheme never, first or always", scheme)
        return known.get(str(scheme), Flag(0))

    def _added_tokens(self, bytes_: bool) -> AddedTokens:
        raw: list[Added] = []
        later: list[Added] = []
        control = []
        rewritten = bool(self._normaliser) or not bytes_ and bool(self._pre)
        for token in self._added:
            text, special = str(token["content"]), bool(token.get("special"))
            odd = [
                name for name in ("single_word", "lstrip", "rstrip") if token.get(name)
            ]
            if odd and not special:
                self._refuse(f"{text!r} without {odd[0]}", "one with it")
            where = raw
            if token.get("normalized", not special):
                where = later
                if rewritten and not special:
                    self._refuse(f"{text!r} as it stands", "normalized")
            number = int(token["id"])
            where.append(Added(text.encode(), None if special else number))
            if special:
                control.append(number)
        return AddedTokens(raw, later, frozenset(control))


def _steps(part: Part | None, of: str) -> list[Part]:
    """A sequence's parts, or the part alone."""
    if part is None:
        return []
    return list(part[of]) if part["type"] == "Sequence" else [part]


def _is_mark(step: Part) -> bool:
    """Whether each space becomes a mark."""
    return bool(
        step["type"] == "Replace"
        and step["pattern"] == {"String": " "}
        and step["content"] == MARK
    )
