"""A model: a validated image, what it answers, and how a machine would answer it."""

import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from mips_vm import Machine, Status
from mips_vm.constants import LEAF_BYTES, MODEL
from mips_vm.hashing.tree import ZERO, region_root_of
from mips_vm.storage.held_file import HeldFile

from . import guest
from .errors import InputError
from .execution.execution import Execution
from .execution.loop_execution import LoopExecution
from .execution.program import MOST_RESIDENT, Program
from .image.image import PASSES_BYTES, Bytes, Tables
from .image.loop import NO_LOOP, Schedule
from .memory.space import Packed
from .memory.tensor import Array, TensorSpec, item_bytes, little_endian
from .operators import FAMILIES, Operand
from .validator.bounds import bounded_instructions, most_instructions
from .validator.validate import validate

Source = bytes | str | os.PathLike[str]

PART_DEPTH: Final = 16
"""Of the parts of an image that are hashed at a time: 2 MiB."""

LARGE_PAGES: Final = 1 << 22
"""Bytes from which on numpy asks for large pages: weights are read a sixth faster."""

EMPTY: Final = b""
"""What the guest answers to an input of the wrong length."""


@dataclass(frozen=True, eq=False)
class Model:
    """An image that the validator passed, from a file (mapped) or from bytes.

    The model keeps the file open, so that it stays what was loaded if that is replaced
    or removed. The file must not be changed in place while the model is in use.
    """

    origin: bytes | HeldFile
    image: Bytes
    tables: Tables
    _programs: dict[int, list[Program]] = field(default_factory=dict, repr=False)
    """Ready for the next answer, by number of threads."""
    _packed: Packed = field(default_factory=Packed, repr=False)
    """Of the image, for all of them."""

    @property
    def source(self) -> bytes | Path:
        """The image's bytes, or where its file was when it was loaded."""
        return self.origin if isinstance(self.origin, bytes) else self.origin.path

    @property
    def name(self) -> str:
        """What its publisher called it."""
        return self.tables.name

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """A request's bytes are these tensors, end to end."""
        return tuple(tensor.spec for tensor in self.tables.inputs)

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """An answer's bytes are these tensors, end to end."""
        return tuple(tensor.spec for tensor in self.tables.outputs)

    @property
    def segments(self) -> int:
        """Boots of the guest at most, in which a loop runs all of its passes."""
        loop = self.tables.loop
        return Schedule(loop, len(self.tables.segments), loop.passes).segments

    @cached_property
    def model_root(self) -> bytes:
        """Root of the model region: the model's identity, 32 bytes.

        Part by part, so that a large image is never in memory as a whole.
        """
        size, above = LEAF_BYTES << PART_DEPTH, MODEL.depth - PART_DEPTH
        roots = [
            region_root_of(self.image[start : start + size].tobytes(), PART_DEPTH)
            for start in range(0, self.image.size, size)
        ]
        roots += [ZERO[PART_DEPTH]] * ((1 << above) - len(roots))
        return region_root_of(b"".join(roots), above)

    @property
    def program_root(self) -> bytes:
        """Root of the program region: the guest's identity, 32 bytes."""
        return guest.program_root()

    @cached_property
    def bounded_instructions(self) -> tuple[int, ...]:
        """Upper bound of the guest's instructions in each row of the segment table."""
        return bounded_instructions(self.tables)

    @cached_property
    def most_instructions(self) -> int:
        """Upper bound of the guest's instructions in a whole run."""
        return most_instructions(self.tables)

    @cached_property
    def _resident(self) -> Bytes:
        """The image in memory of large pages, if it is neither small nor huge, nor most
        of it weights that are read as quickly where they are, or packed."""
        if not LARGE_PAGES <= self.image.size <= MOST_RESIDENT:
            return self.image
        return self.image if self._in_place else self.image.copy()

    @property
    def _in_place(self) -> bool:
        sizes = {
            source.address: source.type.size
            for operator in self.tables.operators
            for source in operator.sources
            if source.address >= MODEL.base
            and FAMILIES[operator.opcode].in_place(operator)
        }
        return 2 * sum(sizes.values()) > self.image.size

    def run(self, inputs: Array | Sequence[Array]) -> list[Array]:
        """The outputs for one set of inputs; InputError if they don't fit."""
        return self.decode_output(self.answer(self.encode_input(inputs)))

    def answer(self, input_bytes: bytes, threads: int = 1) -> bytes:
        """Native: exactly what the guest leaves as its output, by so many threads."""
        if not self.tables.accepts(len(input_bytes)):
            return EMPTY
        idle = self._programs.setdefault(threads, [])
        try:
            program = idle.pop()
        except IndexError:  # none yet, or all are at work for other threads
            program = self.ready(threads)
        try:
            return program.answer(input_bytes)
        finally:
            idle.append(program)

    def ready(self, threads: int = 1) -> Program:
        """Memory of its own for inferences, for who wants to look on."""
        return Program(self.tables, self._resident, self._packed, threads)

    def constant(self, operand: Operand) -> Array:
        """What a source of an operator's holds, if it lies in the image."""
        start = operand.address - MODEL.base
        held = self.image[start : start + operand.type.size]
        return held.view(little_endian(operand.dtype))

    def encode_input(self, inputs: Array | Sequence[Array]) -> bytes:
        """A request's bytes; InputError unless number, types and shapes fit."""
        arrays = [inputs] if isinstance(inputs, np.ndarray) else list(inputs)
        if len(arrays) != len(self.inputs):
            raise InputError("number of inputs", len(self.inputs), len(arrays))
        for spec, array in zip(self.inputs, arrays, strict=True):
            actual = (str(array.dtype), array.shape)
            if actual != (spec.dtype, spec.shape) and not self._shorter(spec, array):
                raise InputError(
                    f"input {spec.name}", f"{spec.dtype} {spec.shape}", actual
                )
        return b"".join(
            array.astype(little_endian(spec.dtype)).tobytes()
            for spec, array in zip(self.inputs, arrays, strict=True)
        )

    def _shorter(self, spec: TensorSpec, array: Array) -> bool:
        """Whether it is a beginning of the input that varies: a row of elements."""
        varies = self.tables.varies and spec is self.inputs[-1]
        beginning = array.ndim == 1 and array.size <= spec.count
        return varies and beginning and str(array.dtype) == spec.dtype

    def decode_output(self, output: bytes) -> list[Array]:
        """An answer's tensors; InputError if its length can't be the model's.

        Where a model says how long its answer is, what is cut off is missing: whole
        elements that are left of a tensor are a row.
        """
        most, head = self.tables.output_bytes, PASSES_BYTES * self.tables.varies
        least = head if self.tables.length else most
        if not least <= len(output) <= most:
            expected = most if least == most else f"{least} to {most}"
            raise InputError("output bytes", expected, len(output))
        arrays: list[Array] = []
        for spec in self.outputs:
            part = output[head : head + spec.size]
            whole = len(part) // item_bytes(spec.dtype)
            flat = np.frombuffer(part, little_endian(spec.dtype), whole)
            shape = spec.shape if flat.size == spec.count else flat.shape
            arrays.append(flat.reshape(shape).astype(spec.dtype))
            head += spec.size
        return arrays

    def passes_of(self, output: bytes) -> int:
        """Passes that were run for the output of a model whose input varies."""
        return int.from_bytes(output[:PASSES_BYTES], "little")

    def machine(self, input_bytes: bytes) -> Machine:
        """The initial state of a claim: program, input and image loaded, yielded.

        BadMapping if the image's file was changed in place since the model was loaded.
        """
        machine = guest.machine()
        machine.load_model(self.origin)
        machine.load_input(input_bytes)
        machine.status = Status.YIELDED
        return machine

    def execution(self, input_bytes: bytes) -> Execution | LoopExecution:
        """The inference segment by segment, each boundary a machine's state."""
        machine = self.machine(input_bytes)
        right = self.tables.accepts(len(input_bytes))
        if right and self.tables.loop != NO_LOOP:
            return LoopExecution(machine, self.tables)
        return Execution(machine, self.tables, right)


def load(source: Source) -> Model:
    """A model from an image file, or from an image's bytes.

    Raises ImageError if it is not canonical, OSError if it can't be read, BadMapping if
    it is no regular file.
    """
    if isinstance(source, bytes):
        data = np.frombuffer(source, np.uint8)
        return Model(source, data, validate(data))
    file = HeldFile(source)
    data = _mapped(file)
    return Model(file, data, validate(data))


def _mapped(file: HeldFile) -> Bytes:
    """The file's bytes, read when they are used."""
    if not len(file):
        return np.zeros(0, np.uint8)
    mapping = mmap.mmap(file.descriptor, len(file), access=mmap.ACCESS_READ)
    return np.frombuffer(mapping, np.uint8)
