"""The cross-compiler and qemu, for the tests marked `toolchain`; an empty cache."""

import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.machine.compiling import forget

from mips_vm.toolchain.build import build_elf
from mips_vm.translate import unit

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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no translation in memory."""
    monkeypatch.setenv("PLUMB_CACHE", str(tmp_path))
    forget(monkeypatch)
    return tmp_path


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each unit that is compiled."""
    units: list[str] = []
    plain = unit.compile_ir

    def counted(ir: str, passes: tuple[str, ...]) -> bytes:
        units.append(ir)
        return plain(ir, passes)

    monkeypatch.setattr(unit, "compile_ir", counted)
    return units
