"""Nets in the EVM: the bits of tinynn, on every kind of net and of bits."""

import numpy as np
import pytest
from support.chains.nets import NetBox
from support.sources.byte_nets import NETS, inputs_of, random_net, random_transposed
from support.sources.net_reference import Reference

import tinynn
from converters.evm import Options, compiled
from converters.evm.errors import OutsideSubset, TooLargeForEvm
from converters.evm.rooms import Room, check, plan
from converters.evm.store import MAX_CODE
from tinynn import GraphBuilder, models
from tinynn.operators.integer import CONV

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


@pytest.mark.parametrize("seed", range(24))
def test_transposed_convolutions_answer_the_same_bits(seed: int) -> None:
    """In the net's code and in chunks, and one number at a time."""
    model = random_transposed(seed)
    box = NetBox(model, code=None if seed % 2 else (0, 300, 2000)[seed % 3])
    reference = Reference(model)
    for data in inputs_of(model, 4, seed):
        expected = model.answer(data)
        assert (box.run(data), reference.run(data)) == (expected, expected), data.hex()


def test_transposed_convolution_with_holes_is_refused() -> None:
    """A kernel that is smaller than the stride, and strides in both ways."""
    for words, told in (
        ((0, 1, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0), "kernel at least as large as the strid"),
        ((0, 1, 1, 2, 2, 1, 1, 1, 0, 0, 0, 0), "strides and dilations of 1, got"),
    ):
        g = GraphBuilder("holes")
        arrays = np.ones((1, 1, 1, 1), np.int8), np.uint8(0), np.int8(0)
        sources = [g.constant(np.array(array)) for array in arrays]
        x = g.input("x", "uint8", (1, 1, 4, 4))
        g.output(g.emit(CONV, [x, *sources], words), "y")
        with pytest.raises(OutsideSubset, match=told):
            compiled(tinynn.load(g.build()), bytes(20))


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


def test_operators_outside_are_all_named_at_once() -> None:
    graph = GraphBuilder("outside")
    x = graph.input("x", "uint8", (1, 4))
    y = graph.op("Cast", x, to="int32")
    z = graph.op("Mul", y, np.array([3], np.int32))
    graph.output(graph.op("Transpose", z), "turned")
    graph.output(graph.relu(graph.scale_u8(x, 0.5)), "floats")
    with pytest.raises(OutsideSubset) as caught:
        compiled(tinynn.load(graph.build()), bytes(20))
    named = [reason.split(":")[0] for reason in caught.value.reasons]
    assert named == ["#0 cast", "#1 zip_mul", "#2 strided", "#3 scale_u8", "#4 relu"]


def test_input_of_floats_and_a_loop_are_refused() -> None:
    graph = GraphBuilder("floats")
    x = graph.input("x", "float32", (4,))
    graph.output(graph.op("ArgMax", graph.op("Cast", x, to="int32"), axis=0), "y")
    with pytest.raises(OutsideSubset, match="input 'x': expected uint8, got float32"):
        compiled(tinynn.load(graph.build()), bytes(20))


def test_tensor_that_no_transaction_holds_is_refused_before_it_is_made() -> None:
    graph = GraphBuilder("huge")
    x = graph.input("x", "uint8", (1, 1))
    wide = graph.op("Expand", x, shape=(1 << 14, 1 << 14))
    plane, far = graph.view(wide, (1, 1, 1 << 14, 1 << 14)), (1 << 12, 1 << 12)
    graph.output(graph.op("MaxPool", plane, kernel_shape=far, strides=far), "y")
    with pytest.raises(OutsideSubset, match="#0 strided: expected at most 524,288 el"):
        compiled(tinynn.load(graph.build()), bytes(20))


def test_net_whose_code_fits_no_contract_is_refused() -> None:
    rng, graph = np.random.default_rng(1), GraphBuilder("long")
    x = graph.view(graph.input("x", "uint8", (1, 30_000)), (1, 30_000))
    w = rng.integers(-128, 128, (30_000, 1)).astype(np.int8)
    zeros = np.array(0, np.uint8), np.array(0, np.int8)
    graph.output(graph.op("MatMulInteger", x, w, *zeros), "sum")
    with pytest.raises(TooLargeForEvm, match="a row of 30,000 weights: expected"):
        compiled(tinynn.load(graph.build()), bytes(20))


def test_net_whose_code_is_too_long_is_refused() -> None:
    """Two layers' rows of 15,000 terms, written out, are more than a contract."""
    rng, graph = np.random.default_rng(1), GraphBuilder("long")
    x = graph.view(graph.input("x", "uint8", (15_000,)), (1, 15_000))
    w = rng.integers(-128, 128, (15_000, 1)).astype(np.int8)
    zeros = np.array(0, np.uint8), np.array(0, np.int8)
    for name in ("one", "two"):
        graph.output(graph.op("MatMulInteger", x, w, *zeros), name)
    with pytest.raises(TooLargeForEvm, match="long: expected at most 24,576 bytes"):
        compiled(tinynn.load(graph.build()), bytes(20))
