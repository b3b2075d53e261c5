"""Floating-point modes that a library may have left behind."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tinynn.memory import floatmode
from tinynn.memory.floatmode import read_mode, write_mode

FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO = 0x8040


@contextmanager
def flushing() -> Iterator[None]:
    """Within it this thread has no subnormals; skips where nobody knows how."""
    if floatmode.platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("MXCSR is x86's")
    before = read_mode()
    write_mode(before | FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO)
    try:
        yield
    finally:
        write_mode(before)
