"""Files that are no tokenizers, or tokenizers that no table holds: said by name."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from converters.errors import BadModelFile, ConverterError, OddTokenizer
from converters.text import gguf, huggingface, llama2c, metadata, sentencepiece
from converters.text.bytelevel import ALPHABET
from tinynn.tokens.table import Flag, Words

HERE = Path("here")
BYTES = {text: byte for byte, text in ALPHABET.items()}
LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
PLAIN: dict[str, Any] = {
    "model": {"type": "BPE", "vocab": BYTES | {"ab": 256}, "merges": [["a", "b"]]},
    "pre_tokenizer": LEVEL,
    "normalizer": None,
    "added_tokens": [],
}


def with_model(**change: Any) -> dict[str, Any]:
    return {"model": PLAIN["model"] | change}


def with_added(**change: Any) -> dict[str, Any]:
    token = {"id": 257, "content": "<x>", "special": False, "normalized": False}
    return {"added_tokens": [token | change]}


ODD: list[tuple[dict[str, Any], str]] = [
    ({"model": {"type": "Unigram", "vocab": []}}, "a model of BPE, got Unigram"),
    ({"model": {"type": "WordPiece"}}, "a model of BPE, got WordPiece"),
    (with_model(dropout=0.1), "expected no dropout, got 0.1"),
    (with_model(end_of_word_suffix="</w>"), "no end_of_word_suffix, got </w>"),
    (
        with_model(continuing_subword_prefix="##"),
        "continuing_subword_prefix, got ##",
    ),
    ({"normalizer": {"type": "NFKC"}}, "no normaliser but NFC, got NFKC"),
    ({"pre_tokenizer": {"type": "Whitespace"}}, "that is known, got Whitespace"),
    (
        {"pre_tokenizer": LEVEL | {"add_prefix_space": True}},
        "ByteLevel without add_prefix_space, got one with it",
    ),
    (
        {
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {
                        "type": "Split",
                        "pattern": {"Regex": "\\w+"},
                        "behavior": "Isolated",
                    },
                    LEVEL | {"use_regex": False},
                ],
            }
        },
        r"GPT-2, SmolLM2, Qwen 2 or Llama 3, got {'Regex': '\\\\w\+'}",
    ),
    (with_added(lstrip=True), "'<x>' without lstrip, got one with it"),
    (with_added(single_word=True), "'<x>' without single_word, got one with it"),
    (
        with_added(normalized=True) | {"normalizer": {"type": "NFC"}},
        "'<x>' as it stands, got normalized",
    ),
    (
        {"pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581"}},
        "Metaspace of \u2581 without split",
    ),
    (
        {"pre_tokenizer": None, "normalizer": {"type": "Lowercase"}},
        "a normaliser that is known, got Lowercase",
    ),
]

BAD: list[tuple[bytes, str]] = [
    (b"{", "expected JSON"),
    (b"[1]", "a tokenizer.json, got TypeError"),
    (b"{}", "a tokenizer.json, got KeyError at 'model'"),
    (b"[" * 100_000, "expected JSON"),
    (b"\xff\xfe", "expected JSON"),
    (json.dumps(PLAIN | with_model(vocab={"a": "b"})).encode(), "tokens with numbers"),
    (json.dumps(PLAIN | with_model(vocab={"a": 1 << 40})).encode(), "of 0 to 1048575"),
    (json.dumps(PLAIN | with_model(vocab={"a": -1})).encode(), "of 0 to 1048575"),
    (json.dumps(PLAIN | with_model(vocab={"\u2603": 1})).encode(), "GPT-2's alphabet"),
    (json.dumps(PLAIN | with_model(merges=["abc"])).encode(), "merges of two tokens"),
    (
        json.dumps(PLAIN | with_model(merges=[["a", "c"]])).encode(),
        "merges of tokens into tokens, got 'a' and 'c', without 'ac'",
    ),
]


@pytest.mark.parametrize(("change", "message"), ODD, ids=range(len(ODD)))
def test_tokenizer_json_that_no_table_holds_is_refused_by_name(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(OddTokenizer, match=message):
        huggingface.parsed(HERE, json.dumps(PLAIN | change).encode())


def test_tokenizer_json_is_refused_for_all_reasons_at_once() -> None:
    change = with_model(dropout=0.5) | with_added(rstrip=True)
    change |= {"normalizer": {"type": "NFD"}}
    with pytest.raises(OddTokenizer) as raised:
        huggingface.parsed(HERE, json.dumps(PLAIN | change).encode())
    assert len(raised.value.reasons) == 3


@pytest.mark.parametrize(("data", "message"), BAD, ids=range(len(BAD)))
def test_tokenizer_json_that_is_none_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(BadModelFile, match=message):
        huggingface.parsed(HERE, data)


def test_tokenizer_json_that_is_plain_is_read() -> None:
    held = huggingface.parsed(HERE, json.dumps(PLAIN).encode())
    assert held.words == Words.GPT2 and held.merges.tolist() == [[97, 98, 0, 256]]


GGUF: dict[str, Any] = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "llama-bpe",
    "tokenizer.ggml.tokens": [ALPHABET[byte] for byte in range(256)] + ["ab", "<x>"],
    "tokenizer.ggml.token_type": [1] * 257 + [3],
    "tokenizer.ggml.merges": ["a b"],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "bert"}, "of the model gpt2 or llama, got bert"),
        ({"model": None}, "of the model gpt2 or llama, got none"),
        (
            {"pre": "deepseek-llm"},
            "smollm or qwen2 or llama-bpe, got deepseek",
        ),
        ({"pre": None}, "gpt-2 or smollm or qwen2 or llama-bpe, got none"),
        ({"token_type": [1]}, "258 token types, got 1"),
        ({"token_type": [9] * 258}, "token types of 1 to 6"),
        ({"tokens": 5}, "tokens, an array of str, got another type"),
        ({"merges": None}, "merges, an array of str, got nothing"),
        ({"merges": ["a  b"]}, "merges of two tokens, got 'a  b'"),
        ({"model": "llama"}, "scores, an array of float, got nothing"),
        ({"model": "llama", "scores": [0.5]}, "258 scores, got 1"),
        (
            {"model": "llama", "scores": [0.5] * 258, "precompiled_charsmap": [1]},
            "no normaliser, got a character map",
        ),
        (
            {"model": "llama", "scores": [0.5] * 258, "token_type": [6] * 258},
            "a piece of each byte or of none, got 258, 0 of them",
        ),
        (
            {
                "model": "llama",
                "scores": [0.5] * 258,
                "tokens": ["a", "b", *["ab"] * 256],
                "token_type": [1] * 258,
            },
            "each piece once, got 'ab'",
        ),
        (
            {
                "model": "llama",
                "scores": [0.5] * 3,
                "tokens": ["a", "b", "ab"],
                "token_type": [1, 1, 5],
            },
            "unused piece 'ab' that others make",
        ),
    ],
)
def test_gguf_tokenizer_that_no_table_holds_is_refused(
    change: dict[str, Any], message: str
) -> None:
    changed = {f"tokenizer.ggml.{name}": value for name, value in change.items()}
    with pytest.raises(ConverterError, match=message):
        gguf.from_metadata(HERE, GGUF | changed)


def test_gguf_tokenizer_of_llama_takes_whole_words() -> None:
    held = gguf.from_metadata(HERE, GGUF)
    assert held.words == Words.LLAMA3 and held.flags == Flag.WHOLE
    assert held.texts[257] == b"", "control tokens decode to nothing"


def entry(name: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(name)) + name + struct.pack("<I", kind) + value


HEAD = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GGML", "a GGUF file, got b'GGML'"),
        (b"GG", "4 bytes more, got 2"),
        (b"GGUF" + struct.pack("<I", 1), "GGUF of version 2 or 3, got 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 40), "at most 65536 metadata"),
        (HEAD, "8 bytes more, got 0"),
        (HEAD + struct.pack("<Q", 1 << 50), "bytes of a string"),
        (HEAD + entry(b"\xff", 4, b""), "strings in UTF-8"),
        (HEAD + entry(b"a", 77, b""), "a type that GGUF has, got 77"),
        (
            HEAD + entry(b"a", 9, struct.pack("<IQ", 9, 1)),
            "type that GGUF has, got 9",
        ),
        (HEAD + entry(b"a", 9, struct.pack("<IQ", 4, 1 << 60)), "at most 16777216 el"),
        (HEAD + entry(b"a", 9, struct.pack("<IQ", 4, 9) + b"1234"), "36 bytes more"),
    ],
)
def test_gguf_that_is_none_is_an_error(
    tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    with pytest.raises(BadModelFile, match=message):
        metadata.read_metadata(path)


def test_gguf_metadata_of_every_type_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    entries = [
        entry(b"a", 7, b"\1"),
        entry(b"b", 8, struct.pack("<Q", 2) + "é".encode()),
        entry(b"c", 9, struct.pack("<IQ3h", 3, 3, 1, -2, 3)),
        entry(b"d", 12, struct.pack("<d", 0.5)),
        entry(b"e", 9, struct.pack("<IQQ", 8, 1, 1) + b"x"),
    ]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 5) + b"".join(entries))
    held = metadata.read_metadata(path)
    assert held == {"a": True, "b": "é", "c": [1, -2, 3], "d": 0.5, "e": ["x"]}


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def varint(number: int, value: int) -> bytes:
    return struct.pack("BB", number << 3, value)


def piece(text: str, kind: int = 1) -> bytes:
    parts = field(1, text.encode()) + b"\x15" + struct.pack("<f", -1.0)
    return field(1, parts + varint(3, kind))


BPE = field(2, varint(3, 2))
PIECES = piece("<unk>", 2) + piece("a") + piece("b") + piece("ab")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a sentencepiece model, got no pieces"),
        (b"\xff" * 20, "a number without end"),
        (b"\x0b", "a field of wire type 3"),
        (b"\x0a\x50a", "a field cut off"),
        (b"\x08\x01", "a number where a message should be"),
        (piece("a", 9) + BPE, "9 is not a valid PieceKind"),
        (field(1, field(1, b"\xff")) + BPE, "can't decode byte 0xff"),
        (PIECES, "a sentencepiece model of BPE, got unigram"),
        (PIECES + field(2, varint(3, 4)), "a sentencepiece model of BPE, got char"),
        (
            PIECES + BPE + field(3, field(1, b"nmt_nfkc") + field(2, b"\0\0")),
            "the normaliser identity, got nmt_nfkc",
        ),
        (PIECES + BPE + field(3, varint(5, 0)), "spaces written as U\\+2581"),
        (
            PIECES + field(2, varint(3, 2) + b"\xc0\x01\x01"),
            "spaces before words, got behind them",
        ),
    ],
)
def test_sentencepiece_model_that_no_table_holds_is_refused(
    data: bytes, message: str
) -> None:
    with pytest.raises(ConverterError, match=message):
        sentencepiece.parsed(HERE, data)


def test_sentencepiece_model_whose_own_pieces_keep_spaces_is_refused() -> None:
    """Spaces of such a piece would stay where others are trimmed."""
    data = PIECES + piece("  ", 4) + BPE
    assert sentencepiece.parsed(HERE, data + field(3, varint(4, 0))).added == []
    with pytest.raises(OddTokenizer, match="piece '  ' with spaces where"):
        sentencepiece.parsed(HERE, data)


def test_sentencepiece_model_by_hand_is_read() -> None:
    held = sentencepiece.parsed(HERE, PIECES + BPE + field(3, varint(4, 0)))
    assert held.flags == Flag.MARK | Flag.SPACE_FIRST | Flag.FUSE
    assert held.merges.tolist() == [[1, 2, 0, 3]] and held.unknown == 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes(4), "at least 259 pieces, got 0"),
        (bytes(7), "a score and a length, got 3 bytes"),
        (bytes(4) + struct.pack("<fi", 0, 5) + b"ab", "inside the file, got 5 bytes"),
        (bytes(4) + struct.pack("<fi", 0, -1), "inside the file, got -1 bytes"),
        (
            bytes(4) + struct.pack("<fi", 0, 1) + b"\xff",
            r"in UTF-8, got b'\\xff'",
        ),
    ],
)
def test_llama2c_tokenizer_that_is_none_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(BadModelFile, match=message):
        llama2c.parsed(HERE, data)
