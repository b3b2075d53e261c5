"""Every move that the game refuses: wrong stage, sender, position, part or root."""

from dataclasses import replace
from itertools import pairwise

import pytest
from eth_utils import keccak
from support.chains.evm import reverts
from support.games.made_up import (
    DESCEND,
    DISSECT,
    OPEN,
    OVER,
    PROVE,
    SELECT,
    STAGE_OF,
    Interval,
    MadeUpGame,
    all_moves,
    lying_game,
    merkle,
    pair,
    path,
    send,
    status,
)

CLOCK = 7 * 24 * 3600
K = 32
INTERVAL = "(uint8,uint64,uint64,uint64)"
LIE = (20, 30)


MOVES = ["select", "dissect", "descend", "prove"]
STAGES = [OPEN, SELECT, DISSECT, DESCEND, PROVE, OVER]
WRONG_MOMENTS = [(m, s) for m in MOVES for s in STAGES if STAGE_OF[m] != s]


@pytest.mark.parametrize(("move", "stage"), WRONG_MOMENTS)
def test_move_in_another_stage_refused(game, story, move, stage):
    args = all_moves(game)[move]
    if stage == OVER:
        game.open()
        story.chain.travel(CLOCK)
        game.timeout()
    else:
        game.play(stage)
    sender = game.challenger if move == "select" else story.worker
    with reverts("WrongStage", STAGE_OF[move], stage):
        send(game, move, *args, sender=sender)


def test_open_twice_refused(game, story):
    game.open()
    with reverts("AlreadyOpened", story.claim_hash):
        game.open()


def test_open_of_a_game_that_is_over_refused(game, story):
    game.chain.travel(CLOCK)
    game.timeout()
    with reverts("ClaimDead", story.claim_hash):
        game.open()


@pytest.mark.parametrize("move", ["select", "dissect", "descend", "prove", "timeout"])
def test_move_in_no_game_refused(game, story, move):
    stranger = story.stranger
    args = {
        **all_moves(game),
        "timeout": (story.claim, stranger),
    }[move]
    if move not in ("select", "timeout"):
        args = (args[0], stranger, *args[2:])
    sender = stranger if move == "select" else story.worker
    with reverts("WrongStage", STAGE_OF.get(move, SELECT), 0):
        send(game, move, *args, sender=sender)


@pytest.mark.parametrize("stage", [OPEN, DISSECT, DESCEND])
def test_workers_move_by_another_refused(game, story, stage):
    game.play(stage)
    story.worker, worker = story.stranger, story.worker
    with reverts("WrongSender", worker, story.stranger):
        game.step()


@pytest.mark.parametrize("stage", [SELECT, DISSECT, DESCEND, PROVE])
@pytest.mark.parametrize("field", ["level", "segment", "start", "length"])
def test_move_from_another_interval_refused(game, stage, field):
    game.play(stage)
    true = game.interval
    game.interval = replace(true, **{field: getattr(true, field) + 1})
    commitment = game.game.commitment
    if commitment == bytes(32):
        claim_hash = game.story.claim_hash
        commitment = game.chain.call("DisputeGame", "getDispute", claim_hash).opening
    with reverts("WrongPosition", commitment, ...):
        game.prove() if stage == PROVE else game.step()


@pytest.mark.parametrize("stage", [DISSECT, DESCEND, PROVE])
@pytest.mark.parametrize("which", ["start", "end"])
def test_move_from_another_root_refused(game, stage, which):
    game.play(stage)
    setattr(game, which, status(keccak(b"other"), 0))
    with reverts("WrongPosition", game.game.commitment, ...):
        game.prove() if stage == PROVE else game.step()


def test_select_from_a_dissection_replaced_across_a_reorg_refused(game):
    """The challenger answers the dissection that it saw, or nothing."""
    game.play(DISSECT)
    seen = game.chain.evm.snapshot()
    game.dissect()
    args = game.select_args()
    game.chain.evm.revert(seen)
    game.run = replace(game.run, salt=b"another lie")
    game.dissect()
    with reverts("WrongPosition", game.game.commitment, ...):
        send(game, "select", *args, sender=game.challenger)


def test_select_of_no_part_refused(game):
    game.open()
    args = list(game.select_args())
    for part in (K, K + 1, 2**255):
        args[3] = part
        with reverts("WrongPart", K, part):
            send(game, "select", *args, sender=game.challenger)


def test_select_of_padding_refused(story, challenger):
    """Three parts are padded to four: the fourth is nobody's."""
    story.claimed()
    game = lying_game(story, challenger, segments=3, instructions=9, lie=(1, 1))
    game.challenge()
    game.open()
    mine = game.run.roots(game.interval, K)
    tree = merkle([pair(*ends) for ends in pairwise(mine)])
    args = (story.claim_hash, game.interval, tree[-1][0], 3, bytes(32), bytes(32))
    with reverts("WrongPart", 3, 3):
        send(game, "select", *args, path(tree, 3), sender=challenger)


