"""The next token in plain Python: what docs/float.md says, in numpy's floats."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from support.language.attending import softmax

from mips_vm.hashing.keccak import keccak256

Array = NDArray[Any]
ONE = np.float32(1)
ZERO = np.float32(0)


def float_of(bits: int) -> np.float32:
    return np.uint32(bits & 0xFFFF_FFFF).view(np.float32)


def bits_of(number: float) -> int:
    """As an int32."""
    return int(np.float32(number).view(np.int32))


@dataclass(frozen=True, slots=True)
class Options:
    """Of a request; others than these words do nothing here."""

    temperature: float = 0
    top_k: int = 40
    top_p: float = 1
    penalty: float = 1

    @property
    def words(self) -> Array:
        held = (bits_of(self.temperature), self.top_k)
        rest = (bits_of(self.top_p), bits_of(self.penalty))
        return np.array([0, *held, *rest, 0, 0, 0], np.int32)


@np.errstate(all="ignore")
def penalised(logits: Array, tokens: Array, number: int, penalty: np.float32) -> Array:
    """Each token of the text once."""
    y = logits.copy()
    if penalty > ZERO:
        for token in {int(token) for token in tokens.reshape(-1)[: number + 1]}:
            if 0 <= token < len(y):
                x = y[token]
                y[token] = x / penalty if x > ZERO else x * penalty
    return y


def in_order(logits: Array) -> list[int]:
    """The likeliest first: as argmax finds one after another."""
    nan = np.isnan(logits)
    return sorted(
        range(len(logits)), key=lambda i: (not nan[i], 0 if nan[i] else -logits[i], i)
    )


def random_24(seed: bytes, number: int) -> int:
    digest = keccak256(seed + (number & 0xFFFF_FFFF).to_bytes(4, "little"))
    return int.from_bytes(digest[:3], "little")


@np.errstate(all="ignore")
def picked(logits: Array, tokens: Array, number: int, seed: bytes, words: Array) -> int:
    """The token."""
    temperature, top_p, penalty = (float_of(int(words[i])) for i in (1, 3, 4))
    held = penalised(logits, tokens, number & 0xFFFF_FFFF, penalty)
    order = in_order(held)
    if not temperature > ZERO:
        return order[0]
    order = order[: min(max(int(words[2]), 1), 256)]
    chances = softmax(held[order] * (ONE / temperature))
    total, kept = ZERO, []
    for chance in chances:
        total = total + chance
        kept.append(total)
        if total >= top_p:
            break
    r = (np.float32(random_24(seed, number)) * np.float32(2**-24)) * kept[-1]
    for place, running in enumerate(kept[:-1]):
        if running > r:
            return order[place]
    return order[len(kept) - 1]
