"""A GPU beside the guest: the same output, by its floats and in integers, and of the
arena what native code leaves, which is the guest's at each boundary.

Where there is no package wgpu or no adapter (in CI Mesa's lavapipe, the Debian packages
mesa-vulkan-drivers and libvulkan1), the others go on without it.
"""

import importlib.util
from dataclasses import replace
from functools import cache

import pytest

from tinynn import Model
from tinynn.errors import GpuUnusable
from tinynn.gpu.layout import Arithmetic
from tinynn.gpu.program import GpuProgram
from tinynn.gpu.trust import NONE, Trusted
from tinynn.gpu.webgpu import WebGpu

REASON = "no wgpu, or no adapter: pip install -e '.[gpu]', mesa-vulkan-drivers"
MOST_ARENA = 1 << 24
"""Bytes that are compared: larger ones are held to the guest elsewhere."""


@cache
def trusted() -> Trusted | None:
    """This process's device, or None."""
    if importlib.util.find_spec("wgpu") is None:
        return None
    try:
        return Trusted(WebGpu())
    except GpuUnusable:
        return None


def device_or_skip() -> Trusted:
    """The device; else the test is skipped, and says why."""
    found = trusted()
    if found is None:
        pytest.skip(REASON)
    return found


def assert_gpu_agrees(model: Model, data: bytes, output: bytes) -> None:
    """`output` is the guest's."""
    tables = model.tables
    if tables.arena_bytes > MOST_ARENA or not tables.accepts(len(data)):
        return
    held = trusted()
    if held is None:
        return
    program, kept = GpuProgram(tables, model.image, held), held.trust
    if not any(program.taken):
        return
    try:
        held.trust = NONE
        assert program.answers([data]) == [output]
        expected = program.arena()
        for arithmetic in (Arithmetic.STRICT, Arithmetic.SOFT):
            held.trust = replace(kept, floats=arithmetic)
            assert program.answers([data]) == [output], arithmetic
            assert program.arena() == expected, arithmetic
    finally:
        held.trust = kept
