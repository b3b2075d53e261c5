"""Reorgs around each kind of move, shallow and deep: the same end, nothing twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.testbeds.acts import Act, Instant
from support.testbeds.embedded import EmbeddedTestbed

from challenge import moves
from oracle.chain.events import ChallengerLost, ClaimKilled
from oracle.store.store import Store

DEPTHS = (1, 4, 16)
ACTS = {
    ("challenger", "liar"): ("challenge", "select", "prove", "withdraw"),
    ("challenger", "mute"): ("timeout",),
    ("challenger", "rival"): ("settle",),
    ("worker", "random"): (
        "accept",
        "submit",
        "open",
        "descend",
        "dissect",
        "prove",
        "finalize",
    ),
    ("worker", "silent"): ("timeout",),
    ("worker", "leaser"): ("expireLease",),
}
"""By role and opponent, the moves of the honest node: the names of functions."""
MADE = [(*act, move) for act, made in ACTS.items() for move in made]
LATER = (Instant.UNSEEN, Instant.AFTER)
CASES = [
    (*made, instant, DEPTHS[(place + turn) % len(DEPTHS)])
    for place, made in enumerate(MADE)
    for turn, instant in enumerate((Instant.BEFORE, LATER[place % 2]))
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'node.db'}")
    yield opened
    opened.close()


def test_reorgs_are_tried_around_every_move_of_the_game() -> None:
    kinds = {kind.function for kind in moves.Move.__subclasses__()}
    assert kinds <= {move for *_, move in MADE}


@pytest.mark.slow
@pytest.mark.parametrize(("role", "against", "move", "instant", "depth"), CASES)
def test_reorg_around_a_move_changes_no_end(
    world: EmbeddedTestbed,
    store: Store,
    role: str,
    against: str,
    move: str,
    instant: Instant,
    depth: int,
) -> None:
    act = Act(world, store, role, against)
    act.move, act.instant, act.depth = move, instant, depth
    act.perform()
    assert act.move == "" and act.undone > 0, "the move was made, and blocks went"
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    ours = act.ours.address
    assert ours not in {e.worker for e in told if isinstance(e, ClaimKilled)}
    assert ours not in {e.challenger for e in told if isinstance(e, ChallengerLost)}
    (asked,) = world.record().tables.requests.values()
    if role == "worker":
        assert asked.output == world.honest().answer(asked)
    assert act.lost_wei() <= 0
    sent = Counter(
        bytes(mined.transaction.data)
        for mined in world.embedded.mined.values()
        if bytes(mined.transaction.sender) == ours
    )
    assert set(sent.values()) == {1}, "nothing was said twice"
