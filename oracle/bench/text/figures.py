"""All figures of `plumb bench text`."""

from collections.abc import Iterator

from oracle.bench.figure import Figure
from oracle.bench.guest import BLOCKS, block_product
from oracle.bench.text import accuracy, dispute, speed, stories
from oracle.bench.text.given import Given


def figures(given: Given) -> Iterator[Figure]:
    """Speed, truth, the guest's part, disputes."""
    yield from stories.figures(given)
    yield from speed.figures(given)
    yield from accuracy.figures(given)
    for name, kind in BLOCKS.items():
        yield Figure(name, block_product(kind), "instructions")
    yield from dispute.figures(given)
