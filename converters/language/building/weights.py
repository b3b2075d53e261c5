"""A model's weights as an image has them: each tensor once, used where it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tinynn import GraphBuilder, Value
from tinynn.blocks import BlockTensor

from ..matrix import Floats, Matrix
from .packing import packed

EMBEDDING = "token_embd.weight"
OUTPUT = "output.weight"


@dataclass(slots=True)
class Weights:
    """Blocks go to the image as blocks, floats as float32."""

    graph: GraphBuilder
    tensors: Mapping[str, Matrix]
    _table: BlockTensor | None = field(default=None, init=False)

    def vector(self, name: str) -> Floats:
        """A row of floats."""
        return self.tensors[name].floats().reshape(-1)

    def row(self, ids: Value) -> Value:
        """The embedding of the one token in `ids`, (width,). What the logits are made
        of, too, is stored as they need it."""
        matrix = self.tensors[EMBEDDING]
        if matrix.blocked:
            self._table = packed(matrix)
            return self.graph.view(
                self.graph.block_row(ids, self._table), (matrix.columns,)
            )
        tied, floats = OUTPUT not in self.tensors, matrix.floats()
        table = np.ascontiguousarray(floats.T) if tied else floats
        found = self.graph.op("Gather", table, ids, axis=int(tied))
        return self.graph.view(found, (matrix.columns,))

    def logits(self, x: Value) -> Value:
        """By `output`, or by the embeddings."""
        if OUTPUT in self.tensors:
            return self.linear(x, "output")
        matrix = self.tensors[EMBEDDING]
        bias = self.tensors.get("output.bias")
        if self._table is not None:
            return self._shifted(self.graph.block_matvec(x, self._table), bias)
        return self._dense(x, matrix, bias)

    def linear(self, x: Value, name: str, part: tuple[int, int] | None = None) -> Value:
        """Rows of `name`.weight times x, and the bias if there is one; all of them, or
        those of a part."""
        matrix, bias = self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias")
        first, end = part or (0, matrix.rows)
        matrix = matrix.part(first, end)
        if matrix.blocked:
            return self._shifted(
                self.graph.block_matvec(x, packed(matrix)), bias, first, end
            )
        return self._dense(x, matrix, bias, first, end)

    def _dense(
        self,
        x: Value,
        matrix: Matrix,
        bias: Matrix | None,
        first: int = 0,
        end: int | None = None,
    ) -> Value:
        added = np.zeros(matrix.rows, np.float32)
        if bias is not None:
            added = bias.floats().reshape(-1)[first:end]
        return self.graph.dense(x, matrix.floats(), added)

    def _shifted(
        self, y: Value, bias: Matrix | None, first: int = 0, end: int | None = None
    ) -> Value:
        if bias is None:
            return y
        return self.graph.op("Add", y, bias.floats().reshape(-1)[first:end])
