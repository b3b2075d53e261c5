"""Inputs that nobody gave: drawn at random by what kind of input each is.

Always the same for a model. Numbers are such as networks are made for; indices are of
rows that their table has; what becomes one on a longer way is 0 or 1; other whole
numbers are small, and larger, in turn.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tinynn import Model, TensorSpec
from tinynn.memory.tensor import Array
from tinynn.operators import FAMILIES

PICTURE_RANK = 3
CHANNELS = (1, 3, 4)
LEVELS = 255
TABLES = ("gather", "gather_elements")
CHOOSING = (*TABLES, "scatter")
"""Families whose second source says places."""

Draw = Callable[[np.random.Generator, int], Array]
"""Flat elements of a spec, of so many."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`draws` are taken in turn, sample by sample; `told` says what they give."""

    told: str
    draws: tuple[Draw, ...]


def normal(rng: np.random.Generator, count: int) -> Array:
    return rng.standard_normal(count)


def share(rng: np.random.Generator, count: int) -> Array:
    return rng.random(count)


def level(rng: np.random.Generator, count: int) -> Array:
    return rng.integers(0, LEVELS + 1, count)


NUMBERS = Kind("normal numbers", (normal,))
PIXELS = Kind("normal numbers, 0 to 1, 0 to 255 in turn", (normal, share, level))


def below(end: int, told: str) -> Kind:
    """Whole numbers from 0 to `end` - 1."""
    return Kind(told, (lambda rng, count: rng.integers(0, end, count),))


COUNTS = Kind(
    "0 and 1, 0 to 9, -1000 to 1000 in turn",
    (
        lambda rng, count: rng.integers(0, 2, count),
        lambda rng, count: rng.integers(0, 10, count),
        lambda rng, count: rng.integers(-1000, 1001, count),
    ),
)


def drawn(model: Model, count: int) -> tuple[dict[str, Array], ...]:
    """`count` samples, arrays by input name."""
    rng, kinds = np.random.default_rng(1), list(kinds_of(model))

    def one(sample: int, spec: TensorSpec, kind: Kind) -> Array:
        draw = kind.draws[sample % len(kind.draws)]
        return draw(rng, spec.count).astype(spec.dtype).reshape(spec.shape)

    return tuple(
        {spec.name: one(sample, spec, kind) for spec, kind in kinds}
        for sample in range(count)
    )


def told(model: Model) -> str:
    """What `drawn` gives each input."""
    return "; ".join(f"{spec.name}: {kind.told}" for spec, kind in kinds_of(model))


def kinds_of(model: Model) -> Iterator[tuple[TensorSpec, Kind]]:
    for tensor in model.tables.inputs:
        yield tensor.spec, kind_of(model, tensor.spec, tensor.address)


def kind_of(model: Model, spec: TensorSpec, address: int) -> Kind:
    if spec.dtype == "float32":
        return PIXELS if is_picture(spec.shape) else NUMBERS
    if spec.dtype == "uint8":
        return below(LEVELS + 1, "bytes")
    if spec.dtype == "int8":
        middle = (LEVELS + 1) // 2
        return Kind("signed bytes", (lambda rng, n: level(rng, n) - middle,))
    if spec.dtype != "int32":
        return below(2, "0 and 1")
    rows = table_rows(model, address)
    if rows:
        return below(rows, f"0 to {rows - 1}")
    return below(2, "0 and 1") if is_pointing(model, address) else COUNTS


def is_pointing(model: Model, address: int) -> bool:
    """Whether an index is computed of the input at `address`."""
    computed = {address}
    for operator in model.tables.operators:
        uses = [source.address in computed for source in operator.sources]
        if FAMILIES[operator.opcode].name in CHOOSING and uses[1]:
            return True
        computed.discard(operator.target.address)
        if any(uses) and operator.target.dtype == "int32":
            computed.add(operator.target.address)
    return False


def is_picture(shape: tuple[int, ...]) -> bool:
    """Height and width, and channels before or after."""
    return len(shape) >= PICTURE_RANK and (
        shape[-1] in CHANNELS or shape[-PICTURE_RANK] in CHANNELS
    )


def table_rows(model: Model, address: int) -> int | None:
    """Of the shortest table that the input at `address` has the indices of."""
    return min(
        (
            operator.sources[0].shape[operator.attributes[0]]
            for operator in model.tables.operators
            if FAMILIES[operator.opcode].name in TABLES
            and operator.sources[1].address == address
        ),
        default=None,
    )
