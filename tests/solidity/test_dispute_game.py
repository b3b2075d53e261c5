"""The rules of the game: who wins, what each move tells, clocks, several games."""

from itertools import pairwise

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import reverts
from support.games.made_up import (
    DESCEND,
    DISSECT,
    HALTED,
    OPEN,
    OVER,
    PROVE,
    RUNNING,
    SELECT,
    STAGE_OF,
    YIELDED,
    Interval,
    MadeUpGame,
    Run,
    all_moves,
    ends,
    lying_game,
    merkle,
    pair,
    path,
    send,
    status,
)
from support.games.protocol import CLAIM, WINDOW

CLOCK = 7 * 24 * 3600
K = 32
INTERVAL = "(uint8,uint64,uint64,uint64)"
LIE = (20, 30)


def test_challenge_is_told_and_kept(story, challenger):
    story.claimed()
    game = lying_game(story, challenger, segments=9, instructions=9, lie=(1, 1))
    held = story.claim.bond
    bond, price, _ = story.chain.call("DisputeGame", "challengerBond", held)
    sent = game.challenge()
    game_id = keccak(encode(["bytes32", "address"], [story.claim_hash, challenger]))
    ids = (game_id, story.claim_hash, 1)
    assert sent.event("Challenged").args == (*ids, challenger, story.worker, bond)
    assert sent.result == game_id
    assert story.locked(challenger) == bond
    state = game.game
    assert (state.stage, state.since, state.gasPrice) == (OPEN, sent.timestamp, price)
    assert (state.workerLeft, state.challengerLeft) == (CLOCK, CLOCK)
    assert state.commitment == bytes(32)
    dispute = story.chain.call("DisputeGame", "getDispute", story.claim_hash)
    assert dispute == (story.worker, 0, 1, False, bytes(32), 0)


def test_claim_hash_is_that_of_the_abi_encoded_claim(story):
    story.claimed()
    assert story.claim_hash == keccak(encode([CLAIM], [story.claim]))


def test_challenge_may_bring_its_bond_along(story):
    story.claimed()
    fresh = story.chain.account("fresh")
    held = story.claim.bond
    bond, _, _ = story.chain.call("DisputeGame", "challengerBond", held)
    game = lying_game(story, fresh, segments=9, instructions=9, lie=(1, 1))
    with reverts("InsufficientBalance", fresh, bond, bond - 1):
        game.challenge(value=bond - 1)
    game.challenge(value=bond + 5)
    assert (story.free(fresh), story.locked(fresh)) == (5, bond)


def test_open_commits_the_derived_ends_and_the_roots(game, story):
    sent = game.open()
    roots = game.run.roots(game.interval, K)
    start, end = ends(story)
    event = sent.event("Opened")
    assert event.args == (story.claim_hash, start, end, 1000, tuple(roots[1:-1]))
    dispute = story.chain.call("DisputeGame", "getDispute", story.claim_hash)
    assert dispute.openedAt == sent.timestamp
    root = merkle([pair(*ends) for ends in pairwise(roots)])[-1][0]
    position = (1, (1, 0, 0, 1000), root, bytes(32))
    types = ["uint256", INTERVAL, "bytes32", "bytes32"]
    assert dispute.opening == keccak(encode(types, position))
    assert game.stage == SELECT


