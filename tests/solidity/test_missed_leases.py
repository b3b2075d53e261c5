"""A lease that ran out enriches nobody, whatever was asked for, whatever gas costs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.evm import ETHER, GWEI, Chain
from support.protocol import MIN_LEASE, Story
from support.py_evm import PyEvm

FLOOR = 37_000_000


@pytest.fixture(scope="module")
def story() -> Story:
    story = Story(Chain(verifier="TableVerifier", evm=PyEvm()))
    story.stake(story.worker, 500 * ETHER)
    return story


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    fee=st.sampled_from([0, 1, 10**15, ETHER, 30 * ETHER]),
    min_bond=st.sampled_from([0, FLOOR * GWEI + 1, ETHER, 100 * ETHER]),
    patience=st.sampled_from([MIN_LEASE + 60, 3600, 90 * 24 * 3600]),
    callback_gas=st.sampled_from([0, 2_000_000]),
    price=st.integers(0, 40).map(lambda tenths: tenths * GWEI // 10),
    later=st.integers(0, 40).map(lambda tenths: tenths * GWEI // 10),
    ender=st.sampled_from(["requester", "stranger", "worker"]),
)
def test_nobody_is_richer_after_request_missed_lease_and_cancel(
    story: Story,
    fee: int,
    min_bond: int,
    patience: int,
    callback_gas: int,
    price: int,
    later: int,
    ender: str,
) -> None:
    """Wealth is what is in hand and in the bank, less the gas at the base fee."""
    chain = story.chain
    chain.set_basefee(price)
    people = [story.requester, story.worker, story.stranger]
    before = {who: wealth(story, who) for who in people}
    terms = {"min_bond": min_bond, "callback_gas": callback_gas}
    asked = story.request(value=fee, deadline=chain.now + patience, **terms)
    accepted = story.accept()
    chain.set_basefee(later)
    chain.travel_to(story.lease.end)
    sender = chain.account(ender)
    args = (story.r, story.lease)
    ended = chain.send("InferenceOracle", "expireLease", *args, sender=sender)
    cancelled = story.cancel()
    spent = dict.fromkeys(people, 0)
    spent[story.requester] += asked.gas_used * price + cancelled.gas_used * later
    spent[story.worker] += accepted.gas_used * price
    spent[sender] += ended.gas_used * later
    for who in people:
        gained = wealth(story, who) - before[who] - spent[who]
        assert gained <= 0, (who, gained)
    penalty = ended.event("LeaseExpired").penalty
    least = story.lease.gasPrice * FLOOR // 10
    assert least <= penalty <= least + fee, "grows with the fee, not with the bond"


def wealth(story: Story, who: str) -> int:
    return story.free(who) + story.locked(who) + story.chain.balance(who)
