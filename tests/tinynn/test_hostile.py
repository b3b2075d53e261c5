"""Records with words that no builder writes: refused, or alike on both sides.

One example of each kind of operation; its records are changed at random. Whatever the
validator lets through runs natively and in the guest, segment by segment, within the
bounded instructions.
"""

import struct
from dataclasses import replace

import numpy as np
import pytest
from support.images.blocks import any_parts, packed
from support.images.forests import random_forest
from support.images.models import assert_guest_agrees
from support.images.operations import model_of
from support.text.small_tokenizers import table_of

import tinynn
from mips_vm.constants import ARENA
from tinynn.blocks import BlockKind
from tinynn.errors import Misfit
from tinynn.image.image import OPERAND, Segment, Tables, aligned, decode, encode
from tinynn.operators import FAMILIES, Operand
from tinynn.operators.blocks import words_of

SEED = 15
MOST_INSTRUCTIONS = 4_000_000
"""Foretold, of a model that is worth running."""

MOST_BYTES = 1 << 16
"""Of a target that is fitted: the others stay wrong."""

TRIALS = 60


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)


def whole(dtype: str, *shape: int) -> np.ndarray:
    return np.random.default_rng(SEED).integers(0, 100, shape).astype(dtype)


TABLE = np.frombuffer(table_of(0, spoil=False), np.uint8)

KIND = BlockKind.FOUR_MIN
BLOCKS = packed(KIND, any_parts(np.random.default_rng(SEED), KIND, 11, 64, wild=False))