@pytest.mark.parametrize("segments", [1, 2, 31, 32, 33, 1000, 2**32])
@pytest.mark.parametrize("instructions", [1, 2, 33, 2**36])
def test_honest_challenger_finds_the_lie(story, challenger, segments, instructions):
    story.claimed()
    at = (segments * 2 // 3, instructions // 2)
    game = lying_game(
        story, challenger, segments=segments, instructions=instructions, lie=at
    )
    game.challenge()
    game.play()
    first = game.truth.state(game.interval.segment, game.interval.start)
    assert game.start == first  # agreed
    assert game.prove().has("WorkerLost")
    assert game.stage == OVER


@pytest.mark.parametrize("part", [0, 1, -1])
def test_honest_worker_beats_a_false_challenger(story, challenger, part):
    story.claimed()
    start, end = ends(story)
    run = Run(start, end, 1000, 2000, (10**9, 0), b"")

    def pick(worker: list[bytes], truth: list[bytes]) -> int:
        return part % (len(worker) - 1)

    game = MadeUpGame(story, run, run, challenger, pick)
    game.challenge()
    sent = game.play().prove(story.worker)
    assert sent.has("ChallengerLost")
    assert story.finalize().has("Finalized")


def test_segment_that_starts_halted_is_proved_as_it_stands(story, challenger):
    """A boundary after the halt that differs from the halt is false by itself."""
    story.claimed()
    start, end = ends(story)
    run = Run(start, end, 8, 100, (5, 0), b"lie", halted_at=4)
    game = MadeUpGame(story, run, run, challenger, lambda mine, truth: 5)
    game.challenge()
    game.open()
    sent = game.select()
    assert sent.event("Selected").stage == PROVE
    assert game.start[0] == HALTED
    assert game.prove().has("WorkerLost")


def test_segment_that_stays_halted_stands(story, challenger):
    story.claimed()
    start, end = ends(story)

    class Halted(Run):
        def boundary(self, i: int) -> bytes:
            return self.end if i >= 4 else super().boundary(i)

    run = Halted(start, end, 8, 100, (10**9, 0), b"")
    game = MadeUpGame(story, run, run, challenger, lambda mine, truth: 5)
    game.challenge()
    game.play()
    assert game.prove(story.stranger).has("ChallengerLost")


def test_step_of_a_run_that_has_yielded_is_proved_not_descended_into(game, story):
    """The worker says that there were more instructions than it took to yield."""
    game.play(DESCEND)
    yielded = [status(keccak(bytes([i])), YIELDED) for i in range(2)]
    args = (story.claim_hash, *game.position_args(), 3, yielded)
    send(game, "descend", *args, sender=story.worker)
    whole = Interval(2, LIE[0], 0, 3)
    roots = [status(game.start, RUNNING), *yielded, game.end]
    tree = merkle([pair(*ends) for ends in pairwise(roots)])
    args = (story.claim_hash, whole, tree[-1][0], 1, *yielded, path(tree, 1))
    sent = send(game, "select", *args, sender=game.challenger)
    assert sent.event("Selected").stage == PROVE


def test_descend_starts_running_from_the_agreed_boundary(game):
    game.play(DESCEND)
    boundary, disputed = game.start, game.end
    sent = game.descend()
    event = sent.event("Dissected")
    assert event.interval == (2, LIE[0], 0, 2000)
    assert event.startRoot == status(boundary, RUNNING)
    assert event.endRoot == disputed


def test_each_move_is_told_with_what_the_other_side_needs(game, story):
    game.open()
    args = game.select_args()
    event = game.select().event("Selected")
    chosen = Interval(1, 0, 0, 1000).part(K, args[3])
    assert event.interval == (1, 0, chosen.start, chosen.length)
    assert (event.startRoot, event.endRoot) == args[4:6]
    sent = game.dissect()
    event = sent.event("Dissected")
    roots = game.run.roots(game.interval, K)
    assert (event.startRoot, event.endRoot) == (game.start, game.end)
    assert event.roots == tuple(roots[1:-1])


# When -----------------------------------------------------------------------------


def test_challenge_from_the_windows_end_on_refused(story, challenger):
    story.claimed()
    end = story.claim.windowEnd
    game = lying_game(story, challenger, segments=9, instructions=9, lie=(1, 1))
    with story.chain.undone():
        story.chain.travel_to(end)
        with reverts("TooLate", end, end):
            game.challenge()
    story.chain.travel_to(end - 1)
    game.challenge()


def test_challenge_of_what_is_not_claimed_refused(story, challenger):
    story.claimed()
    claim = story.claim
    story.finalize()
    with reverts("NotDisputable", 1):
        story.chain.send("DisputeGame", "challenge", claim, sender=challenger)
    unknown = claim._replace(requestId=7)
    with reverts("NotDisputable", 7):
        story.chain.send("DisputeGame", "challenge", unknown, sender=challenger)


def test_challenge_of_another_claim_refused(story, challenger):
    story.claimed()
    forged = story.claim._replace(bond=1)
    actual = keccak(encode([CLAIM], [forged]))
    with reverts("WrongClaim", story.claim_hash, actual):
        story.chain.send("DisputeGame", "challenge", forged, sender=challenger)


def test_challenge_twice_refused(game, story, challenger):
    game_id = keccak(encode(["bytes32", "address"], [story.claim_hash, challenger]))
    with reverts("GameExists", game_id):
        game.challenge()
    game.open()
    story.chain.travel(CLOCK)
    game.timeout()  # lost
    with reverts("TooLate", ..., ...):
        game.challenge()


def test_challenge_again_after_losing_refused(story, challenger):
    story.claimed(window=30 * 24 * 3600)
    game = lying_game(story, challenger, segments=9, instructions=9, lie=(1, 1))
    game.challenge()
    game.open()
    story.chain.travel(CLOCK)
    assert game.timeout(story.worker).has("ChallengerLost")
    with reverts("GameExists", ...):
        game.challenge()


@pytest.mark.parametrize("stage", [OPEN, SELECT, DISSECT, DESCEND, PROVE])
def test_clock_is_half_open(game, story, stage):
    game.play(stage)
    state = game.game
    left = state.challengerLeft if stage == SELECT else state.workerLeft
    flag = state.since + left
    move = game.prove if stage == PROVE else game.step
    if stage == PROVE:
        game.learn()
    with story.chain.undone():
        story.chain.travel_to(flag - (2 if stage == PROVE else 1))
        with reverts("TooEarly", flag, story.chain.now):
            game.timeout()
        move()
    story.chain.travel_to(flag)
    args = all_moves(game)
    name = {v: k for k, v in STAGE_OF.items()}[stage]
    sender = game.challenger if stage == SELECT else story.worker
    with reverts("TooLate", flag, flag):
        send(game, name, *args[name], sender=sender)
    sent = game.timeout(story.stranger)
    assert sent.event("TimedOut").stage == stage
    assert sent.has("ChallengerLost" if stage == SELECT else "WorkerLost")
    with reverts(
        "WrongStage" if stage == SELECT else "ClaimDead",
        *[...] * (2 if stage == SELECT else 1),
    ):
        game.timeout()


def test_clocks_run_for_the_mover_only(game, story):
    chain = story.chain
    start = game.game.since
    chain.travel_to(start + 100)
    game.open()
    assert (game.game.workerLeft, game.game.challengerLeft) == (CLOCK - 100, CLOCK)
    chain.travel_to(start + 1100)
    game.select()
    state = game.game
    assert (state.workerLeft, state.challengerLeft) == (CLOCK - 100, CLOCK - 1000)
    chain.travel_to(start + 1150)
    game.dissect()
    state = game.game
    assert (state.workerLeft, state.challengerLeft) == (CLOCK - 150, CLOCK - 1000)


# Several challengers --------------------------------------------------------------


def second_game(game: MadeUpGame, name: str = "second") -> MadeUpGame:
    story = game.story
    challenger = story.chain.account(name)
    story.stake(challenger)
    second = MadeUpGame(story, game.run, game.truth, challenger)
    second.challenge()
    return second


def test_open_counts_in_every_game_of_the_claim(game, story):
    story.chain.travel(50)
    second = second_game(game)
    since = second.game.since
    story.chain.travel(100)
    opened = game.open().timestamp
    state = second.game
    assert (state.stage, state.since) == (SELECT, opened)
    assert state.workerLeft == CLOCK - (opened - since)
    assert state.workerDue == 0
    assert second.play().prove().has("WorkerLost")


def test_challenge_after_the_opening_starts_at_select(game):
    game.open()
    second = second_game(game)
    state = second.game
    assert (state.stage, state.workerLeft) == (SELECT, CLOCK)
    assert second.play().prove().has("WorkerLost")


def test_opening_too_late_for_one_game_does_not_save_it(game, story):
    """The worker answers the second challenge in time, the first one never."""
    story.chain.travel(WINDOW // 2)
    second = second_game(game)
    first_flag = game.game.since + CLOCK
    story.chain.travel_to(first_flag)
    assert second.open().has("Opened")
    assert (game.stage, second.stage) == (OPEN, SELECT)
    with reverts("WrongStage", SELECT, OPEN):
        game.select()
    assert game.timeout().has("WorkerLost")


def test_opening_in_the_last_second_counts(game, story):
    story.chain.travel(WINDOW // 2)
    second = second_game(game)
    story.chain.travel_to(game.game.since + CLOCK - 1)
    second.open()
    assert (game.stage, game.game.workerLeft) == (SELECT, 1)


def test_claim_waits_for_every_game(game, story):
    second = second_game(game)
    game.open()
    story.chain.travel(CLOCK + WINDOW)
    with reverts("DisputeOpen", story.claim_hash, 2):
        story.finalize()
    game.timeout(story.worker)
    with reverts("DisputeOpen", story.claim_hash, 1):
        story.finalize()
    second.timeout(story.worker)
    assert story.finalize().has("Finalized")


def test_moves_of_other_games_of_a_dead_claim_refused(game, story):
    second, third = second_game(game), second_game(game, "third")
    game.open()
    third.play(DISSECT)
    game.play().prove()
    assert story.state().status == 1
    with reverts("ClaimDead", story.claim_hash):
        second.select()
    with reverts("ClaimDead", story.claim_hash):
        third.dissect()
    with reverts("ClaimDead", story.claim_hash):
        second.timeout()
    with reverts("NotDisputable", 1):
        second_game(game, "fourth")


def test_settle_of_a_living_claim_refused(game, story):
    with reverts("ClaimAlive", story.claim_hash):
        game.settle()


def test_settle_twice_or_of_no_game_refused(game, story):
    second = second_game(game)
    game.play().prove()
    second.settle()
    for again in (second, game):
        with reverts("WrongStage", SELECT, OVER):
            again.settle()
    args = (story.claim, story.stranger)
    with reverts("WrongStage", SELECT, 0):
        send(game, "settle", *args, sender=story.stranger)


def test_killed_claim_reopens_the_request_for_an_honest_worker(game, story):
    game.play()
    sent = game.prove()
    assert sent.event("ClaimKilled").args == (1, story.claim_hash, story.worker)
    state = story.state()
    assert (state.status, state.attempt) == (1, 1)
    honest = story.chain.account("honest")
    story.stake(honest)
    story.accept(honest)
    story.submit()
    assert story.claim.attempt == 1
    assert story.finalize().has("CallbackSucceeded")


def test_same_answer_by_the_same_worker_is_another_claim(game, story):
    first = story.claim_hash
    game.play().prove()
    story.accept()
    story.submit()
    assert story.claim_hash != first
    again = lying_game(story, game.challenger, segments=9, instructions=9, lie=(1, 1))
    again.challenge()
    assert again.play().prove().has("WorkerLost")
