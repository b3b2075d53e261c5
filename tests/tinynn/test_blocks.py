"""Block weights: operators against their definitions in support/images/blocks.py."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.images.blocks import (
    any_parts,
    bytes_of,
    dequantised,
    matvec,
    packed,
    product,
    rests_of,
    same_bits,
    scales_of,
    vars_of,
)
from support.images.models import assert_guest_agrees
from support.images.operations import apply

import tinynn
from mips_vm.constants import ARENA, MODEL
from tinynn import GraphBuilder, GraphError, Model
from tinynn.blocks import PANEL_ROWS, BlockKind, BlockTensor
from tinynn.blocks.kinds import tensor_bytes
from tinynn.errors import Misfit
from tinynn.memory.space import FlatSpace
from tinynn.memory.tensor import TensorType
from tinynn.operators import FAMILIES, Operand, Operator
from tinynn.operators.blocks import WEIGHTS

KINDS = [*BlockKind]
SHORT_KINDS = [kind for kind in KINDS if not kind.is_long]
NAN = np.float32(np.nan)


# Tensors.


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_tensor_gives_back_its_parts(kind: BlockKind) -> None:
    rng = np.random.default_rng(kind)
    parts = any_parts(rng, kind, 11, 2 * kind.block, wild=True)
    held = packed(kind, parts)
    assert held.data.size == tensor_bytes(kind, 11, 2 * kind.block)
    for name, value in vars_of(held.parts()).items():
        wanted = getattr(parts, name)
        assert (value is None) == (wanted is None)
        if wanted is not None:
            same_bits(value, wanted.astype(value.dtype))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_tensor_dequantised_is_its_definition(kind: BlockKind) -> None:
    rng = np.random.default_rng(kind)
    parts = any_parts(rng, kind, 9, kind.block, wild=True)
    same_bits(packed(kind, parts).dequantized(), dequantised(kind, parts))


WRONG: dict[str, tuple[BlockKind, dict[str, Any], str]] = {
    "minima of none": (
        BlockKind.FOUR,
        {"minima": np.ones((8, 2), np.float16)},
        "minima: expected none, for this kind, got an array",
    ),
    "no minima": (BlockKind.FOUR_MIN, {"minima": None}, "expected an array, got none"),
    "too large": (
        BlockKind.FOUR,
        {"quants": np.full((8, 64), 8)},
        "quants: expected -8 to 7, got 8 to 8",
    ),
    "floats": (BlockKind.EIGHT, {"quants": np.ones((8, 64))}, "expected integers"),
    "wide scales": (
        BlockKind.EIGHT,
        {"scales": np.ones((8, 2), np.float32)},
        "scales: type: expected float16, got float32",
    ),
    "shape": (
        BlockKind.EIGHT,
        {"scales": np.ones((8, 3), np.float16)},
        r"scales: shape: expected \(8, 2\), got \(8, 3\)",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_tensor_of_wrong_parts_is_refused(name: str) -> None:
    kind, changes, message = WRONG[name]
    parts = any_parts(np.random.default_rng(1), kind, 8, 64, wild=False)
    with pytest.raises(Misfit, match=message):
        BlockTensor.pack(kind, 8, 64, **vars_of(replace(parts, **changes)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_tensor_of_broken_blocks_is_refused(kind: BlockKind) -> None:
    with pytest.raises(Misfit, match=f"columns: expected a multiple of {kind.block}"):
        BlockTensor(kind, 8, kind.block + 16, np.zeros(8, np.uint8))


# Activations.


@pytest.mark.parametrize("group", [32, 256])
def test_activations_in_bytes_are_their_definition(group: int) -> None:
    rng = np.random.default_rng(group)
    x = rng.standard_normal((3, 2 * group)).astype(np.float32)
    x[1, :group] = 0
    x[1, group : group + 3] = np.array([np.inf, -1, NAN], np.float32)
    x[2, :group] *= np.float32(1e-44)
    words = rng.integers(0, 1 << 32, group, dtype=np.uint32)
    x[2, group:] = words.view(np.float32)
    (scales,) = apply("BlockScale", x, group=group)
    same_bits(scales, scales_of(x, group))
    (q,) = apply("BlockQuantize", x, scales, group=group)
    same_bits(q, bytes_of(x, scales, group))


def test_quantised_halves_are_rounded_to_even_and_clamped() -> None:
    x = np.zeros(32, np.float32)
    x[:8] = [0.5, 1.5, -2.5, 126.5, 127.5, -127.5, 1e30, np.inf]
    x[8:11] = [-np.inf, NAN, 1e-40]
    (q,) = apply("BlockQuantize", x, np.ones(1, np.float32), group=32)
    assert q[:11].tolist() == [0, 2, -2, 126, 127, -127, 127, 127, -127, 0, 0]


@pytest.mark.parametrize("exponent", [0, 1, 2, 127, 246, 247, 254])
def test_quotients_next_to_a_half_are_rounded_twice(exponent: int) -> None:
    """To a float first: such a half is then rounded to even."""
    rng = np.random.default_rng(exponent)
    fraction = rng.integers(0, 1 << 23, (40, 1))
    d = ((exponent << 23) | fraction).astype(np.uint32).view(np.float32)
    halves = rng.integers(-257, 258, (40, 32)) / 2
    with np.errstate(all="ignore"):
        x = (halves * d.astype(np.float64)).astype(np.float32)
    x = (x.view(np.int32) + rng.integers(-3, 4, x.shape)).astype(np.int32)
    x = x.view(np.float32)
    (q,) = apply("BlockQuantize", x, d, group=32)
    same_bits(q, bytes_of(x, d, 32))


@pytest.mark.parametrize("seed", range(4))
def test_quantised_by_any_scale_agrees(seed: int) -> None:
    """Scales that block_scale never gives: negative ones, zeros, NaNs."""
    rng = np.random.default_rng(seed)
    x, scales = (
        rng.integers(0, 1 << 32, n, dtype=np.uint32).view(np.float32) for n in (512, 16)
    )
    scales = scales.copy()
    scales[:6] = [0.0, -0.0, NAN, np.inf, -np.inf, 1e-45]
    (q,) = apply("BlockQuantize", x, scales, group=32)
    same_bits(q, bytes_of(x, scales, 32))


@pytest.mark.parametrize("group", [32, 256])
def test_rests_of_activations_are_their_definition(group: int) -> None:
    rng = np.random.default_rng(group)
    x = rng.standard_normal((3, 2 * group)).astype(np.float32)
    x[1, :group] = 0
    x[1, group : group + 3] = np.array([np.inf, -1, NAN], np.float32)
    x[2, :group] *= np.float32(1e-44)
    scales = scales_of(x, group)
    q = bytes_of(x, scales, group)
    (rests,) = apply("BlockRest", x, scales, q, group=group)
    same_bits(rests, rests_of(x, scales, q, group))
    usual = q[0].astype(int) * 128 + rests[0]
    unit = np.repeat(scales[0], group) / 128
    assert (np.abs(usual * unit - x[0]) <= 0.51 * unit).all()


@pytest.mark.parametrize("exponent", [1, 8, 9, 127, 246, 247])
def test_rests_next_to_a_half_are_rounded_as_defined(exponent: int) -> None:
    """Of the byte that is nearest, and of the next one."""
    rng = np.random.default_rng(exponent)
    fraction = rng.integers(0, 1 << 23, (60, 1))
    d = ((exponent << 23) | fraction).astype(np.uint32).view(np.float32)
    halves = rng.integers(-127 * 256, 127 * 256, (60, 32)) / 256
    halves[:20] /= 1 << rng.integers(0, 14, (20, 32))
    with np.errstate(all="ignore"):
        x = (halves * d.astype(np.float64)).astype(np.float32)
    x = (x.view(np.int32) + rng.integers(-3, 4, x.shape)).astype(np.int32)
    x = x.view(np.float32)
    q = bytes_of(x, d, 32)
    q[::2] += rng.integers(-1, 2, q[::2].shape, dtype=np.int8)
    (rests,) = apply("BlockRest", x, d, q, group=32)
    same_bits(rests, rests_of(x, d, q, 32))


@pytest.mark.parametrize("seed", range(4))
def test_rests_of_any_bits_agree(seed: int) -> None:
    """Also of bytes that nothing was quantised to."""
    rng = np.random.default_rng(seed)
    words = rng.integers(0, 1 << 32, 512 + 16, dtype=np.uint32)
    x, scales = words[:512].view(np.float32), words[512:].view(np.float32).copy()
    scales[:6] = [0.0, -0.0, NAN, np.inf, -np.inf, 1e-45]
    scales[6:] = np.abs(scales[6:])
    x[224:] = (rng.standard_normal(288) * np.repeat(scales[7:], 32)).astype(np.float32)
    q = rng.integers(-128, 128, 512).astype(np.int8)
    q[256:] = bytes_of(x[256:], scales[8:], 32)
    (rests,) = apply("BlockRest", x, scales, q, group=32)
    same_bits(rests, rests_of(x, scales, q, 32))


# Products.


@pytest.mark.parametrize("rows", [1, 8, 19])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_product_is_its_definition(kind: BlockKind, rows: int) -> None:
    rng = np.random.default_rng([kind, rows])
    columns = 3 * kind.block
    parts = any_parts(rng, kind, rows, columns, wild=False)
    q = rng.integers(-128, 128, columns).astype(np.int8)
    d = rng.random(3).astype(np.float32)
    y = matvec(kind, packed(kind, parts).data, q, d, rows)
    same_bits(y, product(kind, parts, q, d))


@pytest.mark.parametrize("rows", [1, 8, 19])
@pytest.mark.parametrize("kind", SHORT_KINDS, ids=lambda kind: kind.name)
def test_product_with_rests_is_its_definition(kind: BlockKind, rows: int) -> None:
    rng = np.random.default_rng([kind, rows])
    columns = 4 * kind.block
    parts = any_parts(rng, kind, rows, columns, wild=rows == 19)
    q, rests = rng.integers(-128, 128, (2, 2, columns)).astype(np.int8)
    q[:, 32:64], rests[:, 64:96] = 127, -128
    d = rng.random((2, 4)).astype(np.float32)
    d[1] = [1e-38, -1e30, np.inf, 1e-45]
    y = matvec(kind, packed(kind, parts).data, q, d, rows, rests)
    expected = [product(kind, parts, *each) for each in zip(q, d, rests, strict=True)]
    same_bits(y, np.array(expected))


@pytest.mark.parametrize("x", [-128, 127])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_product_of_extremes_is_exact(kind: BlockKind, x: int) -> None:
    """Sums as large as they get."""
    columns = 2 * kind.block
    parts = any_parts(np.random.default_rng(1), kind, 4, columns, wild=False)
    parts.quants[0], parts.quants[1] = kind.least, kind.most
    parts.quants[2, ::2], parts.quants[2, 1::2] = kind.least, kind.most
    parts.quants[3, ::3], parts.quants[3, 1::3] = kind.most, kind.least
    for small in (parts.group_scales, parts.group_minima):
        if small is not None:
            small[:2], small[2:] = -128, 127
    q, d = np.full(columns, x, np.int8), np.ones(2, np.float32)
    y = matvec(kind, packed(kind, parts).data, q, d, 4)
    same_bits(y, product(kind, parts, q, d))
    if not kind.is_long:
        y = matvec(kind, packed(kind, parts).data, q, d, 4, q)
        same_bits(y, product(kind, parts, q, d, q))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_product_of_any_bits_agrees(kind: BlockKind, seed: int) -> None:
    """Weights of any bytes, also where a panel has no row; scales of any bits."""
    rng = np.random.default_rng([kind, seed])
    columns, rows = 4 * kind.block, 10
    size = tensor_bytes(kind, rows, columns)
    data = rng.integers(0, 256, size).astype(np.uint8)
    q = rng.integers(-128, 128, (2, columns)).astype(np.int8)
    words = rng.integers(0, 1 << 32, (2, 4), dtype=np.uint32)
    d = words.view(np.float32)
    if seed:
        d = (d.view(np.uint32) & 0x07FF_FFFF | 0x3800_0000).view(np.float32)
    y = matvec(kind, data, q, d, rows)
    parts = BlockTensor(kind, rows, columns, data).parts()
    expected = [product(kind, parts, *each) for each in zip(q, d, strict=True)]
    same_bits(y, np.stack(expected))


def test_long_product_is_cut_into_segments() -> None:
    kind, rows, columns = BlockKind.EIGHT, 212, 544
    rng = np.random.default_rng(5)
    parts = any_parts(rng, kind, rows, columns, wild=False)
    q = rng.integers(-127, 128, columns).astype(np.int8)
    d = rng.random(columns // 32).astype(np.float32)
    graph = GraphBuilder("product")
    inputs = graph.input("d", "float32", d.shape), graph.input("q", "int8", q.shape)
    weights = graph.block_tensor(packed(kind, parts))
    words = {"kind": int(kind), "rows": rows, "columns": columns}
    graph.output(graph.op("BlockMatVec", inputs[1], inputs[0], weights, **words), "y")
    model = tinynn.load(graph.build())
    assert model.segments > 1
    out = assert_guest_agrees(model, model.encode_input([d, q]))
    same_bits(model.decode_output(out)[0], product(kind, parts, q, d))


# Rows.


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_rows_are_those_of_the_tensor(kind: BlockKind) -> None:
    """A number outside is the nearest row's."""
    rng = np.random.default_rng(kind)
    rows, columns = 21, 2 * kind.block
    data = rng.integers(0, 256, tensor_bytes(kind, rows, columns)).astype(np.uint8)
    tensor = BlockTensor(kind, rows, columns, data)
    ids = np.array([3, 20, 21, -1, 0, 2**31 - 1, -(2**31)], np.int32)
    words = {"kind": int(kind), "rows": rows, "columns": columns}
    (y,) = apply("BlockRow", ids, data, constant=(1,), **words)
    chosen = [3, 20, 20, 0, 0, 20, 0]
    same_bits(y, tensor.dequantized()[chosen])


