"""Answers before they are final: told at once, with what stands behind them."""

from typing import Any

import pytest
from eth_utils import keccak
from support.chains.evm import GWEI, Chain, Receipt, reverts
from support.games.audited import AuditedStory
from support.games.protocol import (
    BOND,
    CLAIMED,
    FEE,
    FINAL,
    GAS_EATING,
    OUTPUT,
    RETURN_BOMBING,
    REVERT_BOMBING,
    REVERTING,
    Puppet,
    Story,
)

CALLBACK_GAS = 500_000
LIE = b"a lie"
EARLY = (0, 0, False, True, False)


def ask(story: Story, by: Puppet, options: Any = EARLY, **changes: Any) -> Receipt:
    terms = story.terms(callback_gas=CALLBACK_GAS, **changes)
    call = ("requestWith", *terms, options)
    sent = by.do("InferenceOracle", *call, value=FEE)
    story.r = sent.event("Requested").request
    return sent


@pytest.fixture
def puppet(story: Story) -> Puppet:
    """A requester that is told early; a worker has its request."""
    puppet = Puppet(story.chain)
    ask(story, puppet)
    story.accept()
    return puppet


def test_claim_is_told_at_once_with_its_bond_and_window(
    story: Story, puppet: Puppet
) -> None:
    sent = story.submit()
    assert sent.event("EarlyCallback").args == (1, puppet.address, True)
    assert puppet.ask("lastOutput") == OUTPUT
    assert puppet.ask("lastBond") == story.claim.bond == BOND
    assert puppet.ask("lastWindowEnd") == story.claim.windowEnd
    story.finalize()
    assert puppet.ask("calls") == 2, "and once more when it is final"


def test_claim_that_falls_is_followed_by_the_next_ones(
    story: Story, puppet: Puppet
) -> None:
    story.submit(LIE)
    assert puppet.ask("lastOutput") == LIE
    challenger = story.chain.account("challenger")
    story.stake(challenger)
    story.chain.send("DisputeGame", "challenge", story.claim, sender=challenger)
    story.chain.travel(7 * 24 * 3600)
    timeout = ("timeout", story.claim, challenger)
    with story.chain.undone():
        story.chain.send("DisputeGame", *timeout, sender=challenger)
        assert story.state().status != CLAIMED
        story.chain.now = story.r.deadline - 1000
        story.chain._set_block()
        story.accept()
        story.submit()
        assert puppet.ask("lastOutput") == OUTPUT
        assert puppet.ask("calls") == 2


@pytest.mark.parametrize(
    "mood", [REVERTING, GAS_EATING, RETURN_BOMBING, REVERT_BOMBING]
)
def test_code_that_does_its_worst_keeps_no_worker_from_answering(
    story: Story, puppet: Puppet, mood: int
) -> None:
    puppet.mood(mood)
    sent = story.submit()
    assert sent.event("EarlyCallback").success == (mood == RETURN_BOMBING)
    assert sent.gas_used < CALLBACK_GAS + 300_000
    assert story.state().status == CLAIMED
    puppet.mood(0)
    story.finalize()
    assert story.state().status == FINAL


def test_code_that_calls_back_changes_nothing(story: Story, puppet: Puppet) -> None:
    """The claim stands already: it can't be answered a second time from within."""
    again = (story.r, story.lease, LIE)
    puppet.reenter("InferenceOracle", "submit", *again)
    story.submit()
    assert not puppet.ask("reentered")
    assert story.state().commitment == story.claim_hash


def test_worker_must_bring_the_gas_that_was_asked_for(
    story: Story, puppet: Puppet
) -> None:
    """Else it could make the requester's code fail."""
    call = ("submit", story.r, story.lease, OUTPUT)
    with reverts("NotEnoughGas", ..., ...):
        story._oracle(*call, sender=story.worker, gas=CALLBACK_GAS + 100_000)
    story.submit()
    assert CALLBACK_GAS * 0.99 < puppet.ask("gasGiven") <= CALLBACK_GAS


@pytest.mark.parametrize(("basefee", "calls"), [(GWEI, 1), (GWEI + 1, 0)])
def test_early_callback_is_left_out_when_gas_is_dear(basefee: int, calls: int) -> None:
    """Above twice the accept's base fee, as the last one is: no lease is lost by it."""
    story = Story(Chain(verifier="TableVerifier", fees=True))
    puppet = Puppet(story.chain)
    ask(story, puppet)
    story.accept()
    assert story.lease.gasPrice == GWEI
    story.chain.set_basefee(basefee)
    assert story.submit().event("EarlyCallback").success == bool(calls)
    assert puppet.ask("calls") == calls
    assert story.state().status == CLAIMED


def test_plain_request_is_told_nothing_early(story: Story) -> None:
    puppet = Puppet(story.chain)
    story.request(by=puppet, callback_gas=CALLBACK_GAS)
    story.accept()
    assert not story.submit().has("EarlyCallback")
    assert puppet.ask("calls") == 0


def test_audits_and_early_answers_are_refused_together(chain: Chain) -> None:
    """A test is knowingly false: nobody's code is to be given one."""
    story = AuditedStory(chain)
    story.join()
    puppet = Puppet(chain)
    with reverts("AuditsOrEarly"):
        ask(story, puppet, (0, 0, False, True, True))
    ask(story, puppet)
    story.accept()
    assert not story.state().mayBeTest
    assert not story.submit().event("Claimed").mayBeTest


class Reader:
    """An `EarlyReader`, and a reading that was asked of it."""

    def __init__(self, story: Story, min_bond: int) -> None:
        self.story, chain = story, story.chain
        oracle = chain.address("InferenceOracle")
        chain.deploy("EarlyReader", oracle, story.model_id, 600)
        call = ("read", b"input", min_bond)
        asker = chain.account("asker")
        sent = chain.send("EarlyReader", *call, sender=asker, value=FEE)
        story.r = sent.event("Requested").request
        self.id = sent.result

    def answer_for(self, at_stake: int) -> bytes:
        call = ("answerFor", self.id, at_stake)
        return bytes(self.story.chain.call("EarlyReader", *call))


def test_example_believes_an_early_answer_as_far_as_its_bond_reaches(
    story: Story,
) -> None:
    bond = 2 * BOND
    reader = Reader(story, bond)
    story.accept()
    with reverts("NoAnswer", reader.id):
        reader.answer_for(0)
    story.submit()
    assert reader.answer_for(bond // 3) == keccak(OUTPUT)
    with reverts("TooEarly", bond, 3 * (bond // 3 + 1), story.claim.windowEnd):
        reader.answer_for(bond // 3 + 1)
    story.finalize()
    assert reader.answer_for(100 * bond) == keccak(OUTPUT)


def test_example_listens_to_its_oracle_alone(story: Story) -> None:
    reader = Reader(story, 0)
    oracle, who = story.chain.address("InferenceOracle"), story.stranger
    call = ("onEarlyInference", reader.id, b"x", 10**18, 10**9)
    with reverts("NotOracle", oracle, who):
        story.chain.send("EarlyReader", *call, sender=who)
