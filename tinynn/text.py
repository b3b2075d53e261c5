"""Models that take a text and give one, as `asking.py` has it, and what else is known.

What an answer is made of lies in a cache of tokens, which the image's `decode` names:
so an answer can be read while it grows, natively.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from .asking import Asking, request_of, takes_text
from .execution.program import Program
from .image.image import PASSES_BYTES
from .memory.tensor import TensorSpec
from .model import Model
from .operators import Operator
from .operators.text import DECODE, FIRST, IDS, TABLE
from .tokens.codec import Codec

LOOKING_SECONDS: Final = 0.01
"""Between two looks at an answer that grows."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of an answer that is being made: passes that are done, and its tokens so far."""

    passes: int
    tokens: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TextModel:
    """A model with such inputs, and the operator that makes its answer's text."""

    model: Model
    decode: Operator

    @classmethod
    def of(cls, model: Model) -> "TextModel | None":
        """None of a model that is no such one."""
        texts = [o for o in model.tables.operators if o.opcode == DECODE.opcode]
        if takes_text(model.tables) and len(texts) == 1:
            return cls(model, texts[0])
        return None

    @property
    def text(self) -> TensorSpec:
        """The input that varies."""
        return self.model.inputs[-1]

    @property
    def rows(self) -> int:
        """Tokens of a prompt and its answer together, at most."""
        return self.decode.sources[IDS].count

    @cached_property
    def codec(self) -> Codec:
        """The tokenizer in the image."""
        return Codec(self.model.constant(self.decode.sources[TABLE]))

    def text_of(self, tokens: Sequence[int]) -> bytes:
        """What the image makes of an answer's tokens."""
        room, strip = self.decode.attributes
        return self.codec.decode(tokens, room, strip=bool(strip))

    def request(self, text: bytes, asking: Asking) -> bytes:
        """An input's bytes; InputError for a text longer than the model takes, or
        options that mean nothing."""
        return request_of(self.model.tables, text, asking)

    def answer_of(self, output: bytes) -> bytes:
        """The text alone."""
        return output[PASSES_BYTES:]

    def asked(self, request: bytes, threads: int = 1) -> "Asked":
        """The answer in the making."""
        return Asked(self, request, threads)


class Asked:
    """A run on a thread of its own: iterate to see it grow, then take `output`."""

    def __init__(self, of: TextModel, request: bytes, threads: int) -> None:
        self._of = of
        self._program: Program = of.model.ready(threads)
        self._pool = ThreadPoolExecutor(1, "asked")
        self._run: Future[bytes] = self._pool.submit(self._program.answer, request)
        self._pool.shutdown(wait=False)

    def __iter__(self) -> Iterator[Progress]:
        """Whenever there is more of it, and once when it is whole."""
        seen = -1
        while not self._run.done():
            found = self._look()
            if found.passes > seen:
                seen = found.passes
                yield found
            wait([self._run], LOOKING_SECONDS)
        yield self._look()

    def _look(self) -> Progress:
        """Rows that passes have put by now; a pass that is at work has put no more than
        its own."""
        passes, (first,) = self._program.passes, self._held(FIRST)
        rows = self._held(IDS)
        if passes == 0:
            return Progress(0, ())
        known = rows[max(int(first), 0) : passes + 1]
        return Progress(passes, tuple(int(id) for id in known if id >= 0))

    def _held(self, source: int) -> np.ndarray:
        operand = self._of.decode.sources[source]
        return self._program.held(operand.address, operand.count, operand.dtype)

    def stop(self) -> None:
        """The loop is over with the pass that is at work; waits for that, and says so
        again to one that had not begun."""
        while not self._run.done():
            self._program.stop()
            wait([self._run], LOOKING_SECONDS)

    @property
    def output(self) -> bytes:
        """What the model answers; of a run that was stopped, as much as there is."""
        return self._run.result()