# What a builder makes, and refuses.


def model_of_two(kind: BlockKind) -> tuple[Model, BlockTensor, BlockTensor]:
    """Two products of one vector."""
    rng = np.random.default_rng(6)
    one, other = (
        packed(kind, any_parts(rng, kind, rows, kind.block, wild=False))
        for rows in (16, 9)
    )
    graph = GraphBuilder("two")
    x = graph.relu(graph.input("x", "float32", (kind.block,)))
    for name, tensor in (("a", one), ("b", other), ("c", one)):
        graph.output(graph.block_matvec(x, tensor), name)
    return tinynn.load(graph.build()), one, other


@pytest.mark.parametrize("kind", [BlockKind.FOUR_MIN, BlockKind.LONG_EIGHT])
def test_products_of_one_vector_share_its_bytes(kind: BlockKind) -> None:
    model, one, other = model_of_two(kind)
    opcodes = [operator.opcode for operator in model.tables.operators]
    made = [150, 151] if kind.is_long else [150, 151, 154]
    assert opcodes == [3, *made, 152, 152, 152]
    products = model.tables.operators[-3:]
    weights = [operator.sources[WEIGHTS].address for operator in products]
    assert weights[0] == weights[2] != weights[1]
    x = np.random.default_rng(7).standard_normal(kind.block).astype(np.float32)
    y = model.decode_output(assert_guest_agrees(model, x.tobytes()))
    x = np.maximum(x, 0)
    d = scales_of(x, kind.block)
    q = bytes_of(x, d, kind.block)
    rests = None if kind.is_long else rests_of(x, d, q, kind.block)
    for actual, tensor in zip(y, (one, other, one), strict=True):
        same_bits(actual, product(kind, tensor.parts(), q, d, rests))


