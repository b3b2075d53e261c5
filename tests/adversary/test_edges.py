"""Runs at the edge of what the game can express: they fault, they halt at once, they
are said to go on after their end."""

from dataclasses import replace
from random import Random

import pytest
from support.games import guests
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker
from support.games.fights import PLAIN

from challenge.errors import LieImpossible, UnknownLie
from challenge.game import SEGMENTS, Stage
from challenge.lies import FALSE_CHALLENGERS, LIES, Liar, Scene, lie_named
from challenge.moves import Prove
from challenge.trace import ExecutionTrace

CAROL, MALLORY = "carol", "mallory"
KS = [2, 3, 64]


def halts() -> ExecutionTrace:
    return guests.trace(guests.machine(guests.HALT_AT_ONCE))


def faults() -> ExecutionTrace:
    return guests.trace(guests.machine(guests.FAULT_AT_ONCE))


def plant(kind: str, fork, k: int) -> Liar:
    return LIES[kind].plant(Scene(fork, k, 1, "reference"))


@pytest.mark.parametrize("k", KS)
@pytest.mark.parametrize("kind", ["last-step", "minimal", "uneven", "steps-long"])
@pytest.mark.parametrize("fork", [halts, faults])
def test_lie_about_the_shortest_runs_loses(fork, kind: str, k: int) -> None:
    liar = plant(kind, fork, k)
    duel = Duel(fork(), k)
    duel.claim(liar.output)
    duel.play(liar, {CAROL: honest_challenger(fork())})
    assert duel.killed
    assert duel.event("Proved").postRoot != duel.event("Proved").claimedRoot


@pytest.mark.parametrize("k", KS)
def test_true_empty_answer_of_the_shortest_run_stands(k: int) -> None:
    duel = Duel(halts(), k)
    duel.claim(b"")
    challenger = FALSE_CHALLENGERS["random"].make(halts(), Random(1))
    duel.play(honest_worker(halts()), {MALLORY: challenger})
    assert not duel.killed and duel.open_games == 0


def test_no_answer_to_a_run_that_faults_is_true() -> None:
    """Not even the empty one: a faulted state is no halted one."""
    duel = Duel(faults(), 4)
    duel.claim(b"")
    truth = faults()
    duel.play(honest_worker(truth), {CAROL: honest_challenger(truth)})
    assert duel.killed


@pytest.mark.parametrize("liar_first", [False, True])
def test_segment_that_starts_halted_is_proved_by_an_empty_witness(
    liar_first: bool,
) -> None:
    """True output under too large a number of segments: silly, but not false."""
    scene = PLAIN.scene()
    output = scene.bent() if liar_first else PLAIN.output
    trace = replace(scene.declared(scene.honest, output), length=6)
    duel = PLAIN.duel(output)
    worker = honest_worker(trace)
    challenger = FALSE_CHALLENGERS["last"].make(trace, scene.rng)
    view = duel.reach(Stage.PROVE, worker, MALLORY, challenger)
    assert (view.disputed().interval.level, view.disputed().interval.length) == (
        SEGMENTS,
        1,
    )
    duel.play(worker, {MALLORY: challenger})
    proof = duel.done(WORKER)[-1].move
    assert isinstance(proof, Prove) and proof.witness == b""
    assert duel.killed == liar_first


def test_lie_that_a_run_has_no_place_for_says_so() -> None:
    with pytest.raises(LieImpossible) as caught:
        plant("op-index", halts, 4)
    assert caught.value.kind == "op-index"
    with pytest.raises(LieImpossible):
        plant("weight-read", halts, 4)


def test_lie_of_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(UnknownLie) as caught:
        lie_named("white")
    assert caught.value.actual == "white"
    assert caught.value.expected == tuple(LIES)
    assert lie_named("activation") is LIES["activation"]
