"""What a language model says of a text that is known: the logits behind each token.

An image that is never registered: its logits stay in the arena, since no answer has
room for them.
"""

import numpy as np
from numpy.typing import NDArray

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.operators import PUT_ROW, Operator

from ..source import Source
from .layers import Pass
from .weights import Weights


def scores(source: Source, tokens: list[int], threads: int = 1) -> NDArray[np.float32]:
    """(tokens, vocabulary), as passes compute them, bit for bit."""
    model, rows = _scoring(source, len(tokens)), len(tokens)
    program = model.ready(threads)
    program.answer(model.encode_input(np.array(tokens, np.int32)))
    held = _last(model).target
    found: NDArray[np.float32] = program.held(held.address, held.count, held.dtype)
    return found.reshape(rows, -1)


def _scoring(source: Source, rows: int) -> Model:
    """Tokens to the passes that are done."""
    graph = GraphBuilder("scoring")
    tokens = graph.input("tokens", "int32", (rows,))
    found = graph.cache("float32", (rows, source.config.vocabulary))
    always = graph.op("Add", np.zeros(1, np.int32), np.ones(1, np.int32))
    with graph.loop(rows):
        token = graph.op("Gather", tokens, graph.passes_done, axis=0)
        weights = Weights(graph, source.tensors)
        logits = Pass(graph, source.config, weights, rows, always).logits(token)
        graph.put_row(found, logits)
    graph.output(graph.op("Identity", graph.passes_done), "passes")
    return tinynn.load(graph.build())


def _last(model: Model) -> Operator:
    """Which puts the logits."""
    operators = model.tables.operators
    return [o for o in operators if o.opcode == PUT_ROW.opcode][-1]
