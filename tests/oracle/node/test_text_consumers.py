"""Contracts that ask a language model, answered by a worker: text, seed and change."""

from pathlib import Path
from typing import Any

import pytest
from support.language.echo import echo_image, echoed
from support.testbeds.embedded import EmbeddedTestbed

from oracle.chain.chain import Contract, contract_of
from oracle.chain.events import Requested
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.seeds import seed_of
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.record.record import Asked, Record, Status
from solidity import artifact
from solidity.deployment import create_address

SMOLLM2 = Path(__file__).parents[3] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"
OWNER, WORKER, BUYER, CHALLENGER = 0, 2, 3, 4
PRICE, WINDOW = 10**15, 600
NO_LOSS = Guard(least_profit_wei=0)


@pytest.fixture
def world(tmp_path: Path) -> EmbeddedTestbed:
    world = EmbeddedTestbed.made(tmp_path, data=echo_image())
    world.stake(world.senders[WORKER])
    return world


def deployed(world: EmbeddedTestbed, name: str, *terms: object) -> Contract:
    sender, code = world.senders[OWNER], artifact(name)
    address = create_address("0x" + sender.address.hex(), sender.nonce)
    contract = contract_of(code, bytes.fromhex(address[2:]))
    arguments = "0x" + world.contracts.oracle.address.hex(), world.model_id, *terms
    sender.deploy(contract, contract.abi.creation(code.bytecode, arguments))
    return contract


def sold(world: EmbeddedTestbed, name: str) -> Contract:
    """An example with an owner, a price and a window."""
    owner = "0x" + world.senders[OWNER].address.hex()
    return deployed(world, name, owner, PRICE, WINDOW)


def asked(
    world: EmbeddedTestbed, contract: Contract, function: str, text: str, value: int
) -> int:
    oracle = world.contracts.oracle
    sender = world.senders[BUYER]
    options: dict[str, Any] = {"value": value, "listening": (oracle,)}
    receipt = sender.send(contract, function, text, **options)
    (told,) = (e for e in receipt.events if isinstance(e, Requested))
    return int(told.request_id)


def finished(world: EmbeddedTestbed, request: int) -> Asked:
    worker = Worker(world.senders[WORKER], world.contracts, world.honest(), NO_LOSS)
    record = Record(world.chain, world.contracts)
    for _ in range(100):
        while worker.step() is not None:
            pass
        record.refresh()
        found = record.tables.requests[request]
        if found.status is Status.FINAL:
            return found
        world.travel(12 if found.status is Status.UNSEEDED else WINDOW)
    raise AssertionError(f"it isn't answered: {worker.declined}")


def test_story_is_drawn_by_a_block_and_stays_on_chain(world: EmbeddedTestbed) -> None:
    token = sold(world, "StoryToken")
    quoted = int(world.chain.call(token, "quoteStory", 5))
    fee = (quoted - PRICE) * 3 // 2
    request = asked(world, token, "mint", "a fox", PRICE + fee)
    done = finished(world, request)
    mix = world.embedded.header(done.meter.seed_block).mix_hash
    prompt = b"Tell a short story about a fox."
    story = echoed(prompt, seed_of(mix, request))
    assert world.chain.call(token, "stories", request) == story
    buyer = world.senders[BUYER].address
    free, _ = world.chain.call(world.contracts.staking, "balanceOf", buyer)
    assert free == done.meter.refund(len(prompt)) > 0
    assert world.chain.call(token, "ownerOf", request) == buyer


def test_review_is_labelled_by_what_the_model_says(world: EmbeddedTestbed) -> None:
    """The echo says 28 letters of no seed first, which is no label."""
    shop = sold(world, "ReviewedShop")
    world.senders[BUYER].send(shop, "buy", value=PRICE)
    fee = int(world.chain.call(shop, "quoteReview", 5)) * 3 // 2
    done = finished(world, asked(world, shop, "review", "Fine.", fee))
    author, label = world.chain.call(shop, "reviews", done.request.id)
    assert (author, label) == (world.senders[BUYER].address, 3)


@pytest.mark.slow
def test_contract_is_told_the_capital_of_france(tmp_path: Path) -> None:
    """By SmolLM2, which a worker answers with and a challenger looks over."""
    if not SMOLLM2.exists():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    from converters.language.conversion import Options, converted

    options = Options(template="chat", tokens=24, prompt_tokens=64)
    world = EmbeddedTestbed.made(tmp_path, data=converted(SMOLLM2, options).image)
    world.stake(world.senders[WORKER])
    questions = deployed(world, "Questions")
    asking = "What is the capital of France?"
    fee = int(world.chain.call(questions, "quoteQuestion", len(asking))) * 3 // 2
    request = asked(world, questions, "ask", asking, fee)
    strategy = world.honest()
    worker = Worker(world.senders[WORKER], world.contracts, strategy, NO_LOSS)
    while world.record().tables.requests[request].status is not Status.CLAIMED:
        assert worker.step() is not None, worker.declined
    challenger = Challenger(world.senders[CHALLENGER], world.contracts, strategy)
    assert challenger.step() is None
    done = finished(world, request)
    answer = "The capital of France is Paris."
    assert world.chain.call(questions, "answers", request) == answer
    assert done.meter.refund(int.from_bytes(done.output[:4], "little")) > 0
