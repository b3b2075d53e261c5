"""Whole disputes about the committed model's reading of a digit, one for each kind of
lie and of false challenger; the last instruction is proved on-chain."""

from random import Random

import numpy as np
import pytest
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker

import tinynn
from challenge.lies import FALSE_CHALLENGERS, LIES, Scene
from challenge.trace import ExecutionTrace
from mips_vm import Machine
from tinynn import models

pytestmark = pytest.mark.slow

K = 32
TRANSACTIONS_MAX = 16
CAROL, MALLORY = "carol", "mallory"


class Digit:
    """A model and a picture for it; the same true trace serves every honest player."""

    def __init__(self) -> None:
        self.model = tinynn.load(models.path("mnist"))
        self.input = picture()
        self.output = self.model.answer(self.input)
        self.truth = self.fork()

    def fork(self) -> ExecutionTrace:
        return ExecutionTrace(self.model.execution(self.input))

    def scene(self, seed: int = 1) -> Scene:
        return Scene(self.fork, K, seed)


def picture() -> bytes:
    """A ring on black, 28 by 28: something like a zero."""
    y, x = np.mgrid[:28, :28] - 13.5
    distance = np.abs(np.hypot(x, y) - 8)
    return np.clip(255 - 100 * distance, 0, 255).astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def digit() -> Digit:
    return Digit()


@pytest.mark.parametrize("kind", LIES)
def test_lie_about_a_digit_loses_in_few_transactions(digit: Digit, kind: str) -> None:
    liar = LIES[kind].plant(digit.scene())
    assert liar.output != digit.output
    duel = Duel(digit.truth, K)
    duel.claim(liar.output)
    before = duel.wealth(CAROL)
    duel.play(liar, {CAROL: honest_challenger(digit.truth)})
    assert duel.killed
    assert duel.event("Proved").claimedRoot != duel.event("Proved").postRoot
    assert len(duel.done()) <= TRANSACTIONS_MAX
    duel.check_made_whole(CAROL, before)
    duel.check_conserved([CAROL])


@pytest.mark.parametrize("name", FALSE_CHALLENGERS)
def test_true_reading_beats_a_false_challenger(digit: Digit, name: str) -> None:
    liar = LIES["activation"].plant(digit.scene())
    challenger = FALSE_CHALLENGERS[name].make(liar.trace, Random(1))
    duel = Duel(digit.truth, K)
    duel.claim(digit.output)
    duel.play(honest_worker(digit.truth), {MALLORY: challenger})
    assert not duel.killed and duel.open_games == 0
    assert not duel.errors(WORKER)
    duel.check_conserved([MALLORY])


def test_dispute_resumes_from_snapshots(digit: Digit, monkeypatch) -> None:
    """What a challenger runs is one disputed segment, however many the rounds."""
    ran: list[int] = []
    run = Machine.run

    def counted(self, *args, **options):
        ran.append(run(self, *args, **options))
        return ran[-1]

    liar = LIES["register"].plant(digit.scene())
    truth = digit.fork()
    duel = Duel(digit.truth, K)
    duel.claim(liar.output)
    monkeypatch.setattr(Machine, "run", counted)
    own = 0
    challenger = honest_challenger(truth)
    for _ in range(TRANSACTIONS_MAX):
        ran.clear()
        if not duel.attempt(challenger, CAROL, duel.view(CAROL)):
            break
        own += sum(ran)
        duel.attempt(liar, WORKER, duel.view(CAROL))
    assert duel.killed
    longest = max(map(truth.instructions, range(truth.segments())))
    assert 0 < own <= 1.1 * longest
