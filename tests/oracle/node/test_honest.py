"""What an honest node computes, and what it refuses to compute."""

from dataclasses import replace

import pytest
from support.testbeds.embedded import EmbeddedTestbed

import tinynn
from oracle.errors import CrossCheckFailed, ProgramMismatch, UnknownModel
from oracle.models.library import Library
from oracle.node.honest import KEPT_ANSWERS, Honest
from oracle.record.record import Asked


@pytest.fixture
def asked(world: EmbeddedTestbed) -> Asked:
    request = world.ask()
    return world.record().tables.requests[request]


def test_answer_is_the_models(world: EmbeddedTestbed, asked: Asked) -> None:
    assert world.honest().answer(asked) == tinynn.load(world.image).answer(asked.input)


def test_answer_to_input_of_wrong_length_is_empty_on_both_executors(
    world: EmbeddedTestbed, asked: Asked
) -> None:
    assert world.honest().answer(replace(asked, input=b"too long")) == b""


def test_answer_that_the_machine_does_not_give_is_never_claimed(
    world: EmbeddedTestbed, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = world.honest().answer(asked)
    monkeypatch.setattr(tinynn.Model, "answer", lambda *_: b"wrong")
    with pytest.raises(CrossCheckFailed) as failed:
        world.honest().answer(asked)
    assert (failed.value.expected, failed.value.actual) == (true, b"wrong")


def test_answer_of_a_long_run_is_not_cross_checked(
    world: EmbeddedTestbed, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tinynn.Model, "answer", lambda *_: b"unchecked")
    hasty = Honest(Library([world.image]), cross_check_steps=0)
    assert hasty.answer(asked) == b"unchecked"


def test_answer_is_computed_once_and_forgotten_after_many(
    world: EmbeddedTestbed, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[bytes] = []

    def answer(_: tinynn.Model, data: bytes) -> bytes:
        computed.append(data)
        return data

    monkeypatch.setattr(tinynn.Model, "answer", answer)
    strategy = Honest(Library([world.image]), cross_check_steps=0)
    inputs = [n.to_bytes(2) for n in range(KEPT_ANSWERS + 1)]
    for data in (*inputs, inputs[-1], inputs[0]):
        strategy.answer(replace(asked, input=data))
    assert computed == [*inputs, inputs[0]]


def test_library_unknown_model_refused(world: EmbeddedTestbed, asked: Asked) -> None:
    empty = Library()
    assert not empty.holds(asked.model)
    with pytest.raises(UnknownModel, match=world.model_id.hex()):
        empty.find(asked.model)


def test_library_foreign_guest_refused(world: EmbeddedTestbed, asked: Asked) -> None:
    foreign = replace(asked.model, program_root=b"\1" * 32)
    library = Library([world.image])
    assert library.holds(asked.model)
    assert not library.holds(foreign)
    with pytest.raises(ProgramMismatch, match="got 0x0101"):
        library.find(foreign)
