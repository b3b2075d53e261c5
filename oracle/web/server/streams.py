"""Server-sent events: each who listens hears of each block at once, and costs nothing
in between."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from oracle.web.scene.onlooker import Onlooker
from oracle.web.views.basics import as_of

TELL_SECONDS: Final = 15.0
"""After so long without a block a stream says that it lives."""
MOST_STREAMS: Final = 500
ALIVE: Final = ":\n\n"


class Streams:
    """All who listen, in the server's loop."""

    def __init__(self, onlooker: Onlooker) -> None:
        self._onlooker = onlooker
        self._bells: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._told = (-1, "")
        onlooker.listeners.append(self._ring)

    @property
    def full(self) -> bool:
        return len(self._bells) >= MOST_STREAMS

    def _ring(self) -> None:
        """Called in the onlooker's thread."""
        for bell, loop in list(self._bells.items()):
            try:
                loop.call_soon_threadsafe(bell.set)
            except RuntimeError:  # its loop has ended, and so has who listened
                self._bells.pop(bell, None)

    async def messages(self) -> AsyncIterator[str]:
        """One now, and one at each block."""
        bell = asyncio.Event()
        self._bells[bell] = asyncio.get_running_loop()
        version = -1
        try:
            while not self._onlooker.ended:
                bell.clear()
                found = self._onlooker.version
                yield ALIVE if found == version else self._message(found)
                version = found
                if self._onlooker.version == version:
                    await _rung(bell)
        finally:
            del self._bells[bell]

    def _message(self, version: int) -> str:
        """The same for all, so made once."""
        if self._told[0] != version:
            scene = self._onlooker.scene
            told = as_of(scene) | {"events": len(scene.told)}
            self._told = (version, f"event: block\ndata: {json.dumps(told)}\n\n")
        return self._told[1]


async def _rung(bell: asyncio.Event) -> None:
    """Or long enough waited for."""
    try:
        await asyncio.wait_for(bell.wait(), TELL_SECONDS)
    except TimeoutError:
        pass
