"""Which game a worker moves in next: by danger, then by nearness to the end."""

from random import Random

import pytest
from support.games.duel import Duel, honest_challenger
from support.games.fights import PLAIN, Fight

from challenge.game import Side
from challenge.precedence import Due, Pace, Run, in_order, moves_left

X, Y = b"x", b"y"
NOW = 1000


def due(moves: int, left: int, claim: bytes = X, bond: int = 1) -> Due:
    return Due(claim, bond, moves, NOW + left)


@pytest.mark.parametrize(
    ("games", "pace", "expected"),
    [
        pytest.param([], 1.0, [], id="none"),
        pytest.param(
            [due(5, 900), due(2, 1000), due(3, 950)], 1.0, [1, 2, 0],
            id="time-enough-nearest-its-end-first",
        ),
        pytest.param(
            [due(2, 9000), due(5, 80)], 10.0, [1, 0],
            id="clock-in-danger-first",
        ),
        pytest.param(
            [due(2, 9000), due(5, 90)], 10.0, [0, 1],
            id="clock-not-quite-in-danger",
        ),
        pytest.param(
            [due(1, 9000), due(5, 110), due(3, 112)], 10.0, [2, 1, 0],
            id="two-in-danger-together-nearest-its-end-first",
        ),
        pytest.param(
            [due(6, 100), due(5, 100), due(4, 100)], 10.0, [2, 1, 0],
            id="not-to-be-saved-finish-what-can-be",
        ),
        pytest.param(
            [due(1, 100), due(9, 100), due(9, 120, Y)], 10.0, [2, 0, 1],
            id="claim-past-saving-delays-no-other",
        ),
        pytest.param(
            [due(9, 100, X, 1), due(9, 100, Y, 2)], 10.0, [1, 0],
            id="dearer-claim-is-saved",
        ),
        pytest.param(
            [due(9, 100, X, 2), due(9, 100, Y, 1)], 10.0, [0, 1],
            id="dearer-claim-is-saved-whatever-it-is-called",
        ),
    ],
)  # fmt: skip
def test_order_by_clocks_and_nearness(
    games: list[Due], pace: float, expected: list[int]
) -> None:
    assert in_order(games, NOW, pace) == expected


def finished(games: list[Due], pace: int) -> tuple[int, bool]:
    """Challengers that play on at once: how many games are finished when the first
    clock has run out, and whether none has."""
    left, now, done = list(games), NOW, 0
    while left:
        if any(now >= game.deadline for game in left):
            return done, False
        place = in_order(left, now, pace)[0]
        now += pace
        game = left.pop(place)
        if game.moves > 1:
            left.append(Due(game.claim, game.bond_wei, game.moves - 1, game.deadline))
        else:
            done += 1
    return done, True


def test_order_saves_whatever_the_nearest_deadline_first_would_save() -> None:
    """And of one claim that can't be saved, finishes as many games as can be."""
    rng = Random(5)
    saved = 0
    for _ in range(300):
        games = [
            due(rng.randrange(1, 7), rng.randrange(40, 400))
            for _ in range(rng.randrange(1, 9))
        ]
        moves, holds = 0, True
        for game in sorted(games, key=lambda g: g.deadline):
            moves += game.moves
            # A clock has run out at its deadline, and a move is mined a pace later.
            holds = holds and NOW + 10 * moves <= game.deadline
        saved += holds
        if holds:
            assert finished(games, 10) == (len(games), True)
    assert 50 < saved < 250


def test_games_in_step_are_finished_one_by_one() -> None:
    """Six games of six moves in the time of twenty: three are finished."""
    assert finished([due(6, 600) for _ in range(6)], 30) == (3, False)


FIGHTS = [PLAIN, Fight((3, 1, 4, 1, 5), 5, 2, 1), Fight((12,), 1, 64, 3)]


@pytest.mark.parametrize("fight", FIGHTS, ids=lambda f: f"k={f.k}")
@pytest.mark.parametrize("kind", ["activation", "last-step"])
def test_moves_left_count_down_to_the_proof(fight: Fight, kind: str) -> None:
    """Where lengths are those foretold it is at most one too many a round, and it is
    one at the worker's last move."""
    liar = fight.liar(kind)
    duel: Duel = fight.duel(liar.output)
    truth = fight.truth()
    longest = max(map(liar.trace.instructions, range(liar.trace.segments())))
    run = Run(liar.trace.segments(), longest)
    challenger = honest_challenger(truth)
    assert duel.attempt(challenger, "carol", duel.view("carol"))
    told = []
    while duel.view("carol").mover is not None:
        view = duel.view("carol")
        told.append((view.mover, moves_left(view, run)))
        player, who = (liar, "worker")
        if view.mover is Side.CHALLENGER or not duel.attempt(player, who, view):
            assert duel.attempt(challenger, "carol", view)
    own = [moves for mover, moves in told if mover is Side.WORKER]
    assert own[-1] == 1
    assert own == sorted(own, reverse=True) and len(set(own)) == len(own)
    assert len(own) <= own[0] <= len(own) + 2
    assert moves_left(duel.view("carol"), run) == 0


def test_pace_is_that_of_the_moves_made_while_some_were_due() -> None:
    pace = Pace()
    assert pace.seconds == Pace.PRIOR_SECONDS
    pace.look(0, ())
    pace.look(5000, range(40))  # nothing was due before: that was no slowness
    assert pace.seconds == Pace.PRIOR_SECONDS
    for turn in range(1, 40):
        pace.look(5000 + 30 * turn, range(turn, 40))
    assert 25 < pace.seconds < 31
    pace.look(5000 + 30 * 39 + 600, range(39, 40))
    assert pace.seconds > 40, "ten minutes in which nothing was mined"
