"""CUDA's kernels without its hardware: their machine code is read, and they are run.

NVRTC compiles without a device; zig compiles the same text as C++ for this processor,
whose additions and products are the intrinsics.
"""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tinynn.errors import GpuUnusable
from tinynn.gpu.cuda import driver, nvrtc
from tinynn.gpu.layout import Arithmetic, Common, Kernel, Launch
from tinynn.gpu.opening import opened
from tinynn.gpu.trust import Trust, examined

INEXACT = re.compile(
    r"\bfma\.|\bmad\.[a-z]*\.?f32|\.ftz|\.approx|\.full|\brcp\.|\btanh\."
)
SHIM = Path(__file__).with_name("cuda_on_host.h")


@pytest.fixture(scope="module")
def ptx() -> str:
    try:
        return nvrtc.ptx()
    except GpuUnusable as error:
        pytest.skip(f"{error}: pip install -e '.[cuda]'")


def test_ptx_has_pinned_roundings_and_nothing_else(ptx: str) -> None:
    found = {line.strip() for line in ptx.splitlines() if INEXACT.search(line)}
    assert not found
    for pinned in ("add.rn.f32", "mul.rn.f32", "div.rn.f32", "sqrt.rn.f32"):
        assert pinned in ptx
    assert ptx.count(".entry") == len(Kernel)
    assert not re.search(r"\b(add|mul|sub|div|sqrt)\.f32", ptx), "roundings unsaid"


def test_ptx_of_a_plain_expression_would_be_found(
    ptx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the intrinsics the compiler fuses, and it is seen."""
    pinned = "__fadd_rn(total, __fmul_rn(num(a), num(b)))"
    text = nvrtc.source()
    assert pinned in text
    plain = text.replace(pinned, "total + num(a) * num(b)")
    monkeypatch.setattr(nvrtc, "source", lambda: plain)
    monkeypatch.setattr(nvrtc, "OPTIONS", ())
    assert INEXACT.search(nvrtc.ptx.__wrapped__())


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90"])
def test_machine_code_of_sums_does_not_fuse(
    ptx: str, architecture: str, tmp_path: Path
) -> None:
    """Quotients and roots do inside of their own routines, which round rightly."""
    disassembler = disassembler_or_skip()
    path = tmp_path / "kernels.cubin"
    path.write_bytes(nvrtc.cubin(architecture))
    listed = subprocess.run(
        [disassembler, "-c", path], capture_output=True, text=True, check=True
    )
    sections = re.split(r"^\s*\.section\s+\.text\.", listed.stdout, flags=re.MULTILINE)
    by_name = {part.split(",")[0].strip('"'): part for part in sections[1:]}
    for kernel in (Kernel.SUMS, Kernel.WINDOW):
        code = by_name[kernel.stem]
        assert "FMUL" in code and "FADD" in code
        assert not re.search(r"\bFFMA|\b(FADD|FMUL)\S*\.FTZ", code)
    assert "FFMA" in by_name[Kernel.ZIP.stem], "the disassembler shows what is there"


def disassembler_or_skip() -> Path:
    """nvdisasm of the package nvidia-cuda-nvdisasm."""
    for path in nvrtc.found("nvdisasm*"):
        return path
    pytest.skip("no nvdisasm: pip install -e '.[cuda]'")


class OnHost:
    """A device whose chip is this processor: memory is bytes, a launch a loop."""

    name, most_bytes = "this processor", 1 << 30
    arithmetics = (Arithmetic.STRICT,)

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def buffer(self, size: int) -> np.ndarray:
        return np.zeros(size + 4, np.uint8)

    def write(self, buffer: np.ndarray, offset: int, data: bytes) -> None:
        buffer[offset : offset + len(data)] = np.frombuffer(data, np.uint8)

    def read(self, buffer: np.ndarray, ranges: list[tuple[int, int]]) -> list[bytes]:
        return [buffer[start : start + size].tobytes() for start, size in ranges]

    def prepare(
        self,
        launch: Launch,
        arithmetic: Arithmetic,
        constants: np.ndarray,
        memory: np.ndarray,
        stride: int,
    ) -> tuple[Launch, list[np.ndarray]]:
        assert arithmetic is not Arithmetic.SOFT
        words = np.array(launch.words, np.uint32)
        words[Common.STRIDE] = stride
        return launch, [constants, memory, words.view(np.uint8)]

    def run(self, prepared: list[tuple[Launch, list[np.ndarray]]], items: int) -> None:
        for launch, buffers in prepared:
            held = [ctypes.c_void_p(each.ctypes.data) for each in buffers]
            name = f"host_{launch.kernel.stem}"
            self._library[name](*held, launch.threads, items)


def on_host(text: str, folder: Path) -> OnHost:
    pytest.importorskip("ziglang", reason="no zig: pip install -e '.[guest]'")
    source, library = folder / "kernels.cpp", folder / "kernels.so"
    source.write_text(
        f'#include "{SHIM}"\n{text}\n{SHIM.read_text().split("// TAIL")[1]}'
    )
    command = [sys.executable, "-m", "ziglang", "cc", "-xc++", "-O2", "-shared"]
    command += ["-fPIC", "-ffp-contract=off", "-fno-sanitize=all", "-w"]
    subprocess.run([*command, "-o", library, source], check=True)
    return OnHost(ctypes.CDLL(str(library)))


@pytest.mark.slow
@pytest.mark.toolchain
def test_kernels_on_this_processor_pass_the_self_test(tmp_path: Path) -> None:
    device = on_host(nvrtc.source(), tmp_path)
    assert examined(device) == Trust(True, Arithmetic.STRICT)


@pytest.mark.slow
@pytest.mark.toolchain
def test_kernels_that_fuse_are_found(tmp_path: Path) -> None:
    pinned = "__fadd_rn(total, __fmul_rn(num(a), num(b)))"
    fused = nvrtc.source().replace(pinned, "__builtin_fmaf(num(a), num(b), total)")
    trust = examined(on_host(fused, tmp_path))
    assert (trust.integers, trust.floats) == (True, None)
    assert "a product is rounded" in trust.problems[0]


def test_cuda_without_a_driver_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LIBRARIES", ("libcuda-that-is-not.so",))
    with pytest.raises(GpuUnusable, match="expected NVIDIA's driver, got none"):
        driver.Cuda()


def test_nvrtc_that_is_absent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nvrtc._library.cache_clear()
    monkeypatch.setattr(nvrtc, "_packaged", list)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(GpuUnusable, match="the package nvidia-cuda-nvrtc, got none"):
        nvrtc._library()
    nvrtc._library.cache_clear()


def test_opening_without_any_device_says_what_the_last_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none() -> OnHost:
        raise GpuUnusable("one", "none")

    monkeypatch.setattr("tinynn.gpu.opening.KINDS", (none, none))
    with pytest.raises(GpuUnusable, match="expected one, got none"):
        opened()
