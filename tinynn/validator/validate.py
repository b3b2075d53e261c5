"""Decides whether an image is canonical; only then do native and guest surely agree.

The layout leaves little to choose: tables follow one another, constants lie in
order of first use, each aligned, with zeros between; segments cover each operator's
elements once and in order; an operator's target is the one that its family infers. What
remains free are names, arena addresses, the width of tiles, and sources that share a
constant.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import groupby

from mips_vm.constants import ARENA, MODEL

from ..errors import (
    AddressOutOfBounds,
    Aliasing,
    Misaligned,
    Misfit,
    NonZeroPadding,
    Unbounded,
    UnknownOperator,
    WrongField,
    located,
)
from ..image.header import check_equal, check_range
from ..image.image import (
    ALIGNMENT,
    ARENA_DATA,
    INPUT_DATA,
    MAX_IO_BYTES,
    PASSES_BYTES,
    SEGMENT_INDEX,
    Bytes,
    Segment,
    Tables,
    aligned,
    decode,
)
from ..image.loop import MAX_RUN_SEGMENTS, MAX_SEGMENT_INSTRUCTIONS
from ..memory.extent import Extent
from ..memory.space import FlatSpace
from ..memory.tensor import item_bytes
from ..operators import FAMILIES, Operator
from .bounds import bounded_instructions, most_instructions
from .validate_loop import check_caches, check_loop, check_skip, reads_run_word


@dataclass(frozen=True, slots=True)
class Limits:
    """What a dispute can hold: the game caps a segment's instructions at 2^36, and a
    run has at most 2^26 segments. How long a run may be for those who would have to
    compute it is theirs to say: a worker declines what it has not the time for."""

    segment_instructions: int = MAX_SEGMENT_INSTRUCTIONS
    total_instructions: int = MAX_RUN_SEGMENTS * MAX_SEGMENT_INSTRUCTIONS


DISPUTABLE = Limits()


def validate(data: Bytes, limits: Limits = DISPUTABLE) -> Tables:
    """The tables of a canonical image; raises the ImageError that says what is not."""
    tables = decode(data)
    _check_inputs(tables)
    _check_known(tables)
    arena = _declared_arena(tables)
    given = Extent(INPUT_DATA, tables.input_bytes)
    for i, operator in enumerate(tables.operators):
        with located(f"operator {i}"):
            _check_memory(tables, operator, given, arena)
            _check_type(operator)
    _check_outputs(tables, arena)
    _check_constants(tables, data)
    space = FlatSpace.of_image(data)
    for i, operator in enumerate(tables.operators):
        with located(f"operator {i}"):
            _check_content(operator, space)
    _check_segments(tables, given, arena)
    check_loop(tables, arena)
    check_caches(tables)
    _check_bounds(tables, limits)
    return tables


def _check_inputs(tables: Tables) -> None:
    """Inputs lie end to end, so that a request's bytes are their concatenation."""
    cursor = INPUT_DATA
    for i, tensor in enumerate(tables.inputs):
        with located(f"input {i}"):
            _check_aligned("address", item_bytes(tensor.spec.dtype), tensor.address)
            check_equal("address", cursor, tensor.address)
        cursor += tensor.spec.size
    check_range("input bytes", 1, MAX_IO_BYTES, cursor - INPUT_DATA)
    check_equal("input bytes", cursor - INPUT_DATA, tables.input_bytes)


def _check_known(tables: Tables) -> None:
    for i, operator in enumerate(tables.operators):
        if operator.opcode not in FAMILIES:
            known = ", ".join(f"{code} {FAMILIES[code].name}" for code in FAMILIES)
            raise UnknownOperator(f"operator {i}", known, operator.opcode)


def _declared_arena(tables: Tables) -> Extent:
    """Where tensors may lie; it ends, rounded up, where the last tensor does."""
    check_range("arena bytes", ALIGNMENT, ARENA.size, tables.arena_bytes)
    end = max(operator.target.extent.end for operator in tables.operators)
    if end <= ARENA.end:
        check_equal("arena bytes", aligned(end - ARENA.base), tables.arena_bytes)
    return Extent(ARENA_DATA, ARENA.base + tables.arena_bytes - ARENA_DATA)


def _check_type(operator: Operator) -> None:
    """The target is the one that the family infers from sources and attributes."""
    types = [source.type for source in operator.sources]
    try:
        expected = FAMILIES[operator.opcode].infer(types, operator.attributes)
    except Misfit as misfit:
        raise WrongField(misfit.what, misfit.expected, misfit.actual) from misfit
    check_equal("target", str(expected), str(operator.target.type))


def _check_memory(
    tables: Tables, operator: Operator, given: Extent, arena: Extent
) -> None:
    """Alignment, bounds, and no write over what is read."""
    image = Extent(MODEL.base, tables.image_bytes)
    target = operator.target.extent
    _check_aligned("target", item_bytes(operator.target.dtype), target.start)
    reads = [("the segment index", Extent(SEGMENT_INDEX, 4))]
    for i, source in enumerate(operator.sources):
        what, extent = f"source {i}", source.extent
        _check_aligned(what, item_bytes(source.dtype), source.address)
        inside = any(extent.within(held) for held in (arena, given, image))
        if not inside and not reads_run_word(tables, source):
            places = f"within {given}, {arena} or {image}"
            raise AddressOutOfBounds(what, places, extent)
        reads.append((what, extent))
    for what, read in reads:
        if target.overlaps(read):
            raise Aliasing("target", f"a range clear of {what}, {read}", target)
    if not target.within(arena):
        raise AddressOutOfBounds("target", f"within {arena}", target)