def test_rests_are_refused_of_weights_in_two_levels() -> None:
    """Their sums would not fit 32 bits."""
    kind = BlockKind.LONG_EIGHT
    parts = any_parts(np.random.default_rng(1), kind, 8, 256, wild=False)
    q, d = np.zeros(256, np.int8), np.ones(1, np.float32)
    with pytest.raises(GraphError, match="rests: expected of a kind with one level"):
        matvec(kind, packed(kind, parts).data, q, d, 8, q)


def test_bytes_are_not_shared_of_what_may_be_skipped() -> None:
    kind = BlockKind.EIGHT
    tensor = packed(kind, any_parts(np.random.default_rng(1), kind, 8, 32, wild=False))
    graph = GraphBuilder("skipped")
    word = graph.input("word", "int32", (1,))
    x = graph.relu(graph.input("x", "float32", (32,)))
    with graph.unless_zero(graph.op("Identity", word)):
        graph.block_matvec(x, tensor)
    graph.output(graph.block_matvec(x, tensor), "y")
    opcodes = [operator.opcode for operator in graph.tables().operators]
    assert opcodes.count(150) == opcodes.count(154) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"kind": 7}, "kind: expected below 7, got 7"),
        ({"rows": 0}, "rows: expected 1 to"),
        ({"columns": 48}, "columns: expected a multiple of 32, got 48"),
        ({"rows": 9}, "weights: shape"),
        ({"kind": 4, "columns": 32}, "expected a multiple of 256"),
    ],
)
def test_wrong_tensor_is_refused(words: dict[str, int], message: str) -> None:
    graph = GraphBuilder("wrong")
    q, d = graph.input("q", "int8", (32,)), np.ones(1, np.float32)
    data = np.zeros(tensor_bytes(BlockKind.EIGHT, 8, 32), np.uint8)
    given = {"kind": 2, "rows": 8, "columns": 32} | words
    with pytest.raises(GraphError, match=message):
        graph.op("BlockMatVec", q, d, data, **given)


