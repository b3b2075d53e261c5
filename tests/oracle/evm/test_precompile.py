"""The precompile: total, priced before it runs, and the bits of the model."""

import re
from pathlib import Path

import pytest
from support.sources.byte_nets import inputs_of, lenet, mlp, odd

import tinynn
from converters.evm import compiled
from mips_vm.hashing.tree import region_root_of
from oracle.bench.onchain import FACTORY, calldata_gas
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.chain.local.inference import (
    BASE_GAS,
    COLD_GAS,
    IMAGE_WORD_GAS,
    INPUT_BYTE_GAS,
    MODEL_CODE,
    PRECOMPILE,
    WORD_BYTES,
    manifest_of,
    work_gas,
)
from oracle.evm import code, rehearsal
from tinynn import Model, models

PAGE = Path(__file__).parents[3] / "docs" / "precompile.md"
MODEL_DEPTH = 26
TRANSACTION_GAS = 21_000


def chain_of(*images: bytes) -> EmbeddedChain:
    """A chain with the precompile, and images by their roots."""
    chain = EmbeddedChain({rehearsal.SENDER: 10**21}, first_base_fee=0, inference=True)
    for image in images:
        root = region_root_of(image, MODEL_DEPTH)
        assert manifest_of(root) != MODEL_CODE
        store(chain, root, code.chunks_of(image))
    return chain


def store(chain: EmbeddedChain, root: bytes, chunks: list[bytes]) -> bytes:
    """What `store` returns; its code is what a transaction would leave."""
    addresses = [bytes([9, number]) + root[:18] for number in range(len(chunks))]
    for address, chunk in zip(addresses, chunks, strict=True):
        rehearsal.place(chain, address, chunk)
    data = code.store_abi().calldata("store", (root, addresses))
    output, _ = rehearsal.call(chain, bytes(MODEL_CODE), data)
    if output:
        listed = b"\0" + b"".join(addresses)
        rehearsal.place(chain, bytes(manifest_of(root)), listed)
    return output[-20:]


def ask(chain: EmbeddedChain, root: bytes, data: bytes) -> tuple[bytes, int]:
    return rehearsal.call(chain, bytes(PRECOMPILE), root + data)


@pytest.mark.parametrize(
    "model", [mlp(60, 20, 5), odd(), tinynn.load(models.path("mnist"))]
)
def test_precompile_answers_the_models_bits(model: Model) -> None:
    """Floats as well as bytes: it is the native executor."""
    chain = chain_of(bytes(model.image))
    for data in inputs_of(model, 4):
        assert ask(chain, model.model_root, data)[0] == model.answer(data)
    assert ask(chain, model.model_root, b"short")[0] == b""


def test_manifest_lies_where_the_root_says() -> None:
    """Python's address is Solidity's, and the creation code really leaves the list."""
    model = mlp(784, 60, 10)
    chain = chain_of()
    chunks = code.chunks_of(bytes(model.image))
    assert len(chunks) > 1
    assert store(chain, model.model_root, chunks) == manifest_of(model.model_root)


def test_price_is_as_the_text_says() -> None:
    model = tinynn.load(models.path("mnist-int8"))
    image = bytes(model.image)
    chain = chain_of(image)
    data = inputs_of(model, 3)[2]
    _, used = ask(chain, model.model_root, data)
    given = model.model_root + data
    expected = (
        TRANSACTION_GAS
        + calldata_gas(given)
        + BASE_GAS
        + INPUT_BYTE_GAS * len(given)
        + COLD_GAS * (1 + len(code.chunks_of(image)))
        + IMAGE_WORD_GAS * (len(image) // WORD_BYTES)
        + work_gas(model)
    )
    assert used == expected


def test_vectors_of_the_text_hold() -> None:
    text = PAGE.read_text()
    model = tinynn.load(models.path("mnist-int8"))
    chain = chain_of(bytes(model.image))
    rows = re.findall(r"^\| (\d+) bytes 0x(..) \| (\d+) \| 0x(\w*) \|$", text, re.M)
    assert len(rows) == 3
    assert f"0x{model.model_root.hex()}" in text
    for count, byte, gas, output in rows:
        data = bytes.fromhex(byte) * int(count)
        found, used = ask(chain, model.model_root, data)
        assert found.hex() == output
        assert execution(used, model.model_root + data) == int(gas)


def execution(used: int, data: bytes) -> int:
    return used - TRANSACTION_GAS - calldata_gas(data)


@pytest.mark.parametrize("make", [lambda: mlp(784, 128, 10), lenet])
def test_precompile_costs_a_sixth_of_the_net(make) -> None:
    model = make()
    chain, data = chain_of(bytes(model.image)), inputs_of(model, 3)[2]
    _, used = ask(chain, model.model_root, data)
    made = compiled(model, FACTORY)
    (net,) = rehearsal.rehearse(made, model, [data]).run_gas
    ours = execution(used, model.model_root + data)
    assert 6 * ours <= execution(net, data)


def test_gas_is_charged_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit less, and nothing was computed."""
    model = mlp(60, 20, 5)
    chain, data = chain_of(bytes(model.image)), inputs_of(model, 3)[2]
    given = model.model_root + data
    (played,) = chain.rehearse([Call(rehearsal.SENDER, bytes(PRECOMPILE), given)], {})
    used = 2**24 - played.get_gas_remaining()
    ran = []
    answer = Model.answer
    monkeypatch.setattr(
        Model, "answer", lambda self, data: ran.append(data) or answer(self, data)
    )
    for gas, good in ((used, True), (used - 1, False)):
        call = Call(rehearsal.SENDER, bytes(PRECOMPILE), given, gas=gas)
        (played,) = chain.rehearse([call], {})
        assert played.is_success == good
        assert bool(ran) == good
        ran.clear()


def test_unknown_roots_and_spoiled_images_have_no_output() -> None:
    image = bytes(odd().image)
    spoiled = image[:100] + b"\xff" * 8 + image[108:]
    huge = image[:8] + b"\xff\xff\xff\x7f" + image[12:]
    tiny = b"\x01"
    chain = chain_of(spoiled, huge, tiny)
    for root in (
        b"\x05" * 32,
        *(region_root_of(data, MODEL_DEPTH) for data in (spoiled, huge, tiny)),
    ):
        output, used = ask(chain, root, bytes(396))
        assert output == b"" and used < 60_000
    assert ask(chain, b"\x05" * 31, b"")[0] == b""
    assert rehearsal.call(chain, bytes(PRECOMPILE), b"")[0] == b""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda chunks: [],
        lambda chunks: [chunks[0]],
        lambda chunks: chunks[::-1],
        lambda chunks: [chunks[0], b"\x01" + chunks[1][1:]],
        lambda chunks: [chunks[0], chunks[1] + b"\0"],
        lambda chunks: [chunks[0][:-1], b"\0" + chunks[0][-1:] + chunks[1][1:]],
    ],
    ids=["none", "half", "turned", "no chunk", "longer", "cut elsewhere"],
)
def test_other_chunks_than_the_roots_are_refused(spoil) -> None:
    model = mlp(784, 60, 10)
    chunks = code.chunks_of(bytes(model.image))
    assert store(chain_of(), model.model_root, spoil(chunks)) == b""


def test_chain_without_the_precompile_succeeds_with_no_data() -> None:
    """Which is why Infer looks at the length."""
    chain = EmbeddedChain({rehearsal.SENDER: 10**21}, first_base_fee=0)
    call = Call(rehearsal.SENDER, bytes(PRECOMPILE), bytes(64))
    (played,) = chain.rehearse([call], {})
    assert played.is_success and played.output == b""
