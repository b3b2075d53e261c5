"""What an inference takes in the machine: counted there, not reckoned.

Every segment is run on the memory that native execution leaves at its beginning. Of a
long inference only some segments of each operator are, and stand for the others; of a
loop, those of a pass in its middle. How
much work an operator has depends on its input: products of floats leave zeros out.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from oracle.cli.inputs.drawn import drawn
from tinynn import Model
from tinynn.asking import Asking
from tinynn.builder.planner import usual_in_all
from tinynn.image.image import Segment
from tinynn.text import TextModel

MOST_COUNTED = 2_000_000_000
"""Instructions, about: a second of the translated machine."""

QUESTION, QUESTION_TOKENS = b"What is the capital of France?", 24
"""Of a text model, and how much of an answer."""


@dataclass(frozen=True, slots=True)
class Work:
    """Of an inference in the machine: `seconds` are of this computer's processor.

    `pass_instructions` are those of one pass of a loop, 0 without one.
    """

    instructions: int
    seconds: float
    pass_instructions: int = 0


def counted(model: Model, requests: Sequence[bytes]) -> Work:
    """On average over the requests."""
    usual = usual_in_all(model.tables)
    stride = 1 + usual * len(requests) // MOST_COUNTED
    if stride == 1:
        one(model, requests[0], stride)  # else mostly compilation would be measured
    done = [one(model, request, stride) for request in requests]
    instructions, seconds, a_pass = (
        sum(parts) / len(done) for parts in zip(*done, strict=True)
    )
    return Work(round(instructions), seconds, round(a_pass))


def one(model: Model, request: bytes, stride: int) -> tuple[float, float, float]:
    """Instructions, seconds, and instructions of a pass, by about every `stride`-th
    segment of each operator."""
    execution, instructions, seconds = model.execution(request), 0.0, 0.0
    body, a_pass = range(model.tables.loop.first, model.tables.loop.end), 0.0
    picking = passes_that_pick(model, request)
    for _, numbered in groupby(enumerate(model.tables.segments), operator_of):
        rows = list(numbered)
        seen = rows[min(stride, len(rows)) // 2 :: stride]
        share = elements(rows) / elements(seen)
        for index, _ in seen:
            boundaries = execution.boundaries_of(index)
            steps = 0.0
            for place, times in places(len(boundaries), picking):
                execution.seek(boundaries[place])
                execution.machine.resume()
                begin, steps = time.thread_time(), share * execution.machine.run()
                instructions += times * steps
                seconds += share * times * (time.thread_time() - begin)
            a_pass += steps if index in body else 0.0
    return instructions, seconds, a_pass


def places(passes: int, picking: int) -> list[tuple[int, int]]:
    """Passes that stand for others, and for how many: one in the middle, and of a text
    model another in the middle of those that pick a token. The last is such a one."""
    if not 0 < picking < passes:
        return [(passes // 2, passes)]
    reading = passes - picking
    return [(reading // 2, reading), (reading + picking // 2, picking)]


def passes_that_pick(model: Model, request: bytes) -> int:
    """Of a text model; others have none that are different."""
    texts = TextModel.of(model)
    if texts is None:
        return 0
    *_, last = texts.asked(request)
    return len(last.tokens)


def operator_of(numbered: tuple[int, Segment]) -> int:
    return numbered[1].operator


def elements(rows: Sequence[tuple[int, Segment]]) -> int:
    return sum(segment.count for _, segment in rows)


def made_up(model: Model) -> bytes:
    """A request of random numbers; indices are of rows that the table has. Of a text
    model a question."""
    texts = TextModel.of(model)
    if texts:
        return texts.request(QUESTION[: texts.text.size], Asking(QUESTION_TOKENS))
    return model.encode_input(list(drawn(model, 1)[0].values()))
