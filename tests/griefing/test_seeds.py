"""Who wants to choose the seed of a request, and who wants to be paid for passes.

A language model answers with a letter for each byte of its seed
(`support.language.echo`), so whoever chooses the seed chooses the answer.
"""

from pathlib import Path

import pytest
import rlp
from griefing.testbed import ASKER, GRIEFER, NO_LOSS, WORKER, GriefersTestbed
from support.language.echo import asked, echo_image, echoed
from support.testbeds.embedded import ETHER, FEE, PATIENCE, EmbeddedTestbed

from challenge.lies import LIES
from mips_vm.hashing.keccak import keccak256
from oracle.chain.chain import Contract, contract_of
from oracle.chain.errors import Refused
from oracle.chain.events import SeedFixed
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.seeds import seed_of, showing
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import SEED_GAS
from oracle.record.record import Asked, Status
from solidity import artifact
from solidity.deployment import create_address
from tinynn.asking import Asking, answered_text

DELAY = 32
DRAWN = Asking(max_tokens=8, temperature=0.8)
TEXT = b"once upon a time"


@pytest.fixture
def testbed(tmp_path: Path) -> GriefersTestbed:
    return GriefersTestbed(EmbeddedTestbed.made(tmp_path, data=echo_image()))


def known(testbed: GriefersTestbed, request: int) -> Asked:
    testbed.record.refresh()
    return testbed.record.tables.requests[request]


def claimed(testbed: GriefersTestbed) -> int:
    testbed.record.refresh()
    return len(testbed.record.requests(Status.CLAIMED))


def mined(testbed: GriefersTestbed, request: int, blocks: int = 1) -> None:
    """So many blocks beyond the seed's."""
    block = known(testbed, request).meter.seed_block
    while testbed.world.chain.height < block + blocks - 1:
        testbed.world.embedded.mine()


def test_worker_shows_the_block_and_answers_with_its_seed(
    testbed: GriefersTestbed,
) -> None:
    """All by itself, and it is paid; a challenger finds nothing false."""
    world, worker, challenger = testbed.world, testbed.worker(), testbed.challenger()
    before = testbed.wealth(WORKER)
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True)
    assert known(testbed, request).status is Status.UNSEEDED
    assert worker.step() is None and not worker.declined
    mined(testbed, request)
    testbed.live(worker, challenger, until=testbed.all_final)
    done = known(testbed, request)
    mix = world.embedded.header(done.meter.seed_block).mix_hash
    seed = seed_of(mix, request)
    assert done.input[:28] == seed != bytes(28)
    assert answered_text(done.output) == echoed(TEXT, seed)
    assert testbed.count(WORKER, "fixSeed") == 1
    assert testbed.gas_of(WORKER, "fixSeed") < SEED_GAS
    assert testbed.wealth(WORKER) > before


def test_greedy_request_and_own_seed_wait_for_no_block(
    testbed: GriefersTestbed,
) -> None:
    world, worker = testbed.world, testbed.worker()
    own = bytes(range(28))
    requests = [
        world.ask_metered(asked(TEXT)),
        world.ask_metered(asked(TEXT, DRAWN, own)),
    ]
    begun = world.chain.height
    testbed.live(worker, until=lambda: claimed(testbed) == 2)
    assert world.chain.height < begun + DELAY
    found = [answered_text(known(testbed, each).output) for each in requests]
    assert found == [echoed(TEXT), echoed(TEXT, own)]


def grinder(testbed: GriefersTestbed) -> Contract:
    sender = testbed.world.senders[ASKER]
    code = artifact("Grinder")
    address = create_address("0x" + sender.address.hex(), sender.nonce)
    contract = contract_of(code, bytes.fromhex(address[2:]))
    arguments = ("0x" + testbed.world.contracts.oracle.address.hex(),)
    sender.deploy(contract, contract.abi.creation(code.bytecode, arguments))
    return contract


def test_contract_that_reverts_until_it_likes_the_seed_chooses_none(
    testbed: GriefersTestbed,
) -> None:
    """It asks in a block whose randomness would give what it wants, and gets that of a
    block that was yet to come: were the seed its own block's, it had chosen it."""
    world = testbed.world
    contract, sender = grinder(testbed), world.senders[ASKER]
    oracle = world.contracts.oracle
    for _ in range(100):
        number = world.chain.height + 1
        foretold = seed_of(keccak256(world.embedded.head.mix_hash), 1)
        call = (world.model_id, asked(TEXT, DRAWN), world.chain.now() + PATIENCE)
        wanted = foretold[:1] if foretold[0] < 8 else b"\0"
        try:
            sender.send(contract, "grind", *call, wanted, value=FEE, listening=[oracle])
        except Refused as refused:
            assert refused.name == "NotThisTime"
            world.embedded.mine()
            continue
        break
    assert foretold[0] < 8, "it got what it foretold, in a hundred blocks"
    mined(testbed, 1)
    waiting = known(testbed, 1)
    assert waiting.meter.seed_block == number + DELAY
    receipt = sender.send(oracle, "fixSeed", *showing(world.chain, waiting))
    (told,) = (e for e in receipt.events if isinstance(e, SeedFixed))
    mix = world.embedded.header(number + DELAY).mix_hash
    assert told.seed == seed_of(mix, 1) != foretold


