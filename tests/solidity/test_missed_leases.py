"""A lease that ran out enriches nobody, whatever was asked for, whatever gas costs."""

import pytest
from eth_utils import to_canonical_address, to_checksum_address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.chains.evm import ETHER, GWEI, Chain, floor_gas
from support.chains.py_evm import PyEvm
from support.games.protocol import MIN_LEASE, Story

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


BATCH = bytes.fromhex(
    "60405b368110156029576020358160003760006000602035600060006000355af15060"
    "2035016002565b00"
)
"""Calls the first word's address with each piece of the data, of as many bytes as the
second word says."""
AT = "0x" + "ba" * 20
LEASES = 8


def test_leases_ended_together_bring_less_than_asking_costs(story: Story) -> None:
    """A transaction of its own is what the credit covers. In one with many, warm slots
    leave something over; a requester has paid more for each of its requests by then."""
    chain, price = story.chain, 20 * GWEI
    chain.set_basefee(price)
    data = to_canonical_address(chain.address("InferenceOracle")).rjust(32, b"\0")
    oracle, asked = chain.contracts["InferenceOracle"], []
    for _ in range(LEASES):
        asked.append(story.request(value=1, deadline=chain.now + 3600).gas_used)
        story.accept()
        call = oracle.abi.encode_call("expireLease", (story.r, story.lease))
        data += (b"" if len(data) > 32 else len(call).to_bytes(32)) + call
    chain.travel_to(story.lease.end)
    chain.evm._state.set_code(to_canonical_address(AT), BATCH)
    who = chain.account("stranger")
    chain.evm.message_call(who, AT, data, value=0, gas=1 << 27)
    chain.evm.commit()
    used = max(chain.evm.result.gas_used, floor_gas(data))
    left_over = story.free(to_checksum_address(AT)) // price - used
    print(f"left over: {left_over // LEASES:,} gas a lease")
    assert 0 < left_over < LEASES * 30_000
    assert max(asked) > 3 * 30_000
