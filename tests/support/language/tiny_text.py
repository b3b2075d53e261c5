"""A language model of a few hundred random weights, text in and text out: every kind of
operator that a text's run has, and their addresses."""

from dataclasses import dataclass

import numpy as np
from support.language.picking import Options

from converters.text.unicode import unicode_of
from tinynn import GraphBuilder, Model, Value, load
from tinynn.operators import FAMILIES, Operator
from tinynn.tokens.table import Flag, Kind, Tokenizer, Words, laid_out

ROWS, WIDTH, HEADS, LETTERS = 14, 8, 2, b"abcdefg "
TEXT_BYTES, ROOM, PREFIX = 10, 24, 28 + 32
END = 256


def tokenizer() -> Tokenizer:
    """A token of each byte, merges of two letters, and one that ends a text."""
    texts, merges = [bytes([byte]) for byte in range(256)], []
    texts.append(b"")
    for rank, (left, right) in enumerate([(97, 98), (99, 100), (101, 102)]):
        texts.append(bytes([left, right]))
        merges.append((left, right, rank, len(texts) - 1))
    return Tokenizer(
        kind=Kind.BYTES,
        words=Words.WHOLE,
        flags=Flag(0),
        texts=texts,
        tokens=len(texts),
        unknown=None,
        sought=(),
        singles=range(256),
        merges=np.array(merges, np.int64),
        unicode=unicode_of(Words.WHOLE, Flag(0)),
    )


@dataclass(frozen=True)
class Tiny:
    """The model, and by name what some operators store."""

    model: Model
    named: dict[str, Operator]

    def request(self, text: bytes, seed: int, options: Options) -> bytes:
        return options.words.tobytes() + bytes([seed]) * 28 + text


def tiny_text(seed: int = 0) -> Tiny:
    """A layer of attention and one of gates; what it picks is any letter or the end."""
    rng = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) * 0.4).astype(np.float32)

    graph = GraphBuilder("tiny text")
    options = graph.input("options", "int32", (8,))
    random = graph.input("seed", "uint8", (28,))
    text = graph.input("text", "uint8", (TEXT_BYTES,))
    graph.let_input_vary()
    table = np.frombuffer(laid_out(tokenizer()), np.uint8)
    ids = graph.op("Encode", table, text, graph.input_length, rows=ROWS, offset=PREFIX)
    count = graph.op("TokenCount", ids)
    tokens = graph.cache("int32", (ROWS, 1))
    graph.fill(tokens, graph.view(ids, (ROWS, 1)))
    keys = graph.key_cache(ROWS, 1, WIDTH // HEADS)
    values = graph.cache("float32", (ROWS, 1, WIDTH // HEADS))
    angles = rng.random((ROWS, 2))
    tables = [np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)]
    vocabulary = 260

    def matrix(x: Value, columns: int) -> Value:
        row = graph.view(x, (1, WIDTH))
        return graph.view(graph.op("MatMul", row, weights(WIDTH, columns)), (columns,))

    with graph.loop(ROWS - 1):
        done = graph.passes_done
        token = graph.view(graph.op("Gather", tokens, done), (1,))
        x = graph.view(graph.op("Gather", weights(vocabulary, WIDTH), token), (WIDTH,))
        h = graph.op("RMSNorm", x, weights(WIDTH), epsilon=1e-5)
        head = (1, WIDTH // HEADS)
        query = graph.view(matrix(h, WIDTH), (HEADS, WIDTH // HEADS))
        query = graph.op("Rope", query, *tables, done)
        key = graph.view(matrix(h, WIDTH // HEADS), head)
        graph.put_key(keys, graph.op("Rope", key, *tables, done))
        graph.put_row(values, graph.view(matrix(h, WIDTH // HEADS), head))
        mixed = graph.attention(query, keys, values, scale=0.5)
        x = graph.op("Add", x, graph.view(mixed, (WIDTH,)))
        gate = graph.op("Gated", matrix(x, WIDTH), matrix(x, WIDTH))
        logits = matrix(graph.op("Add", x, gate), vocabulary)
        some = np.full(vocabulary, -1e9, np.float32)
        some[[*LETTERS, END]] = 0
        logits = graph.op("Add", logits, some)
        following = graph.op("Pick", logits, tokens, done, random, options)
        one = np.array([1], np.int32)
        made = graph.op("LessOrEqual", graph.op("Sub", count, one), done)
        with graph.unless_zero(graph.op("Cast", made, to="int32")):
            graph.put_row(tokens, following, offset=1)
        ended = graph.op("Equal", following, np.array([END], np.int32))
        both = graph.op("And", made, ended)
        graph.stop_unless_zero(graph.op("Cast", both, to="int32"))
    flat = graph.view(tokens, (ROWS,))
    answer, length = graph.ops("Decode", table, flat, count, room=ROOM, strip=0)
    graph.answer_length(length)
    graph.output(answer, "text")
    model = load(graph.build())
    return Tiny(model, _named(model))


def _named(model: Model) -> dict[str, Operator]:
    """The last operator of each family."""
    return {FAMILIES[one.opcode].name: one for one in model.tables.operators}
