"""What is refused as an image, each with its reason; and hostile images that pass."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from support.images.models import assert_guest_agrees, digit_reader

import tinynn
from challenge import tariff
from tinynn import errors
from tinynn.image.image import (
    MAX_IO_BYTES,
    OPERAND,
    OPERATOR,
    SEGMENT,
    TENSOR,
    Offsets,
    decode,
)
from tinynn.image.loop import MAX_RUN_SEGMENTS
from tinynn.validator.bounds import bounded_instructions
from tinynn.validator.validate import Limits, validate

IMAGE = digit_reader(inputs=36, hidden=20)
OFFSETS = Offsets.of(1, 2, 6, 6)
TABLES = decode(np.frombuffer(IMAGE, np.uint8))
SEED = 99

HEADER_FIELDS = (
    "magic version image_bytes arena_bytes input_bytes output_bytes inputs outputs "
    "operators segments inputs_offset outputs_offset operators_offset segments_offset "
    "records_offset constants_offset"
).split()
ROW_FIELDS = "opcode sources attributes record".split()
DIMENSIONS = " ".join(f"dim{i}" for i in range(8))
OPERAND_FIELDS = f"address type count rank {DIMENSIONS}".split()
TENSOR_FIELDS = f"type rank {DIMENSIONS} address bytes".split()
SEGMENT_FIELDS = "operator first count skip".split()

SCALE, DENSE, RELU, DENSE2, SOFTMAX, ARGMAX = range(6)


def header(field: str) -> int:
    return 4 * HEADER_FIELDS.index(field)


def row(index: int, field: str) -> int:
    return OFFSETS.operators + index * OPERATOR.size + 4 * ROW_FIELDS.index(field)


def operand(index: int, which: int, field: str) -> int:
    """Which of an operator's operands: 0 is the target, 1 the first source."""
    start = word(row(index, "record")) - 0x8000_0000
    return start + which * OPERAND.size + 4 * OPERAND_FIELDS.index(field)


def attribute(index: int) -> int:
    """An operator's first attribute word."""
    return operand(index, 1 + word(row(index, "sources")), "address")


def tensor(index: int, field: str) -> int:
    """Tensor 0 is the input, 1 and 2 are the outputs."""
    return OFFSETS.inputs + index * TENSOR.size + 32 + 4 * TENSOR_FIELDS.index(field)


def segment(index: int, field: str) -> int:
    return OFFSETS.segments + index * SEGMENT.size + 4 * SEGMENT_FIELDS.index(field)


def word(offset: int, image: bytes = IMAGE) -> int:
    return int(struct.unpack_from("<I", image, offset)[0])


def patched(*changes: tuple[int, int], image: bytes = IMAGE) -> bytes:
    data = bytearray(image)
    for offset, value in changes:
        struct.pack_into("<I", data, offset, value)
    return bytes(data)


@dataclass(frozen=True)
class Case:
    name: str
    image: Callable[[], bytes]
    error: type[errors.ImageError]
    message: str


def change(
    name: str, offset: int, value: int, error: type[errors.ImageError], message: str
) -> Case:
    return Case(name, lambda: patched((offset, value)), error, message)


ARENA_TARGET = word(operand(DENSE, 0, "address"))

