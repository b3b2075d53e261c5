"""Requesters whose code does its worst: nobody else is held up, nobody else pays."""

import pytest
from support.chains.evm import GWEI, OutOfGas, Reverted, reverts
from support.games.protocol import (
    FEE,
    FINAL,
    GAS_EATING,
    OUTPUT,
    POLITE,
    RETURN_BOMBING,
    REVERT_BOMBING,
    REVERTING,
    ROYALTY_BPS,
    STAKE,
    Puppet,
    Story,
)

CALLBACK_GAS = 500_000
MAX_REASON = 132
PAID = FEE - FEE * ROYALTY_BPS // 10_000


@pytest.fixture
def puppet(story: Story) -> Puppet:
    """A requester whose claim waits to be final."""
    puppet = Puppet(story.chain)
    story.request(by=puppet, callback_gas=CALLBACK_GAS)
    story.accept()
    story.submit()
    return puppet


def retry(story: Story, **options):
    args = (story.r, story.claim, story.output)
    sender = story.stranger
    return story.chain.send(
        "InferenceOracle", "retryCallback", *args, sender=sender, **options
    )


def assert_settled(story: Story, callback_failed: bool) -> None:
    state = story.state()
    assert (state.status, state.callbackFailed) == (FINAL, callback_failed)
    assert story.free(story.worker) == STAKE + PAID
    assert story.locked(story.worker) == 0


def test_callback_brings_the_answer_once(story, puppet):
    sent = story.finalize()
    assert sent.event("CallbackSucceeded").args == (1, puppet.address)
    assert puppet.ask("calls") == 1
    assert puppet.ask("lastOutput") == OUTPUT
    assert_settled(story, callback_failed=False)


@pytest.mark.parametrize("mood", [REVERTING, GAS_EATING, REVERT_BOMBING])
def test_callback_that_fails_is_recorded_and_settlement_goes_on(story, puppet, mood):
    puppet.mood(mood)
    sent = story.finalize()
    event = sent.event("CallbackFailed")
    assert event.args[:2] == (1, puppet.address)
    assert len(event.reason) <= MAX_REASON
    assert not sent.has("CallbackSucceeded")
    assert_settled(story, callback_failed=True)


def test_callback_reason_is_the_start_of_what_came_back(story, puppet):
    puppet.mood(REVERTING)
    reason = story.finalize().event("CallbackFailed").reason
    word = b"no".ljust(32, b"\0")
    decoded = puppet.contract.abi.decode_error(reason)
    assert decoded == ("Unwilling", (1, word))


def test_callback_bomb_is_cut_to_132_bytes(story, puppet):
    puppet.mood(REVERT_BOMBING)
    assert len(story.finalize().event("CallbackFailed").reason) == MAX_REASON


@pytest.mark.parametrize("mood", [RETURN_BOMBING, REVERT_BOMBING])
def test_callback_bomb_costs_whoever_finalizes_nothing(exact_story, mood):
    """Making 200 kB costs the requester's code 95,000 gas; copying it would again."""
    story = exact_story
    puppet = Puppet(story.chain)
    spent = []
    for current in (POLITE, POLITE, mood):
        puppet.mood(current)
        story.request(by=puppet, callback_gas=CALLBACK_GAS)
        story.accept()
        story.submit()
        spent.append(story.finalize().gas_used)
    assert spent[2] - spent[1] < 110_000


def test_callback_that_returns_a_bomb_counts_as_delivered(story, puppet):
    puppet.mood(RETURN_BOMBING)
    assert story.finalize().has("CallbackSucceeded")
    assert_settled(story, callback_failed=False)


def test_retry_succeeds_when_the_requester_has_mended_its_ways(story, puppet):
    puppet.mood(REVERTING)
    story.finalize()
    with reverts("CallbackStillFails", 1, ...):
        retry(story)
    assert story.state().callbackFailed is True
    puppet.mood(POLITE)
    assert retry(story).event("CallbackSucceeded").args == (1, puppet.address)
    assert_settled(story, callback_failed=False)
    assert (puppet.ask("calls"), puppet.ask("lastOutput")) == (1, OUTPUT)
    with reverts("CallbackNotPending", 1):
        retry(story)


def test_retry_gives_more_gas_than_the_first_call_had(story, puppet):
    puppet.mood(REVERTING)
    story.finalize()
    puppet.mood(POLITE)
    retry(story)
    assert puppet.ask("gasGiven") > 10 * CALLBACK_GAS


@pytest.mark.parametrize("step", range(20_000, 800_000, 13_000))
def test_callback_gets_its_gas_or_nothing_happens(story, puppet, step):
    """Whoever finalizes can't starve the callback by sending too little gas."""
    try:
        sent = story.finalize(gas=step)
    except OutOfGas:
        return
    except Reverted as error:
        # Or a contract on the way ran out, and its caller passed nothing on.
        assert error.name in ("NotEnoughGas", "")
        return
    assert sent.has("CallbackSucceeded")
    assert puppet.ask("gasGiven") > CALLBACK_GAS - 5_000


@pytest.mark.parametrize("step", range(20_000, 800_000, 29_000))
def test_retry_gets_its_gas_or_nothing_happens(story, puppet, step):
    puppet.mood(REVERTING)
    story.finalize()
    puppet.mood(POLITE)
    try:
        retry(story, gas=step)
    except (OutOfGas, Reverted):
        assert story.state().callbackFailed is True
        return
    assert puppet.ask("gasGiven") > CALLBACK_GAS - 5_000


