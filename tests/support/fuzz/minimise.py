"""Makes a failing case small enough to be read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from support.fuzz.case import Case, Start

Fails = Callable[[Case], bool]

MOST_TRIALS = 600


def minimised(case: Case, fails: Fails, trials: int = MOST_TRIALS) -> Case:
    """The smallest failing case that single simplifications lead to."""
    while trials > 0:
        for simpler in islice(_simpler(case), trials):
            trials -= 1
            if fails(simpler):
                case = simpler
                break
        else:
            break
    return case


def _simpler(case: Case) -> Iterator[Case]:
    """Cases with less in them, those with much less first."""
    for first, last in _ranges(len(case.starts)):
        starts = (*case.starts[:first], *case.starts[last:])
        if starts:
            yield replace(case, starts=starts)
    if case.memory:
        yield replace(case, memory={})
    for words in _zeroed(case.words):
        yield replace(case, words=words)
    if len(case.words) > 1 and not case.words[-1]:
        yield replace(case, words=case.words[:-1])
    for index, start in enumerate(case.starts):
        for simpler in _simpler_starts(start):
            starts = (*case.starts[:index], simpler, *case.starts[index + 1 :])
            yield replace(case, starts=starts)


def _simpler_starts(start: Start) -> Iterator[Start]:
    for steps in (start.steps // 2, start.steps - 1):
        if 0 < steps < start.steps:
            yield replace(start, steps=steps)
    if start.hi or start.lo:
        yield replace(start, hi=0, lo=0)
    for registers in _zeroed(start.registers):
        yield replace(start, registers=registers)


def _zeroed(numbers: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The numbers with some of them, not all zero, made zero."""
    for first, last in _ranges(len(numbers)):
        if any(numbers[first:last]):
            yield (*numbers[:first], *[0] * (last - first), *numbers[last:])


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    """All of `count` things, then each half of them, and so on to single ones."""
    size = count
    while size:
        for first in range(0, count, size):
            yield first, min(first + size, count)
        size //= 2
