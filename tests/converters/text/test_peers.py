"""Tables of other projects' tokenizers make what those projects make.

`make texts` compares 10,000 texts each (PLUMB_TEXTS); here are a few.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.text.peers import (
    Peer,
    codec_of,
    pre_tokenizer,
    trained_bytes,
    trained_pieces,
    valid,
)
from support.text.texts import ADDED, SPECIAL, texts

from converters.text import gguf, huggingface, llama2c, sentencepiece
from converters.text.characters import MARK
from converters.text.metadata import read_metadata
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import Tokenizer, Words

TEXTS = int(os.environ.get("PLUMB_TEXTS", "100"))
SEED = int(os.environ.get("PLUMB_SEED", "1"))
HERE = Path("here")


def assert_same(codec: Codec, encode: Callable[[bytes], list[int]]) -> None:
    made: set[int] = set()
    for text in texts(SEED, TEXTS):
        ids = codec.encode(text)
        assert ids == encode(text), text
        made.update(ids)
    assert len(made) > 100, "texts of many tokens"


FAMILIES = [words for words in Words if words != Words.WHOLE]


@pytest.mark.parametrize("words", FAMILIES, ids=lambda words: words.name)
def test_bytes_of_a_trained_tokenizer_are_its_own(words: Words) -> None:
    data = trained_bytes(words)
    assert_same(codec_of(huggingface.parsed(HERE, data)), Peer.of(data).encode)


def test_bytes_decode_to_the_text_of_the_peer() -> None:
    data = trained_bytes(Words.GPT2)
    codec, peer = codec_of(huggingface.parsed(HERE, data)), Peer.of(data)
    for text in texts(SEED, TEXTS):
        ids = peer.encode(text)
        assert codec.decode(ids, 3 * len(text) + 9).decode() == valid(text), text


def smollm2() -> Path:
    """Where `make model-smollm2` puts it."""
    path = Path(__file__).parents[3] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.is_file():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    return path


def test_smollm2_of_its_gguf_is_the_peers() -> None:
    package = pytest.importorskip("tokenizers", reason="extra text absent")
    held = read_metadata(smollm2())
    tokens: Any = held["tokenizer.ggml.tokens"]
    merges: Any = held["tokenizer.ggml.merges"]
    vocabulary = {token: id for id, token in enumerate(tokens)}
    pairs = [tuple(merge.split(" ")) for merge in merges]
    model = package.Tokenizer(package.models.BPE(vocabulary, pairs))
    model.pre_tokenizer = pre_tokenizer(package, Words.SMOLLM)
    assert_same(codec_of(gguf.from_metadata(HERE, held)), Peer(model).encode)


PIECES: list[dict[str, Any]] = [
    {},
    {
        "byte_fallback": True,
        "remove_extra_whitespaces": False,
        "allow_whitespace_only_pieces": True,
    },
    {
        "byte_fallback": True,
        "add_dummy_prefix": False,
        "remove_extra_whitespaces": False,
        "user_defined_symbols": ("<tool", "<tool_call>", "ing", "  ", "é", MARK * 3),
    },
    {
        "byte_fallback": True,
        "user_defined_symbols": ("<tool", "<tool_call>", "ing", "é", MARK * 3),
    },
    {
        "split_by_whitespace": False,
        "vocab_size": 700,
        "max_sentencepiece_length": 30,
        "remove_extra_whitespaces": False,
    },
]


@pytest.mark.parametrize("options", PIECES, ids=range(len(PIECES)))
def test_pieces_of_a_trained_model_are_its_own(options: dict[str, Any]) -> None:
    package = pytest.importorskip("sentencepiece", reason="extra text absent")
    data = trained_pieces(**options)
    peer = package.SentencePieceProcessor(model_proto=data)
    codec = codec_of(sentencepiece.parsed(HERE, data))
    assert_same(codec, lambda text: peer.encode(valid(text)))


@pytest.mark.parametrize("options", PIECES[:4], ids=range(4))
def test_pieces_in_a_gguf_are_those_of_the_model(options: dict[str, Any]) -> None:
    package = pytest.importorskip("sentencepiece", reason="extra text absent")
    data = trained_pieces(**options)
    peer = package.SentencePieceProcessor(model_proto=data)
    count = range(peer.vocab_size())
    kinds = [
        2 if peer.is_unknown(i) else 3 if peer.is_control(i) else 6 if peer.is_byte(i)
        else 4 if peer.id_to_piece(i) in options.get("user_defined_symbols", ())
        else 1
        for i in count
    ]  # fmt: skip
    metadata = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [peer.id_to_piece(i) for i in count],
        "tokenizer.ggml.scores": [peer.get_score(i) for i in count],
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.add_space_prefix": options.get("add_dummy_prefix", True),
        "tokenizer.ggml.remove_extra_whitespaces": options.get(
            "remove_extra_whitespaces", True
        ),
    }
    codec = codec_of(gguf.from_metadata(HERE, metadata))
    assert_same(codec, lambda text: peer.encode(valid(text)))


def by_run_c(
    tokenizer: Tokenizer, scores: dict[bytes, float], text: bytes
) -> list[int]:
    """llama2.c's `encode`, of text that is UTF-8: characters or their bytes, then the
    best of all pairs again and again."""
    ids = {held: id for id, held in enumerate(tokenizer.texts) if id >= 259}
    parts: list[bytes | int] = []
    for character in " " * bool(text) + valid(text):
        held = character.encode()
        parts += [held] if held in ids else [3 + byte for byte in held]
    while True:
        pairs = [
            (scores[left + right], -i)
            for i, (left, right) in enumerate(zip(parts, parts[1:], strict=False))
            if isinstance(left, bytes)
            and isinstance(right, bytes)
            and left + right in ids
        ]
        if not pairs:
            return [part if isinstance(part, int) else ids[part] for part in parts]
        i = -max(pairs)[1]
        parts[i : i + 2] = [b"".join(parts[i : i + 2])]  # type: ignore[arg-type]


LLAMA2C = ["tok512.bin"] + ["tokenizer32000.bin"] * (TEXTS > 1000)
"""The large one takes a second or two to read."""


@pytest.mark.parametrize("name", LLAMA2C)
def test_llama2c_tokens_are_those_of_run_c(shared_data: Path, name: str) -> None:
    data = (shared_data / "llama2c" / name).read_bytes()
    tokenizer = llama2c.parsed(HERE, data)
    scores = dict(entries(data))
    codec = codec_of(tokenizer)
    for text in texts(SEED, min(TEXTS, 2000)):
        short = text[:120]
        assert codec.encode(short) == by_run_c(tokenizer, scores, short), short


def entries(data: bytes) -> Iterator[tuple[bytes, float]]:
    """A tokenizer.bin's texts and scores."""
    import struct

    at = 4
    while at < len(data):
        score, length = struct.unpack_from("<fi", data, at)
        at += 8 + length
        yield data[at - length : at], score


