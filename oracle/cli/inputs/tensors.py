"""Model inputs read from files, in whichever form a person has them.

`.npy` and `.npz` (arrays by input name, or one array), `.json` (lists, or an object by
input name), pictures (one input, pixels as uint8; oracle/cli/inputs/pictures.py), and
anything else as the request's raw bytes.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mips_vm.json_text import parse
from oracle.cli.common.errors import BadInputFile
from oracle.cli.inputs.pictures import PICTURES, read_picture
from tinynn import TensorSpec

Array = NDArray[Any]
Given = Array | Mapping[str, Array]
"""One array, or several by name."""

NO_NAMES: Mapping[str, str] = {}
MAX_UNPACKED = 2 << 30
"""Bytes of an archive's arrays."""


def read_input(
    path: Path,
    specs: Sequence[TensorSpec],
    invert: bool = False,
    short: Mapping[str, str] = NO_NAMES,
    varies: bool = False,
) -> bytes:
    """The bytes of a request whose inputs are `specs`, from the file `path`; the last
    one may be shorter if it `varies`.

    `invert` turns a picture's black to white. `short` are the image's names of inputs
    that the file may call by the source's. Raises BadInputFile if the file can't be
    read as what its name says, or does not fit.
    """
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return fitted(path, specs, read_picture(path, only(path, specs), invert))
    if suffix in (".npy", ".npz"):
        return fitted(path, specs, renamed(numpy_arrays(path), short))
    if suffix == ".json":
        return fitted(path, specs, renamed(json_arrays(path), short))
    size = sum(spec.size for spec in specs)
    with path.open("rb") as file:
        data = file.read(size + 1)  # which may be a device without an end
    least = size - specs[-1].size if varies else size
    if not least <= len(data) <= size:
        whole = path.stat().st_size if path.is_file() else len(data)
        actual = f"{whole}" if path.is_file() or whole < size else "more"
        expected = f"{size} bytes"
        if varies:  # a text, most likely
            expected = f"{least} to {size} bytes (plumb ask takes a text as it is)"
        raise BadInputFile(path, expected, actual)
    return data


def renamed(data: Given, short: Mapping[str, str]) -> Given:
    """Arrays by what the image calls them."""
    if not isinstance(data, Mapping):
        return data
    return {short.get(name, name): array for name, array in data.items()}


def only(path: Path, specs: Sequence[TensorSpec]) -> TensorSpec:
    if len(specs) != 1:
        raise BadInputFile(path, "a model with one input", f"one with {len(specs)}")
    return specs[0]


def numpy_arrays(path: Path) -> Array | Mapping[str, Array]:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            check_members(path, loaded.zip)
            return {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInputFile(path, "numpy arrays", str(error)) from error
    except MemoryError as error:
        what = "arrays that the memory holds"
        raise BadInputFile(path, what, str(error)) from error


def check_members(path: Path, archive: zipfile.ZipFile) -> None:
    """Before they are unpacked: arrays, and not too many."""
    size = sum(part.file_size for part in archive.infolist())
    if size > MAX_UNPACKED:
        raise BadInputFile(path, f"at most {MAX_UNPACKED} bytes unpacked", f"{size}")
    for name in archive.namelist():
        if not name.endswith(".npy"):
            raise BadInputFile(path, "numpy arrays", name)


def json_arrays(path: Path) -> Array | Mapping[str, Array]:
    expected = "JSON lists of numbers"
    try:
        data = parse(path.read_bytes())
    except ValueError as error:
        raise BadInputFile(path, expected, str(error)) from error
    try:
        if isinstance(data, dict):
            return {name: np.asarray(value) for name, value in data.items()}
        return np.asarray(data)
    except ValueError as error:
        raise BadInputFile(path, expected, "lists of unequal lengths") from error


def fitted(
    path: Path, specs: Sequence[TensorSpec], data: Array | Mapping[str, Array]
) -> bytes:
    """`data` as one array for each of `specs`, end to end."""
    if not isinstance(data, Mapping):
        data = {only(path, specs).name: data}
    if len(specs) == len(data) == 1:
        data = {specs[0].name: next(iter(data.values()))}
    names = [spec.name for spec in specs]
    if sorted(data) != sorted(names):
        found = ", ".join(sorted(data)) or "none"
        raise BadInputFile(path, f"inputs {', '.join(names)}", found)
    return b"".join(as_spec(path, spec, data[spec.name]).tobytes() for spec in specs)


def as_spec(path: Path, spec: TensorSpec, array: Array) -> Array:
    """`array` in the type and shape of `spec`, if that keeps its numbers."""
    wanted = f"{spec.name}: {spec.count} numbers of type {spec.dtype}"
    if array.dtype.kind not in "biuf":
        raise BadInputFile(path, wanted, f"elements of type {array.dtype}")
    if array.size != spec.count:
        raise BadInputFile(path, wanted, f"shape {array.shape}")
    with np.errstate(all="ignore"):
        cast = array.astype(np.dtype(spec.dtype).newbyteorder("<"))
    if cast.dtype.kind != "f" and not np.array_equal(cast, array):
        raise BadInputFile(path, wanted, "numbers that do not fit it")
    return cast.reshape(spec.shape)