@pytest.mark.parametrize("which", [2, 4, 5, 6])
def test_select_with_one_flipped_bit_refused(game, which):
    game.open()
    args = list(game.select_args())
    value = args[which]
    if isinstance(value, list):
        args[which] = [*value[:-1], flipped(value[-1])]
    else:
        args[which] = flipped(value)
    name = "WrongPosition" if which == 2 else "WrongPath"
    with reverts(name, ..., ...):
        send(game, "select", *args, sender=game.challenger)


def flipped(root: bytes) -> bytes:
    return root[:-1] + bytes([root[-1] ^ 1])


@pytest.mark.parametrize("change", [-1, 1])
def test_select_with_a_path_of_another_length_refused(game, change):
    game.open()
    args = list(game.select_args())
    args[6] = args[6][:-1] if change < 0 else [*args[6], bytes(32)]
    with reverts("WrongPathLength", 5, 5 + change):
        send(game, "select", *args, sender=game.challenger)


def test_select_of_an_inner_node_refused(game):
    """Two leaves' hashes posing as a part's ends."""
    game.open()
    args = list(game.select_args())
    tree = merkle([pair(*e) for e in pairwise(game.run.roots(game.interval, K))])
    args[3], args[4], args[5] = 0, tree[0][0], tree[0][1]
    args[6] = path(tree, 0)[1:]
    with reverts("WrongPathLength", 5, 4):
        send(game, "select", *args, sender=game.challenger)


@pytest.mark.parametrize("stage", [OPEN, DISSECT, DESCEND])
@pytest.mark.parametrize("change", [-1, 1])
def test_dissection_with_another_number_of_roots_refused(story, game, stage, change):
    game.play(stage)
    whole = game.interval if stage != DESCEND else Interval(2, LIE[0], 0, 2000)
    expected = min(K, whole.length) - 1
    roots = [status(keccak(b"x"), 1)] * (expected + change)
    with reverts("WrongRootCount", expected, expected + change):
        send_roots(game, stage, whole.length, roots)


def send_roots(game: MadeUpGame, stage: int, steps: int, roots: list[bytes]):
    claim_hash, worker = game.story.claim_hash, game.story.worker
    if stage == OPEN:
        args = (game.story.claim, game.challenger, steps, roots)
        return send(game, "open", *args, sender=worker)
    if stage == DISSECT:
        args = (claim_hash, *game.position_args(), roots)
        return send(game, "dissect", *args, sender=worker)
    args = (claim_hash, *game.position_args(), steps, roots)
    return send(game, "descend", *args, sender=worker)


STATUSES = [
    (OPEN, 0, False),
    (OPEN, 1, True),
    (OPEN, 2, True),
    (OPEN, 3, True),
    (OPEN, 4, False),
    (DISSECT, 0, False),
    (DISSECT, 1, True),
    (DISSECT, 3, True),
    (DISSECT, 255, False),
    (DESCEND, 0, True),
    (DESCEND, 1, True),
    (DESCEND, 3, True),
    (DESCEND, 4, False),
    (DESCEND, 128, False),
]


@pytest.mark.parametrize(("stage", "value", "good"), STATUSES)
@pytest.mark.parametrize("index", [0, -1])
def test_boundary_of_a_status_that_has_no_place_there_refused(
    game, stage, value, good, index
):
    """Above all a running state that poses as a boundary between segments."""
    game.play(stage)
    steps = 2000 if stage == DESCEND else game.interval.length
    count = min(K, steps) - 1
    roots = [status(keccak(b"x"), 1)] * count
    roots[index] = status(keccak(b"y"), value)
    if good:
        send_roots(game, stage, steps, roots)
        assert game.stage == SELECT
    else:
        with reverts("WrongRootStatus", index % count, value):
            send_roots(game, stage, steps, roots)


def test_level_two_dissection_may_run_but_not_beyond_faulted(game):
    game.play(DESCEND)
    game.descend()
    game.select()
    assert game.stage == DISSECT
    count = min(K, game.interval.length) - 1
    good = [status(keccak(b"x"), 0)] * count
    bad = [status(keccak(b"x"), 4), *good[1:]]
    with reverts("WrongRootStatus", 0, 4):
        send_roots(game, DISSECT, 0, bad)
    send_roots(game, DISSECT, 0, good)


@pytest.mark.parametrize(
    ("stage", "maximum", "steps"),
    [
        (OPEN, 2**32, 0),
        (OPEN, 2**32, 2**32 + 1),
        (DESCEND, 2**36, 0),
        (DESCEND, 2**36, 2**36 + 1),
        (DESCEND, 2**36, 2**64 - 1),
    ],
)
def test_steps_outside_their_range_refused(game, stage, maximum, steps):
    game.play(stage)
    with reverts("StepsOutOfRange", 1, maximum, steps):
        send_roots(game, stage, steps, [])


def test_prove_with_an_invalid_witness_decides_nothing(game):
    game.play()
    before = game.game
    args = (game.story.claim, *game.position_args())
    with reverts("WrongWitnessLength", 32, 3):
        send(game, "prove", *args, b"abc", sender=game.story.stranger)
    assert game.game == before
