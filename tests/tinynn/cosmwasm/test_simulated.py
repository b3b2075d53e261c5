"""The committed contracts in another's VM: cw-simulate, which runs them in Node's
engine and moves the coins."""

import base64
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from support.chains.simulated import BOB, CAROL, OWNER, Refused, Simulated, simulated
from support.fuzz import generate, judge
from support.images.contract_twin import base64_of, chunks, terms
from support.images.models import digit_reader
from support.machine.c_judge import refusal_of, step_message

import tinynn
from mips_vm.cosmwasm import VERIFIER
from mips_vm.witness import Witness
from tinynn import Model, models
from tinynn.cosmwasm import NET, cargo

pytestmark = pytest.mark.toolchain

FEES = {"denom": "stake", "price": "100", "reward": "25"}


@pytest.fixture(scope="module")
def chain() -> Iterator[Simulated]:
    with simulated() as chain:
        yield chain


@pytest.fixture(scope="module")
def small() -> Model:
    return tinynn.load(digit_reader())


def test_model_in_the_state_answers_and_coins_move(
    chain: Simulated, small: Model
) -> None:
    for address, amount in ((OWNER, 0), (BOB, 1000), (CAROL, 0)):
        chain.fund(address, amount)
    contract = chain.deploy(NET.read_bytes(), terms(small, FEES))
    for i, data in enumerate(chunks(small)):
        message = {"chunk": {"index": i, "bytes": base64_of(data)}}
        with pytest.raises(Refused, match="expected the owner"):
            chain.execute(contract, message, BOB)
        chain.execute(contract, message)
    chain.execute(contract, {"seal": {}})
    assert chain.query(contract, {"config": {}})["sealed"]
    rng = np.random.default_rng(2)
    for _ in range(5):
        data = rng.bytes(36)
        told = chain.execute(contract, {"ask": {"input": base64_of(data)}}, BOB, 100)
        assert told["data"] == small.answer(data)
        assert told["gas"] > 0
    assert (chain.balance(BOB), chain.balance(OWNER)) == (500, 500)
    message = {"request": {"input": base64_of(data)}}
    assert chain.execute(contract, message, BOB, 125)["data"] == b"0"
    assert chain.execute(contract, message, BOB, 125)["data"] == b"1"
    assert chain.balance(contract) == 250
    assert chain.execute(contract, {"answer": {"id": 0}}, CAROL)["data"]
    chain.execute(contract, {"cancel": {"id": 1}}, BOB)
    paid = {who: chain.balance(who) for who in (BOB, OWNER, CAROL, contract)}
    assert paid == {BOB: 375, OWNER: 600, CAROL: 25, contract: 0}


def test_model_in_the_code_answers_as_the_model_does(chain: Simulated) -> None:
    model = tinynn.load(models.path("mnist-int8"))
    contract = chain.deploy(cargo.carrying(model.image), terms(model))
    rng = np.random.default_rng(3)
    for data in (bytes(784), b"\xff" * 784, *(rng.bytes(784) for _ in range(8))):
        told = chain.query(contract, {"answer": {"input": base64_of(data)}})
        assert base64.b64decode(told["output"]) == model.answer(data)
        told = chain.execute(contract, {"ask": {"input": base64_of(data)}}, BOB)
        assert told["data"] == model.answer(data)


def test_refusals_are_told_and_change_nothing(chain: Simulated, small: Model) -> None:
    chain.fund(BOB, 1000)
    contract = chain.deploy(NET.read_bytes(), terms(small, FEES))
    for message, told in (
        ({"ask": {"input": base64_of(bytes(36))}}, "funds: expected 100stake, got 99"),
        ({"nothing": {}}, 'got "nothing"'),
        # Only ASCII: the simulator takes a character for a byte.
        ({'"\\\n': "\\u2028"}, "message: expected an object with one of"),
    ):
        with pytest.raises(Refused, match=told):
            chain.execute(contract, message, BOB, 99)
    nested: object = 1
    for _ in range(40):
        nested = [nested]
    with pytest.raises(Refused, match="at most 32 levels deep"):
        chain.execute(contract, nested, BOB)
    assert chain.balance(BOB) == 1000


class SimulatedJudge:
    """The verifier on a simulated chain."""

    def __init__(self, chain: Simulated) -> None:
        self._chain = chain
        self._contract = chain.deploy(VERIFIER.read_bytes(), {})

    def step(self, witness: Witness) -> bytes:
        message = step_message(witness)
        try:
            told = self._chain.query(self._contract, message)["post_root"]
        except Refused as refused:
            raise refusal_of(str(refused)) from None
        assert self._chain.execute(self._contract, message)["data"].hex() == told
        return bytes.fromhex(told)


def test_verifier_proves_what_the_machine_does(chain: Simulated) -> None:
    simulated_judge, rng, steps = SimulatedJudge(chain), Random(4), 0
    for _ in range(2):
        verdict = judge.on_chain(simulated_judge, generate.case(rng, 3, 6))
        assert not verdict.disagreement
        steps += verdict.steps
    assert steps > 10
