"""The wasm executor in a process that does without LLVM: the floats' mode, the bits."""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinynn
from mips_vm.compiled import llvm
from tinynn import models
from tinynn.memory.floatenv import default_floats
from tinynn.memory.floatmode import exact_floats, read_mode, write_mode

ROOT = Path(__file__).parents[2]
FLUSHING = {"x86_64": 0x8040, "aarch64": 1 << 24}
DOWNWARDS = {"x86_64": 0x2000, "aarch64": 2 << 22}


@pytest.mark.parametrize("bits", [FLUSHING, DOWNWARDS], ids=["flushing", "rounding"])
def test_default_floats_are_exact_and_give_back_what_was(bits: dict[str, int]) -> None:
    added = bits[platform.machine()]
    with exact_floats():
        exact = read_mode()
    before = read_mode()
    write_mode(before | added)
    try:
        with default_floats():
            within = read_mode()
            tiny = np.float32(2**-126) * np.float32([0.5])
        after = read_mode()
    finally:
        write_mode(before)
    flags = 0x3F  # what has happened, of MXCSR
    assert within & added == 0 and (within & ~flags) == (exact & ~flags)
    assert tiny[0] == 2**-127
    assert after & added == added


def test_wasm_answers_without_llvm_imported_have_the_native_bits() -> None:
    pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")
    code = """
import sys
from mips_vm.compiled import llvm
llvm.avoid()
import numpy as np, tinynn
from tinynn import models
from tinynn.wasm.runtime import WasmProgram
for name in ("mnist", "mnist-int8", "painter"):
    model = tinynn.load(models.path(name))
    size = sum(spec.size for spec in model.inputs)
    program = WasmProgram(model.image)
    assert program.model_root() == model.model_root
    print(program.answer(np.random.default_rng(1).bytes(size)).hex())
loaded = [n for n in sys.modules if n.partition(".")[0] in ("llvmlite", "numba")]
assert not loaded, loaded
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for name, said in zip(
        ("mnist", "mnist-int8", "painter"), done.stdout.split(), strict=True
    ):
        model = tinynn.load(models.path(name))
        size = sum(spec.size for spec in model.inputs)
        assert said == model.answer(np.random.default_rng(1).bytes(size)).hex()


def test_exact_floats_without_llvm_are_those_of_c(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, added = read_mode(), FLUSHING[platform.machine()]
    write_mode(before | added)
    monkeypatch.setattr(llvm, "_avoided", True)
    try:
        with exact_floats():
            tiny = np.float32(2**-126) * np.float32([0.5])
    finally:
        monkeypatch.undo()
        write_mode(before)
    assert tiny[0] == 2**-127
