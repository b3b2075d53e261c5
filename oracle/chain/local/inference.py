"""The precompile of docs/precompile.md, for py-evm: a model's output, by its root.

`Rules` are Prague's with one account more. A call is total: whatever the data and the
state, it ends with an output or with none, and all gas is charged before what it pays
for is done.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from eth.abc import ComputationAPI
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address

import tinynn
from mips_vm.hashing.keccak import keccak256
from solidity import artifact
from tinynn import ImageError, Model
from tinynn.image.header import HEADER, Header

PRECOMPILE: Final = Address(bytes.fromhex("504c".zfill(40)))
MODEL_CODE: Final = Address(bytes.fromhex("504d".zfill(40)))
"""Where ModelCode lies from the first block on."""

VERSION: Final = 1
"""Of the price: the bounds of tinynn/validator/bounds.py are consensus here."""

BASE_GAS: Final = 3_000
INPUT_BYTE_GAS: Final = 3
IMAGE_WORD_GAS: Final = 3
COLD_GAS, WARM_GAS = 2_600, 100
OPERATOR_GAS: Final = 200
INSTRUCTIONS_A_GAS: Final = 256

MOST_IMAGE: Final = 1 << 25
"""Bytes; of a larger image, or with a larger arena, there is no output."""

MOST_ARENA: Final = 1 << 26
ROOT_BYTES, ADDRESS_BYTES, WORD_BYTES = 32, 20, 32
KEPT: Final = 8
"""Models that stay loaded: it changes nothing but time."""


def manifest_of(root: bytes) -> Address:
    """Where the manifest of a model lies, or would: EIP-1014, with the root as salt."""
    code = keccak256(artifact("Manifest").bytecode)
    return Address(keccak256(b"\xff" + MODEL_CODE + root + code)[-ADDRESS_BYTES:])


def work_gas(model: Model) -> int:
    """Of one inference: a bound, whatever the input."""
    tables, passes = model.tables, max(1, model.tables.loop.passes)
    operators = OPERATOR_GAS * len(tables.operators) * passes
    return operators + -(-model.most_instructions // INSTRUCTIONS_A_GAS)


def infer(computation: ComputationAPI) -> ComputationAPI:
    """Data is a root and an input. No output where no model has that root."""
    data = bytes(computation.msg.data_as_bytes)
    computation.output = b""
    gas = BASE_GAS + INPUT_BYTE_GAS * len(data)
    computation.consume_gas(gas, reason="inference: base, input")
    root, given = data[:ROOT_BYTES], data[ROOT_BYTES:]
    stored = stored_image(computation, root) if len(root) == ROOT_BYTES else b""
    if len(stored) < HEADER.size:
        return computation
    size = Header(*HEADER.unpack_from(stored)).image_bytes
    if not len(stored) <= size <= MOST_IMAGE:
        return computation
    words = -(-size // WORD_BYTES)
    computation.consume_gas(IMAGE_WORD_GAS * words, reason="inference: image")
    model = loaded(stored.ljust(size, b"\0"))
    if model is None or model.tables.arena_bytes > MOST_ARENA:
        return computation
    computation.consume_gas(work_gas(model), reason="inference: work")
    computation.output = model.answer(given)
    return computation


def stored_image(computation: ComputationAPI, root: bytes) -> bytes:
    """What the manifest's chunks hold; each account that is looked at is paid for."""
    manifest = touched(computation, manifest_of(root))[1:]
    starts = range(0, len(manifest), ADDRESS_BYTES)
    chunks = [Address(manifest[at : at + ADDRESS_BYTES]) for at in starts]
    return b"".join(touched(computation, chunk)[1:] for chunk in chunks)


def touched(computation: ComputationAPI, address: Address) -> bytes:
    """An account's code, at the price of EIP-2929."""
    state = computation.state
    warm = state.is_address_warm(address)
    computation.consume_gas(WARM_GAS if warm else COLD_GAS, reason="inference: code")
    state.mark_address_warm(address)
    return bytes(state.get_code(address))


@lru_cache(KEPT)
def loaded(image: bytes) -> Model | None:
    """The model; None if the image is not canonical."""
    try:
        return tinynn.load(image)
    except ImageError:
        return None


Precompiles = dict[Address, Callable[[ComputationAPI], Any]]


class InferenceComputation(PragueComputation):
    """Prague's, with one account more that computes."""

    _precompiles: Precompiles = {
        **PragueComputation.get_precompiles(),
        PRECOMPILE: infer,
    }


class InferenceState(PragueState):
    computation_class = InferenceComputation


class InferenceVM(PragueVM):
    _state_class = InferenceState
