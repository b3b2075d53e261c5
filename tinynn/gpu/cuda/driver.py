"""A device by NVIDIA's driver (libcuda), with the kernels that NVRTC compiles here.

It has run on no real device so far; the kernels themselves have, as C++ on a processor
(tests/tinynn/gpu/test_cuda.py). The self-test decides as everywhere.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...errors import GpuUnusable
from ..device import Buffer, Range
from ..layout import Arithmetic, Common, Kernel, Launch
from .nvrtc import ptx

GROUP: Final = 64
MOST_GROUPS: Final = 65535
NAME_BYTES: Final = 256
LIBRARIES: Final = ("libcuda.so.1", "libcuda.so", "nvcuda.dll")


@dataclass(slots=True)
class Memory:
    """Bytes of the device, given back with the last name for them."""

    library: Any
    address: int

    def __del__(self) -> None:
        self.library.cuMemFree_v2(ctypes.c_uint64(self.address))


@dataclass(frozen=True, slots=True)
class Ready:
    """A launch and the addresses that it takes, which are held."""

    function: Any
    buffers: tuple[Memory, ...]
    threads: int


class Cuda:
    """NVIDIA's first GPU. Raises GpuUnusable where there is none, or no NVRTC."""

    arithmetics = (Arithmetic.STRICT,)

    def __init__(self) -> None:
        self._library = _loaded()
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self._call("cuInit", 0)
        self._call("cuDeviceGet", ctypes.byref(device), 0)
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._call("cuCtxSetCurrent", context)
        told = ctypes.create_string_buffer(NAME_BYTES)
        self._call("cuDeviceGetName", told, NAME_BYTES, device)
        self.name = f"{told.value.decode()}, CUDA"
        size = ctypes.c_size_t()
        self._call("cuDeviceTotalMem_v2", ctypes.byref(size), device)
        self.most_bytes = min(size.value // 4, (1 << 32) - (1 << 16))
        self._module = ctypes.c_void_p()
        code = ptx().encode()
        self._call("cuModuleLoadData", ctypes.byref(self._module), code)
        self._functions = {kernel: self._function(kernel) for kernel in Kernel}

    def _call(self, name: str, *arguments: object) -> None:
        """Raises GpuUnusable with the driver's number for what is wrong."""
        if number := getattr(self._library, name)(*arguments):
            raise GpuUnusable(f"{name} to succeed", f"CUDA error {number}")

    def _function(self, kernel: Kernel) -> ctypes.c_void_p:
        found = ctypes.c_void_p()
        name = kernel.stem.encode()
        self._call("cuModuleGetFunction", ctypes.byref(found), self._module, name)
        return found

    def buffer(self, size: int) -> Buffer:
        address = ctypes.c_uint64()
        self._call(
            "cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(max(size, 4))
        )
        return Memory(self._library, address.value)

    def write(self, buffer: Buffer, offset: int, data: bytes | memoryview) -> None:
        held = bytes(data)
        place = ctypes.c_uint64(buffer.address + offset)
        self._call("cuMemcpyHtoD_v2", place, held, ctypes.c_size_t(len(held)))

    def read(self, buffer: Buffer, ranges: Sequence[Range]) -> list[bytes]:
        """Copies wait for what was launched before."""
        found = []
        for offset, size in ranges:
            held = ctypes.create_string_buffer(size)
            place = ctypes.c_uint64(buffer.address + offset)
            self._call("cuMemcpyDtoH_v2", held, place, ctypes.c_size_t(size))
            found.append(held.raw)
        return found

    def prepare(
        self,
        launch: Launch,
        arithmetic: Arithmetic,
        constants: Buffer,
        memory: Buffer,
        stride: int,
    ) -> Ready:
        words = np.array(launch.words, "<u4")
        words[Common.STRIDE] = stride
        held = self.buffer(words.nbytes)
        self.write(held, 0, words.tobytes())
        function = self._functions[launch.kernel]
        return Ready(function, (constants, memory, held), launch.threads)

    def run(self, prepared: Sequence[Ready], items: int) -> None:
        for ready in prepared:
            groups = -(-ready.threads // GROUP)
            grid = (min(groups, MOST_GROUPS), -(-groups // MOST_GROUPS), items)
            places = [ctypes.c_uint64(buffer.address) for buffer in ready.buffers]
            given = (ctypes.c_void_p * len(places))(
                *(ctypes.addressof(place) for place in places)
            )
            sizes = (*grid, GROUP, 1, 1, 0)
            function = ready.function
            self._call("cuLaunchKernel", function, *sizes, None, given, None)


def _loaded() -> ctypes.CDLL:
    for name in LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise GpuUnusable("NVIDIA's driver", "none")
