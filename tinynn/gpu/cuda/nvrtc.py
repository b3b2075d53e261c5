"""PTX and machine code of the kernels, by NVIDIA's run-time compiler: without a GPU.

The library comes with the package nvidia-cuda-nvrtc (the extra `cuda`), or with CUDA.
"""

import ctypes
import ctypes.util
import importlib.util
from functools import cache
from pathlib import Path
from typing import Final

from ...errors import GpuUnusable
from ..layout import Kernel

SOURCE: Final = Path(__file__).with_name("kernels.cu")
OPTIONS: Final = (
    "--fmad=false",
    "--ftz=false",
    "--prec-div=true",
    "--prec-sqrt=true",
)
"""The intrinsics are pinned without them; what the compiler adds is, with them."""

NAMES: Final = ("libnvrtc.so*", "nvrtc64_*.dll")


def source() -> str:
    """The kernels behind the names of their words."""
    named = {name.name: int(name) for kernel in Kernel for name in kernel.names}
    lines = [f"#define {name} {value}u" for name, value in named.items()]
    return "\n".join([*lines, "", SOURCE.read_text()])


@cache
def _library() -> ctypes.CDLL:
    """Raises GpuUnusable where there is none."""
    for path in (*_packaged(), ctypes.util.find_library("nvrtc")):
        try:
            return ctypes.CDLL(str(path)) if path else _missing()
        except OSError:
            continue
    return _missing()


def _missing() -> ctypes.CDLL:
    raise GpuUnusable("the package nvidia-cuda-nvrtc", "none")


def _packaged() -> list[Path]:
    paths = [path for name in NAMES for path in found(name)]
    return sorted(path for path in paths if "alt" not in path.name)


def found(pattern: str) -> list[Path]:
    """Files of NVIDIA's packages, whatever CUDA's version."""
    spec = importlib.util.find_spec("nvidia")
    roots = map(Path, (spec.submodule_search_locations or []) if spec else [])
    return sorted(path for root in roots for path in root.rglob(pattern))


@cache
def ptx(architecture: str = "compute_75") -> str:
    """Of all kernels, for that architecture and later ones. Raises GpuUnusable."""
    return _compiled(architecture, "PTX").rstrip(b"\0").decode()


@cache
def cubin(architecture: str) -> bytes:
    """A chip's own code, such as for sm_90; for who wants to read it."""
    return _compiled(architecture, "CUBIN")


def _compiled(architecture: str, what: str) -> bytes:
    library, program = _library(), ctypes.c_void_p()
    text = source().encode()
    library.nvrtcCreateProgram(
        ctypes.byref(program), text, b"kernels.cu", 0, None, None
    )
    options = [*OPTIONS, f"--gpu-architecture={architecture}"]
    given = (ctypes.c_char_p * len(options))(*(each.encode() for each in options))
    failed = library.nvrtcCompileProgram(program, len(options), given)
    told = _got(library, program, "ProgramLog" if failed else what)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    if failed:
        problem = told.rstrip(b"\0").decode(errors="replace")
        raise GpuUnusable("kernels that NVRTC compiles", problem)
    return told


def _got(library: ctypes.CDLL, program: ctypes.c_void_p, what: str) -> bytes:
    size = ctypes.c_size_t()
    getattr(library, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
    held = ctypes.create_string_buffer(size.value)
    getattr(library, f"nvrtcGet{what}")(program, held)
    return held.raw
