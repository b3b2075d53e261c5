"""A language model's inputs and outputs without its weights: it says a letter for each
byte of the seed, then what it was told; one pass a byte of the text."""

from dataclasses import replace

import numpy as np

import tinynn
from tinynn.asking import HEAD, NO_SEED, SEED_BYTES, Asking

MOST_TEXT = 96
DEFAULT = Asking(64)
LETTERS = np.array([97 + i % 26 for i in range(256)], np.uint8)


def echo_image() -> bytes:
    graph = tinynn.GraphBuilder("echo")
    seed = graph.input("seed", "uint8", (SEED_BYTES,))
    graph.input("options", "int32", (8,))
    text = graph.input("text", "uint8", (MOST_TEXT,))
    graph.let_input_vary()
    bytes_of_text = np.array([-HEAD.size], np.int32)
    told = graph.op("Add", graph.input_length, bytes_of_text)
    seen = graph.cache("int32", (1, 1))
    with graph.loop(MOST_TEXT):
        done = graph.op("Add", graph.passes_done, np.array([1], np.int32))
        graph.put_row(seen, graph.view(done, (1,)), offset=0)
        more = graph.op("Less", done, told)
        stop = graph.op(
            "Sub", np.array([1], np.int32), graph.op("Cast", more, to="int32")
        )
        graph.stop_unless_zero(stop)
    drawn = graph.op("Gather", LETTERS, graph.op("Cast", seed, to="int32"), axis=0)
    graph.output(drawn, "drawn")
    graph.output(graph.op("Identity", text), "echo")
    length = graph.op("Add", told, np.array([SEED_BYTES], np.int32))
    graph.answer_length(length)
    return graph.build()


def echoed(text: bytes, seed: bytes = NO_SEED) -> str:
    """What it says."""
    return (LETTERS[np.frombuffer(seed, np.uint8)].tobytes() + text).decode()


def asked(text: bytes, asking: Asking = DEFAULT, seed: bytes = NO_SEED) -> bytes:
    """A request's bytes."""
    return replace(asking, seed=seed).head + text
