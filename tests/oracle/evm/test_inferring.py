"""A devnet with the precompile: an image stored, a contract that asks at once."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from support.programs.command import plumb_in
from support.testbeds.devnet import DevnetTestbed

import tinynn
from oracle.chain.errors import Refused
from oracle.chain.local.accounts import development_accounts
from oracle.demo.drawing import draw
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from oracle.evm import publish
from oracle.sending.sender import Sender
from solidity import artifact
from solidity.deployment import Parameters
from tinynn import models

ETHER = 10**18
UNIT = ETHER // 10
NO_NET = (bytes(20), 44, bytes(32))


@pytest.fixture(scope="module")
def inferring() -> Iterator[tuple[str, Ready]]:
    ready = set_up(Parameters(8, 600), inference=True)
    with serving(application(Service(ready.devnet)), "127.0.0.1", 0) as url:
        yield url, ready


def test_image_is_stored_and_a_contract_acts_on_its_answer(
    inferring: tuple[str, Ready], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    testbed = DevnetTestbed(*inferring, tmp_path, plumb_in(capsys))
    model, path = tinynn.load(models.path("mnist-int8")), models.path("mnist-int8")
    sender = Sender(testbed.chain, development_accounts(3)[2])
    contract = publish.next_contract(sender, "Cheques")
    arguments = (NO_NET, model.model_root, 0, UNIT)
    code = artifact("Cheques").bytecode
    sender.deploy(contract, contract.abi.creation(code, arguments))
    sender.send(contract, "deposit", value=ETHER)
    image = draw(7, Random(1)).tobytes()
    digit = int(model.run(draw(7, Random(1)).reshape(784))[1][0])
    payee = bytes.fromhex("ab" * 20)
    with pytest.raises(Refused, match="UseOracle"):
        sender.send(contract, "cash", image, payee)
    given = ("model", "deploy", "--precompile", path, "--json")
    done = testbed.plumb(*given).json()
    assert done["transactions"] == 6
    again = testbed.plumb(*given).json()
    assert again["transactions"] == 0 and again["manifest"] == done["manifest"]
    receipt = sender.send(contract, "cash", image, payee)
    assert testbed.chain.balance(payee) == digit * UNIT
    assert receipt.gas_used < 150_000


def test_chain_without_it_is_refused(testbed: DevnetTestbed) -> None:
    path = models.path("mnist-int8")
    ended = testbed.plumb("model", "deploy", "--precompile", path)
    assert ended.status == 1 and "plumb devnet --inference has it" in ended.err