def test_finalize_with_too_little_gas_names_what_it_needs(story, puppet):
    needed = CALLBACK_GAS * 64 // 63 + 50_000
    with reverts("NotEnoughGas", needed, ...):
        story.finalize(gas=450_000)


def test_callback_may_request_again(story, puppet):
    terms = story.terms(deadline=story.claim.windowEnd + 7200)
    puppet.reenter("InferenceOracle", "request", *terms, value=5)
    story.finalize()
    assert puppet.ask("reentered") is True
    assert story.chain.call("InferenceOracle", "getRequest", 2).status == 1
    story.r = story.r._replace(id=2)
    assert story.state().status == 1


REENTRIES = [
    ("finalize", lambda s: (s.r, s.claim, s.output)),
    ("retryCallback", lambda s: (s.r, s.claim, s.output)),
    ("cancel", lambda s: (s.r,)),
    ("accept", lambda s: s.acceptance()),
]


@pytest.mark.parametrize(("function", "args"), REENTRIES)
def test_callback_reentering_changes_nothing(story, puppet, function, args):
    puppet.reenter("InferenceOracle", function, *args(story))
    assert story.finalize().has("CallbackSucceeded")
    assert puppet.ask("calls") == 1
    assert puppet.ask("reentered") is False
    error = story.chain.contracts["InferenceOracle"].abi.decode_error(
        puppet.ask("reentryResult")
    )
    assert error[0] in ("WrongStatus", "CallbackNotPending")
    assert_settled(story, callback_failed=False)


def test_retry_reentering_delivers_once(story, puppet):
    puppet.mood(REVERTING)
    story.finalize()
    args = (story.r, story.claim, story.output)
    puppet.reenter("InferenceOracle", "retryCallback", *args)
    retry(story)
    assert (puppet.ask("calls"), puppet.ask("reentered")) == (1, False)


@pytest.mark.parametrize("mood", [REVERTING, GAS_EATING, REVERT_BOMBING])
def test_payee_that_refuses_ether_blocks_no_payment(story, mood):
    """A worker's and a requester's contracts are credited, never called."""
    chain = story.chain
    worker, requester = Puppet(chain, "worker contract"), Puppet(chain, "asker")
    worker.do("Staking", "deposit", worker.address, value=10**17)
    worker.mood(mood)
    requester.mood(mood)
    story.request(by=requester)
    accepted = worker.do("InferenceOracle", "accept", *story.acceptance())
    lease = accepted.event("Accepted").lease
    chain.travel_to(lease.end)
    args = (story.r, lease)
    chain.send("InferenceOracle", "expireLease", *args, sender=story.stranger)
    requester.do("InferenceOracle", "cancel", story.r)
    bond = 37_000_000 * GWEI
    assert story.free(worker.address) == 10**17 - bond // 10
    assert story.free(requester.address) == FEE


def test_callback_goes_to_the_requester_only(story, puppet):
    """Who finalizes or worked has no say in who is called."""
    other = Puppet(story.chain, "other")
    story.finalize()
    assert (puppet.ask("calls"), other.ask("calls")) == (1, 0)


def test_requester_without_code_is_settled(story):
    story.claimed()
    assert story.finalize().has("CallbackSucceeded")


def test_workers_finalize_leaves_the_callback_out_when_gas_is_dear(exact_story):
    """It is paid and its bond freed; the callback waits for whoever wants it."""
    story, chain = exact_story, exact_story.chain
    puppet = Puppet(chain)
    chain.set_basefee(3 * GWEI)
    story.request(by=puppet, callback_gas=CALLBACK_GAS)
    story.accept()
    story.submit()
    chain.travel_to(story.claim.windowEnd)
    chain.set_basefee(6 * GWEI + 1)
    args = (story.r, story.claim, story.output)
    sent = chain.send("InferenceOracle", "finalize", *args, sender=story.worker)
    assert sent.event("CallbackSkipped").args == (story.r.id, puppet.address)
    assert puppet.ask("calls") == 0
    assert_settled(story, callback_failed=True)
    chain.send("InferenceOracle", "retryCallback", *args, sender=story.stranger)
    assert (puppet.ask("calls"), story.state().callbackFailed) == (1, False)
    chain.set_basefee(0)


@pytest.mark.parametrize(
    ("at_accept", "at_finalize"), [(3 * GWEI, 6 * GWEI), (0, GWEI), (0, 0)]
)
def test_workers_finalize_makes_the_callback_up_to_twice_the_base_fee(
    exact_story, at_accept, at_finalize
):
    story, chain = exact_story, exact_story.chain
    puppet = Puppet(chain)
    chain.set_basefee(at_accept)
    story.request(by=puppet, callback_gas=CALLBACK_GAS)
    story.accept()
    story.submit()
    chain.travel_to(story.claim.windowEnd)
    chain.set_basefee(at_finalize)
    args = (story.r, story.claim, story.output)
    chain.send("InferenceOracle", "finalize", *args, sender=story.worker)
    assert puppet.ask("calls") == 1
    chain.set_basefee(0)


def test_strangers_finalize_makes_the_callback_at_any_price(exact_story):
    """Whoever pays for it gets it; no stranger can keep it from the requester."""
    story, chain = exact_story, exact_story.chain
    puppet = Puppet(chain)
    story.request(by=puppet, callback_gas=CALLBACK_GAS)
    story.accept()
    story.submit()
    chain.set_basefee(50 * GWEI)
    story.finalize()
    assert puppet.ask("calls") == 1
    chain.set_basefee(0)
