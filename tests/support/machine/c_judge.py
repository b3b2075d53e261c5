"""The judge in C, native, as WebAssembly and as a contract of CosmWasm, with the
refusals of the contract in Solidity.

Native code is compiled for the tests; what the module runs in is wasmtime.
"""

import base64
import ctypes
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from support.chains.evm import Reverted
from support.chains.verifier import Verifier

from mips_vm.cosmwasm import VERIFIER
from mips_vm.errors import CompilerAbsent
from mips_vm.judge import MODULE
from mips_vm.judge.build import build_native
from mips_vm.witness import Witness
from tinynn.cosmwasm.host import Contract
from tinynn.errors import ContractRefused

Convert = Callable[[bytes], Any]

ROOTS, ROOT_BYTES = 4, 32
"""Pre-state, program, model, and the post-state that the judge puts there."""

REFUSAL_BYTES = 4 + 2 * ROOT_BYTES
WITNESS_AT = ROOTS * ROOT_BYTES + REFUSAL_BYTES
NOTES_BYTES = WITNESS_AT + 4096

NUMBER, ROOT = int.from_bytes, bytes
REFUSALS: tuple[tuple[str, Convert, int], ...] = (
    ("", bytes, 0),
    ("WrongStatus", NUMBER, 2),
    ("WrongWitnessLength", NUMBER, 2),
    ("WrongPreState", ROOT, 2),
    ("NonZeroR0", NUMBER, 1),
    ("WrongLeafProof", ROOT, 2),
    ("WrongBitmap", NUMBER, 2),
    ("NonCanonicalSibling", NUMBER, 1),
    ("WrongRegionRoots", ROOT, 2),
)
"""As judge.h numbers them: the contract's error, its arguments' type, how many."""


class Judge(Protocol):
    def step(self, witness: Witness) -> bytes:
        """The post-root, or Reverted."""
        ...


class CJudge:
    """Fills in the notes, calls, and reads them again."""

    def __init__(self, notes: np.ndarray[Any, Any], judge: Callable[[int], int]):
        self._notes, self._judge = notes, judge

    def step(self, witness: Witness) -> bytes:
        roots = witness.pre_root + witness.program_root + witness.model_root
        self._put(0, roots)
        self._put(WITNESS_AT, witness.data)
        kind = self._judge(len(witness.data))
        refusal = self._take(ROOTS * ROOT_BYTES, REFUSAL_BYTES)
        assert kind == int.from_bytes(refusal[:4], "little")
        if not kind:
            return self._take(3 * ROOT_BYTES, ROOT_BYTES)
        name, convert, count = REFUSALS[kind]
        values = [refusal[4:][:ROOT_BYTES], refusal[4 + ROOT_BYTES :]]
        raise Reverted(name, tuple(map(convert, values[-count:])))

    def _put(self, at: int, data: bytes) -> None:
        self._notes[at : at + len(data)] = np.frombuffer(data, np.uint8)

    def _take(self, at: int, size: int) -> bytes:
        return bytes(self._notes[at : at + size])


@cache
def native_judge() -> CJudge:
    """Compiled for this processor; the test is skipped without a compiler."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            library = ctypes.CDLL(str(build_native(Path(folder) / "judge.so")))
        except CompilerAbsent as absent:
            pytest.skip(str(absent))
    library.judge_notes.restype = ctypes.c_void_p
    view = (ctypes.c_ubyte * NOTES_BYTES).from_address(library.judge_notes())
    return CJudge(np.frombuffer(view, np.uint8), library.judge)


def wasm_judge() -> CJudge:
    """The committed module; the test is skipped without wasmtime."""
    wasmtime = pytest.importorskip("wasmtime", reason="pip install -e '.[wasm]'")
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, str(MODULE))
    store = wasmtime.Store(engine)
    exports = wasmtime.Instance(store, module, []).exports(store)
    memory, at = exports["memory"], exports["judge_notes"](store)
    base = ctypes.addressof(memory.data_ptr(store).contents)
    view = (ctypes.c_ubyte * NOTES_BYTES).from_address(base + at)

    def judge(size: int) -> int:
        return int(exports["judge"](store, size))

    return CJudge(np.frombuffer(view, np.uint8), judge)


def step_message(witness: Witness) -> dict[str, Any]:
    """What the verifier of mips_vm/cosmwasm/ is told."""
    roots = {
        "pre_root": witness.pre_root.hex(),
        "program_root": witness.program_root.hex(),
        "model_root": witness.model_root.hex(),
    }
    text = base64.b64encode(witness.data).decode()
    return {"step": {**roots, "witness": text}}


def refusal_of(told: str) -> Reverted:
    """Of the verifier's words: a name, and two times 32 bytes."""
    found = re.search(r"(\w+): expected ([0-9a-f]{64}), got ([0-9a-f]{64})", told)
    assert found is not None, told
    convert, count = next(row[1:] for row in REFUSALS if row[0] == found[1])
    values = [bytes.fromhex(found[i]) for i in (2, 3)]
    return Reverted(found[1], tuple(map(convert, values[-count:])))


class ContractJudge:
    """The verifier, in wasmtime: a query and an execution, which say the same."""

    def __init__(self) -> None:
        self._contract = Contract(VERIFIER.read_bytes())
        self._contract.instantiate({})

    def step(self, witness: Witness) -> bytes:
        message = step_message(witness)
        try:
            told = self._contract.query(message)["post_root"]
        except ContractRefused as refused:
            raise refusal_of(str(refused)) from None
        response = self._contract.execute(message)
        assert response.data.hex() == told == response.event["post_root"]
        return response.data


def contract_judge() -> ContractJudge:
    """The committed module; the test is skipped without wasmtime."""
    pytest.importorskip("wasmtime", reason="pip install -e '.[wasm]'")
    return ContractJudge()


JUDGES: dict[str, Callable[[], Judge]] = {
    "contract": Verifier,
    "c": native_judge,
    "wasm": wasm_judge,
    "cosmwasm": contract_judge,
}
