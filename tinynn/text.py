"""Models that take a text and give one: what a request to them is, and its answer.

Inputs are a seed, options and a text (docs/text.md). What an answer is made of lies in
a cache of tokens, which the image's `decode` names: so an answer can be read while it
grows, natively.
"""

import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Final

import numpy as np

from .errors import InputError
from .execution.program import Program
from .image.image import PASSES_BYTES
from .memory.tensor import TensorSpec
from .model import Model
from .operators import Operator
from .operators.text import DECODE, FIRST, IDS, TABLE
from .tokens.codec import Codec

SEED_BYTES: Final = 28
OPTIONS: Final = 8
"""Words: max_tokens, temperature, top_k, top_p, penalty, three without a meaning."""

HEAD: Final = struct.Struct(f"<{SEED_BYTES}sifi2f12x")
"""Seed and options, before the text."""

LOOKING_SECONDS: Final = 0.01
"""Between two looks at an answer that grows."""

MOST_CHOSEN: Final = 256
"""Tokens that `top_k` may leave to choose from."""

MOST_TOKENS: Final = 1 << 31
"""Beyond what a word of the options holds."""

LARGEST_FLOAT: Final = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class Asking:
    """How a text is to be continued: greedily, unless the temperature is above 0.

    A chance of 1 and a penalty of 1 change nothing; `top_k` is 1 to MOST_CHOSEN.
    """

    max_tokens: int
    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 1.0
    penalty: float = 1.0
    seed: bytes = bytes(SEED_BYTES)


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
        kinds = [(spec.dtype, spec.shape) for spec in model.inputs]
        head = [("uint8", (SEED_BYTES,)), ("int32", (OPTIONS,))]
        texts = [o for o in model.tables.operators if o.opcode == DECODE.opcode]
        fits = len(kinds) == 3 and kinds[:2] == head and kinds[2][0] == "uint8"
        if fits and len(texts) == 1 and model.tables.varies:
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
        most = self.text.size
        if len(text) > most:
            raise InputError("text", f"at most {most} bytes", len(text))
        if len(asking.seed) != SEED_BYTES:
            raise InputError("seed", f"{SEED_BYTES} bytes", len(asking.seed))
        if not 1 <= asking.top_k <= MOST_CHOSEN:
            raise InputError("top_k", f"1 to {MOST_CHOSEN}", asking.top_k)
        if not -MOST_TOKENS <= asking.max_tokens < MOST_TOKENS:
            expected = f"{-MOST_TOKENS} to {MOST_TOKENS - 1}"
            raise InputError("max_tokens", expected, asking.max_tokens)
        for name in ("temperature", "top_p", "penalty"):
            number = getattr(asking, name)
            if isfinite(number) and abs(number) > LARGEST_FLOAT:
                expected = f"a float32, at most {LARGEST_FLOAT:g}"
                raise InputError(name, expected, number)
        head = HEAD.pack(
            asking.seed,
            asking.max_tokens,
            asking.temperature,
            asking.top_k,
            asking.top_p,
            asking.penalty,
        )
        return head + text

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
