"""What the players' tests share: one true run, and views of games about it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.games import guests

from challenge.claim import Claim
from challenge.game import Dispute, Game, GameView, Stage
from challenge.trace import ExecutionTrace
from mips_vm.constants import INPUT, MODEL, OUTPUT, PROGRAM

WORK = (3, 1, 4)
K = 4
SINCE, LEFT = 1_000, 600
WORKER, CHALLENGER = b"\x01" * 20, b"\x02" * 20

MakeView = Callable[..., GameView]


@pytest.fixture(scope="session")
def truth() -> ExecutionTrace:
    return guests.tally(WORK)


@pytest.fixture(scope="session")
def view_of(truth: ExecutionTrace) -> MakeView:
    """Makes a view of a game about the true claim; keywords change its parts."""
    memory = truth.machine_at(truth.segments(), 0).memory
    roots = {r.name: memory.region_root(r) for r in (PROGRAM, MODEL, INPUT, OUTPUT)}
    claim = Claim(
        1, b"r" * 32, b"m" * 32, roots["input"], roots["output"], WORKER, 0, 5_000,
        32 * 10**15, 10**9,
    )  # fmt: skip

    def make(
        stage: Stage = Stage.NONE,
        dead: bool = False,
        output_root: bytes | None = None,
        **changes: object,
    ) -> GameView:
        game = Game(stage, SINCE, LEFT, LEFT, 0, 0, 10**9, bytes(32))
        dispute = Dispute(WORKER, 0, 1, dead, bytes(32), 0)
        said = replace(claim, output_root=output_root or claim.output_root)
        view = GameView(
            said, said.hash(), CHALLENGER, roots["program"], roots["model"], K,
            game, dispute,
        )  # fmt: skip
        return replace(view, **changes)  # type: ignore[arg-type]

    return make
