"""What waits to be computed is taken in order, and how long it takes is measured."""

from pathlib import Path
from threading import Event

import pytest
from support.language.echo import MOST_TEXT, asked, echo_image
from support.testbeds.embedded import tiny_image

import tinynn
from oracle.compute.executors import Inline
from oracle.compute.pace import KEPT, MOST_AGE_SECONDS, Pace
from oracle.compute.pool import Pool
from oracle.compute.queue import Queue
from oracle.compute.task import Task, Timing, run_instructions, whole_seconds

MODEL = tinynn.load(tiny_image())


def task(word: bytes) -> Task:
    return Task(MODEL, word, 0)


def taken(queue: Queue) -> list[bytes]:
    found = []
    while (waiting := queue.take()) is not None:
        found.append(waiting.task.data)
    return found


def test_queue_nearest_due_first_and_equals_in_order() -> None:
    queue = Queue()
    for word, due in ((b"late", 9.0), (b"one1", 5.0), (b"two2", 5.0), (b"soon", 1.0)):
        queue.put(task(word), due)
    assert taken(queue) == [b"soon", b"one1", b"two2", b"late"]


def test_queue_hastened_is_taken_once_and_sooner() -> None:
    queue = Queue()
    queue.put(task(b"soon"), 1.0)
    late = queue.put(task(b"late"), 9.0)
    queue.hasten(late, 0.5)
    queue.hasten(late, 20.0)
    assert taken(queue) == [b"late", b"soon"]


def test_queue_cancelled_is_taken_by_nobody() -> None:
    queue = Queue()
    gone, kept = queue.put(task(b"gone"), 1.0), queue.put(task(b"kept"), 2.0)
    gone.cancel()
    assert taken(queue) == [b"kept"]
    assert gone.cancelled() and kept.running()


def test_pool_one_process_takes_the_nearest_due_first(tmp_path: Path) -> None:
    """While the first is computed, the others come in the wrong order."""
    begun, order = Event(), []
    with Pool(1) as pool:
        first = pool.submit(task(b"\0\0\0\0"))
        first.result()
        pool.pace.note = lambda *_: begun.wait()  # type: ignore[method-assign]
        held = pool.submit(task(b"\1\0\0\0"))
        while not held.running():
            pass
        late = [pool.submit(task(bytes([n, 0, 0, 0])), due=10.0 - n) for n in range(5)]
        for n, promise in enumerate(late):
            promise.add_done_callback(lambda _, n=n: order.append(n))
        begun.set()
        for promise in late:
            promise.result()
    assert order == [4, 3, 2, 1, 0]


def test_pace_slowest_of_the_latest_and_the_reading_of_the_image_count() -> None:
    pace = Pace()
    assert pace.seconds(task(b"abcd")) is None
    pace.note(task(b"abcd"), Timing(load_seconds=5.0, run_seconds=100.0))
    assert pace.seconds(task(b"efgh")) == 105.0
    for _ in range(KEPT):
        pace.note(task(b"abcd"), Timing(run_seconds=2.0))
    assert pace.seconds(task(b"efgh")) == 7.0
    assert pace.seconds(task(b"not its length")) is None


def test_pace_old_figures_are_not_believed() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.note(task(b"abcd"), Timing(run_seconds=3600.0))
    now[0] = MOST_AGE_SECONDS
    assert pace.seconds(task(b"abcd")) == 3600.0
    now[0] += 1
    assert pace.seconds(task(b"abcd")) is None


@pytest.mark.parametrize("make", [Inline, lambda: Pool(1)])
def test_executors_time_what_they_compute(make: type[Inline]) -> None:
    with make() as executors:
        executors.submit(task(b"abcd")).result()
        found = executors.pace.seconds(task(b"efgh"))
    assert found is not None and found > 0


def test_rate_is_that_of_the_longest_run_that_was_timed() -> None:
    """What wasn't timed yet is foretold by it; inputs that don't fit say nothing."""
    pace, echo = Pace(), tinynn.load(echo_image())
    assert pace.rate() is None
    pace.note(Task(echo, bytes(1000), 0), Timing(run_seconds=1e-9))
    assert pace.rate() is None
    pace.note(Task(echo, asked(b"x"), 0), Timing(run_seconds=2.0))
    pace.note(task(b"abcd"), Timing(run_seconds=100.0))
    assert pace.rate() == echo.most_instructions / 2
    pace.note(Task(echo, asked(b"x"), 0), Timing(run_seconds=4.0))
    assert pace.rate() == echo.most_instructions / 4


def test_short_answer_foretells_the_longest() -> None:
    """A run of one pass is timed as if all had been run."""
    echo = tinynn.load(echo_image())
    one, all_of_them = (echo.answer(asked(b"x" * n)) for n in (1, MOST_TEXT))
    assert echo.passes_of(one) == 1 and echo.passes_of(all_of_them) == MOST_TEXT
    assert whole_seconds(echo, all_of_them, 3.0) == pytest.approx(3.0)
    share = run_instructions(echo, one) / echo.most_instructions
    assert whole_seconds(echo, one, 3.0) == pytest.approx(3.0 / share)
    assert whole_seconds(echo, b"", 3.0) == 3.0
    assert share < 0.1
