"""Every way to cheat at audits that the design names, played: none pays."""

import pytest
from eth_utils import keccak
from support.chains.evm import ETHER, GWEI, reverts
from support.games.audited import (
    FEED,
    LIE,
    OTHER,
    PRIZE,
    PRIZE_WEI,
    RATE,
    Tree,
    block_hash,
)
from support.games.made_up import OPEN as OPENING
from support.games.protocol import (
    BOND,
    CLAIMED,
    MIN_LEASE,
    OPEN,
    OUTPUT,
    ZERO_ADDRESS,
    tariffs,
)

PENALTY = BOND // 10
CLOCK = 7 * 24 * 3600
BOND_GAS = 3_092_500  # a challenger's


# What the worker knows, and when.


def test_worker_can_not_know_before_it_accepts(audited):
    """The same request and secret, another block after the accept: another draw."""
    found = set()
    for _ in range(40):
        with audited.chain.undone():
            audited.leased()
            audited.submit_audited(OUTPUT)
            found.add((audited.audit.leaf, audited.is_test))
        audited.chain._mine()
    assert found == {(0, False), (0, True)}


def test_draw_is_not_of_the_accepts_own_block_nor_of_one_to_come(audited):
    audited.permit()
    audited.accept()
    number = audited.audit.accepted
    call = ("submitAudited", audited.r, audited.lease, OUTPUT)
    with reverts("DrawTooEarly", number + 2, number + 1):
        audited._oracle(*call, block_hash(number + 1), sender=audited.worker)
    audited.chain._mine()
    with reverts("WrongDraw", block_hash(number), block_hash(number + 1)):
        audited._oracle(*call, block_hash(number), sender=audited.worker)


def test_reorg_between_accept_and_submit_makes_no_lie_of_a_test(audited):
    """A false answer was signed for one block's draw; then that block is another's."""
    audited.leased()
    number = audited.audit.accepted
    signed = ("submitAudited", audited.r, audited.lease, LIE, block_hash(number + 1))
    # In the other history the accept came later, so that another block draws.
    with audited.chain.undone():
        audited._oracle(*signed, sender=audited.worker)
    with audited.chain.undone():
        audited.chain.travel_to(audited.lease.end)
        expired = ("expireLease", audited.r, audited.lease)
        audited._oracle(*expired, sender=audited.stranger)
        audited.accept()
        audited.chain._mine()
        call = ("submitAudited", audited.r, audited.lease, LIE, signed[-1])
        actual = block_hash(audited.audit.accepted + 1)
        with reverts("WrongDraw", signed[-1], actual):
            audited._oracle(*call, sender=audited.worker)


def test_draw_depends_on_nothing_that_the_worker_chooses_later(audited):
    """Neither on what it claims, nor on when."""
    audited.leased()
    found = set()
    for output in (OUTPUT, LIE, OTHER):
        for seconds in (0, 1, 500):
            with audited.chain.undone():
                audited.chain.travel(seconds)
                audited.submit_audited(output)
                found.add(audited.is_test)
    assert len(found) == 1


def test_lease_whose_block_is_forgotten_is_lost(audited):
    """Where a chain has no longer history than 256 blocks."""
    audited.leased()
    number = audited.audit.accepted + 1
    audited.chain.number += 300
    audited.chain._set_block()
    call = ("submitAudited", audited.r, audited.lease, OUTPUT, block_hash(number))
    with reverts("NoBlockHash", number):
        audited._oracle(*call, sender=audited.worker)


def test_audited_lease_is_not_answered_as_another(audited):
    audited.leased()
    call = ("submit", audited.r, audited.lease, OUTPUT)
    with reverts("WrongKind", True, False):
        audited._oracle(*call, sender=audited.worker)
    audited.request()
    audited.accept()
    call = ("submitAudited", audited.r, audited.lease, OUTPUT, bytes(32))
    with reverts("WrongKind", False, True):
        audited._oracle(*call, sender=audited.worker)


def test_walking_away_from_a_test_costs_more_than_its_prize(audited):
    audited.leased()
    audited.chain.travel_to(audited.lease.end)
    expired = ("expireLease", audited.r, audited.lease)
    sent = audited._oracle(*expired, sender=audited.stranger)
    assert sent.event("LeaseExpired").penalty == PENALTY > PRIZE_WEI


# What it shows.


