"""What a request to a language model's image is, in bytes, and what it answers.

Inputs are, in order, a seed (uint8[28]), options (int32[8], little-endian) and a text
(uint8, as long as it is). An answer is the passes that were run (uint32), then text.
docs/text.md has what they mean.
"""

import struct
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from .errors import InputError
from .image.image import PASSES_BYTES, Tables

SEED_BYTES: Final = 28
NO_SEED: Final = bytes(SEED_BYTES)
OPTIONS: Final = 8
"""Words: max_tokens, temperature, top_k, top_p, penalty, three without a meaning."""

HEAD: Final = struct.Struct(f"<{SEED_BYTES}sifi2f12x")
"""Seed and options, before the text."""

PROMPT_TOKENS: Final = 64
"""That a template may put around a prompt, about."""

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
    seed: bytes = NO_SEED

    @property
    def draws(self) -> bool:
        """Whether the answer depends on the seed."""
        return self.temperature > 0

    @property
    def head(self) -> bytes:
        """Seed and options, as they stand before the text; InputError for options that
        mean nothing."""
        if len(self.seed) != SEED_BYTES:
            raise InputError("seed", f"{SEED_BYTES} bytes", len(self.seed))
        if not 1 <= self.top_k <= MOST_CHOSEN:
            raise InputError("top_k", f"1 to {MOST_CHOSEN}", self.top_k)
        if not -MOST_TOKENS <= self.max_tokens < MOST_TOKENS:
            expected = f"{-MOST_TOKENS} to {MOST_TOKENS - 1}"
            raise InputError("max_tokens", expected, self.max_tokens)
        for name in ("temperature", "top_p", "penalty"):
            number = getattr(self, name)
            if isfinite(number) and abs(number) > LARGEST_FLOAT:
                expected = f"a float32, at most {LARGEST_FLOAT:g}"
                raise InputError(name, expected, number)
        return HEAD.pack(
            self.seed,
            self.max_tokens,
            self.temperature,
            self.top_k,
            self.top_p,
            self.penalty,
        )


def takes_text(tables: Tables) -> bool:
    """Whether an image's inputs are those above, and its answer so many bytes."""
    kinds = [(tensor.spec.dtype, tensor.spec.shape) for tensor in tables.inputs]
    head = [("uint8", (SEED_BYTES,)), ("int32", (OPTIONS,))]
    if len(kinds) != len(head) + 1 or kinds[:-1] != head:
        return False
    dtype, shape = kinds[-1]
    return tables.varies and dtype == "uint8" and len(shape) == 1


def request_of(tables: Tables, text: bytes, asking: Asking) -> bytes:
    """The input's bytes, for an image that takes a text; InputError for one that is
    longer than it takes, or options that mean nothing."""
    most = tables.inputs[-1].spec.size
    if len(text) > most:
        raise InputError("text", f"at most {most} bytes", len(text))
    return asking.head + text


def answered_text(output: bytes) -> str:
    """What an answer says. The machine writes valid UTF-8; whatever doesn't, doesn't
    come from a tokenizer, and is shown as such."""
    return output[PASSES_BYTES:].decode(errors="replace")


def passes_at_most(tables: Tables, data: bytes) -> int:
    """How many passes a run on this input takes, about and at most: by a text's bytes,
    each of which is one token at most, and the tokens that are asked for."""
    if not takes_text(tables) or len(data) < HEAD.size:
        return tables.loop.passes
    max_tokens: int = HEAD.unpack_from(data)[1]
    tokens = PROMPT_TOKENS + len(data) - HEAD.size + max(0, max_tokens)
    return min(tables.loop.passes, tokens)
