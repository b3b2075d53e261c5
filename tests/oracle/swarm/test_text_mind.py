"""An agent with a language model of ours: it answers, and ranks by one token's logit,
which is the one that plain numpy has."""

from pathlib import Path

import pytest
from support.language.plain_language import forward
from support.language.tiny_language import Tiny, write

import tinynn
from converters.language.conversion import Options, converted
from oracle.swarm.errors import BadMind
from oracle.swarm.text_mind import TextMind
from tinynn.asking import Asking
from tinynn.text import TextModel

pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")

OPTIONS = Options(tokens=8, prompt_tokens=40, text_bytes=60)
TEMPLATE = "{prompt}: {answer}?"


def made(folder: Path, architecture: str = "llama") -> tuple[Tiny, TextModel]:
    file = folder / "tiny.gguf"
    tiny = write(file, architecture, "F32", end=0)
    model = TextModel.of(tinynn.load(converted(file, OPTIONS).image))
    assert model is not None
    return tiny, model


@pytest.mark.parametrize("architecture", ["llama", "gemma2", "phi2"])
def test_mark_is_the_logit_that_numpy_has(architecture: str, tmp_path: Path) -> None:
    tiny, model = made(tmp_path, architecture)
    mind = TextMind(model, template=TEMPLATE, word="the")
    token, *_ = model.codec.encode(b"the")
    for answer in (b"he", b"the inn", b"a thin hat"):
        question = TEMPLATE.format(prompt="what", answer=answer.decode()).encode()
        logits = forward(tiny, model.codec.encode(question))[-1]
        expected = float(logits[token])
        assert mind.mark(b"what", answer) == pytest.approx(expected, abs=2e-3)
    marks = mind.marks(b"what", [b"he", b"a thin hat"])
    assert marks == [mind.mark(b"what", b"he"), mind.mark(b"what", b"a thin hat")]


def test_answer_is_the_model_s_and_the_same_each_time(tmp_path: Path) -> None:
    _, model = made(tmp_path)
    mind = TextMind(model, max_tokens=5)
    output = model.model.answer(model.request(b"the thin", Asking(5)))
    assert (
        mind.answer(b"the thin") == model.answer_of(output) == mind.answer(b"the thin")
    )
    long = b"x" * 100 + b"the thin"
    assert mind.answer(long) == mind.answer(long[-60:])


def test_question_fits_whatever_the_answer_is(tmp_path: Path) -> None:
    """What an agent wrote is cut off at its end: the question is still asked."""
    _, model = made(tmp_path)
    mind = TextMind(model, template=TEMPLATE, word="the")
    question = mind._question(b"what", b"he " * 500)
    assert len(question) <= 60 and question.startswith(b"what: he")
    assert question.endswith(b"?")
    assert mind.mark(b"what" * 100, b"\xff" * 500) == mind.mark(
        b"what" * 100, b"\xff" * 500
    )


def test_model_without_the_word_is_refused(tmp_path: Path) -> None:
    _, model = made(tmp_path)
    with pytest.raises(BadMind, match="a token for ''"):
        TextMind(model, word="")
