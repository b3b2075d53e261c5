"""Numbers of GGUF files, bit for bit those of the package `gguf`."""

import numpy as np
import pytest

from converters.language.encodings import ENCODINGS, OTHERS

gguf = pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")


NAMES = [encoding.name for encoding in ENCODINGS.values()]


@pytest.mark.parametrize("number", ENCODINGS, ids=NAMES)
def test_encoding_is_the_peers(number: int) -> None:
    """On blocks of any bits; a NaN has any payload."""
    ours, kind = ENCODINGS[number], gguf.GGMLQuantizationType(number)
    assert (ours.terms, ours.size) == gguf.GGML_QUANT_SIZES[kind]
    rng = np.random.default_rng(number)
    columns = 3 * max(ours.terms, 32)
    raw = rng.integers(0, 256, (40, ours.row_bytes(columns)), np.uint8)
    with np.errstate(all="ignore"):
        theirs = gguf.quants.dequantize(raw, kind)
    found = ours.floats(raw)
    assert found.shape == theirs.shape == (40, columns)
    number_ = ~np.isnan(theirs)
    assert (np.isnan(found) == ~number_).all() and number_.any()
    assert (found.view(np.uint32) == theirs.view(np.uint32))[number_].all()


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("Q")])
def test_encoding_of_real_weights_is_near_them(name: str) -> None:
    """Where the peer can make blocks: what it made of weights comes back."""
    kind = gguf.GGMLQuantizationType[name]
    weights = np.random.default_rng(1).normal(size=(8, 512)).astype(np.float32)
    try:
        raw = gguf.quants.quantize(weights, kind)
    except NotImplementedError:
        pytest.skip("the peer makes none of these")
    found = ENCODINGS[kind.value].floats(raw)
    assert np.abs(found - weights).max() < 0.5


def test_every_type_has_a_name() -> None:
    known = {number.value: number.name for number in gguf.GGMLQuantizationType}
    ours = {number: held.name for number, held in ENCODINGS.items()} | OTHERS
    assert known.items() <= ours.items()
