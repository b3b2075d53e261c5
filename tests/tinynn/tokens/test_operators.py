"""Operators on text: guest and native bit for bit; what they refuse; what they cost."""

import random
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.text.made_texts import echo, prompt_of
from support.text.small_tokenizers import table_of
from support.text.texts import texts
from support.text.token_definition import Definition
from support.text.token_machine import NONE, TokenMachine

from converters.text.unicode import unicode_of
from tinynn import GraphBuilder, GraphError
from tinynn.errors import Misfit
from tinynn.memory.space import FlatSpace
from tinynn.memory.tensor import TensorType
from tinynn.operators import Operand, Operator
from tinynn.operators.text import DECODE, ENCODE
from tinynn.tokens.table import Flag, Kind, Tokenizer, Words, laid_out
from tinynn.tokens.work import decode_instructions, encode_instructions, work_of

SEED = 5


def answer(model: Any, text: bytes) -> tuple[list[int], int, bytes]:
    """Tokens, their number and the text, the same on both executors."""
    output = assert_guest_agrees(model, model.encode_input(prompt_of(model, text)))
    ids, count, decoded, size = model.decode_output(output)
    held = decoded.tobytes()
    assert not any(held[int(size[0]) :])
    return ids.view(np.uint32).tolist(), int(count[0]), held[: int(size[0])]


@pytest.mark.parametrize("seed", range(8))
def test_text_of_any_table_is_its_definition_on_both_executors(seed: int) -> None:
    table, rng = table_of(seed, seed % 2 == 1), random.Random(seed)
    definition = Definition(table)
    before, after = [0, NONE - 1][: seed % 3], [1] * (seed % 2)
    rows, room = rng.randrange(1, 40), rng.randrange(1, 60)
    model = echo(
        np.frombuffer(table, np.uint8), 60, rows, room, before=before, after=after
    )
    for text in [*texts(seed, 40)][-2:]:
        held = [*before, *definition.encode(text[:60]), *after][:rows]
        ids, count, decoded = answer(model, text[:60])
        assert ids == held + [NONE] * (rows - len(held))
        assert count == len(held)
        assert decoded == definition.decode(held[len(before) :], room)


def test_decode_strip_is_an_attribute() -> None:
    table = laid_out(small_bytes())
    for strip in (0, 1):
        _, _, decoded = answer(echo(table, 9, 9, 9, strip=strip), b"  a")
        assert decoded == b"  a"[strip:]


def small_bytes(words: Words = Words.WHOLE, flags: Flag | None = None) -> Tokenizer:
    """A token of each byte, and merges of any two letters a to d."""
    texts_ = [bytes([byte]) for byte in range(256)]
    rows = []
    for left in range(97, 101):
        for right in range(97, 101):
            texts_.append(bytes([left, right]))
            rows.append((left, right, (left * 7 + right * 3) % 5, len(texts_) - 1))
    wide = [(row[3], other[3], 9, row[3]) for row in rows for other in rows[:4]]
    return Tokenizer(
        kind=Kind.BYTES,
        words=words,
        flags=Flag(0) if flags is None else flags,
        texts=texts_,
        tokens=len(texts_),
        unknown=None,
        sought=(),
        singles=range(256),
        merges=np.array(rows + wide, np.int64),
        unicode=unicode_of(words, Flag.NORMAL),
    )


ROWS, TABLE = 8, laid_out(small_bytes())
GOOD = [
    TensorType("uint8", (TABLE.size,)),
    TensorType("uint8", (16,)),
    TensorType("int32", (1,)),
    TensorType("int32", (3,)),
]


