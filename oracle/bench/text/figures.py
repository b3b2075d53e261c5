"""All figures of `plumb bench text`."""

from collections.abc import Iterator

from oracle.bench.figure import Figure
from oracle.bench.guest import block_products
from oracle.bench.text import accuracy, dispute, speed, stories
from oracle.bench.text.given import Given


def figures(given: Given) -> Iterator[Figure]:
    """Speed, truth, the guest's part, disputes."""
    yield from stories.figures(given)
    yield from speed.figures(given)
    yield from accuracy.figures(given)
    yield from block_products()
    yield from dispute.figures(given)
