"""An audited request's life: nothing but what the design says, and money conserved."""

from support.chains.evm import ETHER, reverts
from support.games.audited import (
    CLEARED,
    CLOSED,
    DRAWN,
    FEED,
    LEASED,
    LIE,
    PRIZE_WEI,
    RATE,
    AuditedStory,
    Tree,
)
from support.games.protocol import BOND, CLAIMED, FEE, FINAL, OPEN, OUTPUT, WINDOW

PAID = FEE * 95 // 100  # less the royalty


def test_request_that_permits_it_is_told_and_is_else_as_any(audited):
    assert audited.permit().has("AuditsPermitted")
    assert audited.state().status == OPEN
    assert not audited.state().mayBeTest


def test_claim_that_is_no_test_is_cleared_and_paid_less_what_feeds_the_pool(audited):
    audited.drawn(test=False)
    before, pool = audited.free(audited.worker), audited.program.pool
    assert audited.state().mayBeTest
    assert audited.audit.stage == DRAWN
    cleared = audited.clear()
    assert cleared.event("Cleared").secret == audited.secret
    assert audited.audit.stage == CLEARED
    sent = audited.finalize()
    fed = PAID * FEED // 10_000
    assert sent.event("Finalized").paid == PAID - fed
    assert audited.free(audited.worker) - before == BOND + PAID - fed
    assert audited.program.pool == pool + PRIZE_WEI + fed
    assert (audited.program.open, audited.audit.stage) == (0, CLOSED)
    assert (audited.state().status, audited.state().mayBeTest) == (FINAL, False)


def test_claim_of_an_audited_request_says_that_it_may_be_a_test(audited):
    audited.leased()
    assert audited.audit.stage == LEASED
    claimed = audited.submit_audited(OUTPUT).event("Claimed")
    assert claimed.mayBeTest
    audited.request()
    audited.accept()
    assert not audited.submit().event("Claimed").mayBeTest


def test_test_that_nobody_noticed_is_confessed_and_answered(audited):
    audited.drawn(test=True)
    pool, first = audited.program.pool, audited.claim
    sent = audited.confess()
    assert sent.event("Confessed").challengers == 0
    second = sent.event("Claimed")
    assert not second.mayBeTest
    assert second.claim.attempt == first.attempt + 1
    assert second.claim.windowEnd == sent.timestamp + WINDOW
    assert (second.claim.bond, second.claim.worker) == (first.bond, first.worker)
    assert audited.program.pool == pool + PRIZE_WEI, "for the next one"
    assert not audited.state().mayBeTest
    before = audited.free(audited.worker)
    audited.finalize()
    assert audited.free(audited.worker) - before == BOND + PAID
    assert audited.locked(audited.worker) == 0


def test_challenger_of_a_test_has_its_bond_and_the_prize(audited):
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    who = game.challenger
    locked, free = audited.locked(who), audited.free(who)
    audited.confess()
    audited.collect(who)
    assert audited.locked(who) == 0
    assert audited.free(who) == free + locked + PRIZE_WEI
    audited.finalize()


def test_game_that_was_settled_first_can_still_collect(audited):
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    audited.confess()
    (confessed, audited.claim) = (audited.claim, audited.confessed)
    game.settle()
    audited.claim = confessed
    assert audited.collect(game.challenger).event("Collected").share == PRIZE_WEI


def test_true_claim_that_is_challenged_is_defended_and_cleared(audited):
    """Both at once: the window's end doesn't wait for the game."""
    audited.drawn(test=False)
    (game,) = audited.challenged_by("slanderer")
    game.open()
    audited.clear()
    with reverts("DisputeOpen", audited.claim_hash, 1):
        audited.finalize()
    audited.chain.travel(8 * 24 * 3600)
    game.timeout(audited.worker)
    audited.finalize()
    assert audited.state().status == FINAL


def test_lease_that_runs_out_gives_back_what_was_set_aside(audited):
    pool = audited.program.pool
    audited.leased()
    assert audited.program.pool == pool - PRIZE_WEI
    audited.chain.travel_to(audited.lease.end)
    expired = ("expireLease", audited.r, audited.lease)
    audited._oracle(*expired, sender=audited.stranger)
    assert (audited.program.pool, audited.program.open) == (pool, 0)
    assert not audited.state().mayBeTest


def test_worker_that_has_not_joined_is_not_audited(chain):
    story = AuditedStory(chain)
    story.permit()
    story.accept()
    assert not story.submit().event("Claimed").mayBeTest
    story.finalize()


def test_pool_that_holds_no_whole_prize_promises_none(audited):
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([b"\x11" * 32])
    audited.join(value=PRIZE_WEI - 1)
    audited.permit()
    audited.accept()
    assert not audited.submit().event("Claimed").mayBeTest
    audited.audits("feed", audited.worker, sender=audited.stranger, value=1)
    audited.leased()
    assert audited.audit.prize == PRIZE_WEI


def test_window_that_outlasts_a_clock_is_not_audited(audited):
    """Else its worker's clock ran out before it may confess."""
    day = 24 * 3600
    audited.permit(window=7 * day)
    audited.accept()
    assert not audited.submit().event("Claimed").mayBeTest
    audited.leased(window=7 * day - 300)
    assert audited.audit.stage == LEASED


def test_pool_that_is_full_leaves_its_worker_the_whole_fee(audited):
    audited.audits("feed", audited.worker, sender=audited.stranger, value=ETHER)
    audited.drawn(test=False)
    audited.clear()
    assert audited.finalize().event("Finalized").paid == PAID


def test_leaving_credits_the_pool_but_not_what_is_set_aside(audited):
    audited.drawn(test=True)
    before, pool = audited.free(audited.worker), audited.program.pool
    left = audited.audits("leave", sender=audited.worker)
    assert left.event("Left").paid == pool
    assert audited.free(audited.worker) - before == pool
    assert audited.program.rateBps == 0
    (game,) = audited.challenged_by("challenger")
    audited.confess()
    assert audited.collect(game.challenger).event("Collected").share == PRIZE_WEI
    audited.finalize()
    audited.request()
    audited.accept()
    assert not audited.submit().event("Claimed").mayBeTest


def test_share_of_tests_is_the_rate(audited):
    """Of 60 leases at a half, as many as chance has it."""
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([bytes([i]) * 32 for i in range(1, 61)])
    audited.join(rate=4000, value=ETHER)
    tests = 0
    for _ in range(60):
        audited.leased()
        audited.submit_audited(LIE)
        tests += audited.is_test
    assert 12 <= tests <= 36, tests  # within 3.2 deviations of 24


def test_forced_by_python_as_by_the_contract(audited):
    from oracle.audits.secrets import is_test

    audited.leased()
    audited.submit_audited(OUTPUT)
    for number in range(50):
        secret = bytes([number]) * 32
        ours = is_test(
            secret,
            oracle=bytes.fromhex(audited.chain.address("InferenceOracle")[2:]),
            chain_id=1,
            request_id=audited.r.id,
            attempt=audited.claim.attempt,
            draw=audited.audit.draw,
            rate_bps=RATE,
        )
        asked = ("isTest", audited.r.id, secret)
        assert ours == audited.chain.call("Audits", *asked)
    assert audited.state().status == CLAIMED
