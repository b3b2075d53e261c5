"""`plumb bench text`: promised names, no number without a peer, and its own parts by a
tiny model."""

from pathlib import Path

import numpy as np
import pytest
from support.language import small_llama, tiny_language
from support.language.plain_language import forward
from support.programs.command import plumb_in

import tinynn
from challenge.lies.traces import Place
from challenge.roots import status_of
from converters.language.conversion import Options, converted
from converters.language.reading import read
from mips_vm import Machine
from oracle.bench.nets import llamas
from oracle.bench.text import accuracy, dispute, speed, stories
from oracle.bench.text.made_up import MadeUp
from oracle.bench.text.plain import PlainLlama
from tinynn.text import TextModel

SMALL = {"width": 16, "layers": 1, "heads": 2, "vocabulary": 300, "context": 256}

PROMISED = (
    *("text.stories260k_vs_llama2c", "text.stories15m_vs_llama2c"),
    *("text.smollm2_vs_llamacpp", "text.smollm2_prompt_vs_llamacpp"),
    *("text.smollm2_tokens_per_second", "text.smollm2_top1", "text.smollm2_kl"),
    *("guest.instructions_per_block_mac", "text.dispute50_seconds"),
    *("text.dispute50_further_seconds", "text.dispute50_transactions"),
    "text.dispute50_gas",
)


def test_figures_have_the_promised_names_and_none_is_made_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where neither SmolLM2 nor a peer is."""
    monkeypatch.setattr(
        llamas, "stories15m", lambda folder: llamas.written(folder, **SMALL)
    )
    nowhere = str(tmp_path / "nowhere")
    absent = [f"--{name}={nowhere}" for name in ("smollm2", "llama2c", "llamacpp")]
    command = ("bench", "text", *absent, "--json")
    rows = plumb_in(capsys)(*command).json()["figures"]
    found = {row["name"]: row for row in rows}
    assert set(PROMISED) <= found.keys()
    measured = {name for name, row in found.items() if row["value"] is not None}
    assert measured == {
        *("text.stories15m_vs_llama2c", "guest.instructions_per_block_mac"),
        "guest.instructions_per_long_block_mac",
    }
    assert all(found[name]["ratio"] is None for name in PROMISED)


def test_made_up_stories_fill_all_positions(tmp_path: Path) -> None:
    model = stories.asked(*llamas.written(tmp_path, **SMALL))
    request = model.request(b"", stories.Asking(stories.POSITIONS - 1))
    assert model.model.passes_of(model.model.answer(request)) == stories.POSITIONS - 1


def test_plain_llama_is_the_tests_own(tmp_path: Path) -> None:
    """That in float64, written by another hand."""
    path = tmp_path / "tiny.gguf"
    tiny = tiny_language.write(path, "llama")
    source, tokens = read(path), [5, 9, 200, 17, 5, 80]
    actual = PlainLlama(source.config, source.tensors).logits(tokens)
    np.testing.assert_allclose(actual, forward(tiny, tokens), 1e-4, 1e-4)


def test_image_of_blocks_is_close_to_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    tiny_language.write(path, "llama", "Q8_0")
    made = converted(path, Options(tokens=12, prompt_tokens=24))
    model = TextModel.of(tinynn.load(made.image))
    assert model is not None
    parts = accuracy.answered(model, (1,), (2, 3), ["the end", "of the thing"])
    prompt = [1, *model.codec.encode(b"the end"), 2, 3]
    assert parts[0].tokens[: len(prompt)] == prompt
    assert len(parts[0].tokens) == len(prompt) + 11
    assert parts[0].first == len(prompt) - 1
    top, divergence = accuracy.compared(made.source, parts)
    assert 0.8 < top <= 1 and 0 < divergence < 0.01


def test_long_text_is_compared_in_windows() -> None:
    parts = accuracy.windows(range(600))
    assert [len(part.tokens) for part in parts] == [256, 256, 88]
    assert [token for part in parts for token in part.tokens] == list(range(600))


def test_speed_is_of_so_many_tokens(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    tiny_language.write(path, "llama", "Q8_0", keys={"context_length": 1024})
    spoken, ids = speed.measured(path, 1)
    assert ids and spoken.prompt > 0 and spoken.token > 0


def test_variant_of_llama_cpp_is_what_it_uses() -> None:
    told = 'prebuilt "CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 0 | REPACK = 1 | "'
    assert speed.variant(told) == "SSE3 AVX2 REPACK"


class Numbered:
    """A true run of which every root says where it is."""

    def segments(self) -> int:
        return 4

    def boundary_root(self, boundary: int) -> bytes:
        return bytes([1, *boundary.to_bytes(31, "big")])

    def instructions(self, segment: int) -> int:
        return 9

    def state_root(self, segment: int, step: int) -> bytes:
        return bytes([0, segment, *step.to_bytes(30, "big")])

    def machine_at(self, segment: int, step: int) -> Machine:
        raise NotImplementedError


def test_made_up_run_is_true_up_to_its_place_and_nowhere_behind() -> None:
    true = Numbered()
    lie = MadeUp(true, Place(2, 5))
    for boundary in range(5):
        same = lie.boundary_root(boundary) == true.boundary_root(boundary)
        assert same == (boundary <= 2)
        assert status_of(lie.boundary_root(boundary)) == 1
    for step in range(9):
        assert (lie.state_root(2, step) == true.state_root(2, step)) == (step <= 5)
        assert lie.state_root(3, step) != true.state_root(3, step)


def test_dispute_about_a_text_ends_as_it_should(tmp_path: Path) -> None:
    path = small_llama.written(tmp_path, small_llama.small())
    image = tmp_path / "small.plumb"
    image.write_bytes(converted(path, Options(tokens=6, prompt_tokens=50)).image)
    told = dispute.disputed(image, 6, 1)
    assert told.truth_stood and told.lie_fell
    assert told.passes > 6 and told.segments > told.passes
    assert len(told.further_seconds) == 1
    assert 0 < told.answer_seconds < told.first_seconds
    assert told.transactions >= 8 and told.gas > 500_000
