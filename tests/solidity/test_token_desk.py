"""Fees in a token: the desk takes it, pays the oracle in ether, and owes nobody."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from support.chains.evm import ETHER, Chain, reverts
from support.games.protocol import FEE, IMAGE, TIME, WINDOW, ZERO_ADDRESS, Story

PRICE = 3_000 * 10**6
"""Of a token with six decimals, for an ether."""
FLOAT = 10 * ETHER
PURSE = 10**12
KEY = b"\x0b" * 32
ANSWER = b"seven"
STANDARD, NOTHING, FALSE = 0, 1, 2


@pytest.fixture
def story() -> Story:
    """A desk with ether, and an asker with tokens."""
    story = Story(Chain(verifier="TableVerifier"))
    chain = story.chain
    chain.deploy("PermitToken")
    owner, token = chain.account("owner"), chain.address("PermitToken")
    chain.deploy("TokenDesk", chain.address("InferenceOracle"), token, owner, PRICE)
    desk = chain.address("TokenDesk")
    chain.deploy("DeskApp", desk)
    chain.evm.snapshot()
    chain.evm.message_call(owner, desk, value=FLOAT)
    chain.evm.commit()
    for asker in (story.requester, Account.from_key(KEY).address):
        chain.send("PermitToken", "mint", asker, PURSE, sender=owner)
    return story


def terms(story: Story, **changes) -> tuple:
    """As the desk's `Terms` have them."""
    chosen = {
        "model_id": story.model_id,
        "callback_contract": story.chain.address("DeskApp"),
        "callback_gas": 100_000,
        "deadline": story.chain.now + TIME,
        "window": WINDOW,
        "min_bond": 0,
        "refund_to": ZERO_ADDRESS,
        "pass_price": 0,
        "max_passes": 0,
    }
    assert changes.keys() <= chosen.keys()
    return tuple({**chosen, **changes}.values())


def allow(story: Story, amount: int) -> None:
    desk = story.chain.address("TokenDesk")
    story.chain.send("PermitToken", "approve", desk, amount, sender=story.requester)


def ask(story: Story, *, fee: int = FEE, most: int = PURSE, **changes):
    asked = (terms(story, **changes), IMAGE, fee, most)
    sent = story.chain.send("TokenDesk", "ask", *asked, sender=story.requester)
    story.r = sent.event("Requested").request
    return sent


def tokens_of(story: Story, who: str) -> int:
    return story.chain.call("PermitToken", "balanceOf", who)