def test_builder_that_grinds_its_blocks_hash_changes_no_seed(
    testbed: GriefersTestbed,
) -> None:
    """What it may put into a block (here the block's time; transactions are no other)
    changes the hash and not the beacon's randomness."""
    world = testbed.world
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True)
    block = known(testbed, request).meter.seed_block
    mined(testbed, request, blocks=0)
    parent, found, hashes = world.chain.height, set(), set()
    assert parent == block - 1
    for later in range(4):
        world.embedded.rewind(parent)
        world.chain.stale()
        world.embedded.mine(world.embedded.head.timestamp + 12 + later)
        hashes.add(world.embedded.head.hash)
        waiting = known(testbed, request)
        arguments = showing(world.chain, waiting)
        sender = world.senders[ASKER]
        oracle = world.contracts.oracle
        receipt = sender.send(oracle, "fixSeed", *arguments)
        found |= {e.seed for e in receipt.events if isinstance(e, SeedFixed)}
    assert len(hashes) == 4 and len(found) == 1


def test_requester_that_has_seen_the_seed_cant_leave(
    testbed: GriefersTestbed,
) -> None:
    """Nor where it might be the first to know it, from the first block on; a worker
    that it doesn't know of answers, whatever it thinks of the answer."""
    world, worker = testbed.world, testbed.worker()
    sender, oracle = world.senders[ASKER], world.contracts.oracle
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True)

    def refused() -> None:
        waiting = known(testbed, request)
        with pytest.raises(Refused, match="Binding"):
            sender.send(oracle, "cancel", waiting.request)

    world.travel(60)
    refused()
    mined(testbed, request, blocks=0)
    refused()
    mined(testbed, request)
    refused()
    sender.send(oracle, "fixSeed", *showing(world.chain, known(testbed, request)))
    refused()
    testbed.live(worker, until=testbed.all_final)


def test_seed_that_nobody_shows_leaves_only_cancelling(
    testbed: GriefersTestbed,
) -> None:
    """Its block is no secret, and yet no seed can be had of it any more, by anyone."""
    world = testbed.world
    sender, oracle = world.senders[ASKER], world.contracts.oracle
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True, fee=0)
    mined(testbed, request)
    arguments = showing(world.chain, known(testbed, request))
    head = world.embedded.header(known(testbed, request).meter.seed_block)
    assert keccak256(arguments[1]) == head.hash
    assert rlp.decode(arguments[1])[13] == head.mix_hash
    world.travel(PATIENCE)
    sender.send(oracle, "cancel", known(testbed, request).request)
    assert testbed.status(request) is Status.CANCELLED
    with pytest.raises(Refused, match="WrongStatus"):
        sender.send(oracle, "fixSeed", *arguments)


def test_seed_of_a_request_that_pays_too_little_is_shown_by_no_worker(
    testbed: GriefersTestbed,
) -> None:
    """It says why; and the requester can't be alone with the seed for long: an app
    that cares asks for a fee that others answer for."""
    world, worker = testbed.world, testbed.worker()
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True, fee=10**12)
    mined(testbed, request, blocks=8)
    before = testbed.wealth(WORKER)
    assert worker.step() is None
    assert worker.declined[request].startswith("profit: expected at least")
    assert testbed.wealth(WORKER) == before


def test_image_that_burns_all_passes_is_paid_for_what_was_asked(
    testbed: GriefersTestbed,
) -> None:
    """Passes are counted by the guest, so what comes back is true whatever the image
    says; and a price at which few passes would be a loss is declined."""
    world, worker = testbed.world, testbed.worker()
    price = FEE // 200
    request = world.ask_metered(asked(TEXT), pass_price=price, max_passes=100)
    before = testbed.wealth(ASKER)
    testbed.live(worker, until=testbed.all_final)
    assert testbed.wealth(ASKER) == before + price * (100 - len(TEXT))
    assert known(testbed, request).output[:4] == len(TEXT).to_bytes(4, "little")
    greedy = world.ask_metered(asked(b"x"), pass_price=FEE // 100, max_passes=100)
    assert worker.step() is None
    assert worker.declined[greedy].startswith("profit: expected at least")


def test_publisher_who_states_false_work_has_no_worker(
    testbed: GriefersTestbed,
) -> None:
    world, worker = testbed.world, testbed.worker()
    request = world.ask_metered(asked(TEXT))
    false = (world.model_id, (1, 1, 1, 1, 1))
    world.senders[0].send(world.contracts.registry, "stateWork", *false)
    assert worker.step() is None
    assert worker.declined[request].startswith("work: expected the publisher to state")


def test_lie_about_a_drawn_answer_loses_and_the_seed_stays(
    testbed: GriefersTestbed,
) -> None:
    """The game is about the input that has the seed in it; the honest one answers the
    same request after it."""
    world, challenger = testbed.world, testbed.challenger()
    sender = world.senders[GRIEFER]
    world.stake(sender, ETHER // 20)  # one bond
    lying = LyingWorker(world.honest(), LIES["activation"], 8, 3)
    liar = Worker(sender, world.contracts, lying, NO_LOSS)
    request = world.ask_metered(asked(TEXT, DRAWN), from_block=True)
    mined(testbed, request, blocks=4)
    testbed.live(liar, until=lambda: claimed(testbed) == 1)
    seeded = known(testbed, request).request.input_root
    reopened = lambda: known(testbed, request).status is Status.OPEN  # noqa: E731
    testbed.live(challenger, liar, until=reopened)
    assert known(testbed, request).attempt == 1
    testbed.live(testbed.worker(), challenger, until=testbed.all_final)
    done = known(testbed, request)
    assert done.request.input_root == seeded
    assert answered_text(done.output) == echoed(TEXT, done.input[:28])
