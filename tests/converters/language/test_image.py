"""Images of language models: what ends an answer, and native execution beside the
guest; on tiny random models."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.language.plain_language import forward
from support.language.tiny_language import Tiny, write

import tinynn
from converters.errors import BadOption
from converters.language.conversion import Options, converted
from tinynn.asking import Asking
from tinynn.text import TextModel
from tinynn.tokens.codec import Codec

pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")

OPTIONS = Options(tokens=8, prompt_tokens=16, text_bytes=40)


def made(
    path: Path, architecture: str = "llama", kind: str = "F32", end: int = 2, **change
) -> tuple[Tiny, TextModel]:
    file = path / f"{architecture}.gguf"
    tiny = write(file, architecture, kind, end=end)
    image = converted(file, replace(OPTIONS, **change)).image
    model = TextModel.of(tinynn.load(image))
    assert model is not None
    return tiny, model


def asked(model: TextModel, text: bytes, **asking) -> tuple[int, list[int], bytes]:
    """Passes, the answer's tokens, and its text; streamed, and whole."""
    request = model.request(text, Asking(**{"max_tokens": 8} | asking))
    *_, last = model.asked(request)
    output = model.model.answer(request)
    return model.model.passes_of(output), list(last.tokens), model.answer_of(output)


def continued(tiny: Tiny, tokens: list[int], count: int) -> list[int]:
    """The likeliest, one after another, by numpy."""
    held = list(tokens)
    for _ in range(count):
        held.append(int(forward(tiny, held)[-1].argmax()))
    return held[len(tokens) :]


@pytest.mark.parametrize("architecture", ["llama", "gemma2", "phi2"])
def test_greedy_answer_is_numpys(architecture: str, tmp_path: Path) -> None:
    tiny, model = made(tmp_path, architecture, end=0)
    prompt = model.codec.encode(b"the thin hat")
    passes, tokens, text = asked(model, b"the thin hat")
    expected = continued(tiny, prompt, 8)
    assert 0 not in expected
    assert tokens == expected
    assert text == Codec(model.codec._table).decode(tokens, 200)
    assert passes == len(prompt) + 8 - 1


def test_fewer_tokens_are_the_beginning(tmp_path: Path) -> None:
    _, model = made(tmp_path, end=0)
    _, whole, _ = asked(model, b"the thin hat")
    for count in (1, 3):
        passes, tokens, _ = asked(model, b"the thin hat", max_tokens=count)
        assert tokens == whole[:count]
        prompt = len(model.codec.encode(b"the thin hat"))
        assert passes == prompt + count - 1


def test_image_allows_no_more_tokens_than_its_publisher(tmp_path: Path) -> None:
    _, model = made(tmp_path, end=0)
    _, whole, _ = asked(model, b"hat", max_tokens=8)
    assert asked(model, b"hat", max_tokens=1000)[1] == whole and len(whole) == 8


@pytest.mark.parametrize("count", [0, -1, -(1 << 31)])
def test_no_tokens_are_an_empty_answer_in_one_pass(count: int, tmp_path: Path) -> None:
    _, model = made(tmp_path)
    assert asked(model, b"hat", max_tokens=count) == (1, [], b"")


def test_token_that_ends_is_no_part_of_the_answer(tmp_path: Path) -> None:
    _, model = made(tmp_path, end=0)
    _, whole, _ = asked(model, b"the thin hat")
    last = next(i for i in range(2, 8) if whole[i] not in whole[:i])
    _, shorter = made(tmp_path, end=whole[last])
    passes, tokens, _ = asked(shorter, b"the thin hat")
    assert tokens == whole[:last]
    assert passes == len(model.codec.encode(b"the thin hat")) + last


def test_prompt_that_leaves_no_room_has_no_answer(tmp_path: Path) -> None:
    _, model = made(tmp_path)
    assert model.rows == 24
    assert asked(model, b"x" * 24) == (1, [], b"")
    assert asked(model, b"x" * 40) == (1, [], b"")
    passes, tokens, _ = asked(model, b"x" * 23)
    assert passes == 23 and len(tokens) <= 1


def test_empty_prompt_has_no_answer(tmp_path: Path) -> None:
    """Where the model puts no token before a text."""
    _, model = made(tmp_path)
    assert asked(model, b"") == (1, [], b"")


def test_longer_text_halts_empty(tmp_path: Path) -> None:
    _, model = made(tmp_path)
    request = model.request(b"x" * 40, Asking(8))
    assert model.model.answer(request) and model.model.answer(request + b"x") == b""
    with pytest.raises(tinynn.InputError, match="at most 40 bytes, got 41"):
        model.request(b"x" * 41, Asking(8))


def test_same_seed_same_answer_other_seed_another(tmp_path: Path) -> None:
    _, model = made(tmp_path, end=0)
    options = {"temperature": 3.0, "top_k": 256}
    one = asked(model, b"hat", seed=bytes([1] * 28), **options)
    assert one == asked(model, b"hat", seed=bytes([1] * 28), **options)
    assert one[1] != asked(model, b"hat", seed=bytes([2] * 28), **options)[1]


GUEST = [
    ("llama", "Q4_1"),
    ("qwen2", "Q8_0"),
    ("qwen3", "Q5_0"),
    ("gemma2", "F32"),
    ("gemma3", "Q4_0"),
    ("gpt2", "Q5_1"),
    ("phi2", "F32"),
    ("phi3", "Q8_0"),
]


@pytest.mark.parametrize(("architecture", "kind"), GUEST)
def test_guest_and_native_agree_at_every_boundary(
    architecture: str, kind: str, tmp_path: Path
) -> None:
    _, model = made(tmp_path, architecture, kind, end=0, text_bytes=8)
    asking = Asking(2, temperature=1.0, penalty=1.2, seed=bytes(range(28)))
    output = assert_guest_agrees(model.model, model.request(b"hat", asking))
    assert model.model.passes_of(output) == len(model.codec.encode(b"hat")) + 1


def test_tied_weights_are_stored_once(tmp_path: Path) -> None:
    """Of floats turned, of blocks as they are."""
    for kind, size in (("F32", 4), ("Q8_0", 34 / 32)):
        tiny, model = made(tmp_path, "llama", kind)
        weights = sum(held.size for held in tiny.weights.values()) * size
        table = model.decode.sources[0].type.size
        image = len(model.model.image)
        assert image < weights + table + 220_000, kind


def test_more_than_the_context_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "tiny.gguf", "llama")
    for options, message in (
        (Options(tokens=64), "--max-tokens: expected at most 63 besides"),
        (Options(tokens=8, prompt_tokens=60), "at most 4 besides a prompt of 60"),
        (Options(tokens=8, text_bytes=1 << 20), "--text-bytes: expected 1 to"),
        (Options(template="chat"), "--template: expected the chat template of SmolLM2"),
    ):
        with pytest.raises(BadOption, match=message):
            converted(tmp_path / "tiny.gguf", options)
    assert np.isfinite(len(converted(tmp_path / "tiny.gguf", Options(tokens=63)).image))
