"""Which loops the validator takes: each rule of docs/model-image.md by its own case."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from support.images.loops import (
    changed,
    counting,
    model_of,
    with_operator,
    with_segment,
)

import tinynn
from tinynn import GraphBuilder, errors
from tinynn.builder import planner
from tinynn.image.image import ARENA_DATA, Tables, encode
from tinynn.image.loop import NO_LOOP, Loop
from tinynn.memory.extent import Extent
from tinynn.memory.tensor import TensorType
from tinynn.memory.words import LENGTH_WORD, PASS_WORD
from tinynn.operators import PUT_ROW, Operand
from tinynn.validator.bounds import bounded_instructions, most_instructions
from tinynn.validator.validate import Limits, validate


@pytest.fixture(autouse=True)
def _tiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "SEGMENT_INSTRUCTIONS", 100)


def _image() -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "SEGMENT_INSTRUCTIONS", 100)
        return counting(rows=6).build()


IMAGE = _image()
TABLES = validate(np.frombuffer(IMAGE, np.uint8))
LOOP, ROWS = TABLES.loop, len(TABLES.segments)
(PUT,) = (i for i, one in enumerate(TABLES.operators) if one.opcode == PUT_ROW.opcode)
CACHE = TABLES.operators[PUT].target
TILED = next(
    i
    for i in range(LOOP.first, LOOP.end - 1)
    if TABLES.segments[i].operator == TABLES.segments[i + 1].operator
)
"""The first of several segments of one operator of the body."""


def looped(**fields: int) -> Tables:
    return replace(TABLES, loop=replace(LOOP, **fields))


def source(index: int, which: int, operand: Operand) -> Tables:
    operator = TABLES.operators[index]
    sources = list(operator.sources)
    sources[which] = operand
    return with_operator(TABLES, index, replace(operator, sources=tuple(sources)))


def target(index: int, address: int, kind: TensorType | None = None) -> Tables:
    operator = TABLES.operators[index]
    moved = Operand(kind or operator.target.type, address)
    return with_operator(TABLES, index, replace(operator, target=moved))


def attributes(*words: int) -> Tables:
    operator = replace(TABLES.operators[PUT], attributes=words)
    return with_operator(TABLES, PUT, operator)


def skipped(skip: int) -> Tables:
    """All of the tiled operator's segments."""
    tables, number = TABLES, TABLES.segments[TILED].operator
    for i, row in enumerate(TABLES.segments):
        if row.operator == number:
            tables = with_segment(tables, i, skip=skip)
    return tables


READER = next(
    i
    for i, operator in enumerate(TABLES.operators)
    if any(one.extent == PASS_WORD for one in operator.sources) and i != PUT
)
FILLER = next(i for i, one in enumerate(TABLES.operators) if one.target == CACHE)
EMPTY = replace(TABLES, loop=NO_LOOP)
INDEX = Operand(TensorType("int32", (1,)), 0x4000_0000)
OTHER = Operand(TensorType("int32", (1,)), TABLES.length)
OWN = TABLES.operators[TABLES.segments[TILED].operator].target.address
BEFORE_PUT = sum(row.operator < PUT for row in TABLES.segments)
BEHIND = 0x4000_0000 + TABLES.arena_bytes
FIRST_SEGMENT = "expected the first segment of an operator"
SAME = "skip: expected the same in all segments"
AFTERWARDS = len(TABLES.operators) - 2
PUT_INTO = "which rows are put into"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    tables: Callable[[], Tables]
    error: type[errors.ImageError]
    message: str


