"""Audits at their exact bounds: what is still taken, and what no longer is."""

import pytest
from support.chains.beacon import Beacon
from support.chains.evm import ETHER, reverts
from support.games.audited import FEED, PRIZE_WEI, RATE, AuditedStory, Tree
from support.games.protocol import FEE, MAX_IO, Puppet

BOND_GAS = 3_092_500  # a challenger's
PENALTY_GAS = 3_700_000
MOST_PRIZES = 64
PAID = FEE * 95 // 100  # less the royalty


@pytest.fixture
def left(audited: AuditedStory) -> AuditedStory:
    """A worker that can join again, with another tree."""
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([b"\x55" * 32])
    return audited


# What is taken to join with.


def test_whole_fee_may_feed_the_pool(left: AuditedStory) -> None:
    left.join(feed=10_000)
    assert left.program.feedBps == 10_000


@pytest.mark.parametrize("rate", [0, 10_000])
def test_rate_is_told_both_its_bounds(left: AuditedStory, rate: int) -> None:
    with reverts("ShareOutOfRange", 1, 9_999, rate):
        left.join(rate=rate)


def test_prize_that_a_blind_challenge_costs_is_refused(left: AuditedStory) -> None:
    with reverts("PrizePaysBlind", BOND_GAS, BOND_GAS):
        left.join(rate=5_000, prize=BOND_GAS)


def test_check_dearer_than_the_penalty_is_out_of_range(left: AuditedStory) -> None:
    """At it, the check is told by what the prize would have to be."""
    with reverts("ShareOutOfRange", 0, PENALTY_GAS, PENALTY_GAS + 1):
        left.join(check=PENALTY_GAS + 1)
    least = 4 * (178_000 + PENALTY_GAS * 10_000 // RATE)
    with reverts("PrizePaysNoCheck", least, 3_000_000):
        left.join(check=PENALTY_GAS)


# What feeds the pool.


@pytest.mark.parametrize("room", [0, 1, PAID * FEED // 10_000])
def test_pool_is_fed_up_to_its_most_prizes_and_no_wei_more(
    audited: AuditedStory, room: int
) -> None:
    audited.drawn(test=False)
    audited.clear()
    most = MOST_PRIZES * PRIZE_WEI
    short = most - room - audited.program.pool
    feed = ("feed", audited.worker)
    audited.audits(*feed, sender=audited.stranger, value=short)
    assert audited.chain.call("Audits", "feedOf", audited.r.id, PAID) == room
    assert audited.finalize().event("Finalized").paid == PAID - room
    assert audited.program.pool == most


def test_pool_beyond_its_most_prizes_is_fed_nothing(audited: AuditedStory) -> None:
    audited.drawn(test=False)
    audited.clear()
    feed = ("feed", audited.worker)
    audited.audits(*feed, sender=audited.stranger, value=ETHER)
    assert audited.chain.call("Audits", "feedOf", audited.r.id, PAID) == 0


# What a confession answers.


def test_confession_answers_with_as_much_as_a_claim_may(audited: AuditedStory) -> None:
    audited.drawn(test=True)
    with reverts("DataTooLong", MAX_IO, MAX_IO + 1):
        audited.confess(bytes(MAX_IO + 1))
    most = bytes(MAX_IO)
    assert audited.confess(most).event("Claimed").output == most


# Who collects, and for whom.


def test_anybody_collects_for_a_challenger_and_only_once(audited: AuditedStory) -> None:
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    who, other = game.challenger, audited.stranger
    locked, free, others = audited.locked(who), audited.free(who), audited.free(other)
    audited.confess()
    args, key = (audited.confessed, who), audited.confessed_hash
    sent = audited.audits("collect", *args, sender=other)
    assert sent.event("Collected").args == (key, who, PRIZE_WEI)
    assert audited.locked(who) == 0
    assert audited.free(who) == free + locked + PRIZE_WEI
    assert audited.free(other) == others
    for sender in (who, other):
        with reverts("AlreadyCollected", key, who):
            audited.audits("collect", *args, sender=sender)


def test_nobody_collects_for_who_did_not_challenge(audited: AuditedStory) -> None:
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    audited.confess()
    other = audited.stranger
    with reverts("NoChallenger", audited.confessed_hash, other):
        args = (audited.confessed, other)
        audited.audits("collect", *args, sender=game.challenger)


def test_share_is_the_challengers_whoever_asks(audited: AuditedStory) -> None:
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    audited.confess()
    who, other = game.challenger, audited.stranger

    def share(account: str, asker: str) -> int:
        ask = ("shareOf", audited.confessed_hash, account)
        return int(audited.chain.call("Audits", *ask, sender=asker))

    assert share(who, asker=other) == PRIZE_WEI
    assert share(other, asker=who) == 0
    audited.collect(who)
    assert share(who, asker=other) == 0


# Traits of a request: none of them implies another.


def test_metered_request_is_neither_audited_nor_told_early(
    audited: AuditedStory,
) -> None:
    audited.request_metered(pass_price=1, max_passes=9)
    audited.accept()
    assert audited.audit.stage == 0
    told = audited.submit()
    assert not told.event("Claimed").mayBeTest
    assert not told.has("EarlyCallback")


def test_request_that_is_told_early_is_neither_metered_nor_audited(
    audited: AuditedStory,
) -> None:
    asker = Puppet(audited.chain, "asker")
    terms = (*audited.terms(), (0, 0, False, True, False))
    asked = asker.do("InferenceOracle", "requestWith", *terms, value=FEE)
    assert asked.has("EarlyWanted") and not asked.has("Metered")
    audited.r = asked.event("Requested").request
    audited.accept()
    assert audited.audit.stage == 0
    assert audited.submit().has("EarlyCallback")
    audited.finalize()


@pytest.mark.parametrize(
    "meter", [(1, 0, False), (0, 1, False), (0, 0, True), (1, 1, False)]
)
def test_any_term_of_a_meter_meters(
    audited: AuditedStory, meter: tuple[int, int, bool]
) -> None:
    Beacon(audited.chain).travel(1)
    terms = (*audited.terms(input=bytes(784)), (*meter, False, False))
    sent = audited._oracle("requestWith", *terms, sender=audited.requester, value=FEE)
    price, passes, from_block = meter
    told = sent.event("Metered").meter
    assert (told.passPrice, told.maxPasses) == (price, passes)
    assert bool(told.seedBlock) == from_block
    assert audited.chain.call("InferenceOracle", "getMeter", 1) == told


def test_no_term_of_a_meter_meters_not(audited: AuditedStory) -> None:
    assert not audited.permit().has("Metered")
