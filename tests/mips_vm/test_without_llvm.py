"""A process that does without LLVM hashes and looks through memory to the same bits."""

import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from mips_vm import Machine
from mips_vm.compiled import llvm
from mips_vm.compiled.native import load_ir
from mips_vm.constants import ARENA, INPUT, STACK, TREE_DEPTH
from mips_vm.errors import NoCompiler
from mips_vm.hashing.keccak import hash_pairs, keccak256
from mips_vm.storage.memory import Memory

ROOT = Path(__file__).parents[2]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Says that LLVM is not to be used, when it is called for."""
    llvm.binding()  # what is imported already is remembered
    return monkeypatch


def scribbled(rng: Random, rounds: int = 40) -> tuple[Memory, list[bytes]]:
    """A memory that was written to, cleared and gone back in; its roots on the way."""
    memory, roots = Memory(), []
    kept = memory.snapshot()
    for _ in range(rounds):
        region = rng.choice([INPUT, STACK, ARENA])
        size = rng.choice([1, 4, 33, 5000])
        address = region.base + rng.randrange(0, 1 << rng.choice([12, 20, 24]))
        memory.write(address, rng.randbytes(size))
        roots.append(memory.root())
        match rng.randrange(6):
            case 0:
                memory.clear(region)
                roots.append(memory.root())
            case 1:
                kept = memory.snapshot()
            case 2:
                memory.restore(kept)
                roots.append(memory.root())
    return memory, roots


@pytest.mark.parametrize("seed", range(3))
def test_memory_without_llvm_has_the_same_roots_and_proofs(
    seed: int, without: pytest.MonkeyPatch
) -> None:
    expected, roots = scribbled(Random(seed))
    address = ARENA.base + 64
    proof = expected.prove(address, TREE_DEPTH)
    without.setattr(llvm, "_avoided", True)
    actual, plain_roots = scribbled(Random(seed))
    assert plain_roots == roots
    assert actual.prove(address, TREE_DEPTH) == proof


def test_hashes_without_llvm_are_the_same(without: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    texts = [rng.bytes(size) for size in (0, 1, 135, 136, 137, 272, 1000)]
    pairs = rng.integers(0, 256, (37, 64), np.uint8)
    expected = [keccak256(text) for text in texts], hash_pairs(pairs).tobytes()
    without.setattr(llvm, "_avoided", True)
    assert ([keccak256(t) for t in texts], hash_pairs(pairs).tobytes()) == expected


def test_native_code_without_llvm_says_what_is_missing(
    without: pytest.MonkeyPatch,
) -> None:
    without.setattr(llvm, "_avoided", True)
    llvm.binding.cache_clear()
    with pytest.raises(NoCompiler, match="pip install llvmlite"):
        load_ir("define void @nothing() { ret void }")


@pytest.mark.parametrize("how", ["import sys; sys.modules['llvmlite'] = None", "avoid"])
def test_process_without_llvm_imports_and_runs_the_reference_machine(how: str) -> None:
    said = "from mips_vm.compiled import llvm; llvm.avoid()" if how == "avoid" else how
    code = f"""
{said}
import sys
from mips_vm import Machine
machine = Machine.from_program(bytes(range(64)))
machine.run(20, "reference")
print(machine.state_root().hex())
assert not sys.modules.get("llvmlite")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    machine = Machine.from_program(bytes(range(64)))
    machine.run(20)
    assert done.stdout.strip() == machine.state_root().hex()
