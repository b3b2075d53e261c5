"""Figures of language models: what is absent has no value, and the witness is right."""

from pathlib import Path

import numpy as np
import pytest
from support.plain_language import forward as plain
from support.tiny_language import CONTEXT, HEADS, HIDDEN, WIDTH, Tiny, shapes

from oracle.bench.text import figures, files, peers
from oracle.bench.text.likeness import forward


def test_what_is_absent_has_no_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "SMOLLM2", tmp_path / "absent.gguf")
    monkeypatch.setattr(files, "STORIES", tmp_path / "absent.bin")
    found = [figures.stories260k(), *figures.smollm2()]
    assert len({figure.name for figure in found}) == 6
    assert all(figure.value is None and figure.ratio is None for figure in found)


def test_peers_that_are_absent_have_no_speed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(peers, "RUN_C", tmp_path / "run.c")
    monkeypatch.setattr(peers, "PEERS", tmp_path)
    assert peers.llama2c(tmp_path / "model", tmp_path / "words", 1, []) is None
    assert peers.llama_cpp(tmp_path / "model", "text", 1) is None


def test_made_up_model_answers_until_its_last_position(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "STORIES15M", (32, 64, 1, 2, 2, 300, 256))
    assert figures.speed_of(*files.made_up(tmp_path)) > 0


def test_witness_is_the_definition() -> None:
    keys = {
        "block_count": 2,
        "embedding_length": WIDTH,
        "feed_forward_length": HIDDEN,
        "context_length": CONTEXT,
        "attention.head_count": HEADS,
        "attention.head_count_kv": HEADS // 2,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.freq_base": 10_000.0,
        "rope.dimension_count": WIDTH // HEADS,
    }
    rng = np.random.default_rng(1)
    weights = {
        name: rng.normal(0, WIDTH**-0.5, shape).astype(np.float32)
        for name, shape in shapes("llama", keys).items()
    }
    tokens = rng.integers(0, 200, 24).tolist()
    ours, theirs = (
        forward(weights, keys, tokens),
        plain(Tiny("llama", keys, weights), tokens),
    )
    assert np.abs(ours - theirs).max() < 1e-4 * np.abs(theirs).max()