EXAMPLES: dict[str, tuple[list, tuple[int, ...], dict]] = {
    "ScaleU8": ([whole("uint8", 6)], (), {"factor": 0.5}),
    "Dense": ([floats(6), floats(5, 6), floats(5)], (1, 2), {}),
    "Relu": ([floats(2, 3)], (), {}),
    "Softmax": ([floats(2, 3, 2)], (), {"axis": 1}),
    "LogSoftmax": ([floats(2, 3, 2)], (), {"axis": 1}),
    "ArgMax": ([floats(2, 3, 2)], (), {"axis": 1}),
    "Clip": ([floats(2, 3)], (), {"min": -1.0, "max": 1.0}),
    "Sin": ([floats(2, 3)], (), {}),
    "Add": ([floats(2, 1, 3), floats(4, 1)], (1,), {}),
    "Div": ([whole("int32", 2, 1, 3), whole("int32", 4, 1)], (), {}),
    "Less": ([floats(2, 1, 3), floats(4, 1)], (1,), {}),
    "Xor": ([whole("bool", 4, 3), whole("bool", 3)], (1,), {}),
    "Where": ([whole("bool", 4), floats(2, 4), floats(1)], (1, 2), {}),
    "Slice": (
        [floats(4, 5)],
        (),
        {"starts": (3, 1), "lengths": (2, 3), "steps": (-2, 1)},
    ),
    "Concat": ([floats(2, 3), floats(2, 1)], (1,), {"axis": 1}),
    "Pad": ([floats(2, 3)], (), {"before": (1, 0), "after": (0, 2)}),
    "Gather": ([floats(4, 3), whole("int32", 2, 2)], (0,), {"axis": 1}),
    "GatherElements": ([floats(4, 3), whole("int32", 2, 3)], (0,), {"axis": 0}),
    "ScatterRows": (
        [floats(4, 3), whole("int32", 2), floats(2, 3)],
        (2,),
        {"how": "add"},
    ),
    "ReduceSum": ([floats(2, 3, 4)], (), {"axes": (1,)}),
    "ReduceMax": ([floats(2, 3, 4)], (), {"axes": (1, 2)}),
    "ReduceL2": ([floats(2, 3, 4)], (), {"axes": (0,)}),
    "CumSum": ([floats(2, 3, 2)], (), {"axis": 1}),
    "TopK": ([floats(2, 5, 2)], (), {"k": 2, "axis": 1}),
    "Cast": ([floats(7)], (), {"to": "int8"}),
    "MatMul": ([floats(2, 3, 4), floats(4, 5)], (1,), {}),
    "Gemm": ([floats(3, 4), floats(5, 4), floats(5)], (1, 2), {"transB": 1}),
    "Conv": (
        [floats(1, 4, 5, 5), floats(4, 2, 3, 3), floats(4)],
        (1, 2),
        {"group": 2, "strides": (2, 1), "pads": (1, 0, 1, 2)},
    ),
    "ConvTranspose": ([floats(1, 2, 3, 3), floats(2, 3, 2, 2)], (1,), {}),
    "MaxPool": ([floats(1, 2, 5, 5)], (), {"kernel_shape": (2, 3), "strides": (2, 1)}),
    "AveragePool": ([floats(1, 2, 5, 5)], (), {"kernel_shape": (2, 2)}),
    "LayerNormalization": ([floats(2, 6), floats(6), floats(6)], (1, 2), {}),
    "MatMulInteger": (
        [whole("uint8", 2, 4), whole("int8", 4, 3), whole("uint8"), whole("int8")],
        (1, 2, 3),
        {},
    ),
    "ConvInteger": (
        [
            whole("uint8", 1, 2, 4, 4),
            whole("int8", 2, 2, 3, 3),
            whole("uint8"),
            whole("int8"),
        ],
        (1, 2, 3),
        {},
    ),
    "QuantizeLinear": ([floats(2, 3), floats(1), whole("uint8", 1)], (1, 2), {}),
    "DynamicQuantizeLinear": ([floats(2, 3)], (), {}),
    "Rescale": (
        [whole("int32", 2, 3), *[whole("int32", 3)] * 2, whole("int8", 1)],
        (1, 2, 3),
        {"axis": 1},
    ),
    "Trees": (
        [floats(2, 3), *random_forest(np.random.default_rng(SEED), 3, 2, 3, 2).tables],
        (1, 2, 3, 4, 5),
        {"outputs": 2},
    ),
    "Encode": (
        [TABLE, whole("uint8", 12), whole("int32", 1), whole("int32", 3)],
        (0, 3),
        {"rows": 20, "offset": 2, "prefix": 1},
    ),
    "TokenCount": ([whole("int32", 9)], (), {}),
    "Decode": (
        [TABLE, whole("int32", 9), np.array([2], np.int32)],
        (0,),
        {"room": 30, "strip": 1},
    ),
    "AttentionScores": (
        [floats(4, 3), floats(2, 6, 8), np.array([6], np.int32)],
        (),
        {"rows": 11, "kv_heads": 2, "scale": 0.5, "window": 5},
    ),
    "AttentionSoftmax": ([floats(3, 9), np.array([6], np.int32)], (), {"window": 4}),
    "AttentionMix": (
        [floats(4, 7), floats(7, 2, 5), np.array([5], np.int32)],
        (1,),
        {"window": 4},
    ),
    "RMSNorm": ([floats(2, 6), floats(6)], (1,), {"epsilon": 1e-5}),
    "Rope": (
        [floats(2, 7), floats(4, 3), floats(4, 3), np.array([2], np.int32)],
        (1, 2),
        {"halves": 1},
    ),
    "BlockScale": ([floats(2, 64)], (), {"group": 32}),
    "BlockQuantize": ([floats(2, 64), floats(2, 2)], (), {"group": 32}),
    "BlockMatVec": (
        [whole("int8", 2, 64), floats(2, 2), BLOCKS.data, whole("int8", 2, 64)],
        (2,),
        words_of(BLOCKS),
    ),
    "BlockRest": (
        [floats(2, 64), floats(2, 2), whole("int8", 2, 64)],
        (),
        {"group": 32},
    ),
    "BlockRow": ([whole("int32", 3), BLOCKS.data], (1,), words_of(BLOCKS)),
    "Gated": ([floats(7), floats(7)], (), {"function": "gelu_tanh"}),
    "Pick": (
        [
            floats(40),
            whole("int32", 9),
            np.array([3], np.int32),
            whole("uint8", 28),
            np.array([9, 0x3F80_0000, 7, 0x3F66_6666, 0x3FA0_0000, 0, 0, 0], np.int32),
        ],
        (),
        {},
    ),
}