CASES = [
    Case("empty", lambda: b"", errors.WrongSize, "at least 128 bytes, got 0"),
    Case("header only", lambda: IMAGE[:128], errors.WrongSize, "bytes, got 128"),
    Case("truncated", lambda: IMAGE[:-1], errors.WrongSize, "image size"),
    Case("trailing", lambda: IMAGE + b"\0", errors.WrongSize, "image size"),
    Case(
        "trailing that the header counts",
        lambda: patched(
            (header("image_bytes"), len(IMAGE) + 64), image=IMAGE + bytes(64)
        ),
        errors.WrongField,
        "image bytes",
    ),
    change("magic", 0, 0x464C457F, errors.WrongMagic, "504c4d42, got 7f454c46"),
    change("version", 4, 1, errors.WrongVersion, "expected 2 or 3, got 1"),
    change("no operators", header("operators"), 0, errors.FieldOutOfRange, "operators"),
    change("many inputs", header("inputs"), 1 << 17, errors.FieldOutOfRange, "inputs"),
    change("many rows", header("segments"), 1 << 20, errors.WrongSize, "tables"),
    change("offset", header("outputs_offset"), 0, errors.WrongField, "of the outputs"),
    change("constants", header("constants_offset"), 0, errors.WrongField, "constants"),
    change("reserved tail", 96, 1, errors.WrongField, "reserved"),
    change("name", 64 + 28, 0x61, errors.WrongField, "model name: expected text"),
    change("arena", header("arena_bytes"), 4096, errors.WrongField, "arena bytes"),
    change(
        "arena size", header("arena_bytes"), 1 << 31, errors.FieldOutOfRange, "arena"
    ),
    change("input size", header("input_bytes"), 40, errors.WrongField, "input bytes"),
    change(
        "output size", header("output_bytes"), 48, errors.WrongField, "output bytes"
    ),
    change("type", tensor(0, "type"), 9, errors.WrongField, "input 0: element type"),
    change("rank", tensor(0, "rank"), 9, errors.FieldOutOfRange, "rank"),
    change("unused extent", tensor(0, "dim1"), 3, errors.WrongField, "unused dim"),
    change("no extent", tensor(0, "dim0"), 0, errors.FieldOutOfRange, "dimension"),
    change("tensor bytes", tensor(0, "bytes"), 35, errors.WrongField, "input 0: bytes"),
    change(
        "input address", tensor(0, "address"), 0x1000_0008, errors.WrongField, "input 0"
    ),
    Case(
        "huge input",
        lambda: patched((tensor(0, "dim0"), 1 << 20), (tensor(0, "bytes"), 1 << 20)),
        errors.FieldOutOfRange,
        "input bytes: expected 1 to 98304, got 1048576",
    ),
    Case(
        "huge output",
        lambda: patched((tensor(1, "dim0"), 1 << 20), (tensor(1, "bytes"), 1 << 22)),
        errors.AddressOutOfBounds,
        "output 0: address",
    ),
    change("output type", tensor(1, "type"), 1, errors.WrongField, "bytes"),
    change(
        "output address",
        tensor(1, "address"),
        0x8000_0000,
        errors.AddressOutOfBounds,
        "output 0: address",
    ),
    change(
        "output alignment",
        tensor(1, "address"),
        0x4000_0041,
        errors.Misaligned,
        "output 0: address",
    ),
    change("opcode", row(RELU, "opcode"), 999, errors.UnknownOperator, "operator 2"),
    change("no sources", row(RELU, "sources"), 0, errors.FieldOutOfRange, "sources"),
    change("sources", row(RELU, "sources"), 2, errors.WrongField, "operator 3: record"),
    change("all sources", row(RELU, "sources"), 1 << 10, errors.WrongSize, "records"),
    change("record", row(RELU, "record"), 0x8000_0000, errors.WrongField, "record"),
    change("flag", attribute(DENSE), 0, errors.WrongField, "finite weights"),
    change("other flag", attribute(DENSE), 2, errors.WrongField, "dense: flags"),
    change("axis", attribute(SOFTMAX), 1, errors.WrongField, "axis: expected below 1"),
    change("operand type", operand(RELU, 1, "type"), 9, errors.WrongField, "source 0"),
    change("operand rank", operand(RELU, 1, "rank"), 9, errors.FieldOutOfRange, "rank"),
    change(
        "operand of bytes",
        operand(RELU, 1, "type"),
        1,
        errors.WrongField,
        "relu: element type: expected float32, got uint8",
    ),
    change(
        "no elements",
        operand(RELU, 1, "dim0"),
        0,
        errors.FieldOutOfRange,
        "operator 2: source 0: dimension",
    ),
    change("count", operand(RELU, 1, "count"), 19, errors.WrongField, "elements"),
    Case(
        "elements",
        lambda: patched(
            (operand(RELU, 1, "count"), 19), (operand(RELU, 1, "dim0"), 19)
        ),
        errors.WrongField,
        "operator 2: target: expected float32[19], got float32[20]",
    ),
    change(
        "alignment",
        operand(RELU, 1, "address"),
        0x4000_0042,
        errors.Misaligned,
        "operator 2",
    ),
    change(
        "source before arena",
        operand(RELU, 1, "address"),
        0x3FFF_0000,
        errors.AddressOutOfBounds,
        "operator 2: source",
    ),
    change(
        "source past input",
        operand(SCALE, 1, "address"),
        0x1000_0005,
        errors.AddressOutOfBounds,
        "operator 0: source",
    ),
    change(
        "source in output",
        operand(RELU, 1, "address"),
        0x2000_0004,
        errors.AddressOutOfBounds,
        "operator 2: source",
    ),
    change(
        "target in model",
        operand(RELU, 0, "address"),
        0x8000_0000,
        errors.AddressOutOfBounds,
        "operator 2: target",
    ),
    change(
        "target in stack",
        operand(RELU, 0, "address"),
        0x3FFF_0000,
        errors.AddressOutOfBounds,
        "operator 2: target",
    ),
    change(
        "target on its source",
        operand(RELU, 0, "address"),
        word(operand(RELU, 1, "address")),
        errors.Aliasing,
        "operator 2: target",
    ),
    change(
        "target across its source",
        operand(RELU, 0, "address"),
        word(operand(RELU, 1, "address")) + 4,
        errors.Aliasing,
        "operator 2: target",
    ),
    change(
        "target on the index",
        operand(RELU, 0, "address"),
        0x4000_0000,
        errors.Aliasing,
        "operator 2: target",
    ),
    change(
        "target wraps",
        operand(RELU, 0, "address"),
        0xFFFF_FFFC,
        errors.AddressOutOfBounds,
        "operator 2: target",
    ),
    change(
        "weights elsewhere",
        operand(DENSE, 2, "address"),
        0x8000_0000,
        errors.WrongField,
        "operator 1: source 1",
    ),
    change(
        "weights in the arena",
        operand(DENSE, 2, "address"),
        ARENA_TARGET,
        errors.AddressOutOfBounds,
        "operator 1: source 1",
    ),
    change(
        "weights misaligned",
        operand(DENSE, 2, "address"),
        0x8000_0002,
        errors.Misaligned,
        "operator 1: source 1",
    ),
    Case(
        "huge dense",
        lambda: patched(
            (operand(DENSE2, 0, "count"), 1 << 28),
            (operand(DENSE2, 0, "dim0"), 1 << 28),
        ),
        errors.AddressOutOfBounds,
        "operator 3: target",
    ),
    Case(
        "argmax of two",
        lambda: patched(
            (operand(ARGMAX, 0, "count"), 2), (operand(ARGMAX, 0, "dim0"), 2)
        ),
        errors.WrongField,
        "operator 5: target: expected int32[1], got int32[2]",
    ),
    change(
        "part of a grain", segment(1, "count"), 18, errors.WrongField, "multiple of 4"
    ),
    change(
        "segment of nothing",
        segment(0, "operator"),
        6,
        errors.FieldOutOfRange,
        "segment 0",
    ),
    change("skip", segment(2, "skip"), 2, errors.WrongField, "operator 2: skip"),
    change("gap", segment(1, "first"), 1, errors.WrongField, "first element"),
    change(
        "short cover", segment(1, "count"), 16, errors.WrongField, "elements in all"
    ),
    change("long cover", segment(1, "count"), 21, errors.FieldOutOfRange, "elements"),
    change(
        "order", segment(2, "operator"), 1, errors.WrongField, "operators of the seg"
    ),
    change("padding", TABLES.end, 1, errors.NonZeroPadding, "padding"),
    change("padding of constants", len(IMAGE) - 4, 1, errors.NonZeroPadding, "padding"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_validate_bad_image_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(case.error, match=re.escape(case.message)) as caught:
        tinynn.load(case.image())
    assert f"expected {caught.value.expected}, got {caught.value.actual}" in str(
        caught.value
    )


def test_validate_good_image_passes() -> None:
    tables = validate(np.frombuffer(IMAGE, np.uint8))
    assert tables.offsets == OFFSETS
    assert tables.image_bytes == len(IMAGE)


@pytest.mark.parametrize(
    "limits", [Limits(segment_instructions=1000), Limits(total_instructions=1000)]
)
def test_validate_unbounded_image_is_refused(limits: Limits) -> None:
    with pytest.raises(errors.Unbounded, match="at most 1000"):
        validate(np.frombuffer(IMAGE, np.uint8), limits)


def test_validate_finite_flag_on_infinite_weights_is_refused() -> None:
    first_weight = word(operand(DENSE, 2, "address")) - 0x8000_0000
    image = patched((first_weight, 0x7F80_0000))
    with pytest.raises(errors.WrongField, match="finite weights"):
        tinynn.load(image)
    tinynn.load(patched((attribute(DENSE), 0), image=image))


def test_load_missing_file_is_an_os_error() -> None:
    with pytest.raises(FileNotFoundError):
        tinynn.load("no such file.plumb")


@pytest.mark.parametrize(
    ("part", "cases"), [("tables", 500), ("anywhere", 80)], ids=["tables", "anywhere"]
)
def test_validate_flipped_bits_are_refused_or_harmless(part: str, cases: int) -> None:
    """Whatever passes runs alike on both sides, at every boundary."""
    rng = np.random.default_rng([SEED, len(part)])
    end = TABLES.end if part == "tables" else len(IMAGE)
    outcomes = {"refused": 0, "agreed": 0}
    for _ in range(cases):
        data = bytearray(IMAGE)
        for bit in rng.integers(0, 8 * end, rng.integers(1, 3)).tolist():
            data[bit // 8] ^= 1 << bit % 8
        try:
            model = tinynn.load(bytes(data))
        except tinynn.ImageError:
            outcomes["refused"] += 1
            continue
        pixels = rng.integers(0, 256, model.tables.input_bytes).astype(np.uint8)
        assert_guest_agrees(model, pixels.tobytes())
        outcomes["agreed"] += 1
    assert min(outcomes.values()) > 5, outcomes


def test_validate_random_addresses_are_refused_or_harmless() -> None:
    """Arena addresses are free: overlapping tensors of different operators too."""
    rng = np.random.default_rng(SEED)
    agreed = 0
    for _ in range(150):
        index = int(rng.integers(0, 6))
        which = int(rng.integers(0, 2))
        address = 0x4000_0000 + 4 * int(rng.integers(0, 120))
        try:
            model = tinynn.load(patched((operand(index, which, "address"), address)))
        except tinynn.ImageError:
            continue
        assert_guest_agrees(model, rng.integers(0, 256, 36).astype(np.uint8).tobytes())
        agreed += 1
    assert agreed > 15


def test_limits_are_what_the_game_can_hold() -> None:
    assert Limits().segment_instructions == tariff.MAX_INSTRUCTIONS
    assert MAX_RUN_SEGMENTS < tariff.MAX_SEGMENTS
    longest = MAX_RUN_SEGMENTS * tariff.MAX_INSTRUCTIONS
    assert Limits().total_instructions == longest == 2**62


def test_validate_image_at_its_limits_passes_and_beyond_them_is_refused() -> None:
    data = np.frombuffer(IMAGE, np.uint8)
    bounds = bounded_instructions(validate(data))
    most, total = max(bounds), sum(bounds)
    validate(data, Limits(segment_instructions=most, total_instructions=total))
    with pytest.raises(errors.Unbounded, match=f"at most {most - 1}, got {most}"):
        validate(data, Limits(segment_instructions=most - 1))
    with pytest.raises(errors.Unbounded, match=f"at most {total - 1}, got {total}"):
        validate(data, Limits(total_instructions=total - 1))


@pytest.mark.parametrize("over", [0, 1])
def test_validate_output_as_large_as_a_claim_can_be_passes_and_no_larger(
    over: int,
) -> None:
    """The input stays small: only what is said of the output differs."""
    graph = tinynn.GraphBuilder("wide")
    given = graph.input("x", "float32", (1,))
    ones = graph.constant(np.ones(MAX_IO_BYTES // 4 + over, np.float32))
    graph.output(graph.op("Mul", given, ones), "y")
    if not over:
        data = np.frombuffer(graph.build(), np.uint8)
        assert validate(data).output_bytes == MAX_IO_BYTES
        return
    with pytest.raises(errors.TinynnError, match=f"{MAX_IO_BYTES}"):
        graph.build()


def test_validate_output_of_one_byte_passes() -> None:
    graph = tinynn.GraphBuilder("small")
    given = graph.input("x", "uint8", (1,))
    graph.output(graph.op("Max", given, np.array([7], np.uint8)), "y")
    assert validate(np.frombuffer(graph.build(), np.uint8)).output_bytes == 1