def _check_content(operator: Operator, space: FlatSpace) -> None:
    try:
        FAMILIES[operator.opcode].check(operator, space)
    except Misfit as misfit:
        raise WrongField(misfit.what, misfit.expected, misfit.actual) from misfit


def _check_outputs(tables: Tables, arena: Extent) -> None:
    """Outputs lie in the arena, and are at most MAX_IO_BYTES in all."""
    for i, tensor in enumerate(tables.outputs):
        with located(f"output {i}"):
            _check_aligned("address", item_bytes(tensor.spec.dtype), tensor.address)
            extent = Extent(tensor.address, tensor.spec.size)
            if not extent.within(arena):
                raise AddressOutOfBounds("address", f"within {arena}", extent)
    total = sum(tensor.spec.size for tensor in tables.outputs)
    total += PASSES_BYTES * tables.varies
    check_range("output bytes", 1, MAX_IO_BYTES, total)
    check_equal("output bytes", total, tables.output_bytes)


def _check_constants(tables: Tables, data: Bytes) -> None:
    """Constants fill the rest of the image in the order of first use, zeros between.

    A source of the image is the next constant, or one that an earlier source is.
    """
    end = tables.end
    known: dict[int, int] = {}
    for i, operator in enumerate(tables.operators):
        for j, source in enumerate(operator.sources):
            if source.address < MODEL.base:
                continue
            with located(f"operator {i}"):
                size = source.type.size
                if source.address in known:
                    check_range(f"source {j}: bytes", 1, known[source.address], size)
                    continue
                start = aligned(end)
                check_equal(f"source {j}", MODEL.base + start, source.address)
                _check_zeros(data, end, start)
                known[source.address] = size
                end = start + size
    check_equal("image bytes", aligned(end), tables.image_bytes)
    _check_zeros(data, end, aligned(end))


def _check_segments(tables: Tables, given: Extent, arena: Extent) -> None:
    """Every operator in turn, its elements once and in order."""
    for i, row in enumerate(tables.segments):
        with located(f"segment {i}"):
            check_range("operator", 0, len(tables.operators) - 1, row.operator)
    order = [index for index, _ in groupby(row.operator for row in tables.segments)]
    check_equal("operators of the segments", list(range(len(tables.operators))), order)
    for index, found in groupby(tables.segments, key=lambda row: row.operator):
        rows, operator = list(found), tables.operators[index]
        with located(f"segments of operator {index}"):
            _check_cover(operator, rows)
            check_skip(tables, operator, rows, given, arena)


def _check_cover(operator: Operator, rows: list[Segment]) -> None:
    """Whole grains, except that the last may be shorter."""
    grain = FAMILIES[operator.opcode].grain(operator)
    total, covered = operator.target.count, 0
    for row in rows:
        check_equal("first element", covered, row.first)
        check_range("elements", 1, total - covered, row.count)
        covered += row.count
        if covered % grain and covered != total:
            raise WrongField("elements", f"a multiple of {grain}", row.count)
    check_equal("elements in all", total, covered)


def _check_bounds(tables: Tables, limits: Limits) -> None:
    bounds = bounded_instructions(tables)
    for i, bound in enumerate(bounds):
        if bound > limits.segment_instructions:
            most = f"at most {limits.segment_instructions}"
            raise Unbounded(f"instructions of segment {i}", most, bound)
    total = most_instructions(tables)
    if total > limits.total_instructions:
        most = f"at most {limits.total_instructions}"
        passes = _passes_within(tables, limits.total_instructions)
        if passes:
            most += f", which {passes} passes have"
        raise Unbounded("instructions in all", most, total)


def most_passes(tables: Tables, limits: Limits = DISPUTABLE) -> int:
    """With how many passes at most, up to the loop's, a dispute can hold a run; 0 if
    with none."""
    rows, body = len(tables.segments), max(tables.loop.body, 1)
    by_segments = max(1 + (MAX_RUN_SEGMENTS - rows) // body, 0)
    return min(by_segments, _passes_within(tables, limits.total_instructions))


def _passes_within(tables: Tables, most: int) -> int:
    """With how many passes a run has so many instructions; 0 if with none."""
    return bisect_right(
        range(1, tables.loop.passes + 1),
        most,
        key=lambda passes: most_instructions(
            replace(tables, loop=replace(tables.loop, passes=passes))
        ),
    )


def _check_aligned(what: str, alignment: int, address: int) -> None:
    if address % alignment:
        raise Misaligned(what, alignment, address)


def _check_zeros(data: Bytes, start: int, end: int) -> None:
    if data[start:end].any():
        found = bytes(data[start:end]).hex()
        raise NonZeroPadding(f"padding at {start:#x}", "zeros", found)
