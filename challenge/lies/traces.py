"""False traces: what a liar shows instead of the run.

They are put together from true ones, so that a lie is as consistent as a lie can be:
before it all is true, after it all is a real execution from a false state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from challenge.roots import status_of, with_status
from challenge.trace import Trace
from mips_vm import Machine, Status


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A state of a run: `step` instructions into `segment`."""

    segment: int
    step: int


@dataclass(frozen=True, slots=True)
class Splice:
    """`before` up to a place, `after` from it on; `after` starts at that place."""

    before: Trace
    place: Place
    after: Trace

    def segments(self) -> int:
        return self.place.segment + self.after.segments()

    def boundary_root(self, boundary: int) -> bytes:
        if Place(boundary, 0) < self.place:
            return self.before.boundary_root(boundary)
        return self.after.boundary_root(boundary - self.place.segment)

    def instructions(self, segment: int) -> int:
        if segment < self.place.segment:
            return self.before.instructions(segment)
        later = self.after.instructions(segment - self.place.segment)
        return later + self._offset(segment)

    def state_root(self, segment: int, step: int) -> bytes:
        if Place(segment, step) < self.place:
            return self.before.state_root(segment, step)
        inside = step - self._offset(segment)
        return self.after.state_root(segment - self.place.segment, inside)

    def machine_at(self, segment: int, step: int) -> Machine:
        if Place(segment, step) < self.place:
            return self.before.machine_at(segment, step)
        inside = step - self._offset(segment)
        return self.after.machine_at(segment - self.place.segment, inside)

    def _offset(self, segment: int) -> int:
        """Steps of the segment that belong to `before`."""
        return self.place.step if segment == self.place.segment else 0


@dataclass(frozen=True, slots=True)
class Declared:
    """A trace under another's numbers: how long it is, and what stands at its ends.

    Its final boundary is `end`, whatever the run came to: the claim fixed it.
    """

    base: Trace
    end: bytes
    length: int  # N
    boundaries: Mapping[int, bytes] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)  # M by segment

    def segments(self) -> int:
        return self.length

    def boundary_root(self, boundary: int) -> bytes:
        if boundary >= self.length:
            return self.end
        known = self.boundaries.get(boundary)
        return self.base.boundary_root(boundary) if known is None else known

    def instructions(self, segment: int) -> int:
        return self.lengths.get(segment) or self.base.instructions(segment)

    def state_root(self, segment: int, step: int) -> bytes:
        if step == 0:
            boundary = self.boundary_root(segment)
            yielded = status_of(boundary) == Status.YIELDED
            return with_status(boundary, Status.RUNNING) if yielded else boundary
        if step >= self.instructions(segment):
            return self.boundary_root(segment + 1)
        return self.base.state_root(segment, step)

    def machine_at(self, segment: int, step: int) -> Machine:
        return self.base.machine_at(segment, step)


@dataclass(frozen=True, slots=True)
class Split:
    """A true run in which a segment's inside poses as one more boundary.

    Every step of it is true; only the counting is not. `status` dresses the state.
    """

    base: Trace
    place: Place
    status: int

    def segments(self) -> int:
        return self.base.segments() + 1

    def boundary_root(self, boundary: int) -> bytes:
        if boundary <= self.place.segment:
            return self.base.boundary_root(boundary)
        if boundary == self.place.segment + 1:
            inside = self.base.state_root(self.place.segment, self.place.step)
            return with_status(inside, self.status)
        return self.base.boundary_root(boundary - 1)

    def instructions(self, segment: int) -> int:
        if segment == self.place.segment:
            return self.place.step
        there, offset = self._true(segment)
        return self.base.instructions(there) - offset

    def state_root(self, segment: int, step: int) -> bytes:
        if segment == self.place.segment and step >= self.place.step:
            return self.boundary_root(segment + 1)
        there, offset = self._true(segment)
        return self.base.state_root(there, offset + step)

    def machine_at(self, segment: int, step: int) -> Machine:
        there, offset = self._true(segment)
        return self.base.machine_at(there, offset + step)

    def _true(self, segment: int) -> tuple[int, int]:
        """The true segment, and the step in it at which this one begins."""
        if segment <= self.place.segment:
            return segment, 0
        later = segment == self.place.segment + 1
        return segment - 1, self.place.step if later else 0
