"""Tables of any bits: native code and the machine do what the definition says.

`make texts` tries as many as it is told; here are a few.
"""

import os
import random

import numpy as np
import pytest
from support.text.small_tokenizers import LETTERS, table_of
from support.text.texts import texts
from support.text.token_definition import Definition
from support.text.token_machine import TokenMachine

from tinynn.tokens.codec import Codec

TABLES = int(os.environ.get("PLUMB_TABLES", "48"))
TEXTS = 5
BLOCKS = 6


def texts_for(rng: random.Random) -> list[bytes]:
    """Of the letters that the small tables know, and others; some no UTF-8."""
    made = []
    for _ in range(TEXTS):
        text = "".join(rng.choices(LETTERS + "ab ", k=rng.randrange(40))).encode()
        if rng.random() < 0.3:
            wrong = (rng.randrange(256) if rng.random() < 0.1 else b for b in text)
            text = bytes(wrong)
        made.append(text)
    *_, odd = texts(rng.randrange(1000), 17)
    return [*made, odd[:100]]


def some_ids(rng: random.Random, known: list[int]) -> list[int]:
    """Tokens of a text, and numbers that are of no token."""
    odd = (0, 5, 255, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
    return known + rng.choices(odd, k=5)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_encode_and_decode_of_any_table_are_their_definition(block: int) -> None:
    """One table in four is sound, the others are spoiled."""
    made = 0
    for seed in range(block, TABLES, BLOCKS):
        table, rng = table_of(seed, seed % 4 != 0), random.Random(seed)
        codec = Codec(np.frombuffer(table, np.uint8))
        definition = Definition(table)
        for text in texts_for(rng):
            ids = codec.encode(text)
            assert ids == definition.encode(text), (seed, text)
            made += len(ids)
            held, room, strip = (
                some_ids(rng, ids),
                rng.randrange(60),
                rng.random() < 0.5,
            )
            decoded = codec.decode(held, room, strip=strip)
            assert decoded == definition.decode(held, room, strip), (seed, held, room)
    assert made > 100, "most tables still make tokens"


def test_machine_of_any_table_gives_the_native_answer() -> None:
    for seed in range(0, TABLES, 8):
        table, rng = table_of(seed, seed % 3 != 0), random.Random(seed)
        codec = Codec(np.frombuffer(table, np.uint8))
        machine = TokenMachine(table)
        for text in texts_for(rng)[-3:]:
            ids = codec.encode(text)
            assert machine.encode(text) == ids, (seed, text)
            held, room = some_ids(rng, ids), rng.randrange(60)
            assert machine.decode(held, room) == codec.decode(held, room), (seed, held)