def test_secret_that_is_not_this_leases_refused(audited):
    audited.drawn(test=False)
    audited.window_over()
    tree, leaf, root = audited.tree, audited.audit.leaf, audited.tree.root
    other = tree.secrets[leaf + 1]
    flipped = [bytes([p[0] ^ 1]) + p[1:] for p in tree.path(leaf)]
    for secret, path in (
        (other, tree.path(leaf + 1)),  # another lease's, with its path
        (other, tree.path(leaf)),
        (tree.secrets[leaf], flipped),
        (tree.secrets[leaf], tree.path(leaf + 1)),
    ):
        with reverts("WrongSecret", root, ...):
            audited.audits("clear", audited.r.id, secret, path, sender=audited.worker)
        call = ("confess", audited.r, audited.claim, secret, path, OTHER)
        with reverts("WrongSecret", root, ...):
            audited._oracle(*call, sender=audited.worker)


@pytest.mark.parametrize("depth", [0, 15, 17])
def test_path_of_another_depth_refused(audited, depth):
    """An inner node is no secret."""
    audited.drawn(test=False)
    audited.window_over()
    secret, path = audited.shown()
    path = (path * 2)[:depth]
    with reverts("WrongDepth", 16, depth):
        audited.audits("clear", audited.r.id, secret, path, sender=audited.worker)


def test_secret_that_is_used_twice_can_not_be_shown_again(audited):
    """Whoever saw it at the first lease knows at the second whether it is a test,
    and would be paid without checking. So that lease is a lost one."""
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([b"\x22" * 32] * 32)
    audited.join(rate=1)
    audited.drawn(test=False)
    audited.clear()
    audited.finalize()
    audited.drawn(test=False)
    with reverts("SecretUsed", b"\x22" * 32):
        audited.clear()
    assert audited.reopen().event("SecretWithheld").penalty == PENALTY


def test_root_that_was_joined_with_before_refused(audited):
    audited.audits("leave", sender=audited.worker)
    with reverts("RootUsed", audited.tree.root):
        audited.join()


def test_root_of_another_worker_helps_nobody_and_stops_nobody(audited):
    """Copied from the mempool, it can't be shown by who has not its secrets."""
    thief = audited.chain.account("thief")
    terms = (audited.tree.root, RATE, PRIZE, FEED, 0)
    audited.audits("join", *terms, sender=thief, value=0)
    audited.drawn(test=False)
    audited.clear()
    audited.finalize()


def test_tree_can_not_change_while_an_audit_is_open(audited):
    audited.drawn(test=True)
    audited.tree, before = Tree([b"\x33" * 32]), audited.tree
    with reverts("AuditsOpen", 1):
        audited.join()
    audited.tree = before
    audited.confess()
    audited.finalize()
    audited.tree = Tree([b"\x33" * 32])
    audited.join()


# A test that is answered truly, and claims that pose as tests.


def test_test_that_is_answered_truly_is_lost_whatever_its_worker_says(audited):
    audited.drawn(test=True, output=OUTPUT)
    with reverts("IsTest", audited.r.id):
        audited.clear()
    with reverts("SameOutput", audited.claim.outputRoot):
        audited.confess(OUTPUT)
    with audited.chain.undone():
        sent = audited.reopen()
        assert sent.event("SecretWithheld").penalty == PENALTY > PRIZE_WEI
        assert audited.state().status == OPEN
    # What it must say instead is a lie like any other, with a window of its own.
    audited.confess(LIE)
    (game,) = audited.challenged_by("challenger")
    audited.chain.travel(CLOCK)
    lost = game.timeout().event("WorkerLost")
    assert lost.burned >= BOND * 4 // 10
    assert audited.locked(audited.worker) == 0


def test_claim_that_is_no_test_can_not_be_confessed(audited):
    """A liar that is found out has no way back."""
    audited.drawn(test=False, output=LIE)
    audited.challenged_by("challenger")
    with reverts("IsNoTest", audited.r.id):
        audited.confess()


def test_confession_is_no_test_again(audited):
    audited.drawn(test=True)
    audited.confess()
    audited.chain.travel_to(audited.claim.windowEnd)
    call = ("confess", audited.r, audited.claim, *audited.shown(), OTHER)
    with reverts("WrongKind", True, False):
        audited._oracle(*call, sender=audited.worker)
    audited.finalize()


def test_request_whose_confession_fell_can_be_audited_again(audited):
    audited.drawn(test=True)
    audited.confess(OTHER)
    (game,) = audited.challenged_by("challenger")
    audited.chain.travel(CLOCK)
    with audited.chain.undone():
        game.timeout()
        assert audited.state().status == OPEN
        audited.chain.now = audited.r.deadline - 1000
        audited.chain._set_block()
        audited.accept()
        assert audited.state().mayBeTest


def test_confession_after_a_lost_game_refused(audited):
    """The window is over before its clock, so it had its time."""
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    audited.chain.travel(CLOCK)
    shown = audited.shown()
    game.timeout()
    call = ("confess", audited.r, audited.claim, *shown, OUTPUT)
    with reverts("WrongStatus", audited.r.id, CLAIMED, OPEN):
        audited._oracle(*call, sender=audited.worker)
    assert audited.program.open == 0