def test_panels_have_eight_rows() -> None:
    """The guest's and the native kernels' vectors."""
    assert PANEL_ROWS == 8


@pytest.mark.parametrize("opcode", [152, 153])
@pytest.mark.parametrize("offset", [1, 2, 3])
def test_tensor_whose_words_can_not_be_loaded_is_refused(
    opcode: int, offset: int
) -> None:
    """The guest would fault, which no image may make it do."""
    kind, family = BlockKind.EIGHT, FAMILIES[opcode]
    table = TensorType("uint8", (tensor_bytes(kind, 8, 32),))
    first = {
        152: [TensorType("int8", (32,)), TensorType("float32", (1,))],
        153: [TensorType("int32", (1,))],
    }[opcode]
    words = (int(kind), 8, 32)
    target = Operand(family.infer([*first, table], words), ARENA.base + 64)
    for at, good in ((MODEL.base + 64, True), (MODEL.base + 64 + offset, False)):
        sources = (*(Operand(t, MODEL.base) for t in first), Operand(table, at))
        operator = Operator(opcode, sources, target, words)
        space = FlatSpace.of_image(np.zeros(0, np.uint8))
        if good:
            family.check(operator, space)
        else:
            with pytest.raises(Misfit, match="at a multiple of 4"):
                family.check(operator, space)
