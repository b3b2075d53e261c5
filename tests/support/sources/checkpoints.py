"""PyTorch's checkpoints from before it wrote archives, read without PyTorch.

Such a file is five pickles: a magic number, a version, facts about the machine, the
objects, and the keys of the storages; the storages themselves follow, each a count and
its elements. The objects may name what is listed here, and nothing else.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from support.sources.onnx_nets import Array

COUNT_BYTES = 8


def read_checkpoint(path: Path) -> Any:
    """What was saved, its tensors as arrays."""
    with path.open("rb") as file:
        for _ in ("magic", "version", "machine"):
            pickle.Unpickler(file).load()
        objects = Objects(file)
        held = objects.load()
        for key in pickle.Unpickler(file).load():
            storage = objects.storages[key]
            count = int.from_bytes(file.read(COUNT_BYTES), "little")
            assert count == len(storage)
            storage[:] = np.frombuffer(file.read(storage.nbytes), storage.dtype)
    return held


class Objects(pickle.Unpickler):
    """The fourth pickle; storages by key, to be filled afterwards."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.storages: dict[str, Array] = {}

    def find_class(self, module: str, name: str) -> Any:
        return ALLOWED[f"{module}.{name}"]

    def persistent_load(self, pid: Sequence[Any]) -> Array:
        _, dtype, key, _, count, _ = pid
        return self.storages.setdefault(key, np.zeros(count, dtype))


def tensor(
    storage: Array, offset: int, shape: Sequence[int], strides: Sequence[int], *_: Any
) -> Array:
    """A view of the storage; strides count elements."""
    steps = [stride * storage.itemsize for stride in strides]
    return as_strided(storage[offset:], shape, steps)


ALLOWED: Mapping[str, Callable[..., Any] | str] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor": tensor,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch.FloatStorage": "<f4",
}
