"""A model on a GPU: which operators are whose, batches, loops, and all bits.

That claimed operators have the guest's bits is in every test of theirs that says
`assert_guest_agrees`; here it is said which are claimed, so that none is lost.
"""

import sys

import numpy as np
import pytest
from support.images.gpu_twin import device_or_skip
from support.images.models import assert_guest_agrees, digit_reader, random_floats
from support.images.operations import model_of

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.errors import GpuUnusable
from tinynn.gpu import webgpu
from tinynn.gpu.claims import CLAIMS
from tinynn.gpu.program import MOST_TOGETHER, GpuProgram
from tinynn.gpu.trust import Trusted
from tinynn.operators import FAMILIES


@pytest.fixture(scope="module")
def trusted() -> Trusted:
    return device_or_skip()


def program_of(model: Model, trusted: Trusted) -> GpuProgram:
    return GpuProgram(model.tables, model.image, trusted)


def names_of(model: Model) -> list[str]:
    return [FAMILIES[op.opcode].name for op in model.tables.operators]


def test_claims_are_families() -> None:
    assert set(CLAIMS) <= {family.name for family in FAMILIES.values()}


def test_reader_is_the_gpus_but_for_softmax_and_argmax(trusted: Trusted) -> None:
    model = tinynn.load(digit_reader())
    taken = program_of(model, trusted).taken
    native = {n for n, there in zip(names_of(model), taken, strict=True) if not there}
    assert native == {"softmax", "argmax"}


def any_bits(rng: np.random.Generator, *shape: int) -> np.ndarray:
    held = rng.integers(0, 1 << 32, shape, np.uint32)
    ends = rng.integers(0, 4, shape)
    held[ends == 0] &= np.uint32(0x807FFFFF)  # subnormal numbers and zeros
    held[ends == 1] = held[ends == 1] & 0x807FFFFF | 0x3F000000
    return held.view(np.float32)


MATMULS = [
    ((3, 5), (5, 7)),
    ((2, 3, 5), (5, 7)),
    ((2, 3, 5), (2, 5, 7)),
    ((1, 1), (1, 9)),
]
SHAPES = [
    ((2, 3), (2, 3)),
    ((2, 1, 4), (3, 1)),
    ((1,), (5,)),
    ((2, 1, 2, 1, 2, 2), (2, 3, 1, 2)),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "shapes", "claimed"),
    [
        *(("MatMul", shapes, "matmul") for shapes in MATMULS),
        *((name, shapes, f"zip_{name.lower()}") for name in
          ("Add", "Sub", "Mul", "Div", "Min", "Max") for shapes in SHAPES),
        ("Conv", ((1, 2, 5, 6), (3, 2, 3, 2), (3,)), "conv"),
        ("ConvTranspose", ((1, 2, 3, 4), (2, 3, 2, 3)), "conv"),
        ("Relu", ((7, 9),), "relu"),
        ("Abs", ((63,),), "map_absolute"),
        ("Neg", ((65,),), "map_negative"),
        ("Sqrt", ((700,),), "map_sqrt"),
        ("Reciprocal", ((700,),), "map_reciprocal"),
    ],
)  # fmt: skip
def test_operator_on_any_bits_is_the_guests(
    name: str, shapes: tuple[tuple[int, ...], ...], claimed: str, seed: int,
    trusted: Trusted,
) -> None:  # fmt: skip
    """By the GPU's floats and in integers: `assert_guest_agrees` asks for both."""
    rng = np.random.default_rng(seed)
    arrays = [any_bits(rng, *shape) for shape in shapes]
    constant = {1} if name == "ConvTranspose" else set()
    model = model_of(name, list(arrays), constant)
    taken = zip(names_of(model), program_of(model, trusted).taken, strict=True)
    assert (claimed, True) in list(taken)
    given = [a for i, a in enumerate(arrays) if i not in constant]
    assert_guest_agrees(model, model.encode_input(given))


