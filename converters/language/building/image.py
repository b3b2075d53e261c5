"""A language model's image: text and options in, text out.

The prologue makes tokens of the text; each pass reads one, puts its keys and values,
and where the text is over picks the next; the epilogue makes text of what was picked.
docs/text.md has the inputs and what ends an answer.
"""

from dataclasses import dataclass

import numpy as np

from tinynn import GraphBuilder, Value
from tinynn.asking import HEAD, OPTIONS, SEED_BYTES
from tinynn.tokens.table import laid_out

from ..source import Source, ends_of
from ..template import Template
from .layers import Pass
from .weights import Weights


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows of the caches, which prompt and answer share; tokens of an answer at most;
    bytes of a text and of an answer."""

    rows: int
    tokens: int
    text_bytes: int
    answer_bytes: int


def graph_of(
    name: str, source: Source, template: Template, limits: Limits
) -> GraphBuilder:
    """The graph, whose `build` gives the image."""
    return _Made(GraphBuilder(name), source, template, limits).graph()


class _Made:
    """The parts of one image, in order."""

    def __init__(
        self, graph: GraphBuilder, source: Source, template: Template, limits: Limits
    ) -> None:
        self._graph, self._source = graph, source
        self._template, self._limits = template, limits

    def graph(self) -> GraphBuilder:
        graph, rows = self._graph, self._limits.rows
        seed = graph.input("seed", "uint8", (SEED_BYTES,))
        options = graph.input("options", "int32", (OPTIONS,))
        text = graph.input("text", "uint8", (self._limits.text_bytes,))
        graph.let_input_vary()
        table = graph.constant(laid_out(self._source.words.tokenizer))
        tokens = graph.cache("int32", (rows, 1))
        ids = self._encoded(table, text)
        graph.fill(tokens, graph.view(ids, (rows, 1)))
        count = graph.op("TokenCount", ids)
        most = graph.op("Min", self._first(options), _word(self._limits.tokens))
        room = graph.op(
            "And",
            graph.op("And", self._less(0, count), self._less(count, rows)),
            self._less(0, most),
        )
        with graph.loop(max(rows - 1, 1)):
            self._body(tokens, count, most, room, seed, options)
        answer, length = graph.ops(
            "Decode",
            table,
            graph.view(tokens, (rows,)),
            count,
            room=self._limits.answer_bytes,
        )
        graph.output(answer, "text")
        graph.answer_length(length)
        return graph

    def _encoded(self, table: Value, text: Value) -> Value:
        prefix, suffix = self._template.prefix, self._template.suffix
        around = [np.array([*prefix, *suffix], np.int32)] if prefix + suffix else []
        return self._graph.op(
            "Encode",
            table,
            text,
            self._graph.input_length,
            *around,
            rows=self._limits.rows,
            offset=HEAD.size,
            prefix=len(prefix),
        )

    def _body(
        self,
        tokens: Value,
        count: Value,
        most: Value,
        room: Value,
        seed: Value,
        options: Value,
    ) -> None:
        """`count` tokens are the prompt's; the pass's next row is picked if it is none
        of them. The token that ends an answer is no part of it."""
        graph = self._graph
        following = graph.op("Add", graph.passes_done, _word(1))
        ready = graph.op("And", room, graph.op("LessOrEqual", count, following))
        picking = graph.op("Cast", ready, to="int32")
        token = graph.op("Gather", tokens, graph.passes_done, axis=0)
        weights = Weights(graph, self._source.tensors)
        logits = Pass(
            graph, self._source.config, weights, self._limits.rows, picking
        ).logits(graph.view(token, (1,)))
        with graph.unless_zero(picking):
            picked = graph.op("Pick", logits, tokens, graph.passes_done, seed, options)
            over = self._ends(picked)
        goes_on = graph.op("And", ready, graph.op("Not", over))
        with graph.unless_zero(graph.op("Cast", goes_on, to="int32")):
            graph.put_row(tokens, picked, offset=1)
        answered = graph.op("Sub", graph.op("Add", following, _word(1)), count)
        full = graph.op("LessOrEqual", most, answered)
        done = graph.op("And", ready, graph.op("Or", over, full))
        stop = graph.op("Or", done, graph.op("Not", room))
        graph.stop_unless_zero(graph.op("Cast", stop, to="int32"))

    def _ends(self, token: Value) -> Value:
        """bool (1,): whether an answer is over with it."""
        graph = self._graph
        ends = np.array(ends_of(self._source.words) or (-1,), np.int32)
        same = graph.op("Cast", graph.op("Equal", token, ends), to="int32")
        return graph.op("Cast", graph.op("ReduceMax", same), to="bool")

    def _first(self, words: Value) -> Value:
        return self._graph.op("Gather", words, _word(0), axis=0)

    def _less(self, a: Value | int, b: Value | int) -> Value:
        given = [_word(x) if isinstance(x, int) else x for x in (a, b)]
        return self._graph.op("Less", *given)


def _word(number: int) -> np.ndarray:
    return np.array([number], np.int32)
