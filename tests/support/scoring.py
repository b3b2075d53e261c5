"""Images of language models that give logits: for tests, on tiny ones."""

import numpy as np

import tinynn
from converters.language.building.layers import Pass
from converters.language.building.weights import Weights
from converters.language.source import Source
from tinynn import GraphBuilder, Model


def scoring(source: Source, rows: int) -> Model:
    """Tokens, as many as there are rows, to the logits behind each."""
    graph = GraphBuilder("scoring")
    tokens = graph.input("tokens", "int32", (rows,))
    found = graph.cache("float32", (rows, source.config.vocabulary))
    always = graph.op("Add", np.zeros(1, np.int32), np.ones(1, np.int32))
    with graph.loop(rows):
        token = graph.op("Gather", tokens, graph.passes_done, axis=0)
        weights = Weights(graph, source.tensors)
        logits = Pass(graph, source.config, weights, rows, always).logits(token)
        graph.put_row(found, logits)
    graph.output(found, "logits")
    return tinynn.load(graph.build())


def logits(source: Source, tokens: list[int]) -> np.ndarray:
    """(tokens, vocabulary)."""
    model = scoring(source, len(tokens))
    (found,) = model.run(np.array(tokens, np.int32))
    return found
