"""GGUF files that are none, or lie about themselves; and models that nobody knows."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.language.tiny_language import write

import tinynn
from converters.errors import BadModelFile, ConverterError, OddLanguageModel
from converters.language.conversion import Options, converted
from converters.language.files.gguf import read as read_file
from converters.language.reading import read
from tinynn.asking import Asking
from tinynn.text import TextModel

gguf = pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")

HUGE = 1 << 63
LAST = 1 << 64


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def tensor(
    name: str = "t", extents: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0
) -> bytes:
    shape = struct.pack(f"<I{len(extents)}Q", len(extents), *extents)
    return string(name) + shape + struct.pack("<IQ", kind, offset)


def file_of(
    *tensors: bytes,
    entries: bytes = b"",
    counts: tuple[int, int] | None = None,
    data: int = 1024,
    magic: bytes = b"GGUF",
    version: int = 3,
) -> bytes:
    number = counts or (len(tensors), 1 if entries else 0)
    head = magic + struct.pack("<IQQ", version, *number) + entries + b"".join(tensors)
    return head + bytes(-len(head) % 32) + bytes(data)


def alignment(number: int) -> bytes:
    return string("general.alignment") + struct.pack("<II", 4, number)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "expected 4 bytes more, got 0"),
    "magic": (file_of(magic=b"GGML"), "a GGUF file, got b'GGML'"),
    "version": (file_of(version=1), "version 2 or 3, got 1"),
    "tensors": (
        file_of(counts=(LAST - 1, 0)),
        f"at most 65536 tensors, got {LAST - 1}",
    ),
    "entries": (file_of(counts=(0, HUGE)), f"metadata entries, got {HUGE}"),
    "more tensors than there are": (file_of(counts=(40, 0), data=0), "bytes more, got"),
    "long name": (
        file_of(struct.pack("<Q", HUGE), counts=(1, 0)),
        f"bytes of a string, got {HUGE}",
    ),
    "long array": (
        file_of(entries=string("a") + struct.pack("<IIQ", 9, 0, HUGE)),
        f"elements, got {HUGE}",
    ),
    "array of arrays": (
        file_of(entries=string("a") + struct.pack("<IIQ", 9, 9, 1)),
        "a type that GGUF has, got 9",
    ),
    "key twice": (
        file_of(entries=2 * alignment(32), counts=(0, 2)),
        "each key once, got 'general.alignment'",
    ),
    "axes": (file_of(tensor(extents=(1,) * 5)), "1 to 4 axes, got 5"),
    "no axes": (file_of(tensor(extents=())), "1 to 4 axes, got 0"),
    "no elements": (file_of(tensor(extents=(0, 4))), "with elements, got (0, 4)"),
    "huge extent": (file_of(tensor(extents=(HUGE,))), "inside the file of"),
    "huge product": (file_of(tensor(extents=(1 << 32,) * 4)), "inside the file of"),
    "offset": (file_of(tensor(offset=1 << 40)), "inside the file of"),
    "offset that overflows": (file_of(tensor(offset=LAST - 32)), "inside the file of"),
    "odd offset": (file_of(tensor(offset=4)), "at a multiple of 32, got 4"),
    "cut off": (file_of(tensor(extents=(512,)))[:-1025], "inside the file of"),
    "alignment": (file_of(tensor(), entries=alignment(0)), "alignment of 8 to"),
    "large alignment": (
        file_of(tensor(), entries=alignment(1 << 30)),
        "alignment of 8 to",
    ),
    "rows of part of a block": (
        file_of(tensor(extents=(33, 2), kind=8)),
        "Q8_0, of rows of 32 terms, got 33",
    ),
    "twice": (file_of(tensor(), tensor(offset=128)), "each tensor once, got 't'"),
    "overlap": (
        file_of(tensor(), tensor("u", offset=64)),
        "tensors apart, got t in u",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_an_error(name: str, tmp_path: Path) -> None:
    data, message = HOSTILE[name]
    path = tmp_path / "hostile.gguf"
    path.write_bytes(data)
    with pytest.raises(BadModelFile) as error:
        read_file(path)
    assert message in str(error.value)


def test_file_cut_anywhere_is_an_error(tmp_path: Path) -> None:
    """Or, if only its last padding is missing, the same as before."""
    write(tmp_path / "whole.gguf", "llama", "Q4_1")
    whole = (tmp_path / "whole.gguf").read_bytes()
    rng, path = np.random.default_rng(1), tmp_path / "cut.gguf"
    ends = sorted({*rng.integers(0, len(whole) - 64, 60).tolist(), 3, 24, 25})
    for end in ends:
        path.write_bytes(whole[:end])
        with pytest.raises(ConverterError):
            read(path)


@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_file_with_any_byte_changed_is_converted_or_refused(
    architecture: str, tmp_path: Path
) -> None:
    """In the head, where every word means something: nothing but our errors, and an
    image that answers."""
    write(tmp_path / "whole.gguf", architecture, "Q8_0")
    whole = bytearray((tmp_path / "whole.gguf").read_bytes())
    rng, path = np.random.default_rng(2), tmp_path / "changed.gguf"
    refused, count = 0, 20
    for _ in range(count):
        changed, at = bytearray(whole), int(rng.integers(0, 10_500))
        changed[at] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(0, 256)]))
        path.write_bytes(changed)
        try:
            image = converted(path, Options(tokens=3, prompt_tokens=9)).image
        except (ConverterError, tinynn.TinynnError):
            refused += 1
            continue
        model = TextModel.of(tinynn.load(image))
        assert model and model.model.answer(model.request(b"hat", Asking(3)))
    assert 1 < refused < count


def with_tensor(name: str, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"extra": {name: np.ones(shape, np.float32)}}


ODD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "key": (
        {"keys": {"attention.scale": 0.5}},
        ["expected no llama.attention.scale"],
    ),
    "type of a key": (
        {"keys": {"block_count": "two"}},
        ["expected llama.block_count, a int, got 'two'"],
    ),
    "layers": ({"keys": {"block_count": 1 << 31}}, ["expected layers of 1 to 1024"]),
    "no layers": (
        {"keys": {"block_count": 0}},
        ["expected layers of 1 to 1024, got 0"],
    ),
    "more layers": ({"keys": {"block_count": 3}}, ["expected blk.2.attn_norm.weight"]),
    "fewer layers": (
        {"keys": {"block_count": 1}},
        ["expected no other tensors, got blk.1.attn_norm.weight"],
    ),
    "heads": (
        {"keys": {"attention.head_count_kv": 3}},
        ["expected heads in groups of 3 (kv_heads), got 4"],
    ),
    "no heads": ({"keys": {"attention.head_count": 0}}, ["expected heads of 1 to"]),
    "rope": (
        {"keys": {"rope.scaling.type": "longrope"}},
        ["expected rope scaling linear or yarn, got longrope"],
    ),
    "endless base": (
        {"keys": {"rope.freq_base": float("inf")}},
        ["expected llama.rope.freq_base, a number below 1e+18, got inf"],
    ),
    "no base": (
        {"keys": {"rope.freq_base": float("nan")}},
        ["expected llama.rope.freq_base, a number below 1e+18, got nan"],
    ),
    "odd rotation": (
        {"keys": {"rope.dimension_count": 7}},
        ["rotated elements, an even number to 16, got 7"],
    ),
    "experts": (
        with_tensor("blk.0.ffn_gate_exps.weight", (2, 96, 64)),
        ["expected no other tensors, got blk.0.ffn_gate_exps.weight"],
    ),
    "width": (
        {"keys": {"embedding_length": 32, "attention.key_length": 16}},
        ["expected token_embd.weight of", "x 32, got", "x 64"],
    ),
    "two at once": (
        {
            "keys": {"attention.scale": 0.5, "rope.scaling.type": "new"},
            "change": lambda writer: writer.add_tokenizer_pre("gpt-9"),
        },
        [
            "expected no llama.attention.scale",
            "rope scaling linear or yarn, got new",
            "tokenizer: expected the pre-tokenizer",
        ],
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_model_of_another_kind_is_refused_by_name(name: str, tmp_path: Path) -> None:
    changes, messages = ODD[name]
    write(tmp_path / "odd.gguf", "llama", **changes)
    with pytest.raises(OddLanguageModel) as error:
        read(tmp_path / "odd.gguf")
    for message in messages:
        assert message in str(error.value)


@pytest.mark.parametrize("architecture", ["bert", "mamba", "qwen2moe"])
def test_architecture_nobody_knows_is_refused_by_name(
    architecture: str, tmp_path: Path
) -> None:
    write(tmp_path / "odd.gguf", architecture)
    with pytest.raises(OddLanguageModel, match=f"phi2, phi3, got '{architecture}'"):
        read(tmp_path / "odd.gguf")


Q2_K, IQ4_NL, MXFP4 = 10, 20, 39


def typed(numbers: list[int]) -> Callable[[Any], None]:
    """Tensors of these types beside the model's."""

    def change(writer: Any) -> None:
        for number in numbers:
            kind = gguf.GGMLQuantizationType(number)
            _, size = gguf.GGML_QUANT_SIZES[kind]
            raw = np.zeros((1, size), np.uint8)
            writer.add_tensor(f"odd.{kind.name}", raw, raw_dtype=kind)

    return change


def test_quantisations_nobody_takes_are_refused_all_at_once(tmp_path: Path) -> None:
    write(tmp_path / "odd.gguf", "llama", change=typed([Q2_K, IQ4_NL, MXFP4]))
    with pytest.raises(OddLanguageModel) as error:
        read(tmp_path / "odd.gguf")
    for name in ("Q2_K", "IQ4_NL", "MXFP4"):
        assert f"got {name} (odd.{name})" in str(error.value)
