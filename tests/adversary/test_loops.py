"""Disputes over a loop's run, on-chain: lies about the words that it goes by, and about
a row that it keeps, lose to an honest challenger; a true answer stands."""

from random import Random

import pytest
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker
from support.images.loops import counting, model_of, numbers

from challenge.lies import FALSE_CHALLENGERS, Liar, Scene
from challenge.lies.boundaries import at_boundary
from challenge.lies.scene import Change
from challenge.trace import ExecutionTrace
from mips_vm import Machine
from tinynn.image.image import SEGMENT_INDEX
from tinynn.memory.words import PASS_WORD
from tinynn.operators import PUT_ROW

K = 8
CAROL, MALLORY = "carol", "mallory"
MODEL = model_of(counting(6))
DATA = numbers(1.5, -2.0, 3.0, 0.5, text=b"text")
LOOP = MODEL.tables.loop
(CACHE,) = {
    operator.target.address
    for operator in MODEL.tables.operators
    if operator.opcode == PUT_ROW.opcode
}


def fork() -> ExecutionTrace:
    return ExecutionTrace(MODEL.execution(DATA))


def adding(address: int, number: int = 1) -> Change:
    """A word is another than it should be."""

    def change(scene: Scene, machine: Machine) -> int:
        word = machine.memory.load_word(address)
        machine.memory.store_word(address, (word + number) & 0xFFFF_FFFF)
        return 0

    return change


def leaving(scene: Scene, machine: Machine) -> int:
    """The loop is left in the midst of a pass."""
    machine.memory.store_word(SEGMENT_INDEX, LOOP.end)
    return 0


def returning(scene: Scene, machine: Machine) -> int:
    """A pass begins that isn't counted."""
    machine.memory.store_word(SEGMENT_INDEX, LOOP.first)
    return 0


LIES = {
    "pass": adding(PASS_WORD.start),
    "row of a cache": adding(CACHE + 16),
    "stop": adding(LOOP.stop),
    "length": adding(MODEL.tables.length, -1),
    "left early": leaving,
    "one pass more": returning,
}


def planted(name: str) -> Liar:
    """At a random boundary; from there the run goes on falsely."""
    return at_boundary(Scene(fork, K, 3), name, change=LIES[name])


@pytest.mark.parametrize("name", LIES)
def test_lie_about_a_loop_loses(name: str) -> None:
    liar, truth = planted(name), fork()
    duel = Duel(truth, K)
    duel.claim(liar.output)
    duel.play(liar, {CAROL: honest_challenger(truth)})
    assert duel.killed
    assert duel.event("Proved").claimedRoot != duel.event("Proved").postRoot


@pytest.mark.parametrize("name", ["believer", "random"])
def test_true_answer_of_a_loop_beats_a_false_challenger(name: str) -> None:
    liar, truth = planted("pass"), fork()
    challenger = FALSE_CHALLENGERS[name].make(liar.trace, Random(1))
    duel = Duel(truth, K)
    duel.claim(MODEL.answer(DATA))
    duel.play(honest_worker(truth), {MALLORY: challenger})
    assert not duel.killed and duel.open_games == 0
    assert not duel.errors(WORKER)
