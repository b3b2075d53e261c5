"""This thread's floating-point environment as C's library sets it (C17, section 7.6).

FE_DFL_ENV is the mode in which programs start: nearest even, and on x86-64 and AArch64
subnormals kept. glibc and musl reset the bits that flush them, too; a test does, and
looks.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

MOST_BYTES: Final = 256
"""Of an fenv_t: 32 on x86-64, 8 on AArch64."""

DEFAULT: Final = ctypes.c_void_p(-1)
"""FE_DFL_ENV, of both libraries."""


@contextmanager
def default_floats() -> Iterator[None]:
    """Within it this thread has the default environment; then what it had before."""
    libm, before = _libm(), ctypes.create_string_buffer(MOST_BYTES)
    libm.fegetenv(before)
    libm.fesetenv(DEFAULT)
    try:
        yield
    finally:
        libm.fesetenv(before)


@cache
def _libm() -> Any:
    ours: Any = ctypes.CDLL(None)  # whatever is linked already
    return ours if hasattr(ours, "fesetenv") else ctypes.CDLL("libm.so.6")