CASES = [
    Case(
        "ends where it begins",
        lambda: looped(end=LOOP.first),
        errors.FieldOutOfRange,
        "loop_end",
    ),
    Case(
        "ends before it begins",
        lambda: looped(first=LOOP.end, end=LOOP.first),
        errors.FieldOutOfRange,
        "loop_end",
    ),
    Case(
        "begins behind the table",
        lambda: looped(first=ROWS, end=ROWS + 1),
        errors.FieldOutOfRange,
        "loop_first",
    ),
    Case(
        "ends behind the table",
        lambda: looped(end=ROWS + 1),
        errors.FieldOutOfRange,
        f"loop_end: expected {LOOP.first + 1} to {ROWS}",
    ),
    Case(
        "no passes",
        lambda: looped(passes=0),
        errors.FieldOutOfRange,
        "passes: expected 1 to 65536, got 0",
    ),
    Case(
        "too many passes",
        lambda: looped(passes=(1 << 16) + 1),
        errors.FieldOutOfRange,
        "passes",
    ),
    Case(
        "passes without a loop",
        lambda: replace(TABLES, loop=Loop(passes=5)),
        errors.FieldOutOfRange,
        "loop_end",
    ),
    Case(
        "stop without a loop",
        lambda: replace(TABLES, loop=Loop(stop=ARENA_DATA)),
        errors.FieldOutOfRange,
        "loop_end",
    ),
    Case(
        "begins inside an operator",
        lambda: looped(first=TILED + 1),
        errors.WrongField,
        f"loop_first: {FIRST_SEGMENT}",
    ),
    Case(
        "ends inside an operator",
        lambda: looped(end=TILED + 1),
        errors.WrongField,
        f"loop_end: {FIRST_SEGMENT}",
    ),
    Case(
        "stop in the input",
        lambda: looped(stop=0x1000_0004),
        errors.AddressOutOfBounds,
        "stop",
    ),
    Case(
        "stop in the image",
        lambda: looped(stop=0x8000_0000),
        errors.AddressOutOfBounds,
        "stop",
    ),
    Case(
        "stop is the pass",
        lambda: looped(stop=PASS_WORD.start),
        errors.AddressOutOfBounds,
        "stop",
    ),
    Case(
        "stop behind the arena",
        lambda: looped(stop=BEHIND),
        errors.AddressOutOfBounds,
        "stop",
    ),
    Case(
        "stop misaligned",
        lambda: looped(stop=ARENA_DATA + 2),
        errors.Misaligned,
        "stop",
    ),
    Case(
        "stop wraps",
        lambda: looped(stop=0xFFFF_FFFC),
        errors.AddressOutOfBounds,
        "stop",
    ),
    Case(
        "length is the input's",
        lambda: replace(TABLES, length=LENGTH_WORD.start),
        errors.AddressOutOfBounds,
        "length",
    ),
    Case(
        "length misaligned",
        lambda: replace(TABLES, length=ARENA_DATA + 1),
        errors.Misaligned,
        "length",
    ),
    Case(
        "length behind the arena",
        lambda: replace(TABLES, length=BEHIND),
        errors.AddressOutOfBounds,
        "length",
    ),
    Case(
        "skip of one tile",
        lambda: with_segment(TABLES, TILED, skip=ARENA_DATA),
        errors.WrongField,
        SAME,
    ),
    Case(
        "skip never, said twice",
        lambda: with_segment(TABLES, TILED, skip=0),
        errors.WrongField,
        SAME,
    ),
    Case(
        "skip by the segment's index",
        lambda: skipped(0x4000_0000),
        errors.AddressOutOfBounds,
        "skip",
    ),
    Case(
        "skip by a constant",
        lambda: skipped(0x8000_0000),
        errors.AddressOutOfBounds,
        "skip",
    ),
    Case(
        "skip by the output",
        lambda: skipped(0x2000_0000),
        errors.AddressOutOfBounds,
        "skip",
    ),
    Case("skip misaligned", lambda: skipped(ARENA_DATA + 1), errors.Misaligned, "skip"),
    Case(
        "skip by its own target", lambda: skipped(OWN + 4), errors.Aliasing, "skip word"
    ),
    Case(
        "reads the segment's index",
        lambda: source(READER, 0, INDEX),
        errors.AddressOutOfBounds,
        "source 0",
    ),
    Case(
        "puts a row outside the loop",
        lambda: looped(end=BEFORE_PUT),
        errors.WrongField,
        "expected an operator of the loop's body",
    ),
    Case("puts a row without a loop", lambda: EMPTY, errors.WrongField, "put_row"),
    Case(
        "puts a row of another number",
        lambda: source(PUT, 1, OTHER),
        errors.WrongField,
        "source 1",
    ),
    Case(
        "puts two rows further",
        lambda: attributes(6, 2),
        errors.WrongField,
        "put_row: offset: expected 0 or 1, got 2",
    ),
    Case(
        "puts into no rows",
        lambda: attributes(0, 1),
        errors.WrongField,
        "put_row: rows",
    ),
    Case(
        "puts into more rows",
        lambda: attributes(7, 1),
        errors.WrongField,
        "target: expected float32[7, 4]",
    ),
    Case(
        "stores into the cache in the loop",
        lambda: target(PUT - 1, CACHE.address),
        errors.Aliasing,
        PUT_INTO,
    ),
    Case(
        "stores across the cache's end",
        lambda: target(PUT - 1, CACHE.extent.end - 4),
        errors.Aliasing,
        PUT_INTO,
    ),
    Case(
        "stores into the cache behind the loop",
        lambda: target(AFTERWARDS, CACHE.address + 4),
        errors.Aliasing,
        PUT_INTO,
    ),
    Case(
        "fills a part of the cache",
        lambda: target(0, CACHE.address + 4),
        errors.Aliasing,
        PUT_INTO,
    ),
    Case(
        "fills the cache twice",
        lambda: target(FILLER - 1, CACHE.address),
        errors.Aliasing,
        PUT_INTO,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_validate_bad_loop_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(case.error, match=re.escape(case.message)):
        tinynn.load(changed(IMAGE, case.tables()))


def test_validate_unchanged_and_shorter_loops_pass() -> None:
    assert tinynn.load(changed(IMAGE, TABLES)).tables == TABLES
    for tables in (looped(stop=0), looped(passes=1), looped(passes=1 << 16)):
        assert tinynn.load(changed(IMAGE, tables)).tables.loop == tables.loop
    for skip in (0, PASS_WORD.start, LENGTH_WORD.start, LOOP.stop):
        assert tinynn.load(changed(IMAGE, skipped(skip)))


@pytest.mark.parametrize("word", [PASS_WORD, LENGTH_WORD], ids=["pass", "length"])
@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (TensorType("int32", (1,)), True),
        (TensorType("int32", ()), True),
        (TensorType("int32", (2,)), False),
        (TensorType("float32", (1,)), False),
        (TensorType("uint8", (4,)), False),
    ],
    ids=str,
)
def test_validate_words_of_the_run_are_read_as_one_int32(
    word: Extent, kind: TensorType, good: bool
) -> None:
    graph = GraphBuilder("reader")
    graph.let_input_vary()
    x = graph.input("x", "uint8", (8,))
    value = graph.cache(kind.dtype, kind.shape)
    graph.output(graph.op("Identity", value), "y")
    graph.output(graph.op("Identity", x), "z")
    tables = graph.tables()
    copy = tables.operators[0]
    read = replace(copy, sources=(Operand(kind, word.start),))
    image = encode(with_operator(tables, 0, read))
    if good:
        assert tinynn.load(image)
        return
    with pytest.raises(errors.AddressOutOfBounds, match="operator 0: source 0"):
        tinynn.load(image)