def test_confession_once_the_claim_is_opened_refused(audited):
    """It would let a worker look how far it comes first."""
    audited.drawn(test=True)
    game, other = audited.challenged_by("challenger", "another")
    game.open()
    with reverts("AlreadyOpened", audited.claim_hash):
        audited.confess()
    game.play()
    game.prove()
    other.settle()
    assert audited.locked(audited.worker) == 0


def test_confession_is_in_time_whoever_challenged_first(audited):
    """The longest window there can be, and a challenge in the very first second."""
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([keccak(bytes([i])) for i in range(64)])
    audited.join()
    while True:
        audited.leased(window=CLOCK - MIN_LEASE)
        if audited.submit_audited(LIE, only=True):
            break
    (game,) = audited.challenged_by("challenger")
    audited.chain.travel_to(audited.claim.windowEnd + MIN_LEASE - 1)
    with reverts("TooEarly", ..., ...):
        game.timeout()
    audited.confess()
    audited.collect(game.challenger)


# When, and by whom.


def test_secret_is_shown_after_the_window_and_not_before(audited):
    """Else challengers could wait for it."""
    audited.drawn(test=True)
    end, shown = audited.claim.windowEnd, audited.shown()
    audited.chain.travel_to(end - 1)
    confess = ("confess", audited.r, audited.claim, *shown, OUTPUT)
    with reverts("TooEarly", end, end - 1):
        audited._oracle(*confess, sender=audited.worker)
    with reverts("TooEarly", end, end - 1):
        audited.audits("clear", audited.r.id, *shown, sender=audited.worker)
    audited.chain.travel_to(end + MIN_LEASE)
    with reverts("TooLate", end + MIN_LEASE, end + MIN_LEASE):
        audited._oracle(*confess, sender=audited.worker)


def test_secret_is_shown_by_its_worker_alone(audited):
    audited.drawn(test=False)
    with reverts("WrongSender", audited.worker, audited.stranger):
        audited.clear(sender=audited.stranger)
    with reverts("WrongSender", audited.worker, audited.stranger):
        audited.confess(sender=audited.stranger)


def test_claim_whose_worker_is_silent_is_not_final_and_reopens(audited):
    audited.drawn(test=True)
    pool = audited.program.pool
    with reverts("WrongStage", 3, 2):
        audited.finalize()
    end = audited.claim.windowEnd + MIN_LEASE
    call = ("reopenWithheld", audited.r, audited.claim)
    with reverts("TooEarly", end, ...):
        audited._oracle(*call, sender=audited.stranger)
    sent = audited.reopen()
    assert sent.event("SecretWithheld").penalty == PENALTY
    assert (audited.program.silences, audited.program.open) == (1, 0)
    assert audited.program.pool == pool + PRIZE_WEI
    assert audited.locked(audited.worker) == 0
    assert (audited.state().status, audited.state().mayBeTest) == (OPEN, False)
    assert audited.state().attempt == audited.claim.attempt + 1


def test_claim_that_was_cleared_can_not_be_reopened(audited):
    audited.drawn(test=False)
    audited.clear()
    with reverts("WrongStage", 2, 3):
        audited.reopen()
    audited.finalize()


def test_plain_claim_can_not_be_reopened_nor_cleared(audited):
    audited.claimed()
    with reverts("WrongKind", True, False):
        audited.reopen()
    with reverts("WrongStage", 2, 0):
        args = (audited.r.id, bytes(32), [bytes(32)] * 16)
        audited.audits("clear", *args, sender=audited.worker)


def test_silence_saves_no_liar_from_its_challengers(audited):
    """A tenth of its bond would be less than all of it."""
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    with reverts("DisputeOpen", audited.claim_hash, 1):
        audited.reopen()
    assert game.stage == OPENING
    audited.chain.travel(CLOCK)
    assert game.timeout().has("WorkerLost")
    assert audited.locked(audited.worker) == 0


# Whose prize.


@pytest.mark.parametrize(("before", "share"), [(1, 1), (2, 2), (3, 4), (5, 16)])
def test_each_challenger_halves_the_prize_and_the_rest_burns(audited, before, share):
    audited.drawn(test=True)
    games = audited.challenged_by(*[f"c{i}" for i in range(before)])
    burned = audited.chain.balance(ZERO_ADDRESS)
    audited.confess()
    paid = [audited.collect(g.challenger).event("Collected").share for g in games]
    assert paid == [PRIZE_WEI // share] * before
    left = PRIZE_WEI - sum(paid)
    assert audited.chain.balance(ZERO_ADDRESS) - burned == left


@pytest.mark.parametrize("accounts", [1, 2, 3, 4])
def test_accomplices_get_back_less_the_more_they_are(audited, accounts):
    """An even split would leave them s / (s + 1) beside one honest challenger."""
    audited.drawn(test=True)
    games = audited.challenged_by("honest", *[f"own{i}" for i in range(accounts)])
    audited.confess()
    paid = [audited.collect(g.challenger).event("Collected").share for g in games]
    honest, own = paid[0], sum(paid[1:])
    assert honest == PRIZE_WEI // 2**accounts
    assert own == accounts * honest
    assert own <= PRIZE_WEI // 2 < PRIZE_WEI * accounts // (accounts + 1) or (
        accounts == 1
    )


