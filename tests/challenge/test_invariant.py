"""The game's invariant, without contracts: wherever a liar plants its falsehood and
however it counts, the honest challenger can point, and what is left is a false step."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.games.fights import Fight, fights

from challenge.challenger_moves import first_false_part
from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection, cuts
from challenge.errors import LieImpossible
from challenge.game import INSTRUCTIONS, SEGMENTS
from challenge.lies import LIES
from challenge.roots import status_of, with_status
from challenge.trace import Trace
from challenge.worker_moves import interior, root_at
from mips_vm import Status

MANY = settings(
    max_examples=4,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def shown(at: Disputed, k: int, worker: Trace) -> Dissection:
    roots = (at.start_root, *interior(at.interval, k, worker), at.end_root)
    return Dissection(at.interval, k, roots)


def descend(at: Disputed, worker: Trace) -> Disputed:
    segment = at.interval.start
    whole = Interval(INSTRUCTIONS, segment, 0, worker.instructions(segment))
    return Disputed(whole, with_status(at.start_root, Status.RUNNING), at.end_root)


def all_false_parts(dissection: Dissection, truth: Trace) -> list[int]:
    """Every part whose start is true and whose end is false."""
    at = cuts(dissection.interval, dissection.k)
    true = [
        root_at(dissection.interval, index, truth) == root
        for index, root in zip(at, dissection.boundaries, strict=True)
    ]
    return [i for i in range(dissection.parts) if true[i] and not true[i + 1]]


@pytest.mark.parametrize("kind", LIES)
@MANY
@given(fight=fights(), choose=st.randoms(use_true_random=False))
def test_challenger_can_always_point_until_a_false_step_is_left(
    kind: str, fight: Fight, choose
) -> None:
    """At any part with a true start and a false end, not just at the first."""
    truth = fight.truth()
    try:
        liar = fight.liar(kind)
    except LieImpossible:
        assume(False)
        raise
    worker, ends = liar.trace, fight.scene().end(liar.output)
    whole = Interval(SEGMENTS, 0, 0, worker.segments())
    at = Disputed(whole, truth.boundary_root(0), ends)
    first = True
    while first or at.interval.length > 1:
        dissection = shown(at, fight.k, worker)
        parts = all_false_parts(dissection, truth)
        assert parts and first_false_part(dissection, truth) == parts[0]
        at = dissection.part(choose.choice(parts))
        first = False
        sticky = status_of(at.start_root) != Status.YIELDED
        if (at.interval.level, at.interval.length) == (SEGMENTS, 1) and not sticky:
            at, first = descend(at, worker), True
    assert true_post(at, truth) != at.end_root


@given(fight=fights(), choose=st.randoms(use_true_random=False))
@settings(MANY, max_examples=20)
def test_honest_worker_can_always_answer_until_a_true_step_is_left(
    fight: Fight, choose
) -> None:
    truth = fight.truth()
    whole = Interval(SEGMENTS, 0, 0, truth.segments())
    ends = truth.boundary_root(0), truth.boundary_root(truth.segments())
    at = Disputed(whole, *ends)
    first = True
    while first or at.interval.length > 1:
        dissection = shown(at, fight.k, truth)
        assert all_false_parts(dissection, truth) == []
        at = dissection.part(choose.randrange(dissection.parts))
        first = False
        if (at.interval.level, at.interval.length) == (SEGMENTS, 1):
            at, first = descend(at, truth), True
    assert true_post(at, truth) == at.end_root


def true_post(at: Disputed, truth: Trace) -> bytes:
    """Root of the one post-state of the start, from the reference machine."""
    interval = at.interval
    if interval.level == SEGMENTS:
        assert status_of(at.start_root) in (Status.HALTED, Status.FAULTED)
        return at.start_root
    machine = truth.machine_at(interval.segment, interval.start)
    assert machine.state_root() == at.start_root
    machine.step()
    return machine.state_root()
