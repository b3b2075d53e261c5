"""Disputes over a picture, on-chain: a lie in a step's noise, in its numbers, in what
the network says, in the picture on its way or in the bytes that are the answer loses to
an honest challenger; a true picture stands against all false ones."""

import json
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from support.games.duel import WORKER, Duel, honest_challenger, honest_worker
from support.tiny_unet import save_unet

import tinynn
from challenge.lies import FALSE_CHALLENGERS, LIES, Liar, Scene
from challenge.lies.scene import Change
from challenge.lies.traces import Place
from challenge.trace import ExecutionTrace
from converters.diffusion.conversion import Options, converted
from mips_vm import Machine
from tinynn import Model
from tinynn.memory.words import PASS_WORD
from tinynn.operators import FAMILIES, PUT_ROW, Operator

K = 8
STEPS = 3
CAROL, MALLORY = "carol", "mallory"
DATA = bytes(range(32)) + (7).to_bytes(4, "little")


@cache
def model() -> Model:
    """A step of DDPM draws noise, clips, and has all its numbers."""
    with TemporaryDirectory() as folder:
        schedule = Path(folder) / "scheduler_config.json"
        schedule.write_text(json.dumps({"_class_name": "DDPMScheduler"}))
        net = save_unet(Path(folder) / "unet.onnx", side=4)
        image = converted(net, Options(schedule, STEPS)).image
    return tinynn.load(image)


def fork() -> ExecutionTrace:
    return ExecutionTrace(model().execution(DATA))


@cache
def scene() -> Scene:
    return Scene(fork, K, 5)


def named(name: str) -> list[Operator]:
    """The body's operators of a family, in order."""
    tables = model().tables
    body = [tables.operators[i] for i in tables.body]
    return [o for o in body if FAMILIES[o.opcode].name == name]


def puts() -> Operator:
    (found,) = (o for o in model().tables.operators if o.opcode == PUT_ROW.opcode)
    return found


def behind(operator: Operator, number: int) -> int:
    """The boundary at which it has just been run, in a pass."""
    tables = model().tables
    *_, row = (
        i
        for i, segment in enumerate(tables.segments)
        if tables.operators[segment.operator] == operator
    )
    return list(model().execution(DATA).boundaries_of(row))[number] + 1


def flipping(address: int, bit: int) -> Change:
    def change(scene: Scene, machine: Machine) -> int:
        word = machine.memory.load_word(address)
        machine.memory.store_word(address, word ^ 1 << bit)
        return 0

    return change


def planted(boundary: int, address: int, kind: str, bit: int = 22) -> Liar:
    """There; from there the run goes on falsely, and its answer is its own."""
    run = scene().corrupted(Place(boundary, 0), flipping(address, bit))
    assert run is not None
    output = scene().output_of(run)
    return Liar(kind, output, scene().declared(run, output))


def loses(liar: Liar) -> None:
    truth = fork()
    duel = Duel(truth, K)
    duel.claim(liar.output)
    duel.play(liar, {CAROL: honest_challenger(truth)})
    assert duel.killed
    assert duel.event("Proved").claimedRoot != duel.event("Proved").postRoot


def places() -> dict[str, tuple[int, int]]:
    """Boundaries, and the word that is another there."""
    drawn, numbers = named("uniform"), named("gather")
    picture = puts().target.address
    first, last = named("conv")[0], named("conv")[-1]
    return {
        "lengths of a step's noise": (behind(drawn[0], 1), drawn[0].target.address),
        "turns of a step's noise": (behind(drawn[1], 1), drawn[1].target.address),
        "timestep": (behind(numbers[0], 0), numbers[0].target.address),
        "a number of a step": (behind(numbers[-1], 1), numbers[-1].target.address),
        "what the network begins with": (behind(first, 1), first.target.address),
        "what the network says": (behind(last, 0), last.target.address),
        "the picture behind a step": (behind(puts(), 0), picture + 8),
        "the picture behind the last": (behind(puts(), STEPS - 1), picture),
    }


@pytest.mark.parametrize("name", places())
def test_lie_in_a_step_loses(name: str) -> None:
    boundary, address = places()[name]
    loses(planted(boundary, address, name))


def test_lie_about_the_noise_that_a_picture_begins_with_loses() -> None:
    """In the prologue: before any step."""
    tables = model().tables
    loses(planted(tables.loop.first, puts().target.address, "start"))


def test_lie_about_the_pass_word_loses() -> None:
    """Steps are taken twice."""
    loop = model().tables.loop
    for passes, bit in ((1, 0), (2, 1)):
        boundary = loop.first + passes * loop.body
        loses(planted(boundary, PASS_WORD.start, "pass", bit))


@pytest.mark.parametrize("kind", ["output", "output-length", "last-step", "minimal"])
def test_lie_about_the_bytes_of_an_answer_loses(kind: str) -> None:
    loses(LIES[kind].plant(scene()))


def test_lie_about_a_seeds_byte_loses() -> None:
    """A load of the draw reads another seed than was asked about."""
    loses(LIES["input-read"].plant(scene()))


@pytest.mark.parametrize("name", FALSE_CHALLENGERS)
def test_true_picture_beats_every_false_challenger(name: str) -> None:
    boundary, address = places()["what the network says"]
    liar, truth = planted(boundary, address, "said"), fork()
    challenger = FALSE_CHALLENGERS[name].make(liar.trace, Random(1))
    duel = Duel(truth, K)
    duel.claim(model().answer(DATA))
    duel.play(honest_worker(truth), {MALLORY: challenger})
    assert not duel.killed and duel.open_games == 0
    assert not duel.errors(WORKER)


def test_dispute_looks_at_few_of_a_runs_boundaries() -> None:
    """Roots are computed when they are asked for: some K a round."""
    boundary, address = places()["what the network says"]
    liar, truth = planted(boundary, address, "said"), fork()
    asked = set[int]()
    plain = truth.boundary_root

    def counted(at: int) -> bytes:
        asked.add(at)
        return plain(at)

    truth.boundary_root = counted  # type: ignore[method-assign]
    duel = Duel(fork(), K)
    duel.claim(liar.output)
    duel.play(liar, {CAROL: honest_challenger(truth)})
    assert duel.killed
    assert len(asked) < 40 < truth.segments()
