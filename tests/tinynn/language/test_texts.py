"""Whole texts of a tiny model: the guest and native execution at every boundary."""

from functools import cache

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.language.picking import Options
from support.language.tiny_text import PREFIX, TEXT_BYTES, Tiny, tiny_text


@cache
def tiny() -> Tiny:
    return tiny_text()


@pytest.mark.parametrize("text", [b"", b"a", b"ab cdg", b"\xff\xc3", b"abababababab"])
def test_text_is_the_same_at_every_boundary(text: bytes) -> None:
    model, short = tiny().model, text[:TEXT_BYTES]
    request = tiny().request(short, 3, Options(0.9, 12, 0.97, 1.3))
    output = assert_guest_agrees(model, request)
    assert 1 <= model.passes_of(output) <= 13


@pytest.mark.parametrize("seed", range(4))
def test_request_of_any_bytes_is_the_same_at_every_boundary(seed: int) -> None:
    """Options and seeds of any bits, and requests that end before their text begins."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(0, PREFIX + TEXT_BYTES + 1)) if seed else 0
    assert_guest_agrees(tiny().model, rng.bytes(size))


def test_longer_request_halts_with_nothing() -> None:
    longer = bytes(PREFIX + TEXT_BYTES + 1)
    assert assert_guest_agrees(tiny().model, longer) == b""


def test_text_ends_where_the_model_says_so() -> None:
    """Some seed of few draws the end; then fewer passes are run than there can be."""
    passes = {
        tiny().model.passes_of(
            tiny().model.answer(tiny().request(b"ab", seed, Options(3.0, 200)))
        )
        for seed in range(40)
    }
    assert min(passes) < 13 in passes


def test_same_seed_gives_the_same_text_and_others_another() -> None:
    texts = [
        tiny().model.answer(tiny().request(b"ab", seed, Options(2.0, 9)))
        for seed in [*range(8), *range(8)]
    ]
    assert texts[:8] == texts[8:] and len(set(texts)) > 4
