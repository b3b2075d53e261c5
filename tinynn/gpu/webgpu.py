"""A device by WebGPU: the package `wgpu` (the extra `gpu`), on Vulkan, Metal or D3D12.

OpenGL is left out: its drivers are the oldest, and hardware that has nothing else gains
nothing here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from ..errors import GpuUnusable
from .device import Buffer, Range
from .layout import Arithmetic, Common, Kernel, Launch
from .wgsl import shader

GROUP: Final = 64
"""Threads of a workgroup, as memory.wgsl says."""

MOST_GROUPS: Final = 65535
"""Along an axis, on every device."""

BACKENDS: Final = ("Vulkan", "Metal", "DX12")
LIMITS: Final = ("max-buffer-size", "max-storage-buffer-binding-size")

Text = Callable[[Kernel, Arithmetic], str]


@cache
def _adapter() -> tuple[Any, Any]:
    """The package and the fastest GPU. Raises GpuUnusable."""
    try:
        import wgpu  # type: ignore[import-not-found, import-untyped, unused-ignore]
        import wgpu.backends.wgpu_native  # type: ignore[import-not-found, import-untyped, unused-ignore]
        from wgpu.backends.wgpu_native.extras import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            set_instance_extras,
        )
    except (ImportError, OSError, RuntimeError):
        raise GpuUnusable("the package wgpu", "none") from None
    try:
        set_instance_extras(backends=list(BACKENDS))
    except RuntimeError:
        pass  # somebody else has chosen, before us
    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    except RuntimeError:
        adapter = None
    if adapter is None:
        raise GpuUnusable("a GPU by Vulkan, Metal or D3D12", "none")
    return wgpu, adapter


@dataclass(frozen=True, slots=True)
class Ready:
    """A launch, bound to its buffers."""

    pipeline: Any
    group: Any
    threads: int


class WebGpu:
    """The fastest GPU. Raises GpuUnusable where there is none, or no package.

    `text` gives the shaders: tests have devices that compute wrongly.
    """

    arithmetics = (Arithmetic.STRICT, Arithmetic.SOFT)

    def __init__(self, text: Text = shader) -> None:
        self._wgpu, adapter = _adapter()
        self._text = text
        limits = {name: adapter.limits[name] for name in LIMITS}
        try:
            self._device = adapter.request_device_sync(required_limits=limits)
        except RuntimeError as error:
            raise GpuUnusable("a device", str(error)) from None
        self.name = f"{adapter.info['device']}, {adapter.info['backend_type']}"
        self.most_bytes = min(int(limit) for limit in limits.values())
        self._pipelines: dict[tuple[Kernel, Arithmetic], Any] = {}
        self._waiting: list[tuple[Ready, int]] = []

    def buffer(self, size: int) -> Buffer:
        usage = self._wgpu.BufferUsage
        flags = usage.STORAGE | usage.COPY_DST | usage.COPY_SRC
        return self._device.create_buffer(size=max(size, 4), usage=flags)

    def write(self, buffer: Buffer, offset: int, data: bytes | memoryview) -> None:
        self._submit()
        self._device.queue.write_buffer(buffer, offset, data)

    def read(self, buffer: Buffer, ranges: Sequence[Range]) -> list[bytes]:
        """All by way of one buffer that the host can see."""
        self._submit()
        usage = self._wgpu.BufferUsage
        total = sum(size for _, size in ranges)
        flags = usage.MAP_READ | usage.COPY_DST
        staging = self._device.create_buffer(size=max(total, 4), usage=flags)
        encoder, place = self._device.create_command_encoder(), 0
        for offset, size in ranges:
            encoder.copy_buffer_to_buffer(buffer, offset, staging, place, size)
            place += size
        self._device.queue.submit([encoder.finish()])
        staging.map_sync(self._wgpu.MapMode.READ)
        held, found = bytes(staging.read_mapped()), []
        staging.unmap()
        staging.destroy()
        for _, size in ranges:
            found.append(held[:size])
            held = held[size:]
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
        pipeline = self._pipeline(launch.kernel, arithmetic)
        entries = [
            {"binding": number, "resource": {"buffer": each}}
            for number, each in enumerate((constants, memory, held))
        ]
        layout = pipeline.get_bind_group_layout(0)
        group = self._device.create_bind_group(layout=layout, entries=entries)
        return Ready(pipeline, group, launch.threads)

    def _pipeline(self, kernel: Kernel, arithmetic: Arithmetic) -> Any:
        key = kernel, arithmetic
        if key not in self._pipelines:
            text = self._text(kernel, arithmetic)
            module = self._device.create_shader_module(code=text)
            compute = {"module": module, "entry_point": "main"}
            self._pipelines[key] = self._device.create_compute_pipeline(
                layout="auto", compute=compute
            )
        return self._pipelines[key]

    def run(self, prepared: Sequence[Ready], items: int) -> None:
        self._waiting += [(each, items) for each in prepared]

    def _submit(self) -> None:
        """What waits, in order: a later launch sees what an earlier one has stored."""
        if not self._waiting:
            return
        encoder = self._device.create_command_encoder()
        section = encoder.begin_compute_pass()
        for ready, items in self._waiting:
            groups = -(-ready.threads // GROUP)
            down = -(-groups // MOST_GROUPS)
            section.set_pipeline(ready.pipeline)
            section.set_bind_group(0, ready.group)
            section.dispatch_workgroups(min(groups, MOST_GROUPS), down, items)
        section.end()
        self._waiting.clear()
        self._device.queue.submit([encoder.finish()])
