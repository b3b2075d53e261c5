"""Infer, the factory, the directory of nets, and a contract that acts at once."""

from typing import Any

import pytest
from support.chains.evm import ETHER, Chain, Reverted, reverts
from support.chains.nets import address
from support.games.protocol import IMAGE, OUTPUT, Story
from support.sources.byte_nets import inputs_of, mlp

from converters.evm import compiled
from converters.evm.assembler import Assembler
from converters.evm.factory import creation_of
from mips_vm.hashing.keccak import keccak256
from tinynn import Model

UNIT = ETHER // 10
BOND = ETHER // 100
NOTICE = 14 * 24 * 3600
PRECOMPILE = "0x000000000000000000000000000000000000504C"
ZERO_NET = ("0x" + "00" * 20, 44, bytes(32))


@pytest.fixture(scope="module")
def model() -> Model:
    return mlp(784, 20, 10)


def answering(output: bytes) -> bytes:
    """Code that answers so, whatever it is asked."""
    asm = Assembler()
    data = asm.label()
    asm.push(len(output))
    asm.push_label(data)
    asm.push(0)
    asm.op("CODECOPY")
    asm.push(len(output))
    asm.push(0)
    asm.op("RETURN")
    return asm.code(output, data)


REVERTING = bytes.fromhex("5f5ffd")
ENDLESS = bytes.fromhex("5b5f56")  # until the gas is gone
FLOODING = bytes.fromhex("62030d405ff3")  # 200,000 zeros


def put(chain: Chain, runtime: bytes) -> str:
    """The address of new code."""
    return str(chain.evm.deploy(chain.deployer, creation_of(runtime), gas=2**24))


def net_of(chain: Chain, model: Model) -> tuple[str, int, bytes]:
    """The model's net, created by the factory; as `Net` has it."""
    chain.deploy("NetFactory")
    made = compiled(model, address(chain.address("NetFactory")))
    for creation in made.creations:
        chain.send("NetFactory", "create", creation, sender=chain.deployer)
    at = "0x" + made.address.hex()
    return at, model.tables.output_bytes, keccak256(made.runtime)


def cheques(chain: Chain, net: tuple[str, int, bytes], root: bytes) -> str:
    """The contract, and its drawer, who has money there."""
    chain.deploy("Cheques", net, root, 0, UNIT)
    drawer = chain.account("drawer")
    chain.send("Cheques", "deposit", sender=drawer, value=ETHER)
    return drawer


def digit_of(model: Model, image: bytes) -> int:
    return int.from_bytes(model.answer(image)[-4:], "little")


# Infer, in one transaction.


def test_digit_is_read_and_paid_in_the_same_transaction(
    chain: Chain, model: Model
) -> None:
    drawer, payee = cheques(chain, net_of(chain, model), model.model_root), "payee"
    to, left = chain.account(payee, 0), ETHER
    for image in inputs_of(model, 5):
        digit = digit_of(model, image)
        if digit * UNIT > left:
            with reverts("NotCovered", digit * UNIT, left):
                chain.send("Cheques", "cash", image, to, sender=drawer)
            continue
        sent = chain.send("Cheques", "cash", image, to, sender=drawer)
        assert sent.event("Cashed").args == (drawer, to, digit, digit * UNIT)
        left -= digit * UNIT
    assert chain.balance(to) == ETHER - left


def test_sum_that_is_not_clear_is_not_paid(chain: Chain, model: Model) -> None:
    net = net_of(chain, model)
    most = 2**40
    chain.deploy("Cheques", net, model.model_root, most, UNIT)
    with reverts("NotClear", most, ...):
        chain.send("Cheques", "cash", IMAGE, chain.deployer, sender=chain.deployer)


def use_oracle(chain: Chain, net: tuple[str, int, bytes]) -> None:
    """The consumer that pins the net asks the oracle instead."""
    root = b"\x77" * 32
    drawer = cheques(chain, net, root)
    with reverts("UseOracle", root):
        chain.send("Cheques", "cash", IMAGE, drawer, sender=drawer)


