"""What a graph under construction has for attention: caches of keys, and all of it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..errors import GraphError, Misfit
from ..memory.tensor import TensorType
from ..operators import PUT_KEY, Family, Value
from ..operators.graph import Graph
from .looping import WORD


@dataclass(frozen=True, slots=True)
class KeyCache:
    """A cache of keys in panels, and what it is of."""

    value: Value
    rows: int
    kv_heads: int
    width: int


class Looped(Graph, Protocol):
    """A graph with a loop, as attention needs it."""

    @property
    def passes_done(self) -> Value:
        """int32 (1,)."""

    def cache(self, dtype: str, shape: tuple[int, ...]) -> Value:
        """Memory that passes put rows into."""

    def put(self, family: Family, row: Value, cache: Value, *words: int) -> None:
        """Stores the row of the pass by an operator that stores in part."""


class Attending:
    """Methods of the builder's."""

    __slots__ = ()

    def key_cache(self: Looped, rows: int, kv_heads: int, width: int) -> KeyCache:
        """Keys of so many passes, zeros at first, where `attention` finds them."""
        row = TensorType("float32", (kv_heads, width))
        try:
            kind = PUT_KEY.infer([row, WORD], [rows])
        except Misfit as misfit:
            raise GraphError(misfit.what, misfit.expected, misfit.actual) from misfit
        return KeyCache(self.cache("float32", kind.shape), rows, kv_heads, width)

    def put_key(self: Looped, cache: KeyCache, key: Value) -> None:
        """Stores the keys of the pass: row min(passes done, rows - 1)."""
        expected = TensorType("float32", (cache.kv_heads, cache.width))
        if (key.dtype, key.count) != (expected.dtype, expected.count):
            raise GraphError("put_key", f"as many as {expected}", key.type)
        self.put(PUT_KEY, key, cache.value, cache.rows)

    def attention(
        self: Looped,
        queries: Value,
        keys: KeyCache,
        values: Value,
        *,
        scale: float,
        window: int = 0,
        softcap: float | None = None,
    ) -> Value:
        """(heads, width) of queries (heads, width) in a pass: over the rows of this and
        of earlier passes, in caches of keys and of values (rows, kv heads, width)."""
        done = self.passes_done
        scores = self.op(
            "AttentionScores",
            queries,
            keys.value,
            done,
            rows=keys.rows,
            kv_heads=keys.kv_heads,
            scale=scale,
            window=window,
        )
        if softcap is not None:
            most = np.array(softcap, np.float32)
            bent = self.op("Tanh", self.op("Div", scores, most))
            scores = self.op("Mul", bent, most)
        shares = self.op("AttentionSoftmax", scores, done, window=window)
        return self.op("AttentionMix", shares, values, done, window=window)
