"""From a language model's files to its image, within limits that its publisher sets."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from converters.errors import BadOption
from tinynn import GraphBuilder
from tinynn.asking import HEAD
from tinynn.errors import Unbounded
from tinynn.image.image import MAX_IO_BYTES, NAME_BYTES, PASSES_BYTES
from tinynn.image.loop import MAX_PASSES
from tinynn.tokens.codec import Codec
from tinynn.tokens.table import laid_out
from tinynn.validator.validate import most_passes

from .building.image import Limits, graph_of
from .reading import read
from .source import Source
from .template import CHAT, NONE, BadTemplate, Template, family_of, template_of

Progress = Callable[[str], None]

BYTES_PER_TOKEN: Final = 4
"""Of English, about: a text's room follows from that of its tokens."""

ANSWER_BYTES_PER_TOKEN: Final = 16
"""An answer's room: more than four times as much as usual."""

MOST_TEXT: Final = MAX_IO_BYTES - HEAD.size
MOST_ANSWER: Final = MAX_IO_BYTES - PASSES_BYTES


@dataclass(frozen=True, slots=True)
class Options:
    """What a publisher may choose; None follows from the others.

    `prompt_tokens` are those of a text and its template, `tokens` those of an answer.
    """

    name: str | None = None
    template: str = NONE
    tokens: int = 256
    prompt_tokens: int | None = None
    text_bytes: int | None = None
    tokenizer: Path | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """An image, and what it was made of; `notes` are for its publisher."""

    image: bytes
    source: Source
    template: Template
    limits: Limits
    notes: tuple[str, ...]


def converted(
    path: Path, options: Options, progress: Progress | None = None
) -> Converted:
    """OddLanguageModel, BadModelFile; BadOption where the model leaves no room."""
    tell = progress or (lambda message: None)
    tell(f"reading {path}")
    source = read(path, options.tokenizer)
    template = _template(source, options.template)
    limits = limits_of(source, template, options)
    tell("laying out the image")
    name = options.name or _short(source.name)
    image = _image(graph_of(name, source, template, limits), limits)
    return Converted(image, source, template, limits, tuple(_notes(source, template)))


def _image(graph: GraphBuilder, limits: Limits) -> bytes:
    """BadOption with as many tokens as a dispute can hold, if they are too many."""
    try:
        return graph.build()
    except Unbounded as error:
        prompt = limits.rows - limits.tokens
        most = most_passes(graph.tables()) + 1 - prompt
        if most < 1:
            raise
        expected = f"at most {most} besides a prompt of {prompt} ({error})"
        raise BadOption("--max-tokens", expected, str(limits.tokens)) from None


def _template(source: Source, name: str) -> Template:
    words = source.words
    codec = Codec(laid_out(words.tokenizer))
    try:
        return template_of(name, words.template, words.begin, words.specials, codec)
    except BadTemplate as error:
        expected, _, actual = str(error).rpartition(", got ")
        raise BadOption("--template", expected, actual) from None


def _short(name: str) -> str:
    """As much as an image has room for, of whole characters."""
    held = (
        name.replace("\0", "")
        .encode(errors="ignore")[:NAME_BYTES]
        .decode(errors="ignore")
        .strip()
    )
    return held or "language model"


def limits_of(source: Source, template: Template, options: Options) -> Limits:
    """BadOption if the model's context, or a loop's passes, are fewer."""
    around = len(template.prefix) + len(template.suffix)
    most, prompt = min(source.config.context, MAX_PASSES + 1), options.prompt_tokens
    if prompt is None:
        prompt = max(around + 1, min(around + options.tokens, most - options.tokens))
    if prompt <= around:
        actual = str(prompt)
        raise BadOption("--prompt-tokens", f"more than the template's {around}", actual)
    rows = prompt + options.tokens
    if rows > most:
        expected = f"at most {max(most - prompt, 0)} besides a prompt of {prompt}"
        raise BadOption("--max-tokens", expected, str(options.tokens))
    text = options.text_bytes
    if text is None:
        text = min(BYTES_PER_TOKEN * (prompt - around), MOST_TEXT)
    if not 1 <= text <= MOST_TEXT:
        raise BadOption("--text-bytes", f"1 to {MOST_TEXT}", str(text))
    answer = min(ANSWER_BYTES_PER_TOKEN * options.tokens, MOST_ANSWER)
    return Limits(rows, options.tokens, text, answer)


def _notes(source: Source, template: Template) -> Iterator[str]:
    """What the publisher should know of the file's template, and of its weights."""
    own = source.words.template
    family = family_of(own)
    if own and family is None:
        yield "the file has a chat template that is not known here, so none is used"
    elif family and template.name == NONE:
        yield f"the file's chat template is {family.name}'s: --template {CHAT} uses it"
    wide = [t for t in ("F16", "BF16") if t in encodings_of(source)]
    if wide:
        yield f"weights of {' and '.join(wide)} are float32 in the image, exactly"


def encodings_of(source: Source) -> dict[str, int]:
    """How many tensors have which type."""
    return dict(Counter(held.encoding.name for held in source.tensors.values()))
