"""SmolLM2 natively, beside llama.cpp: processor time a token, of prompts and answers.

llama.cpp is what `npm install node-llama-cpp` brings; a process of node's measures it.
Ours takes off what one token takes from what many do, so that the tokenizer and the
start don't count, as they don't there.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import tinynn
from converters.language.conversion import Options, converted
from oracle.bench.errors import CommandFailed
from oracle.bench.figure import Clock, Figure, seconds_of
from oracle.bench.text.given import Given
from tinynn.asking import Asking
from tinynn.text import TextModel

PROMPT: Final = "Once upon a time there was a little town by the sea. " * 10
TOKENS: Final = 64
REPEATS: Final = 3
PEER: Final = "llama.cpp"
SCRIPT: Final = Path(__file__).with_name("peer.cjs")
UNIT: Final = "tokens / s"


@dataclass(frozen=True, slots=True)
class Speed:
    """Processor seconds a token, of a prompt and of an answer; who says so."""

    prompt: float
    token: float
    name: str = ""


def figures(given: Given) -> Iterator[Figure]:
    """One thread, then two."""
    for threads, suffix in ((1, ""), (2, ", two threads")):
        ours: Speed | None = None
        theirs: Speed | None = None
        if given.model is not None:
            ours, ids = measured(given.model, threads)
            theirs = llama_cpp(given, ids, threads)
        peer = f"{PEER}, {theirs.name}" if theirs else PEER
        for name, part in (("", "token"), ("_prompt", "prompt")):
            yield Figure(
                f"text.smollm2{name}_vs_llamacpp{suffix}",
                per_second(ours, part),
                UNIT,
                peer,
                per_second(theirs, part),
            )
        if threads == 1:
            speed = per_second(ours, "token")
            yield Figure("text.smollm2_tokens_per_second", speed, UNIT)


def per_second(speed: Speed | None, part: str) -> float | None:
    """Tokens of a prompt or of an answer."""
    if speed is None:
        return None
    return 1 / (speed.prompt if part == "prompt" else speed.token)


def measured(path: Path, threads: int) -> tuple[Speed, list[int]]:
    """Ours, and the prompt's tokens."""
    options = Options(tokens=TOKENS + 1, prompt_tokens=512)
    with TemporaryDirectory() as folder:
        image = Path(folder) / "speed.plumb"
        image.write_bytes(converted(path, options).image)
        model = TextModel.of(tinynn.load(image))
        assert model is not None, "a language model was converted"
        ids = model.codec.encode(PROMPT.encode())
        return speed_of(model, threads), ids


def speed_of(model: TextModel, threads: int) -> Speed:
    """By a prompt of one token, one of many, and an answer of many."""
    clock: Clock = time.thread_time if threads == 1 else time.process_time
    requests = [
        model.request(text.encode(), Asking(count))
        for text, count in ((PROMPT[:4], 1), (PROMPT, 1), (PROMPT, TOKENS + 1))
    ]
    passes = [model.model.passes_of(model.model.answer(r, threads)) for r in requests]
    best = [float("inf")] * len(requests)
    for _ in range(REPEATS):
        for index, request in enumerate(requests):
            spent = seconds_of(lambda r=request: model.model.answer(r, threads), clock)  # type: ignore[misc]
            best[index] = min(best[index], spent)
    prompt = (best[1] - best[0]) / (passes[1] - passes[0])
    return Speed(prompt, (best[2] - best[1]) / (passes[2] - passes[1]))


def llama_cpp(given: Given, ids: list[int], threads: int) -> Speed | None:
    """Theirs, of the same tokens; None without it."""
    if given.llamacpp is None:
        return None
    command = ["node", str(SCRIPT), str(given.llamacpp), str(given.model), str(threads)]
    asked = json.dumps({"prompt": ids, "count": TOKENS, "repeats": REPEATS})
    done = subprocess.run(command, input=asked, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(" ".join(command), done.returncode, done.stderr[-500:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Speed(told["prompt"], told["token"], variant(told["name"]))


def variant(told: str) -> str:
    """What of the processor it uses: the names of llama.cpp's own list."""
    parts = told.replace('"', "").split("|")
    names = [
        part.split("=")[0].split(":")[-1].strip() for part in parts if "= 1" in part
    ]
    return " ".join(names)
