"""The oracle that an app's own tests use, driving the example app."""

import struct

import pytest
from support.chains.abi import signature as abi_signature
from support.chains.evm import Chain, reverts
from support.games.protocol import FEE, IMAGE

WINDOW = 600


def output(digit: int, confidence: float = 0.9) -> bytes:
    """As the model writes it: ten float32, then the digit, little-endian."""
    rest = (1 - confidence) / 9
    values = [confidence if i == digit else rest for i in range(10)]
    return struct.pack("<10fi", *values, digit)


@pytest.fixture
def mock(chain: Chain) -> Chain:
    chain.deploy("MockInferenceOracle")
    mock = chain.address("MockInferenceOracle")
    chain.deploy("DigitReader", mock, bytes(32), WINDOW, label="reader")
    staking = chain.call("MockInferenceOracle", "staking")
    chain.adopt("mock bank", "Staking", staking)
    return chain


def ask(mock: Chain):
    asker = mock.account("asker")
    return mock.send("reader", "read", IMAGE, sender=asker, value=FEE)


def act(mock: Chain, function: str, *args, **options):
    sender = mock.account("tester")
    return mock.send("MockInferenceOracle", function, *args, sender=sender, **options)


def test_mock_has_what_a_consumer_calls(mock):
    """The same selectors and events as the real interface."""
    real = mock.contracts["InferenceOracle"].abi
    fake = mock.contracts["MockInferenceOracle"].abi
    names = ("request", "requestMetered", "requestWith", "cancel", "getRequest")
    for name in (*names, "estimateFee", "staking"):
        assert signature(real, name) == signature(fake, name)
    assert set(fake.events) <= set(real.events)


def signature(abi, name: str) -> str:
    return abi_signature(abi.function(name))


def test_mock_answers_at_once(mock):
    request_id = ask(mock).event("Requested").requestId
    sent = act(mock, "answer", request_id, output(4))
    assert sent.event("DigitRead").digit == 4
    assert sent.has("Claimed") and sent.has("Finalized")
    assert mock.call("MockInferenceOracle", "getRequest", 1).status == 4
    tester = mock.account("tester")
    assert mock.call("mock bank", "balanceOf", tester) == (FEE, 0)
    with reverts("WrongStatus", 1, 1, 4):
        act(mock, "answer", 1, output(4))


def test_mock_disputes_and_fails_before_it_answers(mock):
    ask(mock)
    killed = act(mock, "dispute", 1, output(5))
    assert killed.event("ClaimKilled").requestId == 1
    assert act(mock, "fail", 1).has("LeaseExpired")
    state = mock.call("MockInferenceOracle", "getRequest", 1)
    assert (state.status, state.attempt) == (1, 2)
    assert mock.call("reader", "readings", 1).done is False
    assert act(mock, "answer", 1, output(6)).event("DigitRead").digit == 6


def test_mock_retries_a_callback_that_failed(mock):
    ask(mock)
    assert act(mock, "answer", 1, b"short").has("CallbackFailed")
    with reverts("CallbackStillFails", 1, ...):
        act(mock, "retry", 1)
    ask(mock)
    act(mock, "answer", 2, output(1))
    with reverts("CallbackNotPending", 2):
        act(mock, "retry", 2)


def test_mock_cancels_and_refunds(mock):
    ask(mock)
    asker = mock.account("asker")
    terms = mock.call("MockInferenceOracle", "getTerms", 1)
    with reverts("WrongRequest", ..., ...):
        act(mock, "cancel", terms._replace(fee=FEE + 1))
    with reverts("WrongSender", mock.address("reader"), mock.account("tester")):
        act(mock, "cancel", terms)
    with reverts("TooEarly", ..., ...):
        mock.send("reader", "cancel", terms, sender=asker)
    mock.travel(60)
    mock.send("reader", "cancel", terms, sender=asker)
    assert mock.call("mock bank", "balanceOf", asker) == (FEE, 0)


def test_mock_delivers_only_for_itself(mock):
    tester, self = mock.account("tester"), mock.address("MockInferenceOracle")
    with reverts("WrongSender", self, tester):
        act(mock, "deliver", tester, 1, b"")


def test_mock_fee_is_what_the_test_sets(mock):
    act(mock, "setFee", 77)
    args = (bytes(32), 1, 1, 1)
    assert mock.call("MockInferenceOracle", "estimateFee", *args) == 77
