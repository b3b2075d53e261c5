"""Folders that `transformers` writes, beside what it computes of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.language.hf_folders import MODELS, add_tokenizer

from converters.errors import OddLanguageModel
from converters.language.building.scoring import scores
from converters.language.reading import read

transformers = pytest.importorskip(
    "transformers", reason="transformers and torch are absent (pip install them)"
)
torch = pytest.importorskip("torch", reason="torch is absent (extra train)")

EXACT = 2e-4
TOKENS = np.random.default_rng(4).integers(0, 300, 14).tolist()


def saved(folder: Path, kind: str, change: dict[str, Any]) -> Any:
    """A model of random weights, also in biases and norms."""
    config, fields = MODELS[kind]
    torch.manual_seed(1)
    made = getattr(transformers, config)(**fields | change)
    model = transformers.AutoModelForCausalLM.from_config(
        made, attn_implementation="eager"
    )
    with torch.no_grad():
        for _name, held in model.named_parameters():
            scale = 0.2 if held.ndim == 1 else held.shape[-1] ** -0.5
            held += scale * torch.randn_like(held)
    model.eval().save_pretrained(folder)
    add_tokenizer(folder)
    return model


CASES: list[tuple[str, dict[str, Any]]] = [
    *((kind, {}) for kind in MODELS),
    ("llama", {"tie_word_embeddings": True}),
    ("llama", {"attention_bias": True, "mlp_bias": True, "head_dim": 24}),
    *(
        ("llama", {"rope_scaling": scaling})
        for scaling in (
            {"rope_type": "linear", "factor": 4.0},
            {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 32,
            },
            {
                "rope_type": "yarn",
                "factor": 4.0,
                "original_max_position_embeddings": 64,
            },
        )
    ),
    (
        "qwen2",
        {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1},
    ),
    ("phi3", {"sliding_window": 6}),
    ("phi", {"partial_rotary_factor": 0.25, "hidden_act": "gelu"}),
    ("gemma3_text", {"sliding_window": 4, "num_hidden_layers": 7}),
]


@pytest.mark.parametrize(("kind", "change"), CASES)
def test_logits_are_those_of_transformers(
    kind: str, change: dict[str, Any], tmp_path: Path
) -> None:
    model = saved(tmp_path, kind, change)
    with torch.no_grad():
        expected = model(torch.tensor([TOKENS])).logits[0].numpy()
    found = scores(read(tmp_path), TOKENS)
    assert np.abs(found - expected).max() < EXACT * expected.std()


@pytest.mark.parametrize("length", [20, 40])
def test_long_rope_is_that_of_transformers(length: int, tmp_path: Path) -> None:
    """By other numbers where there are more rows than the original context."""
    factors = {"short_factor": [1.0 + i / 8 for i in range(8)]}
    factors |= {"long_factor": [2.0 + i for i in range(8)]}
    change = {
        "rope_scaling": {"rope_type": "longrope", **factors},
        "original_max_position_embeddings": 32,
        "max_position_embeddings": 128,
    }
    model, tokens = saved(tmp_path, "phi3", change), (TOKENS * 3)[:length]
    with torch.no_grad():
        expected = model(torch.tensor([tokens])).logits[0].numpy()
    found = scores(read(tmp_path), tokens)
    assert np.abs(found - expected).max() < EXACT * expected.std()


def test_shards_are_one_model(tmp_path: Path) -> None:
    model = saved(tmp_path / "whole", "qwen3", {})
    model.save_pretrained(tmp_path / "parts", max_shard_size="40KB")
    add_tokenizer(tmp_path / "parts")
    assert len(list((tmp_path / "parts").glob("*.safetensors"))) > 1
    whole, parts = read(tmp_path / "whole"), read(tmp_path / "parts")
    assert whole.tensors.keys() == parts.tensors.keys()
    for name, held in whole.tensors.items():
        assert (held.raw == parts.tensors[name].raw).all()


def test_other_types_are_refused_by_name(tmp_path: Path) -> None:
    config, fields = MODELS["llama"]
    made = transformers.LlamaConfig(**fields)
    model = transformers.LlamaForCausalLM(made).to(torch.float64)
    model.save_pretrained(tmp_path)
    add_tokenizer(tmp_path)
    with pytest.raises(OddLanguageModel, match="F32, F16, BF16, got F64"):
        read(tmp_path)
