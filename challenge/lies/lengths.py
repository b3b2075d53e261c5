"""Lies about how long the run took, in segments or in instructions."""

from __future__ import annotations

from collections.abc import Callable

from challenge.errors import LieImpossible
from challenge.lies.endings import last_step
from challenge.lies.liar import Liar
from challenge.lies.scene import Scene


def segments_off(scene: Scene, kind: str, *, off: Callable[[Scene], int]) -> Liar:
    """Another number of segments; the boundaries that there are, are true."""
    liar = last_step(scene, kind)
    length = scene.honest.segments() + off(scene)
    if length < 1:
        raise LieImpossible(kind, "a run of more than one segment")
    return liar.showing(length=length)


def steps_off(scene: Scene, kind: str, *, off: Callable[[Scene], int]) -> Liar:
    """Another number of instructions in the last segment; the states are true."""
    liar = last_step(scene, kind)
    last = scene.honest.segments() - 1
    length = scene.honest.instructions(last) + off(scene)
    if length < 1:
        raise LieImpossible(kind, "a segment of more than one instruction")
    return liar.showing(lengths={last: length})


def one_fewer(scene: Scene) -> int:
    return -1


def some_more(scene: Scene) -> int:
    """Few more or many: past the truth's end all states are the same sticky one."""
    return scene.rng.choice((1, 2, scene.k, scene.k**2 + 1))


def minimal(scene: Scene, kind: str) -> Liar:
    """The whole run is said to be one segment of one instruction."""
    return last_step(scene, kind).showing(length=1, lengths={0: 1})


def uneven(scene: Scene, kind: str) -> Liar:
    """Lengths that no K divides, at both levels."""
    liar = last_step(scene, kind)
    segments = scene.honest.segments()
    last = segments - 1
    instructions = scene.honest.instructions(last)
    return liar.showing(
        length=indivisible(segments, scene.k),
        lengths={last: indivisible(instructions, scene.k)},
    )


def indivisible(least: int, k: int) -> int:
    """The next number above `least` and `k` that leaves the rest 1."""
    return (max(least, k) // k + 1) * k + 1
