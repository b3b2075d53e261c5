"""Text in, text out: speed beside llama2.c and llama.cpp, and likeness to a model's
own weights.

Speeds are of processor time on one thread, of a process of its own:
`python -m oracle.bench.text.figures` prints what it finds as JSON. What needs a model
or a peer that is not there has no value.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import tinynn
from converters.language.conversion import Options, converted
from oracle.bench.figure import Figure
from oracle.bench.guest import block_products
from oracle.bench.native import ONE_THREAD
from oracle.bench.text import files, peers
from oracle.bench.text.likeness import likeness
from tinynn.text import Asking, TextModel

POSITIONS: Final = 200
REPEATS: Final = 5
LLAMA2C: Final = "llama2.c"
LLAMA_CPP: Final = "llama.cpp"
PLAIN: Final = "numpy, fp32"
SPEED: Final = "tokens/s"
SHARE: Final = "share"

QUESTION: Final = "Tell me a story about a dog and a cat who travel together."
CHAT: Final = f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n"
TOKENS: Final = 60


def figures() -> Iterator[Figure]:
    """What a process with one thread measures."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        check=True,
    )
    for row in json.loads(done.stdout):
        yield Figure(**row)


def measured() -> Iterator[Figure]:
    """Small models, the guest's instructions, then a real one."""
    yield stories260k()
    yield stories15m()
    yield from block_products()
    yield from smollm2()


def stories260k() -> Figure:
    """All 200 positions of a text that begins from nothing."""
    name = "text.stories260k_vs_llama2c"
    ours = theirs = None
    if files.STORIES.exists():
        paths = files.STORIES, files.STORIES_TOKENIZER
        ours = speed_of(*paths)
        theirs = peers.llama2c(*paths, POSITIONS, ["-O3"])
    return Figure(name, ours, SPEED, f"{LLAMA2C} -O3", theirs)


def stories15m() -> Figure:
    """The same of the larger shape, whose weights are random."""
    flags = ["-Ofast", "-march=native"]
    with TemporaryDirectory() as folder:
        paths = files.made_up(Path(folder))
        ours, theirs = speed_of(*paths), peers.llama2c(*paths, POSITIONS, flags)
    peer = " ".join([LLAMA2C, *flags])
    return Figure("text.stories15m_vs_llama2c", ours, SPEED, peer, theirs)


def speed_of(model: Path, tokenizer: Path) -> float:
    """Passes a second."""
    options = Options(tokens=POSITIONS, prompt_tokens=56, tokenizer=tokenizer)
    made = opened(converted(model, options).image)
    seconds, passes = spent(made, "", POSITIONS)
    return passes / seconds


def opened(image: bytes) -> TextModel:
    found = TextModel.of(tinynn.load(image))
    assert found is not None, "language models take text"
    return found


def spent(model: TextModel, text: str, tokens: int) -> tuple[float, int]:
    """The least processor time of an answer, and its passes."""
    request = model.request(text.encode(), Asking(tokens))
    least, passes = float("inf"), 0
    for _ in range(REPEATS):
        begin = time.thread_time()
        output = model.model.answer(request)
        least = min(least, time.thread_time() - begin)
        passes = model.model.passes_of(output)
    return least, passes


def smollm2() -> Iterator[Figure]:
    """Speed of an answer and of a prompt; then what its logits are worth."""
    answer = prompt = found = theirs = None
    if files.SMOLLM2.exists():
        answer, prompt = smollm2_speed()
        theirs = peers.llama_cpp(files.SMOLLM2, CHAT, TOKENS)
        found = likeness(files.SMOLLM2)
    other = theirs or (None, None)
    yield Figure("text.smollm2_tokens_per_second", answer, SPEED)
    yield Figure("text.smollm2_vs_llamacpp", answer, SPEED, LLAMA_CPP, other[0])
    yield Figure("text.smollm2_prompt_vs_llamacpp", prompt, SPEED, LLAMA_CPP, other[1])
    top1, divergence = found or (None, None)
    yield Figure("text.smollm2_top1", top1, SHARE, PLAIN, None if top1 is None else 1.0)
    yield Figure("text.smollm2_kl", divergence, "nats", PLAIN)


def smollm2_speed() -> tuple[float, float]:
    """Tokens a second: of an answer behind its first token; of the prompt before."""
    options = Options(template="chat", tokens=TOKENS + 4)
    model = opened(converted(files.SMOLLM2, options).image)
    first, before = spent(model, QUESTION, 1)
    whole, passes = spent(model, QUESTION, TOKENS)
    return (passes - before) / (whole - first), before / first


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measured()]))
