"""An app of ORA's oracle, unchanged, on the adapter and the real oracle."""

import pytest
from support.chains.evm import Chain, reverts
from support.games.protocol import (
    BOND,
    FEE,
    MAX_LEASE,
    ROYALTY_BPS,
    ZERO_ADDRESS,
    Story,
)

from oracle.pricing.guard import BOND_RATE, rent_wei

NUMBER, OTHER, UNKNOWN = 11, 50, 9
WINDOW = 600
PROMPT = "What is a good answer?"
ANSWER = b"One that anyone can check."
MAX_CALLBACK_GAS = 2_000_000


@pytest.fixture
def chain(story: Story) -> Chain:
    chain = story.chain
    served = [(NUMBER, story.model_id, 256), (OTHER, story.model_id, 16)]
    oracle = chain.address("InferenceOracle")
    chain.deploy("OaoAdapter", oracle, WINDOW, 0, served)
    chain.deploy("OaoApp", chain.address("OaoAdapter"))
    return chain


@pytest.fixture
def story() -> Story:
    return Story(Chain(verifier="TableVerifier"))


def ask(story: Story, number: int = NUMBER, fee: int = FEE):
    user = story.chain.account("user")
    asked = ("calculateAIResult", number, PROMPT)
    sent = story.chain.send("OaoApp", *asked, sender=user, value=fee)
    story.r = sent.event("Requested").request
    return sent


def answer(story: Story):
    story.accept()
    story.submit(ANSWER)
    return story.finalize()


def test_oao_app_asks_and_is_answered(story, chain):
    fee = chain.call("OaoApp", "estimateFee", NUMBER)
    sent = ask(story, fee=fee)
    told = sent.event("AICallbackRequest")
    app, adapter = chain.address("OaoApp"), chain.address("OaoAdapter")
    expected = (app, 1, NUMBER, PROMPT.encode(), app, 5_000_000, b"")
    assert tuple(told.args) == expected
    assert sent.event("promptRequest").requestId == 1
    assert (story.r.requester, story.r.fee) == (adapter, fee)
    assert (story.r.window, story.r.callbackGas) == (WINDOW, MAX_CALLBACK_GAS)
    assert chain.call("OaoAdapter", "isFinalized", 1) is False
    done = answer(story)
    assert done.has("CallbackSucceeded")
    updated = (1, NUMBER, PROMPT, ANSWER.decode(), b"")
    assert tuple(done.event("promptsUpdated").args) == updated
    assert done.event("AICallbackResult").output == ANSWER
    assert chain.call("OaoApp", "getAIResult", NUMBER, PROMPT) == ANSWER.decode()
    assert chain.call("OaoAdapter", "isFinalized", 1) is True