def price_of(fee: int) -> int:
    return -(-fee * PRICE // ETHER)


@pytest.mark.parametrize("manner", [STANDARD, NOTHING])
def test_desk_takes_tokens_and_pays_in_ether(story: Story, manner: int) -> None:
    """Also of a token whose functions return nothing."""
    chain, desk = story.chain, story.chain.address("TokenDesk")
    chain.send("PermitToken", "behave", manner, sender=story.stranger)
    allow(story, PURSE)
    sent = ask(story)
    paid = price_of(FEE)
    assert tuple(sent.event("Paid").args) == (1, story.requester, paid, FEE)
    assert tokens_of(story, desk) == paid
    assert tokens_of(story, story.requester) == PURSE - paid
    assert chain.balance(desk) == FLOAT - FEE
    assert (story.r.requester, story.r.fee) == (desk, FEE)
    assert story.r.refundTo == story.requester
    story.accept()
    story.submit(ANSWER)
    assert story.finalize().has("CallbackSucceeded")
    assert chain.call("DeskApp", "answers", 1) == ANSWER


def test_desk_asks_by_passes(story: Story) -> None:
    allow(story, PURSE)
    meter = ask(story, pass_price=7, max_passes=40).event("Metered").meter
    assert (meter.passPrice, meter.maxPasses, meter.seedBlock) == (7, 40, 0)


def test_desk_without_a_callback_asks_for_none(story: Story) -> None:
    allow(story, PURSE)
    ask(story, callback_contract=ZERO_ADDRESS)
    assert story.r.callbackGas == 0


def signed(story: Story, amount: int, *, key: bytes = KEY, late: bool = False) -> tuple:
    chain = story.chain
    owner = Account.from_key(KEY).address
    deadline = chain.now - 1 if late else chain.now + TIME
    names = {
        "EIP712Domain": ("name", "version", "chainId", "verifyingContract"),
        "Permit": ("owner", "spender", "value", "nonce", "deadline"),
    }
    kinds = {"name": "string", "version": "string", "verifyingContract": "address"}
    kinds |= {"owner": "address", "spender": "address"}
    types = {
        struct: [{"name": n, "type": kinds.get(n, "uint256")} for n in fields]
        for struct, fields in names.items()
    }
    message = {
        "owner": owner,
        "spender": chain.address("TokenDesk"),
        "value": amount,
        "nonce": chain.call("PermitToken", "nonces", owner),
        "deadline": deadline,
    }
    domain = {
        "name": "Permit token",
        "version": "1",
        "chainId": 1,
        "verifyingContract": chain.address("PermitToken"),
    }
    whole = {
        "types": types,
        "primaryType": "Permit",
        "domain": domain,
        "message": message,
    }
    made = Account.sign_message(encode_typed_data(full_message=whole), key)
    return deadline, made.v, made.r.to_bytes(32), made.s.to_bytes(32)


def ask_signed(story: Story, permit: tuple, most: int = PURSE):
    asker = Account.from_key(KEY).address
    asked = (terms(story), IMAGE, FEE, most, permit)
    return story.chain.send("TokenDesk", "askWithPermit", *asked, sender=asker)


def test_permit_stands_for_an_allowance(story: Story) -> None:
    most = price_of(FEE) + 5
    sent = ask_signed(story, signed(story, most), most)
    assert sent.event("Paid").tokens == price_of(FEE)


def test_permit_that_somebody_used_first_does_no_harm(story: Story) -> None:
    asker, desk = Account.from_key(KEY).address, story.chain.address("TokenDesk")
    permit = signed(story, PURSE)
    used = ("permit", asker, desk, PURSE, *permit)
    story.chain.send("PermitToken", *used, sender=story.stranger)
    assert ask_signed(story, permit).has("Requested")


@pytest.mark.parametrize("how", [{"key": b"\x0c" * 32}, {"late": True}])
def test_permit_that_is_none_asks_nothing(story: Story, how: dict) -> None:
    with reverts("TokenRefused", ...):
        ask_signed(story, signed(story, PURSE, **how))
    assert story.chain.balance(story.chain.address("TokenDesk")) == FLOAT


def test_desk_without_allowance_asks_nothing(story: Story) -> None:
    allow(story, price_of(FEE) - 1)
    with reverts("TokenRefused", ...):
        ask(story)


def test_token_that_says_false_has_not_paid(story: Story) -> None:
    allow(story, PURSE)
    story.chain.send("PermitToken", "behave", FALSE, sender=story.stranger)
    with reverts("TokenRefused", ...):
        ask(story)


def test_price_that_rose_is_not_paid(story: Story) -> None:
    allow(story, PURSE)
    most = price_of(FEE)
    owner = story.chain.account("owner")
    story.chain.send("TokenDesk", "setPrice", 2 * PRICE, sender=owner)
    with reverts("TooDear", most, price_of(2 * FEE)):
        ask(story, most=most)


def test_desk_without_ether_asks_nothing(story: Story) -> None:
    allow(story, PURSE)
    with reverts("TooLittleEther", FLOAT + 1, FLOAT):
        ask(story, fee=FLOAT + 1)


def test_part_of_a_token_is_a_whole_one(story: Story) -> None:
    for fee in (1, 10**9, ETHER // PRICE, ETHER // PRICE + 1, ETHER):
        assert story.chain.call("TokenDesk", "tokensFor", fee) == price_of(fee) > 0


def test_asker_takes_a_request_back_in_ether(story: Story) -> None:
    allow(story, PURSE)
    ask(story)
    chain = story.chain
    chain.travel(120)
    with reverts("NotAsker", story.requester, story.stranger):
        chain.send("TokenDesk", "cancel", story.r, sender=story.stranger)
    chain.send("TokenDesk", "cancel", story.r, sender=story.requester)
    assert chain.call("Staking", "balanceOf", story.requester).free == FEE
    with reverts("NotAsker", ZERO_ADDRESS, story.requester):
        chain.send("TokenDesk", "cancel", story.r, sender=story.requester)


@pytest.mark.parametrize(
    "move", [("setPrice", 1), ("takeTokens", "WHO", 1), ("takeEther", "WHO", 1)]
)
def test_only_the_owner_moves_what_is_there(story: Story, move: tuple) -> None:
    chain, owner = story.chain, story.chain.account("owner")
    allow(story, PURSE)
    ask(story)
    name, *arguments = (story.stranger if m == "WHO" else m for m in move)
    with reverts("NotOwner", owner, story.stranger):
        chain.send("TokenDesk", name, *arguments, sender=story.stranger)
    before = chain.balance(story.stranger), tokens_of(story, story.stranger)
    chain.send("TokenDesk", name, *arguments, sender=owner)
    after = chain.balance(story.stranger), tokens_of(story, story.stranger)
    gained = tuple(a - b for a, b in zip(after, before, strict=True))
    expected = {"setPrice": (0, 0), "takeTokens": (0, 1), "takeEther": (1, 0)}
    assert gained == expected[name]


def test_desk_needs_an_owner_and_a_token(story: Story) -> None:
    chain = story.chain
    oracle, token = chain.address("InferenceOracle"), chain.address("PermitToken")
    for wrong in ((ZERO_ADDRESS, story.stranger), (token, ZERO_ADDRESS)):
        with reverts("ZeroAddress"):
            chain.deploy("TokenDesk", oracle, *wrong, PRICE)


def test_app_hears_its_desk_alone(story: Story) -> None:
    allow(story, PURSE)
    ask(story)
    desk = story.chain.address("TokenDesk")
    with reverts("NotDesk", desk, story.stranger):
        story.chain.send("DeskApp", "onInference", 1, b"", sender=story.stranger)
    with reverts("NotOracle", ..., story.stranger):
        story.chain.send("TokenDesk", "onInference", 1, b"", sender=story.stranger)
