"""Traces that are kept, by what they hold; what a trace says it holds."""

from dataclasses import dataclass

import pytest
from support.games import guests
from support.images.loops import counting, model_of, numbers

from challenge import trace as trace_module
from challenge.trace import ExecutionTrace
from challenge.traces import Traces


@dataclass
class Sized:
    """Holds as much as it says."""

    held_bytes: int


def filled(most: int, *sizes: int) -> Traces[Sized]:
    kept: Traces[Sized] = Traces(most)
    for number, size in enumerate(sizes):
        kept.find(number, lambda size=size: Sized(size))
    return kept


def unmade() -> Sized:
    raise AssertionError("made again")


def test_traces_are_kept_by_their_bytes_not_their_number() -> None:
    assert len(filled(100, *[1] * 100)) == 100
    kept = filled(100, 30, 30, 30, 30)
    assert [kept.find(number, unmade).held_bytes for number in (1, 2, 3)] == [30] * 3
    with pytest.raises(AssertionError, match="made again"):
        kept.find(0, unmade)


def test_trace_that_was_asked_for_stays_and_the_one_longest_unused_goes() -> None:
    kept = filled(100, 30, 30, 30)
    kept.find(0, unmade)
    kept.find(3, lambda: Sized(40))
    assert kept.find(0, unmade).held_bytes == 30
    with pytest.raises(AssertionError):
        kept.find(1, unmade)


def test_trace_larger_than_all_that_is_allowed_is_kept_alone() -> None:
    kept = filled(100, 30, 30, 500)
    assert len(kept) == 1 and kept.find(2, unmade).held_bytes == 500


def test_trace_that_grew_drives_others_out_when_it_is_asked_for() -> None:
    kept = filled(100, 30, 30, 30)
    kept.find(2, unmade).held_bytes = 65
    kept.find(2, unmade)
    assert len(kept) == 2


def test_trace_holds_more_the_more_it_was_asked() -> None:
    model = model_of(counting(6))
    trace = ExecutionTrace(model.execution(numbers(1.5, -2.0, 3.0, 0.5)))
    before = trace.held_bytes
    assert before > model.image.size
    for segment in range(4):
        trace.state_root(segment, trace.instructions(segment) // 2)
    assert trace.held_bytes > before


def test_insides_of_segments_are_bounded_by_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was forgotten is the same when it is asked for again."""
    monkeypatch.setattr(trace_module, "INSIDES_BYTES", 1 << 16)
    free, bounded = guests.tally((9,) * 30), guests.tally((9,) * 30)
    places = [(segment, step) for segment in range(30) for step in (3, 9, 15)]
    roots = [bounded.state_root(*place) for place in places]
    assert len(bounded._segments) < 30
    inside = sum(segment.held_bytes for segment in bounded._segments.values())
    assert inside <= (1 << 16) + (1 << 14)
    monkeypatch.setattr(trace_module, "INSIDES_BYTES", 1 << 28)
    assert roots == [free.state_root(*place) for place in places]
    assert len(free._segments) == 30
    assert roots[::7] == [bounded.state_root(*place) for place in places[::7]]
