"""A price a pass: what comes back is counted by the proved answer, to the wei."""

import struct

import pytest
from support.chains.evm import reverts
from support.games.protocol import (
    FEE,
    IMAGE,
    OUTPUT,
    POLITE,
    REVERTING,
    ROYALTY_BPS,
    ZERO_ADDRESS,
    Puppet,
    Story,
)

PRICE, PASSES = FEE // 1000, 100


def answer(passes: int, text: bytes = b"text") -> bytes:
    return struct.pack("<I", passes) + text


def settled(story: Story, output: bytes, **terms):
    terms = {"pass_price": PRICE, "max_passes": PASSES, **terms}
    story.request_metered(**terms)
    story.accept()
    story.submit(output)
    return story.finalize()


@pytest.mark.parametrize("passes", [0, 1, 57, PASSES - 1])
def test_passes_that_were_not_run_are_credited(story, passes):
    before = story.free(story.worker)
    sent = settled(story, answer(passes))
    back = PRICE * (PASSES - passes)
    royalty = (FEE - back) * ROYALTY_BPS // 10_000
    assert sent.event("Unspent").args == (1, story.requester, passes, back)
    assert sent.event("Finalized").paid == FEE - back - royalty
    assert story.free(story.requester) == back
    assert story.free(story.publisher) == royalty
    assert story.free(story.worker) == before + FEE - back - royalty


@pytest.mark.parametrize("passes", [PASSES, PASSES + 1, 2**32 - 1])
def test_passes_beyond_the_most_cost_no_more(story, passes):
    sent = settled(story, answer(passes))
    assert not sent.has("Unspent")
    assert story.free(story.requester) == 0


@pytest.mark.parametrize("output", [b"", b"\xff", b"\xff\xff\xff"])
def test_answer_without_a_count_is_of_no_pass(story, output):
    settled(story, output)
    assert story.free(story.requester) == PRICE * PASSES


def test_answer_that_is_its_count_alone_is_read(story):
    settled(story, answer(PASSES - 1, b""))
    assert story.free(story.requester) == PRICE


def test_count_is_read_as_the_machine_writes_it(story):
    settled(story, bytes([3, 0, 0, 0]) + b"\xff" * 40)
    assert story.free(story.requester) == PRICE * (PASSES - 3)


def test_whole_fee_may_hang_on_passes(story):
    settled(story, answer(0), pass_price=FEE // PASSES)
    assert story.free(story.requester) == FEE
    assert story.free(story.publisher) == 0


def test_fee_below_what_may_come_back_refused(story):
    with reverts("FeeTooLow", FEE + PASSES, FEE):
        story.request_metered(pass_price=FEE // PASSES + 1, max_passes=PASSES)


def test_price_and_passes_may_be_as_large_as_they_can(story):
    most = (2**96 - 1) * (2**32 - 1)
    with reverts("FeeTooLow", most, FEE):
        story.request_metered(pass_price=2**96 - 1, max_passes=2**32 - 1)


def test_refund_goes_where_the_request_says(story):
    whom = story.chain.account("whom")
    settled(story, answer(1), refund_to=whom)
    assert story.free(whom) == PRICE * (PASSES - 1)
    assert story.free(story.requester) == 0


@pytest.mark.parametrize("mood", [POLITE, REVERTING])
def test_refund_needs_no_consent_of_its_owner(story, mood):
    """It is a credit: who takes no ether stops nobody's pay."""
    puppet = Puppet(story.chain)
    puppet.mood(mood)
    settled(story, answer(1), by=puppet)
    assert story.free(puppet.address) == PRICE * (PASSES - 1)


def test_meter_of_a_plain_request_is_none(story):
    story.request()
    assert story.chain.call("InferenceOracle", "getMeter", 1) == (0, 0, 0)
    story.accept()
    story.submit(answer(0))
    assert not story.finalize().has("Unspent")
    assert story.free(story.requester) == 0


def test_terms_of_a_metered_request_are_checked_as_any(story):
    with reverts("DataTooLong", 96 * 1024, 96 * 1024 + 1):
        story.request_metered(input=bytes(96 * 1024 + 1))
    story.request_metered(input=IMAGE)
    assert story.r.refundTo == story.requester != ZERO_ADDRESS


def test_lie_about_the_count_is_a_lie_about_the_output(story):
    """Whoever changes it makes another output root, which a game is about."""
    roots = set()
    for passes in (5, 6):
        story.request_metered(pass_price=PRICE, max_passes=PASSES)
        story.accept()
        story.submit(answer(passes))
        roots.add(story.claim.outputRoot)
    assert len(roots) == 2


def test_work_is_stated_by_the_publisher_alone(story):
    work = (1, 2, 3, 4, 5)
    assert story.state_work(work).event("WorkStated").args == (story.model_id, work)
    assert story.chain.call("ModelRegistry", "workOf", story.model_id) == work
    with reverts("NotPublisher", story.publisher, story.stranger):
        sent = ("stateWork", story.model_id, work)
        story.chain.send("ModelRegistry", *sent, sender=story.stranger)


def test_work_that_says_nothing_refused(story):
    with reverts("WorkNotStated", story.model_id):
        story.state_work((1, 2, 3, 0, 5))


def test_work_of_an_unknown_model_refused(story):
    for name in ("workOf", "royalty"):
        with reverts("UnknownModel", bytes(32)):
            story.chain.call("ModelRegistry", name, bytes(32))


def test_royalty_is_the_models(story):
    told = story.chain.call("ModelRegistry", "royalty", story.model_id)
    assert tuple(told) == (story.publisher, ROYALTY_BPS)


def test_estimate_counts_work_by_passes(story):
    """A gas unit for each 2^20 instructions, 120 for each byte."""
    story.state_work((3 << 20, 50 << 20, 7 << 20, 10, 2))
    call = ("InferenceOracle", "estimateFee", story.model_id, 0)
    for passes in (0, 1, 60):
        units = 350_000 + 3 + 50 * passes + 7 + 120 * (10 + 2 * passes) + 1000
        fee = story.chain.call(*call, passes, 1000)
        assert fee == units * 10**9 * 10_000 // (10_000 - ROYALTY_BPS)
    assert len(OUTPUT) == 44
