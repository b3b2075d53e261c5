"""encode, token_count, decode, decode_length: text to tokens and back.

A tokenizer is a constant of bytes, which docs/tokens.md lays out; what it makes of a
text is said there. Rows of tokens that hold none are 0xffffffff.

encode: sources are the table, the text's bytes, how many bytes there are in the input
(int32) and, if there are any, tokens that go around the text. Attributes: rows; bytes
of the input before the text, so that the text has as many as are left, or all; how many
of those tokens go before it; and what each byte of it may cost (`work_of`), which the
validator reckons once more.

decode, decode_length: sources are the table, rows of tokens, and the first that counts
(int32). Attributes: bytes of room; and 1 if a space at the beginning goes.
"""

from typing import Final

import numpy as np

from mips_vm.constants import MODEL

from ..kernels import Call
from ..memory.tensor import Array, TensorType
from ..tokens.table import ROW_ALIGNMENT
from ..tokens.work import (
    MAX_TEXT_BYTES,
    MAX_WORK,
    decode_instructions,
    encode_instructions,
    scratch_bytes,
    work_of,
)
from .family import Family, Operator, Space, Types, Words, whole
from .graph import Graph, Value
from .shape import check_arity, check_dtype, demand

MAX_ROWS: Final = 1 << 17

TABLE, TEXT, LENGTH, AFFIXES = range(4)
IDS, FIRST = 1, 2


def infer_encode(types: Types, attributes: Words) -> TensorType:
    """A table, bytes, int32 [1] and int32 tokens to int32 tokens."""
    around = len(types) > AFFIXES
    check_arity(types, attributes, 3 + around, 4)
    rows, _, prefix, _ = attributes
    _check_vector("table", types[TABLE], "uint8")
    _check_vector("text", types[TEXT], "uint8", MAX_TEXT_BYTES)
    _check_vector("length", types[LENGTH], "int32", 1)
    demand("encode: rows", f"1 to {MAX_ROWS}", rows, 1 <= rows <= MAX_ROWS)
    if around:
        _check_vector("tokens around", types[AFFIXES], "int32", MAX_ROWS)
    most = types[AFFIXES].count if around else 0
    demand("encode: tokens before", f"at most {most}", prefix, prefix <= most)
    return TensorType("int32", (rows,))


def infer_count(types: Types, attributes: Words) -> TensorType:
    """int32 tokens to int32 [1]."""
    check_arity(types, attributes, 1, 0)
    _check_vector("tokens", types[0], "int32", MAX_ROWS)
    return TensorType("int32", (1,))


def infer_decode(types: Types, attributes: Words) -> TensorType:
    """A table, int32 tokens and int32 [1] to bytes."""
    check_arity(types, attributes, 3, 2)
    room, strip = attributes
    _check_vector("table", types[TABLE], "uint8")
    _check_vector("tokens", types[IDS], "int32", MAX_ROWS)
    _check_vector("first", types[FIRST], "int32", 1)
    most = f"1 to {MAX_TEXT_BYTES}"
    demand("decode: room", most, room, 1 <= room <= MAX_TEXT_BYTES)
    demand("decode: strip", "0 or 1", strip, strip <= 1)
    return TensorType("uint8", (room,))


def infer_length(types: Types, attributes: Words) -> TensorType:
    """The same to int32 [1]."""
    infer_decode(types, attributes)
    return TensorType("int32", (1,))


def _check_vector(what: str, actual: TensorType, dtype: str, most: int = 0) -> None:
    check_dtype(f"text: {what}", actual, dtype)
    expected = f"(n,), n at most {most}" if most else "(n,)"
    good = len(actual.shape) == 1 and (not most or actual.count <= most)
    demand(f"text: shape of {what}", expected, actual.shape, good)


def check_table(operator: Operator, space: Space) -> None:
    """The table is a constant, and its words can be loaded."""
    address = operator.sources[TABLE].address
    demand("text: table", "a constant", f"{address:#x}", address >= MODEL.base)
    aligned = address % ROW_ALIGNMENT == 0
    expected = f"at a multiple of {ROW_ALIGNMENT}"
    demand("text: table", expected, f"{address:#x}", aligned)


def check_encode(operator: Operator, space: Space) -> None:
    """Besides, the table costs what the attribute says."""
    check_table(operator, space)
    expected, actual = work_of(operator.flat(space, TABLE)), operator.attributes[3]
    demand("encode: work", expected, actual, expected == actual)


