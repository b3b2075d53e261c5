"""llama2.c's small models of stories, natively, beside llama2.c itself.

Processor time, one thread. Ours is of the whole answer, the tokenizer's part included;
theirs leaves out what loading takes.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import tinynn
from converters.language.conversion import Options, converted
from oracle.bench.errors import TextsDiffer
from oracle.bench.figure import Figure, seconds_of
from oracle.bench.nets import llamas
from oracle.bench.text import llama2c
from oracle.bench.text.given import Given
from oracle.bench.text.llama2c import Llama2c
from tinynn.asking import Asking
from tinynn.text import TextModel

POSITIONS: Final = 200
REPEATS: Final = 15
STORIES: Final = "stories260K.bin", "tok512.bin"
UNIT: Final = "tokens / s"


def figures(given: Given) -> Iterator[Figure]:
    """The smallest, whose text must be llama2.c's; then one of 15 million weights."""
    with TemporaryDirectory() as held:
        folder = Path(held)
        yield from small(given)
        files = llamas.stories15m(folder)
        yield from beside("text.stories15m_vs_llama2c", given, llama2c.FAST, *files)


def small(given: Given) -> Iterator[Figure]:
    """Without its files there is no figure."""
    name, build = "text.stories260k_vs_llama2c", llama2c.PLAIN
    files = [given.stories / name for name in STORIES] if given.stories else []
    if not files or not all(path.is_file() for path in files):
        yield Figure(name, None, UNIT, peer_of(build))
        return
    if given.llama2c is not None:
        strict = Llama2c(given.llama2c, llama2c.STRICT)
        model, tokenizer = files
        expected = strict.text(model, tokenizer, POSITIONS).strip()
        actual = answer(asked(model, tokenizer)).strip()
        if expected != actual:
            raise TextsDiffer("llama2.c", expected, actual)
    yield from beside(name, given, build, *files)


def beside(
    name: str,
    given: Given,
    build: str,
    model: Path,
    tokenizer: Path,
) -> Iterator[Figure]:
    """Tokens a second, ours and theirs in turn, the best of each; and by how much ours
    are more, the median of all pairs: what else runs slows both of a pair."""
    told = asked(model, tokenizer)
    answer(told)
    theirs = None if given.llama2c is None else Llama2c(given.llama2c, build)
    ours, peer = [], []
    for _ in range(REPEATS):
        ours.append(seconds_of(lambda: answer(told), time.thread_time) / POSITIONS)
        if theirs is not None:
            peer.append(theirs.seconds(model, tokenizer, POSITIONS))
    best = 1 / min(peer) if peer else None
    yield Figure(name, 1 / min(ours), UNIT, peer_of(build), best)
    ratios = [their / our for our, their in zip(ours, peer, strict=False)]
    middle = median(ratios) if ratios else None
    yield Figure(f"{name}, median of {REPEATS} pairs", middle, "times")


def asked(model: Path, tokenizer: Path) -> TextModel:
    """The image, in memory."""
    options = Options(tokens=POSITIONS, prompt_tokens=8, tokenizer=tokenizer)
    found = TextModel.of(tinynn.load(converted(model, options).image))
    assert found is not None, "a language model was converted"
    return found


def answer(model: TextModel) -> bytes:
    """What it makes of nothing, greedily: as many passes as there are positions."""
    count = POSITIONS - len(model.codec.encode(b""))
    output = model.model.answer(model.request(b"", Asking(count)))
    return model.answer_of(output)


def peer_of(build: str) -> str:
    return f"llama2.c, {build}"