def test_oao_fee_pays_gas_and_the_bonds_rent(story, chain):
    """As a worker with default settings reckons the rent."""
    gas = MAX_CALLBACK_GAS
    least = chain.call("InferenceOracle", "estimateFee", story.model_id, 0, 256, gas)
    locked = MAX_LEASE + WINDOW + chain.call("DisputeGame", "clockSeconds")
    rent = rent_wei(BOND, locked, BOND_RATE) * 10_000 // (10_000 - ROYALTY_BPS)
    fee = chain.call("OaoAdapter", "estimateFee", NUMBER, 5_000_000)
    assert fee == pytest.approx((least + rent) * 3 // 2, rel=1e-9)


def test_oao_lie_never_arrives(story, chain):
    ask(story)
    story.accept()
    story.submit(b"a lie")
    assert chain.call("OaoApp", "getAIResult", NUMBER, PROMPT) == ""
    with reverts("TooEarly", ..., ...):
        stranger = chain.account("stranger")
        arguments = (story.r, story.claim, story.output)
        chain.send("InferenceOracle", "finalize", *arguments, sender=stranger)


def test_oao_callback_that_fails_is_made_again(story, chain):
    adapter, user = chain.contracts["OaoAdapter"], chain.account("user")
    arguments = (NUMBER, b"x", chain.address("OaoApp"), 1, b"data")
    sent = chain.send(adapter, "requestCallback", *arguments, sender=user, value=FEE)
    story.r = sent.event("Requested").request
    assert story.r.callbackGas == 100_001
    assert answer(story).has("CallbackFailed"), "the app doesn't know this request"
    assert chain.call("OaoAdapter", "isFinalized", 1) is False
    retry = (story.r, story.claim, story.output)
    with reverts("CallbackStillFails", 1, ...):
        chain.send("InferenceOracle", "retryCallback", *retry, sender=user)


def test_oao_answer_without_callback_is_told_by_an_event(story, chain):
    user = chain.account("user")
    arguments = (OTHER, b"x", ZERO_ADDRESS, 0, b"")
    adapter = chain.contracts["OaoAdapter"]
    sent = chain.send(adapter, "requestCallback", *arguments, sender=user, value=FEE)
    story.r = sent.event("Requested").request
    done = answer(story)
    assert done.event("AICallbackResult").args[:2] == (user, 1)
    assert chain.call("OaoAdapter", "isFinalized", 1) is True


def test_oao_cancelled_request_keeps_its_fee_for_its_answer(story, chain):
    ask(story)
    first, user = story.r, chain.account("user")
    again = ("askAgain", first, PROMPT.encode())
    with reverts("NotCancelled", 1, 1):
        chain.send("OaoAdapter", *again, sender=user)
    chain.travel_to(first.deadline)
    chain.send("InferenceOracle", "cancel", first, sender=user)
    with reverts("WrongRequest", first.inputRoot, ...):
        chain.send("OaoAdapter", "askAgain", first, b"another", sender=user)
    richer = first._replace(fee=first.fee + 1)
    with reverts("WrongRequest", ..., ...):
        chain.send("OaoAdapter", "askAgain", richer, PROMPT.encode(), sender=user)
    sent = chain.send("OaoAdapter", *again, sender=user, value=1)
    story.r = sent.event("Requested").request
    assert (story.r.id, story.r.fee) == (2, first.fee + 1)
    assert story.r.inputRoot == first.inputRoot
    assert tuple(sent.event("AskedAgain").args) == (1, 2)
    with reverts("NotAsked", 1):
        chain.send("OaoAdapter", *again, sender=user)
    assert answer(story).event("promptsUpdated").requestId == 1
    assert chain.balance(chain.address("OaoAdapter")) == 0


def test_oao_refuses_what_it_does_not_serve(story, chain):
    with reverts("UnknownNumber", UNKNOWN):
        ask(story, number=UNKNOWN)
    with reverts("UnknownNumber", UNKNOWN):
        chain.call("OaoApp", "estimateFee", UNKNOWN)
    oracle, model = chain.address("InferenceOracle"), story.model_id
    for served, error in (
        ([(1, bytes(32), 4)], "ZeroModel"),
        ([(1, model, 4), (1, model, 4)], "NumberTwice"),
    ):
        with reverts(error, 1):
            chain.deploy("OaoAdapter", oracle, WINDOW, 0, served, label="wrong")


def test_oao_takes_answers_and_money_from_nobody_else(story, chain):
    ask(story)
    user, oracle = chain.account("user"), chain.address("InferenceOracle")
    with reverts("NotOracle", oracle, user):
        chain.send("OaoAdapter", "onInference", 1, b"", sender=user)
    with reverts("UnauthorizedCallbackSource", chain.address("OaoAdapter"), user):
        chain.send("OaoApp", "aiOracleCallback", 1, b"", b"", sender=user)


def test_oao_answer_is_paid_for_by_its_model_s_passes(story, chain):
    """Also when it is asked again; nothing comes back to an app that knows of none."""
    meter = ask(story).event("Metered").meter
    assert (meter.passPrice, meter.maxPasses, meter.seedBlock) == (0, 256, 0)
    story.chain.travel(3600)
    story.cancel(chain.account("stranger"))
    stranger = chain.account("stranger")
    arguments = (story.r, PROMPT.encode())
    again = chain.send("OaoAdapter", "askAgain", *arguments, sender=stranger)
    assert again.event("Metered").meter.maxPasses == 256


def test_oao_model_without_a_loop_is_asked_plainly(story):
    chain = story.chain
    served = [(NUMBER, story.model_id, 0)]
    chain.deploy("OaoAdapter", chain.address("InferenceOracle"), WINDOW, 0, served)
    chain.deploy("OaoApp", chain.address("OaoAdapter"))
    assert not ask(story).has("Metered")