def encode_calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    _, offset, prefix, _ = operator.attributes
    table, text, length = (operator.flat(space, i) for i in range(AFFIXES))
    around, suffix = length, 0
    if len(operator.sources) > AFFIXES:
        around = operator.flat(space, AFFIXES)
        suffix = around.size - prefix
    scratch = space.room("tokens", scratch_bytes(text.size) // 4)
    ids = operator.tile(space, first, count)
    held = (table, table.size, text, text.size, length, offset, around)
    return [Call("tokens.encode", (*held, prefix, suffix, ids, ids.size, scratch))]


def count_calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    ids, target = operator.flat(space), operator.tile(space, first, count)
    return [Call("tokens.count", (ids, ids.size, target))]


def _answer(operator: Operator, space: Space) -> tuple[int | Array, ...]:
    room, strip = operator.attributes
    table, ids, first = (operator.flat(space, i) for i in range(3))
    return table, table.size, ids, ids.size, first, strip, room


def decode_calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    target = operator.tile(space, first, count)
    return [Call("tokens.decode", (*_answer(operator, space), target))]


def length_calls(
    operator: Operator, first: int, count: int, space: Space
) -> list[Call]:
    target = operator.tile(space, first, count)
    return [Call("tokens.length", (*_answer(operator, space), target))]


def encode_cost(operator: Operator) -> int:
    rows, work = operator.attributes[0], operator.attributes[3]
    around = sum(source.count for source in operator.sources[AFFIXES:])
    return encode_instructions(work, operator.sources[TEXT].count, rows, around)


def decode_cost(operator: Operator) -> int:
    return decode_instructions(operator.sources[IDS].count, operator.attributes[0])


def encode(
    graph: Graph,
    table: Value,
    text: Value,
    length: Value,
    around: Value | None = None,
    *,
    rows: int,
    offset: int = 0,
    prefix: int = 0,
) -> Value:
    """Rows of tokens: those of `around` before the text, the text's, and the others."""
    held = graph.array_of(table)
    demand("encode: table", "a constant", "a computed one", held is not None)
    work = work_of(np.asarray(held, np.uint8).reshape(-1))
    demand("encode: work", f"at most {MAX_WORK}", work, work <= MAX_WORK)
    sources = [table, text, length] + ([] if around is None else [around])
    return graph.emit(ENCODE, sources, [rows, offset, prefix, work])


def token_count(graph: Graph, ids: Value) -> Value:
    """How many rows there are before the first without a token."""
    return graph.emit(COUNT, [ids])


def decode(
    graph: Graph, table: Value, ids: Value, first: Value, *, room: int, strip: int = 0
) -> tuple[Value, Value]:
    """The text of the rows from the first on, and how many bytes it has."""
    sources, words = [table, ids, first], [room, strip]
    return graph.emit(DECODE, sources, words), graph.emit(LENGTH_OF, sources, words)


ENCODE: Final = Family(
    name="encode",
    opcode=140,
    infer=infer_encode,
    calls=encode_calls,
    instructions=lambda operator, count: encode_cost(operator),
    usual=lambda operator: 1 + encode_cost(operator) // operator.target.count,
    grain=whole,
    check=check_encode,
)
COUNT: Final = Family(
    name="token_count",
    opcode=141,
    infer=infer_count,
    calls=count_calls,
    instructions=lambda operator, count: 100 + 10 * operator.sources[0].count,
    usual=lambda operator: 100 + 5 * operator.sources[0].count,
)
DECODE: Final = Family(
    name="decode",
    opcode=142,
    infer=infer_decode,
    calls=decode_calls,
    instructions=lambda operator, count: decode_cost(operator),
    usual=lambda operator: 1 + decode_cost(operator) // operator.target.count,
    grain=whole,
    check=check_table,
)
LENGTH_OF: Final = Family(
    name="decode_length",
    opcode=143,
    infer=infer_length,
    calls=length_calls,
    instructions=lambda operator, count: decode_cost(operator),
    usual=decode_cost,
    check=check_table,
)
FAMILIES = (ENCODE, COUNT, DECODE, LENGTH_OF)
OPERATIONS = {"Encode": encode, "TokenCount": token_count, "Decode": decode}