@pytest.mark.parametrize(
    ("place", "bad", "message"),
    [
        (0, TensorType("int32", (64,)), "table: element type"),
        (0, TensorType("uint8", (8, 8)), "shape of table"),
        (1, TensorType("int8", (16,)), "text: element type"),
        (1, TensorType("uint8", (98305,)), "shape of text"),
        (2, TensorType("int32", (2,)), "shape of length"),
        (2, TensorType("float32", (1,)), "length: element type"),
        (3, TensorType("uint8", (3,)), "tokens around: element type"),
        (3, TensorType("int32", ()), "shape of tokens around"),
    ],
)
def test_encode_of_other_sources_is_a_misfit(
    place: int, bad: TensorType, message: str
) -> None:
    ENCODE.infer(GOOD, [ROWS, 0, 3, 0])
    with pytest.raises(Misfit, match=message):
        ENCODE.infer([*GOOD[:place], bad, *GOOD[place + 1 :]], [ROWS, 0, 0, 0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([0, 0, 0, 0], "rows: expected 1 to"),
        ([(1 << 17) + 1, 0, 0, 0], "rows: expected 1 to"),
        ([ROWS, 0, 4, 0], "tokens before: expected at most 3"),
        ([ROWS, 0, 0], "attributes: expected 4"),
    ],
)
def test_encode_of_other_attributes_is_a_misfit(words: list[int], message: str) -> None:
    with pytest.raises(Misfit, match=message):
        ENCODE.infer(GOOD, words)


def test_decode_of_other_attributes_is_a_misfit() -> None:
    types = [GOOD[0], GOOD[3], GOOD[2]]
    assert DECODE.infer(types, [9, 1]) == TensorType("uint8", (9,))
    for words in ([0, 0], [98305, 0], [9, 2], [9]):
        with pytest.raises(Misfit):
            DECODE.infer(types, words)


@pytest.mark.parametrize(
    ("address", "work", "message"),
    [
        (0x4000_0040, 0, "table: expected a constant"),
        (0x8000_0002, 0, "table: expected at a multiple of 4"),
        (0x8000_0000, 1, "work: expected"),
    ],
)
def test_encode_check_refuses_a_table_that_is_not_as_it_says(
    address: int, work: int, message: str
) -> None:
    sources = [Operand(kind, 0x1000_0004) for kind in GOOD]
    space = FlatSpace.of_image(TABLE)

    def with_table(address: int, work: int) -> Operator:
        held = (Operand(GOOD[0], address), *sources[1:])
        target = Operand(TensorType("int32", (ROWS,)), 0x4000_0040)
        return Operator(140, held, target, (ROWS, 0, 0, work))

    ENCODE.check(with_table(0x8000_0000, work_of(TABLE)), space)
    with pytest.raises(Misfit, match=message):
        ENCODE.check(with_table(address, work), space)


def test_encode_of_a_computed_table_is_refused() -> None:
    graph = GraphBuilder("computed")
    table = graph.input("table", "uint8", (200,))
    length = np.array([9], np.int32)
    with pytest.raises(GraphError, match="table: expected a constant"):
        graph.ops("Encode", table, np.zeros(9, np.uint8), length, rows=4)


LONG = {
    "one letter": b"a" * 98304,
    "letters": bytes(random.Random(SEED).choices(b"abcd", k=98304)),
    "no text": b"\xff" * 98304,
    "spaces": b" " * 98304,
    "marks": "\u0323\u0301".encode() * 24576,
    "apart": "\u0390".encode() * 49152,
}


@pytest.mark.parametrize("name", LONG)
def test_long_words_take_no_more_than_is_foretold(name: str) -> None:
    """Merged naively, the first two would take 2^37 instructions."""
    flags = Flag.NORMAL if name in ("marks", "apart") else Flag(0)
    table = laid_out(small_bytes(Words.LLAMA3, flags))
    machine = TokenMachine(table.tobytes())
    machine.prompt(LONG[name], 1000)
    most = encode_instructions(work_of(table), len(LONG[name]), 1000, 0)
    assert 1 << 23 < machine.instructions <= most < 1 << 33
    assert machine.instructions < 1 << 29


def test_any_tables_take_no_more_than_is_foretold() -> None:
    for seed in range(0, 60, 4):
        table = table_of(seed, seed % 8 != 0)
        machine, work = TokenMachine(table), work_of(np.frombuffer(table, np.uint8))
        text = [*texts(seed, 30)][-1][:200]
        machine.prompt(text, 3 * len(text))
        most = encode_instructions(work, len(text), 3 * len(text), 0)
        assert machine.instructions <= most, seed


def test_decode_takes_no_more_than_is_foretold() -> None:
    """Each token a byte that is no text; tokens of nothing; and as long as can be."""
    table = laid_out(small_bytes())
    machine = TokenMachine(table.tobytes())
    for ids, room in (([255] * 3000, 9000), ([NONE] * 3000, 10), ([226] * 3000, 9000)):
        machine.decode(ids, room)
        assert machine.instructions <= decode_instructions(len(ids), room)
