"""What an inference takes in the machine: counted there, not reckoned.

Every segment is run on the memory that native execution leaves at its beginning. Of a
long inference only some segments of each operator are, and stand for the others. How
much work an operator has depends on its input: products of floats leave zeros out.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from tinynn import Model
from tinynn.image import Segment
from tinynn.operators import FAMILIES
from tinynn.planner import usual_instructions

MOST_COUNTED = 2_000_000_000
"""Instructions, about: a second of the translated machine."""


def counted(model: Model, requests: Sequence[bytes]) -> int:
    """Instructions of an inference, on average over the requests."""
    usual = sum(map(usual_instructions, model.tables.operators))
    stride = 1 + usual * len(requests) // MOST_COUNTED
    spent = [one(model, request, stride) for request in requests]
    return round(sum(spent) / len(spent))


def one(model: Model, request: bytes, stride: int) -> float:
    """Of this request, by about every `stride`-th segment of each operator."""
    execution, total = model.execution(request), 0.0
    for _, numbered in groupby(enumerate(model.tables.segments), operator_of):
        rows = list(numbered)
        seen = rows[min(stride, len(rows)) // 2 :: stride]
        spent = 0
        for index, _ in seen:
            execution.seek(index)
            execution.machine.resume()
            spent += execution.machine.run()
        total += spent * elements(rows) / elements(seen)
    return total


def operator_of(numbered: tuple[int, Segment]) -> int:
    return numbered[1].operator


def elements(rows: Sequence[tuple[int, Segment]]) -> int:
    return sum(segment.count for _, segment in rows)


def made_up(model: Model) -> bytes:
    """A request of random numbers; indices are of rows that the table has."""
    rng, parts = np.random.default_rng(1), []
    for tensor in model.tables.inputs:
        spec = tensor.spec
        if spec.dtype == "float32":
            parts.append(rng.standard_normal(spec.count).astype("<f4").tobytes())
        elif spec.dtype == "int32":
            rows = rng.integers(0, table_rows(model, tensor.address), spec.count)
            parts.append(rows.astype("<i4").tobytes())
        else:
            wide = spec.dtype == "uint8"
            parts.append(rng.bytes(spec.size) if wide else bytes(spec.size))
    return b"".join(parts)


def table_rows(model: Model, address: int) -> int:
    """Of the shortest table that the input at `address` has the indices of; else 1."""
    return min(
        (
            operator.sources[0].shape[operator.attributes[0]]
            for operator in model.tables.operators
            if FAMILIES[operator.opcode].name in ("gather", "gather_elements")
            and operator.sources[1].address == address
        ),
        default=1,
    )