def test_no_net_at_all_means_the_oracle(chain: Chain) -> None:
    use_oracle(chain, ZERO_NET)


def test_account_without_code_means_the_oracle(chain: Chain) -> None:
    """Its call succeeds, with no data; its code hash is not the net's."""
    use_oracle(chain, (chain.account("nobody"), 44, b"\x01" * 32))


@pytest.mark.parametrize("runtime", [REVERTING, ENDLESS, answering(bytes(43))])
def test_net_that_fails_or_is_short_means_the_oracle(
    chain: Chain, runtime: bytes
) -> None:
    use_oracle(chain, (put(chain, runtime), 44, keccak256(runtime)))


def test_squatter_is_never_run(chain: Chain, model: Model) -> None:
    """Other code than was pinned, wherever it is, answers nothing."""
    squatted = put(chain, answering(bytes(44)))
    made = compiled(model, b"\x01" * 20)
    use_oracle(chain, (squatted, 44, keccak256(made.runtime)))


def test_half_deployed_net_cannot_be_created(chain: Chain) -> None:
    """Each chunk's code hash is looked at: of an absent one the weights would be zeros
    that stand for -128, and nothing would revert."""
    chain.deploy("NetFactory")
    made = compiled(mlp(784, 60, 10), address(chain.address("NetFactory")))
    *chunks, net = made.creations
    assert len(chunks) > 1
    for creation in chunks[1:]:
        chain.send("NetFactory", "create", creation, sender=chain.deployer)
    at = "0x" + made.address.hex()
    with reverts("CreationFailed", ...):
        chain.send("NetFactory", "create", net, sender=chain.deployer)
    pinned = (at, 44, keccak256(made.runtime))
    chain.account("drawer")
    with chain.undone():
        use_oracle(chain, pinned)
    # Whoever comes next creates what is missing, and it is there.
    chain.send("NetFactory", "create", chunks[0], sender=chain.account("another"))
    sent = chain.send("NetFactory", "create", net, sender=chain.account("another"))
    assert sent.result.lower() == at


def test_factory_leaves_what_is_there_as_it_is(chain: Chain) -> None:
    chain.deploy("NetFactory")
    creation = creation_of(answering(b"yes"))
    first = chain.send("NetFactory", "create", creation, sender=chain.deployer)
    again = chain.send("NetFactory", "create", creation, sender=chain.account("b"))
    assert first.has("Created") and not again.has("Created")
    assert first.result == again.result
    assert chain.call("NetFactory", "addressOf", creation) == first.result


# The directory.


@pytest.fixture
def directory(story: Story) -> Chain:
    story.chain.deploy("NetDirectory", story.chain.address("InferenceOracle"))
    return story.chain


def enter(story: Story, runtime: bytes, **changes: Any) -> bytes:
    """The key of a net that the publisher entered under the story's roots."""
    roots = changes.get("roots", (story.model_root, story.program_root))
    sent = story.chain.send(
        "NetDirectory",
        "enter",
        *roots,
        put(story.chain, runtime),
        sender=changes.get("by", story.publisher),
        value=changes.get("bond", BOND),
    )
    return bytes(sent.result)


def final(story: Story) -> tuple[Any, ...]:
    story.claimed()
    story.finalize()
    return story.claim, IMAGE


def strike(story: Story, key: bytes, claim: Any, data: bytes) -> Any:
    args = (key, claim, data)
    return story.chain.send("NetDirectory", "strike", *args, sender=story.stranger)


def test_entry_is_what_was_said(story: Story, directory: Chain) -> None:
    key = enter(story, answering(OUTPUT))
    held = directory.call("NetDirectory", "entry", key)
    assert held.modelRoot == story.model_root
    assert held.codeHash == keccak256(answering(OUTPUT))
    assert (held.bond, held.struck, held.leavesAt) == (BOND, False, 0)


def test_entries_are_per_publisher_so_none_takes_a_place(
    story: Story, directory: Chain
) -> None:
    squatter = directory.account("squatter")
    keys = {enter(story, answering(b"x"), by=squatter), enter(story, answering(OUTPUT))}
    assert len(keys) == 2