WORDS = (0, 1, 2, 3, 4, 5, 8, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)


def test_examples_cover_the_families_that_have_own_records() -> None:
    """Rows of a table of functions share theirs, so one of each table will do."""
    shared = ("map_", "zip_", "reduce_")
    covered: set[str] = set()
    for name, (arrays, constant, attributes) in EXAMPLES.items():
        tables = model_of(name, arrays, constant, **attributes).tables
        covered |= {FAMILIES[row.opcode].name for row in tables.operators}
    missing = {family.name for family in FAMILIES.values()} - covered
    assert {name for name in missing if not name.startswith(shared)} <= {
        "dequantize",
        "requantize",
        "put_row",  # of loops only: test_validate_loop.py
        "put_key",
    }


def changed(image: bytes, tables: Tables, rng: np.random.Generator) -> bytes:
    """The image with one to three words of its records other than they were."""
    data = bytearray(image)
    start, end = tables.offsets.records, tables.end
    for _ in range(rng.integers(1, 4)):
        at = start + 4 * int(rng.integers(0, (end - start) // 4))
        (before,) = struct.unpack_from("<I", data, at)
        near = (before + int(rng.integers(-2, 3))) & 0xFFFF_FFFF
        struct.pack_into("<I", data, at, int(rng.choice([near, rng.choice(WORDS)])))
    if rng.random() < 0.8:
        fit_counts(data, tables)
        return fitted(bytes(data))
    return bytes(data)


def fit_counts(data: bytearray, tables: Tables) -> None:
    """Every operand's elements are the product of its extents."""
    at = tables.offsets.records
    for operator in tables.operators:
        for _ in range(1 + len(operator.sources)):
            rank, *shape = struct.unpack_from("<9I", data, at + 12)
            count = int(np.prod([float(n) for n in shape[: min(rank, 8)]]))
            struct.pack_into("<I", data, at + 8, min(count, 0xFFFF_FFFF))
            at += OPERAND.size
        at += 4 * len(operator.attributes)


def fitted(image: bytes) -> bytes:
    """The image with the targets that its families infer, so that more gets through.

    Every operator is one segment.
    """
    try:
        tables = decode(np.frombuffer(image, np.uint8))
    except tinynn.ImageError:
        return image
    operators = []
    for row in tables.operators:
        types = [source.type for source in row.sources]
        try:
            found = FAMILIES[row.opcode].infer(types, row.attributes)
        except Misfit:
            return image
        if found.size > MOST_BYTES:
            return image
        operators.append(replace(row, target=Operand(found, row.target.address)))
    arena = max(row.target.extent.end for row in operators) - ARENA.base
    head = replace(
        tables,
        operators=tuple(operators),
        segments=tuple(
            Segment(i, 0, row.target.count) for i, row in enumerate(operators)
        ),
        arena_bytes=aligned(arena) & 0xFFFF_FFFF,
    )
    return encode(head) + image[aligned(tables.end) :]


@pytest.mark.parametrize("name", EXAMPLES)
def test_changed_record_is_refused_or_runs_alike(name: str) -> None:
    arrays, constant, attributes = EXAMPLES[name]
    model = model_of(name, arrays, constant, **attributes)
    assert isinstance(model.source, bytes)
    rng = np.random.default_rng([SEED, len(name)])
    refused = agreed = 0
    for _ in range(TRIALS):
        try:
            other = tinynn.load(changed(model.source, model.tables, rng))
        except tinynn.ImageError:
            refused += 1
            continue
        if sum(other.bounded_instructions) < MOST_INSTRUCTIONS:
            assert_guest_agrees(other, rng.bytes(other.tables.input_bytes))
            agreed += 1
    assert refused and agreed
