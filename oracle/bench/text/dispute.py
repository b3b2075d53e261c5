"""A text's disputes on the embedded chain, with the real contracts.

A true answer is challenged from one random place after another: one claim, many games.
Then a false one is brought down. `python -m oracle.bench.text.dispute IMAGE TOKENS
GAMES` does so in a process of its own, and prints JSON: the first game is a cold one.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import tinynn
from challenge.lies import FALSE_CHALLENGERS
from converters.language.conversion import Options, converted
from oracle.bench.figure import Figure
from oracle.bench.text.given import Given
from oracle.bench.text.made_up import made_up
from oracle.bench.text.table import K, Table
from oracle.bench.text.timed import Timed
from oracle.demo.dispute import Course
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from tinynn.asking import Asking
from tinynn.text import TextModel

QUESTION: Final = "Tell me a long story about a cat and a dog."
TOKENS: Final = 50
GAMES: Final = 20
"""Further ones about the same claim."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """Processor seconds of one side: in the first game, with loading and answer, and in
    each further one. Transactions and gas of the dearest; segments of the run; bytes of
    memory behind all games, and of those what no file holds."""

    passes: int
    segments: int
    answer_seconds: float
    first_seconds: float
    further_seconds: list[float]
    transactions: int
    gas: int
    chain_seconds: float
    memory_bytes: int
    anonymous_bytes: int
    truth_stood: bool
    lie_fell: bool


def figures(given: Given) -> Iterator[Figure]:
    """Of an answer of 50 tokens."""
    names = ("seconds", "further_seconds", "transactions", "gas")
    units = ("s of processor time", "s of processor time", "transactions", "gas")
    values: list[float | None] = [None] * len(names)
    if given.model is not None:
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder) / "dispute.plumb"
            options = Options(tokens=TOKENS, prompt_tokens=64, template="chat")
            image.write_bytes(converted(given.model, options).image)
            told = measure(image)
        further = max(told.further_seconds)
        values = [told.first_seconds, further, told.transactions, told.gas]
    for name, value, unit in zip(names, values, units, strict=True):
        yield Figure(f"text.dispute50_{name}", value, unit)


def measure(image: Path, tokens: int = TOKENS, games: int = GAMES) -> Disputed:
    """By a process that has nothing compiled yet."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(image), str(tokens), str(games)],
            env=os.environ | {"PLUMB_CACHE": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    return Disputed(**json.loads(done.stdout))


def disputed(image: Path, tokens: int, games: int) -> Disputed:
    """Here and now."""
    begin = time.process_time()
    table = Table.laid(image)
    strategy = Timed(table.library)
    loading = time.process_time() - begin
    request = table.ask(data_of(table.model, tokens))
    output = strategy.answer(table.asked(request))
    answered = strategy.seconds_spent
    worker = Worker(table.stake("worker"), table.contracts, strategy)
    table.answer(worker, request)
    courses, seconds = [], [0.0]
    for number in range(1 + games):
        course = table.play(worker, slanderer(table, strategy, number), request)
        courses.append(course)
        seconds.append(strategy.seconds_spent - answered)
    stood = all(not course.worker_lost for course in courses)
    each = [b - a for a, b in zip(seconds, seconds[1:], strict=False)]
    lie = table.ask(data_of(table.model, tokens))
    falls = caught(table, strategy, lie)
    courses.append(falls)
    return Disputed(
        passes=table.model.passes_of(output),
        segments=strategy.trace(table.asked(request)).segments(),
        answer_seconds=answered,
        first_seconds=loading + answered + each[0],
        further_seconds=each[1:],
        transactions=max(len(course.done) for course in courses),
        gas=max(course.gas for course in courses),
        chain_seconds=sum(course.seconds for course in courses),
        memory_bytes=memory("Pss"),
        anonymous_bytes=memory("Anonymous"),
        truth_stood=stood,
        lie_fell=falls.worker_lost,
    )


def memory(kind: str) -> int:
    """Bytes of this process, as Linux counts them. *Pss*: pages that several mappings
    show count once in all. The image's file is mapped twice, for native code and under
    the guest's memory, and so is in the resident set twice."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith(f"{kind}:"))
    return int(found.split()[1]) * 1024


def data_of(model: tinynn.Model, tokens: int) -> bytes:
    """The request: a question, greedily."""
    text = TextModel.of(model)
    assert text is not None, "the image takes a text"
    return text.request(QUESTION.encode()[: text.text.size], Asking(tokens))


def slanderer(table: Table, strategy: Timed, number: int) -> Challenger:
    """Believes in a run that is made up from a random place on."""
    manner, belief = FALSE_CHALLENGERS["believer"], made_up("belief")
    lying = LyingChallenger(strategy, manner, belief, K, number)
    return Challenger(table.sender(f"slanderer {number}"), table.contracts, lying)


def caught(table: Table, strategy: Timed, request: int) -> Course:
    """A false answer, and who computes."""
    lying = LyingWorker(strategy, made_up("roots"), K, 1)
    liar = Worker(table.stake("liar"), table.contracts, lying)
    table.answer(liar, request)
    sender = table.sender("challenger")
    return table.play(liar, Challenger(sender, table.contracts, strategy), request)


def main() -> None:
    image, tokens, games = sys.argv[1:]
    told: dict[str, Any] = asdict(disputed(Path(image), int(tokens), int(games)))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