def long_loop(passes: int) -> GraphBuilder:
    """A body of 1024 segments and more."""
    graph = GraphBuilder("long")
    x = graph.op("Identity", graph.input("x", "float32", (1100,)))
    with graph.loop(passes):
        y = graph.op("Exp", x)
    graph.output(y, "y")
    return graph


def test_validate_segments_of_all_passes_are_bounded_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A small body could make 2^34 of them: no claim of such a run could be opened."""
    monkeypatch.setattr(planner, "MOST_SEGMENTS", 1 << 20)
    monkeypatch.setattr(planner, "SEGMENT_INSTRUCTIONS", 1)
    tables = long_loop(3).tables()
    body, rows = tables.loop.body, len(tables.segments)
    most = 1 + ((1 << 26) - rows) // body
    assert body == 1100 and most < 1 << 16
    assert tinynn.load(long_loop(most).build()).segments <= 1 << 26
    with pytest.raises(errors.Unbounded, match=f"which {most} passes have, got"):
        long_loop(most + 1).build()


def test_validate_instructions_of_all_passes_are_bounded() -> None:
    data = np.frombuffer(IMAGE, np.uint8)
    bounds, total = bounded_instructions(TABLES), most_instructions(TABLES)
    body = bounds[LOOP.first : LOOP.end]
    by_pass = sum(bounds[: LOOP.first]) + sum(bounds[LOOP.end :])
    assert total == by_pass + LOOP.passes * sum(body)
    validate(data, Limits(total_instructions=total))
    for less, fitting in ((1, 4), (sum(body), 4), (sum(body) + 1, 3)):
        most = f"at most {total - less}, which {fitting} passes have, got {total}"
        with pytest.raises(errors.Unbounded, match=most):
            validate(data, Limits(total_instructions=total - less))
    with pytest.raises(errors.Unbounded, match="at most 9, got"):
        validate(data, Limits(total_instructions=9, segment_instructions=1 << 36))


def test_bounds_of_a_loop_that_is_all_write_the_output_once() -> None:
    graph = GraphBuilder("all body")
    x = graph.input("x", "float32", (4,))
    with graph.loop(1000):
        y = graph.op("Exp", x)
    graph.output(y, "y")
    model = model_of(graph)
    assert model.tables.loop == Loop(0, len(model.tables.segments), 1000)
    assert model.most_instructions < 1000 * sum(model.bounded_instructions)