def test_entry_without_bond_or_code_is_refused(story: Story, directory: Chain) -> None:
    with reverts("BondTooLow", BOND, BOND - 1):
        enter(story, answering(b"x"), bond=BOND - 1)
    nobody = directory.account("nobody")
    with reverts("NotThere", nobody):
        directory.send(
            "NetDirectory", "enter", bytes(32), bytes(32), nobody,
            sender=story.publisher, value=BOND,
        )  # fmt: skip


@pytest.mark.parametrize("output", [OUTPUT[:-1] + b"\xff", OUTPUT[:-1], b""])
def test_net_that_differs_from_a_final_claim_is_struck(
    story: Story, directory: Chain, output: bytes
) -> None:
    key = enter(story, answering(output))
    before = directory.balance(story.stranger)
    claim, data = final(story)
    sent = strike(story, key, claim, data)
    assert sent.event("Struck").args == (
        key,
        story.stranger,
        claim.requestId,
        BOND // 2,
    )
    assert directory.balance(story.stranger) - before == BOND // 2
    assert directory.call("NetDirectory", "entry", key).struck
    with reverts("NoEntry", key):
        strike(story, key, claim, data)
    with reverts("NoEntry", key):
        directory.send("NetDirectory", "leave", key, sender=story.publisher)


def test_net_that_floods_is_struck_at_no_great_cost(
    story: Story, directory: Chain
) -> None:
    key = enter(story, FLOODING)
    assert strike(story, key, *final(story)).gas_used < 400_000


@pytest.mark.parametrize("runtime", [answering(OUTPUT), REVERTING, ENDLESS])
def test_right_answer_a_revert_and_spent_gas_are_no_difference(
    story: Story, directory: Chain, runtime: bytes
) -> None:
    key = enter(story, runtime)
    claim, data = final(story)
    with reverts("NoDifference", key):
        strike(story, key, claim, data)


def test_only_a_final_claim_on_the_same_roots_and_input_strikes(
    story: Story, directory: Chain
) -> None:
    key = enter(story, answering(b"wrong"))
    other = enter(story, answering(b"wrong"), roots=(b"\x01" * 32, story.program_root))
    guest = enter(story, answering(b"wrong"), roots=(story.model_root, b"\x01" * 32))
    story.claimed()
    with reverts("NotFinal", story.r.id):
        strike(story, key, story.claim, IMAGE)
    story.finalize()
    with reverts("WrongModel", b"\x01" * 32, story.model_root):
        strike(story, other, story.claim, IMAGE)
    with reverts("WrongModel", b"\x01" * 32, story.program_root):
        strike(story, guest, story.claim, IMAGE)
    with reverts("WrongInput", story.claim.inputRoot, ...):
        strike(story, key, story.claim, IMAGE[:-1])
    forged = story.claim._replace(outputRoot=b"\x09" * 32)
    with reverts("WrongClaim", ..., ...):
        strike(story, key, forged, IMAGE)


def test_bond_comes_back_after_the_notice_and_can_be_struck_until_then(
    story: Story, directory: Chain
) -> None:
    key, kept = enter(story, answering(OUTPUT)), enter(story, answering(b"wrong"))

    def send(function: str, which: bytes, sender: str) -> Any:
        return directory.send("NetDirectory", function, which, sender=sender)

    with reverts("NotPublisher", story.publisher, story.stranger):
        send("leave", key, story.stranger)
    with reverts("NotLeaving", key):
        send("takeBack", key, story.publisher)
    leaves = send("leave", key, story.publisher).event("Leaving").leavesAt
    send("leave", kept, story.publisher)
    with reverts("TooEarly", leaves, ...):
        send("takeBack", key, story.publisher)
    strike(story, kept, *final(story))
    directory.travel(NOTICE)
    assert send("leave", key, story.publisher).event("Leaving").leavesAt == leaves
    before = directory.balance(story.publisher)
    send("takeBack", key, story.publisher)
    assert directory.balance(story.publisher) - before == BOND
    with pytest.raises(Reverted, match="NoEntry"):
        send("takeBack", key, story.publisher)
