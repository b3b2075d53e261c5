"""A model on a GPU: what it may be asked goes there, the rest is computed here.

Operators are those of the image, where it places them, so that an arena holds what the
guest leaves. Inferences of a batch lie one behind the other, and a launch is for all of
them; what is native goes through them one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mips_vm.constants import WORD_BYTES

from ..execution.executor import answer_of, output_views, word_at
from ..execution.fusion import Step, as_it_stands
from ..execution.runner import Runner
from ..image.image import NEVER, Bytes, Tables
from ..image.loop import NO_LOOP
from ..memory.extent import Extent
from ..memory.space import FlatSpace, InputRegion, Packed, aligned_zeros
from ..memory.words import PASS_WORD
from ..operators import FAMILIES, Operand
from ..operators.family import all_of_it
from .claims import launch_of
from .device import MOST_ITEMS, Buffer, Prepared
from .fresh import Fresh
from .layout import Arithmetic, Launch
from .places import Places
from .trust import Trusted

MOST_TOGETHER: Final = 64
"""Inferences of a launch: more gain nothing, and hold memory here and there."""


class _Inference:
    """One input's memory here, with its arena as the guest has it."""

    def __init__(self, tables: Tables, image: Bytes, packed: Packed, size: int) -> None:
        self._steps = as_it_stands(tables)
        self.region = InputRegion(tables.input_bytes)
        self.arena = aligned_zeros(self._steps.arena_bytes // 4).view(np.uint8)
        self.space = FlatSpace(self.region.array, self.arena, image, packed)
        self.outputs = output_views(tables.outputs, self.space)
        self.run = Runner(self._steps, self.space)
        self._split = size - self.arena.size

    def bytes(self, start: int, end: int) -> Bytes:
        """Of its memory as the GPU has it: the input region, then the arena. A stretch
        lies in one of them; behind the region there is padding."""
        if start < self._split:
            return self.region.array[start:end]
        return self.arena[start - self._split : end - self._split]


@dataclass(slots=True)
class _There:
    """Buffers for so many inferences, and the launches on them, by arithmetic."""

    items: int
    memory: Buffer
    prepared: dict[tuple[int, Arithmetic], Prepared]


class GpuProgram:
    """A model's program on a device; not for two threads at once."""

    def __init__(self, tables: Tables, image: Bytes, trusted: Trusted) -> None:
        self._tables, self._image, self._trusted = tables, image, trusted
        self._steps = as_it_stands(tables)
        self._places = Places(tables, trusted.device.most_bytes)
        self._packed = Packed()
        self._launches: list[Launch | None] = [None] * len(self._steps.steps)
        if self._places.memory_bytes <= trusted.device.most_bytes:
            self._launches = [
                launch_of(step.operator, self._places) for step in self._steps.steps
            ]
        self._here: list[_Inference] = []
        self._there: _There | None = None
        self._constants: Buffer = None
        self._fresh = Fresh(self._places.memory_bytes // WORD_BYTES)

    @property
    def together(self) -> int:
        """Inputs that are best answered at once."""
        if self._tables.loop != NO_LOOP:
            return 1
        fit = self._trusted.device.most_bytes // self._places.memory_bytes
        return max(1, min(MOST_TOGETHER, MOST_ITEMS, fit))

    @property
    def taken(self) -> list[bool]:
        """By operator: whether it is the GPU's, as far as that is trusted."""
        return [self._arithmetic(i) is not None for i in range(len(self._launches))]

    def answers(self, inputs: Sequence[bytes]) -> list[bytes]:
        """The outputs' bytes, for inputs that the model accepts."""
        found: list[bytes] = []
        for first in range(0, len(inputs), self.together):
            found += self._some(inputs[first : first + self.together])
        self._trusted.answered(len(inputs))
        return found

    def arena(self, item: int = 0) -> bytes:
        """As the last run left it, with what only the GPU has brought."""
        size = self._places.memory_bytes // WORD_BYTES
        self._bring(slice(self._places.input_bytes // WORD_BYTES, size), item + 1)
        return self._here[item].arena.tobytes()

    def _some(self, inputs: Sequence[bytes]) -> list[bytes]:
        self._make_room(len(inputs))
        self._fresh.begin()
        for inference, given in zip(self._here, inputs, strict=False):
            inference.region.load(given)
            inference.arena.fill(0)
        loop, items = self._steps.loop, len(inputs)
        if self._tables.loop == NO_LOOP:
            self._stretch(0, len(self._steps.steps), items)
        else:
            self._stretch(0, loop.first, items)
            self._passes()
            self._stretch(loop.end, len(self._steps.steps), items)
        for tensor in self._tables.outputs:
            self._bring(self._words(Extent(tensor.address, tensor.spec.size)), items)
        if self._tables.length:
            self._bring(self._words(Extent(self._tables.length, WORD_BYTES)), items)
        return [
            answer_of(self._tables, inference.outputs, inference.space)
            for inference in self._here[:items]
        ]

    def _passes(self) -> None:
        """As `loop.turn` counts them, in one inference."""
        loop, space = self._steps.loop, self._here[0].space
        for done in range(1, loop.passes + 1):
            self._stretch(loop.first, loop.end, 1)
            space.write(PASS_WORD.start, 1, "int32")[0] = done
            self._fresh.stored_here(self._words(PASS_WORD))
            if loop.stop and self._is_set(loop.stop):
                return

    def _is_set(self, address: int) -> bool:
        """Whether a word that says something about the run isn't 0."""
        self._bring(self._words(Extent(address, WORD_BYTES)), 1)
        return word_at(self._here[0].space, address) != 0

    def _stretch(self, first: int, end: int, items: int) -> None:
        """Steps [first, end), each where it is to be computed."""
        for index in range(first, end):
            step = self._steps.steps[index]
            if step.skip > NEVER and items > 1:
                # Each inference for itself: one may skip what another does not.
                self._natively(index, step, items)
            elif step.skip > NEVER and not self._is_set(step.skip):
                continue
            elif (arithmetic := self._arithmetic(index)) is None:
                self._natively(index, step, items)
            else:
                self._by_gpu(index, step, arithmetic, items)

    def _arithmetic(self, index: int) -> Arithmetic | None:
        """Whose floats a step takes; None: it is native."""
        launch, trust = self._launches[index], self._trusted.trust
        if launch is None or not trust.integers:
            return None
        return trust.floats if launch.kernel.of_floats else Arithmetic.WHOLE

    def _natively(self, index: int, step: Step, items: int) -> None:
        operator, target = step.operator, step.operator.target
        for source in operator.sources:
            if words := self._held(source):
                self._bring(words, items)
        words = self._words(target.extent)
        if step.skip > NEVER:
            self._bring(self._words(Extent(step.skip, WORD_BYTES)), items)
        if step.skip > NEVER or FAMILIES[operator.opcode].stored is not all_of_it:
            self._bring(words, items)
        for edge in (
            slice(words.start, words.start + 1),
            slice(words.stop - 1, words.stop),
        ):
            self._bring(edge, items)  # a byte of it may be another tensor's
        for inference in self._here[:items]:
            inference.run.some(index, index + 1)
        self._fresh.stored_here(words)

    def _by_gpu(
        self, index: int, step: Step, arithmetic: Arithmetic, items: int
    ) -> None:
        for source in step.operator.sources:
            if words := self._held(source):
                self._send(words, items)
        self._trusted.device.run([self._prepared(index, arithmetic)], items)
        self._fresh.stored_there(self._words(step.operator.target.extent))

    def _held(self, source: Operand) -> slice | None:
        """Its words in an inference's memory, if it isn't a constant."""
        return self._words(source.extent) if not self._places.fixed(source) else None

    def _words(self, extent: Extent) -> slice:
        return self._places.words(extent)

    def _bring(self, words: slice, items: int) -> None:
        stale = list(self._fresh.bring(words))
        if not stale:
            return
        assert self._there is not None, "what isn't here is there"
        size = self._places.memory_bytes
        wanted = [
            (item, run.start * WORD_BYTES, run.stop * WORD_BYTES)
            for item in range(items)
            for run in stale
        ]
        ranges = [(item * size + start, end - start) for item, start, end in wanted]
        found = self._trusted.device.read(self._there.memory, ranges)
        for (item, start, end), data in zip(wanted, found, strict=True):
            self._here[item].bytes(start, end)[:] = np.frombuffer(data, np.uint8)

    def _send(self, words: slice, items: int) -> None:
        assert self._there is not None, "room was made"
        for run in self._fresh.send(words):
            start, end = run.start * WORD_BYTES, run.stop * WORD_BYTES
            for item, inference in enumerate(self._here[:items]):
                data = inference.bytes(start, end).tobytes()
                data += bytes(end - start - len(data))
                at = item * self._places.memory_bytes + start
                self._trusted.device.write(self._there.memory, at, data)

    def _make_room(self, items: int) -> None:
        """Here, and on the GPU if anything is computed there."""
        while len(self._here) < items:
            size = self._places.memory_bytes
            made = _Inference(self._tables, self._image, self._packed, size)
            self._here.append(made)
        if not any(self.taken) or (self._there and self._there.items >= items):
            return
        device = self._trusted.device
        if self._constants is None:
            data = self._places.packed(self._image)
            self._constants = device.buffer(len(data))
            if data:
                device.write(self._constants, 0, data)
        memory = device.buffer(items * self._places.memory_bytes)
        self._there = _There(items, memory, {})

    def _prepared(self, index: int, arithmetic: Arithmetic) -> Prepared:
        launch, there = self._launches[index], self._there
        assert launch is not None and there is not None
        key = index, arithmetic
        if key not in there.prepared:
            stride = self._places.memory_bytes // WORD_BYTES
            there.prepared[key] = self._trusted.device.prepare(
                launch, arithmetic, self._constants, there.memory, stride
            )
        return there.prepared[key]
