"""SmolLM2 beside a plain forward of its weights, which `gguf` reads."""

from pathlib import Path

import numpy as np
import pytest
from support.language.plain_language import forward
from support.language.tiny_language import Tiny

from converters.language.building.scoring import scores
from converters.language.reading import read
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import laid_out

gguf = pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")

SMOLLM2 = Path(__file__).parents[3] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"

TEXT = (
    "It was late in the evening when the ship came into the harbour. The captain, who "
    "had not slept for two days, stood on the deck and looked at the lights of the "
    "town. He thought of his wife and of the letter that he had written to her."
)


def of_the_peer(path: Path) -> Tiny:
    """Keys and weights."""
    reader = gguf.GGUFReader(path)
    weights = {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(
            tuple(int(n) for n in reversed(tensor.shape))
        )
        for tensor in reader.tensors
    }
    names = [name for name in reader.fields if name.startswith("llama.")]
    keys = {name[len("llama.") :]: reader.fields[name].contents() for name in names}
    return Tiny("llama", keys, weights)


@pytest.mark.slow
def test_smollm2_says_what_its_weights_do() -> None:
    """Activations have 15 bits where numpy has floats: no token's chance is another."""
    if not SMOLLM2.exists():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    source = read(SMOLLM2)
    codec = Codec(laid_out(source.words.tokenizer))
    tokens = codec.encode(TEXT.encode())
    ours, theirs = (
        chances(found)
        for found in (scores(source, tokens), forward(of_the_peer(SMOLLM2), tokens))
    )
    divergence = (np.exp(theirs) * (theirs - ours)).sum(-1)
    assert len(tokens) > 50
    assert divergence.mean() < 1e-5
    assert (ours.argmax(-1) == theirs.argmax(-1)).mean() > 0.98


def chances(logits: np.ndarray) -> np.ndarray:
    """Their logarithms."""
    y = logits.astype(np.float64)
    y -= y.max(-1, keepdims=True)
    return y - np.log(np.exp(y).sum(-1, keepdims=True))
