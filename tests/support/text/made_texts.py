"""Models of a tokenizer alone: a prompt in, its tokens and what they decode to out."""

from collections.abc import Sequence

import numpy as np

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.memory.tensor import Array

LENGTH_BYTES = 4


def echo(
    table: Array,
    text_bytes: int,
    rows: int,
    room: int,
    *,
    before: Sequence[int] = (),
    after: Sequence[int] = (),
    strip: int = 0,
) -> Model:
    """Inputs: how many bytes of the input count, and the text. Outputs: the prompt's
    tokens and their number, the text of those behind `before`, and its length."""
    graph = GraphBuilder("echo")
    length = graph.input("length", "int32", (1,))
    text = graph.input("text", "uint8", (text_bytes,))
    around = np.array([*before, *after], np.int64).astype(np.uint32).view(np.int32)
    values = [table, text, length] + ([around] if around.size else [])
    (ids,) = graph.ops(
        "Encode", *values, rows=rows, offset=LENGTH_BYTES, prefix=len(before)
    )
    first = np.array([len(before)], np.int32)
    decoded, size = graph.ops("Decode", table, ids, first, room=room, strip=strip)
    (count,) = graph.ops("TokenCount", ids)
    named = {"ids": ids, "count": count, "text": decoded, "size": size}
    for name, value in named.items():
        graph.output(value, name)
    return tinynn.load(graph.build())


def prompt_of(model: Model, text: bytes) -> list[Array]:
    """Inputs of `echo`."""
    room = model.tables.inputs[1].spec.count
    held = np.zeros(room, np.uint8)
    held[: len(text)] = np.frombuffer(text, np.uint8)
    return [np.array([LENGTH_BYTES + len(text)], np.int32), held]