@pytest.mark.parametrize("name", ["Add", "Sub", "Mul", "Min", "Max"])
@pytest.mark.parametrize("shapes", SHAPES)
def test_function_of_int32_is_the_guests(
    name: str, shapes: tuple[tuple[int, ...], ...], trusted: Trusted
) -> None:
    rng = np.random.default_rng(5)
    arrays = [rng.integers(-(1 << 31), 1 << 31, shape, np.int32) for shape in shapes]
    model = model_of(name, list(arrays), ())
    assert all(program_of(model, trusted).taken)
    assert_guest_agrees(model, model.encode_input(arrays))


@pytest.mark.parametrize("dtypes", [("uint8", "int8"), ("int8", "uint8")])
@pytest.mark.parametrize("terms", [5, 8])
def test_products_of_bytes_are_the_guests(
    dtypes: tuple[str, str], terms: int, trusted: Trusted
) -> None:
    rng = np.random.default_rng(terms)
    left, right = dtypes
    arrays = [
        rng.integers(0, 256, (3, terms), np.uint8).view(left),
        rng.integers(0, 256, (terms, 6), np.uint8).view(right),
        np.array([130], np.uint8).view(left),
        rng.integers(0, 256, 6, np.uint8).view(right),
    ]
    for constant in ((), (1, 2, 3)):
        model = model_of("MatMulInteger", list(arrays), constant)
        held = zip(names_of(model), program_of(model, trusted).taken, strict=True)
        assert ("matmul_integer", True) in list(held)
        given = [a for i, a in enumerate(arrays) if i not in constant]
        assert_guest_agrees(model, model.encode_input(given))


def mixed() -> Model:
    """Operators that are the GPU's, and natives before, between and behind them."""
    rng = np.random.default_rng(2)
    graph = GraphBuilder("mixed")
    x = graph.input("x", "float32", (24,))
    x = graph.op("Exp", x)
    held = graph.relu(
        graph.dense(x, random_floats(rng, 30, 24), random_floats(rng, 30))
    )
    x = graph.op("Tanh", held)
    x = graph.op("Add", graph.op("Mul", x, held), x)
    graph.output(graph.op("Less", x, held), "less")  # bytes
    graph.output(graph.softmax(x), "shares")
    graph.output(held, "held")
    return tinynn.load(graph.build())


@pytest.mark.parametrize("count", [1, 2, 5, MOST_TOGETHER + 3])
def test_answers_together_are_those_one_by_one(count: int, trusted: Trusted) -> None:
    model, rng = mixed(), np.random.default_rng(count)
    program = program_of(model, trusted)
    assert 0 < sum(program.taken) < len(program.taken)
    inputs = [any_bits(rng, 24).tobytes() for _ in range(count)]
    expected = [model.answer(data) for data in inputs]
    assert program.answers(inputs) == expected
    assert [program.answers([data])[0] for data in inputs[:3]] == expected[:3]
    assert program.answers(inputs[::-1]) == expected[::-1]


def test_constants_beyond_the_devices_memory_stay_native(trusted: Trusted) -> None:
    """What fits goes there, the rest is computed here; the bits are the same."""
    model = mixed()
    whole = program_of(model, trusted)
    kept = trusted.device.most_bytes
    try:
        trusted.device.most_bytes = whole._places.memory_bytes  # type: ignore[misc]
        part = program_of(model, trusted)
        data = any_bits(np.random.default_rng(1), 24).tobytes()
        assert 0 < sum(part.taken) < sum(whole.taken)
        assert part.answers([data] * 3) == [model.answer(data)] * 3
        trusted.device.most_bytes = 64  # type: ignore[misc]
        none = program_of(model, trusted)
        assert not any(none.taken)
        assert none.answers([data]) == [model.answer(data)]
    finally:
        trusted.device.most_bytes = kept  # type: ignore[misc]


def test_gpu_without_its_package_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "wgpu", None)
    webgpu._adapter.cache_clear()
    with pytest.raises(GpuUnusable, match="expected the package wgpu, got none"):
        webgpu.WebGpu()
    webgpu._adapter.cache_clear()
