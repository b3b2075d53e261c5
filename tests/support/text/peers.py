"""The packages `tokenizers` and `sentencepiece` as oracles, and small tokenizers of
theirs, trained here. Their tests skip where the extra `text` is absent."""

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from support.text.texts import ADDED, SPECIAL, corpus

from converters.text.huggingface import SPLITS
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import Tokenizer, Words, laid_out

EXPRESSIONS = {words: expression for expression, words in SPLITS.items()}


def codec_of(tokenizer: Tokenizer) -> Codec:
    return Codec(laid_out(tokenizer))


def valid(text: bytes) -> str:
    """What a text is, by our definition and Python's: invalid parts replaced."""
    return text.decode("utf-8", "replace")


@dataclass(frozen=True)
class Peer:
    """A tokenizer of `tokenizers`, as an oracle."""

    model: Any

    @classmethod
    def of(cls, data: bytes) -> "Peer":
        package = pytest.importorskip("tokenizers", reason="extra text absent")
        model = package.Tokenizer.from_str(data.decode())
        model.encode_special_tokens = True
        return cls(model)

    def encode(self, text: bytes) -> list[int]:
        ids: list[int] = self.model.encode(valid(text), add_special_tokens=False).ids
        return ids


def pre_tokenizer(package: Any, words: Words) -> Any:
    pre = package.pre_tokenizers
    if words in (Words.GPT2, Words.SMOLLM):
        level = pre.ByteLevel(add_prefix_space=False, use_regex=True)
        digits = [pre.Digits(individual_digits=True)] * (words == Words.SMOLLM)
        return pre.Sequence([*digits, level])
    split = pre.Split(package.Regex(EXPRESSIONS[words]), "isolated")
    level = pre.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre.Sequence([split, level])


@cache
def trained_bytes(words: Words, size: int = 900) -> bytes:
    """A tokenizer.json of byte-level BPE, as such a family's is."""
    package = pytest.importorskip("tokenizers", reason="extra text absent")
    model = package.Tokenizer(package.models.BPE(ignore_merges=words == Words.LLAMA3))
    if words == Words.QWEN2:
        model.normalizer = package.normalizers.NFC()
    model.pre_tokenizer = pre_tokenizer(package, words)
    alphabet = package.pre_tokenizers.ByteLevel.alphabet()
    trainer = package.trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False
    )
    model.train_from_iterator(corpus(), trainer)
    model.add_special_tokens([*SPECIAL[:2]])
    added = [package.AddedToken(text, normalized=False) for text in ADDED]
    model.add_tokens(added)
    return str(model.to_str()).encode()


@cache
def trained_pieces(**options: Any) -> bytes:
    """A sentencepiece model of BPE."""
    package = pytest.importorskip("sentencepiece", reason="extra text absent")
    file = io.BytesIO()
    own = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
    }
    package.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=file,
        model_type="bpe",
        minloglevel=2,
        **{"vocab_size": 900, "normalization_rule_name": "identity"} | own,
    )
    return file.getvalue()
