"""Answers by the module in wasmtime (the extra `wasm`), the bits of all.

An engine inherits this thread's floating-point mode, so it is entered with exact
floats; and an instance is believed only after its own test of them.
"""

import atexit
import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from mips_vm.constants import IO_HEADER_BYTES, MODEL, OUTPUT
from mips_vm.hashing.keccak import HASH_BYTES

from ..errors import WasmUnusable
from ..image.image import Bytes
from ..memory.floatmode import exact_floats
from . import SCALAR, SIMD, path_of

ROWS_AT_ONCE: Final = 1 << 30
YIELDED: Final = 1
NOTES_BYTES: Final = 1024

PROBLEMS: Final = {
    1: "no room for the image",
    2: "another file",
    3: "no memory for its arena",
}
"""What the module says to an image, as main.c numbers it."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    wasmtime: Any
    engine: Any
    module: Any


@cache
def _compiled(build: str) -> _Compiled:
    try:
        import wasmtime  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise WasmUnusable("the package wasmtime", "none") from None
    # Before the interpreter takes wasmtime apart: deleted later, modules complain.
    atexit.register(_compiled.cache_clear)
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, str(path_of(build)))
    return _Compiled(wasmtime, engine, module)


def check() -> None:
    """Raises WasmUnusable where no instance can be."""
    Instance()


class Instance:
    """The module with a memory of its own; not for two threads at once.

    Raises WasmUnusable without wasmtime, or where floats are not exact even without
    vectors.
    """

    def __init__(self, build: str | None = None) -> None:
        names = (SIMD, SCALAR) if build is None else (build,)
        with exact_floats():
            if not any(self._enter(name) for name in names):
                raise WasmUnusable("an engine with IEEE-754 floats", "another")

    def _enter(self, build: str) -> bool:
        """Whether the instance's floats are exact."""
        compiled = _compiled(build)
        self._store = compiled.wasmtime.Store(compiled.engine)
        instance = compiled.wasmtime.Instance(self._store, compiled.module, [])
        self._exports = instance.exports(self._store)
        self.build = build
        return bool(self.call("exact"))

    def call(self, name: str, *arguments: int) -> int:
        """An exported function's result, as a u32; 0 if it has none."""
        result = self._exports[name](self._store, *arguments)
        return 0 if result is None else int(result) & 0xFFFF_FFFF

    def memory(self, start: int, size: int) -> Bytes:
        """Bytes of the instance's memory, until it grows."""
        held = self._exports["memory"]
        base = ctypes.addressof(held.data_ptr(self._store).contents)
        assert start + size <= self.memory_bytes, "inside of the memory"
        view = (ctypes.c_ubyte * size).from_address(base + start)
        return np.frombuffer(memoryview(view), np.uint8)

    @property
    def memory_bytes(self) -> int:
        """All that the instance has."""
        return int(self._exports["memory"].data_len(self._store))

    def keccak256(self, data: bytes) -> bytes:
        """Of at most NOTES_BYTES less a hash."""
        notes = self.call("notes")
        found = notes + NOTES_BYTES - HASH_BYTES
        self.memory(notes, len(data))[:] = np.frombuffer(data, np.uint8)
        self.call("keccak256", notes, len(data), found)
        return self.memory(found, HASH_BYTES).tobytes()

    def region_root(self, start: int, size: int, depth: int) -> bytes:
        """Of 2^depth leaves: bytes of the memory, then zeros."""
        notes = self.call("notes")
        self.call("region_root", start, size, depth, notes)
        return self.memory(notes, HASH_BYTES).tobytes()


class WasmProgram(Instance):
    """An instance with an image; WasmUnusable, too, if there is no memory for it."""

    def __init__(self, image: Bytes, build: str | None = None) -> None:
        super().__init__(build)
        room = self.call("image_room", image.size)
        if room:
            self.memory(room, image.size)[:] = image
        self._image = room, image.size
        if problem := self.call("open_image"):
            raise WasmUnusable("a model image and memory for it", PROBLEMS[problem])
        # They stay where they are; a call takes longer than a digit's first layer.
        self._input, self._most = self.call("input_room"), self.call("input_most")
        self._output = self.call("output")

    def _put(self, data: bytes) -> None:
        kept = np.frombuffer(data, np.uint8)[: self._most]
        self.memory(self._input, kept.size)[:] = kept

    def begin(self, data: bytes) -> bool:
        """Starts a run; whether there is anything to run."""
        self._put(data)
        return self.call("begin", len(data)) == YIELDED

    def advance(self, rows: int = ROWS_AT_ONCE) -> bool:
        """Runs so many rows of the segment table; whether there are more."""
        with exact_floats():
            return self.call("advance", rows) == YIELDED

    def output(self) -> bytes:
        """What the run left."""
        size = int(self.memory(self._output, 4).view("<u4")[0])
        return self.memory(self._output + 4, size).tobytes()

    def arena(self, size: int) -> bytes:
        """Its first bytes, as they stand."""
        return self.memory(self.call("arena"), size).tobytes()

    def answer(self, data: bytes) -> bytes:
        """Exactly what the guest leaves as its output."""
        self._put(data)
        with exact_floats():
            self.call("answer", len(data))
        return self.output()

    def model_root(self) -> bytes:
        """Of the image, as the module sees it."""
        return self.region_root(*self._image, MODEL.depth)

    def output_root(self) -> bytes:
        """Of the output region that the run left."""
        size = IO_HEADER_BYTES + len(self.output())
        return self.region_root(self._output, size, OUTPUT.depth)
