"""The inputs and the answer of a language model's image, as bytes.

In order: the seed (uint8[28]), the options (int32[8], little-endian), the text (uint8,
as long as it is). An answer is the number of passes that were run (uint32), then text.
"""

import struct
from dataclasses import dataclass
from typing import Final

from oracle.errors import NoTextModel, TextTooLong
from tinynn import Model, TensorSpec
from tinynn.image.image import PASSES_BYTES, Tables

SEED_BYTES: Final = 28
NO_SEED: Final = bytes(SEED_BYTES)
OPTIONS: Final = struct.Struct("<ififf3i")
HEAD_BYTES: Final = SEED_BYTES + OPTIONS.size
PROMPT_TOKENS: Final = 64
"""That a template may put around a prompt, about."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the next token is picked. `temperature` 0: always the likeliest."""

    max_tokens: int = 64
    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 1.0
    penalty: float = 1.0

    @property
    def draws(self) -> bool:
        """Whether the answer depends on a seed."""
        return self.temperature > 0

    def encoded(self) -> bytes:
        return OPTIONS.pack(
            self.max_tokens, self.temperature, self.top_k, self.top_p, self.penalty,
            0, 0, 0,
        )  # fmt: skip


def takes_text(tables: Tables) -> bool:
    """Whether an image's inputs are those above, and its answer so many bytes."""
    specs = tuple(tensor.spec for tensor in tables.inputs)
    head = (("uint8", (SEED_BYTES,)), ("int32", (8,)))
    shaped = tuple((spec.dtype, spec.shape) for spec in specs[:-1]) == head
    ended = bool(specs) and specs[-1].dtype == "uint8" and len(specs[-1].shape) == 1
    return tables.varies and shaped and ended


def text_input(model: Model, text: bytes, options: Options, seed: bytes) -> bytes:
    """A request's bytes. Raises `NoTextModel`, `TextTooLong`."""
    if not takes_text(model.tables):
        raise NoTextModel(model.name, ", ".join(map(_shape, model.inputs)))
    if len(text) > (most := model.inputs[-1].count):
        raise TextTooLong(most, len(text))
    assert len(seed) == SEED_BYTES
    return seed + options.encoded() + text


def answered_text(output: bytes) -> str:
    """What an answer says. The machine writes valid UTF-8; whatever doesn't, doesn't
    come from a tokenizer, and is shown as such."""
    return output[PASSES_BYTES:].decode(errors="replace")


def passes_at_most(tables: Tables, data: bytes) -> int:
    """How many passes a run on this input takes, about and at most: by a text's bytes,
    each of which is one token at most, and the tokens that are asked for."""
    if not takes_text(tables) or len(data) < HEAD_BYTES:
        return tables.loop.passes
    max_tokens: int = OPTIONS.unpack_from(data, SEED_BYTES)[0]
    tokens = PROMPT_TOKENS + len(data) - HEAD_BYTES + max(0, max_tokens)
    return min(tables.loop.passes, tokens)


def _shape(spec: TensorSpec) -> str:
    return f"{spec.name} {spec.dtype}{list(spec.shape)}"
