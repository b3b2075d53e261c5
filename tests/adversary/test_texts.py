"""Disputes over a text, on-chain: a lie in any of the places that a token goes through
loses to an honest challenger; a true answer stands against all false ones."""

from collections.abc import Iterator
from random import Random

import pytest
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker
from support.language.picking import Options
from support.language.tiny_text import Tiny, tiny_text

from challenge.lies import FALSE_CHALLENGERS, Liar, Scene
from challenge.lies.scene import Change
from challenge.lies.traces import Place
from challenge.trace import ExecutionTrace
from mips_vm import Machine
from tinynn.image.image import Segment
from tinynn.memory.words import PASS_WORD
from tinynn.operators import PUT_KEY, PUT_ROW, Operator

K = 8
CAROL, MALLORY = "carol", "mallory"
TEXTS: Tiny = tiny_text()
MODEL, TABLES = TEXTS.model, TEXTS.model.tables
DATA = TEXTS.request(b"ab cdg", 7, Options(1.0, 9, 0.95, 1.2))


def fork() -> ExecutionTrace:
    return ExecutionTrace(MODEL.execution(DATA))


def rows_of(operator: Operator) -> Iterator[tuple[int, Segment]]:
    for index, row in enumerate(TABLES.segments):
        if TABLES.operators[row.operator] == operator:
            yield index, row


def behind(operator: Operator, rng: Random) -> int:
    """A boundary at which it has just been run, in any pass."""
    *_, (row, _) = rows_of(operator)
    return rng.choice(MODEL.execution(DATA).boundaries_of(row)) + 1


def flipping(address: int) -> Change:
    """The lowest bit of a word is another."""

    def change(scene: Scene, machine: Machine) -> int:
        word = machine.memory.load_word(address)
        machine.memory.store_word(address, word ^ 1)
        return 0

    return change


def planted(boundary: int, address: int, kind: str) -> Liar:
    """There; from there the run goes on falsely."""
    scene = Scene(fork, K, 5)
    run = scene.corrupted(Place(boundary, 0), flipping(address))
    assert run is not None
    output = scene.output_of(run)
    return Liar(kind, output, scene.declared(run, output))


def loses(liar: Liar) -> None:
    truth = fork()
    duel = Duel(truth, K)
    duel.claim(liar.output)
    duel.play(liar, {CAROL: honest_challenger(truth)})
    assert duel.killed
    assert duel.event("Proved").claimedRoot != duel.event("Proved").postRoot


OPERATORS = (
    *("encode", "token_count", "rms_norm", "matmul", "rope"),
    *("attention_scores", "attention_softmax", "attention_mix", "gated", "pick"),
    *("decode", "put_key", "put_row"),
)


@pytest.mark.parametrize("name", OPERATORS)
def test_lie_about_what_an_operator_leaves_loses(name: str) -> None:
    """In its first word: of a cache of keys or values that of the first row."""
    operator = TEXTS.named[name]
    boundary = behind(operator, Random(name))
    loses(planted(boundary, operator.target.address, name))


def test_lie_about_a_row_that_an_earlier_pass_put_loses() -> None:
    """Of keys and of values: in the third pass, the second one's."""
    puts = [
        one
        for one in TABLES.operators
        if one.opcode in (PUT_KEY.opcode, PUT_ROW.opcode)
    ]
    third = TABLES.loop.first + 2 * TABLES.loop.body
    for put in puts[:2]:
        width = 4 if put.opcode == PUT_KEY.opcode else put.sources[0].type.size
        loses(planted(third, put.target.address + width, "row"))


@pytest.mark.parametrize("name", ["pass", "stop", "length"])
def test_lie_about_a_word_of_the_loop_loses(name: str) -> None:
    loop = TABLES.loop
    boundary = loop.first + 4 * loop.body
    words = {"pass": PASS_WORD.start, "stop": loop.stop, "length": TABLES.length}
    if name == "stop":
        boundary -= 1
    if name == "length":
        boundary = behind(TEXTS.named["decode_length"], Random(1)) - 1
    loses(planted(boundary, words[name], name))


@pytest.mark.parametrize("name", FALSE_CHALLENGERS)
def test_true_text_beats_every_false_challenger(name: str) -> None:
    liar, truth = planted(40, PASS_WORD.start, "pass"), fork()
    challenger = FALSE_CHALLENGERS[name].make(liar.trace, Random(1))
    duel = Duel(truth, K)
    duel.claim(MODEL.answer(DATA))
    duel.play(honest_worker(truth), {MALLORY: challenger})
    assert not duel.killed and duel.open_games == 0
    assert not duel.errors(WORKER)


def test_text_depends_on_the_seed_and_both_executors_say_the_same() -> None:
    answers = set()
    for seed in range(4):
        request = TEXTS.request(b"ab cdg", seed, Options(1.0, 9))
        machine = MODEL.machine(request)
        answers.add(MODEL.answer(request))
        while machine.status.name == "YIELDED":
            machine.resume()
            machine.run()
        assert machine.output() == MODEL.answer(request)
    assert len(answers) > 1
