"""Which words of an inference's memory are as they should be, here and on the GPU."""

from collections.abc import Iterator

import numpy as np

Words = slice


class Fresh:
    """Of so many words: all of them here, none there."""

    def __init__(self, words: int) -> None:
        self._here = np.ones(words, bool)
        self._there = np.zeros(words, bool)

    def begin(self) -> None:
        """Another inference: its memory is written here."""
        self._here[:] = True
        self._there[:] = False

    def stored_here(self, words: Words) -> None:
        """By a native kernel."""
        self._here[words], self._there[words] = True, False

    def stored_there(self, words: Words) -> None:
        """By the GPU."""
        self._here[words], self._there[words] = False, True

    def bring(self, words: Words) -> Iterator[Words]:
        """What has to be read from the GPU; after that it is fresh here, too."""
        yield from _runs(self._here, words)
        self._here[words] = True

    def send(self, words: Words) -> Iterator[Words]:
        """What has to be written to the GPU."""
        yield from _runs(self._there, words)
        self._there[words] = True


def _runs(
    fresh: np.ndarray[tuple[int], np.dtype[np.bool_]], words: Words
) -> list[Words]:
    """Stretches of words that are not."""
    stale = np.zeros(words.stop - words.start + 2, np.int8)
    stale[1:-1] = ~fresh[words]
    edges = np.flatnonzero(np.diff(stale)) + words.start
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [slice(first, end) for first, end in pairs]
