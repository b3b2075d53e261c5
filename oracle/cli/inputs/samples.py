"""Many inputs of a model from one file, with what is known of the right answers.

`.npz` holds an array for each input by its name, each with a first axis of samples; of
a model with one input the array may have any name. Labels are whole numbers, one for
each sample, called `labels` or `y`. Any other file is one input, as `model run` takes
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oracle.cli.common.errors import BadInputFile
from oracle.cli.inputs.drawn import drawn
from oracle.cli.inputs.tensors import (
    NO_NAMES,
    Array,
    as_spec,
    numpy_arrays,
    read_input,
    renamed,
)
from tinynn import Model, TensorSpec

LABELS = ("labels", "y")


@dataclass(frozen=True, slots=True)
class Samples:
    """Arrays by input name, one mapping for each sample; `labels` (samples,)."""

    inputs: tuple[Mapping[str, Array], ...]
    labels: Array | None


def read_samples(
    path: Path,
    model: Model,
    limit: int | None = None,
    short: Mapping[str, str] = NO_NAMES,
) -> Samples:
    """At most `limit` samples of the file; BadInputFile if they do not fit.

    `short` are the image's names of inputs that the file may call by the source's.
    """
    if path.suffix.lower() not in (".npz", ".npy"):
        one = split(model, read_input(path, model.inputs, short=short))
        return Samples((one,), None)
    arrays = renamed(numpy_arrays(path), short)
    named = arrays if isinstance(arrays, Mapping) else {"": arrays}
    labels = labels_of(path, named, model.outputs[0].count)
    rest = {name: array for name, array in named.items() if is_data(name, array)}
    if len(model.inputs) == 1 and len(rest) == 1:
        rest = {model.inputs[0].name: next(iter(rest.values()))}
    columns = [column(path, spec, rest) for spec in model.inputs]
    counts = {len(rows) for rows in columns} | (
        {len(labels)} if labels is not None else set()
    )
    if len(counts) != 1:
        found = " and ".join(map(str, sorted(counts)))
        raise BadInputFile(path, "as many samples of each", found)
    count = min(counts.pop(), limit or len(columns[0]))
    names = [spec.name for spec in model.inputs]
    inputs = tuple(
        dict(zip(names, row, strict=True))
        for row in zip(*(rows[:count] for rows in columns), strict=True)
    )
    return Samples(inputs, None if labels is None else labels[:count])


def requests_of(model: Model, path: Path | None, count: int) -> list[bytes]:
    """`count` requests at most: of the file, or the least, the greatest and drawn ones.

    Of a model whose inputs are bytes.
    """
    if path is not None:
        found = read_samples(path, model, count).inputs
    else:
        ends = [
            {spec.name: np.full(spec.shape, end, np.uint8) for spec in model.inputs}
            for end in (0, 255)
        ]
        found = (*ends, *drawn(model, max(0, count - len(ends))))[:count]
    names = [spec.name for spec in model.inputs]
    return [model.encode_input([one[name] for name in names]) for one in found]


def labels_of(path: Path, named: Mapping[str, Array], classes: int) -> Array | None:
    """(samples,) whole numbers below `classes`, if the file has any."""
    labels = next((named[name] for name in LABELS if name in named), None)
    if labels is None:
        return None
    actual = f"{labels.dtype} {labels.shape}"
    if labels.dtype.kind not in "iuf" or labels.size != len(np.atleast_1d(labels)):
        raise BadInputFile(path, "labels: a whole number for each sample", actual)
    if not np.array_equal(labels, np.rint(labels)):
        raise BadInputFile(path, "labels: whole numbers", "fractions")
    row = labels.reshape(-1)
    outside = np.flatnonzero((row < 0) | (row >= classes))
    if outside.size:
        first = outside[0]
        actual = f"{row[first]} of sample {first}"
        raise BadInputFile(path, f"labels from 0 to {classes - 1}", actual)
    return row.astype(np.int64)


def is_data(name: str, array: Array) -> bool:
    """Not labels, nor a list of names that some datasets bring."""
    return name not in LABELS and array.dtype.kind in "biuf"


def column(
    path: Path, spec: TensorSpec, arrays: Mapping[str, Array]
) -> Sequence[Array]:
    """One input's samples."""
    if spec.name not in arrays:
        found = ", ".join(sorted(arrays)) or "none"
        raise BadInputFile(path, f"input {spec.name}", found)
    array = arrays[spec.name]
    count, rest = divmod(array.size, spec.count)
    if rest or not count or (count > 1 and len(array) != count):
        shape = " x ".join(map(str, spec.shape))
        raise BadInputFile(path, f"samples of {shape}", f"shape {array.shape}")
    return [as_spec(path, spec, row) for row in array.reshape(count, -1)]


def split(model: Model, request: bytes) -> Mapping[str, Array]:
    """A request's bytes as arrays by input name."""
    arrays, offset = {}, 0
    for spec in model.inputs:
        part = np.frombuffer(request[offset : offset + spec.size], stored(spec.dtype))
        arrays[spec.name] = part.reshape(spec.shape)
        offset += spec.size
    return arrays


def stored(dtype: str) -> np.dtype[np.generic]:
    return np.dtype(dtype).newbyteorder("<")
