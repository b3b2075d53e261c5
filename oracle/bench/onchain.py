"""Inference inside the chain: gas of whole transactions, and what the bytes cost.

Gas is what Prague's rules charge, on the embedded chain, with everything cold. It does
not depend on weights; on the input only by its zero bytes, and where zeros are skipped.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

import tinynn
from converters.evm import Options, compiled
from mips_vm.hashing.keccak import keccak256
from oracle.bench import cosmos
from oracle.bench.figure import Figure
from oracle.bench.inference_gas import nanoseconds_a_gas
from oracle.bench.nets.byte_nets import lenet, mlp
from oracle.chain.abi import Abi
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.chain.local.inference import (
    BASE_GAS,
    COLD_GAS,
    IMAGE_WORD_GAS,
    INPUT_BYTE_GAS,
    WORD_BYTES,
    work_gas,
)
from oracle.demo.drawing import draw
from oracle.evm.code import chunks_of
from oracle.evm.pictures import TOKENS, arguments
from oracle.evm.rehearsal import SENDER, call, place, rehearse
from solidity import artifact
from tinynn import Model, models

FACTORY: Final = b"\xfa" * 20
"""Where a factory might be; gas does not depend on it."""

TOKEN: Final = b"\xfb" * 20
"""And a token."""

DIGIT: Final = 7
ZERO_BYTE_GAS, BYTE_GAS = 4, 16
TRANSACTION_GAS = 21_000
PICTURES: Final = {
    "hand": "picture_28_gas",
    "painter": "picture_32_colour_gas",
}
T10K: Final = "PLUMB_T10K"
"""Variable that names a folder of t10k's two files, for the accuracy."""


def figures() -> Iterator[Figure]:
    bytes_of = np.random.default_rng(1).integers(1, 256, 784).astype(np.uint8).tobytes()
    small = gas_of(mlp(784, 20, 10), bytes_of) - calldata_gas(bytes_of)
    yield Figure("evm.net_784_20_10_gas", small, "gas")
    middle = mlp(784, 128, 10)
    yield Figure("evm.net_784_128_10_gas", gas_of(middle, bytes_of), "gas")
    digit = draw(DIGIT, Random(1)).tobytes()
    reader = tinynn.load(models.path("mnist-int8"))
    skipping = Options(skip_zeros=True)
    yield Figure("evm.net_784_128_10_digit_gas", gas_of(reader, digit, skipping), "gas")
    yield Figure("evm.lenet_gas", gas_of(lenet(), bytes_of), "gas")
    for name, figure in PICTURES.items():
        yield Figure(f"evm.{figure}", picture_gas(name), "gas")
    ratio, worst = precompile_ratio(middle, bytes_of), nanoseconds_a_gas()
    yield Figure("evm.precompile_ratio", ratio, "times less gas")
    dearest = max(worst, key=lambda name: worst[name])
    yield Figure(f"precompile, dearest: {dearest}", worst[dearest], "ns a gas")
    yield Figure("evm.int8_accuracy", accuracy(reader), "share")
    yield from cosmos.figures()


def gas_of(model: Model, data: bytes, options: Options | None = None) -> int:
    """Of the whole transaction; the answer is compared with the model's."""
    made = compiled(model, FACTORY, options)
    (used,) = rehearse(made, model, [data]).run_gas
    return used


def picture_gas(name: str) -> int:
    """Of a whole `tokenURI` as a transaction, of a token that was just minted."""
    model = tinynn.load(models.path(name))
    made = compiled(model, FACTORY)
    abi = Abi(TOKENS[name], artifact(TOKENS[name]).abi)
    creation = abi.creation(artifact(TOKENS[name]).bytecode, arguments(made, model))
    chain = EmbeddedChain({SENDER: 10**24}, first_base_fee=0)
    token, _ = call(chain, b"", creation)
    for address, code in ((TOKEN, token), *((a, c) for _, a, c in made.parts)):
        place(chain, address, code)
    seed = keccak256(SENDER.rjust(32, b"\0") + bytes(32))
    mint, uri = (
        abi.calldata("mint", (0,)),
        abi.calldata("tokenURI", (int(seed.hex(), 16),)),
    )
    _, played = chain.rehearse(
        [Call(SENDER, TOKEN, mint), Call(SENDER, TOKEN, uri)], {}
    )
    assert played.is_success and b"data:application/json" in played.output
    return int(Call(SENDER, TOKEN, uri).gas - played.get_gas_remaining())


def precompile_ratio(model: Model, data: bytes) -> float:
    """Gas of the net by that of the precompile, both without the transaction's own.

    The chunks are cold on both sides, as in a transaction that asks once.
    """
    net = gas_of(model, data) - TRANSACTION_GAS - calldata_gas(data)
    image = bytes(model.image)
    accounts = 1 + len(chunks_of(image))
    given = len(model.model_root) + len(data)
    ours = (
        BASE_GAS
        + INPUT_BYTE_GAS * given
        + COLD_GAS * accounts
        + IMAGE_WORD_GAS * (len(image) // WORD_BYTES)
        + work_gas(model)
    )
    return net / ours


def calldata_gas(data: bytes) -> int:
    zeros = data.count(0)
    return ZERO_BYTE_GAS * zeros + BYTE_GAS * (len(data) - zeros)


def accuracy(reader: Model) -> float | None:
    """Of t10k's digits, where its folder is named; else not measured."""
    if T10K not in os.environ:
        return None
    from converters.tools.idx import digits

    images, labels = digits(Path(os.environ[T10K]))
    found = [int(reader.run(image.reshape(-1))[1][0]) for image in images]
    return float(np.mean(np.equal(found, labels)))
