"""Models of a single operation, and what they and the guest make of given arrays."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from support.images.models import assert_guest_agrees

import tinynn
from tinynn import GraphBuilder, Model

Array = NDArray[Any]


def model_of(
    name: str, arrays: list[Array | None], constant: Collection[int], **attributes: Any
) -> Model:
    """An operation on inputs and, at the places in `constant`, on constants."""
    graph = GraphBuilder(name)
    values = [
        array
        if array is None or i in constant
        else graph.input(f"x{i}", str(array.dtype), array.shape)
        for i, array in enumerate(arrays)
    ]
    for i, result in enumerate(graph.ops(name, *values, **attributes)):
        graph.output(result, f"y{i}")
    return tinynn.load(graph.build())


def apply(
    name: str,
    *arrays: Array | None,
    constant: Collection[int] = (),
    **attributes: Any,
) -> list[Array]:
    """The results, after guest and native agreed on the state after every segment."""
    model = model_of(name, list(arrays), constant, **attributes)
    inputs = [a for i, a in enumerate(arrays) if a is not None and i not in constant]
    output = assert_guest_agrees(model, model.encode_input(inputs))
    return model.decode_output(output)


def sparse_floats(
    rng: np.random.Generator, *shape: int, zeros: float = 0.4
) -> NDArray[np.float32]:
    """Random numbers, some of them zeros, as after a ReLU."""
    x = rng.standard_normal(shape).astype(np.float32)
    x[rng.random(shape) < zeros] = 0
    return x
