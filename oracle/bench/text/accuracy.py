"""How true an image is to its file: quantised activations beside plain fp32.

Teacher-forced: both say what comes next behind each token of a text. That is what the
image itself answers to questions, where it picks tokens and so its logits count; and
then, at every token, our own documentation, which a checkout has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from converters.language.building.scoring import scores
from converters.language.conversion import Options, converted
from converters.language.source import Source
from oracle.bench.figure import Figure
from oracle.bench.text.given import Given
from oracle.bench.text.plain import Floats, PlainLlama
from tinynn.asking import Asking
from tinynn.text import TextModel

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "dispute-game.md"
TOKENS: Final = 2048
ANSWER: Final = 256
WINDOW: Final = 256
"""Tokens of the document that are seen at once: each window begins anew."""

PEER: Final = "its own weights in fp32, by numpy"
UNITS: Final = "of tokens", "nats"

QUESTIONS: Final = (
    "What is a blockchain?",
    "Tell me about the history of Rome.",
    "Explain how a bicycle stays upright.",
    "Write a short story about a fox and a hen.",
    "Is this review good or bad? The food was cold and the waiter was rude.",
    "What is the difference between weather and climate?",
    "Give me a recipe for pancakes.",
    "Why is the sky blue?",
    "Summarize the plot of Romeo and Juliet.",
    "How do vaccines work?",
    "Write a letter to a landlord about a broken window.",
    "What should I see in Paris in two days?",
    "Explain to a child what money is.",
    "What are the causes of inflation?",
    "Describe a sunset over the sea.",
    "How does a computer store numbers?",
)


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens that are seen at once, and the first of them behind which logits count."""

    tokens: Sequence[int]
    first: int = 0


def figures(given: Given) -> Iterator[Figure]:
    """How often the likeliest token is the same; Kullback and Leibler's divergence of
    ours from theirs, mean; of answers, then of the document."""
    answers: tuple[float | None, float | None] = (None, None)
    document = answers
    if given.model is not None:
        options = Options(tokens=ANSWER, prompt_tokens=96, template="chat")
        made = converted(given.model, options)
        model = TextModel.of(tinynn.load(made.image))
        assert model is not None, "a language model was converted"
        around = made.template.prefix, made.template.suffix
        answers = compared(made.source, answered(model, *around, QUESTIONS))
        if DOCUMENT.is_file():
            tokens = model.codec.encode(DOCUMENT.read_bytes())[:TOKENS]
            document = compared(made.source, windows(tokens))
    for name, value, unit in zip(("top1", "kl"), answers, UNITS, strict=True):
        yield Figure(f"text.smollm2_{name}", value, unit, PEER)
    for name, value, unit in zip(("top-1", "KL"), document, UNITS, strict=True):
        yield Figure(f"SmolLM2's {name}, of {DOCUMENT.name}", value, unit, PEER)


def answered(
    model: TextModel,
    prefix: Sequence[int],
    suffix: Sequence[int],
    questions: Sequence[str],
) -> list[Part]:
    """Questions in their template, each with the image's own answer."""
    found = []
    for question in questions:
        request = model.request(question.encode(), Asking(ANSWER))
        *_, last = model.asked(request)
        ids = model.codec.encode(question.encode())
        prompt = [*prefix, *ids, *suffix]
        tokens = [*prompt, *last.tokens[:-1]]  # nothing is picked behind the last
        found.append(Part(tokens, len(prompt) - 1))
    return found


def windows(tokens: Sequence[int]) -> list[Part]:
    """A long text in parts."""
    starts = range(0, len(tokens), WINDOW)
    return [Part(tokens[start : start + WINDOW]) for start in starts]


def compared(source: Source, parts: Sequence[Part]) -> tuple[float, float]:
    """Share of tokens whose likeliest successor is the same; mean divergence, nats."""
    plain, count, same, divergence = (
        PlainLlama(source.config, source.tensors),
        0,
        0,
        0.0,
    )
    for part in parts:
        tokens = [*part.tokens]
        both = scores(source, tokens), plain.logits(tokens)
        ours, theirs = (logarithms(logits[part.first :]) for logits in both)
        count += len(ours)
        same += int((ours.argmax(-1) == theirs.argmax(-1)).sum())
        divergence += float((np.exp(theirs) * (theirs - ours)).sum())
    return same / count, divergence / count


def logarithms(logits: Floats) -> NDArray[np.float64]:
    """Of what softmax makes of them."""
    wide = logits.astype(np.float64)
    wide -= wide.max(-1, keepdims=True)
    found: NDArray[np.float64] = wide - np.log(np.exp(wide).sum(-1, keepdims=True))
    return found
