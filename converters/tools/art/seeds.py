"""A seed's bytes as the numbers of a normal distribution, by a table of 256.

Whoever mints draws 32 bytes, each as likely as any other; a generator wants numbers
that are mostly near 0. The table is the normal distribution's quantiles.
"""

from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

SEED_BYTES: Final = 32
ENTRIES: Final = 256
ZERO: Final = 128
SPAN: Final = 42.0
"""Steps of the table a standard deviation: three of them fill a byte."""

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def table() -> Bytes:
    """The entry of each byte: 128 stands for 0, 42 for one standard deviation."""
    quantiles = [NormalDist().inv_cdf((b + 0.5) / ENTRIES) for b in range(ENTRIES)]
    return np.round(np.array(quantiles) * SPAN + ZERO).astype(np.uint8)


def numbers(seeds: Bytes) -> Floats:
    """What a generator sees of seeds (n, 32)."""
    return ((table()[seeds].astype(np.float32) - ZERO) / SPAN).astype(np.float32)


def drawn(count: int, seed: int) -> Bytes:
    """Seeds (count, 32), the same ones for the same `seed`."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, ENTRIES, (count, SEED_BYTES)).astype(np.uint8)
