"""The game at small sizes, all of it: every run, every move of every liar, every part
that a challenger may point at. `make exhaust` plays larger ones."""

import pytest
from support.exhaust.referee import Rules
from support.exhaust.search import ChallengerSearch, Found, LiarSearch, Most
from support.exhaust.world import MADE_UP, World, shapes

from challenge.dissection import Dissection
from mips_vm import Status

SMALL = Most(segments=3, instructions=3)


def liars(rules: Rules, most: Most, segments: int, instructions: int) -> Found:
    """All games about false claims on all runs of such a size."""
    found = Found()
    for shape in shapes(segments, instructions):
        found.add(LiarSearch(World(shape, MADE_UP, False), rules, most).all())
    return found


@pytest.mark.parametrize(
    ("k", "segments", "most", "lines"),
    [(2, 2, SMALL, 6_438), (3, 2, SMALL, 77_280), (4, 1, Most(4, 3), 77_760)],
)
def test_no_liar_wins_any_game(k: int, segments: int, most: Most, lines: int):
    found = liars(Rules(k), most, segments, 2)
    assert found.won == []
    assert found.lines == lines and found.refused > 0


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_honest_worker_wins_every_game(k: int):
    for shape in shapes(3, 3):
        if shape.ended is Status.HALTED:  # a run that faults has no true claim
            found = ChallengerSearch(World(shape, MADE_UP, True), Rules(k)).all()
            assert found.won == []
            assert found.lines == sum(shape.instructions)


@pytest.mark.parametrize(
    ("rule", "how"),
    [
        ("boundaries_have_stopped", "nothing to point at"),
        ("sticky_is_proved", "nothing to point at"),
        ("descent_runs", "nothing to point at"),
        ("end_is_derived", "nothing to point at"),
    ],
)
def test_liar_wins_where_a_rule_is_left_out(rule: str, how: str):
    """So the search would see it, if it were so."""
    found = liars(Rules(2, **{rule: False}), Most(2, 2), 2, 2)
    assert found.won
    assert any(how in line[-1] for line in found.won)


def test_status_of_a_step_is_no_rule_that_the_argument_needs():
    """A start is true, so it has a status; an end without one is false like another."""
    assert not liars(Rules(2, steps_have_a_status=False), SMALL, 2, 2).won


class Careless(LiarSearch):
    """A challenger that points at any false end, wherever that begins."""

    def right_parts(self, shown: Dissection) -> list[int]:
        at = shown.cuts()[1:]
        ends = zip(at, shown.boundaries[1:], strict=True)
        return [
            part
            for part, (index, root) in enumerate(ends)
            if self.true_root(shown.interval, index) != root
        ]


def test_challenger_that_overlooks_a_false_start_can_lose():
    """To a liar whose false state really leads to the false end."""
    shape = next(shapes(2, 2))
    found = Careless(World(shape, MADE_UP, False), Rules(2), Most(2, 2)).all()
    assert any("starts false" in line[-1] for line in found.won)
