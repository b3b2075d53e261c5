"""From a model image to the stages of a net: what each operator is on the EVM.

An operator's rule is a method of the same name. Reading goes on after an operator that
is outside the subset, so that all of them are told at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from converters.evm.errors import OutsideSubset
from converters.evm.rooms import WORD_BYTES, Room
from converters.evm.stages.output import Output, Part
from converters.evm.work import Place, Stage
from converters.quantise.ranges import Homes
from converters.values import Array
from mips_vm.constants import MODEL
from tinynn import Model
from tinynn.image.loop import NO_LOOP
from tinynn.memory.space import FlatSpace
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.graph import Home, Result

BYTES, WHOLE = "uint8", "int32"
MOST_ELEMENTS = 1 << 19
"""As words they would cost more gas to have in memory than a transaction has."""

MOST_IMAGE = 1 << 24
SLACK = 30 * WORD_BYTES
"""Behind every tensor: loads of whole words reach beyond its end, and so may stores."""


class Outside(Exception):
    """An operator that is not of the subset, and why."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor of the image is. `wide` bytes stand for int32; where a position's
    channels lie `together`, planes don't."""

    place: Place
    count: int
    dtype: str
    wide: bool = False
    together: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Stages in order, and the rooms of the tensors. `given` are those that calldata
    fills, in order, with how many bytes each."""

    name: str
    stages: tuple[Stage, ...]
    rooms: tuple[Room, ...]
    given: tuple[tuple[Room, int], ...]
    output_bytes: int

    @property
    def input_bytes(self) -> int:
        return sum(size for _, size in self.given)


@dataclass(slots=True)
class Reader:
    """The net so far, and the image that it is made of."""

    model: Model
    skip_zeros: bool
    homes: Homes
    space: FlatSpace
    stages: list[Stage] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    tensors: dict[Home, Tensor] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    """Operators that an earlier stage does as well."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        return self.model.tables.operators

    def room(self, name: str, count: int, dtype: str) -> Place:
        """Memory for a tensor that the next stage stores."""
        size = count * (1 if dtype == BYTES else WORD_BYTES) + SLACK
        born = len(self.stages)
        self.rooms.append(Room(name, size, born, born))
        return Place(self.rooms[-1])

    def read(self, tensor: Tensor) -> Place:
        """A tensor's place, which the next stage reads."""
        tensor.place.room.dies = max(tensor.place.room.dies, len(self.stages))
        return tensor.place

    def constant(self, index: int, which: int) -> Array:
        """What a constant source holds; Outside if it is computed."""
        operator = self.operators[index]
        if operator.sources[which].address < MODEL.base:
            raise Outside(f"source {which}: expected a constant, got a computed tensor")
        return operator.shaped(self.space, which)

    def source(
        self, index: int, *dtypes: str, which: int = 0, together: bool = False
    ) -> Tensor:
        """A computed source of one of the types; `together`: in whichever order."""
        operator = self.operators[index]
        operand, home = operator.sources[which], self.homes.sources[index][which]
        if operand.dtype not in dtypes:
            raise Outside(f"expected {' or '.join(dtypes)}, got {operand.dtype}")
        if home is None:
            raise Outside(f"source {which}: expected a computed tensor, got a constant")
        if home not in self.tensors:
            raise Outside("expected known sources, got one that is outside the subset")
        tensor = self.tensors[home]
        if tensor.dtype != operand.dtype or tensor.count != operand.count:
            raise Outside("expected whole tensors, got a part of one")
        assert together or not tensor.together, index
        return tensor

    def users(self, home: Home) -> list[int]:
        """Operators that read a tensor; -1 for an output."""
        found = [i for i, homes in enumerate(self.homes.sources) if home in homes]
        return found + [-1] * self.homes.outputs.count(home)

    def add(self, stage: Stage) -> None:
        self.stages.append(stage)

    def hold(
        self, index: int, place: Place, wide: bool = False, together: bool = False
    ) -> None:
        """The operator's target is there."""
        target = self.operators[index].target
        tensor = Tensor(place, target.count, target.dtype, wide, together)
        self.tensors[Result(index)] = tensor
        self.done.add(index)


Rule = Callable[[Reader, int], None]


def too_large(model: Model) -> Iterator[str]:
    """What no transaction could compute, told before anything of that size is made."""
    if model.image.size > MOST_IMAGE:
        size = f"{model.image.size:,}"
        yield f"expected an image of at most {MOST_IMAGE:,} bytes, got {size}"
    for index, operator in enumerate(model.tables.operators):
        count = operator.target.count
        if count > MOST_ELEMENTS:
            name = FAMILIES[operator.opcode].name
            most = f"at most {MOST_ELEMENTS:,} elements"
            yield f"#{index} {name}: expected {most}, got {count:,}"


def homes_of(model: Model) -> Homes:
    """Raises OutsideSubset for an output that no operator stores."""
    try:
        return Homes.of(model.tables)
    except KeyError:
        raise OutsideSubset(
            model.name, ["outputs: expected whole results of operators, got another"]
        ) from None


def refusals(model: Model, homes: Homes) -> list[str]:
    """What no rule is asked about: loops, inputs, and memory that is written twice."""
    tables, found = model.tables, []
    if tables.loop != NO_LOOP or tables.varies or tables.length:
        found.append("expected one pass over an input of one length, got a loop")
    for spec in model.inputs:
        if spec.dtype != BYTES:
            found.append(f"input {spec.name!r}: expected uint8, got {spec.dtype}")
    operators = tables.operators
    for index, sources in enumerate(homes.sources):
        for home in sources:
            if not isinstance(home, Result):
                continue
            held = operators[home.index].target.extent
            for later in operators[home.index + 1 : index]:
                other = later.target.extent
                if other.start < held.end and held.start < other.end:
                    found.append(f"#{index}: expected sources as they were stored")
    return found


def outputs(reader: Reader) -> list[str]:
    """Adds the last stage; what can't be given out."""
    parts, reasons = [], []
    for home, placed in zip(
        reader.homes.outputs, reader.model.tables.outputs, strict=True
    ):
        tensor, spec = reader.tensors[home], placed.spec
        if tensor.count != spec.count or tensor.dtype != spec.dtype or tensor.wide:
            reasons.append(f"output {spec.name!r}: expected a whole tensor")
            continue
        parts.append(Part(reader.read(tensor), spec.count, spec.dtype == WHOLE))
    reader.add(Output(parts))
    return reasons


def spread(array: Array, shape: tuple[int, ...]) -> Array:
    """All elements of what is repeated to a shape, in order."""
    return np.broadcast_to(array, shape).reshape(-1)
