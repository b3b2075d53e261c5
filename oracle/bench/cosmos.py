"""Inference on chains of CosmWasm: operators of an answer, and the gas of transactions.

Operators are wasmtime's fuel, from message to answer. Gas is a real chain's: wasmd's,
where `PLUMB_WASMD` names it or `make cosmos` has built it, else not measured.
"""

import base64
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from coincurve import PrivateKey

import tinynn
from converters.language.conversion import Options, converted
from mips_vm.cosmwasm import VERIFIER
from mips_vm.witness import Witness
from oracle.bench.figure import Figure
from oracle.cosmos import asking
from oracle.cosmos.address import address_of
from oracle.cosmos.deploying import Deployment, planned, verifier_plan
from oracle.cosmos.local import Chain, program, running
from oracle.cosmos.messages import execute
from oracle.cosmos.sender import Sender
from oracle.demo.drawing import draw
from tinynn import Model, models
from tinynn.asking import Asking
from tinynn.cosmwasm.host import Contract
from tinynn.errors import WasmUnusable
from tinynn.text import TextModel

STORIES: Final = "PLUMB_STORIES"
"""Variable that names a folder with stories260K.bin and tok512.bin."""
FILES: Final = "stories260K.bin", "tok512.bin"

PREFIX: Final = "wasm"
KEY: Final = PrivateKey(b"\1" * 32)
COINS: Final = 10**12
LOOKED_AT: Final = 300
"""Instructions, which read and write all there is."""

FEW, MANY = 1, 9
"""Tokens of two answers; the difference is what a token takes."""


@dataclass(frozen=True, slots=True)
class Gas:
    """Of whole transactions, but for `token`: each further one of an answer."""

    digit: int | None = None
    digit_in_state: int | None = None
    token: float | None = None
    step: int | None = None


def figures() -> Iterator[Figure]:
    gas = measured()
    yield Figure("cosmos.digit_operators", digit_operators(), "operators")
    yield Figure("cosmos.digit_gas", gas.digit, "gas")
    yield Figure("cosmos.digit_in_state_gas", gas.digit_in_state, "gas")
    yield Figure("cosmos.token_gas", gas.token, "gas a token")
    yield Figure("cosmos.step_operators", step_operators(), "operators")
    yield Figure("cosmos.step_gas", gas.step, "gas")


def reader() -> Model:
    return tinynn.load(models.path("mnist-int8"))


def digit() -> bytes:
    """A drawn 7."""
    return draw(7, Random(1)).tobytes()


def digit_operators() -> int | None:
    """None without wasmtime."""
    model = reader()
    plan = planned(model, None, in_code=True)
    contract = Contract(plan.code)
    try:
        contract.instantiate(plan.terms)
    except WasmUnusable:
        return None
    text = base64.b64encode(digit()).decode()
    response = contract.execute({"ask": {"input": text}})
    assert response.data == model.answer(digit()), "the same bits"
    return response.operators


def step_message(witness: Witness) -> dict[str, dict[str, str]]:
    """What the verifier's contract is told."""
    return {
        "step": {
            "pre_root": witness.pre_root.hex(),
            "program_root": witness.program_root.hex(),
            "model_root": witness.model_root.hex(),
            "witness": base64.b64encode(witness.data).decode(),
        }
    }


def steps(count: int) -> list[tuple[Witness, bytes]]:
    """Of a digit's first instructions those with the longest proofs, and the roots
    behind them."""
    machine = reader().machine(digit())
    machine.resume()
    found = []
    for _ in range(LOOKED_AT):
        witness = machine.witness()
        machine.step()
        found.append((witness, machine.state_root()))
    return sorted(found, key=lambda pair: len(pair[0].data))[-count:]


def step_operators() -> int | None:
    """The most of ten; None without wasmtime."""
    contract = Contract(VERIFIER.read_bytes())
    try:
        contract.instantiate({})
    except WasmUnusable:
        return None
    most = 0
    for witness, root in steps(10):
        told = contract.execute(step_message(witness))
        assert told.data == root, "the same state"
        most = max(most, told.operators)
    return most


def measured() -> Gas:
    """On a chain of its own, gone afterwards."""
    if program() is None:
        return Gas()
    address = address_of(KEY.public_key.format(compressed=True), PREFIX)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "home", {address: COINS}) as chain,
    ):
        return measured_on(chain)


def measured_on(chain: Chain) -> Gas:
    """With an account of its own, which has coins there."""
    sender = Sender(chain.node, KEY, PREFIX)
    return Gas(
        digit=digit_gas(sender, in_code=True),
        digit_in_state=digit_gas(sender, in_code=False),
        token=token_gas(sender),
        step=step_gas(sender),
    )


def deployed(sender: Sender, model: Model, in_code: bool) -> str:
    plan = planned(model, None, in_code)
    return (
        Deployment(sender, plan, lambda what: None).run(f"bench {model.name}").address
    )


def digit_gas(sender: Sender, in_code: bool) -> int:
    model = reader()
    contract = deployed(sender, model, in_code)
    answer, receipt = asking.ask(sender, contract, digit())
    assert answer == model.answer(digit()), "the same bits"
    return receipt.gas_used


def stories(folder: Path) -> TextModel:
    """stories260K."""
    options = Options(tokens=200, prompt_tokens=56, tokenizer=folder / FILES[1])
    found = TextModel.of(tinynn.load(converted(folder / FILES[0], options).image))
    assert found is not None, "a model of texts"
    return found


def token_gas(sender: Sender) -> float | None:
    """None where the files are not."""
    folder = Path(os.environ.get(STORIES, ""))
    if not all((folder / name).is_file() for name in FILES):
        return None
    language = stories(folder)
    contract = deployed(sender, language.model, in_code=False)
    gas = []
    for count in (FEW, MANY):
        given = language.request(b"Lily and Tom went", Asking(count))
        answer, receipt = asking.ask(sender, contract, given)
        assert answer == language.model.answer(given), "the same bits"
        gas.append(receipt.gas_used)
    return (gas[1] - gas[0]) / (MANY - FEW)


def step_gas(sender: Sender) -> int:
    """The most of three."""
    plan = verifier_plan()
    made = Deployment(sender, plan, lambda what: None).run("bench verifier")
    used = []
    for witness, root in steps(3):
        message = execute(sender.address, made.address, step_message(witness))
        receipt = sender.send([message])
        assert receipt.event("wasm-plumb-step")["post_root"] == root.hex()
        used.append(receipt.gas_used)
    return max(used)
