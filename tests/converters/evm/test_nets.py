"""Nets in the EVM: the bits of tinynn, on every kind of net and of bits."""

import pytest
from support.byte_nets import NETS, inputs_of, random_net
from support.net_reference import Reference
from support.nets import NetBox

import tinynn
from converters.evm import Options, compiled
from converters.evm.rooms import Room, check, plan
from converters.evm.store import MAX_CODE
from tinynn import models

INPUTS = {"lenet": 3, "picture": 4, "middle": 6}


def assert_equal_bits(box: NetBox, count: int, seed: int = 0) -> None:
    for data in inputs_of(box.model, count, seed):
        assert box.run(data) == box.model.answer(data), data.hex()


@pytest.mark.parametrize("name", NETS)
def test_net_answers_the_models_bits(name: str) -> None:
    assert_equal_bits(NetBox(NETS[name]()), INPUTS.get(name, 12))


@pytest.mark.parametrize("name", ["small", "middle", "extreme", "picture", "ends"])
def test_net_that_skips_zeros_answers_the_same_bits(name: str) -> None:
    assert_equal_bits(NetBox(NETS[name](), Options(skip_zeros=True)), 8)


@pytest.mark.parametrize("seed", range(40))
def test_random_net_answers_the_models_bits(seed: int) -> None:
    box = NetBox(random_net(seed), Options(skip_zeros=seed % 2 == 1))
    assert_equal_bits(box, 6, seed)


@pytest.mark.parametrize("seed", range(200, 230))
def test_random_net_in_chunks_answers_the_models_bits(seed: int) -> None:
    """However many rows are written out."""
    box = NetBox(random_net(seed), code=(0, 300, 700, 2000)[seed % 4])
    assert box.made.chunks
    assert_equal_bits(box, 4, seed)


@pytest.mark.parametrize("name", ["small", "extreme", "odd", "loose", "ends"])
def test_readable_reference_answers_the_same_bits(name: str) -> None:
    model = NETS[name]()
    reference = Reference(model)
    for data in inputs_of(model, 5):
        assert reference.run(data) == model.answer(data), data.hex()


@pytest.mark.parametrize("seed", range(100, 130))
def test_random_net_and_readable_reference_answer_the_same_bits(seed: int) -> None:
    model = random_net(seed)
    box, reference = NetBox(model, Options(skip_zeros=seed % 2 == 1)), Reference(model)
    for data in inputs_of(model, 4, seed):
        expected = model.answer(data)
        assert (box.run(data), reference.run(data)) == (expected, expected), data.hex()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", "middle", "lenet", "odd", "reader"])
def test_thousand_inputs_have_equal_bits(name: str) -> None:
    if name == "reader":
        model, options = tinynn.load(models.path("mnist-int8")), Options(True)
    else:
        model, options = NETS[name](), Options()
    assert_equal_bits(NetBox(model, options), 1000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_many_random_nets_answer_the_models_bits(part: int) -> None:
    for seed in range(1000 + 100 * part, 1100 + 100 * part):
        box = NetBox(random_net(seed), Options(skip_zeros=seed % 2 == 1))
        assert_equal_bits(box, 6, seed)


@pytest.mark.parametrize("size", [0, 783, 785])
def test_input_of_another_length_has_an_empty_answer(size: int) -> None:
    box = NetBox(NETS["small"]())
    assert box.run(bytes(size)) == box.model.answer(bytes(size)) == b""


def test_code_is_the_same_for_the_same_image() -> None:
    model = NETS["odd"]()
    first, second = (compiled(model, b"\x01" * 20) for _ in range(2))
    assert first.creations == second.creations
    assert compiled(model, b"\x02" * 20).creations != first.creations


def test_codes_fit_and_chunks_begin_with_zero() -> None:
    made = compiled(NETS["middle"](), bytes(20))
    assert len(made.chunks) > 1
    assert all(chunk[0] == 0 and len(chunk) <= MAX_CODE for chunk in made.chunks)
    assert len(made.runtime) <= MAX_CODE


def test_memory_plan_that_overlaps_is_seen() -> None:
    """The check is not the rule that makes the plan."""
    rooms = [Room("a", 64, 0, 2), Room("b", 64, 1, 1), Room("c", 64, 2, 3)]
    plan(rooms)
    check(rooms)
    rooms[1].address = rooms[0].address + 32
    with pytest.raises(AssertionError):
        check(rooms)
