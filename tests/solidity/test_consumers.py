"""The base consumer's guard, and the digit reader from question to answer."""

import struct

import pytest
from support.chains.evm import Chain, reverts
from support.games.protocol import FEE, IMAGE, MIN_OPEN, ZERO_ADDRESS, Story

WINDOW = 600
PATIENCE = 3600


def output(digit: int, confidence: float = 0.9) -> bytes:
    """As the model writes it: ten float32, then the digit, little-endian."""
    rest = (1 - confidence) / 9
    values = [confidence if i == digit else rest for i in range(10)]
    return struct.pack("<10fi", *values, digit)


@pytest.fixture
def reader(story: Story) -> Chain:
    chain = story.chain
    oracle = chain.address("InferenceOracle")
    chain.deploy("DigitReader", oracle, story.model_id, WINDOW)
    return chain


def read(story: Story, asker: str = "asker"):
    sender = story.chain.account(asker)
    sent = story.chain.send("DigitReader", "read", IMAGE, sender=sender, value=FEE)
    story.r = sent.event("Requested").request
    return sent


def answered(story: Story, answer: bytes):
    story.accept()
    story.submit(answer)
    return story.finalize()


def test_read_asks_the_oracle(story, reader):
    sent = read(story)
    asker = reader.account("asker")
    assert sent.event("ReadingRequested").args == (1, asker)
    assert story.r.requester == reader.address("DigitReader")
    assert (story.r.window, story.r.fee) == (WINDOW, FEE)
    assert story.r.deadline == sent.timestamp + PATIENCE
    assert reader.call("DigitReader", "isPending", 1) is True


@pytest.mark.parametrize("digit", range(10))
def test_answer_is_stored_and_told(story, reader, digit):
    read(story)
    answer = output(digit)
    sent = answered(story, answer)
    asker = reader.account("asker")
    event = sent.event("DigitRead")
    assert event.args[:3] == (1, asker, digit)
    assert event.output == answer
    reading = reader.call("DigitReader", "readings", 1)
    assert reading[:3] == (asker, True, digit)
    assert abs(reading.confidencePpm - 900_000) <= 1
    assert reader.call("DigitReader", "isPending", 1) is False


CONFIDENCES = [
    (0.0, 0),
    (2**-149, 0),
    (2**-25, 0),
    (2**-20, 0),
    (1e-6, 1),
    (0.5, 500_000),
    (0.999999, 999_999),
    (1 - 2**-24, 999_999),
    (1.0, 1_000_000),
    (3.0, 1_000_000),
    (float("inf"), 1_000_000),
]


@pytest.mark.parametrize(("confidence", "ppm"), CONFIDENCES)
def test_confidence_is_the_float_in_parts_per_million(story, reader, confidence, ppm):
    read(story)
    answered(story, struct.pack("<10fi", confidence, *[0.0] * 9, 0))
    stored = reader.call("DigitReader", "readings", 1).confidencePpm
    exact = min(1.0, struct.unpack("<f", struct.pack("<f", confidence))[0])
    assert stored == int(exact * 10**6)
    assert abs(stored - ppm) <= 1


@pytest.mark.parametrize("answer", [b"", bytes(43), bytes(45)])
def test_output_of_another_size_is_refused_and_stays_pending(story, reader, answer):
    """An empty output is what the guest leaves for an input of the wrong length."""
    read(story)
    event = answered(story, answer).event("CallbackFailed")
    abi = reader.contracts["DigitReader"].abi
    assert abi.decode_error(event.reason) == ("WrongOutputSize", (44, len(answer)))
    assert reader.call("DigitReader", "isPending", 1) is True


def test_digit_above_nine_is_refused(story, reader):
    read(story)
    event = answered(story, struct.pack("<10fi", *[0.1] * 10, 10)).event(
        "CallbackFailed"
    )
    abi = reader.contracts["DigitReader"].abi
    assert abi.decode_error(event.reason) == ("WrongDigit", (9, 10))


def test_image_of_another_size_refused(story, reader):
    with reverts("WrongImageSize", 784, 783):
        sender = reader.account("asker")
        reader.send("DigitReader", "read", IMAGE[:-1], sender=sender, value=FEE)


def test_callback_by_a_stranger_refused(story, reader):
    read(story)
    oracle = reader.address("InferenceOracle")
    with reverts("NotOracle", oracle, story.stranger):
        args = (1, output(3))
        reader.send("DigitReader", "onInference", *args, sender=story.stranger)


def test_callback_for_a_request_of_another_refused(reader):
    """Even the oracle is heard only on requests that the consumer made."""
    chain = reader
    oracle = chain.account("an oracle")
    chain.deploy("DigitReader", oracle, bytes(32), WINDOW, label="lone reader")
    with reverts("NotPending", 1):
        chain.send("lone reader", "onInference", 1, output(3), sender=oracle)


def test_cancelled_fee_is_a_credit_of_the_asker(story, reader):
    """Which it withdraws itself: no contract of ours holds it meanwhile."""
    read(story)
    asker = reader.account("asker")
    assert story.r.refundTo == asker
    reader.travel(MIN_OPEN)
    sent = reader.send("DigitReader", "cancel", story.r, sender=asker)
    assert sent.event("Cancelled").args == (1, FEE)
    assert story.free(asker) == FEE
    assert reader.call("DigitReader", "isPending", 1) is False
    before = reader.balance(asker)
    reader.send("Staking", "withdraw", asker, FEE, sender=asker)
    assert reader.balance(asker) == before + FEE
    with reverts("NotAsker", ZERO_ADDRESS, asker):
        reader.send("DigitReader", "cancel", story.r, sender=asker)


def test_cancel_by_another_refused(story, reader):
    read(story)
    with reverts("NotAsker", reader.account("asker"), story.stranger):
        reader.send("DigitReader", "cancel", story.r, sender=story.stranger)


def test_fee_of_a_reading_that_a_stranger_cancelled_is_the_askers_too(story, reader):
    read(story)
    reader.travel_to(story.r.deadline)
    reader.send("InferenceOracle", "cancel", story.r, sender=story.stranger)
    assert story.free(reader.account("asker")) == FEE
    assert story.free(story.stranger) == 0