def test_prize_is_collected_once_and_by_who_challenged(audited):
    audited.drawn(test=True)
    (game,) = audited.challenged_by("challenger")
    audited.confess()
    late = audited.chain.account("late")
    with reverts("NoChallenger", audited.confessed_hash, late):
        audited.collect(late)
    audited.collect(game.challenger)
    with reverts("AlreadyCollected", audited.confessed_hash, game.challenger):
        audited.collect(game.challenger)


def test_claim_that_was_confessed_can_not_be_challenged_any_more(audited):
    audited.drawn(test=True)
    audited.confess()
    late = audited.chain.account("late")
    audited.stake(late)
    with reverts("WrongClaim", audited.claim_hash, audited.confessed_hash):
        audited.chain.send("DisputeGame", "challenge", audited.confessed, sender=late)


def test_nothing_is_collected_of_a_claim_that_was_no_test(audited):
    audited.claimed()
    audited.confessed = audited.claim
    with reverts("NothingAwarded", audited.claim_hash):
        audited.collect(audited.stranger)
    del audited.confessed


# What is refused at the door.


@pytest.mark.parametrize(
    ("terms", "error", "bound"),
    [
        ({"rate": 0}, "ShareOutOfRange", 1),
        ({"rate": 10_000}, "ShareOutOfRange", 1),
        ({"feed": 10_001}, "ShareOutOfRange", 0),
        ({"prize": 3_700_000}, "PrizeAbovePenalty", 3_700_000),
        ({"rate": 5_000, "prize": 3_100_000}, "PrizePaysBlind", BOND_GAS),
        ({"rate": 9_000, "prize": 800_000}, "PrizePaysBlind", BOND_GAS // 9),
        ({"prize": 712_000}, "PrizePaysNoCheck", 712_000),
        ({"rate": 100, "prize": 1_112_000, "check": 1_000}, "PrizePaysNoCheck", ...),
    ],
)
def test_rates_outside_the_three_inequalities_refused(audited, terms, error, bound):
    audited.audits("leave", sender=audited.worker)
    audited.tree = Tree([b"\x44" * 32])
    expected = (bound, ..., ...) if error == "ShareOutOfRange" else (bound, ...)
    with reverts(error, *expected):
        audited.join(**terms)


def test_rates_just_inside_are_taken(audited):
    for number, terms in enumerate(
        (
            {"rate": 4_500, "prize": 3_699_999},
            {"rate": 5_000, "prize": BOND_GAS - 1},
            {"rate": 100, "prize": 1_112_001, "check": 1_000},
            {"prize": 712_001},
        )
    ):
        audited.audits("leave", sender=audited.worker)
        audited.tree = Tree([bytes([number + 1]) * 32])
        audited.join(**terms)


def test_bonds_that_the_inequalities_reckon_with_are_the_protocols(audited):
    chain = audited.chain
    assert chain.call("DisputeGame", "challengerBondGas") == BOND_GAS
    assert tariffs()["WORKER_BOND"] // 10 * GWEI == PENALTY
    share = chain.call("InferenceOracle", "PENALTY_SHARE")
    assert tariffs()["WORKER_BOND"] // share == 3_700_000


def test_only_the_oracle_tells_what_became_of_a_lease(audited):
    who = audited.stranger
    calls = {
        "lease": (1, 0, audited.worker, 600, GWEI),
        "draw": (1, bytes(32), 0),
        "confess": (1, bytes(32), bytes(32), [], 1),
        "withhold": (1,),
        "drop": (1,),
        "settle": (1,),
    }
    oracle = audited.chain.address("InferenceOracle")
    for name, args in calls.items():
        with reverts("NotOracle", oracle, who):
            audited.audits(name, *args, sender=who)
    with reverts("NotOracle", oracle, who):
        audited.chain.send("DisputeGame", "concede", bytes(32), sender=who)


def test_leaving_and_feeding_need_a_worker_that_has_joined(audited):
    who = audited.stranger
    with reverts("NotJoined", who):
        audited.audits("leave", sender=who)
    with reverts("NotJoined", who):
        audited.audits("feed", who, sender=who, value=ETHER)
