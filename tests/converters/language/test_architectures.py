"""Every architecture beside a plain forward in numpy, on weights that `gguf` wrote."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.language.plain_language import forward
from support.language.tiny_language import VOCABULARY, write

from converters.language.building.scoring import scores
from converters.language.encodings import ENCODINGS
from converters.language.origins.gguf_config import ARCHITECTURES
from converters.language.reading import read

pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")

TOKENS = np.random.default_rng(3).integers(0, VOCABULARY, 12).tolist()

EXACT = 2e-4
"""Of floats: sums of a hundred terms in float32, and the exponential's last bit."""


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest, by the spread of what is expected."""
    assert np.isfinite(found).all() and expected.std() > 0.1
    return float(np.abs(found - expected).max() / expected.std())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_logits_are_those_of_numpy(architecture: str, tmp_path: Path) -> None:
    tiny = write(tmp_path / "tiny.gguf", architecture)
    found = scores(read(tmp_path / "tiny.gguf"), TOKENS)
    assert difference(found, forward(tiny, TOKENS)) < EXACT


SCALED: dict[str, dict[str, Any]] = {
    "linear": {"rope.scaling.type": "linear", "rope.scaling.factor": 4.0},
    "yarn": {
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 4.0,
        "rope.scaling.original_context_length": 2048,
    },
    "partial": {"rope.dimension_count": 8},
}


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
@pytest.mark.parametrize("how", SCALED)
def test_angles_are_those_of_numpy(architecture: str, how: str, tmp_path: Path) -> None:
    tiny = write(tmp_path / "tiny.gguf", architecture, keys=SCALED[how])
    found = scores(read(tmp_path / "tiny.gguf"), TOKENS)
    assert difference(found, forward(tiny, TOKENS)) < EXACT


def test_frequencies_of_the_file_are_numpys(tmp_path: Path) -> None:
    """Llama 3's scaling, as its GGUF files have it."""
    factors = np.linspace(1, 8, 8).astype(np.float32)
    extra = {"rope_freqs.weight": factors}
    tiny = write(tmp_path / "tiny.gguf", "llama", extra=extra)
    found = scores(read(tmp_path / "tiny.gguf"), TOKENS)
    assert difference(found, forward(tiny, TOKENS)) < EXACT


def test_layers_that_see_all_rows_are_numpys(tmp_path: Path) -> None:
    """Gemma 3's sixth layer, whose angles are another base's, and scaled."""
    keys = {"block_count": 6}
    tiny = write(tmp_path / "tiny.gguf", "gemma3", keys=keys)
    found = scores(read(tmp_path / "tiny.gguf"), TOKENS)
    assert difference(found, forward(tiny, TOKENS)) < EXACT


LONG = {"embedding_length": 256, "feed_forward_length": 256}

ROUNDED = 0.1
"""Of long blocks: an activation in the middle between two bytes may be rounded
to either, and all that follows is of that."""


FINE = 1e-3
"""Of short blocks, whose activations have 15 bits: what a middle changes is small."""


@pytest.mark.parametrize(
    "kind", [e.name for e in ENCODINGS.values() if e.name != "F32"]
)
@pytest.mark.parametrize("architecture", ["llama", "phi3"])
def test_weights_of_blocks_are_numpys(
    architecture: str, kind: str, tmp_path: Path
) -> None:
    """Weights are those of the blocks. Phi 3's matrices are cut where queries end."""
    tiny = write(tmp_path / "tiny.gguf", architecture, kind, keys=LONG)
    source = read(tmp_path / "tiny.gguf")
    for name, held in tiny.weights.items():
        exact = source.tensors[name].floats().reshape(held.shape)
        assert (exact == held).all(), name
    floats = kind in ("F16", "BF16")
    group = 0 if floats else 256 if kind.endswith("K") else 32
    found, expected = scores(source, TOKENS), forward(tiny, TOKENS, group)
    most, first = {0: (EXACT, EXACT), 32: (FINE, FINE), 256: (ROUNDED, EXACT)}[group]
    assert difference(found, expected) < most
    assert difference(found[:2], expected[:2]) < first