def with_characters(kind: str, fallback: bool) -> bytes:
    """Pieces of sentencepiece as a tokenizer.json of that kind."""
    package = pytest.importorskip("tokenizers", reason="extra text absent")
    held = sentencepiece.parsed(HERE, trained_pieces(byte_fallback=True))
    names: dict[str, int] = {"<unk>": 0, "<s>": 1, "</s>": 2}
    names |= {f"<0x{byte:02X}>": 3 + byte for byte in range(256)}
    own = [text.decode().replace(" ", MARK) for text in held.texts[259 : held.tokens]]
    names |= {text: 259 + id for id, text in enumerate(own)}
    numbers = {id: text for text, id in names.items()}
    rows = sorted(held.merges.tolist(), key=lambda row: row[2])
    merges = [
        (numbers[left], numbers[right])
        for left, right, *_ in rows
        if left in numbers and right in numbers
    ]
    model = package.Tokenizer(
        package.models.BPE(
            names, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=fallback
        )
    )
    normalizers, pre = package.normalizers, package.pre_tokenizers
    if kind == "llama":
        steps = [normalizers.Prepend(MARK), normalizers.Replace(" ", MARK)]
        model.normalizer = normalizers.Sequence(steps)
    elif kind == "gemma":
        model.normalizer = normalizers.Replace(" ", MARK)
        model.pre_tokenizer = pre.Split(" ", "merged_with_previous")
        added = [package.AddedToken(text, normalized=False) for text in ADDED]
        model.add_tokens(added)
    else:
        model.pre_tokenizer = pre.Metaspace(prepend_scheme=kind, split=False)
    model.add_special_tokens([*SPECIAL[:4]])
    return str(model.to_str()).encode()


@pytest.mark.parametrize("kind", ["llama", "gemma", "first", "always", "never"])
@pytest.mark.parametrize("fallback", [True, False])
def test_characters_of_a_tokenizer_json_are_its_own(kind: str, fallback: bool) -> None:
    data = with_characters(kind, fallback)
    assert_same(codec_of(huggingface.parsed(HERE, data)), Peer.of(data).encode)


def test_older_merges_are_read_as_pairs() -> None:
    data = json.loads(trained_bytes(Words.GPT2))
    pairs = data["model"]["merges"]
    data["model"]["merges"] = [" ".join(pair) for pair in pairs]
    old = huggingface.parsed(HERE, json.dumps(data).encode())
    new = huggingface.parsed(HERE, trained_bytes(Words.GPT2))
    assert (old.merges == new.merges).all()
