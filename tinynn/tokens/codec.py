"""Tables at work on the host: the guest's own code, compiled for this processor."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import BadTokenizer
from ..kernels import Batch, Call
from ..memory.tensor import Array
from .table import NONE
from .work import MAX_TEXT_BYTES, room_bytes, scratch_bytes


class Codec:
    """A tokenizer's table, and what it makes of texts and of tokens."""

    def __init__(self, table: Array) -> None:
        self._table = _aligned(np.asarray(table, np.uint8))

    def encode(self, text: bytes, room: int | None = None) -> list[int]:
        """The text's tokens, at most `room` of them; special ones are never found."""
        if len(text) > MAX_TEXT_BYTES:
            raise BadTokenizer("text", f"at most {MAX_TEXT_BYTES} bytes", len(text))
        rows = room_bytes(len(text)) if room is None else room
        ids = np.full(max(rows, 1), NONE, np.uint32)
        held = np.frombuffer(text + b"\0", np.uint8)
        length = np.array([len(text)], np.int32)
        scratch = np.empty(scratch_bytes(len(text)) // 4, np.uint32)
        words = (self._table, self._table.size, held, len(text), length, 0)
        Batch([Call("tokens.encode", (*words, length, 0, 0, ids, rows, scratch))])()
        return [int(id) for id in ids[: self._count(ids[:rows])]]

    @staticmethod
    def _count(ids: NDArray[np.uint32]) -> int:
        count = np.zeros(1, np.uint32)
        Batch([Call("tokens.count", (ids, ids.size, count))])()
        return int(count[0])

    def decode(self, ids: Sequence[int], room: int, *, strip: bool = False) -> bytes:
        """The tokens' text, valid UTF-8 of at most `room` bytes; with `strip`, without
        a space at its beginning."""
        held = np.array([*ids, NONE], np.uint32)
        first, length = np.zeros(1, np.uint32), np.zeros(1, np.uint32)
        text = np.zeros(max(room, 1), np.uint8)
        words = (self._table, self._table.size, held, len(ids), first, int(strip), room)
        Batch(
            [
                Call("tokens.decode", (*words, text)),
                Call("tokens.length", (*words, length)),
            ]
        )()
        return text[: int(length[0])].tobytes()


def _aligned(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    held = np.zeros(-(-table.size // 4), np.uint32).view(np.uint8)[: table.size]
    held[:] = table
    return held
