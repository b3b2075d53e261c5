"""Products with weights in blocks, of the kinds that GGUF files have most."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from tinynn import GraphBuilder, Model
from tinynn.blocks import BlockKind, BlockTensor

ROWS: Final = 576
COLUMNS: Final = 512
PRODUCTS: Final = ROWS * COLUMNS


def made_up(kind: BlockKind) -> BlockTensor:
    """Weights as a quantiser leaves them: normal numbers, between their extremes."""
    rng = np.random.default_rng(int(kind))
    blocks = (ROWS, COLUMNS // kind.block)
    groups = (ROWS, COLUMNS // kind.group)
    middle, spread = (kind.least + kind.most) / 2, (kind.most - kind.least) / 6
    quants = np.rint(rng.normal(middle, spread, (ROWS, COLUMNS)))
    low, small = kind.has_minimum, kind.is_long

    def halves(deviation: float) -> NDArray[np.float16]:
        return rng.normal(0, deviation, blocks).astype(np.float16)

    return BlockTensor.pack(
        kind,
        ROWS,
        COLUMNS,
        halves(0.01),
        np.clip(quants, kind.least, kind.most).astype(np.int16),
        minima=halves(0.05) if low else None,
        group_scales=rng.integers(1, 64, groups) if small else None,
        group_minima=rng.integers(0, 64, groups) if small and low else None,
    )


def product(kind: BlockKind) -> Model:
    """A vector's bytes, and the product."""
    builder = GraphBuilder(f"blocks {int(kind)}")
    x = builder.input("x", "float32", (COLUMNS,))
    builder.output(builder.block_matvec(x, made_up(kind)), "y")
    return tinynn.load(builder.build())


def vector() -> bytes:
    """Normal numbers."""
    return np.random.default_rng(2).normal(size=COLUMNS).astype(np.float32).tobytes()
