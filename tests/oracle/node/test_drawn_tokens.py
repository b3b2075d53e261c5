"""A token that a diffusion model draws, answered by a worker: of a block's seed."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.embedded import EmbeddedTestbed
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.conversion import Options, converted
from oracle.chain.chain import Contract, contract_of
from oracle.chain.events import Requested
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.seeds import seed_of
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Asked, Status
from solidity import artifact
from solidity.deployment import create_address
from tinynn.drawing import Drawing

OWNER, WORKER, BUYER, CHALLENGER = 0, 2, 3, 4
STEPS, SIDE, WINDOW, DIGIT = 2, 28, 600, 7
NO_LOSS = Guard(least_profit_wei=0)


@pytest.fixture
def world(tmp_path: Path) -> EmbeddedTestbed:
    schedule = tmp_path / "schedule.json"
    schedule.write_text(json.dumps({"_class_name": "DDIMScheduler"}))
    net = save_unet(tmp_path / "unet.onnx", side=SIDE)
    image = converted(net, Options(schedule, STEPS)).image
    world = EmbeddedTestbed.made(tmp_path, data=image)
    world.stake(world.senders[WORKER])
    return world


def token_of(world: EmbeddedTestbed) -> Contract:
    sender, code = world.senders[OWNER], artifact("DrawnToken")
    address = create_address("0x" + sender.address.hex(), sender.nonce)
    contract = contract_of(code, bytes.fromhex(address[2:]))
    oracle = "0x" + world.contracts.oracle.address.hex()
    terms = oracle, world.model_id, STEPS, WINDOW
    sender.deploy(contract, contract.abi.creation(code.bytecode, terms))
    return contract


def minted(world: EmbeddedTestbed, token: Contract) -> int:
    fee = int(world.chain.call(token, "quotePicture")) * 3 // 2
    options: dict[str, Any] = {"value": fee, "listening": (world.contracts.oracle,)}
    receipt = world.senders[BUYER].send(token, "mint", DIGIT, **options)
    (told,) = (e for e in receipt.events if isinstance(e, Requested))
    return int(told.request_id)


def finished(world: EmbeddedTestbed, request: int) -> Asked:
    strategy = world.honest()
    worker = Worker(world.senders[WORKER], world.contracts, strategy, NO_LOSS)
    challenger = Challenger(world.senders[CHALLENGER], world.contracts, strategy)
    for _ in range(100):
        while worker.step() is not None:
            pass
        assert challenger.step() is None, "there is nothing to challenge"
        found = world.record().tables.requests[request]
        if found.status is Status.FINAL:
            return found
        world.travel(12 if found.status is Status.UNSEEDED else WINDOW)
    raise AssertionError(f"it isn't answered: {worker.declined}")


def test_token_keeps_what_was_drawn_of_a_blocks_seed(world: EmbeddedTestbed) -> None:
    token = token_of(world)
    request = minted(world, token)
    done = finished(world, request)
    mix = world.embedded.header(done.meter.seed_block).mix_hash
    model = tinynn.load(world.image)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    seed = seed_of(mix, request) + bytes(4)
    expected = model.answer(drawing.request(seed, DIGIT))
    assert len(expected) == SIDE * SIDE
    assert world.chain.call(token, "pixelsOf", request) == expected
    buyer = world.senders[BUYER].address
    assert world.chain.call(token, "ownerOf", request) == buyer
    assert world.chain.call(token, "isPending", request) is False
