"""The cross-compiler and qemu, for the tests marked `toolchain`."""

import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mips_vm.build import build_elf

PROGRAMS = Path(__file__).parent / "programs"

Build = Callable[..., Path]
Qemu = Callable[[Path, bytes], bytes]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds a program of `programs/` by name; skips without the compiler."""
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("cross-compiler absent: the package ziglang is not installed")
    folder = tmp_path_factory.mktemp("programs")

    def build_program(name: str, optimise: str = "-O2", qemu: bool = False) -> Path:
        out = folder / f"{name}{optimise}{'-qemu' if qemu else ''}.elf"
        if not out.exists():
            build_elf([PROGRAMS / f"{name}.c"], out, optimise=optimise, qemu=qemu)
        return out

    return build_program


@pytest.fixture(scope="session")
def qemu() -> Qemu:
    """Runs an ELF of the qemu variant, input to output; skips without qemu."""
    binary = shutil.which("qemu-mipsel")
    if binary is None:
        pytest.skip("qemu-mipsel is not installed")

    def run(elf: Path, data: bytes) -> bytes:
        done = subprocess.run(
            [binary, elf], input=data, capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
